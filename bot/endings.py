"""When somebody's job, sick pay or fit note ends, as they said it unasked: kept for the team they share their answers with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bot.flows.definition import Book
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.recognisers.endings import Ending, read_endings

KEPT = "ends"
OF_HEALTH = frozenset({"fit_note", "sick_pay"})
"""What goes with the rest of somebody's health, when they take that out."""


def said_in(heard: Heard, state: DialogueState) -> tuple[Ending, ...]:
    """What this message says of it, by the day on which it was heard."""
    if heard.now is None or not heard.text:
        return ()
    return read_endings(heard.text, heard.now, of_another=bool(state.slots.get("for_someone_else")))


def kept(state: DialogueState, heard: Heard, said: Iterable[Ending], book: Book, *, healthless: bool) -> DialogueState:
    """The state with these dates: one a kind, the newest word on it. `healthless`: who takes their health out takes them out."""
    before = state.slots.get(KEPT)
    if KEPT not in book.slots:  # a conversation on content from before there was such a slot
        return state
    dates: dict[str, Any] = {each["what"]: each for each in before} if isinstance(before, list) else {}
    for ending in said:
        dates.pop(ending.what, None)
        if ending.on is not None:
            at = heard.now.isoformat() if heard.now else None
            dates[ending.what] = {"what": ending.what, "on": ending.on.isoformat(), "said": at}
    found = [each for what, each in dates.items() if not (healthless and what in OF_HEALTH)]
    return state if found == (before or []) else replace(state, slots={**state.slots, KEPT: found})
