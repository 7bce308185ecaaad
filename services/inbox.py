"""Receive = store, then acknowledge. What was accepted can be redone after any crash (invariants 1 and 2)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Integer, String, bindparam, func, insert, select, update
from sqlalchemy import cast as cast_column
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from services import conversations, faults
from services.db import Database
from services.messages import Address, Inbound, Kind
from services.models import AddressRow, Conversation, MessageIn
from services.people import conversation_asked, make_conversation_unless
from services.prepared import Prepared, together

_STORED = Prepared(
    select(MessageIn.conversation_id, MessageIn.id, MessageIn.seq).where(
        MessageIn.channel == bindparam("channel"), MessageIn.provider_id == bindparam("provider_id")
    )
)
_COUNT = Prepared(
    update(Conversation)
    .where(Conversation.id == bindparam("conversation"))
    .values(
        next_seq=Conversation.next_seq + 1,
        last_in_at=bindparam("now"),
        source=func.coalesce(Conversation.source, bindparam("whence", type_=String)),
    )
    .returning((Conversation.next_seq - 1).label("seq"))
)
"""Locks the conversation, too."""
_COLUMNS = (
    "conversation_id", "seq", "channel", "provider_id", "kind", "body", "pressed", "media", "source", "provider_stopped",
    "urgent", "received_at",
)  # fmt: skip
_STORE = Prepared(insert(MessageIn).returning(MessageIn.id), inserted=_COLUMNS)
_UNTAKEN = (
    select(MessageIn)
    .join(Conversation, Conversation.id == MessageIn.conversation_id)
    .join(AddressRow, AddressRow.id == Conversation.address_id)
    .where(MessageIn.conversation_id == bindparam("conversation_id"), MessageIn.taken_at.is_(None))
    .where(AddressRow.value.is_not(None))
)
_WAITING = Prepared(
    _UNTAKEN.with_only_columns(
        MessageIn.id,
        MessageIn.conversation_id,
        MessageIn.seq,
        MessageIn.urgent,
        MessageIn.received_at,
        MessageIn.provider_id,
        MessageIn.body,
        MessageIn.kind,
        MessageIn.pressed,
        MessageIn.media,
        MessageIn.source,
        MessageIn.provider_stopped,
        AddressRow.channel,
        AddressRow.value,
    ).order_by(MessageIn.seq)
)
_ANY_WAITING = Prepared(_UNTAKEN.with_only_columns(MessageIn.id).limit(1))
_TAKE = Prepared(
    update(MessageIn)
    .where(MessageIn.id == bindparam("message_id"), MessageIn.taken_at.is_(None))
    .values(taken_at=bindparam("now"))
)
_WAITING_CONVERSATIONS = Prepared(
    select(MessageIn.conversation_id, func.max(MessageIn.id))
    .where(MessageIn.taken_at.is_(None))
    .group_by(MessageIn.conversation_id)
    .order_by(func.max(cast_column(MessageIn.urgent, Integer)).desc(), func.min(MessageIn.id))
    .limit(bindparam("most"))
)


@dataclass(frozen=True, slots=True)
class Accepted:
    """Where a message was put; `new` is False when this provider id was here before."""

    conversation_id: int
    message_id: int
    seq: int
    new: bool

    @property
    def ids(self) -> dict[str, int | bool]:
        """What a trace may say of it."""
        return {
            "anydoor.conversation": self.conversation_id, "anydoor.message": self.message_id, "anydoor.repeat": not self.new
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stored message that no turn has taken yet."""

    id: int
    conversation_id: int
    seq: int
    urgent: bool
    received_at: datetime
    inbound: Inbound


def accept(db: Database, inbound: Inbound, urgent: bool, now: datetime) -> Accepted:
    """Store one message durably, in one transaction, with its conversation's next `seq`.

    Unique on (channel, provider id): a repeat changes nothing and answers where the first one is. `urgent` is
    what the safety patterns said. Only after this returns may the provider be answered.
    """
    try:
        return _commit(db, [(inbound, urgent)], now)[0]
    except IntegrityError:  # another process stored the same one at this moment (PostgreSQL): now it is seen
        return _commit(db, [(inbound, urgent)], now)[0]


def accept_all(db: Database, arrived: Sequence[tuple[Inbound, bool]], now: datetime) -> list[Accepted | Exception]:
    """Store several as `accept` does, in one transaction; one that cannot be stored harms no other.

    For SQLite, where one writes at a time: elsewhere it would hold several conversations, and somebody may wait for one
    of them who holds another.
    """
    try:
        return [*_commit(db, arrived, now)]
    except OperationalError as error:  # the database, not what was written
        return [error] * len(arrived)
    except Exception as error:
        return [accept_all(db, [each], now)[0] for each in arrived] if len(arrived) > 1 else [error]


def _commit(db: Database, arrived: Sequence[tuple[Inbound, bool]], now: datetime) -> list[Accepted]:
    with db.write() as session:
        accepted = [_accept(session, _storable(inbound), urgent, now) for inbound, urgent in arrived]
        faults.point("before_accept_commit")
    faults.point("after_accept_commit")
    return accepted


def _accept(session: Session, inbound: Inbound, urgent: bool, now: datetime) -> Accepted:
    named = {"channel": inbound.address.channel, "provider_id": _provider_id(inbound)}
    (stored_rows, _), (found, _) = together(session, (_STORED, named), conversation_asked(session, inbound.address))
    if stored_rows:
        return _earlier(stored_rows[0])
    conversation_id = make_conversation_unless(found[0] if found else None, session, inbound.address, now)
    counted = {"conversation": conversation_id, "now": now, "whence": inbound.source or None}
    seq = _COUNT.one(session, counted).seq
    stored = _STORE.one(session, {"conversation_id": conversation_id, "seq": seq, **_row(inbound, urgent, now)})
    return Accepted(conversation_id, stored.id, seq, new=True)


def _storable(inbound: Inbound) -> Inbound:
    """Half a character cannot be written as UTF-8, nor NUL as PostgreSQL's text: better marked than never stored."""
    source = _whole(inbound.source).replace("\0", "") if inbound.source else inbound.source
    pressed = _whole(inbound.pressed) if inbound.pressed else inbound.pressed
    return replace(inbound, text=_whole(inbound.text), pressed=pressed, source=source)


def _whole(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def find(session: Session, inbound: Inbound) -> Accepted | None:
    """Where this very message (channel and provider id) was put before; None when it is new."""
    return _stored(session, inbound)


def _stored(session: Session, inbound: Inbound) -> Accepted | None:
    named = {"channel": inbound.address.channel, "provider_id": _provider_id(inbound)}
    row = _STORED.first(session, named)
    return _earlier(row) if row else None


def _earlier(row: Any) -> Accepted:
    return Accepted(row.conversation_id, row.id, row.seq, new=False)


def _provider_id(inbound: Inbound) -> str:
    """A web page makes its own ids, so there they count within one address only."""
    if inbound.address.channel != "web":
        return inbound.provider_id
    return hashlib.sha256(f"{inbound.address}|{inbound.provider_id}".encode()).hexdigest()


def _row(inbound: Inbound, urgent: bool, now: datetime) -> dict[str, Any]:
    return {
        "channel": inbound.address.channel,
        "provider_id": _provider_id(inbound),
        "kind": inbound.kind,
        "body": inbound.text,
        "pressed": inbound.pressed,
        "media": inbound.media,
        "source": inbound.source,
        "provider_stopped": inbound.provider_stopped,
        "urgent": urgent,
        "received_at": now,
    }


def waiting_conversations(session: Session, limit: int = 100) -> list[int]:
    """Conversations with a message that no turn has taken: urgent ones first, then the longest waiting."""
    return _WAITING_CONVERSATIONS.scalars(session, {"most": limit})


def waiting_with_newest(session: Session, limit: int = 100) -> list[tuple[int, int]]:
    """As `waiting_conversations`, each with its newest message."""
    return [tuple(row) for row in _WAITING_CONVERSATIONS.all(session, {"most": limit})]


def waiting(session: Session, conversation_id: int) -> list[Waiting]:
    """A conversation's messages that no turn has taken, in order of `seq`."""
    return [_waiting(row) for row in _WAITING.all(session, {"conversation_id": conversation_id})]


def look(session: Session, conversation_id: int) -> tuple[list[Waiting], conversations.Seen]:
    """What waits in a conversation, and the conversation as it is now; NoResultFound when there is none."""
    seen = (conversations.SEEN, {"id": conversation_id})
    (waits, _), (rows, _) = together(session, (_WAITING, {"conversation_id": conversation_id}), seen)
    return [_waiting(row) for row in waits], conversations.seen(rows)


def any_waiting(session: Session, conversation_id: int) -> bool:
    """Whether a conversation has a message that no turn has taken."""
    return _ANY_WAITING.first(session, {"conversation_id": conversation_id}) is not None


def more_waiting(session: Session, conversation: Conversation, taken: Waiting) -> bool:
    """Whether another message waits in a locked conversation, whose messages are taken in order of `seq`.

    None can where the one just taken was the last that was given a `seq`.
    """
    return conversation.next_seq != taken.seq + 1 and any_waiting(session, conversation.id)


def _waiting(row: Any) -> Waiting:
    inbound = Inbound(
        address=Address.parse(f"{row.channel}:{row.value}"),
        provider_id=row.provider_id,
        text=row.body or "",
        kind=cast(Kind, row.kind),
        pressed=row.pressed,
        media=row.media,
        source=row.source,
        provider_stopped=row.provider_stopped,
    )
    return Waiting(row.id, row.conversation_id, row.seq, row.urgent, row.received_at, inbound)


def is_waiting(session: Session, message_id: int) -> bool:
    """Whether no turn has taken the message; asked again once the conversation is locked."""
    still = select(MessageIn.id).where(MessageIn.id == message_id, MessageIn.taken_at.is_(None))
    return session.scalars(still).first() is not None


def lock_and_take(session: Session, message: Waiting, version: int, now: datetime) -> Conversation | None:
    """`conversations.lock` and `take`; None when another turn has taken the message. Raises Stale."""
    taking = (_TAKE, {"message_id": message.id, "now": now})
    (rows, _), (_, taken) = together(session, (conversations.LOCKED, {"id": message.conversation_id}), taking)
    conversation = conversations.locked(session, rows, message.conversation_id, version)
    return conversation if taken else None


def take(session: Session, message_id: int, now: datetime) -> bool:
    """Mark a message taken in the turn's own transaction; False when another turn has taken it."""
    return bool(_TAKE.changed(session, {"message_id": message_id, "now": now}))


def is_answered(session: Session, conversation_id: int) -> bool:
    """Whether every message of a conversation has been taken by a turn."""
    return not any_waiting(session, conversation_id)


def last_received(session: Session, channel: str) -> datetime | None:
    """When the newest message of a channel was stored; None when there was none."""
    return session.scalar(select(func.max(MessageIn.received_at)).where(MessageIn.channel == channel))
