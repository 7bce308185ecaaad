"""When a person's fit note, sick pay or job ends, as they said it unasked: how near it is raises them on the desk.

It is no safety alert, and a date that has passed raises nobody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

NEAR = 7
"""Days ahead from which on a date raises the person among others who wait for the same."""
KEPT = "ends"


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends (fit_note, sick_pay, job), on which day, in how many days in England; negative once it has passed."""

    what: str
    on: date
    days: int

    @property
    def is_near(self) -> bool:
        return 0 <= self.days <= NEAR


def of(card: Mapping[str, Any] | None, today: date) -> tuple[Ending, ...]:
    """Every date on a card, the soonest first."""
    told = (card or {}).get(KEPT)
    found = [(str(each["what"]), date.fromisoformat(each["on"])) for each in told] if isinstance(told, list) else []
    return tuple(Ending(what, on, (on - today).days) for what, on in sorted(found, key=lambda each: each[1]))


def near(card: Mapping[str, Any] | None, today: date) -> Ending | None:
    """The soonest that is near; None when none is."""
    return next((ending for ending in of(card, today) if ending.is_near), None)
