"""When somebody can be rung: their own words read into windows of London time."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import product
from zoneinfo import ZoneInfo

from bot.nlu.recognisers.text import clean
from bot.nlu.recognisers.when_clauses import Builder, Clause
from bot.nlu.recognisers.when_dates import DAY, Calendar
from bot.nlu.recognisers.when_grammar import ALL_HOURS, pieces
from bot.nlu.recognisers.when_values import CLOSES, DAYS_AHEAD, OPENS, Days, Item, Minutes, When, Window
from bot.nlu.recognisers.when_words import time_tokens
from services.bank_holidays import bank_holidays as of_england

LONDON = ZoneInfo("Europe/London")
MOST_READINGS = 4
LONGEST = 600  # characters: nobody names a time in more

__all__ = ["When", "Window", "read_when"]


@cache
def english_bank_holidays(year: int) -> frozenset[date]:
    """Bank holidays of England in a year and the next."""
    return of_england(year) | of_england(year + 1)


def read_when(
    text: str, now: datetime, *, bank_holidays: Collection[date] | None = None, reference: datetime | None = None
) -> When | None:
    """The times that a message names, over the 28 days after `now`; None where it names none.

    `now` is aware, or London wall clock. `reference` is the time that "same time" means.
    """
    wall = _wall(now)
    calendar = Calendar(
        wall.date(),
        english_bank_holidays(wall.year) if bank_holidays is None else bank_holidays,
        wall.hour * 60 + wall.minute,
    )
    found = time_tokens(clean(text)[:LONGEST])
    items = pieces(found, calendar, None if reference is None else _wall(reference))
    whole = all(item.kind != "other" for item in items) and len(text) <= LONGEST
    builder = Builder()
    clauses = builder.read(items)
    if not _names_a_time(items, whole, builder.asap):
        return None
    readings = _readings(clauses, calendar, wall)
    windows = tuple(sorted({window for reading in readings for window in reading}))
    return When(_merged(windows), builder.asap, tuple(readings) if len(readings) > 1 else None, whole)


def _wall(now: datetime) -> datetime:
    local = now.astimezone(LONDON).replace(tzinfo=None) if now.tzinfo else now
    return local.replace(second=0, microsecond=0) + timedelta(minutes=1 if local.second or local.microsecond else 0)


def _names_a_time(items: Sequence[Item], whole: bool, asap: bool) -> bool:
    """Days or hours were named; "any" and "I'm easy" count only as the whole message."""
    if any(item.kind in {"time", "any"} for item in items):
        return any(item.kind == "time" or item.hours for item in items) or whole
    return whole and (asap or any(item.kind == "all" for item in items))


# --- windows -----------------------------------------------------------------------------------------------------------


def _readings(clauses: Sequence[Clause], calendar: Calendar, wall: datetime) -> list[tuple[Window, ...]]:
    """Every way to understand the clauses, as windows; mostly one."""
    ways = [_ways(clause) for clause in clauses]
    found: list[tuple[Window, ...]] = []
    for choice in list(product(*ways))[:MOST_READINGS]:
        windows = _windows(list(zip(clauses, choice, strict=True)), calendar, wall)
        if windows not in found:
            found.append(windows)
    return found or [_windows([], calendar, wall)]


Way = tuple[tuple[Days, ...], ...]


def _ways(clause: Clause) -> list[Way]:
    """The clause with each of its ambiguous days settled in one way."""
    flat = [(g, days) for g, group in enumerate(clause.days) for days in group]
    options = [[Days(d.weekdays, d.recurring, (r,), d.span) for r in d.readings] or [d] for _, d in flat]
    ways: list[Way] = []
    for settled in list(product(*options))[:MOST_READINGS]:
        groups: list[list[Days]] = [[] for _ in clause.days]
        for (g, _), days in zip(flat, settled, strict=True):
            groups[g].append(days)
        ways.append(tuple(tuple(group) for group in groups))
    return ways or [()]


def _windows(settled: Sequence[tuple[Clause, Way]], calendar: Calendar, wall: datetime) -> tuple[Window, ...]:
    wanted = [(clause, way) for clause, way in settled if not clause.left_out]
    unwanted = [(clause, way) for clause, way in settled if clause.left_out]
    by_day: dict[date, list[Minutes]] = {}
    for clause, way in wanted or [(Clause(), ())]:
        for day, hours in _of(clause, way, calendar, wall).items():
            by_day.setdefault(day, []).extend(hours)
    for clause, way in unwanted:
        for day, hours in _of(clause, way, calendar, wall, leaving_out=True).items():
            if day in by_day:
                by_day[day] = _without(by_day[day], hours)
    return _merged(sorted(w for day, hours in by_day.items() for w in _clipped(day, hours, calendar, wall)))


def _of(
    clause: Clause, way: Way, calendar: Calendar, wall: datetime, leaving_out: bool = False
) -> dict[date, list[Minutes]]:
    """The clause's hours on each of its days."""
    hours = [window for part in clause.hours for window in part.windows] or list(ALL_HOURS)
    days = [day for group in way for day in _days(group, hours, calendar, wall, leaving_out)]
    if not clause.days:
        days = [calendar.today + DAY * n for n in range(DAYS_AHEAD + 1)]
    if clause.days and not any(part.recurring for group in clause.days for part in group):
        return dict.fromkeys(days, hours)
    now = wall.hour * 60 + wall.minute
    return {day: hours if day < calendar.last else _without(hours, [(now, 24 * 60)]) for day in days}


def _days(
    group: Sequence[Days], hours: list[Minutes], calendar: Calendar, wall: datetime, leaving_out: bool
) -> set[date]:
    """The dates on which all of a group's parts agree."""
    dates = [part.readings[0] for part in group if part.readings]
    weekdays = [part for part in group if part.weekdays]
    if dates:
        both = set(dates[0]).intersection(*dates[1:])
        return {day for day in both if all(day.weekday() in part.weekdays for part in weekdays)}
    if leaving_out or any(part.recurring for part in weekdays):
        horizon = [calendar.today + DAY * n for n in range(DAYS_AHEAD + 1)]
        return {day for day in horizon if all(day.weekday() in part.weekdays for part in weekdays)}
    return {_coming(weekday, hours, calendar, wall) for part in weekdays for weekday in part.weekdays}


def _coming(weekday: int, hours: list[Minutes], calendar: Calendar, wall: datetime) -> date:
    """The next such day on which the hours are not yet past."""
    day = calendar.coming(weekday)
    gone = day == calendar.today and all(min(end, CLOSES) <= wall.hour * 60 + wall.minute for _, end in hours)
    return day + 7 * DAY if gone else day


def _without(hours: list[Minutes], out: list[Minutes]) -> list[Minutes]:
    left = hours
    for a, b in out:
        left = [
            piece
            for start, end in left
            for piece in ((start, min(end, a)), (max(start, b), end))
            if piece[0] < piece[1]
        ]
    return left


def _clipped(day: date, hours: list[Minutes], calendar: Calendar, wall: datetime) -> list[Window]:
    midnight = datetime.combine(day, time())
    windows = []
    for start, end in hours:
        opens, closes = max(start, OPENS), min(end, CLOSES)
        begin = max(midnight + timedelta(minutes=opens), wall)
        finish = midnight + timedelta(minutes=closes)
        if begin < finish and opens < closes:
            windows.append((begin, finish))
    return windows


def _merged(windows: Sequence[Window]) -> tuple[Window, ...]:
    """Windows that touch or overlap become one."""
    merged: list[Window] = []
    for start, end in sorted(windows):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
