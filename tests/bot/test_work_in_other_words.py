"""Being in and out of work as it is said, and a line picked with a grumble."""

from __future__ import annotations

import pytest

from bot.flows.commands import SetSlot
from tests.bot.conversing import said


def told(text: str) -> list[object]:
    return [
        one.value
        for one in said(text, "work_situation", {})
        if isinstance(one, SetSlot) and one.slot == "work_situation"
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("out o werk since june", "out_of_work"), ("bin outta graft a year", "out_of_work"), ("out a work 2 years", "out_of_work"),
        ("ive got a weekend job", "in_work"), ("i just do a saturday job", "in_work"), ("i get out of work at 5", "in_work"),
        ("whatever. 1", "in_work"), ("2 ffs", "off_sick"), ("meh 2", "off_sick"), ("3 then i spose", "out_of_work"),
    ],
)  # fmt: skip
def test_in_and_out_of_work(text: str, value: str) -> None:
    assert told(text) == [value]


@pytest.mark.parametrize(
    "text",
    ["i want a saturday job", "looking for a weekend job", "had a saturday job as a kid", "whatever", "meh", "ffs", "whatever you think"],
)  # fmt: skip
def test_what_tells_neither(text: str) -> None:
    assert told(text) == []
