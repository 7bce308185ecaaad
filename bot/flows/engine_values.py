"""What goes into and comes out of one turn of the engine."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, TypeAlias

from bot.flows.definition import Silence, SlotSpec

if TYPE_CHECKING:
    from bot.flows.definition import Json
    from bot.flows.state import DialogueState

Purpose = Literal["answer", "crisis", "opt_out", "reminder"]
Choices: TypeAlias = tuple[tuple[str, str, tuple[str, ...]], ...]
"""Answers on offer: (value, title, other ways to say it)."""


class StepLimit(Exception):
    """A turn ran through too many steps: a loop that `anydoor check` should have refused."""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, free of the person's words."""

    name: str
    data: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """Something to say. `slot` is set when it is a question; `choices` are (value, title)."""

    response: str
    text: str
    choices: tuple[tuple[str, str], ...] = ()
    purpose: Purpose = "answer"
    slot: str | None = None


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What an action fills and what happened."""

    slots: Mapping[str, Json] = field(default_factory=dict)
    events: tuple[Event, ...] = ()


Act: TypeAlias = "Callable[[str, Mapping[str, Json]], ActionResult]"


@dataclass(frozen=True, slots=True)
class Turn:
    """The state after a message, what to say and what happened.

    `walked`: the flows and steps passed; `ways`: those with the number of the branch that was taken, from 0.
    """

    state: DialogueState
    replies: tuple[Reply, ...]
    events: tuple[Event, ...]
    walked: tuple[tuple[str, str], ...] = ()
    ways: tuple[tuple[str, str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Expecting:
    """The open question. `filled` names the slots that have a value, `misses` counts answers not understood."""

    slot: str
    spec: SlotSpec
    choices: Choices
    flow: str
    step: str
    filled: frozenset[str] = frozenset()
    misses: int = 0
    skippable: bool = False
    silence: Silence | None = None
    beneath: Expecting | None = None
    """Under "which did you mean?", the question that it came up at."""
