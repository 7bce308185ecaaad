"""The lines of a numbered list, and words that point at them."""

from __future__ import annotations

from typing import NamedTuple


class Option(NamedTuple):
    """One line of a list: its value, the title shown, and other words for it."""

    value: str
    title: str
    also: tuple[str, ...] = ()


class Pick(NamedTuple):
    """Tokens that point at lines of the list (counted from 0); `firm` = also in the midst of other words."""

    lines: tuple[int, ...]
    start: int
    end: int
    firm: bool
    just_one: bool = False  # "one" or "1", which after a title is no number
    by_count: bool = False  # said by number, place or letter
