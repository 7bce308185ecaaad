"""One message -> one committed turn.

`hear` runs with no transaction open; the turn itself is one transaction with the conversation locked:
state, booking, referral, consent, audit, queued replies and "taken" commit together or not at all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any

from bot import actions, care, coach_words, counting, own_words, silences, understanding
from bot.actions.doing import Doing
from bot.assistant import Assistant
from bot.composing import Message, compose, in_good_order
from bot.flows import engine
from bot.flows.commands import Command, OptOut, SetSlot, StartFlow
from bot.flows.engine import Event, Turn
from bot.flows.responses import render
from bot.flows.state import DialogueState
from bot.read_ahead import NUDGE, Read, as_asked_before, begins_at, is_nudged, state_of, without
from services import (
    audit,
    booking,
    conversations,
    duty,
    faults,
    inbox,
    not_understood,
    outbox,
    people,
    tracing,
    waiting_list,
)
from services.db import Session
from services.errors import Stale
from services.inbox import Waiting

TRIES = 5
LAST_WORDS = "opt_out"
"""The purpose of what is said in the turn that stops an address: it still goes out."""


@dataclass(frozen=True)
class Taken:
    """One committed turn, for whoever watches: the terminal, the conversation tests."""

    conversation_id: int
    said: str
    heard: understanding.Heard | None
    turn: Turn | None
    messages: tuple[Message, ...]


def catch_up(assistant: Assistant, conversation_id: int) -> list[Taken]:
    """Take every waiting message of a conversation, oldest first; one that comes meanwhile wakes the worker anew."""
    with assistant.db.read() as session:
        waiting, seen = inbox.look(session, conversation_id)
    taken = [take_next(assistant, message, None if place else seen) for place, message in enumerate(waiting)]
    return [one for one in taken if one]


def take_next(assistant: Assistant, message: Waiting, seen: conversations.Seen | None = None) -> Taken | None:
    """Hear a message, then take its turn; heard again when the state moved on meanwhile. None: another turn took it.

    `seen`: the conversation as it was looked at together with the message.
    """
    for _ in range(TRIES):
        with tracing.span("hear", conversation=message.conversation_id, message=message.id):
            seen = seen or look(assistant, message.conversation_id)
            heard = hear(assistant, message, seen)
            read = Read.before(assistant, heard, seen)
        try:
            with tracing.span("turn", conversation=message.conversation_id, message=message.id):
                return take(assistant, message, heard, seen.state_version, read)
        except Stale:
            seen = None
    raise Stale(f"message {message.id} was overtaken {TRIES} times")


def hear(assistant: Assistant, message: Waiting, seen: conversations.Seen) -> understanding.Heard:
    """Understand outside any transaction, against the conversation as it was seen."""
    if seen.revision not in {None, assistant.book(None).revision}:
        assistant.books.refresh()  # perhaps another process is ahead: nobody is led back to what was said before
    book = assistant.book(seen.revision)
    state, now = state_of(seen.state, book), assistant.clock.london()
    heard = understanding.hear(message.inbound, engine.expecting(book, state), now, assistant.nlu)
    if is_nudged(state) and not (heard.reading.answer or heard.settled or heard.safety):
        heard = as_asked_before(heard, engine.expecting(book, without(state, NUDGE, book)), now)
    return heard if assistant.demo else understanding.without_drama_numbers(heard)


def look(assistant: Assistant, conversation_id: int) -> conversations.Seen:
    with assistant.db.read() as session:
        return conversations.see(session, conversation_id)


def take(
    assistant: Assistant, message: Waiting, heard: understanding.Heard, version: int, read: Read | None = None
) -> Taken | None:
    with assistant.db.write() as session:
        conversation = inbox.lock_and_take(session, message, version, assistant.clock.now())
        if conversation is None:
            return None
        if conversation.coach_takeover_at and not goes_past_a_coach(assistant, conversation, heard):
            coach_words.say_away(assistant, session, conversation, assistant.clock.now())
            return Taken(conversation.id, message.inbound.text, heard, None, ())
        people.welcome_back(session, conversation.id)  # they write from here, so "not safe here" no longer holds
        stopped = people.is_stopped(session, conversation.id)
        if stopped and not may_be_in_need(assistant, conversation, heard) and heard.opt_out != "start":
            # STOP: nothing but crisis help and START
            return Taken(conversation.id, message.inbound.text, heard, None, ())
        work = Work(assistant, session, conversation, heard)
        more = inbox.more_waiting(session, conversation, message)
        taken = work.read_and_advance(message, more_waiting=more, stopped=stopped, read=read)
        faults.point("before_turn_commit")
    faults.point("after_turn_commit")
    assistant.tell_outgoing(message.inbound.address.channel)
    assistant.tell(taken)
    return taken


def may_be_in_need(assistant: Assistant, conversation: Any, heard: understanding.Heard) -> bool:
    """Words of a crisis, or that may be; or a "yes" to the line about help."""
    if heard.safety or heard.maybe:
        return True
    return bool(care.says_yes(heard, state_of(conversation.state, assistant.book(conversation.revision))))


FOR_THE_COACH = frozenset({"ask_stop", "stop_later", "text_hours"})
"""What a coach who is talking with the person can answer better than a question of ours."""


def goes_past_a_coach(assistant: Assistant, conversation: Any, heard: understanding.Heard) -> bool:
    """While a coach talks the assistant takes only crisis words, STOP and START, and the answer that crisis help asked for."""
    if (
        may_be_in_need(assistant, conversation, heard)
        or heard.opt_out not in {None, *FOR_THE_COACH}
        or heard.inbound.provider_stopped
    ):
        return True
    asked = heard.expecting
    book = assistant.book(conversation.revision)
    if asked is None or asked.flow not in book.flows or not book.flows[asked.flow].is_crisis:
        return False
    commands = understanding.read(heard, state_of(conversation.state, book), book)
    return any(isinstance(command, SetSlot) and command.slot == asked.slot for command in commands)


def begin(
    assistant: Assistant,
    conversation_id: int,
    flow: str,
    *,
    guard: Callable[[Session], bool] = lambda session: True,
    purpose: str = "reminder",
    not_after: datetime | None = None,
    event: Event | None = None,
    afresh: bool = False,
) -> Taken | None:
    """Start a flow from outside: a reminder, a nudge, a missed call. Its words live in dialogs/.

    `guard` is asked inside the turn's transaction, with the conversation locked: False means not any more. `afresh`:
    where the same flow still waits for an answer about something that is over, it begins again instead.
    """
    with assistant.db.write() as session:
        conversation = conversations.lock(session, conversation_id)
        if not guard(session):
            return None
        work = Work(assistant, session, conversation, None)
        if conversation.revision is None:  # nobody has said a word here yet
            work.repin()
        if afresh:
            work.state = without(work.state, flow, work.book)
        taken = work.run([StartFlow(flow)], said="", purpose=purpose, not_after=not_after, event=event)
        faults.point("before_turn_commit")
    faults.point("after_turn_commit")
    assistant.tell(taken)
    return taken


def give_up(assistant: Assistant, conversation_id: int) -> int:
    """Answer a message that could not be worked on with words that say so; its words stay in the thread for a person."""
    with assistant.db.write() as session:
        conversation = conversations.lock(session, conversation_id)
        waiting = inbox.waiting(session, conversation_id)
        if not waiting or not inbox.take(session, waiting[0].id, assistant.clock.now()):
            return 0
        now = assistant.clock.now()
        words = trouble_words(assistant, conversation.channel)
        outbox.enqueue(session, conversation, words, purpose="answer", now=now)
        duty.alert(session, conversation_id, conversation.team_id, "message_failed", now)
    return 1


def trouble_words(assistant: Assistant, channel: str) -> str:
    book = assistant.book(None)
    return render(book, book.responses["utter_trouble"], {}, part=channel, helpline=assistant.directory.england)


class Work:
    """What one turn does inside its transaction."""

    def __init__(
        self, assistant: Assistant, session: Session, conversation: Any, heard: understanding.Heard | None
    ) -> None:
        self.assistant, self.session, self.conversation, self.heard = assistant, session, conversation, heard
        self.now: datetime = assistant.clock.now()
        self.book, self.today = assistant.book(conversation.revision), assistant.book(None)
        self.state = state_of(conversation.state, self.book)

    def read_and_advance(
        self, message: Waiting, *, more_waiting: bool, stopped: bool, read: Read | None = None
    ) -> Taken:
        assert self.heard is not None
        self.state, book = begins_at(self.heard, self.state, self.book, self.today)
        if book is self.today:
            self.repin()
        aside = (stopped or self.conversation.coach_takeover_at) and self.heard.opt_out in {None, *FOR_THE_COACH}
        alone = care.only_care(self.heard, self.state) if aside and not self.heard.safety else []
        commands = alone or self.commands(read, stopped)
        if understanding.missed(commands) and not self.heard.safety:
            asked = self.heard.expecting
            slot, flow = (asked.slot, asked.flow) if asked else (None, None)
            miss = not_understood.Miss(self.heard.text, slot, flow, self.heard.intent, self.heard.confidence)
            not_understood.record(self.session, self.conversation.id, miss, self.now)
        taken = self.run(commands, said=message.inbound.text, quiet=more_waiting)
        return taken

    def commands(self, read: Read | None, stopped: bool) -> Sequence[Command]:
        assert self.heard is not None
        if read and not stopped and (read.state, read.revision) == (self.state, self.book.revision):
            return read.commands
        return understanding.read(self.heard, self.state, self.book, stopped=stopped)

    def repin(self) -> None:
        """The person goes on with today's content."""
        self.book = self.today
        if self.conversation.revision != self.today.revision:
            conversations.pin(self.session, self.conversation, self.today.revision)

    def run(
        self,
        commands: Sequence[Command],
        *,
        said: str,
        quiet: bool = False,
        purpose: str = "answer",
        not_after: datetime | None = None,
        event: Event | None = None,
    ) -> Taken:
        wanted = not people.is_stopped(self.session, self.conversation.id)
        before = own_words.kept(self.state, self.heard, commands, self.book) if self.heard else self.state
        turn = self.advance(before, commands)
        if self.heard:
            doing = Doing(self.assistant, self.session, self.conversation, self.book, turn.state)
            actions.booking.bring_card_up_to_date(doing, self.state)
        stopped = people.is_stopped(self.session, self.conversation.id)
        if self.heard and not (stopped or turn.replies or turn.state.stack):
            turn = self.said_something(turn)
        if event and turn.replies:
            turn = replace(turn, events=(event, *turn.events))
        replies = [
            reply for reply in in_good_order(turn.replies) if not (quiet and reply.slot and reply.purpose != "crisis")
        ]
        if self.heard and self.conversation.coach_takeover_at:
            replies = [
                reply for reply in replies if reply.purpose != "answer" or (self.heard.opt_out and not reply.slot)
            ]
        if said_stop(self.heard, commands):
            replies = []
        if wanted and stopped:
            purpose = LAST_WORDS
        messages = compose(replies, self.conversation.channel, self.book, purpose)
        self.keep(turn, messages, not_after)
        return Taken(self.conversation.id, said, self.heard, turn, tuple(messages))

    def advance(self, state: DialogueState, commands: Sequence[Command]) -> Turn:
        doing = Doing(self.assistant, self.session, self.conversation, self.book, state)
        act: engine.Act = partial(actions.act, doing)
        return engine.advance(
            self.book,
            state,
            list(commands),
            act=self.assistant.pretends(self.session, act) if self.assistant.pretends else act,
            channel=self.conversation.channel,
            helpline=partial(actions.helpline, doing),
            language=language_of(self.heard),
            now=self.assistant.clock.london(),
        )

    def said_something(self, turn: Turn) -> Turn:
        """Nobody's message meets silence: where nothing is left to go on with ("carry on"), what there is is offered."""
        begun = turn.state.slots.get("safe_to_text") == "yes" and turn.state.outcome
        more = self.advance(turn.state, [StartFlow("pattern_resume" if begun else "pattern_start")])
        return replace(more, events=(*turn.events, *more.events))

    def keep(self, turn: Turn, messages: Sequence[Message], not_after: datetime | None) -> None:
        outbox.queue_said(self.session, self.conversation, messages, now=self.now, not_after=not_after)
        conversations.save(self.session, self.conversation, saved(turn.state), turn.state.outcome)
        if any(reply.purpose == "crisis" for reply in turn.replies):  # nobody in danger is pressed for an answer
            waiting_list.leave(self.session, self.conversation.person_id, "crisis", self.now)
        happened = [(event.name, event.data) for event in turn.events]
        audit.events(self.session, self.conversation.id, self.now, happened)
        asked = engine.expecting(self.book, turn.state)
        self.plan_silence(turn.state, asked)
        if self.heard and turn.state.slots.get("hold_result") == "held":
            booking.renew(self.session, self.conversation.id, self.now, booking.SILENCE[self.conversation.channel])
        counting.count(self.session, self.conversation, turn, asked, received=self.heard is not None, now=self.now)

    def plan_silence(self, state: DialogueState, asked: engine.Expecting | None) -> None:
        """What happens if the person says nothing now; none after a crisis (the place just waits)."""
        silence = asked.silence if asked and not state.crisis else None
        silences.plan(self.session, self.conversation.id, silence, self.now)


def saved(state: DialogueState) -> dict[str, Any]:
    """The state as it is kept: nothing of it for a person who has just had everything deleted."""
    if state.slots.get("delete_result") == "done":
        return DialogueState(revision=state.revision, outcome=state.outcome).to_json()
    return state.to_json()


def language_of(heard: understanding.Heard | None) -> str:
    """The language of a crisis phrase, for the help that answers it; English for everything else."""
    return (heard.safety.nation_language if heard and heard.safety else None) or "en"


def said_stop(heard: understanding.Heard | None, commands: Sequence[Command]) -> bool:
    """The provider has already confirmed this STOP, so we do not confirm it again."""
    stopped = any(isinstance(command, OptOut) for command in commands)
    return stopped and heard is not None and heard.inbound.provider_stopped
