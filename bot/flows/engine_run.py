"""One turn under way: the stack is walked step by step until a question is open or everything has ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from zlib import crc32

from bot.flows.definition import END, SHARED, START_AGAIN, Action, Call, Collect, Link, Outcome, SetSlots, Utter
from bot.flows.engine_values import Event, Purpose, Reply, StepLimit, Turn
from bot.flows.responses import ResponseError, listed, render
from bot.flows.state import DialogueState, Frame, Visit

if TYPE_CHECKING:
    from bot.flows.definition import Book, Branch, Flow, Json, Rejection, Step
    from bot.flows.engine_values import Act

MAX_STEPS: Final = 200
BESIDE_A_CALL: Final = frozenset({"signposted", "crisis_help"})
"""Outcomes that end nothing for who has a call booked or promised: they still have it, and are heard as such."""
STUCK: Final = "pattern_stuck"
OFFER_PERSON: Final = "utter_offer_person"
_ONCE: Final = "="
"""Marks in `quiet` a slot whose question is not to be put again this once, though it is ask_before_filling."""
_UNTIL: Final = "@"
"""Marks in `quiet` the question at which the walking through again is over."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the caller gives: the actions, the channel, the helplines, the time."""

    act: Act
    channel: str
    helpline: Callable[[str], str]
    language: str
    now: datetime | None
    purpose: Purpose


class Run:
    """A mutable copy of the state while one turn is taken."""

    def __init__(self, book: Book, state: DialogueState, around: Surroundings) -> None:
        self.book = book
        self.around = around
        self.before = state
        self.stack = [frame for frame in state.stack if self._exists(frame)]
        self.slots: dict[str, Json] = {**book.defaults, **state.slots}
        self.again = dict(state.again)
        self.tries = dict(state.tries)
        self.said = dict(state.said)
        self.quiet = list(state.quiet)
        self.trail = list(state.trail)
        self.pending: list[Mapping[str, Json]] = []
        self.outcome = state.outcome
        self.crisis = state.crisis
        self.asked_at = state.asked_at
        self.care = dict(state.care)
        self.offered: str | None = None
        self.replies: list[Reply] = []
        self.events: list[Event] = []
        self.steps = 0
        self.walked: list[tuple[str, str]] = []
        self.ways: list[tuple[str, str, int]] = []
        self.open = False
        """The question on top of the stack was put in this turn."""
        self.halted = False
        """A pattern after which the open question waits has ended."""

    def _exists(self, frame: Frame) -> bool:
        flow = self.book.flows.get(frame.flow)
        return flow is not None and (frame.step == END or frame.step in flow.steps)

    def turn(self) -> Turn:
        state = DialogueState(
            revision=self.book.revision,
            stack=tuple(self.stack),
            slots=self.slots,
            tries=self.tries,
            said=self.said,
            quiet=tuple(self.quiet),
            trail=tuple(self.trail),
            pending=tuple(self.pending),
            outcome=self.outcome,
            crisis=self.crisis,
            asked_at=self.asked_at,
            care=self.care,
            offered=self.offered,
            again=self.again,
        )
        return Turn(state, tuple(self.replies), tuple(self.events), tuple(self.walked), tuple(self.ways))

    # -- where we are ----------------------------------------------------------------------------------------------

    def flow(self) -> Flow:
        return self.book.flows[self.stack[-1].flow]

    def open_question(self) -> Collect | None:
        """The question that was put and waits for an answer."""
        if not self.stack or not self.stack[-1].asked:
            return None
        step = self.flow().steps.get(self.stack[-1].step)
        return step if isinstance(step, Collect) else None

    def key(self) -> str:
        return f"{self.stack[-1].flow}.{self.stack[-1].step}"

    def push(self, flow_id: str) -> None:
        self.stack.append(Frame(flow_id, self.book.flows[flow_id].first))
        self.open = self.halted = False

    def go(self, branches: tuple[Branch, ...]) -> None:
        """Moves the top frame to the first branch that holds."""
        frame = self.stack[-1]
        target = END
        for number, branch in enumerate(branches):
            if branch.condition is None or branch.condition.holds(self.slots):
                target = branch.target
                self.ways.append((frame.flow, frame.step, number))
                break
        self.stack[-1] = Frame(frame.flow, target, frame.came)

    def visit(self, asked: bool) -> None:
        """Remembers that the step on top was passed, so that a correction can find it."""
        frame = self.stack[-1]
        kept = [old for old in self.trail if (old.flow, old.step) != (frame.flow, frame.step)]
        asked = asked or Visit(frame.flow, frame.step, True) in self.trail
        self.trail = [*kept, Visit(frame.flow, frame.step, asked)]

    # -- walking ---------------------------------------------------------------------------------------------------

    def walk(self, floor: int = 0) -> None:
        """Runs steps until a question is open, the stack is down to `floor`, or a pattern says to wait."""
        while len(self.stack) > floor and not self.halted:
            self.steps += 1
            if self.steps > MAX_STEPS:
                raise StepLimit(f"more than {MAX_STEPS} steps in one turn, now at {self.key()}")
            if self.stack[-1].step == END:
                self._end_flow()
            else:
                step = self.flow().steps[self.stack[-1].step]
                self.walked.append((self.stack[-1].flow, step.id))
                if not _DO[type(step)](self, step):
                    return

    def _end_flow(self) -> None:
        flow = self.flow()
        self.stack.pop()
        self.halted = flow.waits
        if not flow.keeps_place:
            self.stack.clear()
        if not self.stack:
            self.quiet = []
        elif self.stack[-1].asked and isinstance(step := self.flow().steps.get(self.stack[-1].step), Call):
            self.visit(asked=False)
            self.go(step.next)

    def collect(self, step: Collect) -> bool:
        asked = self.stack[-1].asked
        if self.slots.get(step.slot) is None or not (asked or self._passes(step)):
            if step.ask_before_filling and not asked and (before := self.slots.pop(step.slot, None)) is not None:
                self.again[step.slot] = before
            return self.ask(step)
        rejection = self._rejection(step)
        if rejection:
            self.slots.pop(step.slot)
            return self.miss(step, rejection.utter)
        self.tries.pop(self.key(), None)
        if self.again.pop(step.slot, self.slots[step.slot]) != self.slots[step.slot]:
            self._empty_what_hangs_on(step.slot)
        self.visit(asked)
        self.go(step.next)
        return True

    def _passes(self, step: Collect) -> bool:
        """Whether a filled slot makes the question needless."""
        mark = _ONCE + step.slot
        if step.ask_before_filling and mark in self.quiet:
            self.quiet.remove(mark)
            return True
        return not step.ask_before_filling

    def _rejection(self, step: Collect) -> Rejection | None:
        return next((one for one in step.rejections if one.condition.holds(self.slots)), None)

    def ask(self, step: Collect, part: str = "") -> bool:
        """Puts the question and waits."""
        if _UNTIL + self.key() in self.quiet:
            self.quiet = []
        self.crisis = self.crisis if self.flow().is_crisis else None  # an ordinary question: help is over
        self.stack[-1] = replace(self.stack[-1], asked=True)
        if not part and self.replies and self.replies[-1].response == step.utter:
            self.replies.pop()  # the words were just said, so they are the question
        self.say(step.utter, part=part, question=step.slot)
        self.asked_at = self.around.now.isoformat() if self.around.now else self.asked_at
        self.open = True
        return False

    def miss(self, step: Collect, hint: str | None) -> bool:
        """An answer that was not understood or is refused: easier words, then a person is offered, then stuck."""
        misses = self.tries.get(self.key(), 0) + 1
        self.tries[self.key()] = misses
        if misses >= step.tries and step.gives_up:
            return self.give_up(step, step.gives_up)
        if misses >= step.tries and STUCK in self.book.flows and self.stack[-1].flow != STUCK:
            self.tries.pop(self.key())
            self.stack[-1] = replace(self.stack[-1], asked=True)
            self.stack = [frame for frame in self.stack if frame.flow != STUCK]  # one way out is enough
            self.push(STUCK)
            return True
        if hint and hint in self.book.responses:
            self.say(hint)
        self.ask(step, part="easier")
        if misses >= 2 and OFFER_PERSON in self.book.responses:
            self.say(OFFER_PERSON)
        return False

    def give_up(self, step: Collect, answer: str) -> bool:
        """Goes on as if the answer had been given, so that nobody is asked the same thing for ever."""
        self.tries.pop(self.key())
        self.set(step.slot, answer)
        self.visit(asked=True)
        self.go(step.next)
        return True

    def utter(self, step: Utter) -> bool:
        key = self.key()
        reply = self.compose(step.response)
        mark = crc32(reply.text.encode("utf-8", "replace"))
        again = key in self.quiet and self.said.get(key) == mark
        if key in self.quiet:
            self.quiet.remove(key)
        if reply.text.strip() and not again:  # words that only some people get may be empty
            self.replies.append(reply)
        if not self.flow().is_pattern:
            self.said[key] = mark
        self.go(step.next)
        return True

    def action(self, step: Action) -> bool:
        if step.action == START_AGAIN:
            self._forget()
        else:
            seen: dict[str, Any] = {**self.slots, "crisis_kind": self.crisis} if self.crisis else self.slots
            result = self.around.act(step.action, MappingProxyType(seen))
            for slot, value in result.slots.items():
                self.set(slot, value)
            self.events.extend(result.events)
        self.go(step.next)
        return True

    def _forget(self) -> None:
        self.stack = self.stack[-1:]
        self.slots = dict(self.book.defaults)
        self.said, self.tries, self.quiet, self.trail, self.again = {}, {}, [], [], {}
        self.outcome = None

    def set_slots(self, step: SetSlots) -> bool:
        for slot, value in step.values:
            self.set(slot, value)
        self.go(step.next)
        return True

    def call(self, step: Call) -> bool:
        self.stack[-1] = replace(self.stack[-1], asked=True)
        self.push(step.flow)
        return True

    def link(self, step: Link) -> bool:
        frame = self.stack[-1]
        came = (*frame.came, frame.flow)
        if step.flow in came:
            came = came[: came.index(step.flow)]
        below = self.stack[:-1] if self.flow().keeps_place else []
        self.stack = [*below, Frame(step.flow, self.book.flows[step.flow].first, came)]
        return True

    def record_outcome(self, step: Outcome) -> bool:
        if not (step.outcome in BESIDE_A_CALL and self.outcome in SHARED):
            self.outcome = step.outcome
        self.events.append(Event("outcome", {"outcome": step.outcome}))
        self.go(step.next)
        return True

    # -- slots and words -------------------------------------------------------------------------------------------

    def set(self, slot: str, value: Json) -> None:
        """Fills or clears a slot; when its value changes, what depends on it is cleared."""
        again = self.again.pop(slot, None)
        before = self.slots.get(slot, again)
        if value is None:
            self.slots.pop(slot, None)
        else:
            self.slots[slot] = value
        if before is not None and before != value:
            self._empty_what_hangs_on(slot)

    def answer(self, slot: str, value: Json) -> None:
        """Fills a slot with what the person said. Asked again, it is known only once it is taken whether it is another."""
        if slot in self.again:
            self.slots[slot] = value
        else:
            self.set(slot, value)

    def _empty_what_hangs_on(self, slot: str) -> None:
        for name in self.book.dependants.get(slot, ()):
            if self.slots.get(name) is not None:
                self.set(name, None)

    def say(
        self, name: str, *, part: str = "", question: str | None = None, extra: Mapping[str, Json] | None = None
    ) -> None:
        self.replies.append(self.compose(name, part=part, question=question, extra=extra))

    def compose(
        self, name: str, *, part: str = "", question: str | None = None, extra: Mapping[str, Json] | None = None
    ) -> Reply:
        """A response as a reply. Raises ResponseError for an unknown response."""
        response = self.book.languages.get(self.around.language, {}).get(name) or self.book.responses.get(name)
        if response is None:
            raise ResponseError(f"there is no response {name}")
        part = part if part in response.parts else ""
        around = self.around
        text = render(
            self.book, response, self.slots,
            part=part or around.channel, helpline=around.helpline, extra=extra, channel=around.channel,
        )  # fmt: skip
        spec = self.book.slots[question] if question else None
        choices = listed(spec, self.slots) if spec and not spec.unlisted else ()
        shown = tuple((value, title) for value, title, _ in choices)
        return Reply(f"{name}.{part}" if part else name, text, shown, self.purpose(), question)

    def purpose(self) -> Purpose:
        if not self.stack:
            return self.around.purpose
        flow = self.flow()
        if flow.is_crisis:
            return "crisis"
        return "opt_out" if flow.id in ("pattern_opt_out", "pattern_opt_in") else self.around.purpose


_DO: Final[Mapping[type[Step], Callable[[Run, Any], bool]]] = {
    Collect: Run.collect,
    Action: Run.action,
    Utter: Run.utter,
    SetSlots: Run.set_slots,
    Call: Run.call,
    Link: Run.link,
    Outcome: Run.record_outcome,
}
