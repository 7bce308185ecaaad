"""Talk to the assistant without a provider: the same inbox, turn and outbox, a clock that can be moved.

Used by `anydoor chat`, by the conversation tests, and by whoever wants to try a change.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from bot import coaching, read_ahead, rounds, turns
from bot.assistant import Assistant
from bot.channels import sms
from bot.turns import Taken
from services import audit, booking, conversations, falls_due, inbox
from services.clock import aware
from services.messages import Address, Channel, Inbound, Outbound, Receipt

PERSON = {"sms": "+447700900123", "telegram": "4242", "web": "terminal-person"}
SOMEBODY = 1


class Collected:
    """A channel that keeps what it is given, in order."""

    def __init__(self) -> None:
        self.messages: list[Outbound] = []

    def send(self, outbound: Outbound) -> Receipt:
        self.messages.append(outbound)
        return Receipt(f"terminal-{outbound.id}", sms_segments(outbound), "delivered")

    def drain(self) -> list[Outbound]:
        found, self.messages = self.messages, []
        return found


def sms_segments(outbound: Outbound) -> int:
    from bot.flows.segments import segments

    return segments(sms.render(outbound.text, outbound.choices)) if outbound.address.channel == "sms" else 0


@dataclass
class Answered:
    """What came of one line: the messages sent, the turns taken, and where the conversation now stands."""

    said: str
    messages: list[Outbound]
    taken: list[Taken]
    flow: str | None = None
    step: str | None = None
    slots: Mapping[str, Any] = field(default_factory=dict)
    outcome: str | None = None
    events: list[dict[str, Any]] = field(default_factory=list)
    """What happened, each with its name and content-free facts."""

    def as_json(self) -> dict[str, Any]:
        """The line that `anydoor chat --json` prints."""
        return {
            "you": self.said,
            "replies": [
                {
                    "text": message.text,
                    "choices": [{"value": plain(c.value), "title": c.title} for c in message.choices],
                }
                for message in self.messages
            ],
            "flow": self.flow,
            "step": self.step,
            "slots": dict(self.slots),
            "events": self.events,
            "outcome": self.outcome,
        }


def plain(value: str) -> str:
    """The value of a button without the slot it belongs to."""
    return value.partition("=")[2] or value


class Simulator:
    """One person on one channel. The assistant must have been assembled for this simulator alone."""

    def __init__(self, assistant: Assistant, channel: Channel = "sms") -> None:
        self.assistant, self.channel = assistant, channel
        self.address = Address(channel, PERSON[channel])
        self.collected = Collected()
        assistant.channels = dict.fromkeys(("sms", "telegram", "web"), self.collected)
        self.taken: list[Taken] = []
        assistant.watchers.append(self.taken.append)
        self.count, self.visit = 0, secrets.token_hex(4)  # the same number is no second delivery on another day
        self.hold_back = 0
        self.last_event = 0
        self.began = assistant.clock.london()

    def inbound(self, text: str = "", **more: Any) -> Inbound:
        self.count += 1
        return Inbound(self.address, f"terminal-{self.visit}-{self.count}", text=text, **more)

    def hear(self, *messages: Inbound) -> Answered:
        """Accept all, then let everything happen that they cause."""
        for message in messages:
            self.assistant.accept(message)
        if self.hold_back:
            self.hold_back -= 1  # stored, not answered: the next one comes at the same instant
            return Answered(messages[-1].text, [], [])
        return self.settle(" / ".join(message.text or message.pressed or message.media or "" for message in messages))

    def say(self, text: str, source: str | None = None) -> Answered:
        return self.hear(self.inbound(text, source=source))

    def press(self, value: str) -> Answered:
        return self.hear(self.inbound(kind="press", pressed=value))

    def together(self, first: str, second: str) -> Answered:
        return self.hear(self.inbound(first), self.inbound(second))

    def media(self, kind: str) -> Answered:
        return self.hear(self.inbound(kind="media", media=kind))

    def contact(self, number: str) -> Answered:
        return self.hear(self.inbound(number, kind="contact"))

    def until(self, moment: datetime) -> Answered:
        """Move the clock on; what falls due on the way happens at its own time."""
        target = aware(moment)
        while self.assistant.clock.now() < target:
            with self.assistant.db.read() as session:
                upcoming = falls_due.next_moment(session, self.assistant.clock.now())
            self.assistant.clock.set(min(upcoming, target) if upcoming else target)
            rounds.tick(self.assistant)
        return self.settle("")

    def begin(self, flow: str) -> Answered:
        turns.begin(self.assistant, self.conversation_id(), flow)
        return self.settle("")

    def conversation_id(self) -> int:
        with self.assistant.db.read() as session:
            found = conversations.find(session, self.address)
        if found is None:
            raise ValueError("nobody has written yet")
        return found

    def settle(self, said: str) -> Answered:
        rounds.tick(self.assistant)
        for _ in range(
            rounds.MOST_FAILURES
        ):  # as a server does within two seconds: what fails is tried again, then answered
            if self.is_waiting():
                rounds.tick(self.assistant)
        taken, self.taken[:] = list(self.taken), []
        answered = Answered(said, self.collected.drain(), taken)
        return self.placed(answered)

    def is_waiting(self) -> bool:
        """Whether a message is not answered, since its turn has failed."""
        with self.assistant.db.read() as session:
            return bool(inbox.waiting_conversations(session))

    def placed(self, answered: Answered) -> Answered:
        with self.assistant.db.read() as session:
            conversation_id = conversations.find(session, self.address)
            seen = conversations.see(session, conversation_id) if conversation_id else None
            happened = audit.events_after(session, conversation_id, self.last_event) if conversation_id else []
        answered.events = [{"name": row.name, **row.data} for row in happened if row.name != "outcome"]
        self.last_event = happened[-1].id if happened else self.last_event
        if seen is None or not seen.state:
            return answered
        state = read_ahead.state_of(seen.state, self.assistant.book(seen.revision))
        frame = state.stack[-1] if state.stack else None
        answered.flow, answered.step = (frame.flow, frame.step) if frame else (None, None)
        answered.slots, answered.outcome = dict(state.slots), state.outcome
        return answered

    def coach(self, text: str) -> Answered:
        """A coach's own words; none hands the conversation back."""
        if not text:
            return self.hand_back()
        coaching.say(self.assistant, self.conversation_id(), text, SOMEBODY)
        return self.settle("")

    def take_over(self) -> Answered:
        coaching.take_over(self.assistant, self.conversation_id(), SOMEBODY)
        return self.settle("")

    def hand_back(self) -> Answered:
        coaching.hand_back(self.assistant, self.conversation_id(), SOMEBODY)
        return self.settle("")

    def coach_outcome(self, outcome: str) -> Answered:
        self.record_outcome(outcome)
        return self.hear_of_it()

    def hear_of_it(self) -> Answered:
        """What was recorded can be taken back for some minutes; after them the person hears of it."""
        return self.until(self.assistant.clock.now() + booking.HELD_BACK)

    def record_outcome(self, outcome: str) -> None:
        """A coach says what came of the person's newest call. ValueError when there is none."""
        with self.assistant.db.read() as session:
            person = conversations.see(session, self.conversation_id()).person_id
            call = booking.last_call(session, person)
        if call is None:
            raise ValueError("there is no call to say anything of")
        coaching.record_outcome(self.assistant, call.id, outcome, SOMEBODY)
