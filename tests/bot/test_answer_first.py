"""An answer that stands first is kept, and the question after it is answered; what only looks like it stays as it was."""

from __future__ import annotations

from typing import Any

import pytest

from bot import understanding
from bot.flows import engine
from bot.flows.commands import Command, SetSlot, StartFlow
from bot.flows.state import DialogueState
from services.messages import Address, Inbound
from tests.bot.conversing import NOW, book, standing_at
from tests.bot.test_by_the_way import Thinks

TOLD = {"safe_to_text": "yes"}
KNOW = "pattern_will_they_know"


def read(slot: str, text: str, intent: str, sure: float = 0.95) -> list[Command]:
    state = standing_at(slot, TOLD)[0]
    inbound = Inbound(Address("sms", "+447700900123"), "-", text=text)
    heard = understanding.hear(inbound, engine.expecting(book(), state), NOW, Thinks(intent, sure))
    return understanding.read(heard, state, book())


def kept(slot: str, commands: list[Command]) -> list[Any]:
    return [one.value for one in commands if isinstance(one, SetSlot) and one.slot == slot]


@pytest.mark.parametrize(
    ("slot", "text", "intent", "value", "flow"),
    [
        ("name", "Dean. will me probation officer hear about this?", "will_they_know", "Dean", KNOW),
        ("name", "aisha, does the jobcentre find out", "will_they_know", "Aisha", KNOW),
        ("name", "Its Mo - who reads this?", "who_sees", "Mo", "pattern_who_sees"),
        ("name", "Oluwaseun but is it free?", "cost", "Oluwaseun", "pattern_cost"),
        ("health", "1 and 2 but who sees this", "who_sees", ["mental_health", "musculoskeletal"], "pattern_who_sees"),
        ("health", "3. will it affect my pip", "benefits", ["long_term"], "pattern_benefits"),
        ("work_situation", "2. does my boss see this", "will_they_know", "off_sick", KNOW),
        ("work_situation", "1 how much is it", "cost", "in_work", "pattern_cost"),
        ("age", "52, is it all free?", "cost", 52, "pattern_cost"),
    ],
)
def test_the_answer_is_kept_and_the_question_answered(
    slot: str, text: str, intent: str, value: object, flow: str
) -> None:
    done = read(slot, text, intent)
    assert kept(slot, done) == [value]
    assert [one.flow for one in done if isinstance(one, StartFlow)] == [flow]


@pytest.mark.parametrize(
    ("slot", "text", "intent"),
    [
        ("name", "Free?", "cost"),
        ("name", "will you tell my boss?", "will_they_know"),
        ("name", "ok, is it free?", "cost"),
        ("name", "no. who sees it?", "who_sees"),
        ("name", "hi, who is this?", "who"),
        ("name", "before that, who sees this", "who_sees"),
        ("consent_share", "1 but who sees this", "who_sees"),
        ("consent_share", "yes, does my boss see it?", "will_they_know"),
        ("health", "hmm, does my boss see this?", "will_they_know"),
        ("age", "why, does my boss see it?", "will_they_know"),
    ],
)
def test_what_is_no_answer_or_must_be_given_alone_is_asked_again(slot: str, text: str, intent: str) -> None:
    assert kept(slot, read(slot, text, intent)) == []


@pytest.mark.parametrize(
    ("slot", "text"),
    [("work_situation", "2 but is the call recorded"), ("health", "1. can my sister be there with me?")],
)
def test_the_question_is_answered_also_where_the_model_hears_none(slot: str, text: str) -> None:
    done = read(slot, text, "affirm", 0.3)
    assert kept(slot, done)
    assert [one.flow for one in done if isinstance(one, StartFlow)] in (["pattern_recorded"], ["pattern_with_me"])


@pytest.mark.parametrize("text", ["Hi I'm Deaf BSL user, off sick 3 months", "im 44 and i live in PR1 8XJ"])
def test_facts_alone_begin_as_any_first_message_does(text: str) -> None:
    state = DialogueState(revision=book().revision)
    inbound = Inbound(Address("sms", "+447700900123"), "-", text=text)
    heard = understanding.hear(inbound, engine.expecting(book(), state), NOW, Thinks("smalltalk", 0.4))
    done = understanding.read(heard, state, book())
    assert any(isinstance(one, SetSlot) for one in done)
    assert [one.flow for one in done if isinstance(one, StartFlow)] == ["pattern_start"]
