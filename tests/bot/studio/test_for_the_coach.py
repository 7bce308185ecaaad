"""The answer to a question that was added reaches the coach's card in words, where that was ticked, after the yes to sharing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from bot.assistant import parsed, todays_book
from bot.conversation_tests import stage
from bot.flows import adding
from bot.flows.adding import Answer, Question
from bot.flows.definition import Book
from bot.flows.transcripts import Transcript
from bot.handing_out import answers
from bot.nlu.rasa import NoNlu
from bot.simulator import Simulator
from services.models import Referral
from web.coach import card

AT = Transcript("", "sms", "plenty", "2026-11-23 09:00")
TO_SHARING = ("hi", "1", "2", "1", "PR1 8XJ", "34", "1 2", "1", "Sam", "1", "1")
DRIVES = {"slot": "do_you_drive_for_your", "title": "Drives for work", "said": "Yes, every day"}


def with_question(on_card: str, private: bool) -> Book:
    texts = dict(todays_book().to_json())
    flow = todays_book().flows["about_work"]
    words = {"text": "Do you drive for your work?", "easier": "Is driving your job?"}
    given = (Answer("Yes, every day"), Answer("No"))
    question = Question("situation", words, given, on_card, private)
    file = flow.place.file
    texts[file] = adding.add_question(texts[file], flow, DRIVES["slot"], question)
    return parsed(tuple(sorted(texts.items())))


def cards(person: Simulator) -> list[Mapping[str, Any]]:
    with person.assistant.db.read() as session:
        return [row.card or {} for row in session.scalars(select(Referral))]


@pytest.mark.parametrize(
    ("on_card", "private", "seen"),
    [("Drives for work", False, [DRIVES]), ("Drives for work", True, [DRIVES]), ("", False, [])],
)
def test_the_coach_sees_it_once_sharing_is_agreed(on_card: str, private: bool, seen: list[object]) -> None:
    book = with_question(on_card, private)
    with stage(AT, NoNlu("a test"), book) as person:
        summary = [person.say(words) for words in TO_SHARING][-1].slots
        assert cards(person) == []
        assert ("Drives for work: Yes, every day" in str(summary["summary_all"])) is bool(on_card)
        assert not (private and "Drives" in str(summary["summary_lines"]))
        person.say("1")
        (kept,) = cards(person)
    assert kept["added"] == seen
    shown = card.facts(kept, card.Words(todays_book(), kept))
    assert [fact for fact in shown if fact[1] == "Yes, every day"] == ([(on_card, "Yes, every day")] if seen else [])
    assert [one.question for one in answers(todays_book(), kept) if one.id == DRIVES["slot"]] == (
        [on_card] if seen else []
    )
