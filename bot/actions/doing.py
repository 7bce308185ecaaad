"""What an action has in its hands while it runs: the turn's own transaction, and the parts of the assistant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol, TypeAlias

from bot.flows.definition import Book
from bot.flows.engine import ActionResult, Event
from bot.flows.state import DialogueState
from services import people
from services.areas import Areas
from services.clock import LONDON, Clock
from services.db import Session
from services.directory import Directory
from services.models import Conversation
from services.practices import Practices
from services.settings import Settings

Slots: TypeAlias = Mapping[str, Any]


class Parts(Protocol):
    """What actions use of the assistant."""

    settings: Settings
    clock: Clock

    @property
    def areas(self) -> Areas: ...
    @property
    def practices(self) -> Practices: ...
    @property
    def directory(self) -> Directory: ...


@dataclass
class Doing:
    """One turn's actions. Everything written goes into `session`, so it commits with the turn or not at all."""

    parts: Parts
    session: Session
    conversation: Conversation
    book: Book
    state: DialogueState

    @property
    def now(self) -> datetime:
        return self.parts.clock.now()

    @property
    def today(self) -> date:
        return self.now.astimezone(LONDON).date()

    @property
    def channel(self) -> str:
        return self.conversation.channel

    @property
    def address_value(self) -> str:
        """The address of this conversation itself, for example its phone number."""
        address = people.address_of(self.session, self.conversation.id)
        return address.value if address else ""

    def title(self, slot: str, value: Any) -> str:
        """The words shown for an answer; the value itself where it has none."""
        spec = self.book.slots.get(slot)
        return (spec.title_of(value) if spec else None) or str(value)


Action: TypeAlias = Callable[[Doing, Slots], ActionResult]


def result(*events: Event, **slots: Any) -> ActionResult:
    return ActionResult(slots, tuple(events))
