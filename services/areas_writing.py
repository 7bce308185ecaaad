"""Writes the postcode table of services/areas_table.py.

A postcode travels as one whole number, so that the 2.7 million of them sort quickly and stay small in memory:
sector key times 400 plus letter pair, then 16 bits for its value, then one bit that says whether it is live.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence

from services.areas_table import BITMAP, HEADER, MAGIC, PAIR_OF, PAIRS, Value, base36, sector_key

MOST_VALUES = 1 << 16
PAIRS_IN_ORDER = tuple(PAIR_OF)


def packed(outward: str, inward: str, kind: int, live: bool) -> int:
    """One postcode in capitals as a number; `kind` is the place of its value in the list of values."""
    place = sector_key(outward, inward[0]) * PAIRS + PAIR_OF[inward[1:]]
    return place << 17 | kind << 1 | live


def place(number: int) -> int:
    """What tells one postcode from another: the number without value and live bit."""
    return number >> 17


def written(number: int) -> str:
    """The postcode of a number, as one writes it."""
    sector, pair = divmod(place(number), PAIRS)
    outward, digit = divmod(sector, 10)
    return f"{base36(outward)} {digit}{PAIRS_IN_ORDER[pair]}"


def table_bytes(numbers: Sequence[int], values: Sequence[Value]) -> bytes:
    """The table of these postcodes, ascending, none twice; `values` is the list that their kinds point into."""
    keys = array("I", sorted({place(number) // PAIRS for number in numbers}))
    sector_of = {key: number for number, key in enumerate(keys)}
    exists, live = bytearray(BITMAP * len(keys)), bytearray(BITMAP * len(keys))
    for number in numbers:
        sector, pair = divmod(place(number), PAIRS)
        byte, bit = sector_of[sector] * BITMAP + (pair >> 3), 1 << (pair & 7)
        exists[byte] |= bit
        live[byte] |= bit if number & 1 else 0
    runs = list(_runs(numbers, sector_of))
    used = sorted({kind for _, kind in runs}, key=lambda kind: _key(values[kind]))
    line_of = {kind: line for line, kind in enumerate(used)}
    text = "".join(",".join(_key(values[kind])) + "\n" for kind in used).encode("ascii")
    starts, kinds = array("I", [start for start, _ in runs]), array("H", [line_of[kind] for _, kind in runs])
    header = HEADER.pack(MAGIC, len(keys), len(runs), len(text))
    return b"".join([header, keys.tobytes(), bytes(exists), bytes(live), starts.tobytes(), kinds.tobytes(), text])


def _key(value: Value) -> tuple[str, str, str, str]:
    return value.nation, value.lad, value.board26, value.board23


def _runs(numbers: Iterable[int], sector_of: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Where each run starts. A sector begins with its own first value: the best guess for a gap before it."""
    before, at_sector = -1, -1
    for number in numbers:
        sector, pair = divmod(place(number), PAIRS)
        kind = number >> 1 & MOST_VALUES - 1
        if kind != before:
            yield sector_of[sector] * PAIRS + (pair if sector == at_sector else 0), kind
        before, at_sector = kind, sector
