"""The clock of working hours: Monday to Friday, 9am to 5pm in England, no bank holidays.

Promises run on it, so that a weekend makes nobody late and a Friday evening is not counted as care.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

from services.clock import LONDON
from services.diary import is_working_day

OPENS, CLOSES = time(9), time(17)
DAY = timedelta(hours=8)
_FURTHEST = 400  # days looked at: nothing on the desk is promised for longer


def is_open(moment: datetime) -> bool:
    """Whether somebody can be expected at the desk."""
    wall = moment.astimezone(LONDON)
    return is_working_day(wall.date()) and OPENS <= wall.time() < CLOSES


def opens_next(moment: datetime) -> datetime:
    """When the desk is next open (UTC); the moment itself while it is."""
    if is_open(moment):
        return moment
    return next(starts for starts, _ in _days(moment) if starts > moment)


def closed_since(moment: datetime) -> datetime:
    """When the desk last closed (UTC); the moment itself while it is open."""
    if is_open(moment):
        return moment
    today = moment.astimezone(LONDON).date()
    days = (today - timedelta(days=number) for number in range(_FURTHEST))
    return next(end_of(day) for day in days if is_working_day(day) and end_of(day) <= moment)


def end_of(day: date) -> datetime:
    """The end of a day's work (UTC): the latest moment of a promise "by" that day."""
    return datetime.combine(day, CLOSES, LONDON).astimezone(UTC)


def after(moment: datetime, working: timedelta) -> datetime:
    """The moment (UTC) by which so much working time has passed."""
    left = working
    for starts, ends in _days(moment):
        begins = max(starts, moment)
        if begins + left <= ends:
            return begins + left
        left -= max(ends - begins, timedelta())
    raise ValueError("that is more than a year of work")


def left(now: datetime, due: datetime) -> timedelta:
    """Working time from now until `due`; negative once it is past: how much work has gone by since."""
    return _between(now, due) if due >= now else -_between(due, now)


def _between(first: datetime, last: datetime) -> timedelta:
    total = timedelta()
    for starts, ends in _days(first):
        if starts >= last:
            break
        total += max(min(ends, last) - max(starts, first), timedelta())
    return total


def _days(moment: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The working days from the moment's day on: when each begins and ends (UTC)."""
    first = moment.astimezone(LONDON).date()
    for number in range(_FURTHEST):
        day = first + timedelta(days=number)
        if is_working_day(day):
            yield datetime.combine(day, OPENS, LONDON).astimezone(UTC), end_of(day)
