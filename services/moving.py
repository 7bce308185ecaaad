"""A coach moves a call, or calls it off, as agreed with the person: the same chain of record as when they do it themself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from services import audit, booking, conversations, diary, notes
from services.clock import LONDON
from services.diary import Opening
from services.models import Appointment, Referral

Moved = Literal["moved", "taken", "lapsed", "changed"]
"""`taken`, `lapsed`: the opening is not to be had; `changed`: the call does not stand any more."""
MOMENT = timedelta(minutes=5)
SHOWN = 12
AHEAD = timedelta(days=14)
OF_COLLEAGUES = 3
"""Times of one colleague that are offered for one day."""


@dataclass(frozen=True, slots=True)
class Day:
    """The free times of one coach on one day. `own`: in the diary of who looks; `theirs`: in that of the call as it stands."""

    coach: str
    own: bool
    theirs: bool
    day: date
    times: tuple[Opening, ...]


def openings_for(session: Session, call: Appointment, now: datetime) -> list[Opening]:
    """Times to move a call to: the team's soonest of the same kind."""
    return diary.openings(
        session, call.team_id, now=now, kind=call.kind, limit=SHOWN, own_conversation=call.conversation_id
    )


def days_for(session: Session, call: Appointment, own_coach: int | None, now: datetime) -> list[Day]:
    """Times to move a call to, over two weeks: the diary of who looks first, then the call's own coach, then colleagues.

    Of a colleague `OF_COLLEAGUES` times a day are enough to agree on one.
    """
    found = diary.by_coach(
        session,
        call.team_id,
        now=now,
        windows=[(now, now + AHEAD)],
        kind=call.kind,
        own_conversation=call.conversation_id,
    )
    order = [number for number in dict.fromkeys((own_coach, call.coach_id, *found)) if number in found]
    days = []
    for number in order:
        own, theirs = number == own_coach, number == call.coach_id
        for day, times in _by_day(found[number]):
            few = times if own or (theirs and own_coach not in found) else times[:OF_COLLEAGUES]
            days.append(Day(times[0].coach_name, own, theirs, day, tuple(few)))
    return days


def _by_day(openings: list[Opening]) -> list[tuple[date, list[Opening]]]:
    days: dict[date, list[Opening]] = {}
    for opening in openings:
        days.setdefault(opening.starts_at.astimezone(LONDON).date(), []).append(opening)
    return list(days.items())


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


def call_off(session: Session, appointment_id: int, staff_id: int, now: datetime, words: str = "") -> bool:
    """Call a booked call off, as the person asked, in the caller's turn; False when it does not stand any more, or has begun.

    A note of more than 2,000 characters is a ValueError.
    """
    call = session.get_one(Appointment, appointment_id, populate_existing=True)
    if call.starts_at <= now or not booking.call_off(session, appointment_id, now, by="coach"):
        return False
    referral = session.get(Referral, call.referral_id) if call.referral_id else None
    if referral is not None:
        notes.add(session, referral, "note", staff_id, now, words=words, result="called_off", appointment_id=call.id)
        referral.changed_at = now
    when = {"starts_at": call.starts_at.astimezone(LONDON).isoformat(), "kind": call.kind}
    audit.event(session, call.conversation_id, "appointment_called_off", now, when)
    audit.record(session, f"staff:{staff_id}", "call_off", f"appointment:{call.id}", now)
    return True


def _write_down(session: Session, old: Appointment, new: Appointment, staff_id: int, now: datetime) -> None:
    referral = session.get(Referral, old.referral_id) if old.referral_id else None
    if referral is not None:
        notes.add(session, referral, "outcome", staff_id, now, result="moved", appointment_id=old.id)
        referral.changed_at = now
    moved = {"starts_at": new.starts_at.isoformat(), "kind": new.kind}
    audit.event(session, new.conversation_id, "appointment_moved", now, moved)
    audit.record(session, f"staff:{staff_id}", "move_call", f"appointment:{old.id}", now, {"to": new.id})
