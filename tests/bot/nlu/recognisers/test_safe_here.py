"""Whether it is safe to text, in people's own words."""

from __future__ import annotations

import pytest

from bot.nlu.recognisers.safe_here import asks_if_safe, read_safe

SAFE = """yeh its my own phone no one looks|why wouldnt it be|only me n the dog here|course it is|i live alone|nobody else uses it|just me
its my phone|dont see why not|should be|as far as i know|no one else sees it|noone reads my phone|nobody reads it but me|fire away|no problem
Quite safe. I have been awake since Sunday|It is perfectly safe, thank you; I live alone with a harmonium.|ye safe jus dont tell my mum pls
yeah its safe its just cracked|yes safe and before you ask I am seventy one|im on my own|text is fine|nothing to hide"""
NOT_SAID = """no my husband checks it|its my wifes phone|she reads my texts|its a shared phone|not sure|depends|he might see|my kids use it too
only when hes out|not at work|why|what do you need to know|my phone is broke|no. not wrong number. is safe now, other time no
phone is same for 3 girls in house. they see"""


def lines(text: str) -> list[str]:
    return [line for row in text.split("\n") for line in row.split("|")]


@pytest.mark.parametrize("text", lines(SAFE))
def test_it_is_safe(text: str) -> None:
    found = read_safe(text)
    assert found is not None
    assert found.value == "yes"


@pytest.mark.parametrize("text", lines(NOT_SAID))
def test_it_is_not_said_to_be_safe(text: str) -> None:
    assert read_safe(text) is None


@pytest.mark.parametrize("text", ["isnt safe here", "its not safe", "unsafe"])
def test_it_is_not_safe(text: str) -> None:
    found = read_safe(text)
    assert found is not None
    assert found.value == "no"


@pytest.mark.parametrize(
    "text", ["is this safe", "is it safe for you", "how safe is it", "is it safe to tell you things?"]
)
def test_a_question_is_no_answer(text: str) -> None:
    assert asks_if_safe(text)
    assert read_safe(text) is None
