"""Times that were read, written out exactly, for the tables."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby

from bot.times import DAYS, spoken_date, spoken_time
from services.clock import LONDON

FEW_DAYS, WEEK = 3, 7

Span = tuple[datetime, datetime]


def exactly(windows: Sequence[Span]) -> str:
    """Days and hours exactly: "Thu 26 Nov", "Mon 30 Nov-Sun 6 Dec", "Fri, 8am-3pm"."""
    by_day: dict[date, list[Span]] = {}
    for start, end in windows:
        by_day.setdefault(start.date(), []).append((start, end))
    groups: dict[str, list[date]] = {}
    for day, hours in _whole_days(by_day).items():
        groups.setdefault(hours, []).append(day)
    kept = sorted(groups.items(), key=lambda group: -len(group[1]))[:3]
    return "; ".join(", ".join(part for part in (_days(days), hours) if part) for hours, days in kept)


def _whole_days(by_day: Mapping[date, list[Span]]) -> dict[date, str]:
    """The hours of each day; the first and the last, where the clock cuts them short, have those of the days between."""
    told = {day: _hours(spans) for day, spans in by_day.items()}
    days = sorted(by_day)
    for day, edge in ((days[0], 1), (days[-1], 0)) if len(days) > 2 else ():
        others = [one for one in days if one not in {days[0], days[-1]}]
        like = next((one for one in others if one.weekday() == day.weekday()), others[0])
        if _cut_short(by_day[day], by_day[like], edge):
            told[day] = told[like]
    return told


def _cut_short(spans: Sequence[Span], usual: Sequence[Span], edge: int) -> bool:
    """Whether the spans are the usual ones with something missing at the other end."""
    ends, usual_ends = ({span[edge].time() for span in one} for one in (spans, usual))
    shorter = spans[0][0].time() >= usual[0][0].time() if edge else spans[-1][1].time() <= usual[-1][1].time()
    return ends <= usual_ends and shorter


def _hours(spans: Iterable[Span]) -> str:
    told = [f"{_time(start)}-{_time(end)}" for start, end in spans]
    return ", ".join(told) if told != ["8am-8pm"] else ""


def _time(moment: datetime) -> str:
    return spoken_time(moment.replace(tzinfo=LONDON))


def _days(days: Sequence[date]) -> str:
    runs = list(_runs(sorted(days)))
    if len(runs) == 1 and len(days) <= 2 * WEEK:
        first, last = runs[0][0], runs[0][-1]
        return spoken_date(first) if first == last else f"{spoken_date(first)}-{spoken_date(last)}"
    if len(days) <= FEW_DAYS:
        return ", ".join(map(spoken_date, sorted(days)))
    weekdays = sorted({day.weekday() for day in days})
    return ", ".join(DAYS[a] if a == b else f"{DAYS[a]}-{DAYS[b]}" for a, b in _ends(weekdays))


def _ends(weekdays: Sequence[int]) -> Iterable[tuple[int, int]]:
    """First and last of the days of the week that follow each other."""
    for _, run in groupby(enumerate(weekdays), key=lambda pair: pair[1] - pair[0]):
        together = [day for _, day in run]
        yield together[0], together[-1]


def _runs(days: Sequence[date]) -> Iterable[list[date]]:
    """Days in a row."""
    for _, run in groupby(enumerate(days), key=lambda pair: pair[1].toordinal() - pair[0]):
        yield [day for _, day in run]
