"""How people say by what means a coach shall talk with them, at that question."""

from __future__ import annotations

import pytest

from bot.nlu.answers import read_answer
from tests.bot.conversing import NOW, standing_at

PHONE = """telephone|the telephone|telephone pls|a telephone call|telephone is fine|just ring us init|just ring me innit|ring us
jus giz a ring|u can just call me|just ring|phone us|bell me|phone me mate|give us a ring|no just ring us|just ring my landline
just phone|normal phone call|landline|ring my mobile|just ring my mobile init|aye just ring|yous can ring us|ring us like|gizza ring"""
OTHERS = [
    ("textphone", ["text_relay"]), ("text phone", ["text_relay"]), ("minicom pls", ["text_relay"]), ("text relay", ["text_relay"]),
    ("video innit", ["video"]), ("just txt us init", ["messages"]), ("face to face init", ["in_person"]),
]  # fmt: skip
NOTHING_SAID = ["dont ring us", "i cant use the phone", "no phone calls"]


def read(text: str) -> object:
    _, expecting = standing_at("call_needs", {})
    answer = read_answer(text, expecting, NOW).answer
    return answer.value if answer else None


@pytest.mark.parametrize("text", PHONE.replace("\n", "|").split("|"))
def test_a_phone_call(text: str) -> None:
    assert read(text) == ["phone"]


@pytest.mark.parametrize(("text", "needs"), OTHERS)
def test_another_way(text: str, needs: list[str]) -> None:
    assert read(text) == needs


@pytest.mark.parametrize("text", NOTHING_SAID)
def test_no_phone_call(text: str) -> None:
    assert read(text) != ["phone"]
