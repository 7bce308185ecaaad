"""Taking answers: which values a slot accepts, what is filled, and saying back what was volunteered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from bot.flows.commands import SetSlot, Unclear
from bot.flows.conditions import NUMBERS
from bot.flows.engine_run import Run
from bot.flows.responses import listed, title_of

if TYPE_CHECKING:
    from bot.flows.definition import Collect, Json, SlotSpec

NOTED: Final = "utter_noted"
NOTED_QUIETLY: Final = "utter_noted_quietly"
SAYS: Final = "utter_say_"
_CLIPPED: Final = ("text", "name")
_WORDS: Final = ("text", "name", "place", "practice", "postcode", "phone", "date", "time")
_YES_NO: Final = ("yes", "no", "unsure")


def acceptable(spec: SlotSpec, value: Json, slots: Mapping[str, Json]) -> bool:
    """Whether the slot can hold the value now."""
    if value is None or value == "" or value == []:
        return False
    if spec.type in NUMBERS:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if spec.type == "flag":
        return isinstance(value, bool)
    offered = [option[0] for option in listed(spec, slots)]
    if spec.type == "yes_no":
        return value in _YES_NO or value in offered
    if spec.type == "choices":
        return isinstance(value, list | tuple) and all(item in offered for item in value)
    if spec.type in ("choice", "opening") or spec.choices_from:
        return value in offered
    return isinstance(value, str) or spec.type not in _WORDS


def fill(run: Run, answers: Sequence[SetSlot]) -> tuple[list[str], Unclear | None]:
    """Fills what the message said. Gives the slots filled, and a miss when the open question got a bad answer."""
    question = run.open_question()
    filled: list[str] = []
    missed: Unclear | None = None
    for answer in answers:
        spec = run.book.slots.get(answer.slot)
        is_open = question is not None and answer.slot == question.slot
        if spec is None or not (is_open or _may_volunteer(run, spec)):
            continue
        if acceptable(spec, answer.value, run.slots):
            run.answer(answer.slot, _clipped(spec, answer.value))
            filled.append(answer.slot)
        elif is_open:
            missed = Unclear(f"utter_invalid_{spec.type}")
    return filled, missed


def _may_volunteer(run: Run, spec: SlotSpec) -> bool:
    """A slot may be filled before it is asked, or again while nobody has passed its question."""
    return spec.volunteered and (run.slots.get(spec.name) is None or not _passed(run, spec.name))


def _passed(run: Run, slot: str) -> bool:
    for visit in run.trail:
        flow = run.book.flows.get(visit.flow)
        step = flow.steps.get(visit.step) if flow else None
        if getattr(step, "slot", None) == slot:
            return True
    return False


def _clipped(spec: SlotSpec, value: Json) -> Json:
    """Words no longer than the slot allows; the whole message is kept with the conversation."""
    if isinstance(value, str) and spec.max_length and spec.type in _CLIPPED:
        return value[: spec.max_length].rstrip()
    return value


def note(run: Run, filled: Sequence[str], question: Collect | None) -> None:
    """Says back what the message told us beyond the open question; of what is sensitive, only that it is noted."""
    shown = [slot for slot in dict.fromkeys(filled) if _may_say(run, slot)]
    if any(question is None or slot != question.slot for slot in shown):
        if NOTED in run.book.responses:
            run.replies.insert(0, run.compose(NOTED, extra={"noted": ", ".join(_words(run, slot) for slot in shown)}))
    elif question and question.slot not in filled and any(_is_told_quietly(run, slot) for slot in filled):
        answered = any(not reply.slot for reply in run.replies)
        if NOTED_QUIETLY in run.book.responses and not answered:
            run.replies.insert(0, run.compose(NOTED_QUIETLY))


def _is_told_quietly(run: Run, slot: str) -> bool:
    spec = run.book.slots[slot]
    return spec.volunteered and spec.sensitive and spec.type == "choices"


def _may_say(run: Run, slot: str) -> bool:
    """Only what a person tells of themself by the way; a yes to a question is not news, nor is an answer left out."""
    value, spec = run.slots.get(slot), run.book.slots[slot]
    return (
        spec.volunteered
        and not spec.sensitive
        and value not in [choice.value for choice in spec.also]
        and isinstance(value, str | int | float | list | tuple)
    )


def _words(run: Run, slot: str) -> str:
    """As the content says it back (`utter_say_<slot>`: "2 months"), else by its title."""
    spec, value = run.book.slots[slot], run.slots[slot]
    if SAYS + slot in run.book.responses:
        whole = isinstance(value, float) and value.is_integer()
        return run.compose(SAYS + slot, extra={slot: int(value)} if whole else None).text  # type: ignore[arg-type]
    items = value if isinstance(value, list | tuple) else [value]
    return ", ".join(title_of(spec, item, run.slots) for item in items)
