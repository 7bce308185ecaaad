"""Safety alerts and who is on duty; with no rota nothing is promised."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.clock import LONDON
from services.models import DutyAlert, DutyShift

REPEAT_WITHIN = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Alerted:
    """An alert that was raised; `answer_by` is None when nobody is on duty."""

    id: int
    on_duty_id: int | None
    answer_by: datetime | None

    @property
    def result(self) -> str:
        """What a flow branches on: "alerted" or "no_rota"."""
        return "alerted" if self.on_duty_id else "no_rota"


def on_duty(session: Session, team_id: str | None, now: datetime) -> DutyShift | None:
    """The shift that covers now on the wall in England; None when the team has no rota for it."""
    if team_id is None:
        return None
    wall = now.astimezone(LONDON)
    minute = wall.hour * 60 + wall.minute
    today = select(DutyShift).where(DutyShift.team_id == team_id, DutyShift.weekday == wall.weekday())
    return session.scalars(today.where(DutyShift.starts_minute <= minute, DutyShift.ends_minute > minute)).first()


def alert(session: Session, conversation_id: int, team_id: str | None, reason: str, now: datetime) -> Alerted:
    """Raise an alert in the caller's transaction; the same open one of the last ten minutes is answered instead."""
    same = select(DutyAlert).where(
        DutyAlert.conversation_id == conversation_id,
        DutyAlert.reason == reason,
        DutyAlert.closed_at.is_(None),
        DutyAlert.raised_at > now - REPEAT_WITHIN,
    )
    row = session.scalars(same).first() or _raise(session, conversation_id, team_id, reason, now)
    return Alerted(row.id, row.on_duty_id, row.answer_by)


def _raise(session: Session, conversation_id: int, team_id: str | None, reason: str, now: datetime) -> DutyAlert:
    shift = on_duty(session, team_id, now)
    row = DutyAlert(
        conversation_id=conversation_id,
        team_id=team_id,
        kind="safety",
        reason=reason,
        raised_at=now,
        on_duty_id=shift.staff_id if shift else None,
        deputy_id=shift.deputy_id if shift else None,
        answer_by=now + timedelta(minutes=shift.answer_minutes) if shift else None,
    )
    session.add(row)
    session.flush()
    return row


def open_alerts(session: Session, team_id: str | None) -> list[DutyAlert]:
    """Alerts of a team, and those of no team, that nobody has closed; oldest first. None = of all teams."""
    rows = select(DutyAlert).where(DutyAlert.closed_at.is_(None)).order_by(DutyAlert.raised_at)
    if team_id is not None:
        rows = rows.where(or_(DutyAlert.team_id == team_id, DutyAlert.team_id.is_(None)))
    return list(session.scalars(rows))


def accept(session: Session, alert_id: int, staff_id: int, now: datetime) -> bool:
    """A member of staff takes an alert on; False when somebody has it already."""
    row = session.get_one(DutyAlert, alert_id, with_for_update=True, populate_existing=True)
    if row.accepted_at is not None:
        return False
    row.accepted_at, row.accepted_by = now, staff_id
    session.flush()
    return True


def close(session: Session, alert_id: int, note: str | None, now: datetime) -> None:
    """An alert is dealt with; the note is sealed."""
    row = session.get_one(DutyAlert, alert_id, with_for_update=True)
    row.closed_at, row.note = now, note
    session.flush()


def escalate_overdue(session: Session, now: datetime) -> list[DutyAlert]:
    """Pass every alert that nobody accepted in time to its deputy, once; answers those passed on."""
    overdue = select(DutyAlert).where(
        DutyAlert.accepted_at.is_(None),
        DutyAlert.closed_at.is_(None),
        DutyAlert.escalated_at.is_(None),
        DutyAlert.answer_by <= now,
    )
    rows = list(session.scalars(overdue.with_for_update(skip_locked=True)))
    for row in rows:
        row.escalated_at = now
    session.flush()
    return rows
