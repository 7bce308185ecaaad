"""Odd and hostile words at every kind of question: answered at once, kept as they came, never run, never logged."""

from __future__ import annotations

import json
from typing import Any

import pytest

from bot.flows.segments import segments
from services.messages import Channel
from tests.bad_input.asked import Asked, Told
from tests.bad_input.conftest import Logged
from tests.costs import costs_less_than

SECONDS = 1

QUESTIONS: list[tuple[str, Channel]] = [
    ("first", "sms"),
    ("safe", "sms"),
    ("work", "sms"),
    ("postcode", "sms"),
    ("age", "telegram"),
    ("health", "sms"),
    ("name", "sms"),
    ("phone", "web"),
    ("opening", "sms"),
    ("share", "web"),
]

ODD = {
    "NUL inside": "he\x00llo",
    "NUL alone": "\x00",
    "right to left": "\u202esick off\u202c",
    "zero width": "\u200b\u200d\ufeff",
    "emoji alone": "😀🎉👩🏽‍🦽",
    "a template": "{{7*7}}",
    "a template that loops": "{% for x in range(9**9) %}{{x}}{% endfor %}",
    "a script": "<script>alert(1)</script>",
    "a formula": "=cmd()",
    "a formula that runs": "=cmd|' /C calc'!A0",
    "a statement": "'; DROP TABLE people;--",
    "a long run": "a" * 1500 + "!",
    "a long run of blanks": " " * 1500 + "x",
    "many digits": "0" * 1600,
    "many numbers": "1 " * 800,
    "many days": "mon tue " * 200,
    "many nots": "not " * 400,
    "many at signs": "a@" * 800,
    "many dates": "29/02 " * 260,
    "sixteen hundred": "x" * 1600,
    "many sentences": "I have a bad back and I am off sick. " * 43,
    "yes but no": "yes but no",
    "dunno": "dunno",
    "Welsh": "Dwi ddim yn deall, dwi'n sâl",
    "Polish": "Nie rozumiem, jestem chory",
    "Arabic": "أنا لا أفهم",
    "curly quotes": "I’m “off” sick – really…",
    "nothing": "",
    "half a character": "\ud83d and a half",
    "a huge number": "9" * 40,
    "not a number": "NaN",
    "none at all": "None",
}


def fine(told: Told, said: str) -> None:
    """What holds whatever was said: kept, taken, answered at once in words of ours."""
    assert told.kept.taken_at is not None
    assert told.kept.body == said.encode("utf-8", "replace").decode()
    asked_for_silence = told.answered.outcome == "left"  # "if it is not safe to text you here, reply 2"
    assert told.answered.messages or asked_for_silence, "answered with silence"
    assert "{{" not in told.words
    assert "{%" not in told.words
    for message in told.answered.messages:
        assert message.text.strip()
        assert message.address.channel != "sms" or segments(message.text) <= 2


@pytest.mark.parametrize("said", ODD.values(), ids=ODD)
def test_odd_words_are_answered_at_once(asked: Asked, said: str) -> None:
    assert costs_less_than(SECONDS, lambda number: asked.say(said + " " * number))


@pytest.mark.parametrize(("question", "channel"), QUESTIONS, ids=[f"{q}-{c}" for q, c in QUESTIONS])
def test_odd_words_are_answered_kept_and_never_run(
    asked: Asked, logged: Logged, question: str, channel: Channel
) -> None:
    for said in ODD.values():
        told = asked.say(said, at=question, channel=channel)
        fine(told, said)
        assert "49" not in told.words
        assert "<script" not in json.dumps(told.answered.slots)
        if len(said) > 4:
            assert said not in logged.text
    assert "failed" not in logged.text


def test_words_never_reach_a_log(asked: Asked, logged: Logged) -> None:
    for question, channel in QUESTIONS:
        told = asked.say("quokka 07700 900456 zanzibar", at=question, channel=channel)
        fine(told, "quokka 07700 900456 zanzibar")
    assert not {word for word in ("quokka", "zanzibar", "900456", "+447701") if word in logged.text}


def slot(told: Told, name: str) -> Any:
    return told.answered.slots.get(name)


@pytest.mark.parametrize("said", ["yes but no", "dunno", "not sure"])
def test_neither_yes_nor_no_is_not_taken_for_consent(asked: Asked, said: str) -> None:
    told = asked.say(said, at="share")
    fine(told, said)
    assert slot(told, "consent_share") in {None, "unsure"}
    assert told.answered.outcome != "booked"


@pytest.mark.parametrize(
    ("said", "understood"),
    [
        ("pr18xj", {"postcode": "PR1 8XJ", "area_result": "found"}),
        (" p r 1 8 x j ", {"postcode": "PR1 8XJ", "area_result": "found"}),
        ("PR18XJ.", {"postcode": "PR1 8XJ", "area_result": "found"}),
        ("SW1A OAA", {"area_result": "confirm_suggestion"}),
        ("LS1O 1AA", {"area_result": "confirm_suggestion"}),
        ("TD15 1AA", {"nation": "england", "area_result": "found"}),
        ("TD9 0SB", {"nation": "scotland", "area_result": "outside_england"}),
        ("CH5 3QW", {"nation": "wales", "area_result": "outside_england"}),
        ("HR3 5AA", {"nation": "wales", "area_result": "outside_england"}),
        ("EH1 1AA", {"nation": "scotland"}),
        ("BT1 1AA", {"nation": "northern_ireland"}),
        ("JE2 3AB", {"nation": "islands"}),
        ("PR1 9ZZ", {"area_result": "unknown"}),
        ("PR99 9ZZ", {"area_result": "unknown"}),
        ("PR1", {"area_result": "need_full"}),
        ("ZZ1 1ZZ", {"postcode": None}),
        ("90210", {"postcode": None}),
    ],
)
def test_postcodes_of_all_sorts(asked: Asked, said: str, understood: dict[str, Any]) -> None:
    told = asked.say(said, at="postcode")
    fine(told, said)
    assert {name: slot(told, name) for name in understood} == understood
    assert told.answered.flow or told.answered.outcome == "signposted"


@pytest.mark.parametrize(
    "said", ["29/02", "29/02/2001", "31/11/1980", "01/01/2050", "24/11/2026", "200", "-1", "0", "1", "999999999999"]
)
def test_what_cannot_be_an_age_is_asked_again(asked: Asked, said: str) -> None:
    told = asked.say(said, at="age")
    fine(told, said)
    assert slot(told, "age") is None
    assert (told.answered.flow, told.answered.step) == ("about_you", "age")


def test_a_leap_day_is_a_birthday(asked: Asked) -> None:
    assert slot(asked.say("29/02/2000", at="age"), "age") == 26


@pytest.mark.parametrize("said", ["15", "I'm 15", "born 2011", "24/11/2010"])
def test_a_child_is_told_of_childline_and_asked_nothing_about_health(asked: Asked, said: str) -> None:
    told = asked.say(said, at="age")
    fine(told, said)
    assert told.answered.outcome in {"signposted", "crisis_help"}  # the screen may hear a child at risk, and goes first
    assert "Childline" in told.words
    assert slot(told, "health") is None


@pytest.mark.parametrize(
    "said", ["0+44(0)7700900456", "+44 (0) 7700 900456", "0044 7700 900456", "07700 900 456", "O77OO 9OO456"]
)
def test_a_number_written_in_any_way_is_the_same_number(asked: Asked, said: str) -> None:
    told = asked.say(said, at="phone", channel="web")
    fine(told, said)
    assert slot(told, "phone") == "+447700900456"


@pytest.mark.parametrize("said", ["070 1234 5678", "0901 234 5678", "0871 234 5678", "07612345678", "118 500"])
def test_numbers_that_cost_or_page_are_not_taken(asked: Asked, said: str) -> None:
    told = asked.say(said, at="phone", channel="web")
    fine(told, said)
    assert slot(told, "phone") is None
    assert told.answered.step == "phone"


@pytest.mark.parametrize("said", ["07700900456", "0161 496 0123", "01632 960123", "0909 879 0123"])
def test_a_drama_number_is_for_demonstrations_only(asked: Asked, monkeypatch: pytest.MonkeyPatch, said: str) -> None:
    assert slot(asked.say(said, at="phone", channel="web"), "phone")
    monkeypatch.setattr(asked.assistant, "demo", False)
    told = asked.say(said, at="phone", channel="web")
    fine(told, said)
    assert slot(told, "phone") is None


CRISES = {
    "i want to kill myself": "116 123",
    "kms": "116 123",
    "unalive": "116 123",
    "i'm going to unalive myself": "116 123",
    "my husband hits me": "Is it safe",
    "I'm 12 and my dad hits me": "0800 1111",
    "i took all my tablets": "999",
}


@pytest.mark.parametrize("said", CRISES)
@pytest.mark.parametrize("question", ["first", "work", "age", "name", "opening", "share"])
def test_a_crisis_is_heard_at_every_question(asked: Asked, logged: Logged, question: str, said: str) -> None:
    told = asked.say(said, at=question)
    fine(told, said)
    assert told.purposes == {"crisis"}
    assert told.kept.urgent
    assert CRISES[said] in told.words
    assert said not in logged.text
    assert slot(told, "name") in {None, "Sam"}


@pytest.mark.parametrize("said", ["not suicidal", "I'm not suicidal", "killing me at work", "this job is killing me"])
@pytest.mark.parametrize("question", ["first", "work", "name", "health"])
def test_what_only_sounds_like_a_crisis_goes_on(asked: Asked, question: str, said: str) -> None:
    told = asked.say(said, at=question)
    fine(told, said)
    assert "crisis" not in told.purposes


def test_none_is_no_news_about_another_question(asked: Asked) -> None:
    assert slot(asked.say("None", at="work"), "barriers") is None


@pytest.mark.parametrize("said", ["STOP", "stop\u200b", " Stop. ", "ＳＴＯＰ"])
def test_stop_however_it_is_written_is_confirmed_once_and_then_silence(asked: Asked, said: str) -> None:
    told = asked.say(said, at="work")
    assert told.purposes == {"opt_out"}
    assert len(told.answered.messages) == 1
    after = asked.tell("hello?")
    assert after.kept.taken_at is not None
    assert after.answered.messages == []
