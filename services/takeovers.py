"""Talks that a coach took over and then fell silent in: their people go back to the assistant and to the team."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services import call_backs
from services.models import Conversation, MessageOut

SILENT_AFTER = timedelta(hours=24)


def silent(session: Session, now: datetime) -> list[int]:
    """Conversations in which the coach has said nothing for a day."""
    return [row.id for row in _taken_over(session) if _last_word(session, row) <= now - SILENT_AFTER]


def next_moment(session: Session) -> list[datetime]:
    """When each coach who talks now will have been silent for a day."""
    return [_last_word(session, row) + SILENT_AFTER for row in _taken_over(session)]


def is_silent(session: Session, row: Conversation, now: datetime) -> bool:
    """Asked again with the conversation locked."""
    return row.coach_takeover_at is not None and _last_word(session, row) <= now - SILENT_AFTER


def back_to_team(session: Session, row: Conversation, now: datetime) -> None:
    """Who wrote last and got no answer is put on the team's list to ring."""
    unanswered = row.last_in_at is not None and row.last_in_at > _last_word(session, row)
    if unanswered and row.team_id is not None:
        call_backs.queue(session, row, row.team_id, "person", now)


def _taken_over(session: Session) -> list[Conversation]:
    return list(session.scalars(select(Conversation).where(Conversation.coach_takeover_at.is_not(None))))


def _last_word(session: Session, row: Conversation) -> datetime:
    mine = MessageOut.conversation_id == row.id, MessageOut.by_staff_id.is_not(None)
    spoken = session.scalars(select(func.max(MessageOut.created_at)).where(*mine)).first()
    taken = row.coach_takeover_at
    assert taken is not None
    return max(spoken, taken) if spoken else taken
