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


MEANS = """what does that mean|what is mean safe|what u mean|wot u mean|what do you mean by that|whats that mean|what does safe mean
explain pls|sorry i dont understand|what do u mean?|i no understand|what you mean barrier|how do you mean|im confused|wdym|makes no sense
what are you on about|can you explain the question|easier words please|dont know what this means"""
NOT_MEANS = [
    "i mean my back",
    "my boss is mean",
    "what do i do",
    "im confused and depressed",
    "i dont understand why he left",
    "what does the coach do",
]
TOLD = """do they speak to my uni|will u tell my landlord|will my mum find out|does my college get told|do you talk to my social worker
will my wife know|do you tell anyone|would they contact my gp|will this get in touch with my school"""
NOT_TOLD = [
    "i need to tell my boss",
    "can i speak to my coach",
    "does my boss know what hes doing",
    "will you ring my mum",
]


@pytest.mark.parametrize("said", MEANS.replace("\n", "|").split("|"))
def test_what_it_means(said: str) -> None:
    assert read_act(said) == ("means",)


@pytest.mark.parametrize("said", TOLD.replace("\n", "|").split("|"))
def test_who_gets_told(said: str) -> None:
    assert read_act(said) == ("will_they_know",)


@pytest.mark.parametrize("said", [*NOT_MEANS, *NOT_TOLD])
def test_neither(said: str) -> None:
    assert not {"means", "will_they_know"} & set(read_act(said))


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
    assert read_act(said) == ()


def test_no_wording_stands_under_two_acts_that_differ_in_what_they_do() -> None:
    harmful = {"delete_data", "call_off", "wrong_number", "start_again"}
    for act in harmful:
        for phrase in read("acts")[act]:
            if "/" not in phrase and "..." not in phrase:
                assert read_act(phrase) == (act,)
