"""After other help was named nothing is under way: what is written next is answered for what it says."""

from __future__ import annotations

from typing import Any

import pytest

from bot.flows.commands import Command, Correct, SetSlot, StartFlow
from bot.flows.state import DialogueState
from bot.understanding import hear, read
from services.messages import Address, Inbound
from tests.bot.conversing import NOW, book

NO_TEAM: dict[str, Any] = {
    "safe_to_text": "yes",
    "work_situation": "off_sick",
    "postcode": "TR1 2HH",
    "area_result": "found",
    "team_result": "none",
}


def said(text: str, outcome: str = "signposted", **slots: Any) -> list[Command]:
    state = DialogueState(revision="r", outcome=outcome, slots={**NO_TEAM, **slots})
    return read(hear(Inbound(Address("sms", "+447700900123"), "1", text=text), None, NOW, None), state, book())


def flows(commands: list[Command]) -> list[str]:
    return [each.flow for each in commands if isinstance(each, StartFlow)]


@pytest.mark.parametrize("text", ["what about PR1 8XJ", "PR1 8XJ", "im staying at PR18XJ now", "sorry its PR1 8XJ"])
def test_another_postcode_is_looked_up(text: str) -> None:
    commands = said(text)
    assert Correct("postcode", "PR1 8XJ", told=True) in commands
    assert flows(commands) == ["self_referral"]


def test_another_postcode_takes_the_place_of_a_town() -> None:
    assert Correct("place", None) in said("PR1 8XJ", postcode="rather_not_say", place="Truro")


@pytest.mark.parametrize(
    ("text", "slot", "value"),
    [("i also have debt problems", "barriers", ["money"]), ("my back is bad too", "health", ["musculoskeletal"])],
)
def test_what_else_is_hard_is_kept_and_answered_with_help(text: str, slot: str, value: list[str]) -> None:
    commands = said(text)
    assert SetSlot(slot, value, said=text) in commands
    assert flows(commands) == ["more_is_hard"]


def test_what_is_new_joins_what_was_named_before() -> None:
    commands = said("i also have debt problems", barriers=["housing"])
    assert Correct("barriers", ["housing", "money"], told=True) in commands
    assert flows(commands) == ["more_is_hard"]


@pytest.mark.parametrize("text", ["hmm right", "TR1 2HH", "that was quick", "ok", "no"])
def test_other_words_hear_what_can_be_asked_here(text: str) -> None:
    assert flows(said(text)) == ["pattern_after_doors"]


@pytest.mark.parametrize("text", ["hello", "hi", "carry on", "can we go on"])
def test_who_comes_back_is_asked_how_to_go_on(text: str) -> None:
    assert flows(said(text)) == ["pattern_resume"]


def test_a_child_is_told_of_no_help_by_what_they_say_of_their_health() -> None:
    commands = said("my back is bad too", age=14, age_result="child")
    assert flows(commands) == ["pattern_resume"]
    assert not [each for each in commands if isinstance(each, SetSlot) and each.slot == "health"]


@pytest.mark.parametrize("outcome", ["expired", "booked", "call_back"])
def test_nothing_of_it_where_something_else_came_of_the_conversation(outcome: str) -> None:
    assert not {"more_is_hard", "pattern_after_doors"} & set(flows(said("hmm right", outcome)))
