"""What a book of flows is made of: flows, steps, slots, responses, and what an action promises."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Final, Literal, TypeAlias

from bot.flows.conditions import Condition

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
SlotType = Literal[
    "text", "yes_no", "choice", "choices", "number", "age", "date", "time", "duration", "opening",
    "postcode", "practice", "phone", "name", "place", "flag", "words",
]  # fmt: skip
SLOT_TYPES: Final = frozenset(SlotType.__args__)  # type: ignore[attr-defined]
OUTCOMES: Final = ("booked", "call_back", "signposted", "left", "stopped", "crisis_help")
SHARED: Final = frozenset({"booked", "call_back"})
"""Outcomes after which a team has the person's answers, so that what is told later goes to it as a note."""
END: Final = "END"
SKIPPED: Final = "skipped"
START_AGAIN: Final = "start_again"
"""The one action the engine does itself: forget every answer and every interrupted flow."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line in a file, for findings."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with the content, and what to do about it."""

    file: str
    line: int
    message: str
    what_to_do: str
    severity: Literal["error", "advice"] = "error"
    conversation: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = f"{self.file}:{self.line}: {self.severity}: {self.message} {self.what_to_do}".rstrip()
        return shown + "".join(f"\n      {line}" for line in self.conversation)


class ContentErrors(Exception):
    """The content cannot be used; `findings` holds every reason at once."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = list(findings)
        super().__init__("\n".join(str(finding) for finding in findings))


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer on offer; `also` lists other ways to say it."""

    value: str
    title: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SlotSpec:
    """What a slot may hold and who fills it."""

    name: str
    type: str
    choices: tuple[Choice, ...] = ()
    choices_from: str | None = None
    also: tuple[Choice, ...] = ()
    sensitive: bool = False
    unlisted: bool = False
    retention: str | None = None
    depends_on: tuple[str, ...] = ()
    default: Json = None
    volunteered: bool = True
    max_length: int | None = None
    set_by: str = "person"
    declared: bool = True
    place: Place = Place("", 0)
    on_card: str | None = None
    """What the answer is called on the coach's card, for questions that the desk knows nothing of; None: not shown."""

    @property
    def options(self) -> tuple[Choice, ...]:
        """The fixed answers; a list from `choices_from` comes between the two at run time."""
        return self.choices + self.also

    def title_of(self, value: Json) -> str | None:
        """The words shown for one of the fixed answers."""
        return next((choice.title for choice in self.options if choice.value == value), None)


@dataclass(frozen=True, slots=True)
class Response:
    """Words for one thing the assistant says. Keys of `parts`: text, sms, telegram, web, why, easier, easier_chat."""

    name: str
    parts: Mapping[str, str]
    place: Place = Place("", 0)
    lines: Mapping[str, int] = field(default_factory=dict)
    locked: bool = False

    def text_for(self, channel: str) -> str:
        """The words on this channel; what is typed in one chat reads well in the other, too."""
        chat = self.parts.get("web") if channel == "telegram" else None
        return self.parts.get(channel) or chat or self.parts.get("text", "")

    def words_of(self, part: str, channel: str) -> str:
        """The words of a part (`why`, `easier`; "" for what is said first) on this channel; "" where it has none."""
        if part == "easier" and channel != "sms" and "easier_chat" in self.parts:
            return self.parts["easier_chat"]  # where answers are buttons nobody replies with a number
        return self.parts.get(part, "") if part else self.text_for(channel)


@dataclass(frozen=True, slots=True)
class Branch:
    """Where a step goes: to `target` (a step id or END) if `condition` holds; None always holds."""

    condition: Condition | None
    target: str
    place: Place


@dataclass(frozen=True, slots=True)
class Rejection:
    """An answer that is refused when `condition` holds, with the response that says why."""

    condition: Condition
    utter: str
    place: Place


@dataclass(frozen=True, slots=True)
class Silence:
    """What happens when a question stays unanswered; durations in seconds."""

    nudge: str | None
    after: int | None
    expires: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseStep:
    id: str
    place: Place
    next: tuple[Branch, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Collect(BaseStep):
    slot: str
    utter: str
    ask_before_filling: bool = False
    skippable: bool = False
    tries: int = 3
    gives_up: str | None = None
    """The answer taken for granted once the tries are spent, instead of pattern_stuck."""
    rejections: tuple[Rejection, ...] = ()
    silence: Silence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(BaseStep):
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Utter(BaseStep):
    response: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetSlots(BaseStep):
    values: tuple[tuple[str, Json], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(BaseStep):
    flow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link(BaseStep):
    flow: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome(BaseStep):
    outcome: str


Step: TypeAlias = Collect | Action | Utter | SetSlots | Call | Link | Outcome
HANDS_OVER: Final = (Call, Link)
"""The steps that go into another flow, for `isinstance` where it is asked often: `Call | Link` is made anew each time."""


@dataclass(frozen=True)
class Flow:
    """A named list of steps; inline steps of branches are in `steps` under ids of their own."""

    id: str
    name: str
    description: str
    steps: Mapping[str, Step]
    intents: tuple[str, ...] = ()
    keeps_place: bool = True
    waits: bool = False
    locked: bool = False
    place: Place = Place("", 0)

    @cached_property
    def first(self) -> str:
        return next(iter(self.steps), END)

    @cached_property
    def order(self) -> Mapping[str, int]:
        """Where each step stands, in the order of the file."""
        return {step_id: position for position, step_id in enumerate(self.steps)}

    @property
    def is_pattern(self) -> bool:
        return self.id.startswith("pattern_")

    @property
    def is_crisis(self) -> bool:
        return self.id.startswith("pattern_crisis")


@dataclass(frozen=True)
class ActionSpec:
    """What an action promises: the slots it fills and, where they are few, the values it can give."""

    name: str
    fills: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    reads: tuple[str, ...] = ()
    events: tuple[str, ...] = ()


@dataclass(frozen=True)
class Book:
    """Everything under dialogs/ that is content: flows, slots and responses; `revision` is its content's hash."""

    revision: str
    flows: Mapping[str, Flow]
    slots: Mapping[str, SlotSpec]
    responses: Mapping[str, Response]
    languages: Mapping[str, Mapping[str, Response]] = field(default_factory=dict)
    actions: Mapping[str, ActionSpec] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, str]:
        """The texts of the files: what an immutable revision row holds. Read again by reading.read_files."""
        return dict(self.files)

    @cached_property
    def triggers(self) -> Mapping[str, str]:
        """Intent -> the flow it starts."""
        return {intent: flow.id for flow in self.flows.values() for intent in flow.intents}

    @cached_property
    def defaults(self) -> Mapping[str, Json]:
        """What slots hold before anybody fills them."""
        return {spec.name: spec.default for spec in self.slots.values() if spec.default is not None}

    @cached_property
    def dependants(self) -> Mapping[str, tuple[str, ...]]:
        """Slot -> slots to clear when it changes (one level)."""
        found: dict[str, list[str]] = {}
        for spec in self.slots.values():
            for name in spec.depends_on:
                found.setdefault(name, []).append(spec.name)
        return {name: tuple(names) for name, names in found.items()}

    @cached_property
    def reach(self) -> Mapping[str, frozenset[str]]:
        """Flow -> itself and every flow it calls or links to, directly or not."""
        return {flow_id: frozenset(self._reached(flow_id)) for flow_id in self.flows}

    def _reached(self, flow_id: str) -> set[str]:
        seen: set[str] = set()
        waiting = [flow_id]
        while waiting:
            one = waiting.pop()
            if one in self.flows and one not in seen:
                seen.add(one)
                waiting += [step.flow for step in self.flows[one].steps.values() if isinstance(step, Call | Link)]
        return seen

    @cached_property
    def skippable(self) -> frozenset[str]:
        """The slots of questions that may be skipped."""
        steps = (step for flow in self.flows.values() for step in flow.steps.values())
        return frozenset(step.slot for step in steps if isinstance(step, Collect) and step.skippable)

    @cached_property
    def filled_somewhere(self) -> frozenset[str]:
        """The slots that some action may fill, or some step sets."""
        found = {slot for spec in self.actions.values() for slot in spec.fills}
        for flow in self.flows.values():
            found |= {slot for step in flow.steps.values() if isinstance(step, SetSlots) for slot, _ in step.values}
        return frozenset(found)

    @cached_property
    def never_filled(self) -> frozenset[str]:
        """Slots that only steps and actions fill, and none does: what reads them finds nothing."""
        steps = [step for flow in self.flows.values() for step in flow.steps.values()]
        found = {
            slot for step in steps if isinstance(step, SetSlots) for slot, value in step.values if value is not None
        }
        found |= {step.slot for step in steps if isinstance(step, Collect)}
        for step in steps:
            if isinstance(step, Action) and step.action in self.actions:
                found |= self.actions[step.action].fills.keys()
        return frozenset(
            spec.name
            for spec in self.slots.values()
            if spec.set_by == "action" and spec.declared and not spec.volunteered
            if spec.default is None and spec.name not in found
        )

    @cached_property
    def starts(self) -> tuple[str, ...]:
        """Flows that can begin with nothing filled: by an intent, by code, or because nothing else leads to them."""
        others: set[str] = set()
        for flow in self.flows.values():
            others |= {step.flow for step in flow.steps.values() if isinstance(step, Call | Link)}
        found = [flow.id for flow in self.flows.values() if flow.intents or flow.is_pattern or flow.id not in others]
        reached = {one for flow_id in found for one in self.reach[flow_id]}
        for flow_id in self.flows:
            if flow_id not in reached:
                found.append(flow_id)
                reached |= self.reach[flow_id]
        return tuple(found)

    @cached_property
    def collects(self) -> Mapping[str, frozenset[str]]:
        """Flow -> every slot asked for in it or in a flow it calls or links to."""
        return {flow_id: frozenset(self._collected(flow_id)) for flow_id in self.flows}

    def _collected(self, flow_id: str) -> Iterator[str]:
        for one in self.reach[flow_id]:
            yield from (step.slot for step in self.flows[one].steps.values() if isinstance(step, Collect))

    def with_safety_of(self, today: Book) -> Book:
        """This book with today's locked flows, their slots and words: safety is never pinned to an old revision."""
        locked = {flow_id: flow for flow_id, flow in today.flows.items() if flow.locked}
        kept = {flow_id: flow for flow_id, flow in self.flows.items() if not flow.locked}
        words = {name: response for name, response in today.responses.items() if response.locked}
        slots = {name: today.slots[name] for flow_id in locked for name in today.collects[flow_id]}
        return replace(
            self,
            flows={**kept, **locked},
            slots={**self.slots, **slots},
            responses={**today.responses, **self.responses, **words},
        )
