"""Which name of several somebody wants to be called, and what is said around it."""

from __future__ import annotations

import pytest

from bot.nlu.recognisers import read_name

NAMES = [
    ("they call me Big Dave", "Big Dave"), ("Sarah but everyone says Saz", "Saz"), ("Sarah, but i prefer Saz", "Saz"), ("mr khan", "Mr Khan"),
    ("Elizabeth but Liz is fine", "Liz"), ("Elizabeth, Liz for short", "Liz"), ("David but Dave please", "Dave"), ("jo (joanne)", "Jo"),
    ("David, Dave to my mates", "Dave"), ("David but known as Dave", "Dave"), ("legally its Michael but use Mike", "Mike"), ("It's Mohammed", "Mohammed"),
    ("mohammed \U0001f600", "Mohammed"), ("smith-jones", "Smith-Jones"), ("just Bob", "Bob"), ("bob will do", "Bob"), ("Mark with a k", "Mark"),
    ("sara without the h", "Sara"), ("Sue.", "Sue"), ("Dr. Patel", "Dr. Patel"), ("Priya speaking", "Priya"), ("kaz they call me", "Kaz"),
    ("Robert aka Bob", "Bob"), ("id like to be called dave", "Dave"), ("not susan, sam", "Sam"), ("its me Priya", "Priya"), ("dave's fine", "Dave"),
]  # fmt: skip
NO_NAMES = [
    "call me whatever",
    "anything you like",
    "its raining",
    "im cold",
    "id prefer not to",
    "dave or david",
    "mum",
    "is it needed",
]


@pytest.mark.parametrize(("said", "name"), NAMES)
def test_the_name_to_use(said: str, name: str) -> None:
    found = read_name(said)
    assert found is not None
    assert found.value == name


@pytest.mark.parametrize("said", NO_NAMES)
def test_no_name(said: str) -> None:
    assert read_name(said) is None


@pytest.mark.parametrize("said", ["i prefer mornings", "but use the bus", "Liz is fine"])
def test_not_taken_unasked(said: str) -> None:
    assert read_name(said, asked=False) is None
