"""Sending what the outbox holds: claim, close the transaction, send, settle.

The settling of one message and the claim of the next share a transaction. A claim locks the address too, so
that STOP and a claim cannot pass each other (invariant 5). Leases and back-off run on real time.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Update, and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from services import faults, journeys, locks, spending, statuses
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
from services.models import AddressRow, MessageOut
from services.models.base import UtcTime, is_unsettled
from services.people import EXEMPT_FROM_STOP, NUDGES
from services.prepared import Prepared, together

LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=2)
GIVE_UP_AFTER = timedelta(hours=36)  # an outage of a whole day is waited for

AlreadySent: TypeAlias = Callable[[Outbound], Receipt | None]


@dataclass(frozen=True, slots=True)
class _Claim:
    lease: str
    conversation_id: int
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
    woken: bool = False,
) -> int:
    """Send up to `limit` messages that are due; answers how many were tried. Safe from many threads and processes.

    `already_sent` asks the provider, before a flagged repeat, whether it has the message. `channels` (a collection
    of names) narrows the claim. `woken`: something was just queued, so that it is claimed without a look first.
    Exceptions of `send` other than SendError count as "not known whether it was taken".
    """
    names = tuple(sorted(channels)) if channels is not None else None
    waits, to_drop = (True, False) if woken else _look(db, now, names)
    tried, sent = 0, None
    while waits or to_drop:
        with db.write() as session:
            if sent:
                _settle(session, sent, now)
                faults.point("before_settle_commit")
            elif to_drop:
                _drop_late_and_unwelcome(session, now)
            claim = _claim(session, now, names) if tried < limit else None
            to_drop = claim is None and sent is not None and _any_to_drop(session, now)
        if sent:
            faults.point("after_settle_commit")
        if claim is None:
            if not to_drop or tried >= limit:
                return tried
            sent = None
            continue
        faults.point("after_claim_commit")
        sent = _Sent(claim, _try(send, claim.outbound, already_sent))
        faults.point("after_send")
        tried += 1
    return tried


def try_now(db: Database, channel: str) -> None:
    """The provider of a channel answers again: what waited for a next try need not wait any longer."""
    paused = update(MessageOut).where(MessageOut.channel == channel, is_unsettled(MessageOut.status))
    with db.write() as session:  # a lease that is held means that somebody is sending it just now
        session.execute(paused.where(MessageOut.lease.is_(None)).values(lease_until=None))


def _look(db: Database, now: datetime, channels: tuple[str, ...] | None) -> tuple[bool, bool]:
    """Whether a message is to be claimed, and else whether one is to be dropped: idling opens no write."""
    times = {"now": now, "real": real_now()}
    with db.read() as session:
        if _claimable(channels).first(session, times) is not None:
            return True, False
        return False, _any_to_drop(session, now)


def _any_to_drop(session: Session, now: datetime) -> bool:
    return _ANY_DROPPABLE.first(session, {"now": now, "real": real_now()}) is not None


def _try(send: Send, outbound: Outbound, already_sent: AlreadySent | None) -> Receipt | SendError:
    try:
        known = already_sent(outbound) if outbound.repeat and already_sent else None
        return known or send(outbound)
    except SendError as wrong:
        return wrong
    except Exception as unexpected:  # a channel's mistake must not stop the others; the row is tried again
        return SendError(type(unexpected).__name__)


def _claim(session: Session, now: datetime, channels: tuple[str, ...] | None) -> _Claim | None:
    real = real_now()
    found = _affordable(session, now, real, channels)
    if found is None:
        return None
    lease, repeat, first_attempt_at = secrets.token_hex(8), _repeats(found), found.first_attempt_at or now
    values = {"lease": lease, "until": real + LEASE, "again": repeat, "first": first_attempt_at}
    _CLAIMED.do(session, {"message_id": found.id, **values})
    outbound = Outbound(
        id=found.id,
        address=Address.parse(f"{found.address_channel}:{found.address_value}"),
        text=found.body or "",
        choices=tuple(Choice(value, title) for value, title in found.choices or ()),
        purpose=found.purpose,
        repeat=repeat,
        first_attempt_at=first_attempt_at,
    )
    return _Claim(lease, found.conversation_id, outbound)


def _affordable(session: Session, now: datetime, real: datetime, channels: tuple[str, ...] | None) -> Any | None:
    """The next message that may be paid for; what may not, on the way to it, is dropped (it is not sent late)."""
    while (found := _claimable(channels, locked=True).first(session, {"now": now, "real": real})) is not None:
        first = found.first_attempt_at is None
        refused = spending.refusal(session, found, now) if first and found.address_channel == "sms" else None
        if refused is None:
            return found
        dropped = update(MessageOut).where(MessageOut.id == found.id)
        session.execute(dropped.values(status="dropped", reason=refused, settled_at=now))
    return None


def _repeats(found: Any) -> bool:
    """Whoever claimed it before may have sent it."""
    return bool(found.repeat or found.status == "sending")


@cache
def _claimable(channels: tuple[str, ...] | None, locked: bool = False) -> Prepared:
    """The next message whose turn it is, by bound `now` and `real`.

    A message waits for the earlier ones of its conversation; a safety reply only for earlier safety replies.
    `locked`: with its row and its address locked, locked ones passed over.
    """
    earlier = aliased(MessageOut)
    behind = exists().where(
        earlier.conversation_id == MessageOut.conversation_id,
        earlier.seq < MessageOut.seq,
        is_unsettled(earlier.status),
        _due(earlier),
        earlier.priority <= MessageOut.priority,
    )
    query = (
        select(*_CLAIM_COLUMNS)
        .join(AddressRow, AddressRow.id == MessageOut.address_id)
        .where(_free(), ~_late(), _welcome(), ~behind)
        .order_by(MessageOut.priority, MessageOut.run_at, MessageOut.id)
        .limit(1)
    )
    if channels is not None:
        query = query.where(MessageOut.channel.in_(channels))
    if not locked:
        return Prepared(query)
    return Prepared(query.with_for_update(of=[MessageOut, AddressRow], skip_locked=True, key_share=True))


def _free() -> ColumnElement[bool]:
    return and_(
        is_unsettled(MessageOut.status),
        _due(MessageOut),
        or_(MessageOut.lease_until.is_(None), MessageOut.lease_until <= _REAL),
    )


def _due(row: type[MessageOut]) -> ColumnElement[bool]:
    """What was due when it was queued stays due, though the clock be set back."""
    return or_(row.run_at <= _NOW, row.run_at <= row.created_at)


def _welcome() -> ColumnElement[bool]:
    """STOP blocks everything but the exempt purposes; "stop nudges" blocks nudges only."""
    return and_(
        or_(AddressRow.stopped_at.is_(None), MessageOut.purpose.in_(EXEMPT_FROM_STOP)),
        or_(AddressRow.nudges_stopped_at.is_(None), MessageOut.purpose.not_in(NUDGES)),
        AddressRow.value.is_not(None),
    )


def _late() -> ColumnElement[bool]:
    return and_(MessageOut.not_after.is_not(None), MessageOut.not_after < _NOW)


def _unwelcome() -> ColumnElement[bool]:
    return ~exists().where(AddressRow.id == MessageOut.address_id, _welcome())


def _drop(reason: str, condition: ColumnElement[bool]) -> Update:
    ids = select(MessageOut.id).where(_free(), condition).with_for_update(skip_locked=True)
    dropped = update(MessageOut).where(MessageOut.id.in_(ids.scalar_subquery()))
    return dropped.values(status="dropped", reason=reason, settled_at=_NOW)


_NOW = bindparam("now", type_=UtcTime())
_REAL = bindparam("real", type_=UtcTime())
_CLAIM_COLUMNS = (
    MessageOut.id,
    MessageOut.conversation_id,
    MessageOut.body,
    MessageOut.choices,
    MessageOut.purpose,
    MessageOut.status,
    MessageOut.repeat,
    MessageOut.first_attempt_at,
    MessageOut.address_id,
    AddressRow.channel.label("address_channel"),
    AddressRow.value.label("address_value"),
)
_CLAIMED = Prepared(
    update(MessageOut)
    .where(MessageOut.id == bindparam("message_id"))
    .values(
        repeat=bindparam("again"),
        status="sending",
        lease=bindparam("lease"),
        lease_until=bindparam("until"),
        attempts=MessageOut.attempts + 1,
        first_attempt_at=bindparam("first"),
    )
)
_DROPS = (_drop("late", _late()), _drop("stopped", _unwelcome()))
_ANY_DROPPABLE = Prepared(select(MessageOut.id).where(_free(), or_(_late(), _unwelcome())).limit(1))
_IS_SENT = Prepared(
    update(MessageOut)
    .where(
        MessageOut.id == bindparam("message_id"),
        MessageOut.status == "sending",
        MessageOut.lease == bindparam("claimed"),
    )
    .values(
        status="sent",
        provider_id=bindparam("known_as"),
        segments=bindparam("in_segments"),
        lease=None,
        lease_until=None,
        settled_at=bindparam("now"),
    )
)
_OF_CLAIM = locks.on(select(MessageOut).where(MessageOut.id == bindparam("message_id")), key_share=True)


def _drop_late_and_unwelcome(session: Session, now: datetime) -> None:
    """What is out of date or unwelcome is dropped, so that it holds nothing up; what is being sent is left alone."""
    for drop in _DROPS:
        session.connection().execute(drop, {"now": now, "real": real_now()})


def _settle(session: Session, sent: _Sent, now: datetime) -> None:
    message_id, answer = sent.claim.outbound.id, sent.answer
    if isinstance(answer, Receipt) and _settle_at_once(session, sent.claim, answer, now):
        return
    row = session.scalars(_OF_CLAIM, {"message_id": message_id}).one()
    if isinstance(answer, Receipt):
        _settle_sent(session, row, answer, now)
    elif row.lease == sent.claim.lease:  # else somebody else is trying by now, and it is theirs to settle
        _settle_error(session, row, answer, now)
    session.flush()


def _settle_at_once(session: Session, claim: _Claim, receipt: Receipt, now: datetime) -> bool:
    """Nearly every message: sent under our own claim, in one statement. False: it needs a look at the row."""
    values = {"claimed": claim.lease, "known_as": receipt.provider_id, "in_segments": receipt.segments, "now": now}
    marking = (_IS_SENT, {"message_id": claim.outbound.id, **values})
    early = statuses.early_asked(claim.outbound.address.channel, receipt.provider_id)
    (_, is_sent), (came_early, _) = together(session, marking, early)
    if not is_sent:
        return False
    if came_early:
        statuses.apply_early(session, session.scalars(_OF_CLAIM, {"message_id": claim.outbound.id}).one(), now)
    journeys.sent(session, claim.conversation_id, receipt.segments)
    return True


def _settle_sent(session: Session, row: MessageOut, receipt: Receipt, now: datetime) -> None:
    row.provider_id, row.segments = receipt.provider_id, receipt.segments
    row.lease = row.lease_until = None
    statuses.move_forward(row, "sent", None, now)
    session.flush()
    statuses.apply_early(session, row, now)
    journeys.sent(session, row.conversation_id, receipt.segments)


def _settle_error(session: Session, row: MessageOut, wrong: SendError, now: datetime) -> None:
    row.lease = None
    if isinstance(wrong, PersonStopped):
        _settle_stopped(session, row, now)
    elif isinstance(wrong, SendFailed):
        _settle_failed(session, row, wrong.reason, now)
    elif row.first_attempt_at is not None and now - row.first_attempt_at > GIVE_UP_AFTER:
        _settle_failed(session, row, "gave_up", now)
    else:  # a bare SendError leaves "sending": it may have been taken, so the next try is a flagged repeat
        asked = wrong.retry_after if isinstance(wrong, SendLater) else None
        row.status = "queued" if isinstance(wrong, SendLater) else "sending"
        row.lease_until = real_now() + _pause(row.attempts, asked)


def _pause(attempts: int, asked: float | None) -> timedelta:
    """5 s, doubled each time, two minutes at most; longer when the provider asks for longer (an hour at most)."""
    ours = min(FIRST_PAUSE * (1 << min(attempts - 1, 10)), LONGEST_PAUSE)
    return max(ours, timedelta(seconds=min(asked or 0, 3600)))


def _settle_failed(session: Session, row: MessageOut, reason: str, now: datetime) -> None:
    row.lease_until = None
    statuses.move_forward(row, "failed", reason, now)
    statuses.crisis_help_failed(session, row, now)


def _settle_stopped(session: Session, row: MessageOut, now: datetime) -> None:
    """The provider says the person stopped: so do we; crisis help that it blocks goes to the duty person."""
    _settle_failed(session, row, "person_stopped", now)
    address = locks.get_one(session, AddressRow, row.address_id, key_share=True)
    if address.stopped_at is None:
        address.stopped_at, address.stopped_by = now, "provider"
