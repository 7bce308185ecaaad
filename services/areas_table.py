"""The postcode table on disk: which postcodes exist, which are live, and which area each lies in.

One file (`services/data/postcodes.bin`, little-endian, made by tools/build_area_tables.py):

    header  magic, number of sectors, number of runs, bytes of value text
    keys    u32 a sector, ascending: outward code read in base 36, times ten, plus the sector digit
    exists  50 bytes a sector: one bit for each of its 400 inward letter pairs
    live    50 bytes a sector, the same, set where the postcode is not known to be terminated
    starts  u32 a run: sector number times 400 plus letter pair, where the run begins
    kinds   u16 a run: line of the value text
    values  text, one line a value: nation, authority, board of 2026, board of 2023

It is mapped, not read: pages that nobody asks for cost no memory.
"""

from __future__ import annotations

import mmap
import struct
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MAGIC = b"ANYDPC01"
HEADER = struct.Struct("<8sIII")
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"
DIGITS = "0123456789"
CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
PAIRS = 400
BITMAP = PAIRS // 8
PAIR_OF = {a + b: i * 20 + j for i, a in enumerate(LETTERS) for j, b in enumerate(LETTERS)}


@dataclass(frozen=True, slots=True)
class Value:
    """What every postcode of a run has in common; the codes are ONS codes, empty outside England."""

    nation: str
    lad: str
    board26: str
    board23: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What the table says of one full postcode; `value` is a guess where it does not exist."""

    value: Value
    exists: bool
    live: bool


def sector_key(outward: str, digit: str) -> int:
    """A sector as a number: no outward code begins with a nought, so base 36 keeps them apart."""
    return int(outward, 36) * 10 + int(digit)


def base36(number: int) -> str:
    """The outward code that `sector_key` made a number of."""
    text = ""
    while number:
        number, digit = divmod(number, 36)
        text = (DIGITS + CAPITALS)[digit] + text
    return text


class PostcodeTable:
    """Look-ups over the mapped file; no state but the mapping."""

    def __init__(self, path: Path) -> None:
        """Map the file. Raises ValueError when it is not a table of this edition."""
        with path.open("rb") as file:
            view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        magic, sectors, runs, text = HEADER.unpack_from(view)
        if magic != MAGIC:
            raise ValueError(f"{path.name} is not a postcode table: make it again with tools/build_area_tables.py")
        at = HEADER.size
        self._keys, at = view[at : at + 4 * sectors].cast("I"), at + 4 * sectors
        self._exists, at = view[at : at + BITMAP * sectors], at + BITMAP * sectors
        self._live, at = view[at : at + BITMAP * sectors], at + BITMAP * sectors
        self._starts, at = view[at : at + 4 * runs].cast("I"), at + 4 * runs
        self._kinds, at = view[at : at + 2 * runs].cast("H"), at + 2 * runs
        lines = bytes(view[at : at + text]).decode("ascii").splitlines()
        self.values = tuple(Value(*line.split(",")) for line in lines)

    def entry(self, outward: str, inward: str) -> Entry | None:
        """The entry of a well-formed postcode in capitals; None where its sector is unknown."""
        sector = self._sector(sector_key(outward, inward[0]))
        if sector is None:
            return None
        pair = PAIR_OF[inward[1:]]
        byte, bit = sector * BITMAP + (pair >> 3), 1 << (pair & 7)
        run = bisect_right(self._starts, sector * PAIRS + pair) - 1
        return Entry(self.values[self._kinds[run]], bool(self._exists[byte] & bit), bool(self._live[byte] & bit))

    def exists(self, outward: str, inward: str) -> bool:
        """Whether a well-formed postcode is in the table, live or terminated."""
        entry = self.entry(outward, inward)
        return entry is not None and entry.exists

    def values_of(self, outward: str) -> frozenset[Value]:
        """Every value that occurs in an outward code; empty where the code is unknown."""
        first, last = self._sectors_of(outward)
        if first == last:
            return frozenset()
        start = bisect_right(self._starts, first * PAIRS) - 1
        stop = bisect_left(self._starts, last * PAIRS)
        return frozenset(self.values[kind] for kind in self._kinds[start:stop])

    @cache  # noqa: B019  one table lives as long as the process, and 124 sets are small
    def values_around(self, letters: str) -> frozenset[Value]:
        """Every value that occurs in a postcode area, "PR" say."""
        found: set[Value] = set()
        for outward in [letters + a + b for a in DIGITS for b in ("", *DIGITS, *CAPITALS)]:
            found |= self.values_of(outward)
        return frozenset(found)

    def knows(self, outward: str) -> bool:
        """Whether any postcode of the table has this outward code."""
        first, last = self._sectors_of(outward)
        return first != last

    @property
    def count(self) -> int:
        """How many postcodes the table holds."""
        return int.from_bytes(self._exists, "little").bit_count()

    def every(self) -> Iterator[tuple[str, Value, bool]]:
        """Each postcode of the table, written as one writes it, with its value and whether it is live."""
        run = -1
        ends = [*self._starts[1:], len(self._keys) * PAIRS]
        for sector, key in enumerate(self._keys):
            first, at = f"{base36(key // 10)} {key % 10}", sector * PAIRS
            exists = self._exists[sector * BITMAP : (sector + 1) * BITMAP]
            live = self._live[sector * BITMAP : (sector + 1) * BITMAP]
            for pair, letters in enumerate(PAIR_OF):
                if run < 0 or at + pair >= ends[run]:
                    run += 1
                if exists[pair >> 3] >> (pair & 7) & 1:
                    yield first + letters, self.values[self._kinds[run]], bool(live[pair >> 3] >> (pair & 7) & 1)

    def _sector(self, key: int) -> int | None:
        at = bisect_left(self._keys, key)
        return at if at < len(self._keys) and self._keys[at] == key else None

    def _sectors_of(self, outward: str) -> tuple[int, int]:
        low = sector_key(outward, "0")
        return bisect_left(self._keys, low), bisect_left(self._keys, low + 10)
