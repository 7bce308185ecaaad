"""At "is it safe to text?": any words lead on, a danger is never talked away, and one moment raises one alarm."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from bot.assistant import todays_book
from bot.at_the_check import CHECK, in_words
from bot.flows.commands import Command, Crisis, Say, SetSlot, StartFlow, Unclear
from bot.flows.state import DialogueState, Frame
from bot.understanding import hear, read
from bot.understood import expected
from services.clock import LONDON
from services.messages import Address, Inbound

NOW = datetime(2026, 11, 23, 9, tzinfo=LONDON)
ASKED = DialogueState(
    stack=(Frame("pattern_crisis_harm_by_others", "safe", asked=True),),
    crisis="harm_by_others",
    asked_at=(NOW - timedelta(minutes=2)).isoformat(),
)
MISTAKEN = (
    "Yes of course it is, he was only dropping a parcel", "its just the postman", "no danger here", "no no danger",
    "why wouldnt it be", "he was only bringing the shopping", "im fine hes my carer",
    "dont worry im fine", "its fine he just popped round", "no hes lovely", "hes at the door with a parcel",
    "i said hes at the door because the shopping came", "nothing wrong, only the milkman", "no it was just my neighbour",
    "no im not in danger", "i was only saying someone was at the door", "everything's ok",
    "he'd never hurt me", "wrong end of the stick", "its the window cleaner", "not an emergency, just the gas man",
    "there's nothing going on", "we are fine thanks", "no need for 999", "that's not what i meant", "3",
)  # fmt: skip
YES = (
    "yes", "1", "ok", "yes its safe", "yeah hes gone out now", "yes he's at work", "of course", "course it is",
    "yes it is safe thank you for asking", "nobody here but me", "no one else here", "hes not here", "im alone now",
    "yes im on my own", "its my own phone", "yes hes asleep", "safe to text yes", "shes out", "yes go on then",
)  # fmt: skip
NO = (
    "no", "2", "not really", "no its not safe hes here", "he's here, can't talk", "hes back cant text", "yes but he might see",
    "yes but he reads my texts", "not sure im safe", "i dont think im safe", "dont know if its safe", "i never feel safe",
    "he can see my phone", "shell see this", "hes in the room", "hes just come in", "hes sat next to me", "it isnt safe",
    "im fine hes here", "hes watching",
)  # fmt: skip
NEITHER = ("im not sure", "he hit me again", "hes got a knife", "it was him", "he says im fine", "its just my husband")


def commands(text: str, state: DialogueState = ASKED) -> list[Command]:
    book = todays_book()
    expecting = replace(expected(book, CHECK), flow="pattern_crisis_harm_by_others", step="safe")
    heard = hear(Inbound(Address("sms", "+447700900123"), "-", text=text), expecting, NOW, None)
    return read(heard, state, book)


def answered(text: str) -> object:
    first = commands(text)[0]
    return first.value if isinstance(first, SetSlot) and first.slot == CHECK else type(first).__name__


@pytest.mark.parametrize(("value", "texts"), [("mistaken", MISTAKEN), ("yes", YES), ("no", NO)])
def test_the_check_is_answered_in_any_words(value: str, texts: tuple[str, ...]) -> None:
    assert {text: answered(text) for text in texts} == dict.fromkeys(texts, value)


@pytest.mark.parametrize("text", NEITHER)
def test_what_answers_nothing_keeps_the_check_open(text: str) -> None:
    assert not any(isinstance(command, SetSlot) for command in commands(text))


def test_whoever_does_not_follow_gets_the_question_explained() -> None:
    assert commands("what are you on about") == [Say("means")]


def test_the_alarm_that_is_asked_about_is_not_raised_again() -> None:
    assert commands("hes got a knife") == [Unclear()]


def test_later_the_same_words_are_a_new_alarm() -> None:
    later = replace(ASKED, asked_at=(NOW - timedelta(minutes=20)).isoformat())
    assert commands("hes got a knife", later)[-1] == Crisis("harm_by_others")


def test_another_crisis_is_heard_at_the_check() -> None:
    assert commands("i want to die")[-1] == Crisis("self_harm")


def test_a_wish_for_a_person_is_heard_at_the_check() -> None:
    assert commands("person") == [StartFlow("pattern_person")]


def test_a_named_harm_is_not_talked_away_in_the_same_breath() -> None:
    hit = hear(Inbound(Address("sms", "+447700900123"), "-", text="he hits me"), None, NOW, None).safety
    assert in_words("im fine, nothing to worry about", hit) is None
