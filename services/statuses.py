"""What became of a message: a status only ever moves forward (invariant 6)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services import duty, locks
from services.models import Conversation, EarlyReceipt, MessageOut
from services.prepared import Prepared

# A status only moves to a higher rank. "undelivered" and "failed" are the provider's; "dropped" is ours.
RANKS = {"queued": 0, "sending": 1, "sent": 2, "undelivered": 3, "failed": 3, "dropped": 3, "delivered": 4}
_PROVIDERS_WORDS = {"accepted": "sent", "scheduled": "sent", "queued": "sent", "sending": "sent", "read": "delivered"}
NOT_DELIVERED = ("undelivered", "failed")

_EARLY = Prepared(
    select(EarlyReceipt.status).where(
        EarlyReceipt.channel == bindparam("channel"), EarlyReceipt.provider_id == bindparam("provider_id")
    )
)
_LEFT = (
    select(MessageOut.id)
    .where(MessageOut.provider_id.in_(select(EarlyReceipt.provider_id)))  # so few are looked up, and not all read
    .where(
        exists().where(EarlyReceipt.channel == MessageOut.channel, EarlyReceipt.provider_id == MessageOut.provider_id)
    )
    .limit(50)
)


def status_update(
    session: Session, channel: str, provider_id: str, status: str, now: datetime, reason: str | None = None
) -> bool:
    """Take a provider's word on a message; a status only ever moves forward. False when nothing changed.

    A receipt that overtakes the provider's own answer waits until the id is known. An unknown status is ignored.
    """
    status = _PROVIDERS_WORDS.get(status, status)
    if status not in RANKS or RANKS[status] < RANKS["sent"]:
        return False
    found = select(MessageOut).where(MessageOut.channel == channel, MessageOut.provider_id == provider_id)
    row = session.scalars(locks.on(found)).first()
    if row is None:
        keep_early(session, channel, provider_id, status, reason, now)
        return False
    return _told(session, row, status, reason, now)


def is_news(session: Session, channel: str, provider_id: str, status: str) -> bool:
    """Whether a word from the provider's own list moves one of our messages; most it names are not ours or known."""
    rank = RANKS.get(_PROVIDERS_WORDS.get(status, status), 0)
    found = select(MessageOut.status).where(MessageOut.channel == channel, MessageOut.provider_id == provider_id)
    kept = session.scalars(found).first()
    return kept is not None and rank > RANKS[kept]


def _told(session: Session, row: MessageOut, status: str, reason: str | None, now: datetime) -> bool:
    """Move a row by a receipt; crisis help that a receipt says did not arrive goes to the duty person."""
    moved = move_forward(row, status, reason, now)
    if moved and status in NOT_DELIVERED:
        crisis_help_failed(session, row, now)
    return moved


def crisis_help_failed(session: Session, row: MessageOut, now: datetime) -> None:
    """Alert the duty person where what was not delivered is crisis help; anything else is on a person's list."""
    if row.purpose == "crisis":
        conversation = session.get_one(Conversation, row.conversation_id)
        duty.alert(session, conversation.id, conversation.team_id, "crisis_help_blocked", now)


def move_forward(row: MessageOut, status: str, reason: str | None, now: datetime) -> bool:
    """Set a higher status on a row; a lower or equal one changes nothing."""
    if RANKS[status] <= RANKS[row.status]:
        return False
    row.status, row.settled_at = status, row.settled_at or now
    row.reason = reason if status in NOT_DELIVERED else None  # what arrived after all has none
    return True


def keep_early(
    session: Session, channel: str, provider_id: str, status: str, reason: str | None, now: datetime
) -> None:
    """Remember the highest status of a message whose id is not known yet."""
    early = locks.get(session, EarlyReceipt, (channel, provider_id))
    if early is None:
        early = EarlyReceipt(channel=channel, provider_id=provider_id, status=status, reason=reason, at=now)
        try:
            with session.begin_nested():
                session.add(early)
        except IntegrityError:  # another receipt of the same message, in this very moment
            keep_early(session, channel, provider_id, status, reason, now)
    elif RANKS[status] > RANKS[early.status]:
        early.status, early.reason = status, reason
    session.flush()


def early_asked(channel: str, provider_id: str) -> tuple[Prepared, dict[str, Any]]:
    """The statement that finds the receipts which came before the provider's own answer, with its values."""
    return _EARLY, {"channel": channel, "provider_id": provider_id}


def has_left(session: Session) -> bool:
    """Whether a receipt still waits though its message is known: they passed each other, each unseen by the other."""
    return session.connection().scalar(_LEFT) is not None


def take_up_left(session: Session, now: datetime) -> None:
    """Give messages the receipts that passed them by."""
    for message_id in list(session.connection().scalars(_LEFT)):
        apply_early(session, locks.get_one(session, MessageOut, message_id, key_share=True), now)


def apply_early(session: Session, row: MessageOut, now: datetime) -> None:
    """Give a row, whose provider id has just become known, the status that came before it."""
    early = session.get(EarlyReceipt, (row.channel, row.provider_id))
    if early is not None:
        _told(session, row, early.status, early.reason, now)
        session.delete(early)
