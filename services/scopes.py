"""Who looks, and whose people they may see: a team's condition is part of every query of the desk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, or_, select, true
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from services import audit, conversations
from services.models import Appointment, CallBack, DutyAlert, Referral, StaffMember

_Row = TypeVar("_Row", Referral, Appointment, CallBack, DutyAlert)
_Talked = TypeVar("_Talked", Referral, Appointment, CallBack)
NAMES: dict[type[Any], str] = {
    Referral: "referral",
    Appointment: "appointment",
    CallBack: "call_back",
    DutyAlert: "alert",
}


@dataclass(frozen=True, slots=True)
class Viewer:
    """A member of staff. `scope`: a team's id, None for every team, "" for none; `coach_id`: whose diary is theirs."""

    staff_id: int
    scope: str | None
    coach_id: int | None = None

    @property
    def actor(self) -> str:
        """As the audit names them."""
        return f"staff:{self.staff_id}"

    def within(self, team: Any) -> ColumnElement[bool]:
        """The condition that a column holds a team of theirs."""
        return true() if self.scope is None else team == self.scope


def mine(viewer: Viewer, model: type[_Row]) -> Select[_Row]:
    """All rows of a kind that this viewer may see; alerts of no team are everybody's who has a team."""
    rows = select(model)
    if model is DutyAlert and viewer.scope:
        return rows.where(or_(viewer.within(model.team_id), model.team_id.is_(None)))
    return rows.where(viewer.within(model.team_id))


def find(session: Session, model: type[_Row], row_id: int, viewer: Viewer, now: datetime) -> _Row | None:
    """One row of theirs; None, and the try is audited as refused, for another team's or one that never was."""
    row = session.scalars(mine(viewer, model).where(model.id == row_id)).first()
    if row is None:
        refuse(session, viewer, f"{NAMES[model]}:{row_id}", "not_theirs", now)
    return row


def lock(session: Session, model: type[_Talked], row_id: int, viewer: Viewer, now: datetime) -> _Talked | None:
    """The same with its conversation locked, and as it is by then: the person or a colleague may have been quicker."""
    row = find(session, model, row_id, viewer, now)
    if row is None:
        return None
    try:
        conversations.lock(session, row.conversation_id)
    except NoResultFound:  # forgotten in this very moment, and the row with it
        return find(session, model, row_id, viewer, now)
    return session.get(model, row_id, populate_existing=True)


def refuse(session: Session, viewer: Viewer, subject: str, why: str, now: datetime) -> None:
    """Put a refusal into the audit."""
    audit.record(session, viewer.actor, "refused", subject, now, {"why": why})


def name_of(session: Session, staff_id: int | None) -> str | None:
    """The name of a member of staff, as colleagues see it."""
    row = session.get(StaffMember, staff_id) if staff_id else None
    return (row.name or row.email) if row else None
