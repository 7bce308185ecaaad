"""What is said around a talk with a coach: that they are out, that they are gone. The words live in dialogs/."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.assistant import Assistant
from bot.flows.responses import render
from bot.times import spoken, spoken_date
from services import outbox, people, referrals, reminders, takeovers, working_time
from services.db import Session
from services.desk_rows import way_of
from services.models import CallBack, Conversation

AWAY = "away"
STILL_HERE = timedelta(minutes=30)


def say_away(assistant: Assistant, session: Session, conversation: Conversation, now: datetime) -> bool:
    """Out of hours, once each time: in the coach's name, when they are back and where help is until then.

    Not to who said STOP, and not while the coach is plainly there, whatever the hour.
    """
    if working_time.is_open(now) or people.is_stopped(session, conversation.id):
        return False
    spoke = takeovers.last_word(session, conversation)
    if spoke > now - STILL_HERE or takeovers.said_away(session, conversation, working_time.closed_since(now)):
        return False
    back = {"back_when": spoken(working_time.opens_next(now))}
    words = said(assistant, session, conversation, "utter_coach_away", back)
    by = conversation.coach_takeover_by
    outbox.enqueue(session, conversation, words, purpose=AWAY, now=now, by_staff_id=by)
    return True


def say_gone(
    assistant: Assistant, session: Session, conversation: Conversation, promise: CallBack | None, now: datetime
) -> None:
    """The coach was quiet too long: say so, and by when the team rings who was left without an answer."""
    if people.is_stopped(session, conversation.id):
        return
    response = "utter_coach_quiet" if promise else "utter_coach_left"
    referral = referrals.current(session, conversation.person_id, conversation.team_id)
    how = {"call_kind": way_of(session, referral, conversation.person_id)}
    by = {"call_back_by": spoken_date(promise.promised_by), **how} if promise else {}
    words = said(assistant, session, conversation, response, by)
    outbox.enqueue(session, conversation, words, purpose="answer", now=now, run_at=reminders.after_quiet(now))


def said(
    assistant: Assistant, session: Session, conversation: Conversation, response: str, slots: dict[str, str]
) -> str:
    """The words of a response for this conversation's channel, with the coach's first name."""
    name = takeovers.coach_first_name(session, conversation)
    book = assistant.book(None)
    values = {**slots, **({"coach_name": name} if name else {})}
    part = conversation.channel
    return render(book, book.responses[response], values, part=part, helpline=assistant.directory.england)
