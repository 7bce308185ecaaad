"""When something next falls due: for a clock that is moved by hand."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import reminders, takeovers
from services.models import Appointment, DueWork, DutyAlert, DutyAsk, MessageOut


def next_moment(session: Session, now: datetime) -> datetime | None:
    """The soonest moment after now at which something falls due (UTC): work, a message, a coach's silence."""
    work = session.scalars(select(DueWork.due_at).where(DueWork.done_at.is_(None), DueWork.due_at > now))
    sends = session.scalars(select(MessageOut.run_at).where(MessageOut.status == "queued", MessageOut.run_at > now))
    waits = select(DutyAlert.id).where(DutyAlert.accepted_at.is_(None), DutyAlert.closed_at.is_(None))
    alerts = session.scalars(select(DutyAsk.answer_by).where(DutyAsk.alert_id.in_(waits), DutyAsk.answer_by > now))
    calls = session.scalars(select(Appointment).where(Appointment.status == "booked", Appointment.starts_at > now))
    due = [reminder.due_at for call in calls for reminder in reminders.of(call)]
    coming = [moment for moment in (*work, *sends, *alerts, *due, *takeovers.next_moment(session)) if moment > now]
    return min(coming) + timedelta(seconds=1) if coming else None
