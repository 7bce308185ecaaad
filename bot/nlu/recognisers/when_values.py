"""The pieces that a booking-time phrase is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

OPENS, CLOSES = 8 * 60, 20 * 60  # nobody is rung before 08:00 or from 20:00 on
SHORTEST = 30  # minutes: a named clock time stands for the half hour that it begins
DAYS_AHEAD = 28
ALL_HOURS = ((OPENS, CLOSES),)

Minutes = tuple[int, int]
Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class When:
    """Half-open London wall-clock windows, soonest first; `ambiguous` holds the readings to ask about."""

    windows: tuple[Window, ...]
    asap: bool = False
    ambiguous: tuple[tuple[Window, ...], ...] | None = None
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Days:
    """Days named: weekdays by number, or dates in one or several readings."""

    weekdays: frozenset[int] = frozenset()
    recurring: bool = False  # "mondays", "any monday": each of them, not only the coming one
    readings: tuple[frozenset[date], ...] = ()
    span: bool = False  # a stretch such as "next week", which narrows the days beside it
    left_out: tuple[frozenset[date], ...] = ()  # what goes where it is denied: "not until monday" keeps the monday


@dataclass(frozen=True, slots=True)
class Hours:
    """A time of day as minutes after midnight."""

    windows: tuple[Minutes, ...]
    clock: bool = False  # a clock time: a window of its own, not a part of the day
    turnable: bool = False  # said without am or pm
    tentative: bool = False  # a bare number: a time only beside other words about time
    others: tuple[tuple[Minutes, ...], ...] = ()  # what else the words can mean: "dinner time", "ten to four"
    plural: bool = False  # "mornings": with a day of the week, each of them
    bound: bool = False  # "after 3", "before 11"
    on: frozenset[int] = frozenset()  # the days of the week it is said of where no day is named: "school hours"

    @property
    def readings(self) -> tuple[Hours, ...]:
        """Each way to understand the words, the likeliest first."""
        return tuple(replace(self, windows=windows, others=()) for windows in (self.windows, *self.others))

    def turned(self) -> Hours:
        """The same clock time in the other half of the day."""
        return replace(self, windows=tuple(((a + 720) % 1440, (a + 720) % 1440 + b - a) for a, b in self.windows))


Kind = Literal[
    "time", "not", "no_good", "good", "prefer", "join", "comma", "but", "stop", "any", "all", "asap", "filler", "other",
    "vague", "others", "not_that", "busy", "so", "soon", "own", "mended", "undecided",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of a message, with the tokens that it covers."""

    kind: Kind
    start: int
    end: int
    days: Days | None = None
    hours: Hours | None = None


def overlap(a: tuple[Minutes, ...], b: tuple[Minutes, ...]) -> tuple[Minutes, ...]:
    """The minutes in both."""
    both = ((max(x, p), min(y, q)) for x, y in a for p, q in b)
    return tuple(sorted((start, end) for start, end in both if start < end))


def meet(a: Hours, b: Hours) -> Hours | None:
    """The hours in both, for each way to understand them; None where they never meet."""
    both = [met for left in a.readings for right in b.readings if (met := _meet(left, right))]
    windows = list(dict.fromkeys(met.windows for met in both))
    return replace(both[0], others=tuple(windows[1:]), on=a.on | b.on) if both else None


def _meet(a: Hours, b: Hours) -> Hours | None:
    """The hours in both, turning an hour said without am or pm where that helps."""
    for left in (a, a.turned()) if a.turnable else (a,):
        for right in (b, b.turned()) if b.turnable else (b,):
            both = overlap(_stretched(left), _stretched(right))
            if both:
                return Hours(both, a.clock or b.clock)
    return None


def _stretched(hours: Hours) -> tuple[Minutes, ...]:
    """Beside a clock time a morning begins at midnight and an evening ends there: "10 at night" is no 10 in the morning."""
    if hours.clock:
        return hours.windows
    return tuple((0 if a == OPENS else a, 24 * 60 if b == CLOSES else b) for a, b in hours.windows)


def is_sharp(windows: Sequence[Window]) -> bool:
    """Clock times and no stretches."""
    return all(end - start <= timedelta(minutes=SHORTEST) for start, end in windows)
