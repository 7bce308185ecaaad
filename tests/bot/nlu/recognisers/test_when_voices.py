"""Times as many people would write them, each with the windows worked out by hand: when_voices.tsv."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from bot.nlu.recognisers import When, read_when

NOW = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001 - London wall clock, a Monday
LAST = date(2026, 12, 20)  # the last whole day of the four weeks
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = {"nov": (2026, 11), "dec": (2026, 12), "jan": (2027, 1)}
TABLE = Path(__file__).with_name("when_voices.tsv")
PART = re.compile(
    r"(?P<days>[^@<>!]+)(?:>=(?P<first>\w+))?(?:<=(?P<last>\w+))?(?:!(?P<less>[\w.]+))?(?:@(?P<hours>.+))?$"
)

Span = tuple[datetime, datetime]


def rows() -> list[tuple[str, str]]:
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [(said, meant) for said, meant in (line.split("\t") for line in lines if not line.startswith("#"))]


def day(text: str) -> date:
    return date(*MONTHS[text[-3:]], int(text[:-3]))


def between(text: str) -> list[date]:
    first, _, last = text.partition("..")
    start, end = day(first), day(last or first)
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]


def weekdays(text: str) -> set[int]:
    found: set[int] = set()
    for part in text.replace("daily", "mon-sun").split(","):
        first, _, last = part.partition("-")
        found.update(range(DAYS.index(first), DAYS.index(last or first) + 1))
    return found


def spans(part: str) -> Iterator[Span]:
    """ "tue,thu>=1dec@8-12" and "30nov..2dec" spelled out."""
    match = PART.match(part)
    assert match, part
    if match["days"][0].isdigit():
        days = between(match["days"])
    else:
        named = weekdays(match["days"])
        first, last = day(match["first"] or "23nov"), day(match["last"]) if match["last"] else LAST
        days = [d for n in range(60) if (d := first + timedelta(days=n)) <= last and d.weekday() in named]
    less = between(match["less"]) if match["less"] else []
    for one in days:
        for hours in (match["hours"] or "8-20").split("+"):
            start, end = (clock(one, edge) for edge in hours.split("-"))
            if one not in less and end > NOW:
                yield max(start, NOW), end


def clock(on: date, text: str) -> datetime:
    hour, _, minute = text.partition(":")
    return datetime(on.year, on.month, on.day, int(hour), int(minute or 0))  # noqa: DTZ001


def joined(windows: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def is_weekly(meant: str) -> bool:
    return any(not part[0].isdigit() and "<=" not in part for part in meant.split())


def agrees(windows: tuple[Span, ...], meant: str) -> bool:
    """Whether the windows are those meant; what repeats is compared over the whole days of the four weeks."""
    wanted = joined([span for part in meant.split() for span in spans(part)])
    if is_weekly(meant):
        return [w for w in windows if w[0].date() <= LAST] == [w for w in wanted if w[0].date() <= LAST]
    return list(windows) == wanted


def is_read(when: When | None, meant: str) -> bool:
    if meant == "-" or when is None:
        return meant == "-" and (when is None or not when.windows)
    if meant == "?":
        return when.ambiguous is not None
    readings = meant.split(" | ")
    if len(readings) > 1:
        both = when.ambiguous or ()
        return len(both) == len(readings) and all(map(agrees, both, readings))
    asap = meant.startswith("asap")
    meant = meant.removeprefix("asap").strip() or "daily"
    return when.ambiguous is None and when.asap == asap and agrees(when.windows, meant)


@pytest.mark.parametrize(("said", "meant"), rows())
def test_what_was_meant_is_read(said: str, meant: str) -> None:
    assert is_read(read_when(said, NOW), meant)
