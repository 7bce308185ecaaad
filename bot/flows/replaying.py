"""Plays the conversation of a finding again in the engine, so that the fault can be seen to happen.

A finding's conversation says where it starts, what was answered before, what each action gives and what is answered.
Actions give what it says, in order; after that, the same again, so that a fault that needs a service to stay as it is
shows itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from bot.flows.checking_said import SAID_AFTER, WRITES
from bot.flows.commands import Say, SetSlot, StartFlow, Unclear
from bot.flows.engine import advance, expecting
from bot.flows.engine_values import ActionResult, Turn
from bot.flows.proof_values import ANY, domain, title
from bot.flows.state import DialogueState

if TYPE_CHECKING:
    from bot.flows.definition import Book, SlotSpec

START: Final = re.compile(r"start: (.*)")
BEFORE: Final = re.compile(r"\((\w+) was answered before: (.*)\)")
GIVES: Final = re.compile(r"\((\w+) gives (.*)\)")
ANSWER: Final = re.compile(r"you answer (\w+): (.*)")
ON_THE_WAY: Final = 12
"""Questions that a conversation of a finding leaves out, at most, before one that it names."""
_SAMPLES: Final[Mapping[str, Any]] = {
    "age": 34, "number": 1, "duration": 4, "postcode": "PR1 8XJ", "phone": "+447700900123", "yes_no": "yes", "flag": True,
}  # fmt: skip


class DoesNotPlay(Exception):
    """The conversation asks for something that the engine does not do there."""


@dataclass
class Replay:
    """A conversation of a finding under way; `turns` are the turns taken so far."""

    book: Book
    given: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    last: dict[str, dict[str, Any]] = field(default_factory=dict)
    state: DialogueState = field(default_factory=DialogueState)
    turns: list[Turn] = field(default_factory=list)

    def play(self, conversation: Sequence[str]) -> Turn:
        """All of it. Raises DoesNotPlay, and what the engine raises where the fault is one of those."""
        self.prepare(conversation)
        for line in conversation:
            if start := START.fullmatch(line):
                self._take(StartFlow(self.flow_named(start[1])))
            elif answer := ANSWER.fullmatch(line):
                self.answer(answer[1], self.value(answer[1], answer[2]))
            elif line.startswith(WRITES):
                self._take(Say("why") if line in SAID_AFTER["why"] else Unclear())
        return self.turns[-1]

    def prepare(self, conversation: Sequence[str]) -> None:
        """Takes up what it says was answered before, and what actions give. KeyError for a slot that there is not."""
        before = {m[1]: self.value(m[1], m[2]) for line in conversation if (m := BEFORE.fullmatch(line))}
        self.given = [(m[1], self._results(m[2])) for line in conversation if (m := GIVES.fullmatch(line))]
        self.state = DialogueState(revision=self.book.revision, slots={**self.book.defaults, **before})

    def flow_named(self, name: str) -> str:
        """The flow that a conversation starts. Raises DoesNotPlay."""
        found = next((one.id for one in self.book.flows.values() if one.name == name), None)
        if found is None:
            raise DoesNotPlay(f"there is no flow named {name}")
        return found

    def answer(self, slot: str, value: Any) -> Turn:
        """Answers this question. Questions before it that nothing hangs on are answered with anything."""
        for _ in range(ON_THE_WAY):
            asked = expecting(self.book, self.state)
            if asked is None:
                raise DoesNotPlay(f"{slot} is answered where nothing is asked")
            if asked.slot == slot:
                break
            self._take(SetSlot(asked.slot, self.anything(asked.slot)))
        return self._take(SetSlot(slot, value))

    def anything(self, slot: str) -> Any:
        """Some answer that the question takes."""
        asked = expecting(self.book, self.state)
        return (
            asked.choices[0][0]
            if asked and asked.slot == slot and asked.choices
            else self._sample(self.book.slots[slot])
        )

    def value(self, slot: str, words: str) -> Any:
        """What stands for an answer's words in a conversation of a finding."""
        spec = self.book.slots[slot]
        for value in domain(spec):
            if value != ANY and title(spec, value) == words:
                return value
        return self._sample(spec) if words in (title(spec, ANY), "anything", "anything else") else _plain(words)

    def _sample(self, spec: SlotSpec) -> Any:
        if spec.type == "choices":
            return [spec.options[0].value]
        return _SAMPLES.get(spec.type, "something")

    def _results(self, words: str) -> dict[str, Any]:
        pairs = (one.partition(" = ") for one in words.split(", "))
        return {slot: _plain(value) for slot, _, value in pairs}

    def _take(self, command: StartFlow | SetSlot | Say | Unclear) -> Turn:
        turn = advance(
            self.book, self.state, [command], act=self._act, channel="sms", helpline=lambda name: "999", language="en"
        )
        self.state = DialogueState.from_json(turn.state.to_json())
        self.turns.append(turn)
        return turn

    def _act(self, name: str, slots: Mapping[str, Any]) -> ActionResult:
        return ActionResult({**self.made(name), **(self.given_by(name) or {})})

    def given_by(self, name: str) -> dict[str, Any] | None:
        """What the conversation says that an action gives now; after the last time, the same again. None: it says nothing."""
        if any(one == name for one, _ in self.given):
            place = next(n for n, (one, _) in enumerate(self.given) if one == name)
            self.last[name] = self.given.pop(place)[1]
        found = self.last.get(name)
        return None if found is None else {slot: None if value == ANY else value for slot, value in found.items()}

    def made(self, name: str) -> dict[str, Any]:
        """Something of everything that an action fills."""
        fills = self.book.actions[name].fills if name in self.book.actions else {}
        return {slot: values[0] if values else self._filled(slot) for slot, values in fills.items()}

    def _filled(self, slot: str) -> Any:
        spec = self.book.slots.get(slot)
        if spec is None:
            return "something"
        if any(one.choices_from == slot for one in self.book.slots.values()):
            return [{"value": "first", "title": "The first"}]
        return None if spec.set_by == "person" and spec.type != "flag" else self._sample(spec)


def _plain(words: str) -> Any:
    if words in ("True", "False"):
        return words == "True"
    return float(words) if re.fullmatch(r"\d+\.\d+", words) else int(words) if words.isdigit() else words
