"""What happens when a question stays unanswered: one nudge at a humane hour, and expiry that says so later."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.flows.definition import Silence
from services import booking, conversations, due_work, reminders
from services.db import Session

KINDS = ("nudge", "expire")
NUDGE_GOOD_FOR = timedelta(hours=12)


def plan(session: Session, conversation_id: int, silence: Silence | None, now: datetime) -> None:
    """Replace what was planned: the person has just written, or the question has changed."""
    due_work.cancel(session, conversation_id, KINDS, now)
    if silence is None:
        return
    if silence.nudge and silence.after:
        at = reminders.after_quiet(now + timedelta(seconds=silence.after))
        due_work.schedule(session, conversation_id, "nudge", at, not_after=at + NUDGE_GOOD_FOR)
    if silence.expires:
        due_work.schedule(session, conversation_id, "expire", now + timedelta(seconds=silence.expires))


def expire(session: Session, conversation_id: int, now: datetime) -> None:
    """Forget what was said so far and let a hold go. Nothing is sent unasked; the person is told when they write."""
    conversation = conversations.lock(session, conversation_id)
    booking.release(session, conversation_id)
    conversations.save(session, conversation, {}, "expired")
