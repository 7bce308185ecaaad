"""How people say by what means a coach shall talk with them, at that question."""

from __future__ import annotations

import pytest

from bot.flows.commands import SetSlot
from bot.nlu.answers import read_answer
from tests.bot.conversing import NOW, said, standing_at

PHONE = """telephone|the telephone|telephone pls|a telephone call|telephone is fine|just ring us init|just ring me innit|ring us
jus giz a ring|u can just call me|just ring|phone us|bell me|phone me mate|give us a ring|no just ring us|just ring my landline
just phone|normal phone call|landline|ring my mobile|just ring my mobile init|aye just ring|yous can ring us|ring us like|gizza ring"""
OTHERS = [
    ("textphone", ["text_relay"]), ("text phone", ["text_relay"]), ("minicom pls", ["text_relay"]), ("text relay", ["text_relay"]),
    ("phone with tigrinya speaking please", ["interpreter"]), ("someone who speaks kurdish", ["interpreter"]), ("pashto", ["interpreter"]),
    ("phone but in dari", ["interpreter"]), ("farsi interpreter", ["interpreter"]), ("my english is very bad", ["interpreter"]),
    ("not on the phone, my kids are always there. can i come in instead", ["in_person"]), ("can i come in", ["in_person"]),
    ("id rather come in to the office", ["in_person"]), ("by letter pls", ["messages"]), ("a letter", ["messages"]),
    ("got a letter from my gp, phone is fine", ["phone"]), ("video innit", ["video"]), ("just txt us init", ["messages"]),
    ("phone is best, i can't see a video", ["phone"]), ("cant manage in person, phone me", ["phone"]),
    ("cant hear, video please", ["video"]), ("cant see why not, video is fine", ["video"]), ("i cant see well but video is ok", ["video"]), ("face to face init", ["in_person"]),
]  # fmt: skip
NO_TEXTS = """phone. no texts they cost me|no texts, call me|phone not text|texts cost me money so ring|ring me dont text
texting costs me, phone pls|fone is best. dont send me letters|phone. do not send letters i cant read em|fone call, never send me texts|no email or texts just a call|what do you mean in writing i said phone|why in writing i wanted phone"""
IN_WRITING = """im on me mates phone, email me|email sam@mail.com|my email is bob.j@gmail.com|can they email|email is best
i havent got a phone|ive got no phone|you cant ring me this is my friends phone|dont ring my mates phone, email x.y@mail.co.uk
my phone got nicked|lost my phone"""
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


@pytest.mark.parametrize("text", NO_TEXTS.replace("\n", "|").split("|"))
def test_a_call_and_no_texts(text: str) -> None:
    assert read(text) == ["phone"]


@pytest.mark.parametrize("text", IN_WRITING.replace("\n", "|").split("|"))
def test_in_writing(text: str) -> None:
    assert read(text) == ["messages"]


@pytest.mark.parametrize(
    "text", ["my english is not bad", "can someone come in my lunch hour", "ring when my results come in"]
)
def test_neither_an_interpreter_nor_a_visit(text: str) -> None:
    assert read(text) in (None, ["phone"])


@pytest.mark.parametrize(
    "text",
    [
        "found a letter",
        "i got the letter from the hospital",
        "my mates phone",
        "email me a reminder",
        "no texts before 9",
    ],
)
def test_neither_is_asked_for(text: str) -> None:
    assert read(text) != ["messages"]


def test_which_language_goes_to_the_coach_in_the_words() -> None:
    for text in ("pashto", "phone with tigrinya speaking please"):
        assert SetSlot("told_of_call", text) in said(text, "call_needs", {})
    assert not any(
        isinstance(each, SetSlot) and each.slot == "told_of_call" for each in said("phone", "call_needs", {})
    )
