"""What a trained model makes of a text, and what anything that answers so looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Entity:
    """A named part of the text; `value` is the synonym's canonical word where there is one."""

    entity: str
    value: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Judged:
    """Whether a text speaks of a crisis: the likeliest kind, how sure it is one at all (0 to 1), and if that is an alarm."""

    kind: str
    sure: float
    alarm: bool


@dataclass(frozen=True, slots=True)
class Parsed:
    """`ranking` holds the likeliest intents first, `intent` among them; None is a text without words.

    `crisis` is judged apart from them; None: not judged (the stand-in judges none).
    """

    intent: str | None
    confidence: float
    ranking: tuple[tuple[str, float], ...] = ()
    entities: tuple[Entity, ...] = ()
    crisis: Judged | None = None


class Nlu(Protocol):
    """A trained model, wherever it runs."""

    @property
    def up(self) -> bool: ...

    def parse(self, text: str) -> Parsed | None:
        """None = no answer just now; never raises because of a server."""

    def close(self) -> None: ...
