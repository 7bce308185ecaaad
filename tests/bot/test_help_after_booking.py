"""Crisis help after a call is booked: the call stands, and what is said later is heard as from somebody who has one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import select

from bot.conversation_tests import stage
from bot.flows.transcripts import Transcript
from bot.nlu.rasa import NoNlu
from bot.simulator import Simulator
from services.models import DutyAlert, Journey

TO_THE_TIMES = ["hi", "1", "off sick", "PR1 8XJ", "34", "back", "none", "Sam", "1"]
TO_THE_BOOKING = [*TO_THE_TIMES, "1", "yes", "skip", "skip", "skip"]
CRISIS = "i want to kill myself"


@pytest.fixture
def person() -> Iterator[Simulator]:
    with stage(Transcript("Needs help.", "sms", "plenty", "2026-11-23 09:00"), NoNlu("a test")) as made:
        yield made


def counted(person: Simulator) -> tuple[list[str | None], list[str]]:
    """The outcomes of the journeys, and the reasons of the alerts."""
    with person.assistant.db.read() as session:
        return list(session.scalars(select(Journey.outcome))), list(session.scalars(select(DutyAlert.reason)))


def test_who_has_a_call_and_is_given_crisis_help_counts_as_booked_and_the_help_is_counted_too(
    person: Simulator,
) -> None:
    for line in TO_THE_BOOKING:
        person.say(line)
    helped = person.say(CRISIS)
    assert "999" in helped.messages[0].text
    assert helped.events[0]["name"] == "crisis_help"
    assert counted(person) == (["booked"], ["self_harm"])


def test_what_is_told_after_the_help_is_passed_on_to_the_coach_of_the_call(person: Simulator) -> None:
    for line in (*TO_THE_BOOKING, CRISIS, "im ok now"):
        person.say(line)
    assert "passed that on" in person.say("please use the back door, the bell is broken").messages[0].text


def test_who_is_helped_first_and_books_then_counts_as_booked(person: Simulator) -> None:
    for line in (*TO_THE_TIMES[:5], CRISIS, "im ok now", *TO_THE_BOOKING[5:]):
        person.say(line)
    assert counted(person) == (["booked"], ["self_harm"])


def test_who_has_no_call_counts_as_helped(person: Simulator) -> None:
    for line in (*TO_THE_TIMES[:4], CRISIS):
        person.say(line)
    assert counted(person) == (["crisis_help"], ["self_harm"])
