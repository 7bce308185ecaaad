"""Drink or drugs, told as what makes work hard: kept for the coach they share it with, and help for it is named with the rest."""

from __future__ import annotations

from bot.flows.commands import Clarify, Command, Crisis, OptOut, SetSlot, StartFlow, Unclear
from bot.flows.definition import Book
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.recognisers.drink_drugs import DRINK_OR_DRUGS, read_drink_drugs
from bot.told import LISTS, by_a_child

NOT_OF_ONESELF = frozenset({"name", "place", "practice"})
"""Types of questions whose answers may be called so: Brewery Close."""
OTHER = ["other"]
"""What stands for it in the lists of what is hard, where nothing else was named."""


def told(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """What this message adds; nothing where nobody speaks of it, and of somebody under 16."""
    asked = heard.expecting
    elsewhere = heard.inbound.kind != "text" or (asked is not None and asked.spec.type in NOT_OF_ONESELF)
    if DRINK_OR_DRUGS not in book.slots or elsewhere or by_a_child(heard, state):
        return []
    of_another = state.slots.get("for_someone_else") is True
    said = read_drink_drugs(heard.text, asked=asked is not None and asked.slot in LISTS, of_another=of_another)
    before = state.slots.get(DRINK_OR_DRUGS)
    kept = list(before) if isinstance(before, list) else []
    new = [one for one in said if one not in kept]
    return [SetSlot(DRINK_OR_DRUGS, [*kept, *new])] if new else []


def with_drink_drugs(commands: list[Command], heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """The commands, and what was told of drink or drugs. Words that told nothing else are then no miss."""
    if heard.safety or any(isinstance(one, Crisis | OptOut) for one in commands):
        return commands
    new = told(heard, state, book)
    if not new:
        return commands
    kept = [one for one in commands if not isinstance(one, Unclear | Clarify)]
    asked = heard.expecting
    if asked is not None and asked.slot in LISTS and "?" not in heard.text and not heard.acts:
        kept = [one for one in kept if not isinstance(one, StartFlow)]  # "need help to stop drinking" is an answer
        if not any(isinstance(one, SetSlot) and one.slot == asked.slot for one in kept):
            new = [SetSlot(asked.slot, OTHER, said=heard.text), *new]
    return [*new, *kept]
