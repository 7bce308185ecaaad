"""What is to be sent: queued in the turn, claimed with a lease, sent with no transaction open (invariants 4 to 6)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.orm import Session

from services.delivery import deliver
from services.messages import Choice
from services.models import Conversation, MessageOut
from services.models.base import is_unsettled
from services.prepared import Prepared, written
from services.statuses import status_update

__all__ = [
    "deliver",
    "drop_waiting",
    "enqueue",
    "not_delivered",
    "oldest_waiting",
    "queue",
    "queue_said",
    "status_update",
]

PRIORITIES = {"crisis": 0}  # everything else comes after
_COLUMNS = (
    "conversation_id", "address_id", "seq", "channel", "body", "choices", "purpose", "priority", "by_staff_id",
    "created_at", "run_at", "not_after",
)  # fmt: skip
_QUEUE = Prepared(insert(MessageOut).returning(MessageOut.id), inserted=_COLUMNS)
_QUEUE_SAID = Prepared(insert(MessageOut), inserted=_COLUMNS)
_COUNTED = Prepared(
    update(Conversation).where(Conversation.id == bindparam("of")).values(next_out_seq=bindparam("after"))
)


class Said(Protocol):
    """One message of a turn, as it will be sent."""

    @property
    def text(self) -> str: ...
    @property
    def choices(self) -> Sequence[Choice]: ...
    @property
    def purpose(self) -> str: ...


def enqueue(
    session: Session,
    conversation: Conversation,
    text: str,
    choices: Sequence[Choice] = (),
    *,
    purpose: str,
    now: datetime,
    run_at: datetime | None = None,
    not_after: datetime | None = None,
    by_staff_id: int | None = None,
) -> int:
    """`queue` one message and answer its id."""
    number = queue(
        session,
        conversation,
        text,
        choices,
        purpose=purpose,
        now=now,
        run_at=run_at,
        not_after=not_after,
        by_staff_id=by_staff_id,
    )
    session.flush()
    return number


def queue(
    session: Session,
    conversation: Conversation,
    text: str,
    choices: Sequence[Choice] = (),
    *,
    purpose: str,
    now: datetime,
    run_at: datetime | None = None,
    not_after: datetime | None = None,
    by_staff_id: int | None = None,
) -> int:
    """Queue one message in the turn's transaction, and answer its id; the caller has the conversation locked.

    Sent from `run_at` (default now) on, in the conversation's order; dropped, not sent late, after `not_after`.
    """
    row = _row(conversation, conversation.next_out_seq, text, choices, purpose)
    told = {"by_staff_id": by_staff_id, "created_at": now, "run_at": run_at or now, "not_after": not_after}
    queued = _QUEUE.one(session, {**row, **told})
    after = conversation.next_out_seq + 1
    _COUNTED.do(session, {"of": conversation.id, "after": after})
    written(conversation, next_out_seq=after)
    return int(queued.id)


def queue_said(
    session: Session, conversation: Conversation, said: Sequence[Said], *, now: datetime, not_after: datetime | None
) -> None:
    """`queue` all that a turn says. The counter is written with the turn's state: `conversations.save` must follow."""
    first = conversation.next_out_seq
    told = {"by_staff_id": None, "created_at": now, "run_at": now, "not_after": not_after}
    _QUEUE_SAID.each(
        session,
        [
            {**_row(conversation, first + place, each.text, each.choices, each.purpose), **told}
            for place, each in enumerate(said)
        ],
    )
    written(conversation, next_out_seq=first + len(said))


def _row(conversation: Conversation, seq: int, text: str, choices: Sequence[Choice], purpose: str) -> dict[str, Any]:
    return {
        "conversation_id": conversation.id,
        "address_id": conversation.address_id,
        "seq": seq,
        "channel": conversation.channel,
        "body": text,
        "choices": [[choice.value, choice.title] for choice in choices] or None,
        "purpose": purpose,
        "priority": PRIORITIES.get(purpose, 1),
    }


def drop_waiting(session: Session, conversation_id: int, purposes: Sequence[str], now: datetime) -> int:
    """Drop what is queued, not yet claimed, of these purposes (a nudge, once the person wrote); how many."""
    dropped = (
        update(MessageOut)
        .where(MessageOut.conversation_id == conversation_id, MessageOut.status == "queued")
        .where(MessageOut.purpose.in_(purposes))
        .values(status="dropped", reason="not_needed", settled_at=now)
    )
    return session.connection().execute(dropped).rowcount


def not_delivered(session: Session, limit: int = 100) -> list[MessageOut]:
    """Messages that failed and that no member of staff has looked at: the list of a person, newest first."""
    failed = select(MessageOut).where(
        MessageOut.status.in_(("failed", "undelivered")), MessageOut.seen_by_staff_at.is_(None)
    )
    return list(session.scalars(failed.order_by(MessageOut.id.desc()).limit(limit)))


def oldest_waiting(session: Session, now: datetime) -> datetime | None:
    """When the message that waits longest was due (for /readyz); None when none is overdue."""
    due = select(MessageOut.run_at).where(is_unsettled(MessageOut.status), MessageOut.run_at <= now)
    return session.scalars(due.order_by(MessageOut.run_at).limit(1)).first()
