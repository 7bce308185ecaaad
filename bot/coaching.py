"""What a coach does to a conversation: talk in it, hand it back, say what came of a call."""

from __future__ import annotations

from datetime import timedelta

from bot import coach_words, turns
from bot.assistant import Assistant
from services import audit, booking, conversations, moving, outbox, outcomes, takeovers
from services.db import Session
from services.models import Appointment
from services.scopes import Viewer

MOVED_GOOD_FOR = timedelta(hours=24)


def say(assistant: Assistant, conversation_id: int, text: str, staff_id: int) -> bool:
    """A coach's own words, on the person's channel; from now on the assistant keeps quiet until it is handed back.

    True when the coach takes over with these words, False when they had before.
    """
    now = assistant.clock.now()
    with assistant.db.write() as session:
        conversation = conversations.lock(session, conversation_id)
        fresh = conversation.coach_takeover_at is None
        if fresh:
            conversations.take_over(session, conversation, staff_id, now)
            audit.event(session, conversation_id, "coach_takes_over", now)
        outbox.enqueue(session, conversation, text, purpose="coach", now=now, by_staff_id=staff_id)
        audit.record(session, f"staff:{staff_id}", "wrote", f"conversation:{conversation_id}", now)
        outcomes.wrote(session, conversation, Viewer(staff_id, conversation.team_id), now)
    assistant.tell_outgoing()
    return fresh


def take_over(assistant: Assistant, conversation_id: int, staff_id: int) -> None:
    """The coach is about to write: the assistant keeps quiet until it is handed back."""
    now = assistant.clock.now()
    with assistant.db.write() as session:
        conversation = conversations.lock(session, conversation_id)
        conversations.take_over(session, conversation, staff_id, now)
        audit.event(session, conversation_id, "coach_takes_over", now)
        audit.record(session, f"staff:{staff_id}", "took_over", f"conversation:{conversation_id}", now)


def hand_back(assistant: Assistant, conversation_id: int, staff_id: int) -> bool:
    """The assistant answers again from the next message on; False when no coach was talking."""
    now = assistant.clock.now()
    with assistant.db.write() as session:
        conversation = conversations.lock(session, conversation_id)
        if conversation.coach_takeover_at is None:
            return False
        conversations.hand_back(session, conversation)
        audit.event(session, conversation_id, "coach_hands_back", now)
        audit.record(session, f"staff:{staff_id}", "handed_back", f"conversation:{conversation_id}", now)
    return True


def hand_back_silent(assistant: Assistant) -> int:
    """A coach who said nothing for a day keeps nobody waiting: the team has the person back, who is told so honestly."""
    now = assistant.clock.now()
    with assistant.db.read() as session:
        silent = takeovers.silent(session, now)
    for conversation_id in silent:
        with assistant.db.write() as session:
            conversation = conversations.lock(session, conversation_id)
            if takeovers.is_silent(session, conversation, now):
                promise = takeovers.back_to_team(session, conversation, now)
                coach_words.say_gone(assistant, session, conversation, promise, now)
                conversations.hand_back(session, conversation)
                audit.event(session, conversation_id, "coach_hands_back", now)
                audit.record(session, "system", "handed_back", f"conversation:{conversation_id}", now)
    return len(silent)


def move_call(assistant: Assistant, appointment_id: int, opening_id: str, staff_id: int) -> moving.Moved:
    """Move a call to another opening, as agreed with the person, who is told in the same turn; the old one keeps its chain."""
    with assistant.db.read() as session:
        conversation_id = session.get_one(Appointment, appointment_id).conversation_id
    moved: list[moving.Moved] = []
    now = assistant.clock.now()

    def move(session: Session) -> bool:
        moved.append(moving.move(session, appointment_id, opening_id, staff_id, now))
        return moved[-1] == "moved"

    turns.begin(
        assistant,
        conversation_id,
        "call_moved_by_coach",
        guard=move,
        not_after=now + MOVED_GOOD_FOR,
    )
    assistant.tell_outgoing()
    return moved[-1]


def call_off(assistant: Assistant, appointment_id: int, staff_id: int, words: str = "") -> bool:
    """Call a call off, as the person asked; they are told in the same turn. False when it does not stand any more.

    ValueError for a note that is too long.
    """
    with assistant.db.read() as session:
        conversation_id = session.get_one(Appointment, appointment_id).conversation_id
    now = assistant.clock.now()
    taken = turns.begin(
        assistant,
        conversation_id,
        "call_off_by_coach",
        guard=lambda session: moving.call_off(session, appointment_id, staff_id, now, words),
        not_after=now + MOVED_GOOD_FOR,
    )
    assistant.tell_outgoing()
    return taken is not None


def record_outcome(assistant: Assistant, appointment_id: int, outcome: str, staff_id: int) -> bool:
    """What came of a call: reached, not_reached or declined. After a missed one a no-blame message falls due.

    False when the call was moved or called off before. ValueError for another outcome.
    """
    now = assistant.clock.now()
    with assistant.db.write() as session:
        conversation_id = session.get_one(Appointment, appointment_id).conversation_id
        conversations.lock(session, conversation_id)
        if not booking.record_outcome(session, appointment_id, outcome, now):
            return False
        audit.record(session, f"staff:{staff_id}", f"outcome_{outcome}", f"appointment:{appointment_id}", now)
    return True
