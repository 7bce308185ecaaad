"""A coach moves a call, as agreed with the person: the same hold and the same chain of record as the person's own move."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from services import audit, booking, conversations, diary, notes
from services.diary import Opening
from services.models import Appointment, Referral

Moved = Literal["moved", "taken", "lapsed", "changed"]
"""`taken`, `lapsed`: the opening is not to be had; `changed`: the call does not stand any more."""
MOMENT = timedelta(minutes=5)
SHOWN = 12


def openings_for(session: Session, call: Appointment, now: datetime) -> list[Opening]:
    """Times to move a call to: the team's soonest of the same kind."""
    return diary.openings(session, call.team_id, now=now, kind=call.kind, limit=SHOWN)


def move(session: Session, appointment_id: int, opening_id: str, staff_id: int, now: datetime) -> Moved:
    """Hold the opening and turn it into a call that replaces this one, in the caller's turn.

    A call that is past and of which nothing was recorded may be moved too: "they asked me to ring next week".
    """
    call = session.get_one(Appointment, appointment_id, populate_existing=True)
    if call.status != "booked":
        return "changed"
    conversation = conversations.lock(session, call.conversation_id)
    held = booking.hold(session, conversation, opening_id, now, MOMENT)
    if held != "held":
        return held
    new = booking.replace(session, conversation, call, now, by="coach")
    if not isinstance(new, Appointment):
        return new
    _write_down(session, call, new, staff_id, now)
    return "moved"


def _write_down(session: Session, old: Appointment, new: Appointment, staff_id: int, now: datetime) -> None:
    referral = session.get(Referral, old.referral_id) if old.referral_id else None
    if referral is not None:
        notes.add(session, referral, "outcome", staff_id, now, result="moved", appointment_id=old.id)
        referral.changed_at = now
    moved = {"starts_at": new.starts_at.isoformat(), "kind": new.kind}
    audit.event(session, new.conversation_id, "appointment_moved", now, moved)
    audit.record(session, f"staff:{staff_id}", "move_call", f"appointment:{old.id}", now, {"to": new.id})
