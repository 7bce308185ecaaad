"""What understanding asks of the engine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    from bot.flows.definition import Json


@dataclass(frozen=True, slots=True)
class SetSlot:
    """An answer: to the open question, to a later one, or to one never asked."""

    slot: str
    value: Json
    said: str = ""


@dataclass(frozen=True, slots=True)
class Correct:
    """Change an earlier answer; a value of None asks for it again."""

    slot: str
    value: Json = None
    told: bool = False
    """Told by the way, beside the open question: said back as other facts are."""


@dataclass(frozen=True, slots=True)
class StartFlow:
    """Go into a flow or pattern now; the open question waits."""

    flow: str


@dataclass(frozen=True, slots=True)
class Say:
    """Say why the open question (or the one about a slot) is asked, say what it means, or say it again."""

    kind: Literal["why", "means", "repeat"]
    about: str | None = None


_KINDS: tuple[Literal["why", "means"], ...] = ("why", "means")


@dataclass(frozen=True, slots=True)
class Back:
    """Go back to the question before."""


@dataclass(frozen=True, slots=True)
class Skip:
    """Leave the open question unanswered."""


@dataclass(frozen=True, slots=True)
class StartAgain:
    """Forget the answers and begin again."""


@dataclass(frozen=True, slots=True)
class Unclear:
    """A message that answered nothing; `hint` is the response that says what went wrong."""

    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Option:
    """One reading of an unclear message. `title` is a response id (utter_…) or the words to show."""

    title: str
    commands: tuple[SetSlot | StartFlow | Correct | Say | Back | Skip, ...]


@dataclass(frozen=True, slots=True)
class Clarify:
    """Ask which of a few readings was meant; `asks`: the response that puts it."""

    options: tuple[Option, ...]
    asks: str = "utter_clarify"


@dataclass(frozen=True, slots=True)
class Crisis:
    """Give crisis help of this kind now; `about` is what it is to be for, where that is known."""

    kind: str
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Care:
    """The words may speak of a crisis: one line about help of this kind, beside whatever else is done about them."""

    kind: str
    about: str | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken for a crisis was none, they say."""


@dataclass(frozen=True, slots=True)
class OptOut:
    """The person wants no more messages."""


@dataclass(frozen=True, slots=True)
class OptIn:
    """The person wants messages again."""


Command: TypeAlias = (
    SetSlot
    | Correct
    | StartFlow
    | Say
    | Back
    | Skip
    | StartAgain
    | Unclear
    | Clarify
    | Crisis
    | Care
    | TakenBack
    | OptOut
    | OptIn
)


def option_to_json(option: Option) -> dict[str, Json]:
    """An offered reading as JSON, kept in the state until the person picks one."""
    return {"title": option.title, "commands": [_to_json(command) for command in option.commands]}


def option_from_json(data: Mapping[str, Json]) -> Option:
    commands = data["commands"]
    assert isinstance(commands, list)
    return Option(str(data["title"]), tuple(_from_json(command) for command in commands))


def _to_json(command: SetSlot | StartFlow | Correct | Say | Back | Skip) -> dict[str, Json]:
    if isinstance(command, Say):
        return {"do": "say", "kind": command.kind}
    if isinstance(command, Back | Skip):
        return {"do": "back" if isinstance(command, Back) else "skip"}
    if isinstance(command, StartFlow):
        return {"do": "start", "flow": command.flow}
    if isinstance(command, Correct):
        return {"do": "correct", "slot": command.slot, "value": command.value}
    return {"do": "set", "slot": command.slot, "value": command.value, "said": command.said}


def _from_json(data: Mapping[str, Json]) -> SetSlot | StartFlow | Correct | Say | Back | Skip:
    if data["do"] == "say":
        return Say(next((kind for kind in _KINDS if kind == data["kind"]), "repeat"))
    if data["do"] in {"back", "skip"}:
        return Back() if data["do"] == "back" else Skip()
    if data["do"] == "start":
        return StartFlow(str(data["flow"]))
    if data["do"] == "correct":
        return Correct(str(data["slot"]), data["value"])
    return SetSlot(str(data["slot"]), data["value"], str(data.get("said", "")))
