"""What can be meant two ways is asked, and each reading is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.flows import engine
from bot.flows.commands import Clarify, Option, Say, SetSlot, StartFlow, Unclear, option_from_json, option_to_json
from bot.nlu.parsed import Parsed
from tests.bot.conversing import asked_at, book, said, standing_at

OPENINGS = [
    {"value": "a", "title": "Wed 25 Nov, 8am"},
    {"value": "b", "title": "Wed 25 Nov, 12:30pm"},
    {"value": "c", "title": "Fri 27 Nov, 2pm"},
]
AT_OPENINGS = {"opening_choices": OPENINGS, "openings_count": 3}


class Ranks:
    """A model with one thing to say."""

    up = True

    def __init__(self, *ranking: tuple[str, float]) -> None:
        self.ranking = ranking

    def parse(self, text: str) -> Parsed:
        return Parsed(*self.ranking[0], self.ranking)

    def close(self) -> None:
        return None


@pytest.mark.parametrize(
    ("text", "titles"),
    [
        ("next friday", ["Fri 27 Nov", "Fri 4 Dec"]),
        ("dinner time on thursday", ["Thu 26 Nov, 12pm-2pm", "Thu 26 Nov, 5pm-7pm"]),
        ("not after 3 on fridays", ["any day, Fri before 3pm", "Fri before 3pm"]),
        ("last one", ["Fri 27 Nov, 2pm", "Other times"]),
        ("wednesday", ["Wed 25 Nov, 8am", "Wed 25 Nov, 12:30pm"]),
        ("1 or 2", ["Wed 25 Nov, 8am", "Wed 25 Nov, 12:30pm"]),
    ],
)
def test_times_are_asked_about_by_name(text: str, titles: list[str]) -> None:
    (asked,) = said(text, "opening", AT_OPENINGS)
    assert isinstance(asked, Clarify)
    assert [option.title for option in asked.options] == titles


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("8s too early, the 12 30 on wensday", "b"),
        ("the friday one", "c"),
        ("27/11 at 2", "c"),
        ("wednesday but not 8", "b"),
        ("not 2, 3", "c"),
        ("either", "a"),
        ("asap", "a"),
        ("can i have the friday one", "c"),
        ("tomorrow half 12", "b"),
    ],
)
def test_a_time_that_is_clear_is_taken(text: str, value: str) -> None:
    assert [(c.slot, c.value) for c in said(text, "opening", AT_OPENINGS) if isinstance(c, SetSlot)] == [
        ("opening", value)
    ]


def test_the_reading_picked_becomes_the_wish() -> None:
    (asked,) = said("next friday", "opening", AT_OPENINGS)
    assert isinstance(asked, Clarify)
    wish, answer = asked.options[1].commands
    assert isinstance(wish, SetSlot)
    assert isinstance(answer, SetSlot)
    assert (answer.slot, answer.value) == ("opening", "other_times")
    assert wish.value == {"windows": [["2026-12-04T08:00:00", "2026-12-04T20:00:00"]], "asap": False, "ambiguous": None}


UNSURE = "hmm not sure about all that like"


def test_the_two_likeliest_wishes_are_named() -> None:
    (asked,) = said(UNSURE, "work_situation", {}, nlu=Ranks(("who_sees", 0.5), ("will_they_know", 0.3), ("cost", 0.1)))
    assert isinstance(asked, Clarify)
    assert [option.title for option in asked.options] == [
        "utter_meant_who_sees",
        "utter_meant_will_they_know",
        "utter_meant_none",
    ]
    assert asked.options[0].commands == (StartFlow("pattern_who_sees"),)
    assert asked.options[2].commands == ()


@pytest.mark.parametrize("ranking", [(("who_sees", 0.2), ("cost", 0.2)), (("out_of_scope", 0.5), ("cost", 0.3))])
def test_no_idea_is_not_asked_about(ranking: tuple[tuple[str, float], ...]) -> None:
    assert said(UNSURE, "work_situation", {}, nlu=Ranks(*ranking)) == [Unclear()]


def test_a_risky_wish_is_asked_about_rather_than_done() -> None:
    (asked,) = said(UNSURE, "work_situation", {}, nlu=Ranks(("delete_data", 0.7), ("my_data", 0.2)))
    assert isinstance(asked, Clarify)
    assert asked.options[0].title == "utter_meant_delete_data"


def test_every_name_of_a_wish_belongs_to_one() -> None:
    named = {name.removeprefix("utter_meant_") for name in book().responses if name.startswith("utter_meant_")}
    acts = {"why", "repeat", "back", "skip", "none"}
    assert named - acts <= set(book().triggers)


def test_after_which_was_asked_the_question_itself_may_be_answered() -> None:
    state, _ = standing_at("work_situation", {})
    waiting = replace(state, pending=(option_to_json(Option("Skip", (Say("repeat"),))),))
    expecting = engine.expecting(book(), waiting)
    assert expecting is not None
    assert expecting.beneath is not None
    assert expecting.beneath.slot == "work_situation"
    assert asked_at()["work_situation"] == (expecting.beneath.flow, expecting.beneath.step)


def test_an_option_survives_the_state() -> None:
    option = Option("x", (Say("why"), StartFlow("pattern_who"), SetSlot("age", 4)))
    assert option_from_json(option_to_json(option)) == option
