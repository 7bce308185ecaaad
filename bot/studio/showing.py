"""A finding of the check, shown in a trial: its shortest conversation, held with the assistant itself.

The person's answers are written as somebody would write them and understood as any other; one that no words bring about
is put in. What the conversation says that was looked up is what the actions give, whatever the world of the trial says.
Then it goes on, with any answers, to where the fault shows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, Final

from bot import read_ahead, understanding
from bot.flows.checking_said import SWALLOWED, WRITES, said_at
from bot.flows.commands import Command, SetSlot, StartFlow
from bot.flows.definition import Book, Finding
from bot.flows.engine import Act, ActionResult, Expecting, StepLimit, expecting
from bot.flows.replaying import ANSWER, ON_THE_WAY, START, DoesNotPlay, Replay
from bot.flows.responses import ResponseError
from bot.flows.state import DialogueState
from bot.simulator import Answered, Simulator
from bot.turns import Taken, Work
from services import conversations, inbox
from services.db import Session
from services.messages import Inbound

AT: Final = "at "
"""Before a topic and a card of it, or several of which one will do: the place to go on to."""
OR: Final = " or "
SPOKEN: Final[Mapping[str, str]] = {
    "age": "34", "number": "1", "duration": "4 months", "postcode": "PR1 8XJ", "phone": "07700 900123", "name": "Sam",
    "place": "Preston", "text": "Mostly my back",
}  # fmt: skip
"""What a person might write where any answer will do."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A line of the conversation and what came of it. `typed`: what the person wrote; `put`: no words say it, so it was put in."""

    line: str
    answered: Answered | None = None
    typed: str = ""
    put: bool = False
    failed: bool = False


def lines_of(book: Book, finding: Finding) -> list[str]:
    """What is to be shown: the finding's conversation and the place that it is about; nothing without a conversation."""
    if not finding.conversation:
        return []
    said = dict.fromkeys(f"{flow}.{step}" for (flow, step), _ in said_at(book, finding))
    if said:  # what is written there, and what is told of it, comes once it is said
        after = [line for line in finding.conversation if line.startswith(WRITES) or line == SWALLOWED]
        way = finding.conversation[: len(finding.conversation) - len(after)]
        return [*way, AT + OR.join(said), *after]
    best: tuple[int, str, str] = (0, "", "")
    for flow in book.flows.values():
        steps = [(step.place, step.id) for step in flow.steps.values()]
        for place, step in [(flow.place, ""), *steps]:
            if place.file == finding.file and best[0] < place.line <= finding.line:
                best = (place.line, flow.id, step)
    return [*finding.conversation, *([f"{AT}{best[1]}.{best[2]}"] if best[1] else [])]


@dataclass
class Showing:
    """The conversation of a finding under way in a simulator."""

    simulator: Simulator
    book: Book
    replay: Replay = field(init=False)
    walked: set[tuple[str, str]] = field(default_factory=set)
    number: int = 0

    def __post_init__(self) -> None:
        self.replay = Replay(self.book)
        self.simulator.assistant.watchers.append(self._note)
        self.simulator.assistant.pretends = self._pretend

    def _note(self, taken: Taken) -> None:
        self.walked.update(taken.turn.walked if taken.turn else ())

    def play(self, lines: Sequence[str]) -> Iterator[Shown]:
        """All of it, up to what fails. Raises DoesNotPlay, and KeyError for a question that is not there any more."""
        self.replay.prepare(lines)
        for line in lines:
            for shown in self._played(line):
                yield shown
                if shown.failed:
                    return

    def _played(self, line: str) -> Iterator[Shown]:
        if found := START.fullmatch(line):
            yield self._begin(line, self.replay.flow_named(found[1]))
        elif found := ANSWER.fullmatch(line):
            yield from self._answer(line, found[1], found[2])
        elif line.startswith(WRITES):
            words = line.removeprefix(WRITES)
            yield Shown(line, self.simulator.hear(self.simulator.inbound(words)), words)
        elif line.startswith(AT):
            parts = [place.partition(".") for place in line.removeprefix(AT).split(OR)]
            yield from self._on_to({(flow, step) for flow, _, step in parts})
        else:
            yield Shown(line)

    # -- what is done ----------------------------------------------------------------------------------------------

    def _begin(self, line: str, flow: str) -> Shown:
        """The person's line is open, nothing has been said, and the topic begins."""
        accepted = self.simulator.assistant.accept(self.simulator.inbound("hello"))
        with self.simulator.assistant.db.write() as session:
            inbox.take(session, accepted.message_id, self.simulator.assistant.clock.now())
        self.number = accepted.conversation_id
        return self._put(line, "", [StartFlow(flow)], self.replay.state)

    def _answer(self, line: str, slot: str, words: str) -> Iterator[Shown]:
        """The answer, after anything to the questions before it that nothing hangs on."""
        value = self.replay.value(slot, words)
        for _ in range(ON_THE_WAY):
            asked = self._asked()
            if asked is None:
                raise DoesNotPlay(f"{slot} is answered where nothing is asked")
            if asked.slot == slot:
                yield self._say(line, asked, value, words)
                return
            shown = self._say(line, asked, self._anything(asked), "")
            yield shown
            if shown.failed:
                return

    def _on_to(self, places: Set[tuple[str, str]]) -> Iterator[Shown]:
        """Any answers until one of the cards is come to; of a whole topic, until nothing is asked."""
        for _ in range(ON_THE_WAY):
            asked = self._asked()
            if asked is None or not places.isdisjoint(self.walked):
                return
            shown = self._say("", asked, self._anything(asked), "")
            yield shown
            if shown.failed:
                return

    def _say(self, line: str, asked: Expecting, value: Any, words: str) -> Shown:
        """One answer, in words where some are understood as just this."""
        told = words if asked.spec.title_of(value) or value == words else ""
        wanted = value if told or isinstance(value, bool | int | float) else None
        for inbound in self._ways(asked, value, told):
            if self._means(inbound, asked, wanted):
                answered = self.simulator.hear(inbound)
                typed = inbound.text or told or self._title(asked, value)
                return Shown(line, answered, typed, failed=bool(answered.messages) and not answered.taken)
        return self._put(line, told or self._title(asked, value), [SetSlot(asked.slot, value)])

    def _ways(self, asked: Expecting, value: Any, told: str) -> Iterator[Inbound]:
        """How it could be written, or pressed."""
        plain = f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else ""
        title = self._title(asked, value) if asked.choices else ""
        for text in dict.fromkeys((told, title, plain, "" if told or title else SPOKEN.get(asked.spec.type, ""))):
            if text:
                yield self.simulator.inbound(text)
        if asked.choices and isinstance(value, str | list):
            pressed = "\n".join(f"{asked.slot}={one}" for one in (value if isinstance(value, list) else [value]))
            yield self.simulator.inbound(kind="press", pressed=pressed)

    def _title(self, asked: Expecting, value: Any) -> str:
        titles = {choice: title for choice, title, _ in asked.choices}
        return " and ".join(titles.get(one, str(one)) for one in (value if isinstance(value, list) else [value]))

    def _means(self, inbound: Inbound, asked: Expecting, wanted: Any) -> bool:
        """Whether it is understood as an answer to the question and as nothing else; `wanted`: as this one."""
        assistant = self.simulator.assistant
        heard = understanding.hear(inbound, asked, assistant.clock.london(), assistant.nlu)
        commands = understanding.read(understanding.without_drama_numbers(heard), self._state(), self.book)
        return bool(commands) and all(
            isinstance(one, SetSlot) and one.slot == asked.slot and (wanted is None or one.value == wanted)
            for one in commands
        )

    def _put(self, line: str, words: str, commands: Sequence[Command], state: DialogueState | None = None) -> Shown:
        """A turn without a message; `state`: where the conversation is to stand before it."""
        assistant = self.simulator.assistant
        try:
            with assistant.db.write() as session:
                work = Work(assistant, session, conversations.lock(session, self.number), None)
                if state is not None:
                    work.repin()
                    work.state = replace(state, revision=work.book.revision)
                taken = work.run(commands, said="")
        except (StepLimit, ResponseError):
            return Shown(line, typed=words, put=True, failed=True)
        assistant.tell(taken)
        return Shown(line, self.simulator.settle(""), words, put=True)

    # -- what is known ---------------------------------------------------------------------------------------------

    def _state(self) -> DialogueState:
        with self.simulator.assistant.db.read() as session:
            return read_ahead.state_of(conversations.see(session, self.number).state, self.book)

    def _asked(self) -> Expecting | None:
        return expecting(self.book, self._state()) if self.number else None

    def _anything(self, asked: Expecting) -> Any:
        self.replay.state = self._state()
        value = self.replay.anything(asked.slot) if asked.slot in self.book.slots else asked.choices[0][0]
        return [value] if asked.spec.type == "choices" and not isinstance(value, list) else value

    def _pretend(self, session: Session, act: Act) -> Act:
        """Actions that give what the conversation says. What they do for that in the trial's world stays only if it is the same."""

        def pretended(name: str, slots: Mapping[str, Any]) -> ActionResult:
            given = self.replay.given_by(name)
            found = _tried(session, lambda: act(name, slots), given or {})
            return found or ActionResult({**self.replay.made(name), **(given or {})})

        return pretended


class _Otherwise(Exception):
    """The world gives something else."""


def _tried(session: Session, do: Callable[[], ActionResult], given: Mapping[str, Any]) -> ActionResult | None:
    """What the world gives, where that is what is wanted. None: something else, or it cannot be done; nothing is left of it."""
    try:
        with session.begin_nested():
            found = do()
            if any(found.slots.get(slot) != value for slot, value in given.items()):
                raise _Otherwise
    except Exception:  # a topic begun in the middle: what comes before it was never done in this world
        return None
    return found
