"""A button or tick boxes, pressed: commands, against the state that is locked."""

from __future__ import annotations

from bot.flows.commands import Command, Correct, Say, SetSlot, StartFlow
from bot.flows.definition import Book
from bot.flows.engine import Expecting
from bot.flows.state import DialogueState
from bot.hearing import Heard


def pressed(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """A button or tick boxes: an answer to the question they stood under, which may no longer be the open one."""
    pairs = [split_value(line) for line in (heard.inbound.pressed or "").split("\n") if line]
    expecting = heard.expecting
    values = [value for slot, value in pairs if expecting and slot in {None, expecting.slot}]
    if expecting and values and offered(expecting, values):
        several = expecting.spec.type == "choices"
        return [SetSlot(expecting.slot, values if several else values[0])]
    slot, value = pairs[0] if pairs else (None, "")
    again: list[Command] = [Say("repeat")] if expecting else [StartFlow("pattern_resume")]
    if (
        slot
        and slot in state.slots
        and slot in book.slots
        and value in {choice.value for choice in book.slots[slot].options}
    ):
        kept = [value] if book.slots[slot].type == "choices" else value
        return [Correct(slot, kept), *([] if expecting else again)] if state.slots[slot] != kept else again
    return again


def split_value(line: str) -> tuple[str | None, str]:
    slot, equals, value = line.partition("=")
    return (slot, value) if equals else (None, line)


def offered(expecting: Expecting, values: list[str]) -> bool:
    return set(values) <= {value for value, _, _ in expecting.choices}
