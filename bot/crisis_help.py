"""Crisis help that needs no turn to go well: where the turn of a message failed, what the safety layers hear is answered.

Four ways, each tried where the one before fails too: the same turn with nothing but the help; the help with an empty
stack on today's content; the locked words alone, with the alert; the locked words alone. Somebody in danger never
waits behind another message that fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import structlog

from bot import safety, silences, turns
from bot.assistant import Assistant, todays_book
from bot.composing import Message
from bot.flows.commands import Crisis
from bot.flows.definition import Book, Response, Utter
from bot.flows.responses import render
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.safety import SafetyHit
from bot.trouble import place_of
from services import audit, conversations, duty, inbox, outbox, people
from services.inbox import Waiting

log = structlog.get_logger(__name__)

CRISIS = "crisis"
USUAL = "self_harm"
"""Whose words are said where there are none of a kind."""


def help_all_the_same(assistant: Assistant, conversation_id: int) -> int:
    """Answer every waiting message that speaks of danger, though its turn failed. Answers how many were helped."""
    with assistant.db.read() as session:
        waiting = inbox.waiting(session, conversation_id)
    helped = sum(help_with(assistant, message) for message in waiting)
    if helped:
        assistant.tell_outgoing()
    return helped


def help_with(assistant: Assistant, message: Waiting) -> bool:
    heard, hit = heard_in(assistant, message)
    return hit is not None and any(_went(way, message) for way in _ways(assistant, message, heard, hit))


def heard_in(assistant: Assistant, message: Waiting) -> tuple[Heard | None, SafetyHit | None]:
    """What was heard, by all layers; by the lists and the small model alone where hearing fails too."""
    try:
        heard = turns.hear(assistant, message, turns.look(assistant, message.conversation_id))
        return heard, heard.safety or heard.maybe
    except Exception as error:
        log.error("hearing failed", conversation=message.conversation_id, problem=place_of(error))
        return None, safety.screen(message.inbound.text)


def _ways(
    assistant: Assistant, message: Waiting, heard: Heard | None, hit: SafetyHit
) -> Iterator[Callable[[], turns.Taken | None]]:
    for afresh in (False, True):
        yield partial(by_turn, assistant, message, heard, hit, afresh)
    for alert in (True, False):
        yield partial(by_words, assistant, message, hit, alert)


def _went(way: Callable[[], turns.Taken | None], message: Waiting) -> bool:
    try:
        return way() is not None
    except Exception as error:
        log.error("crisis help failed", conversation=message.conversation_id, problem=place_of(error))
        return False


def by_turn(
    assistant: Assistant, message: Waiting, heard: Heard | None, hit: SafetyHit, afresh: bool
) -> turns.Taken | None:
    """The turn again, with nothing in it but the help; `afresh`: with no flow under way, on today's content."""
    with assistant.db.write() as session:
        conversation = conversations.lock(session, message.conversation_id)
        if not inbox.take(session, message.id, assistant.clock.now()):
            return None
        people.welcome_back(session, conversation.id)
        work = turns.Work(assistant, session, conversation, heard)
        if afresh:
            work.repin()
            work.state = DialogueState(revision=work.book.revision, slots=work.state.slots)
        taken = work.run([Crisis(hit.kind, hit.about)], said=message.inbound.text)
    assistant.tell(taken)
    return taken


def by_words(assistant: Assistant, message: Waiting, hit: SafetyHit, alert: bool) -> turns.Taken | None:
    """The locked words and nothing else: no engine, no state. Nobody is nudged while they stand."""
    now = assistant.clock.now()
    text, name = words(assistant, message, hit)
    with assistant.db.write() as session:
        conversation = conversations.lock(session, message.conversation_id)
        if not inbox.take(session, message.id, now):
            return None
        outbox.queue(session, conversation, text, purpose=CRISIS, now=now)
        if alert:
            silences.plan(session, conversation.id, None, now)
            duty.alert(session, conversation.id, conversation.team_id, hit.kind, now)
            audit.event(session, conversation.id, "crisis_help", now, {"kind": hit.kind})
    said = (Message(text, (), CRISIS, (name,)),)
    taken = turns.Taken(message.conversation_id, message.inbound.text, None, None, said)
    assistant.tell(taken)
    return taken


def words(assistant: Assistant, message: Waiting, hit: SafetyHit) -> tuple[str, str]:
    """The locked words of a kind, out of what is live; where that cannot be said, out of dialogs/ as it was shipped."""
    channel, helpline = message.inbound.address.channel, assistant.directory.england
    contents: tuple[Callable[[], Book], ...] = (partial(assistant.book, None), todays_book)
    for content in contents:
        try:
            book = content()
            said = _first_of(book, hit)
            return render(book, said, {}, part=channel, helpline=helpline), said.name
        except Exception as error:
            log.error("crisis words failed", conversation=message.conversation_id, problem=place_of(error))
    raise LookupError(f"no words for {hit.kind}")


def _first_of(book: Book, hit: SafetyHit) -> Response:
    """What the help of a kind begins with; in the language of the phrase where it is there."""
    flow = book.flows.get(f"pattern_crisis_{hit.kind}") or book.flows[f"pattern_crisis_{USUAL}"]
    name = next(step.response for step in flow.steps.values() if isinstance(step, Utter))
    return book.languages.get(hit.nation_language or "", {}).get(name) or book.responses[name]
