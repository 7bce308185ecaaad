"""The name to use."""

from __future__ import annotations

import pytest

from bot.nlu.recognisers import read_name
from bot.nlu.recognisers.name_or_words import declines_to_say

NAMES = [
    ("dave", "Dave"), ("my names dave", "Dave"), ("call me Shaz", "Shaz"), ("I'm O'Brien", "O'Brien"), ("o'brien", "O'Brien"),
    ("jean-paul", "Jean-Paul"), ("Jos\u00e9", "Jos\u00e9"), ("SIOBHAN", "Siobhan"), ("mrs patel", "Mrs Patel"), ("Dave Smith", "Dave Smith"),
    ("its Will", "Will"), ("Mark", "Mark"), ("name: Sue", "Sue"), ("Hope", "Hope"), ("my name's Anne-Marie thanks", "Anne-Marie"),
    ("McDonald", "McDonald"), ("dave x", "Dave"), ("hi im steve", "Steve"), ("\u0645\u062d\u0645\u062f", "\u0645\u062d\u0645\u062f"),
]  # fmt: skip
REFUSED = [
    "i want to die", "im tired", "43", "no", "why", "call me later", "call me back", "stop", "rather not say", "what's it to you",
    "my name is", "it's me", "i dont want to be here", "\U0001f600", "", "help me", "1", "kill myself", "none of your business", "A",
    "<script>", "=cmd()", "{{7*7}}", "PR1 8XJ", "yes", "mr",
]  # fmt: skip


@pytest.mark.parametrize(("said", "name"), NAMES)
def test_names(said: str, name: str) -> None:
    found = read_name(said)
    assert found is not None
    assert (found.value, found.whole) == (name, True)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("Mr Good", "Mr Good"),
        ("mr hello", "Mr Hello"),
        ("Mrs Bye thanks", "Mrs Bye"),
        ("Mark Hi", "Mark Hi"),
        ("Will Good", "Will Good"),
        ("Will Young", "Will Young"),
        ("Steve Bye", "Steve Bye"),
        ("Sue Evening", "Sue Evening"),
        ("mark hi", "Mark"),
        ("Tony Cheers", "Tony"),
        ("Mary Please", "Mary"),
    ],
)
def test_a_surname_that_is_small_talk_elsewhere(said: str, name: str) -> None:
    found = read_name(said)
    assert found is not None
    assert (found.value, found.whole) == (name, True)


@pytest.mark.parametrize(
    "said", ["Thanks Bye", "Good Morning", "Hi There", "Ok Bye", "dave bye", "See You", "miss you"]
)
def test_small_talk_alone_is_no_name(said: str) -> None:
    assert read_name(said) is None


@pytest.mark.parametrize("said", REFUSED)
def test_refused(said: str) -> None:
    assert read_name(said) is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("my name is dave and im off sick", "Dave"),
        ("my name is dave but everyone calls me shaz", "Shaz"),
        ("call me Jo", "Jo"),
    ],
)
def test_unasked_after_my_name_is(said: str, name: str) -> None:
    found = read_name(said, asked=False)
    assert found is not None
    assert found.value == name


@pytest.mark.parametrize("said", ["dave", "im sound", "its grim", "this is hard", "this is jane from the surgery"])
def test_not_taken_unasked(said: str) -> None:
    assert read_name(said, asked=False) is None


@pytest.mark.parametrize(
    "said", ["fibro and menopause", "sciatica", "asthma n copd", "dyslexia", "debts", "lupus", "no voicemail"]
)
def test_an_illness_or_a_worry_is_no_name(said: str) -> None:
    assert read_name(said) is None


@pytest.mark.parametrize("said", ["Bill", "Foster", "Asma", "Tia", "Hart", "Fitz"])
def test_names_that_look_like_one(said: str) -> None:
    found = read_name(said)
    assert found is not None
    assert found.value == said


@pytest.mark.parametrize(
    ("said", "declines"),
    [
        ("id rather not say my name", True), ("dont want to give my name", True), ("not giving you my name", True),
        ("no names", True), ("anonymous", True), ("none of your business", True), ("id rather stay anonymous", True),
        ("i wont tell you my name", True), ("my name is Rob", False), ("Al", False), ("dont call me Robert", False),
    ],
)  # fmt: skip
def test_who_does_not_want_to_give_a_name(said: str, declines: bool) -> None:
    assert declines_to_say(said) is declines
