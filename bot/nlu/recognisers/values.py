"""What a recogniser hands back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"


@dataclass(frozen=True, slots=True)
class Found:
    """A value, whether it was the whole message, where it stood in the clean text, and whether it is beyond doubt."""

    value: Json
    whole: bool
    span: tuple[int, int]
    sure: bool = True
