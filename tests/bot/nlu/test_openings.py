"""Words said to a list of openings: one of them, other hours of the day shown, or another day altogether."""

from __future__ import annotations

from typing import Any

import pytest

from bot.flows.definition import SlotSpec
from bot.flows.engine import Expecting
from bot.nlu.answers import read_answer
from tests.bot.conversing import NOW

WEDNESDAY = ("Wed 25 Nov, 8am", "Wed 25 Nov, 8:30am", "Wed 25 Nov, 9am")
FRIDAY = ("Fri 27 Nov, 12:30pm", "Fri 27 Nov, 1pm", "Fri 27 Nov, 1:30pm")
MIXED = ("Mon 23 Nov, 11:30am", "Mon 23 Nov, 12:30pm", "Tue 24 Nov, 8am")


def heard(shown: tuple[str, ...], text: str) -> tuple[Any, list[list[str]]]:
    """The answer, and the windows wished for."""
    choices = (*((f"o{n}", title, ()) for n, title in enumerate(shown, 1)), ("other_times", "Other times", ()))
    expecting = Expecting("opening", SlotSpec("opening", "opening"), choices, "choose_opening", "opening")
    answer = read_answer(text, expecting, NOW).answer
    return (answer.value, answer.also.get("opening_wish", {}).get("windows", [])) if answer else (None, [])


@pytest.mark.parametrize(
    "text",
    [
        "no i meant the 3rd",
        "i meant the 3rd",
        "no the 3rd",
        "i meant thursday the 3rd",
    ],
)
def test_a_date_that_was_meant_is_no_line_of_the_list(text: str) -> None:
    value, windows = heard(WEDNESDAY, text)
    assert value == "other_times"
    assert [start[:10] for start, _ in windows] == ["2026-12-03"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("One o'clock then. My sister will be here", "o2"),
        ("half twelve. not after 3 i get the kids", "o1"),
        ("friday 1pm like before", "o2"),
    ],
)
def test_a_time_that_is_picked_first_is_the_line(text: str, line: str) -> None:
    assert heard(FRIDAY, text)[0] == line


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("Monday the thirtieth at two o'clock", "2026-11-30T14:00"),
        ("Friday at one o'clock, the fourth of December", "2026-12-04T13:00"),
        ("mon 30th 1pm like before", "2026-11-30T13:00"),
    ],
)
def test_a_date_in_words_keeps_its_hour(text: str, start: str) -> None:
    value, windows = heard(WEDNESDAY, text)
    assert value == "other_times"
    assert windows[0][0].startswith(start)


@pytest.mark.parametrize("text", ["the 3rd", "the third one", "no the 3rd one", "sorry the 3rd", "3"])
def test_a_place_in_the_list_is_still_a_line(text: str) -> None:
    assert heard(WEDNESDAY, text)[0] in {"o3", None}


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("no, after 3", "15-20"),
        ("none of those, later in the day", "16-20"),
        ("none of them, after 2", "14-20"),
        ("no good, before 11", "8-11"),
        ("not those, evening", "17-20"),
    ],
)
def test_other_hours_are_those_of_the_day_shown(text: str, hours: str) -> None:
    value, windows = heard(FRIDAY, text)
    assert value == "other_times"
    assert [f"{start[:10]} {int(start[11:13])}-{int(end[11:13])}" for start, end in windows] == [f"2026-11-27 {hours}"]


@pytest.mark.parametrize("text", ["no, after 3", "none of those, after 3"])
def test_openings_of_several_days_leave_every_day_open(text: str) -> None:
    assert len(heard(MIXED, text)[1]) > 20


@pytest.mark.parametrize(
    "text", ["none of them. next week", "none of those, next week", "none of these next week please"]
)
def test_none_of_them_needs_no_question(text: str) -> None:
    value, windows = heard(FRIDAY, text)
    assert value == "other_times"
    assert windows[0][0].startswith("2026-11-30")
