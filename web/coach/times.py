"""Times and days as somebody types them at the desk: `9am to 12:30pm, 1pm to 5pm`. What is wrong is a code."""

from __future__ import annotations

import re
from datetime import date
from itertools import pairwise

TIME = re.compile(
    r"(?P<hour>\d{1,2})(?:\s?[:.]\s?(?P<minute>\d{2})|(?P<tight>\d{2}))?\s*(?P<half>[ap]\.?m\.?)?", re.ASCII
)
WORDS = {"noon": 12 * 60, "midday": 12 * 60, "midnight": 0, "24:00": 0}
LAST = 24 * 60
BETWEEN = re.compile(r"\s*(?:-|\N{EN DASH}|\N{EM DASH}|\bto\b|\buntil\b|\btill\b)\s*")
APART = re.compile(r"\s*(?:[,;&\n]|\band\b)\s*")
DAY = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})", re.ASCII)
LONGEST = 200

Span = tuple[int, int]


class Wrong(ValueError):
    """What was typed is not to be used; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read_minute(text: str) -> int:
    """Minutes after midnight. Wrong: not_time, no_such_time (25:00), five (the diary has steps of five minutes)."""
    said = " ".join(text.lower().split())
    if said in WORDS:
        return WORDS[said]
    found = TIME.fullmatch(said)
    if found is None:
        raise Wrong("not_time")
    hour, minute = int(found["hour"]), int(found["minute"] or found["tight"] or 0)
    if minute > 59 or hour > 23 or (found["half"] and not 1 <= hour <= 12):
        raise Wrong("no_such_time")
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].startswith("p") else 0)
    if minute % 5:
        raise Wrong("five")
    return hour * 60 + minute


def read_spans(text: str) -> list[Span]:
    """Stretches of a day in order of time; none for no words. Wrong: as above, not_span, ends_first, overlap."""
    if len(text) > LONGEST:
        raise Wrong("not_span")
    parts = [part for part in APART.split(text.strip().lower()) if part]
    spans = sorted(_span(part) for part in parts)
    if any(before[1] > after[0] for before, after in pairwise(spans)):
        raise Wrong("overlap")
    return spans


def _span(text: str) -> Span:
    ends = BETWEEN.split(text)
    if len(ends) != 2:
        raise Wrong("not_span")
    starts, until = (read_minute(each) for each in ends)
    until = until or LAST  # a day ends at midnight
    if until <= starts:
        raise Wrong("ends_first")
    return starts, until


def read_date(text: str) -> date:
    """A day as a browser sends it, or as people write it (3/12/2026). Wrong: not_date."""
    try:
        found = DAY.fullmatch(text)
        return date(int(found[3]), int(found[2]), int(found[1])) if found else date.fromisoformat(text)
    except ValueError:
        raise Wrong("not_date") from None


def clock(minute: int) -> str:
    """`9am`, `12:30pm`, `midnight` for the end of a day."""
    if minute == LAST:
        return "midnight"
    hour, rest = divmod(minute, 60)
    return f"{hour % 12 or 12}{f':{rest:02}' if rest else ''}{'am' if hour % 24 < 12 else 'pm'}"


def spans(found: list[Span]) -> str:
    """`9am to 12pm, 1pm to 5pm`."""
    return ", ".join(f"{clock(starts)} to {clock(ends)}" for starts, ends in found)
