"""Times as a person reads them: "Tue 24 Nov, 10am", always on the wall in England."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Protocol, TypeVar

from services.clock import LONDON, aware

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MIDDAY = 12


class Starts(Protocol):
    @property
    def starts_at(self) -> datetime: ...


Opening = TypeVar("Opening", bound=Starts)


def spoken_date(day: date) -> str:
    """ "Tue 24 Nov"."""
    return f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"


def spoken_time(moment: datetime) -> str:
    """ "10am", "2:30pm"."""
    wall = moment.astimezone(LONDON)
    minutes = f":{wall.minute:02d}" if wall.minute else ""
    return f"{(wall.hour - 1) % 12 + 1}{minutes}{'am' if wall.hour < MIDDAY else 'pm'}"


def spoken(moment: datetime) -> str:
    """ "Tue 24 Nov, 10am"."""
    return f"{spoken_date(moment.astimezone(LONDON).date())}, {spoken_time(moment)}"


def windows_of(wish: Any) -> list[tuple[datetime, datetime]]:
    """The windows of an opening wish (London wall clock, half-open) in UTC; both readings of an ambiguous one."""
    if not isinstance(wish, dict):
        return []
    readings = wish.get("ambiguous") or [wish.get("windows") or []]
    spans = [span for reading in readings for span in reading]
    return sorted((aware(datetime.fromisoformat(start)), aware(datetime.fromisoformat(end))) for start, end in spans)


def spread(openings: Iterable[Opening], most: int) -> list[Opening]:
    """A choice worth having: the soonest of different half-days first, then the soonest of the rest, in order of time."""
    by_time = {opening.starts_at: opening for opening in sorted(openings, key=lambda each: each.starts_at)}
    halves: dict[tuple[date, bool], Opening] = {}
    for moment, opening in by_time.items():
        wall = moment.astimezone(LONDON)
        halves.setdefault((wall.date(), wall.hour < MIDDAY), opening)
    chosen = list(halves.values())[:most]
    rest = (opening for opening in by_time.values() if opening not in chosen)
    return in_order([*chosen, *islice(rest, most - len(chosen))])


def in_order(openings: Sequence[Opening]) -> list[Opening]:
    return sorted(openings, key=lambda each: each.starts_at)
