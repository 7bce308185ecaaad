"""At "shall we share this?": a condition is kept and asked about, and only a plain answer is an answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.assistant import todays_book
from bot.flows.commands import Command, Correct, OptOut, Say, SetSlot, StartFlow, Unclear
from bot.flows.state import DialogueState, Frame
from bot.understanding import hear, read
from bot.understood import expected
from services.clock import LONDON
from services.messages import Address, Inbound

NOW = datetime(2026, 11, 23, 9, tzinfo=LONDON)
ABOUT_WHO = (
    "yes but team only", "ok only the coach though", "yes but not the dwp", "yes but dont tell my boss", "send it to the team but not dwp",
    "yes as long as my boss doesnt find out", "dwp is government? no share dwp", "yeah if nobody else sees it, just the team",
    "ok but not my gp", "yes but dont share it with my manager", "yes only with the team",
)  # fmt: skip
SOMETHING_ELSE = (
    "yes but can it be after 5", "ok but nobody rings my work", "yes if you dont ring before 10", "fine as long as its a woman",
    "yes but only mornings", "ok provided they ring once",
)  # fmt: skip
WITHOUT_HEALTH = (
    "leave my health out", "yes but not my health", "yes if you leave the health bit out", "dont share my health answers",
    "do not send bipolar to anyone, leave the health out", "without my diagnosis",
)  # fmt: skip
NO_VOICEMAIL = ("no voicemail", "no voicemail mam listens", "dont leave a message", "please dont leave voicemails")
UNDECIDED = (
    "nothing", "maybe", "not sure", "no. you can ring to talk about work", "i suppose if i have to", "yes unless", "no mornings",
    "yes? what happens then",
)  # fmt: skip
REFUSED = (
    "no",
    "3",
    "no thanks",
    "nah id rather not",
    "no dont share it",
    "dont share",
    "no way",
    "i'd rather keep it private",
)
AGREED = (
    "yes",
    "1",
    "yes please share it",
    "yes no problem",
    "i dont mind",
    "yeah go on then",
    "go on then",
    "yh send it",
)


def commands(text: str) -> list[Command]:
    book = todays_book()
    heard = hear(Inbound(Address("sms", "+447700900123"), "-", text=text), expected(book, "consent_share"), NOW, None)
    state = DialogueState(stack=(Frame("book_call", "share", asked=True),), slots={"health": ["mental_health"]})
    return read(replace(heard), state, book)


def answers(text: str) -> list[object]:
    return [one.value for one in commands(text) if isinstance(one, SetSlot) and one.slot == "consent_share"]


def about(text: str) -> list[object]:
    return [one.value for one in commands(text) if isinstance(one, SetSlot) and one.slot == "condition_about"]


@pytest.mark.parametrize("text", ABOUT_WHO)
def test_a_condition_about_who_sees_it_is_kept_in_their_words_and_no_yes(text: str) -> None:
    assert about(text) == ["who_sees"]
    assert SetSlot("condition_said", text) in commands(text)
    assert answers(text) == []


@pytest.mark.parametrize("text", SOMETHING_ELSE)
def test_any_other_condition_is_kept_too(text: str) -> None:
    assert about(text) == ["other"]
    assert answers(text) == []


@pytest.mark.parametrize("text", WITHOUT_HEALTH)
def test_health_is_taken_out_when_it_is_to_be_left_out(text: str) -> None:
    assert commands(text) == [StartFlow("pattern_without_health"), Correct("health", ["rather_not_say"])]


LEFT_OUT = (  # what is said, and what stays of money, housing and the job; None where it is no such wish
    ("don't put the money bit", ["housing", "employer"]),
    ("yes but don't put the money bit", ["housing", "employer"]),
    ("take the money thing out please", ["housing", "employer"]),
    ("dont tell them about my debt", ["housing", "employer"]),
    ("dont mention my rent arrears", ["money", "employer"]),
    ("leave the boss bit out", ["money", "housing"]),
    ("leave out the money and housing stuff", ["employer"]),
    ("dont tell my boss", None),
    ("leave my boss out of it", None),
    ("dont share with my landlord", None),
    ("dont put my age", None),
    ("money is the main thing", None),
)


def at_share(text: str, barriers: list[str]) -> list[Command]:
    book = todays_book()
    heard = hear(Inbound(Address("sms", "+447700900123"), "-", text=text), expected(book, "consent_share"), NOW, None)
    state = DialogueState(stack=(Frame("book_call", "share", asked=True),), slots={"barriers": [*barriers]})
    return read(heard, state, book)


@pytest.mark.parametrize(("text", "left"), LEFT_OUT)
def test_one_answer_is_left_out_of_what_is_shared(text: str, left: list[str] | None) -> None:
    found = at_share(text, ["money", "housing", "employer"])
    if left is None:
        assert not any(isinstance(one, Correct) and one.slot == "barriers" for one in found)
    else:
        assert found == [StartFlow("pattern_left_out"), Correct("barriers", left)]


def test_the_last_answer_that_is_left_out_leaves_none() -> None:
    assert at_share("leave the money bit out", ["money"])[-1] == Correct("barriers", ["none"])


@pytest.mark.parametrize("text", ["dont put my age", "leave my postcode off", "can you leave my name out"])
def test_what_a_team_needs_is_told(text: str) -> None:
    assert at_share(text, ["money"]) == [StartFlow("pattern_needed")]


@pytest.mark.parametrize(
    "text", ["leave my boss out of it", "dont share my name with my boss", "dont share with my landlord"]
)
def test_who_is_not_to_know_is_a_condition(text: str) -> None:
    assert about(text) == ["who_sees"]


@pytest.mark.parametrize("text", NO_VOICEMAIL)
def test_no_voicemail_is_a_wish_about_the_call(text: str) -> None:
    assert commands(text) == [SetSlot("voicemail_ok", "no"), Say("repeat")]


@pytest.mark.parametrize("text", UNDECIDED)
def test_what_decides_nothing_is_asked_again(text: str) -> None:
    assert answers(text) == []


@pytest.mark.parametrize("text", REFUSED)
def test_a_plain_no_is_a_no(text: str) -> None:
    assert answers(text) == ["no"]


@pytest.mark.parametrize("text", AGREED)
def test_a_plain_yes_is_a_yes(text: str) -> None:
    assert answers(text) == ["yes"]


def test_what_was_asked_about_is_said_of_that_question() -> None:
    assert commands("why do they need my age?") == [Say("why", about="age")]
    assert commands("why") == [Say("why")]
    assert isinstance(commands("nothing")[0], Unclear)


NAME_OFF = (
    "take my name off",
    "leave my name off please",
    "can you take my name off it",
    "can my name be left off",
    "no take my name off",
    "take her name off",
    "leave off my name",
    "no name please",
    "no names",
    "I'd rather not give my name",
    "i dont want to give you my name",
    "please dont share my name",
    "dont put my name on it",
    "can i do this without giving my name",
    "can i stay anonymous",
    "anonymous please",
    "do i have to give my name",
)
OF_THE_NAME_AND_MORE = (
    "no my name is Bob",
    "thats not my name",
    "my name is wrong",
    "dont give my name to my boss",
    "i dont use my real name at work",
    "no",
    "not sure",
    "yes but not my health",
)
STOPS = (
    "take my name off your list",
    "take my name off the list please",
    "take my name and number off",
    "take me off",
    "stop. take my name off",
    "take my name off and stop texting me",
)


@pytest.mark.parametrize("text", NAME_OFF)
def test_a_name_that_is_to_be_left_off_what_is_shared_is_no_stop(text: str) -> None:
    assert at_share(text, ["money"]) == [StartFlow("pattern_needed")]


@pytest.mark.parametrize("text", OF_THE_NAME_AND_MORE)
def test_other_words_about_a_name_are_no_wish_to_leave_it_off(text: str) -> None:
    assert StartFlow("pattern_needed") not in at_share(text, ["money"])


@pytest.mark.parametrize("text", NAME_OFF[:5])
def test_where_the_name_is_asked_any_will_do(text: str) -> None:
    assert at(text, "name") == [Unclear("utter_any_name")]


@pytest.mark.parametrize("text", STOPS)
@pytest.mark.parametrize("slot", ["consent_share", "name"])
def test_a_request_to_stop_is_one_there_too(text: str, slot: str) -> None:
    assert at(text, slot) == [OptOut()]


@pytest.mark.parametrize("slot", ["postcode", "health", "opening"])
def test_elsewhere_taking_the_name_off_asks_us_to_stop(slot: str) -> None:
    assert at("take my name off", slot) == [OptOut()]


def at(text: str, slot: str) -> list[Command]:
    inbound = Inbound(Address("sms", "+447700900123"), "-", text=text)
    state = DialogueState(stack=(Frame("book_call", "share", asked=True),), slots={"barriers": ["money"]})
    return read(hear(inbound, expected(todays_book(), slot), NOW, None), state, todays_book())
