"""Puts new people before any question of the journey, then hears what they say there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.assistant import Assistant
from bot.simulator import Answered, Simulator
from services import conversations, people
from services.messages import Address, Channel
from services.models import MessageIn

JOURNEY = {
    "safe": "hi",
    "work": "1",
    "postcode": "off sick",
    "age": "PR1 8XJ",
    "health": "34",
    "barriers": "1 and 2",
    "name": "money",
    "talk": "Sam",
    "phone": "1",
    "opening": "07700900123",
    "share": "1",
    "voicemail": "1",
}
"""Each question, and the words that bring a person there from the one before."""


@dataclass(frozen=True)
class Place:
    """A conversation as it stands at a question."""

    state: Mapping[str, Any]
    revision: str | None
    team_id: str | None


@dataclass(frozen=True)
class Told:
    """What came of one message: the answer, and how it is stored."""

    answered: Answered
    conversation_id: int
    kept: MessageIn

    @property
    def words(self) -> str:
        return "\n".join(message.text for message in self.answered.messages)

    @property
    def purposes(self) -> set[str]:
        return {message.purpose for message in self.answered.messages}


@dataclass
class Asked:
    """One assistant, many people: `say(text, at=question)` is always somebody new."""

    assistant: Assistant
    simulator: Simulator = field(init=False)
    places: dict[tuple[str, str], Place] = field(default_factory=dict)
    people: int = 0

    def __post_init__(self) -> None:
        self.simulator = Simulator(self.assistant)

    def say(self, text: str, *, at: str = "first", channel: Channel = "sms", **more: Any) -> Told:
        self.arrive(at, channel)
        return self.tell(text, **more)

    def tell(self, text: str, **more: Any) -> Told:
        """The same person goes on."""
        inbound = self.simulator.inbound(text, **more)
        answered = self.simulator.hear(inbound)
        conversation_id = self.simulator.conversation_id()
        with self.assistant.db.read() as session:
            rows = session.query(MessageIn).filter_by(conversation_id=conversation_id)
            kept = rows.order_by(MessageIn.seq.desc()).first()
        assert kept is not None
        return Told(answered, conversation_id, kept)

    def arrive(self, at: str, channel: Channel) -> None:
        if at != "first" and (at, channel) not in self.places:
            self.walk(channel)
        self.somebody_new(channel)
        if at != "first":
            self.put(self.places[at, channel])

    def somebody_new(self, channel: Channel) -> None:
        self.people += 1
        value = {"sms": f"+447701{self.people:06}", "telegram": str(5000 + self.people), "web": f"web-{self.people}"}
        self.simulator.address = Address(channel, value[channel])

    def walk(self, channel: Channel, until: str = "voicemail") -> None:
        """One person goes the whole way, or until a question; each is remembered as it stood."""
        self.somebody_new(channel)
        for question, words in JOURNEY.items():
            if question == "phone" and channel == "sms":
                continue
            self.simulator.say("1" if question == "opening" and channel == "sms" else words)
            with self.assistant.db.read() as session:
                seen = conversations.see(session, self.simulator.conversation_id())
            self.places[question, channel] = Place(dict(seen.state or {}), seen.revision, seen.team_id)
            if question == until:
                return

    def put(self, place: Place) -> None:
        now = self.assistant.clock.now()
        with self.assistant.db.write() as session:
            found = people.find_or_make_conversation(session, self.simulator.address, now)
            row = conversations.lock(session, found)
            row.team_id = place.team_id
            if place.revision:
                conversations.pin(session, row, place.revision)
            conversations.save(session, row, place.state, None)
