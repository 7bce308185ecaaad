"""Reminders are derived from the call when they fall due, never stored apart from it (invariants 8 and 9).

The day before at the same time on the wall; one hour before. Between 20:00 and 08:00 in England nothing is sent
unasked: an hour-before that falls there joins the evening before, as a day reminder.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Literal

from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services.clock import LONDON
from services.models import AddressRow, Appointment, Conversation, ReminderSent

QUIET_FROM, QUIET_UNTIL = time(20), time(8)
EVENING = time(19)
JUST_BOOKED = timedelta(hours=2)  # who has just read the confirmation needs no reminder
TOO_LATE = timedelta(minutes=10)

Kind = Literal["day", "hour"]


@dataclass(frozen=True, slots=True)
class Reminder:
    """One reminder and when it may go (UTC, from `due_at` until `not_after`)."""

    conversation_id: int
    appointment_id: int
    kind: Kind
    flow: str
    due_at: datetime
    not_after: datetime


def is_quiet(moment: datetime) -> bool:
    """Whether it is between 8pm and 8am in England."""
    wall = moment.astimezone(LONDON).time()
    return wall >= QUIET_FROM or wall < QUIET_UNTIL


def after_quiet(moment: datetime) -> datetime:
    """The moment itself, or 8am in England when it falls in the quiet hours (UTC)."""
    if not is_quiet(moment):
        return moment
    wall = moment.astimezone(LONDON)
    day = wall.date() + timedelta(days=1 if wall.time() >= QUIET_FROM else 0)
    return datetime.combine(day, QUIET_UNTIL, LONDON).astimezone(UTC)


def quiet_from(moment: datetime) -> datetime:
    """8pm of the moment's day in England (UTC)."""
    return datetime.combine(moment.astimezone(LONDON).date(), QUIET_FROM, LONDON).astimezone(UTC)


_COMING = (
    select(Appointment)
    .join(Conversation, Conversation.id == Appointment.conversation_id)
    .join(AddressRow, AddressRow.id == Conversation.address_id)
    .where(Appointment.status == "booked", AddressRow.stopped_at.is_(None))
    .where(Appointment.starts_at > bindparam("now"), Appointment.starts_at < bindparam("until"))
    .order_by(Appointment.starts_at, Appointment.id)
)
"""Built once: it is asked for every two seconds, and building a statement takes longer than running it."""


def of(appointment: Appointment) -> tuple[Reminder, Reminder]:
    """The day reminder and the hour reminder of a call."""
    return _day_before(appointment), _hour_before(appointment)


def _day_before(appointment: Appointment) -> Reminder:
    wall = appointment.starts_at.astimezone(LONDON)
    due = datetime.combine(wall.date() - timedelta(days=1), wall.time(), LONDON).astimezone(UTC)
    if is_quiet(due):
        due = _evening_before(appointment)
    return _reminder(appointment, "day", "remind_call_day", due, _eve(appointment, QUIET_FROM))


def _hour_before(appointment: Appointment) -> Reminder:
    due = appointment.starts_at - timedelta(hours=1)
    if is_quiet(due):
        until = _eve(appointment, QUIET_FROM)
        return _reminder(appointment, "hour", "remind_call_day", _evening_before(appointment), until)
    return _reminder(appointment, "hour", "remind_call_hour", due, appointment.starts_at - TOO_LATE)


def _reminder(appointment: Appointment, kind: Kind, flow: str, due: datetime, until: datetime) -> Reminder:
    return Reminder(appointment.conversation_id, appointment.id, kind, flow, due, until)


def _evening_before(appointment: Appointment) -> datetime:
    return _eve(appointment, EVENING)


def _eve(appointment: Appointment, at: time) -> datetime:
    day = appointment.starts_at.astimezone(LONDON).date() - timedelta(days=1)
    return datetime.combine(day, at, LONDON).astimezone(UTC)


def due(session: Session, now: datetime, limit: int = 100) -> list[Reminder]:
    """Reminders to begin now, soonest call first; none for who stopped, none that is stale, none begun before.

    Read outside the turn; the turn then says `begin` under the conversation's lock.
    """
    if is_quiet(now):
        return []
    coming = _coming(session, now)
    if not coming:
        return []
    sent = select(ReminderSent.appointment_id, ReminderSent.kind)
    begun = {
        (row[0], row[1]) for row in session.execute(sent.where(ReminderSent.appointment_id.in_([c.id for c in coming])))
    }
    found = [r for call in coming for r in of(call) if is_due(call, r, now) and (call.id, r.kind) not in begun]
    return found[:limit]


def _coming(session: Session, now: datetime) -> list[Appointment]:
    return list(session.scalars(_COMING, {"now": now, "until": now + timedelta(days=2)}))


def is_due(appointment: Appointment, reminder: Reminder, now: datetime) -> bool:
    """Whether a reminder may go now: its time has come and not gone, and the call was not just booked."""
    booked_early = appointment.created_at + (JUST_BOOKED if reminder.kind == "day" else timedelta()) <= reminder.due_at
    return booked_early and reminder.due_at <= now <= reminder.not_after


def begin(session: Session, reminder: Reminder, now: datetime) -> bool:
    """Record a reminder as begun, in the turn that says it; False when it was begun or the call changed meanwhile."""
    call = session.get_one(Appointment, reminder.appointment_id, populate_existing=True)
    if call.status != "booked" or not is_due(call, reminder, now):
        return False
    try:
        with session.begin_nested():
            session.add(ReminderSent(appointment_id=call.id, kind=reminder.kind, at=now))
    except IntegrityError:
        return False
    return True
