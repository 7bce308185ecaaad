"""Another name once a team has the answers: "everyone calls me Lee". It changes on the card and where the coach finds them."""

from __future__ import annotations

import re

from bot.another_time import after_the_questions
from bot.correcting import name_beside
from bot.flows.commands import Command, SetSlot, StartFlow
from bot.flows.definition import SHARED, Book
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.recognisers import clean, read_name
from bot.told import name_put_right_in

_OF_A_NAME = re.compile(r"\b(?:call|calls|called|names?|known|address|refer|answer|go by|forename)\b", re.I)
"""Without one of these somebody else may be writing: "this is Dave"."""


def another_name_after_booking(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """Only where the message says nothing else; whoever asks for somebody else is not renamed in their place."""
    kept = state.slots.get("name")
    if state.outcome not in SHARED or heard.acts or heard.inbound.kind != "text" or "?" in heard.text:
        return []
    if not isinstance(kept, str) or state.slots.get("for_someone_else") or not after_the_questions(heard):
        return []
    name = name_told(heard.text, kept)
    return [SetSlot("name_wanted", name, said=heard.text), StartFlow("another_name")] if name else []


def name_told(text: str, kept: str) -> str | None:
    """The name to use, where it is another than the one kept."""
    put_right = name_beside(clean(text), kept) or name_put_right_in(text)
    found = read_name(text, False) if _OF_A_NAME.search(text) else None
    name = put_right or (str(found.value) if found and found.whole else None)
    return None if name is None or name.casefold() == kept.casefold() else name
