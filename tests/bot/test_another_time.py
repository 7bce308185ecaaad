"""Another time than the one that stands: at the check before sharing, and once a call is booked."""

from __future__ import annotations

from typing import Any

import pytest

from bot import understanding
from bot.by_the_way import goes_on
from bot.flows import engine
from bot.flows.commands import Clarify, Command, Correct, OptOut, SetSlot, StartFlow
from bot.flows.state import DialogueState, Frame
from bot.nlu.answers import may_be_an_age
from services.messages import Address, Inbound
from tests.bot.conversing import NOW, book, said

CHOSEN = {
    "safe_to_text": "yes",
    "age": 34,
    "opening": "x",
    "opening_when": "Tue 24 Nov, 12:30pm",
    "hold_result": "held",
}


def at(flow: str, step: str, **slots: Any) -> DialogueState:
    return DialogueState(revision=book().revision, stack=(Frame(flow, step, asked=True),), slots=slots)


def heard(text: str, state: DialogueState) -> understanding.Heard:
    inbound = Inbound(Address("sms", "+447700900123"), "-", text=text)
    return understanding.hear(inbound, engine.expecting(book(), state), NOW, None)


def commands(text: str, state: DialogueState) -> list[Command]:
    return understanding.read(heard(text, state), state, book())


def days_wished(found: list[Command]) -> set[str]:
    wish: Any = next(one.value for one in found if isinstance(one, SetSlot) and one.slot == "opening_wish")
    return {start[:16] for start, _ in wish["windows"]}


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("can it be thursday instead", {"2026-11-26T08:00"}),
        ("thurs morning would be better for me", {"2026-11-26T08:00"}),
        ("yes but make it thursday", {"2026-11-26T08:00"}),
        ("friday same time", {"2026-11-27T12:30"}),
        ("same time thursday pls", {"2026-11-26T12:30"}),
        ("wed at 2", {"2026-11-25T14:00"}),
        ("sorry cant do tuesday, wednesday", {"2026-11-25T08:00"}),
    ],
)
def test_a_time_said_at_the_check_is_offered_before_anything_is_shared(text: str, starts: set[str]) -> None:
    found = commands(text, at("book_call", "share", **CHOSEN))
    assert Correct("opening") in found
    assert days_wished(found) == starts
    assert not any(isinstance(one, SetSlot) and one.slot == "consent_share" for one in found)


@pytest.mark.parametrize(
    "text", ["yes tuesday is fine", "yes", "1", "yes see you tuesday", "share it", "show", "my name is Ann"]
)
def test_words_that_the_chosen_time_fits_change_no_time(text: str) -> None:
    found = commands(text, at("book_call", "share", **CHOSEN))
    assert not any(isinstance(one, Correct) and one.slot == "opening" for one in found)


TIMES_KEPT = (  # what is said at the check, and what the team reads of it
    ("any afternoon", "any afternoon"),
    ("yes but any afternoon would be better", "any afternoon"),
    ("afternoons only", "any afternoon"),
    ("thursday's no good", "any day but Thu"),
    ("cant do thursday", "any day but Thu"),
)


@pytest.mark.parametrize(("text", "kept"), TIMES_KEPT)
@pytest.mark.parametrize("chosen", [True, False])
def test_times_that_the_chosen_one_fits_are_kept_for_the_team(text: str, kept: str, chosen: bool) -> None:
    flow = "book_call" if chosen else "agree_to_call_back"
    found = commands(text, at(flow, "share", **(CHOSEN if chosen else {"safe_to_text": "yes", "age": 34})))
    assert SetSlot("call_times", kept) in found
    assert not any(isinstance(one, Clarify | Correct) for one in found)


@pytest.mark.parametrize(
    "text", ["tuesday's no good anymore", "cant do tuesday now", "tuesday isnt good", "tuesdays out sorry"]
)
def test_the_day_that_is_no_good_is_not_asked_about(text: str) -> None:
    for flow, step in (("book_call", "share"), ("choose_opening", "choose")):
        found = commands(text, at(flow, step, **CHOSEN))
        assert not any(isinstance(one, Clarify) for one in found)
        wished = next(one.value for one in found if isinstance(one, SetSlot) and one.slot == "opening_wish")
        assert len(wished["windows"]) > 10
        assert not any(start.startswith("2026-11-24") for start, _ in wished["windows"])


def test_a_time_that_can_be_meant_two_ways_is_asked_about() -> None:
    found = commands("can it be next thursday instead", at("book_call", "share", **CHOSEN))
    assert any(isinstance(one, Clarify) for one in found)


def test_the_same_time_on_another_day_once_it_is_booked() -> None:
    state = DialogueState(
        revision=book().revision, outcome="booked", slots={**CHOSEN, "appointment_when": "Tue 24 Nov, 12:30pm"}
    )
    found = commands("friday same time", state)
    assert found[-1] == StartFlow("change_call")
    assert days_wished(found) == {"2026-11-27T12:30"}


def test_where_no_call_stands_the_same_time_is_asked_about() -> None:
    state = at("choose_opening", "choose", safe_to_text="yes", age=34)
    assert not any(
        isinstance(one, SetSlot) and one.slot == "opening_wish" for one in commands("friday same time", state)
    )


# -- how they want to be helped, and STOP ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "needs"), [("phone. no texts", ["phone"]), ("video or phone, no texts please", ["video", "phone"])]
)
def test_who_wants_a_call_and_no_texts_is_asked_and_what_they_said_is_kept(text: str, needs: list[str]) -> None:
    found = goes_on(heard(text, at("how_to_reach_you", "talk", safe_to_text="yes", age=34)))
    assert isinstance(found[0], SetSlot)
    assert isinstance(found[0].value, list)
    assert sorted(found[0].value) == sorted(needs)
    assert found[1] == StartFlow("pattern_ask_stop")


@pytest.mark.parametrize("text", ["STOP. phone only", "STOP texting me, phone", "stop the texts and phone me"])
def test_a_leading_stop_is_never_overruled(text: str) -> None:
    state = at("how_to_reach_you", "talk", safe_to_text="yes", age=34)
    assert goes_on(heard(text, state)) == []
    assert commands("STOP. phone only", state) == [OptOut()]


# -- a figure that may be an age --------------------------------------------------------------------------------------


def test_a_figure_that_may_be_an_age_is_no_two_lines() -> None:
    unknown, known = (at("about_health", "health", safe_to_text="yes", **more) for more in ({}, {"age": 34}))
    asked = engine.expecting(book(), unknown)
    assert may_be_an_age("34", asked)
    assert SetSlot("age", 34, said="34") in commands("34", unknown)
    assert not any(isinstance(one, SetSlot) and one.slot == "health" for one in commands("34", unknown))
    assert SetSlot("health", ["long_term", "neurodivergence"], said="34") in commands("34", known)
    assert SetSlot("health", ["mental_health", "long_term"], said="13") in commands("13", unknown)
    assert SetSlot("health", ["long_term", "neurodivergence"], said="3 4") in commands("3 4", unknown)


# -- a number is asked, and none is wanted used ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "no phone please, just write here",
        "no texts please just write here",
        "dont text me just chat here",
        "i dont want texts, here is fine",
        "rather you didnt text, can we stay on here",
        "not by text please",
        "you cant text me, write on here",
        "leave my phone out of it",
        "id rather not give my number",
        "not giving you my number mate",
        "keep it on here pls",
    ],
)
def test_who_gives_no_number_is_asked_for_another_way_and_not_stopped(text: str) -> None:
    assert said(text, "phone", {"age": 34}) == [SetSlot("phone", "no_phone", said=text)]


@pytest.mark.parametrize(
    "text",
    ["STOP", "stop texting me", "no more texts", "dont text me again", "stop. no texts, write here", "unsubscribe"],
)
def test_a_plain_request_to_stop_is_done_where_a_number_is_asked(text: str) -> None:
    assert said(text, "phone", {"age": 34}) == [OptOut()]


@pytest.mark.parametrize("text", ["07700 900123 but no texts, ring", "my mums, 07700900124, dont text her"])
def test_a_number_with_a_wish_is_still_a_number(text: str) -> None:
    found = said(text, "phone", {"age": 34})
    assert any(isinstance(one, SetSlot) and str(one.value).startswith("+447700") for one in found)


@pytest.mark.parametrize(
    "text",
    ["no texts please, call me instead", "i dont want texts ring me", "not by text, phone me", "cant ring me at work"],
)
def test_who_wants_a_ring_is_still_asked_for_the_number(text: str) -> None:
    assert SetSlot("phone", "no_phone", said=text) not in said(text, "phone", {"age": 34})


@pytest.mark.parametrize("text", ["is it free here", "who reads what i write", "why do you need my number"])
def test_a_question_is_no_refusal(text: str) -> None:
    found = said(text, "phone", {"age": 34})
    assert SetSlot("phone", "no_phone", said=text) not in found
