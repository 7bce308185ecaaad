"""A yes counts for the question it was asked with, and somebody else's agreement is theirs to give."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from bot.assistant import todays_book
from bot.flows.commands import Command, Crisis, SetSlot, Unclear
from bot.flows.definition import Json
from bot.flows.state import DialogueState, Frame
from bot.understanding import hear, read
from bot.understood import expected
from services.clock import LONDON
from services.messages import Address, Inbound

NOW = datetime(2026, 11, 23, 9, tzinfo=LONDON)
THEY_AGREE = (
    "yes", "1", "yes please", "yes of course", "ok", "they agree", "he agrees", "she knows and agrees", "yes she knows and agrees",
    "yes hes happy with it", "he said yes", "she asked me to", "yes hes sat next to me", "he knows and agrees", "yes i told him",
    "yes they do", "yes she does", "yes he wants it", "both of us want it", "yes mum wants help", "hes ok with it",
    "yes i have permission", "with her permission", "she said its fine", "my son agreed", "he'd like it", "yeah she knows",
)  # fmt: skip
NOT_YET = (
    "no", "not yet", "i havent asked him", "she doesnt know", "he doesnt know yet", "i will ask him so i'll ask him first",
    "yes but he doesnt know", "dont think he knows", "need to ask her", "ill ask him", "it's a surprise", "she wouldn't agree",
    "no idea", "i've not told her yet", "he doesn't want it",
)  # fmt: skip
FOR_ME = ("its for me", "no its for me", "no it's me", "me", "3")
NO_AGREEMENT = (
    "Yes it's safe, it's my phone", "yes its safe", "its safe", "yes its my number", "yeah im at work", "yes its for my husband",
    "yes it is for someone else", "yes im her carer", "yes he's disabled", "i agree", "yes i am", "if he agrees", "yes this is my phone",
    "yes PR1 8XJ", "yes i can text",
)  # fmt: skip
SHARED = (
    "yes", "1", "yes share it", "yes go on book it", "yes please i need help", "i agree", "ok go ahead", "share it",
    "yes thats fine", "yes book it", "yep go on then", "yeah go for it please",
)  # fmt: skip
NOT_TO_SHARING = (
    "they agree",
    "he agrees",
    "she said yes",
    "yes its safe its my phone",
    "yes its my number",
    "yes im at work",
    "yes he knows",
)


def commands(slot: str, text: str, slots: dict[str, Json], intent: str | None = None) -> list[Command]:
    book = todays_book()
    heard = hear(Inbound(Address("sms", "+447700900123"), "-", text=text), expected(book, slot), NOW, None)
    state = DialogueState(stack=(Frame("pattern_on_behalf", "ask", asked=True),), slots=slots)
    return read(replace(heard, intent=intent, confidence=0.95 if intent else 0.0), state, book)


def answered(slot: str, text: str, slots: dict[str, Json] | None = None, intent: str | None = None) -> Json:
    found = [one for one in commands(slot, text, slots or {}, intent) if isinstance(one, SetSlot) and one.slot == slot]
    return found[0].value if found else None


@pytest.mark.parametrize(
    ("value", "texts"), [("yes", THEY_AGREE), ("not_yet", NOT_YET), ("me", FOR_ME), (None, NO_AGREEMENT)]
)
def test_whether_they_agree_is_what_was_said_of_them(value: str | None, texts: tuple[str, ...]) -> None:
    assert {text: answered("they_agree", text) for text in texts} == dict.fromkeys(texts, value)


def test_the_model_alone_makes_no_agreement() -> None:
    assert commands("they_agree", "Yes it's safe, it's my phone", {}, "affirm") == [Unclear()]
    assert commands("consent_share", "they agree", {}, "affirm") == [Unclear()]


@pytest.mark.parametrize("slot", ["consent_share", "share_with_other"])
@pytest.mark.parametrize(("value", "texts"), [("yes", SHARED), (None, NOT_TO_SHARING)])
def test_sharing_is_agreed_to_by_who_is_asked(value: str | None, texts: tuple[str, ...], slot: str) -> None:
    assert {text: answered(slot, text) for text in texts} == dict.fromkeys(texts, value)


@pytest.mark.parametrize(
    "text", ["no", "no id rather stay here", "stay here", "no id rather stay with them", "nah im staying"]
)
def test_who_would_rather_stay_with_their_team_does(text: str) -> None:
    assert answered("share_with_other", text) == "no"


def test_who_speaks_for_somebody_else_passes_their_yes_on() -> None:
    assert answered("consent_share", "they agree", {"for_someone_else": True}, "affirm") == "yes"


def test_a_crisis_at_the_question_is_still_heard() -> None:
    assert commands("they_agree", "she said yes but she wants to kill herself", {})[-1] == Crisis("self_harm")


KNOW_AND_ARE_THERE = (
    "She knows, im sat next to her",
    "he knows, he's sat here with me",
    "mum knows shes right here",
    "i told him and hes next to me",
    "hes here reading this he knows",
    "she's aware, on speaker now",
    "they know, we are sat together, im with them",
)
KNOW_OR_ARE_THERE = (
    "she knows",
    "im sat next to her",
    "shes here",
    "dunno if she knows, shes here",
    "i sit next to her at work",
)
NOT_TOLD_BUT_THERE = ("she doesnt know but im sat next to her", "he does not know hes in the other room")


@pytest.mark.parametrize("text", KNOW_AND_ARE_THERE)
def test_who_knows_and_sits_beside_the_helper_agrees(text: str) -> None:
    assert answered("they_agree", text) == "yes"


@pytest.mark.parametrize("text", KNOW_OR_ARE_THERE)
def test_knowing_or_being_near_is_no_agreement_by_itself(text: str) -> None:
    assert answered("they_agree", text) is None


@pytest.mark.parametrize("text", NOT_TOLD_BUT_THERE)
def test_who_does_not_know_has_not_agreed(text: str) -> None:
    assert answered("they_agree", text) == "not_yet"
