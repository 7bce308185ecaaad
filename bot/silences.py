"""What happens when a question stays unanswered: one nudge at a humane hour, and expiry that says so later."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.flows.definition import Silence
from bot.flows.state import DialogueState
from services import booking, conversations, due_work, reminders
from services.db import Session

KINDS = ("nudge", "expire")
NUDGE_GOOD_FOR = timedelta(hours=12)


def plan(session: Session, conversation_id: int, silence: Silence | None, now: datetime) -> None:
    """Replace what was planned: the person has just written, or the question has changed."""
    due_work.replace(session, conversation_id, KINDS, planned(silence, now) if silence else [], now)


def planned(silence: Silence, now: datetime) -> list[due_work.Planned]:
    """The nudge and the expiry that a question asks for."""
    found = []
    if silence.nudge and silence.after:
        at = reminders.after_quiet(now + timedelta(seconds=silence.after))
        found.append(due_work.Planned("nudge", at, at + NUDGE_GOOD_FOR))
    if silence.expires:
        found.append(due_work.Planned("expire", now + timedelta(seconds=silence.expires)))
    return found


def expire(session: Session, conversation_id: int, now: datetime) -> None:
    """Forget what was said so far and let a hold go. Nothing is sent unasked; the person is told when they write."""
    conversation = conversations.lock(session, conversation_id)
    booking.release(session, conversation_id)
    forgotten = DialogueState(revision=conversation.revision or "", slots={"expired": True})
    conversations.save(session, conversation, forgotten.to_json(), "expired")
