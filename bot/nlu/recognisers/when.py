"""When somebody can be rung."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

Window = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class When:
    """Half-open London wall-clock windows, soonest first; `ambiguous` holds the readings to ask about."""

    windows: tuple[Window, ...]
    asap: bool = False
    ambiguous: tuple[tuple[Window, ...], ...] | None = None
    whole: bool = False


def read_when(
    text: str, now: datetime, *, bank_holidays: Collection[date] | None = None, reference: datetime | None = None
) -> When | None:
    """The times that a message names, over the 28 days after `now`; None where it names none."""
    return None
