"""Where a turn begins, and what was heard read from there: pure, so before the turn's transaction holds others up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import takewhile
from typing import Any

from bot import understanding
from bot.assistant import Assistant
from bot.flows import engine
from bot.flows.carrying import may_carry
from bot.flows.commands import Command
from bot.flows.definition import Book
from bot.flows.state import DialogueState, UnknownSchema
from services import conversations

NUDGE = "pattern_nudge"


def is_nudged(state: DialogueState) -> bool:
    """Whether "would you like to carry on?" waits for an answer; who answers what was asked before has carried on."""
    return bool(state.stack) and state.stack[-1].flow == NUDGE


def state_of(saved: Any, book: Book) -> DialogueState:
    """The saved state, or a fresh one; a state of an unknown schema starts afresh rather than failing the person."""
    if not saved:
        return DialogueState(revision=book.revision)
    try:
        return DialogueState.from_json(saved)
    except UnknownSchema:
        return DialogueState(revision=book.revision)


def without(state: DialogueState, flow: str, book: Book) -> DialogueState:
    """The state with a flow that is under way taken out, and what it had called."""
    at = next((number for number, frame in enumerate(state.stack) if frame.flow == flow), None)
    if at is None:
        return state
    called = takewhile(lambda frame: frame.flow in book.reach[flow], state.stack[at:])
    return replace(state, stack=(*state.stack[:at], *state.stack[at + len(list(called)) :]))


def begins_at(heard: understanding.Heard, state: DialogueState, book: Book, today: Book) -> tuple[DialogueState, Book]:
    """The state and the content that a turn begins with.

    Where today's content leads on just as the pinned one does, nothing but words has changed.
    """
    asked = heard.expecting
    if is_nudged(state) and asked is not None and asked.flow != NUDGE:
        state = without(state, NUDGE, book)
    goes_on = not state.stack or (book.revision != today.revision and may_carry(book, today, state))
    return state, today if goes_on else book


def as_asked_before(heard: understanding.Heard, asked: engine.Expecting | None, now: datetime) -> understanding.Heard:
    """Heard as an answer to what was asked before the nudge, if it is one; to a question for own words anything would be."""
    if asked is None or asked.spec.type == "text":
        return heard
    before = understanding.hear(heard.inbound, asked, now, None)
    return replace(heard, expecting=asked, reading=before.reading) if before.reading.answer else heard


@dataclass(frozen=True)
class Read:
    """What was heard, read before the turn's transaction, which holds others up: good where that begins just as seen."""

    state: DialogueState
    revision: str
    commands: Sequence[Command]

    @classmethod
    def before(cls, assistant: Assistant, heard: understanding.Heard, seen: conversations.Seen) -> Read:
        book = assistant.book(seen.revision)
        state, book = begins_at(heard, state_of(seen.state, book), book, assistant.book(None))
        return cls(state, book.revision, understanding.read(heard, state, book))
