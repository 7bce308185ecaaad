"""What is said of the times on offer and names none: never the same list again without a word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bot.flows.commands import Clarify, Command, SetSlot, StartFlow
from tests.bot.conversing import said

SHOWN = {
    "opening_choices": [
        {"value": "a", "title": "Tue 24 Nov, 12pm"},
        {"value": "b", "title": "Tue 24 Nov, 4pm"},
        {"value": "c", "title": "Wed 25 Nov, 9am"},
    ]
}
OTHER = "other_times"


def at_the_times(text: str) -> list[Command]:
    return said(text, "opening", SHOWN)


def window(found: Sequence[Command]) -> tuple[str, str]:
    """From when to when is looked; "" twice where no time was told."""
    wish: Any = next((one.value for one in found if isinstance(one, SetSlot) and one.slot == "opening_wish"), None)
    return (wish["windows"][0][0][:16], wish["windows"][-1][1][:16]) if wish else ("", "")


def picked(found: Sequence[Command]) -> str:
    return next(str(one.value) for one in found if isinstance(one, SetSlot) and one.slot == "opening")


@pytest.mark.parametrize(
    "text",
    [
        "got anything later",
        "theyre all too soon",
        "not that soon",
        "a bit later please",
        "need more notice",
        "ok any later?",
    ],
)
def test_later_ones_come_after_all_that_are_shown(text: str) -> None:
    found = at_the_times(text)
    assert picked(found) == OTHER
    assert window(found)[0] == "2026-11-25T09:01"


@pytest.mark.parametrize("text", ["anything sooner", "have you got any earlier", "its too far away", "sooner please"])
def test_sooner_ones_come_before_the_first(text: str) -> None:
    found = at_the_times(text)
    assert picked(found) == OTHER
    assert window(found)[1] == "2026-11-24T12:00"


@pytest.mark.parametrize(
    "text", ["what else have you got", "is there anything else", "what other times are there", "any more"]
)
def test_others_are_asked_for(text: str) -> None:
    found = at_the_times(text)
    assert picked(found) == OTHER
    assert window(found) == ("", "")


@pytest.mark.parametrize("text", ["when is best for you", "whats easiest for you", "when are you free", "you choose"])
def test_when_it_suits_us_is_the_first(text: str) -> None:
    assert picked(at_the_times(text)) == "a"


@pytest.mark.parametrize(
    "text",
    [
        "dunno depends on my shifts",
        "idk",
        "not sure tbh",
        "hmm",
        "my shifts change every week",
        "hard to say",
        "i work full days",
    ],
)
def test_who_cannot_say_is_asked_for_the_part_of_the_day(text: str) -> None:
    (asked,) = at_the_times(text)
    assert isinstance(asked, Clarify)
    assert asked.asks == "utter_which_part"
    assert [one.title for one in asked.options] == ["any morning", "any afternoon", "any evening"]


@pytest.mark.parametrize(
    "text", ["ill check my rota and let you know", "need to ask my boss first", "ill get back to you"]
)
def test_who_will_tell_us_later_is_not_hurried(text: str) -> None:
    assert at_the_times(text) == [StartFlow("pattern_wait")]


@pytest.mark.parametrize(
    ("text", "opens"),
    [("after i drop the kids off", "2026-11-25T09:30"), ("before i pick up my daughter", "2026-11-25T08:00")],
)
def test_the_way_to_school_and_back_is_a_time(text: str, opens: str) -> None:
    wish: Any = next(one.value for one in at_the_times(text) if isinstance(one, SetSlot) and one.slot == "opening_wish")
    assert opens in {start[:16] for start, _ in wish["windows"]}


def test_hours_that_fit_all_that_is_shown_choose_none() -> None:
    assert picked(at_the_times("not too late")) == OTHER
