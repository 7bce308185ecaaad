"""Asked for somebody else: heard without the language server, and what was told of them kept until they agree."""

from __future__ import annotations

from typing import Any

import pytest

from bot import understanding
from bot.flows.commands import Command, SetSlot, StartFlow
from bot.flows.state import DialogueState
from bot.nlu.recognisers.whose import as_own
from services.messages import Address, Inbound
from tests.bot.conversing import NOW, book, said, standing_at


def first(text: str) -> list[Command]:
    state = DialogueState(revision=book().revision)
    inbound = Inbound(Address("sms", "+447700900123"), "-", text=text)
    return understanding.read(understanding.hear(inbound, None, NOW, None), state, book())


def flows(found: list[Command]) -> list[str]:
    return [one.flow for one in found if isinstance(one, StartFlow)]


def told(found: list[Command]) -> dict[str, Any]:
    """What waits until they agree."""
    kept: Any = next((one.value for one in found if isinstance(one, SetSlot) and one.slot == "told_of_them"), {})
    return dict(kept)


@pytest.mark.parametrize(
    "text",
    [
        "my husband has had a stroke and wants to get back to driving lorries", "asking for my mum shes 58 knees gone cleaner",
        "my lad 19 autistic never had a job can you help him", "Hi. I'm a GP receptionist. How do we refer?", "for my nan",
        "my partners signed off with stress can you help", "one of my staff is off with depression", "its about my son",
        "I have a patient who needs this", "hi im mark my wife jane is 45 and off work with long covid",
        "can my son get this help hes out of work", "im texting for my wife", "how do i make a referral", "my sister lost her job",
        "im asking for my mate he cant read well", "texting for my dad, he cant read or write", "its for my brother hes bad at spelling",
    ],
)  # fmt: skip
def test_help_for_somebody_else_is_asked_about(text: str) -> None:
    assert flows(first(text)) == ["pattern_start", "pattern_on_behalf"]


@pytest.mark.parametrize(
    "text",
    [
        "i care for my mum and im struggling at work", "my wife said i should text", "my mum told me about this",
        "carer for my dad and my own health going down the pan", "my manager wants me out", "i want to refer myself",
        "my partner has left me and i cant work", "my doctor referred me", "i had to give up work to look after my son",
        "looking for work after my operation", "im off with my back", "my boss is bullying me",
        "i cant read very well my mate told me to text", "i cant read or write my wife does it for me",
    ],
)  # fmt: skip
def test_ones_own_story_with_others_in_it_is_ones_own(text: str) -> None:
    assert "pattern_on_behalf" not in flows(first(text))


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("my lad 19 autistic never had a job can you help him", {"age": 19, "work_situation": "out_of_work"}),
        ("asking for my mum shes 58 knees gone", {"age": 58}),
        (
            "my brother is 34 and has been off sick since march with his back, he lives at PR1 8XJ",
            {"age": 34, "work_situation": "off_sick", "months_out_of_work": 8, "postcode": "PR1 8XJ"},
        ),
        ("hi im mark, 50, teacher. my wife jane is 45 and off work with long covid", {"age": 45, "work_situation": "off_sick"}),
        ("I am a nurse and have a patient who lost his job", {"work_situation": "out_of_work"}),
        ("its for my friend", {}),
    ],
)  # fmt: skip
def test_what_is_told_of_them_waits_and_nothing_of_their_health(text: str, kept: dict[str, object]) -> None:
    found = first(text)
    assert told(found) == kept
    filled = {one.slot for one in found if isinstance(one, SetSlot)}
    assert filled <= {"told_of_them"}


KEPT = {"age": 19, "work_situation": "out_of_work"}


@pytest.mark.parametrize("text", ["1", "yes he agrees", "he said yes"])
def test_once_they_agree_it_is_not_asked_again(text: str) -> None:
    found = said(text, "they_agree", {"told_of_them": KEPT})
    assert SetSlot("age", 19) in found
    assert SetSlot("work_situation", "out_of_work") in found
    assert SetSlot("whose_answers", "theirs") in found


@pytest.mark.parametrize(("text", "value"), [("2", "not_yet"), ("3", "me")])
def test_unless_they_agree_it_is_dropped(text: str, value: str) -> None:
    state, asked = standing_at("they_agree", {"told_of_them": KEPT})
    heard = understanding.hear(Inbound(Address("sms", "+447700900123"), "-", text=text), asked, NOW, None)
    found = understanding.read(heard, state, book())
    assert SetSlot("they_agree", value, said=text) in found
    assert not any(isinstance(one, SetSlot) and one.slot in KEPT for one in found)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("he lost his job at xmas", "out_of_work"),
        ("they got made redundant", "out_of_work"),
        ("shes off with her nerves", "off_sick"),
    ],
)
def test_their_work_is_read_where_the_questions_are_about_them(text: str, value: str) -> None:
    found = said(text, "work_situation", {"for_someone_else": True})
    assert SetSlot("work_situation", value, said=text) in found


def test_words_of_another_are_turned_into_ones_own() -> None:
    assert as_own("He lost his job, she's off; theyre ill") == "i lost my job, im off; im ill"
