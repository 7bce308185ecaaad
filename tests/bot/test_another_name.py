"""Another name, told once a team has the answers; and what people are called that is no name."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from bot.another_name import name_told
from bot.conversation_tests import stage
from bot.flows.commands import Correct, SetSlot, StartFlow
from bot.flows.state import DialogueState
from bot.flows.transcripts import Transcript
from bot.nlu.rasa import NoNlu
from bot.nlu.recognisers import read_name
from services.models import Person, Referral
from tests.bot.test_another_way import said
from tests.bot.test_help_after_booking import TO_THE_BOOKING

SLOTS = {"name": "Sam", "safe_to_text": "yes", "call_needs": ["phone"]}
NO_NAME = (
    "they call me lazy", "call me crazy but will this work", "call me tomorrow", "call me Tuesday", "call me old fashioned",
    "people call me names", "they call me mad", "call me back", "call me after 3", "call me on tuesday", "call me asap",
    "everyone calls me thick", "call me cynical but", "they called me a scrounger", "call me if you can",
)  # fmt: skip


@pytest.mark.parametrize("text", NO_NAME)
def test_what_is_no_name_at_the_question_and_elsewhere(text: str) -> None:
    assert read_name(text, True) is None
    assert read_name(text, False) is None
    assert name_told(text, "Sam") is None


@pytest.mark.parametrize("outcome", ["booked", "call_back"])
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("everyone calls me Lee", "Lee"), ("call me Lee", "Lee"), ("call me lee please", "Lee"), ("just call me Oluwaseun", "Oluwaseun"),
        ("my name is Lee", "Lee"), ("they call me Dave", "Dave"), ("im known as Lee", "Lee"), ("its Lee not Sam", "Lee"),
        ("call me May", "May"), ("call me Sam", None), ("this is Dave", None), ("my mum calls me Lee", None),
        ("Lee", None), ("is it called Lee", None), ("call me Lee?", None),
        *((text, None) for text in NO_NAME),
    ],
)  # fmt: skip
def test_another_name_once_a_call_is_booked_or_promised(text: str, name: str | None, outcome: str) -> None:
    done = said(text, DialogueState(outcome=outcome, slots=SLOTS))
    assert (StartFlow("another_name") in done) == (name is not None)
    assert [one.value for one in done if isinstance(one, SetSlot) and one.slot == "name_wanted"] == (
        [name] if name else []
    )
    assert not [one for one in done if isinstance(one, SetSlot | Correct) and one.slot == "name"]


def test_who_asks_for_somebody_else_does_not_rename_them() -> None:
    state = DialogueState(outcome="booked", slots={**SLOTS, "for_someone_else": "yes"})
    assert StartFlow("another_name") not in said("call me Lee", state)


def test_the_coach_sees_the_name_on_the_card_and_looks_them_up_by_it() -> None:
    """And what others call them changes neither."""
    with stage(Transcript("Says a name.", "sms", "plenty", "2026-11-23 09:00"), NoNlu("a test")) as person:
        for line in TO_THE_BOOKING:
            person.say(line)
        told = person.say("everyone calls me Lee Marsh").messages[0].text
        person.say("they call me lazy")
        with person.assistant.db.read() as session:
            kept, card = session.scalars(select(Person)).one(), session.scalars(select(Referral)).one().card
            assert (kept.name, card["name"]) == ("Lee Marsh", "Lee Marsh")
            assert kept.surname_index
        assert "Lee Marsh" in told
        assert "will see that name" in told
