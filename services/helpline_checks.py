"""When a crisis number was last rung and by whom: the file's date, or a check written here that a second person agreed to.

Only a safety officer writes a check; somebody else agrees. The digits are locked: they change in the signed file alone.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from services import audit, helplines, locks
from services.helplines import NATIONS, Helpline
from services.models import HelplineCheck

HOLDS = timedelta(days=183)
"""How long a check is good: half a year, since people in danger are told the number. Nothing goes quiet when it ends."""
SOON = timedelta(days=30)
LONGEST_NOTE = 200
Condition = Literal["good", "soon", "late", "never", "wrong", "words"]
Agreed = Literal["agreed", "own", "gone"]


@dataclass(frozen=True, slots=True)
class Standing:
    """A row of the table as it stands on a day. `waits`: a check that nobody else has agreed to yet."""

    row: Helpline
    mark: str
    nations: tuple[str, ...]
    condition: Condition
    checked_on: date | None
    good_until: date | None
    last: HelplineCheck | None
    waits: HelplineCheck | None


def mark_of(row: Helpline) -> str:
    """Names a row with all that a person is told of it: another one when a digit is."""
    said = json.dumps([row.key, row.name, row.number, row.nations, row.hours], ensure_ascii=False)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def standings(session: Session, on: date) -> list[Standing]:
    """Every row of the table, in its order."""
    written: dict[str, list[HelplineCheck]] = {}
    for check in session.scalars(select(HelplineCheck).order_by(HelplineCheck.id)):
        written.setdefault(check.mark, []).append(check)
    return [_standing(row, written.get(mark_of(row), ()), on) for row in helplines.table()]


def _standing(row: Helpline, written: Sequence[HelplineCheck], on: date) -> Standing:
    agreed = [one for one in written if one.agreed_at]
    last = max(agreed, key=lambda one: (one.checked_on, one.id), default=None)
    newer = last if last and (row.checked is None or last.checked_on >= row.checked) else None
    checked = newer.checked_on if newer else row.checked
    until = checked + HOLDS if checked else None
    condition = _condition(row, newer, until, on)
    waits = next((one for one in written if not one.agreed_at), None)
    nations = tuple(name for name, letter in NATIONS.items() if letter in row.nations)
    return Standing(row, mark_of(row), nations, condition, checked, until, last, waits)


def _condition(row: Helpline, last: HelplineCheck | None, until: date | None, on: date) -> Condition:
    if not any(sign.isdigit() for sign in row.number):
        return "words"
    if last and not last.right:
        return "wrong"
    if until is None:
        return "never"
    return "late" if until < on else "soon" if until <= on + SOON else "good"


def write(
    session: Session, mark: str, right: bool, note: str, checked_on: date, staff_id: int, now: datetime
) -> HelplineCheck | None:
    """A safety officer rang a number; None when there is no such row any more. One that waits is followed, not kept."""
    if mark not in {mark_of(row) for row in helplines.table()}:
        return None
    locks.alone(session, f"helpline:{mark}")
    for waiting in session.scalars(_waiting().where(HelplineCheck.mark == mark)):
        session.delete(waiting)
    row = HelplineCheck(mark=mark, right=right, note=note, checked_on=checked_on, checked_by=staff_id, written_at=now)
    session.add(row)
    session.flush()
    audit.record(session, f"staff:{staff_id}", "check_helpline", f"helpline:{mark}", now, {"right": right})
    return row


def agree(session: Session, check_id: int, staff_id: int, now: datetime) -> Agreed:
    """A second person stands for it; "own" for who wrote it, "gone" when nothing waits any more."""
    row = session.scalars(locks.on(_waiting().where(HelplineCheck.id == check_id))).first()
    if row is None:
        return "gone"
    if row.checked_by == staff_id:
        audit.record(session, f"staff:{staff_id}", "refused", f"helpline:{row.mark}", now, {"why": "own"})
        return "own"
    row.agreed_by, row.agreed_at = staff_id, now
    session.flush()
    audit.record(session, f"staff:{staff_id}", "agree_helpline", f"helpline:{row.mark}", now, {"right": row.right})
    return "agreed"


def waiting_for(session: Session, staff_id: int) -> int:
    """How many checks wait for somebody other than who wrote them."""
    return (
        session.scalar(
            select(func.count()).select_from(_waiting().where(HelplineCheck.checked_by != staff_id).subquery())
        )
        or 0
    )


def unchecked(session: Session) -> list[str]:
    """Keys of numbers that nobody ever checked, in the file or here, or that somebody found wrong."""
    return [one.row.key for one in standings(session, date.min) if one.condition in ("never", "wrong")]


def _waiting() -> Select[HelplineCheck]:
    return select(HelplineCheck).where(HelplineCheck.agreed_at.is_(None))
