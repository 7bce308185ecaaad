"""One line that puts an earlier answer right while another question is open."""

from __future__ import annotations

from typing import Any

import pytest

from bot.flows.commands import Correct, SetSlot
from tests.bot.conversing import said

GIVEN: dict[str, Any] = {
    "work_situation": "out_of_work", "postcode": "PR1 8XJ", "age": 54, "health": ["mental_health"], "barriers": ["housing"],
}  # fmt: skip
ASKED = ["work_situation", "postcode", "age", "health", "barriers"]

LINES = [
    ("no wait, SR4 7TZ is home", Correct("postcode", "SR4 7TZ")),
    ("SR4 7TZ is home", Correct("postcode", "SR4 7TZ")),
    ("change my postcode to SR4 7TZ", Correct("postcode", "SR4 7TZ")),
    ("my postcode should be sr47tz", Correct("postcode", "SR4 7TZ")),
    ("SR4 7TZ not PR1 8XJ", Correct("postcode", "SR4 7TZ")),
    ("sorry im 45 not 54", Correct("age", 45)),
    ("45 not 54", Correct("age", 45)),
    ("not 54, 45", Correct("age", 45)),
    ("change my age to 45", Correct("age", 45)),
    ("oops im 45", Correct("age", 45)),
    ("I meant off sick", Correct("work_situation", "off_sick")),
    ("hang on im off sick", Correct("work_situation", "off_sick")),
    ("no i meant im still employed", Correct("work_situation", "in_work")),
    ("change my postcode", Correct("postcode", None)),
    ("i put the wrong age", Correct("age", None)),
]


@pytest.mark.parametrize("question", ["health", "barriers", "name"])
@pytest.mark.parametrize(("line", "wanted"), LINES)
def test_the_earlier_answer_is_changed(question: str, line: str, wanted: Correct) -> None:
    before = ASKED[: ASKED.index(question)] if question in ASKED else ASKED
    answers = {slot: GIVEN[slot] for slot in before}
    assert said(line, question, answers, before) == [wanted]


def test_a_name_put_right() -> None:
    answers = {**GIVEN, "name": "Dan"}
    assert said("its Sam not Dan", "opening", answers, [*ASKED, "name"]) == [Correct("name", "Sam")]
    assert said("no wait, Sam", "opening", answers, [*ASKED, "name"]) == [Correct("name", "Sam")]


def test_a_list_is_changed_by_what_is_said() -> None:
    before = ASKED
    assert said("sorry i meant not housing, money", "name", GIVEN, before) == [Correct("barriers", ["money"])]
    assert said("oh wait money as well", "name", GIVEN, before) == [Correct("barriers", ["housing", "money"])]


def test_the_answer_before_is_meant_by_a_bare_number() -> None:
    assert said("no wait 1", "name", GIVEN, ASKED) == [Correct("barriers", ["money"])]


@pytest.mark.parametrize(
    ("line", "question", "value"),
    [
        ("no wait 2", "barriers", ["housing"]),
        ("sorry i meant money", "barriers", ["money"]),
        ("45 not 54", "age", 45),
        ("its Sam not Dan", "name", "Sam"),
    ],
)
def test_a_valid_answer_to_the_open_question_wins(line: str, question: str, value: object) -> None:
    before = ASKED[: ASKED.index(question)] if question in ASKED else ASKED
    found = said(line, question, {slot: GIVEN[slot] for slot in before}, before)
    assert [(c.slot, c.value) for c in found if isinstance(c, SetSlot)] == [(question, value)]
    assert not any(isinstance(c, Correct) for c in found)


@pytest.mark.parametrize(
    "line", ["my mum is 45", "who sees this", "will my gp at SR4 7TZ know", "i was off sick years ago", "45"]
)
def test_what_is_no_correction(line: str) -> None:
    before = ASKED[:3]
    found = said(line, "health", {slot: GIVEN[slot] for slot in before}, before)
    assert not any(isinstance(c, Correct) for c in found)


@pytest.mark.parametrize("line", ["oh found a letter, pr71dp", "PR7 1DP", "got it now, its pr7 1dp"])
def test_a_postcode_found_late_is_no_age_and_replaces_that_there_was_none(line: str) -> None:
    commands = said(line, "age", {"postcode": "rather_not_say", "place": "Chorley"})
    assert commands == [Correct("postcode", "PR7 1DP")]


def test_an_age_beside_a_postcode_is_still_one() -> None:
    told = said("34 and im in pr7 1dp", "age", {"postcode": "rather_not_say"})
    assert [(c.slot, c.value) for c in told if isinstance(c, SetSlot)] == [("age", 34)]


@pytest.mark.parametrize("line", ["will my gp at SR4 7TZ know", "my mums is SR4 7TZ", "SR4 7TZ is where i work"])
def test_the_postcode_of_somebody_or_something_else_is_not_home(line: str) -> None:
    found = said(line, "health", {"postcode": "rather_not_say", "place": "Chorley", "age": 54})
    assert not any(isinstance(c, Correct) for c in found)
