"""Picking from a list."""

from __future__ import annotations

import pytest

from bot.nlu.recognisers import Option, read_choice, read_choices

HARD = (
    Option("money", "Money or debt"),
    Option("housing", "Housing"),
    Option("caring", "Caring for someone"),
    Option("travel", "Getting about"),
    Option("employer", "My job or boss"),
    Option("skills", "Confidence or skills"),
    Option("other", "Something else"),
    Option("none", "None of these"),
)
ALL = ["money", "housing", "caring", "travel", "employer", "skills", "other"]
OPENINGS = (
    Option("a", "Tue 24 Nov, 10am"),
    Option("b", "Tue 24 Nov, 2:30pm"),
    Option("c", "Thu 26 Nov, 9am"),
    Option("other_times", "Other times"),
)
YES_NO = (Option("yes", "Yes"), Option("no", "No"))

ONE = [
    ("1", "money"), ("2.", "housing"), ("#5", "employer"), ("1)", "money"), ("1\ufe0f\u20e3", "money"), ("two", "housing"),
    ("number two pls", "housing"), ("option 3", "caring"), ("no. 4", "travel"), ("no 2", "housing"), ("1 please", "money"),
    ("just 2 thanks", "housing"), ("the second one", "housing"), ("2nd", "housing"), ("ill go for the third", "caring"),
    ("the last one", "none"), ("last", "none"), ("b", "housing"), ("B)", "housing"), ("option c", "caring"),
    ("Housing", "housing"), ("housng", "housing"), ("money", "money"), ("my job", "employer"), ("confidence", "skills"),
    ("something else", "other"), ("none of these", "none"), ("neither", "none"), ("not housing just money", "money"),
    ("money not housing", "money"), ("just the one, housing", "housing"), ("2, housing", "housing"),
]  # fmt: skip
NOT_ONE = [
    "9",
    "1 or 2",
    "both",
    "all",
    "not 1",
    "wait a second",
    "my first job was hard",
    "",
    "🙂",
]
SEVERAL = [
    ("1 and 3", ["money", "caring"]), ("1,3", ["money", "caring"]), ("1 3 & 4", ["money", "caring", "travel"]),
    ("1-3", ["money", "housing", "caring"]), ("1 to 3", ["money", "housing", "caring"]), ("a and c", ["money", "caring"]),
    ("the first two", ["money", "housing"]), ("all", ALL), ("all of them", ALL), ("everything", ALL), ("all 8", ALL),
    ("all but 2", [v for v in ALL if v != "housing"]), ("everything except housing", [v for v in ALL if v != "housing"]),
    ("all apart from 2", [v for v in ALL if v != "housing"]), ("none", ["none"]), ("none of these", ["none"]),
    ("not housing, just money", ["money"]), ("housing and my boss", ["housing", "employer"]), ("only money", ["money"]),
    ("none apart from money", ["money"]), ("7 or 8", ["other"]), ("all except 1 and 2", ALL[2:]), ("money", ["money"]),
    ("mony n housing", ["money", "housing"]), ("1 to 4 except 3", ["money", "housing", "travel"]), ("1, no sorry 3", ["caring"]),
    ("apart from 2 all of them", [v for v in ALL if v != "housing"]), ("anything but 2", [v for v in ALL if v != "housing"]),
    ("housing isnt a problem but money is", ["money"]), ("money yes housing no", ["money"]), ("all of em", ALL),
]  # fmt: skip
OF_OPENINGS = [
    ("10am", "a"), ("10", "a"), ("tues 10", "a"), ("thursday", "c"), ("thurs please", "c"), ("the 9am one pls", "c"),
    ("the thursday 1", "c"), ("first", "a"), ("other times", "other_times"), ("other", "other_times"),
    ("tuesday", None), ("the tuesday one", None), ("thursday 10", None), ("26 tues", None), ("none of those", "other_times"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "value"), ONE)
def test_one_choice(said: str, value: str) -> None:
    found = read_choice(said, HARD)
    assert found is not None
    assert (found.value, found.whole) == (value, True)


@pytest.mark.parametrize("said", NOT_ONE)
def test_no_single_choice(said: str) -> None:
    assert read_choice(said, HARD) is None


@pytest.mark.parametrize(("said", "values"), SEVERAL)
def test_several_choices(said: str, values: list[str]) -> None:
    found = read_choices(said, HARD)
    assert found is not None
    assert (found.value, found.whole) == (values, True)


@pytest.mark.parametrize(("said", "value"), OF_OPENINGS)
def test_openings_by_day_or_time(said: str, value: str | None) -> None:
    found = read_choice(said, OPENINGS)
    assert (found.value if found else None) == value


@pytest.mark.parametrize(("said", "value"), [("yeah", "yes"), ("1", "yes"), ("nope", "no"), ("2", "no")])
def test_a_list_of_yes_and_no(said: str, value: str) -> None:
    found = read_choice(said, YES_NO)
    assert found is not None
    assert found.value == value


def test_a_number_that_opens_a_longer_message_is_not_the_whole() -> None:
    found = read_choice("1 but i dont want to be here", HARD)
    assert found is not None
    assert (found.value, found.whole) == ("money", False)


def test_figures_run_together_are_unsure() -> None:
    found = read_choices("13", HARD)
    assert found is not None
    assert (found.value, found.sure) == (["money", "caring"], False)


def test_none_of_them_where_no_line_says_so() -> None:
    found = read_choices("none of these", HARD[:3])
    assert found is not None
    assert (found.value, found.whole) == ([], True)


def test_both_of_two() -> None:
    found = read_choices("both", HARD[:2])
    assert found is not None
    assert found.value == ["money", "housing"]
    assert read_choices("both", HARD) is None


def test_other_words_for_a_line() -> None:
    found = read_choice("im skint", (Option("money", "Money", ("skint",)), Option("no", "No")))
    assert found is not None
    assert found.value == "money"
