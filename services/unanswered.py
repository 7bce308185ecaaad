"""People who wrote last and got no answer: while a coach talks, after STOP, or when the answer did not arrive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from services.models import Conversation, MessageIn, MessageOut, Referral
from services.referrals import CLOSED
from services.scopes import Viewer

NOT_AN_ANSWER = ("away", "nudge", "reminder", "offer", "follow_up")
DID_NOT_ARRIVE = ("dropped", "failed", "undelivered")
IN_HAND = timedelta(minutes=2)
"""So long the assistant may still be at it."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """One person's last words that nobody answered."""

    referral_id: int
    conversation_id: int
    since: datetime
    with_coach: bool


def of_team(session: Session, viewer: Viewer, now: datetime) -> list[Unanswered]:
    """The people of a team's open referrals who wait for an answer, longest first."""
    rows = _waiting(now).where(viewer.within(Referral.team_id))
    return [_row(*found) for found in session.execute(rows.order_by(Conversation.last_in_at))]


def of_referral(session: Session, referral_id: int, now: datetime) -> Unanswered | None:
    """Whether this person waits for an answer."""
    found = session.execute(_waiting(now).where(Referral.id == referral_id)).first()
    return _row(*found) if found else None


def _row(referral: int, conversation: int, since: datetime | None, taken_over: datetime | None) -> Unanswered:
    assert since is not None
    return Unanswered(referral, conversation, since, taken_over is not None)


def _waiting(now: datetime) -> Select[*tuple[Any, ...]]:
    answered = (
        select(MessageOut.id)
        .where(MessageOut.conversation_id == Conversation.id, MessageOut.created_at >= Conversation.last_in_at)
        .where(MessageOut.purpose.not_in(NOT_AN_ANSWER), MessageOut.status.not_in(DID_NOT_ARRIVE))
        .exists()
    )
    said = (
        select(MessageIn.id)
        .where(MessageIn.conversation_id == Conversation.id, MessageIn.received_at == Conversation.last_in_at)
        .where(MessageIn.provider_stopped.is_(False))
        .exists()
    )
    overdue = or_(Conversation.coach_takeover_at.is_not(None), Conversation.last_in_at < now - IN_HAND)
    found: Select[*tuple[Any, ...]] = (
        select(Referral.id, Conversation.id, Conversation.last_in_at, Conversation.coach_takeover_at)
        .join(Conversation, Conversation.id == Referral.conversation_id)
        .where(Referral.status.not_in(CLOSED), Conversation.last_in_at.is_not(None))
        .where(overdue, said, ~answered)
    )
    return found
