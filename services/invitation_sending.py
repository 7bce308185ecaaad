"""Sending invitations: claim, close the transaction, send, settle, as the outbox does (leases on real time).

A mail that is known not to have been taken is tried until its call is over. Where nobody knows (a crash, a connection
lost at the end) it is sent once more, flagged and with the same Message-ID, and then never again.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from services import calendar_entries, coach_calendars, faults, locks
from services.calendar_entries import Event
from services.clock import real_now
from services.db import Database
from services.messages import SendError, SendFailed, SendLater
from services.models import Appointment, Coach, Invitation
from services.models.base import is_unsettled

LEASE = timedelta(seconds=120)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class Letter:
    """One invitation as it is to be sent. `why`: booked, moved, called_off or given (to a colleague)."""

    id: int
    to: str
    method: str
    why: str
    event: Event
    kind: str
    referral: int | None
    made_at: datetime
    repeat: bool


@dataclass(frozen=True, slots=True)
class _Claim:
    lease: str
    letter: Letter


Post = Callable[[Letter], None]
"""Hands a letter to the mail server; raises SendLater, SendFailed, or anything else when nobody knows."""


def deliver(db: Database, post: Post, limit: int, now: datetime) -> int:
    """Send up to `limit` invitations; answers how many were tried. Safe from many threads and processes."""
    tried = 0
    while tried < limit and _waits(db):
        with db.write() as session:
            claim = _claim(session, now)
        if claim is None:
            break
        faults.point("after_claim_commit")
        wrong = _try(post, claim.letter)
        faults.point("after_send")
        with db.write() as session:
            _settle(session, claim, wrong, now)
        tried += 1
    return tried


def try_now(db: Database) -> None:
    """The mail server answers again: what waited for a next try need not wait any longer."""
    paused = update(Invitation).where(is_unsettled(Invitation.status), Invitation.lease.is_(None))
    with db.write() as session:
        session.execute(paused.values(lease_until=None))


def _waits(db: Database) -> bool:
    """Idling opens no write."""
    with db.read() as session:
        return session.scalars(_claimable(real_now())).first() is not None


def _try(post: Post, letter: Letter) -> Exception | None:
    try:
        post(letter)
    except Exception as wrong:  # whatever it was, this mail is settled by it and the others go on
        return wrong
    return None


def _claimable(real: datetime) -> Select[Invitation]:
    """The next mail; it waits for earlier ones to the same coach about the same call."""
    earlier = aliased(Invitation)
    behind = exists().where(
        earlier.chain_id == Invitation.chain_id,
        earlier.coach_id == Invitation.coach_id,
        earlier.id < Invitation.id,
        is_unsettled(earlier.status),
    )
    free = and_(is_unsettled(Invitation.status), or_(Invitation.lease_until.is_(None), Invitation.lease_until <= real))
    return select(Invitation).where(free, ~behind).order_by(Invitation.id).limit(1)


def _locked(real: datetime) -> Select[Invitation]:
    """The same, its row locked and locked ones passed over."""
    return locks.on(_claimable(real), of=[Invitation], skip_locked=True, key_share=True)


def _claim(session: Session, now: datetime) -> _Claim | None:
    """Claim the next mail that is still wanted; what is not, on the way to it, is dropped."""
    while (row := session.scalars(_locked(real_now())).first()) is not None:
        unsure = row.status == "sending"
        call, coach = session.get_one(Appointment, row.appointment_id), session.get_one(Coach, row.coach_id)
        to = coach_calendars.address_of(session, row.coach_id)
        reason = _unwanted(session, row, call, coach, to, now)
        if reason is None and not (unsure and row.repeat):
            return _claimed(session, row, call, to, unsure)
        row.status, row.reason = ("dropped", reason) if reason else ("failed", "not_known")
        row.repeat, row.settled_at, row.lease, row.lease_until = row.repeat or unsure, now, None, None
        session.flush()
    return None


def _unwanted(session: Session, row: Invitation, call: Appointment, coach: Coach, to: str, now: datetime) -> str | None:
    """Why a mail is not to be sent any more; None when it is."""
    if call.ends_at <= now:
        return "over"
    if row.method == "REQUEST" and call.status != "booked":
        return "superseded"
    if row.method == "CANCEL" and not _was_invited(session, row):
        return "never_invited"
    if not coach.active:
        return "left"
    if not to:
        return "no_address"
    return None if coach_calendars.wants_mail(session, coach.id) else "not_wanted"


def _was_invited(session: Session, row: Invitation) -> bool:
    """Whether this coach has, or may have, an invitation to the call that is cancelled."""
    sent = or_(Invitation.status == "sent", Invitation.repeat)
    before = select(Invitation.id).where(
        Invitation.chain_id == row.chain_id,
        Invitation.coach_id == row.coach_id,
        Invitation.method == "REQUEST",
        Invitation.id < row.id,
        sent,
    )
    return session.scalars(before.limit(1)).first() is not None


def _claimed(session: Session, row: Invitation, call: Appointment, to: str, unsure: bool) -> _Claim:
    row.status, row.repeat, row.attempts = "sending", row.repeat or unsure, row.attempts + 1
    row.lease, row.lease_until = secrets.token_hex(8), real_now() + LEASE
    session.flush()
    event = calendar_entries.event_of(session, call)
    event = Event(event.uid, event.title, event.starts, event.ends, row.sequence)
    why = _why(row, call)
    letter = Letter(row.id, to, row.method, why, event, call.kind, call.referral_id, row.created_at, row.repeat)
    return _Claim(row.lease, letter)


def _why(row: Invitation, call: Appointment) -> str:
    if row.method == "CANCEL":
        return "given" if call.status == "moved" else "called_off"
    return "moved" if row.sequence else "booked"


def _settle(session: Session, claim: _Claim, wrong: Exception | None, now: datetime) -> None:
    row = locks.get_one(session, Invitation, claim.letter.id, key_share=True)
    if wrong is None:
        row.status, row.reason, row.settled_at, row.lease, row.lease_until = "sent", None, now, None, None
    elif row.lease == claim.lease:  # else somebody else is trying by now, and it is theirs to settle
        _settle_error(row, wrong, now)
    session.flush()


def _settle_error(row: Invitation, wrong: Exception, now: datetime) -> None:
    """Known not taken: queued again. Refused: failed. Else it stays "sending", so that the next try is a repeat."""
    row.lease = None
    if isinstance(wrong, SendFailed):
        row.status, row.reason, row.settled_at, row.lease_until = "failed", wrong.reason, now, None
        return
    row.status = "queued" if isinstance(wrong, SendLater) else "sending"
    row.reason = type(wrong).__name__ if not isinstance(wrong, SendError) else None
    row.lease_until = real_now() + min(FIRST_PAUSE * (1 << min(row.attempts - 1, 10)), LONGEST_PAUSE)
