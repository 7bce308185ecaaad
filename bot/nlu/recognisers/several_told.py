"""Which of several values in one message is meant: "not LE4 5AB its LE2 7LX", "dont ring X ring Y", "X, sorry, Y"."""

from __future__ import annotations

import re
from collections.abc import Sequence

NEARBY = 32  # letters looked at to either side
_TURNED_DOWN_BEFORE = re.compile(
    r"(?:\bnot|\bdon'?t (?:ring|call|text|use|try)|\bused to (?:be|live in|live at)|\binstead of|\b(?:old|work|last|previous|mums?|mum's|dads?|dad's)"
    r"(?: (?:number|one|mob\w*|postcode|post code|address|place))?(?: (?:is|was))?|\bwas|\bmoved from|\bfrom|\bwork is|\bwork in|\bwork at)\W*$",
    re.IGNORECASE,
)
_TURNED_DOWN_AFTER = re.compile(
    r"^\W*(?:(?:is|was|it'?s|thats|that's) (?:my |me |the )?(?:old|mum|mam|dad|wife|husband|partner|son|daughter|work|ex|mate|friend|last|gp|doctor)"
    r"|(?:no|wait|sorry|oops|actually|i mean|scrap that)\b)",
    re.IGNORECASE,
)


def the_one_meant(text: str, spans: Sequence[tuple[int, int]]) -> int:
    """Which of the spans to take: the first that is not turned down, else the last."""
    for i, (start, end) in enumerate(spans):
        before, after = text[max(0, start - NEARBY) : start], text[end : end + NEARBY]
        if not _TURNED_DOWN_BEFORE.search(before) and not _TURNED_DOWN_AFTER.match(after):
            return i
    return len(spans) - 1


_NOT_HOME = re.compile(
    r"(?:\bnot|\bdon'?t use|\bused to (?:be|live in|live at)|\binstead of|\b(?:old|work|last|previous|office|job)(?: (?:address|place|postcode|post code))?"
    r"(?: (?:is|was))?|\bwas|\bmoved from|\bfrom|\bwork (?:is|in|at))\W*$",
    re.IGNORECASE,
)
_HOME = re.compile(
    r"\b(?:mine|home|i (?:live|sleep|stay)|living|live|my (?:own )?(?:address|postcode|post code|place|house|flat)|now)\b(?: (?:is|at|in|its|it's))*\W*$",
    re.IGNORECASE,
)


def still_open(text: str, spans: Sequence[tuple[int, int]]) -> list[int]:
    """The spans of which any may be home: "uni halls EX4 4QJ but mum's CF10"; one alone where the words say which."""
    left = [
        i
        for i, (start, end) in enumerate(spans)
        if not _NOT_HOME.search(text[max(0, start - NEARBY) : start])
        and not _PUT_RIGHT_AFTER.match(text[end : end + NEARBY])
    ]
    home = [i for i in left if _HOME.search(text[max(0, spans[i][0] - NEARBY) : spans[i][0]])]
    return home if len(home) == 1 else left


_PUT_RIGHT_AFTER = re.compile(
    r"^\W*(?:(?:is|was|it'?s|thats|that's) (?:my |me |the )?(?:old|work|last)|(?:no|wait|sorry|oops|actually|i mean|scrap that)\b)",
    re.IGNORECASE,
)
