"""The phone is hard for them, or a call is booked: another way to talk is offered, looked for, or left alone."""

from __future__ import annotations

from datetime import datetime

import pytest

from bot.another_way import way_wished
from bot.assistant import todays_book
from bot.flows.commands import Clarify, Command, Correct, SetSlot, StartFlow
from bot.flows.state import DialogueState, Frame
from bot.nlu.recognisers.by_the_way import phone_is_hard
from bot.understanding import hear, read
from bot.understood import expected
from services.clock import LONDON
from services.messages import Address, Inbound

NOW = datetime(2026, 11, 23, 9, tzinfo=LONDON)
HARD = (
    "Phone calls scare me", "I hate talking on the phone", "I get anxious on the phone", "im scared of phones", "i feel anxious on the phone",
    "not good on the phone", "phone anxiety", "the phone makes me anxious", "i struggle with phone calls", "i find phone calls really hard",
    "cant cope with phone calls", "i dont like talking on the phone", "i panic on the phone",
)  # fmt: skip
NOT_HARD = (
    "phone", "phone is fine", "im not scared of the phone", "i dont hate phone calls", "i used to hate phones", "my mum hates phones",
    "phone, im anxious in the mornings", "im anxious", "scared of heights", "anxious about work", "i panic in shops", "phone me",
)  # fmt: skip
BOOKED = DialogueState(
    outcome="booked", slots={"appointment_kind": "phone", "call_needs": ["phone"], "safe_to_text": "yes"}
)

PROMISED = DialogueState(
    outcome="call_back", slots={"call_kind": "phone", "call_needs": ["phone"], "safe_to_text": "yes"}
)


def said(text: str, state: DialogueState, slot: str | None = None) -> list[Command]:
    book = todays_book()
    asked = expected(book, slot) if slot else None
    return read(hear(Inbound(Address("sms", "+447700900123"), "-", text=text), asked, NOW, None), state, book)


def offered(commands: list[Command]) -> list[object]:
    return [one.commands[0].value for each in commands if isinstance(each, Clarify) for one in each.options
            if isinstance(one.commands[0], SetSlot | Correct)]  # fmt: skip


@pytest.mark.parametrize("text", HARD)
def test_for_whom_the_phone_is_hard_no_way_is_picked(text: str) -> None:
    state = DialogueState(stack=(Frame("how_to_reach_you", "talk", asked=True),))
    assert phone_is_hard(text)
    assert offered(said(text, state, "call_needs")) == [["video"], ["in_person"], ["messages"]]


@pytest.mark.parametrize("text", NOT_HARD)
def test_what_only_sounds_like_it(text: str) -> None:
    assert not phone_is_hard(text)


@pytest.mark.parametrize(
    ("text", "way"), [("phone calls scare me, video please", "video"), ("i hate phones, text me", "messages")]
)
def test_who_says_how_instead_is_not_asked(text: str, way: str) -> None:
    state = DialogueState(stack=(Frame("how_to_reach_you", "talk", asked=True),))
    assert [
        one.value for one in said(text, state, "call_needs") if isinstance(one, SetSlot) and one.slot == "call_needs"
    ] == [[way]]


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("can we do zoom instead", "video"), ("id rather have a video call", "video"), ("can it be face to face", "in_person"),
        ("is it a video call?", None), ("will it be on zoom", None), ("how do i get on zoom", None), ("do i need zoom", None),
        ("can you ring me after 3 instead", None), ("i saw a video of it", None), ("what is zoom", None), ("thanks", None),
    ],
)  # fmt: skip
def test_a_way_that_is_wished_for_once_a_call_by_phone_is_booked(text: str, way: str | None) -> None:
    assert way_wished(text, BOOKED) == way
    started = [one.flow for one in said(text, BOOKED) if isinstance(one, StartFlow)]
    assert ("another_way" in started) == (way is not None)


@pytest.mark.parametrize(
    ("text", "way"),
    [
        ("can we do it on teams", "video"), ("can we do it over teams", "video"), ("could we have it by video", "video"),
        ("can we do it face to face", "in_person"), ("can i do this on ms teams", "video"), ("can i get this on pip", None),
        ("can i do this if i can only do video", None), ("is this for people who want video", None), ("i work in two teams", None),
        ("is it on teams", None), ("can we get it with a diagnosis", None),
    ],
)  # fmt: skip
def test_a_way_asked_for_in_words_that_sound_like_who_it_is_for(text: str, way: str | None) -> None:
    for state in (BOOKED, PROMISED):
        done = said(text, state)
        assert [one.value for one in done if isinstance(one, SetSlot) and one.slot == "way_wanted"] == (
            [way] if way else []
        )
        assert (StartFlow("another_way") in done) == (way is not None)


@pytest.mark.parametrize(
    ("text", "hard"),
    [
        ("i'm scared of the phone", True), ("nervous about talking on the phone", True), ("anxious about phone calls", True),
        ("im scared of the call", False), ("nervous about this chat", False), ("i'm not scared of the phone", False),
        ("scared of the phone call, what will they ask?", False),
    ],
)  # fmt: skip
def test_who_is_scared_of_the_phone_after_a_call_is_booked_is_offered_other_ways(text: str, hard: bool) -> None:
    for state in (BOOKED, PROMISED):
        asked = [one for one in said(text, state) if isinstance(one, Clarify)]
        assert [one.asks for one in asked] == (["utter_which_way"] if hard else [])


def test_a_time_beside_the_way_is_kept() -> None:
    told = said("can we do zoom on thursday instead", BOOKED)
    assert {one.slot for one in told if isinstance(one, SetSlot)} >= {"opening_wish", "way_wanted"}


def test_back_to_the_phone_from_a_video_call() -> None:
    video = DialogueState(outcome="booked", slots={"appointment_kind": "video", "call_needs": ["video"]})
    assert way_wished("can you ring me instead", video) == "phone"
    assert way_wished("can we do zoom instead", video) is None
