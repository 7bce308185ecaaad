"""What is written once other help was named and nothing is under way: answered for what it says, with no second welcome."""

from __future__ import annotations

from bot import drink_drugs
from bot.flows.commands import Command, Correct, SetSlot, StartFlow
from bot.flows.definition import Book
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.recognisers.said import is_all_of
from bot.told import LISTS, by_a_child, facts, more_for_lists

MORE, LISTENS = "more_is_hard", "pattern_after_doors"
COMING_BACK = frozenset({"resume_choice"})
"""The question put to who comes back: what else they write at it is answered all the same."""
GREETS = "greeting"


def moved(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "What about PR1 8XJ": another postcode than the one looked up, so the way is gone again from there."""
    postcode = heard.values.get("postcode")
    if state.outcome != "signposted" or postcode in (None, state.slots.get("postcode")):
        return []
    place: list[Command] = [Correct("place", None)] if state.slots.get("place") is not None else []
    told = facts(heard, state, book, but=("postcode",))
    return [*told, *place, Correct("postcode", postcode, told=True), StartFlow("self_referral")]


def more_told(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "I also have debts": kept, and what helps with that is named. Of a child nothing about health is kept."""
    if state.outcome != "signposted" or by_a_child(heard, state):
        return []
    told = [*facts(heard, state, book), *more_for_lists(heard, state)]
    lists = any(isinstance(one, SetSlot | Correct) and one.slot in LISTS for one in told)
    return [*told, StartFlow(MORE)] if lists or drink_drugs.told(heard, state, book) else []


def at_coming_back(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """The same, where they were just asked whether to carry on, and answer something else."""
    asked = heard.expecting
    if asked is None or asked.slot not in COMING_BACK or heard.reading.answer or heard.acts:
        return []
    return moved(heard, state, book) or more_told(heard, state, book)


def listens(heard: Heard, state: DialogueState, told: list[Command]) -> list[Command]:
    """Words of no known kind: what they may ask and tell here. Who says hello or goes on comes back, and is asked how."""
    young = state.slots.get("age_result") == "child" or state.slots.get("area_result") == "outside_england"
    comes_back = GREETS in heard.acts or heard.intent == GREETS or is_all_of("by_the_way", "goes_on_now", heard.text)
    if state.outcome != "signposted" or young or heard.inbound.kind != "text" or comes_back:
        return []
    return [*told, StartFlow(LISTENS)]
