"""Where somebody is who gives no postcode: no address, a town, another name; and what is no place at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.assistant import todays_book
from bot.flows.commands import Command, Correct, SetSlot, StartFlow, Unclear
from bot.flows.definition import Json
from bot.flows.state import DialogueState, Frame
from bot.understanding import hear, read
from bot.understood import expected
from bot.whereabouts import town_named
from services.clock import LONDON
from services.messages import Address, Inbound

NOW = datetime(2026, 11, 23, 9, tzinfo=LONDON)
NO_ADDRESS = (
    "im homeless", "sofa surfing at the minute", "stopping at different mates", "nah i got no address", "living in my van",
    "staying at my sisters sofa", "im in a hostel", "sleeping rough", "nowhere to live", "i move about",
)  # fmt: skip
TOWNS = {
    "rotherham": "Rotherham", "im in rotherham": "Rotherham", "just put lewisham": "Lewisham", "milton keynes": "Milton Keynes",
    "im with a doctor in doncaster but i sleep in rotherham": "Rotherham", "my gp is in doncaster": "Doncaster",
    "near wisbech, caravan from agency": "Wisbech", "whats wrong with this thing": None,
}  # fmt: skip


def commands(slot: str, text: str, slots: dict[str, Json] | None = None, misses: int = 0) -> list[Command]:
    book = todays_book()
    asked = replace(expected(book, slot), misses=misses)
    heard = hear(Inbound(Address("sms", "+447700900123"), "-", text=text), asked, NOW, None)
    return read(heard, DialogueState(stack=(Frame("where_you_live", "ask", asked=True),), slots=slots or {}), book)


@pytest.mark.parametrize("text", NO_ADDRESS)
def test_no_address_is_an_answer_to_the_postcode_question(text: str) -> None:
    assert SetSlot("postcode", "no_fixed_address", said=text) in commands("postcode", text)


@pytest.mark.parametrize("text", TOWNS)
def test_the_town_is_where_they_are_not_where_the_doctor_is(text: str) -> None:
    assert town_named(text) == TOWNS[text]


def test_the_town_said_with_it_is_kept() -> None:
    said = "stopping at mates in rotherham till im sorted"
    assert SetSlot("place", "Rotherham") in commands("postcode", said)


def test_a_bare_town_counts_the_second_time_a_postcode_is_asked_for() -> None:
    assert not any(isinstance(one, SetSlot) for one in commands("postcode", "rotherham"))
    assert SetSlot("place", "Rotherham") in commands("postcode", "rotherham", misses=1)


@pytest.mark.parametrize("text", ["near preston", "hackney", "im in rotherham", "round wigan", "just outside leeds"])
def test_a_town_where_a_postcode_is_asked_is_no_wish_for_help_there(text: str) -> None:
    assert wished(text, "local_help") == [Unclear("utter_invalid_postcode")]


@pytest.mark.parametrize(
    "text", ["help near preston", "any help with money in hackney", "what else is there round wigan"]
)
def test_help_asked_for_near_a_town_is(text: str) -> None:
    assert StartFlow("local_help") in wished(text, "local_help")


def wished(text: str, intent: str) -> list[Command]:
    book = todays_book()
    heard = hear(Inbound(Address("sms", "+447700900123"), "-", text=text), expected(book, "postcode"), NOW, None)
    heard = replace(heard, intent=intent, confidence=0.95)
    return read(heard, DialogueState(stack=(Frame("where_you_live", "ask", asked=True),)), book)


def test_a_name_said_after_one_was_not_found_is_another_try() -> None:
    assert Correct("place", "Rotherham") in commands("place_unknown", "rotherham", {"place": "donny"})
    assert Correct("practice", "Lostock Hall Medical Centre") in commands(
        "practice_unknown", "Lostock Hall Medical Centre", {"practice": "lost hall"}
    )


@pytest.mark.parametrize(
    "text", ["im off work not in it mind", "whats wrong with this thing", "can you speak romanian?"]
)
def test_what_is_no_place_is_not_kept_as_one(text: str) -> None:
    assert not any(isinstance(one, SetSlot) and one.slot == "place" for one in commands("place", text))


def test_a_name_that_no_list_knows_is_still_taken() -> None:
    assert SetSlot("place", "Qwertyham", said="Qwertyham") in commands("place", "Qwertyham")
    assert commands("place", "what even is that place called again then") == [Unclear("utter_invalid_place")]
