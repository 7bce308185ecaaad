"""Where a conversation stands, as a value that survives JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from bot.flows.definition import Json

SCHEMA: Final = 1


class UnknownSchema(Exception):
    """A saved state written by a version this one cannot read."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A flow under way and the step it stands at.

    `came` lists the flows it was linked from; `asked` is true once the question of a collect step was put,
    or the flow of a call step was entered: only then does its end lead on from there.
    """

    flow: str
    step: str
    came: tuple[str, ...] = ()
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """A collect or call step that was passed; `asked` = the person answered a question there."""

    flow: str
    step: str
    asked: bool


@dataclass(frozen=True, slots=True)
class DialogueState:
    """All that is kept between two messages of one conversation.

    `tries` counts misses by "flow.step"; `said` maps "flow.step" of said responses to a checksum of their words;
    `quiet` lists those not to be said again while an earlier answer is walked through anew.
    """

    revision: str = ""
    stack: tuple[Frame, ...] = ()
    slots: Mapping[str, Json] = field(default_factory=dict)
    tries: Mapping[str, int] = field(default_factory=dict)
    said: Mapping[str, int] = field(default_factory=dict)
    quiet: tuple[str, ...] = ()
    trail: tuple[Visit, ...] = ()
    pending: tuple[Mapping[str, Json], ...] = ()
    outcome: str | None = None
    crisis: str | None = None
    asked_at: str | None = None
    care: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Kind of crisis -> when a line or help was last given, and what came of it (engine_care.py)."""
    offered: str | None = None
    """The line about help that the last message put beside its question: "yes" may be about it."""
    again: Mapping[str, Json] = field(default_factory=dict)
    """What questions that were put again had been answered before: another answer empties what hangs on it."""

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": SCHEMA,
            "revision": self.revision,
            "stack": [[frame.flow, frame.step, list(frame.came), frame.asked] for frame in self.stack],
            "slots": dict(self.slots),
            "tries": dict(self.tries),
            "said": dict(self.said),
            "quiet": list(self.quiet),
            "trail": [[visit.flow, visit.step, visit.asked] for visit in self.trail],
            "pending": [dict(option) for option in self.pending],
            "outcome": self.outcome,
            "crisis": self.crisis,
            "asked_at": self.asked_at,
            "care": {kind: list(given) for kind, given in self.care.items()},
            "offered": self.offered,
            "again": dict(self.again),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> DialogueState:
        """Raises UnknownSchema for a state of another version."""
        if data.get("schema") != SCHEMA:
            raise UnknownSchema(f"state has schema {data.get('schema')!r}, this version reads {SCHEMA}")
        return cls(
            revision=data["revision"],
            stack=tuple(Frame(flow, step, tuple(came), asked) for flow, step, came, asked in data["stack"]),
            slots=dict(data["slots"]),
            tries=dict(data["tries"]),
            said=dict(data["said"]),
            quiet=tuple(data["quiet"]),
            trail=tuple(Visit(flow, step, asked) for flow, step, asked in data["trail"]),
            pending=tuple(data["pending"]),
            outcome=data["outcome"],
            crisis=data["crisis"],
            asked_at=data["asked_at"],
            care={kind: tuple(given) for kind, given in data.get("care", {}).items()},
            offered=data.get("offered"),
            again=dict(data.get("again", {})),
        )
