"""Talks that a coach took over, and those in which they fell silent: their people go back to the assistant and the team."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services import call_backs
from services.models import CallBack, Conversation, MessageOut, StaffMember

SILENT_AFTER = timedelta(hours=24)
LONGEST_NAME = 20


def silent(session: Session, now: datetime) -> list[int]:
    """Conversations in which the coach has said nothing for a day."""
    return [row.id for row in _taken_over(session) if last_word(session, row) <= now - SILENT_AFTER]


def next_moment(session: Session) -> list[datetime]:
    """When each coach who talks now will have been silent for a day."""
    return [last_word(session, row) + SILENT_AFTER for row in _taken_over(session)]


def is_silent(session: Session, row: Conversation, now: datetime) -> bool:
    """Asked again with the conversation locked."""
    return row.coach_takeover_at is not None and last_word(session, row) <= now - SILENT_AFTER


def back_to_team(session: Session, row: Conversation, now: datetime) -> CallBack | None:
    """Who wrote last and got no answer is put on the team's list to ring; the promise, if one was made."""
    unanswered = row.last_in_at is not None and row.last_in_at > last_word(session, row)
    if not unanswered or row.team_id is None:
        return None
    return call_backs.queue(session, row, row.team_id, "person", now)


def last_word(session: Session, row: Conversation) -> datetime:
    """When the coach who talks last said something, an automatic note aside; when they came, if nothing yet."""
    mine = MessageOut.conversation_id == row.id, MessageOut.by_staff_id.is_not(None), MessageOut.purpose == "coach"
    spoken = session.scalars(select(func.max(MessageOut.created_at)).where(*mine)).first()
    taken = row.coach_takeover_at
    assert taken is not None
    return max(spoken, taken) if spoken else taken


def said_away(session: Session, row: Conversation, since: datetime) -> bool:
    """Whether the automatic note that the coach is out went since then."""
    notes = MessageOut.conversation_id == row.id, MessageOut.purpose == "away", MessageOut.created_at >= since
    return session.scalars(select(MessageOut.id).where(*notes)).first() is not None


def coach_first_name(session: Session, row: Conversation) -> str:
    """The first name of who talks, as the public reads it; empty when nobody known does."""
    staff = session.get(StaffMember, row.coach_takeover_by) if row.coach_takeover_by else None
    return (staff.name.split() or [""])[0][:LONGEST_NAME] if staff else ""


def _taken_over(session: Session) -> list[Conversation]:
    return list(session.scalars(_TAKEN_OVER))


_TAKEN_OVER = select(Conversation).where(Conversation.coach_takeover_at.is_not(None))
