"""A conversation with an example book: a fake of the actions, and state through JSON between every turn."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.flows.commands import Command, SetSlot
from bot.flows.definition import Book
from bot.flows.engine import ActionResult, Event, Turn, advance, expecting
from bot.flows.reading import read_book
from bot.flows.state import DialogueState
from tests.bot.flows.known_actions import KNOWN_ACTIONS

BOOKS = Path(__file__).parent / "books"
NUMBERS = {"samaritans": "116 123", "abuse": "0808 2000 247"}


def small_book() -> Book:
    return read_book(BOOKS / "small", KNOWN_ACTIONS)


class Actions:
    """Fills what the real actions would; `taken` openings cannot be held."""

    def __init__(self) -> None:
        self.called: list[str] = []
        self.taken: set[str] = set()
        self.openings = ["a", "b", "c"]

    def __call__(self, name: str, slots: Mapping[str, Any]) -> ActionResult:
        self.called.append(name)
        make = getattr(self, name, None)
        return ActionResult(make(slots) if make else {}, (Event(name),))

    def find_team(self, slots: Mapping[str, Any]) -> dict[str, Any]:
        return {"team": "Leeds" if slots["postcode"].startswith("LS") else "Preston"}

    def offer_openings(self, slots: Mapping[str, Any]) -> dict[str, Any]:
        return {"opening_choices": [{"value": one, "title": f"Time {one}"} for one in self.openings]}

    def hold_opening(self, slots: Mapping[str, Any]) -> dict[str, Any]:
        return {"hold_result": "taken" if slots["opening"] in self.taken else "held"}


class Talk:
    """Plays commands against a book and remembers the last turn."""

    def __init__(self, book: Book, channel: str = "sms", language: str = "en") -> None:
        self.book, self.channel, self.language = book, channel, language
        self.actions = Actions()
        self.state = DialogueState()
        self.last: Turn | None = None

    def send(self, *commands: Command) -> list[str]:
        """The texts said."""
        saved = DialogueState.from_json(json.loads(json.dumps(self.state.to_json())))
        self.last = advance(
            self.book,
            saved,
            commands,
            act=self.actions,
            channel=self.channel,
            helpline=NUMBERS.__getitem__,
            language=self.language,
            now=datetime(2026, 11, 23, 9, tzinfo=UTC),
        )
        self.state = self.last.state
        return [reply.text for reply in self.last.replies]

    def answer(self, value: Any) -> list[str]:
        """Answers the open question."""
        open_now = expecting(self.book, self.state)
        assert open_now is not None
        return self.send(SetSlot(open_now.slot, value))

    @property
    def asked(self) -> str | None:
        open_now = expecting(self.book, self.state)
        return open_now.slot if open_now else None
