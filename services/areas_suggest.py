"""What somebody may have meant by a postcode that does not exist: only ever offered, never used unasked.

A suggestion exists in the table and is one kind of slip away: letters and digits that look alike, two characters
swapped, one typed twice, one left out. Where two postcodes are equally near, none is suggested.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product

from services.areas_table import LETTERS, PostcodeTable

SHAPES = {2: ("A9",), 3: ("A99", "AA9", "A9A"), 4: ("AA99", "AA9A")}
DIGITS = "0123456789"
TO_DIGIT = {"O": "0", "Q": "0", "D": "0", "I": "1", "L": "1", "Z": "2", "S": "5", "G": "6", "B": "8"}
TO_LETTER = {"0": "OQD", "1": "IL", "2": "Z", "5": "S", "6": "G", "8": "B"}
TO_INWARD = TO_LETTER | {"0": "QD", "1": "JL", "O": "QD", "I": "JL", "C": "G", "K": "X", "M": "N", "V": "UWY"}
SHORTEST, LONGEST = 5, 7
Split = tuple[str, str]  # outward and inward code


def suggestion(table: PostcodeTable, compact: str, *, known_sector: bool) -> Split | None:
    """The one postcode likely meant by capitals and digits without spaces, or None.

    `known_sector`: the text is well formed and its sector exists; then only look-alikes are tried, because among
    so many neighbours a swap would hit some postcode by chance.
    """
    kinds = [look_alikes] if known_sector else [look_alikes, swapped, doubled, left_out]
    for kind in kinds:
        found = _nearest(table, compact, kind(compact))
        if found:
            return found[0] if len(found) == 1 else None
    return None


def look_alikes(compact: str) -> Iterator[tuple[int, Split]]:
    """Every reading of the text as a postcode with look-alikes exchanged, with how many were."""
    out, inward = compact[:-3], compact[-3:]
    for shape in SHAPES.get(len(out), ()):
        places = [_place(char, kind) for char, kind in zip(out, shape, strict=True)]
        places += [_place(inward[0], "9"), *(_inward(char) for char in inward[1:])]
        for chars in product(*places):
            text = "".join(chars)
            changed = sum(a != b for a, b in zip(text, compact, strict=True))
            if changed:
                yield changed, (text[:-3], text[-3:])


def _place(char: str, kind: str) -> str:
    if kind == "9":
        return char if char in DIGITS else TO_DIGIT.get(char, "")
    return char if char not in DIGITS else TO_LETTER.get(char, "")


def _inward(char: str) -> str:
    return char if char in LETTERS else TO_INWARD.get(char, "")


def swapped(compact: str) -> Iterator[tuple[int, Split]]:
    """Two neighbours exchanged."""
    texts = (compact[:i] + compact[i + 1] + compact[i] + compact[i + 2 :] for i in range(len(compact) - 1))
    yield from _well_formed(text for text in texts if text != compact)


def doubled(compact: str) -> Iterator[tuple[int, Split]]:
    """One of two equal neighbours dropped."""
    twice = (i for i in range(1, len(compact)) if compact[i] == compact[i - 1])
    yield from _well_formed(compact[:i] + compact[i + 1 :] for i in twice)


def left_out(compact: str) -> Iterator[tuple[int, Split]]:
    """One character put in anywhere."""
    places = range(len(compact) + 1)
    yield from _well_formed(compact[:i] + char + compact[i:] for i in places for char in DIGITS + LETTERS)


def _well_formed(texts: Iterable[str]) -> Iterator[tuple[int, Split]]:
    for text in texts:
        if SHORTEST <= len(text) <= LONGEST and _fits(text):
            yield 1, (text[:-3], text[-3:])


def _fits(text: str) -> bool:
    out, inward = text[:-3], text[-3:]
    if inward[0] not in DIGITS or inward[1] not in LETTERS or inward[2] not in LETTERS:
        return False
    kinds = "".join("9" if char in DIGITS else "A" for char in out)
    return kinds in SHAPES.get(len(out), ())


def _nearest(table: PostcodeTable, compact: str, candidates: Iterable[tuple[int, Split]]) -> list[Split]:
    """The existing candidates with the fewest changes; the live ones among them if there are any."""
    if not SHORTEST - 1 <= len(compact) <= LONGEST + 1:
        return []
    found = {split: changed for changed, split in candidates if table.exists(*split)}
    nearest = [split for split, changed in found.items() if changed == min(found.values())]
    live = [split for split in nearest if _is_live(table, split)]
    return live or nearest


def _is_live(table: PostcodeTable, split: Split) -> bool:
    entry = table.entry(*split)
    return entry is not None and entry.live
