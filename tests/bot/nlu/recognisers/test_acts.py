"""Plain requests."""

from __future__ import annotations

import pytest

from bot.nlu.recognisers import read_act
from bot.nlu.recognisers.lexicon import read

ACTS = [
    ("go back", "back"), ("Why?", "why"), ("why do you need my postcode", "why"), ("start agian", "start_again"), ("is it free", "cost"),
    ("can i speak to a real person please", "person"), ("r u a bot", "robot"), ("wrong number", "wrong_number"), ("skip", "skip"),
    ("hang on", "wait"), ("show", "show_answers"), ("cancel my call", "call_off"), ("CHANGE", "change_call"), ("thanks x", "thanks"),
    ("hi", "greeting"), ("what was the question", "repeat"), ("whats this about", "who"), ("delete my data", "delete_data"),
    ("my data", "my_data"), ("i made a mistake", "correct"), ("its for my mum", "on_behalf"), ("how long does it take", "how_long"),
    ("will my boss find out", "will_they_know"), ("bye", "goodbye"), ("do i have to", "do_i_have_to"), ("who sees this", "who_sees"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "act"), ACTS)
def test_acts(said: str, act: str) -> None:
    assert act in read_act(said)


@pytest.mark.parametrize(
    "said",
    [
        "my back hurts",
        "monday",
        "i want to go back to work",
        "why me, i cant go on",
        "",
        "1",
        "i cant speak",
        "stop smoking",
    ],
)
def test_a_longer_or_other_message_is_no_act(said: str) -> None:
    assert read_act(said) == []


def test_no_wording_stands_under_two_acts_that_differ_in_what_they_do() -> None:
    harmful = {"delete_data", "call_off", "wrong_number", "start_again"}
    for act in harmful:
        for phrase in read("acts")[act]:
            if "/" not in phrase and "..." not in phrase:
                assert read_act(phrase) == [act]
