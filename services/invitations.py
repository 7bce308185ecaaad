"""Invitations to coaches, queued in the transaction that books, moves or calls off.

A row holds no times: the mail is made from the call when it is sent. One UID a chain of moves; the SEQUENCE is the
number of moves, one more for a cancellation, so that it rises for each coach with every change (RFC 5546).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from services.calendar_entries import chain_of
from services.models import Appointment, Invitation
from services.models.base import is_unsettled
from services.prepared import Prepared

LOOKED_AT = timedelta(days=1)

Method = Literal["REQUEST", "CANCEL"]


def booked(session: Session, new: Appointment, replaced: Appointment | None, now: datetime) -> None:
    """A call was booked, perhaps in place of another: its coach is invited, and the coach who had it is told."""
    if replaced is not None and replaced.coach_id != new.coach_id:
        _queue(session, replaced, "CANCEL", new.moves, now)
    _queue(session, new, "REQUEST", new.moves, now)


def called_off(session: Session, call: Appointment, now: datetime) -> None:
    """A call was called off: its coach is told."""
    _queue(session, call, "CANCEL", call.moves + 1, now)


def after_restore(session: Session, now: datetime) -> int:
    """A backup was put back: every call to come is told anew, above any SEQUENCE that went out since it was made; how many.

    The minutes of the clock are such a number: nobody moves a call once a minute. What waited in the backup may have been sent since: a
    cancellation goes once more as a repeat, above whatever its coach was sent about that call since (it may have come back
    to them); a request is replaced by the new one.
    """
    above = int(now.timestamp()) // 60
    waits = is_unsettled(Invitation.status)
    for row in session.scalars(select(Invitation).where(waits, Invitation.method == "CANCEL")):
        row.sequence = max(row.sequence + 1, above)
        row.status, row.repeat, row.lease, row.lease_until = "queued", True, None, None
    since = update(Invitation).where(waits, Invitation.method == "REQUEST")
    since = since.values(status="dropped", reason="restored", repeat=True, settled_at=now, lease=None, lease_until=None)
    session.execute(since)
    coming = select(Appointment).where(Appointment.status == "booked", Appointment.ends_at > now)
    calls = list(session.scalars(coming.order_by(Appointment.id)))
    for call in calls:
        call.moves = max(call.moves + 1, above)
        _queue(session, call, "REQUEST", call.moves, now)
    return len(calls)


def _queue(session: Session, call: Appointment, method: Method, sequence: int, now: datetime) -> None:
    """Queue one mail; what was not yet sent to this coach about the chain is out of date and dropped."""
    chain = chain_of(session, call).id
    _drop_earlier(session, chain, call.coach_id, now)
    mail = {"chain_id": chain, "appointment_id": call.id, "coach_id": call.coach_id, "method": method}
    _MAIL.do(session, {**mail, "sequence": sequence, "created_at": now})


_MAIL = Prepared(
    insert(Invitation), inserted=("chain_id", "appointment_id", "coach_id", "method", "sequence", "created_at")
)
_EARLIER = (
    update(Invitation)
    .where(Invitation.chain_id == bindparam("chain"), Invitation.coach_id == bindparam("coach"))
    .values(status="dropped", reason="superseded", settled_at=bindparam("now"))
)
_UNSURE = Prepared(_EARLIER.where(Invitation.status == "sending", Invitation.lease.is_(None)).values(repeat=True))
_QUEUED = Prepared(_EARLIER.where(Invitation.status == "queued"))


def _drop_earlier(session: Session, chain: int, coach_id: int, now: datetime) -> None:
    """What is queued, or waits to be sent again because nobody knows of the first time, is not sent any more."""
    session.flush()
    for statement in (_UNSURE, _QUEUED):
        statement.do(session, {"chain": chain, "coach": coach_id, "now": now})


def oldest_waiting(session: Session, now: datetime) -> datetime | None:
    """Since when the mail waits that waits longest; of calls that are over none waits any more."""
    waits = select(func.min(Invitation.created_at)).join(Appointment, Appointment.id == Invitation.appointment_id)
    return session.scalar(waits.where(is_unsettled(Invitation.status), Appointment.ends_at > now))


def refused(session: Session, now: datetime, coach_id: int | None = None) -> list[Invitation]:
    """Mails of the last day that the mail server would not take, or of which nobody knows: somebody's to look at."""
    failed = select(Invitation).where(Invitation.status == "failed", Invitation.settled_at > now - LOOKED_AT)
    if coach_id is not None:
        failed = failed.where(Invitation.coach_id == coach_id)
    return list(session.scalars(failed.order_by(Invitation.id)))
