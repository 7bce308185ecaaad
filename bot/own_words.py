"""What people say beside the choices: kept in their own words, with when it was said, for the coach they share it with.

"1, but a bit deaf so speak up" fills an answer that has no room for the rest. Words of a crisis are not kept here: they are
shown with the alert, to whom they are for. What is typed where any words are the answer stands in that answer already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from bot import endings
from bot.flows.commands import Clarify, Command, Correct, Crisis, OptOut, SetSlot, StartFlow, TakenBack, Unclear
from bot.flows.definition import SHARED, Book
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.recognisers.small_words import SMALL

KEPT = "own_words"
MOST_KEPT, MOST_CHARACTERS = 30, 500
NOTE = "note_for_coach"
PRIVATE = frozenset(
    {"consent_share", "change_what", "safe_to_text", "safe_here", "stop_sure", "opening", "share_condition"}
)
"""Answers about sharing, safety and times: what is said there is kept elsewhere, or is not for the card."""
HELD_IN_FULL = frozenset({"text", "name", "place", "practice", "words", "flag"})
"""Types of slots that hold the words themselves."""
OF_HEALTH = endings.OF_HEALTH | {"health"}
LEAVES_OUT = {"pattern_without_health": OF_HEALTH, "pattern_left_out": frozenset({"barriers"})}
"""Flows that say that an answer has been taken out, and what the words beside it were about."""
FEWEST = 2
"""Words of one's own from which on a message says more than its answer."""
ABOUT_THEM = frozenset({"call_needs", "health", "barriers", "work_situation"})
"""Questions at which words that no reader knows are still worth a coach's eye."""
CODE = re.compile(r"[<>{}|\\`$]")
"""In a message that no reader knows, these speak of a machine and not of a person."""
WORD = re.compile(r"[a-z][a-z'\N{RIGHT SINGLE QUOTATION MARK}]+")


def kept(state: DialogueState, heard: Heard, commands: Sequence[Command], book: Book) -> DialogueState:
    """The state with the words of this message kept, where they say more than what it fills; and the dates in them. Pure."""
    before = _before(state, commands)
    news = endings.said_in(heard, state) if _is_for_the_team(state, heard, commands) else ()
    about = list(_about(state, heard, commands, book))
    if news and not (heard.expecting and heard.expecting.spec.type in HELD_IN_FULL):
        about += [each.what for each in news]
    state = endings.kept(state, heard, news, book, healthless=_leaves_health_out(commands))
    words = heard.text[:MOST_CHARACTERS]
    if about and words not in (entry["words"] for entry in before):
        at = heard.now.isoformat() if heard.now else None
        before = [*before, {"words": words, "at": at, "about": about}][-MOST_KEPT:]
    if before == (state.slots.get(KEPT) or []):
        return state
    return replace(state, slots={**state.slots, KEPT: before})


def _before(state: DialogueState, commands: Sequence[Command]) -> list[Any]:
    """What is kept already; who takes an answer out of what is shared takes the words about it out as well."""
    told, out = state.slots.get(KEPT), _left_out(commands)
    entries = list(told) if isinstance(told, list) else []
    return [entry for entry in entries if not out & set(entry["about"])]


def _left_out(commands: Sequence[Command]) -> frozenset[str]:
    """What words were about that are not to be shared."""
    flows = {each.flow for each in commands if isinstance(each, StartFlow)}
    return frozenset().union(*(about for flow, about in LEAVES_OUT.items() if flow in flows))


def _leaves_health_out(commands: Sequence[Command]) -> bool:
    return "health" in _left_out(commands)


def _is_for_the_team(state: DialogueState, heard: Heard, commands: Sequence[Command]) -> bool:
    """Not where the words are nobody's business but the safety lane's, stop everything or take something back."""
    if heard.inbound.kind != "text" or not heard.text or state.crisis or heard.safety or heard.maybe:
        return False
    return not (_left_out(commands) or any(isinstance(each, Crisis | OptOut | TakenBack) for each in commands))


def _about(state: DialogueState, heard: Heard, commands: Sequence[Command], book: Book) -> Iterator[str]:
    """The slots that the words are about; none where they are not for the team, or say no more than their answer."""
    if not _is_for_the_team(state, heard, commands):
        return
    told = {each.slot: each.value for each in commands if isinstance(each, SetSlot | Correct) and _is_told(each, book)}
    if NOTE in {each.slot for each in commands if isinstance(each, SetSlot)}:
        yield NOTE
    elif told and len(_own(heard.text, told, book)) >= FEWEST:
        yield from told
    elif not told and _is_news_elsewhere(state, heard, commands):
        yield NOTE
    elif not told and _is_missed(heard, commands):
        assert heard.expecting is not None
        yield heard.expecting.slot


def _is_told(command: SetSlot | Correct, book: Book) -> bool:
    spec = book.slots.get(command.slot)
    if spec is None or command.slot in PRIVATE or command.value in (None, "skipped"):
        return False
    return spec.retention == "referral" and spec.set_by == "person" and spec.type not in HELD_IN_FULL


def _is_news_elsewhere(state: DialogueState, heard: Heard, commands: Sequence[Command]) -> bool:
    """Told once a team has the answers, and none of the assistant's business: "the gas man comes at nine that day"."""
    elsewhere = any(isinstance(each, StartFlow) and each.flow == "pattern_out_of_scope" for each in commands)
    return elsewhere and state.outcome in SHARED and "?" not in heard.text and len(_own(heard.text, {}, None)) >= FEWEST


def _is_missed(heard: Heard, commands: Sequence[Command]) -> bool:
    asked = heard.expecting
    if asked is None or asked.slot not in ABOUT_THEM or heard.acts or "?" in heard.text or CODE.search(heard.text):
        return False
    return (
        any(isinstance(each, Unclear | Clarify) for each in commands) and len(_own(heard.text, {}, book=None)) >= FEWEST
    )


def _own(text: str, told: Mapping[str, Any], book: Book | None) -> list[str]:
    """The words of a message that are neither small words nor those of the answers it gives."""
    known = set(SMALL)
    for slot, value in told.items():
        known |= _words_of(slot, value, book) if book else set()
    return [word for word in _split(text) if word not in known]


def _words_of(slot: str, value: Any, book: Book) -> set[str]:
    """The words by which an answer is known: "off sick" says no more than its title."""
    values = value if isinstance(value, list) else [value]
    known = {word for each in values for word in _split(str(each))}
    options = book.slots[slot].options
    said = [phrase for each in options if each.value in values for phrase in (each.title, *each.also)]
    return known | {word for phrase in said for word in _split(phrase)}


def _split(text: str) -> list[str]:
    return WORD.findall(text.lower())
