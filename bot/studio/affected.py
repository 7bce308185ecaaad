"""Whom a draft finds in the middle of a conversation: who takes up what is new, and who goes on as they began."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.flows.carrying import Carrying
from bot.flows.definition import Book
from bot.flows.state import DialogueState, UnknownSchema
from bot.studio.drafting import Desk
from services import conversations
from services.db import Database

MOST_LOOKED_AT = 400


@dataclass(frozen=True, slots=True)
class Affected:
    """How many of the newest conversations wait in the middle, and how many of them go on as they began."""

    midway: int
    stay: int
    more: bool


def affected(db: Database, desk: Desk, old: Book, new: Book) -> Affected:
    """Counted among those that go by what is live; nobody's words are read."""
    with db.read() as session:
        states = conversations.latest_states(session, desk.live.hash, MOST_LOOKED_AT)
    carrying, midway = Carrying(old, new), list(_midway(states))
    return Affected(len(midway), sum(not carrying.may(one) for one in midway), len(states) == MOST_LOOKED_AT)


def _midway(states: list[Mapping[str, Any]]) -> Iterator[DialogueState]:
    for one in states:
        try:
            state = DialogueState.from_json(dict(one))
        except (UnknownSchema, KeyError):
            continue
        if state.stack:
            yield state
