"""Another way to talk than by phone: because the phone is hard, or once a call is booked or promised."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from bot.another_time import after_the_questions, time_said
from bot.clarifying import which_wish
from bot.flows.commands import Clarify, Command, Correct, Option, SetSlot, StartFlow
from bot.flows.definition import SHARED, Book
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.answers import NEEDS, wish_of
from bot.nlu.recognisers.by_the_way import IN_WRITING, phone_is_hard, read_call_needs, says_plainly
from bot.nlu.recognisers.text import clean, words
from bot.told import how_to_talk, words_for_the_coach
from services.call_rules import KINDS

Then = SetSlot | StartFlow | Correct
INSTEAD = ("video", "in_person", "messages")
"""The ways that are offered to whom the phone is hard."""
NO_CALL_BY_PHONE = frozenset({*INSTEAD, "bsl"})
"""Wishes under which nobody is rung."""
MOST_WORDS = 14
"""A longer message has news in it, which the coach reads."""
WISHES = re.compile(
    r"\b(?:instead|rather|prefer|change|switch|swap|can|could|cud|would|wud|want|wanna|like|need|make it|do it|have it|please|pls|plz|better|easier|possible)\b",
    re.I,
)
ONLY_ASKS = re.compile(
    r"^\W*(?:(?:and|but|so|ok|hi) )*(?:is|are|was|will|do i|does|am i|how|why|what if|if|who|when|where|which|what)\b|\b(?:how to|what is|whats)\b",
    re.I,
)
"""Opens a question about the call as it stands: "is it a video call", "how do i get on zoom"."""


def rather_not_by_phone(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Phone calls scare me", where it is asked how to talk or later: the other ways are offered, and none is picked for them."""
    asked = heard.expecting
    if heard.inbound.kind != "text" or heard.acts or heard.asked_which or "?" in heard.text:
        return []
    if not phone_is_hard(heard.text) or names_a_way(heard):
        return []
    told = words_for_the_coach(heard, state)
    if asked is not None and asked.slot == NEEDS:
        return [*told, which_way(book, lambda way: [SetSlot(NEEDS, [way], said=heard.text)])]
    kept = state.slots.get(NEEDS)
    free = asked is not None and asked.spec.type == "text"
    if free or not isinstance(kept, list) or NO_CALL_BY_PHONE & set(kept):
        return []
    if state.outcome not in SHARED:
        return [*told, which_way(book, lambda way: [Correct(NEEDS, [way])])] if asked else []
    return [which_way(book, lambda way: asked_for(way, heard.text))] if after_the_questions(heard) else []


def at_how_to_talk(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """The same where it is asked how to talk, before it is taken for worry about what the call is like."""
    asked = heard.expecting is not None and heard.expecting.slot == NEEDS
    return rather_not_by_phone(heard, state, book) if asked else []


def names_a_way(heard: Heard) -> bool:
    """Whether the same words say how instead: "phone scares me, text me"."""
    found = read_call_needs(heard.text)
    ways = set(found.value) if found and isinstance(found.value, list) else set()
    return bool(ways - {"messages"} or IN_WRITING & set(words(clean(heard.text))))


def which_way(book: Book, then: Callable[[str], Sequence[Then]]) -> Clarify:
    titles = {option.value: option.title for option in book.slots[NEEDS].options}
    return Clarify(tuple(Option(titles[way], tuple(then(way))) for way in INSTEAD if way in titles), "utter_which_way")


def asked_for(way: str, said: str) -> list[Then]:
    """What is done for another way once a team has the answers: a call can be booked in it, or the team is told."""
    note = SetSlot("note_for_coach", said)
    if way not in KINDS:
        return [note, StartFlow("pattern_tell_coach")]
    return [note, SetSlot("way_wanted", way), StartFlow("another_way")]


def another_way_after_booking(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Can we do zoom instead", once a call is booked or promised: times in that way, or it is said that there are none."""
    if state.outcome not in SHARED or heard.acts or heard.inbound.kind != "text":
        return []
    if state.outcome != "booked" and not after_the_questions(heard):
        return []
    free = heard.expecting is not None and heard.expecting.spec.type == "text"
    if len(heard.text.split()) > (SHORT if free else MOST_WORDS):
        return []
    way = way_wished(heard.text, state)
    if way is None:
        return told_of_another_way(heard, state) if not free else []
    when = time_said(heard, state)
    then = asked_for(way, heard.text)
    if when is None:
        return [*then]
    wish = wish_of(when, heard.text)
    which = which_wish(wish, StartFlow("another_way"))
    return [*then[:-1], which] if which else [SetSlot("opening_wish", wish), *then]


SHORT = 8
_INSTEAD = re.compile(r"\b(?:instead|rather|after all)\b", re.I)


def way_wished(text: str, state: DialogueState) -> str | None:
    """The one way that is wished for, and is not the one of the call that stands."""
    found = read_call_needs(text, phone=True)
    ways = [str(way) for way in found.value] if found and isinstance(found.value, list) else []
    stands = state.slots.get("appointment_kind" if state.outcome == "booked" else "call_kind") or "phone"
    if not ways and says_plainly("a_call_after_all", text) and _INSTEAD.search(text):
        ways = ["phone"]
    if len(ways) != 1 or ways[0] not in KINDS or ways[0] == stands or stands == "messages":
        return None
    return ways[0] if WISHES.search(text) and not ONLY_ASKS.search(text) else None


def told_of_another_way(heard: Heard, state: DialogueState) -> list[Command]:
    """ "An interpreter please", "write to me": the coach is told."""
    kept = state.slots.get(NEEDS)
    if state.outcome != "booked" or NEEDS not in heard.values or ONLY_ASKS.search(heard.text):
        return []
    if how_to_talk(kept if isinstance(kept, list) else [], heard.text) is None:
        return []
    return [SetSlot("note_for_coach", heard.text), StartFlow("pattern_tell_coach")]
