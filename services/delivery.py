"""Sending what the outbox holds: claim, close the transaction, send, settle.

The settling of one message and the claim of the next share a transaction. A claim locks the address too, so
that STOP and a claim cannot pass each other (invariant 5). Leases and back-off run on real time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from services import duty, faults, statuses
from services.clock import real_now
from services.db import Database
from services.messages import (
    Address,
    Choice,
    Outbound,
    PersonStopped,
    Receipt,
    Send,
    SendError,
    SendFailed,
    SendLater,
)
from services.models import AddressRow, Conversation, MessageOut
from services.people import EXEMPT_FROM_STOP, NUDGES

LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=10)
MOST_ATTEMPTS = 60  # about nine hours of trying

AlreadySent: TypeAlias = Callable[[Outbound], Receipt | None]


@dataclass(frozen=True, slots=True)
class _Claim:
    lease: str
    outbound: Outbound


@dataclass(frozen=True, slots=True)
class _Sent:
    claim: _Claim
    answer: Receipt | SendError


def deliver(
    db: Database,
    send: Send,
    limit: int,
    now: datetime,
    already_sent: AlreadySent | None = None,
    channels: Collection[str] | None = None,
) -> int:
    """Send up to `limit` messages that are due; answers how many were tried. Safe from many threads and processes.

    `already_sent` asks the provider, before a flagged repeat, whether it has the message. `channels` (a collection
    of names) narrows the claim. Exceptions of `send` other than SendError count as "not known whether it was taken".
    """
    tried, sent = 0, None
    while True:
        with db.write() as session:
            if sent:
                _settle(session, sent, now)
                faults.point("before_settle_commit")
            else:
                _drop_late_and_unwelcome(session, now)
            claim = _claim(session, now, channels) if tried < limit else None
        if sent:
            faults.point("after_settle_commit")
        if claim is None:
            return tried
        faults.point("after_claim_commit")
        sent = _Sent(claim, _try(send, claim.outbound, already_sent))
        faults.point("after_send")
        tried += 1


def _try(send: Send, outbound: Outbound, already_sent: AlreadySent | None) -> Receipt | SendError:
    try:
        known = already_sent(outbound) if outbound.repeat and already_sent else None
        return known or send(outbound)
    except SendError as wrong:
        return wrong
    except Exception as unexpected:  # a channel's mistake must not stop the others; the row is tried again
        return SendError(type(unexpected).__name__)


def _claim(session: Session, now: datetime, channels: Collection[str] | None) -> _Claim | None:
    real = real_now()
    message_id = session.scalars(_claimable(now, real, channels)).first()
    if message_id is None:
        return None
    lease = secrets.token_hex(8)
    claimed = update(MessageOut).where(MessageOut.id == message_id)
    claimed = claimed.values(
        repeat=MessageOut.repeat | (MessageOut.status == "sending"),
        status="sending",
        lease=lease,
        lease_until=real + LEASE,
        attempts=MessageOut.attempts + 1,
        first_attempt_at=func.coalesce(MessageOut.first_attempt_at, now),
    )
    session.connection().execute(claimed)
    row = session.get_one(MessageOut, message_id, populate_existing=True)
    return _Claim(lease, _outbound(session, row))


def _claimable(now: datetime, real: datetime, channels: Collection[str] | None) -> Select[int]:
    """The next message whose turn it is; its row and its address are locked, locked ones are passed over.

    A message waits for the earlier ones of its conversation; a safety reply only for earlier safety replies.
    """
    earlier = aliased(MessageOut)
    behind = exists().where(
        earlier.conversation_id == MessageOut.conversation_id,
        earlier.seq < MessageOut.seq,
        earlier.status.in_(statuses.UNSETTLED),
        earlier.run_at <= now,
        earlier.priority <= MessageOut.priority,
    )
    query = (
        select(MessageOut.id)
        .join(AddressRow, AddressRow.id == MessageOut.address_id)
        .where(_free(now, real), ~_late(now), _welcome(), ~behind)
        .order_by(MessageOut.priority, MessageOut.run_at, MessageOut.id)
        .limit(1)
        .with_for_update(of=[MessageOut, AddressRow], skip_locked=True, key_share=True)
    )
    return query.where(MessageOut.channel.in_(list(channels))) if channels is not None else query


def _free(now: datetime, real: datetime) -> ColumnElement[bool]:
    return and_(
        MessageOut.status.in_(statuses.UNSETTLED),
        MessageOut.run_at <= now,
        or_(MessageOut.lease_until.is_(None), MessageOut.lease_until <= real),
    )


def _welcome() -> ColumnElement[bool]:
    """STOP blocks everything but the exempt purposes; "stop nudges" blocks nudges only."""
    return and_(
        or_(AddressRow.stopped_at.is_(None), MessageOut.purpose.in_(EXEMPT_FROM_STOP)),
        or_(AddressRow.nudges_stopped_at.is_(None), MessageOut.purpose.not_in(NUDGES)),
        AddressRow.value.is_not(None),
    )


def _late(now: datetime) -> ColumnElement[bool]:
    return and_(MessageOut.not_after.is_not(None), MessageOut.not_after < now)


def _drop_late_and_unwelcome(session: Session, now: datetime) -> None:
    """What is out of date or unwelcome is dropped, so that it holds nothing up; what is being sent is left alone."""
    unwelcome = ~exists().where(AddressRow.id == MessageOut.address_id, _welcome())
    for reason, condition in (("late", _late(now)), ("stopped", unwelcome)):
        ids = select(MessageOut.id).where(_free(now, real_now()), condition).with_for_update(skip_locked=True)
        dropped = update(MessageOut).where(MessageOut.id.in_(ids.scalar_subquery()))
        session.connection().execute(dropped.values(status="dropped", reason=reason, settled_at=now))


def _outbound(session: Session, row: MessageOut) -> Outbound:
    address = session.get_one(AddressRow, row.address_id)
    return Outbound(
        id=row.id,
        address=Address.parse(f"{address.channel}:{address.value}"),
        text=row.body or "",
        choices=tuple(Choice(value, title) for value, title in row.choices or ()),
        purpose=row.purpose,
        repeat=row.repeat,
        first_attempt_at=row.first_attempt_at,
    )


def _settle(session: Session, sent: _Sent, now: datetime) -> None:
    message_id, answer = sent.claim.outbound.id, sent.answer
    locked = select(MessageOut).where(MessageOut.id == message_id).with_for_update(key_share=True)
    row = session.scalars(locked.execution_options(populate_existing=True)).one()
    if isinstance(answer, Receipt):
        _settle_sent(session, row, answer, now)
    elif row.lease == sent.claim.lease:  # else somebody else is trying by now, and it is theirs to settle
        _settle_error(session, row, answer, now)
    session.flush()


def _settle_sent(session: Session, row: MessageOut, receipt: Receipt, now: datetime) -> None:
    row.provider_id, row.segments = receipt.provider_id, receipt.segments
    row.lease = row.lease_until = None
    statuses.move_forward(row, "sent", None, now)
    session.flush()
    statuses.apply_early(session, row, now)


def _settle_error(session: Session, row: MessageOut, wrong: SendError, now: datetime) -> None:
    row.lease = None
    if isinstance(wrong, PersonStopped):
        _settle_stopped(session, row, now)
    elif isinstance(wrong, SendFailed):
        _settle_failed(session, row, wrong.reason, now)
    elif row.attempts >= MOST_ATTEMPTS:
        _settle_failed(session, row, "gave_up", now)
    else:  # a bare SendError leaves "sending": it may have been taken, so the next try is a flagged repeat
        asked = wrong.retry_after if isinstance(wrong, SendLater) else None
        row.status = "queued" if isinstance(wrong, SendLater) else "sending"
        row.lease_until = real_now() + _pause(row.attempts, asked)


def _pause(attempts: int, asked: float | None) -> timedelta:
    """5 s, doubled each time, ten minutes at most; longer when the provider asks for longer (an hour at most)."""
    ours = min(FIRST_PAUSE * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)
    return max(ours, timedelta(seconds=min(asked or 0, 3600)))


def _settle_failed(session: Session, row: MessageOut, reason: str, now: datetime) -> None:
    row.lease_until = None
    statuses.move_forward(row, "failed", reason, now)
    if row.purpose == "crisis":
        _alert(session, row, now)


def _settle_stopped(session: Session, row: MessageOut, now: datetime) -> None:
    """The provider says the person stopped: so do we; crisis help that it blocks goes to the duty person."""
    _settle_failed(session, row, "person_stopped", now)
    address = session.get_one(AddressRow, row.address_id, with_for_update=True)
    if address.stopped_at is None:
        address.stopped_at, address.stopped_by = now, "provider"


def _alert(session: Session, row: MessageOut, now: datetime) -> None:
    conversation = session.get_one(Conversation, row.conversation_id)
    duty.alert(session, conversation.id, conversation.team_id, "crisis_help_blocked", now)
