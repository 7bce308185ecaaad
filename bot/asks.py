"""Questions that are answered wherever they are asked: a complaint, rights at work, a word with the boss, the DWP, one's call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.flows.commands import Clarify, Command, SetSlot, StartFlow, Unclear
from bot.flows.definition import Book
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.recognisers.said import says_of
from bot.nlu.recognisers.text import bag

SHARED = frozenset({"booked", "call_back"})
"""Outcomes after which there is a call, or the promise of one, to ask about."""
ANSWERS: Mapping[str, str] = {
    "go_between": "pattern_go_between",
    "dwp_gets": "pattern_dwp",
}
OWN_WORDS = frozenset({"text", "name", "place", "practice"})


def asks(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """The flow that answers, before the words are read as anything else; nothing where none of it is asked."""
    if heard.inbound.kind != "text" or not heard.text or heard.acts:
        return []
    flow = flow_for(heard, state)
    if flow is None:
        return plain_question(heard, state, book)
    known = state.stack or state.slots.get("safe_to_text") == "yes" or state.outcome not in (None, "left")
    begun: list[Command] = [] if known else [StartFlow("pattern_start")]
    return [*facts(heard, state, book), *begun, StartFlow(flow)]


def plain_question(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Am i still entitled to sick pay" asks, and tells nothing: no fact is read out of it."""
    answer, said = heard.reading.answer, heard.text.casefold().split()
    sure = heard.intent in QUESTIONS and heard.confidence >= SURELY_ASKED and bool(state.stack)
    if (
        not sure
        or (answer and answer.whole)
        or said[0] not in OPENS_A_QUESTION
        or len(said) > LONGEST_QUESTION
        or "," in heard.text
    ):
        return []
    return [StartFlow(book.triggers[heard.intent or ""])]


QUESTIONS = frozenset({"benefits", "will_they_know", "who_sees", "cost", "fit_note", "how_long"})
OPENS_A_QUESTION = bag(
    "do does did will would can could am is are what which who whos how when shall should may might have has"
)
SURELY_ASKED, LONGEST_QUESTION = 0.9, 12


def flow_for(heard: Heard, state: DialogueState) -> str | None:
    text, asked = heard.text, heard.expecting
    if says_of("questions", "complaint", text) and not says_of("questions", "at_work", text):
        return "pattern_complaint"
    own_words = asked is not None and asked.spec.type in OWN_WORDS and "?" not in text and state.outcome not in SHARED
    if state.slots.get("safe_to_text") == "yes" and not own_words and says_of("questions", "my_call", text):
        return "pattern_my_call"
    if asked is not None and asked.slot == "consent_share" and says_of("sharing", "not_them", text):
        return None  # a condition, and kept as one
    own_words = own_words or (asked is not None and asked.spec.type == "text" and "?" not in text)
    said = (flow for kind, flow in ANSWERS.items() if says_of("questions", kind, text))
    return None if own_words else next(said, None)


def facts(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """What else is told; how they want to talk is left out, for "in writing" may be said of the complaint."""
    return [
        SetSlot(slot, value, said=heard.text)
        for slot, value in heard.values.items()
        if slot != "call_needs"
        and slot in book.slots
        and book.slots[slot].volunteered
        and state.slots.get(slot) is None
    ]


def without_a_wrong_guess(heard: Heard) -> Heard:
    """ "It is your choice" answers only who asks whether they must: the model hears it in many an "if i dont"."""
    if heard.intent != "do_i_have_to" or says_of("questions", "do_i_have_to", heard.text):
        return heard
    return replace(heard, intent=None, confidence=0.0, ranking=())


def with_rights_at_work(commands: list[Command], heard: Heard, state: DialogueState) -> list[Command]:
    """Who is losing a job, or asks what an employer may do, hears once who knows the law, beside all else."""
    if heard.safety or heard.inbound.kind != "text" or not wants_rights(heard, state):
        return commands
    if any(isinstance(one, StartFlow) and one.flow not in BEGINNINGS for one in commands):
        return commands
    kept = [one for one in commands if not isinstance(one, Unclear | Clarify)]
    return [*kept, StartFlow("pattern_rights_at_work")]


BEGINNINGS = frozenset({"pattern_start", "pattern_tell_coach", "pattern_expired"})


def wants_rights(heard: Heard, state: DialogueState) -> bool:
    if says_of("questions", "rights", heard.text):
        return True
    told: Any = state.slots.get("rights_told")
    return not told and says_of("questions", "losing_job", heard.text)
