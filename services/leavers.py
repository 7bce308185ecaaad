"""Coaches who have left, and the people they leave behind: calls that nobody would ring, and people who are nobody's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services import call_backs, scopes
from services.models import Appointment, Coach, Referral, StaffMember
from services.referrals import CLOSED, current
from services.scopes import Viewer


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """Somebody whose coach has left: since when, the next booked call with that coach, whether a promise to ring is open."""

    person_id: int
    referral: int | None
    team_id: str
    coach_id: int
    since: datetime
    call: datetime | None
    promised: bool


def gone(session: Session, viewer: Viewer) -> set[int]:
    """The coaches of the viewer's teams who have left."""
    return set(session.scalars(select(Coach.id).where(viewer.within(Coach.team_id), Coach.active.is_(False))))


def close_diary(session: Session, coach_id: int) -> None:
    """A coach has left: nothing is offered in their diary any more; what is booked stays, and waits on the desk."""
    session.get_one(Coach, coach_id).active = False
    session.flush()


def left_behind(session: Session, viewer: Viewer, now: datetime) -> list[LeftBehind]:
    """One for each person, whether by a booked call or by the caseload."""
    found: dict[int, LeftBehind] = {}
    left = gone(session, viewer)
    for each in [*_calls(session, viewer, left, now), *_people(session, viewer, left)]:
        found.setdefault(each.person_id, each)
    return list(found.values())


def _calls(session: Session, viewer: Viewer, left: set[int], now: datetime) -> Iterator[LeftBehind]:
    rows = scopes.mine(viewer, Appointment).where(Appointment.status == "booked", Appointment.coach_id.in_(left))
    for call in session.scalars(rows.where(Appointment.ends_at > now).order_by(Appointment.starts_at)):
        referral = session.get(Referral, call.referral_id) if call.referral_id else None
        referral = referral or current(session, call.person_id, call.team_id)
        since = _left_at(session, call.coach_id) or call.created_at
        number = referral.id if referral else None
        yield LeftBehind(call.person_id, number, call.team_id, call.coach_id, since, call.starts_at, False)


def _people(session: Session, viewer: Viewer, left: set[int]) -> Iterator[LeftBehind]:
    rows = scopes.mine(viewer, Referral).where(Referral.status.not_in(CLOSED), Referral.coach_id.in_(left))
    for row in session.scalars(rows.order_by(Referral.id.desc())):
        promised = call_backs.waiting_for(session, row.person_id) is not None
        coach = row.coach_id or 0
        since = _left_at(session, coach) or row.changed_at
        yield LeftBehind(row.person_id, row.id, row.team_id, coach, since, None, promised)


def _left_at(session: Session, coach_id: int) -> datetime | None:
    """When the last account of a coach was closed; None when none was."""
    return session.scalar(select(func.max(StaffMember.disabled_at)).where(StaffMember.coach_id == coach_id))
