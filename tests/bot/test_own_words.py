"""What is said beside the choices reaches the card in the person's own words; what is not the team's business does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select

from bot.conversation_tests import stage
from bot.flows.transcripts import Transcript
from bot.nlu.rasa import NoNlu
from bot.simulator import Simulator
from services import consent, conversations
from services.models import Conversation, Referral

TO_THE_WAY = ["hi", "1", "off sick", "PR1 8XJ", "34", "back", "none", "Sam"]
PERSON_FIRST = ["hi", "1", "person", "1", "PR1 8XJ", "Sam", "1", "yes"]


@pytest.fixture
def person() -> Iterator[Simulator]:
    with stage(Transcript("Says more.", "sms", "plenty", "2026-11-23 09:00"), NoNlu("a test")) as made:
        yield made


def said(person: Simulator, *lines: str) -> Any:
    answered: Any = None
    for line in lines:
        answered = person.say(line)
    return answered


def card(person: Simulator) -> dict[str, Any]:
    with person.assistant.db.read() as session:
        return dict(session.scalars(select(Referral).order_by(Referral.id.desc())).first().card)  # type: ignore[union-attr]


def on_card(person: Simulator) -> list[tuple[str, list[str]]]:
    return [(each["words"], each["about"]) for each in card(person).get("own_words", ())]


def test_words_beside_the_choices_are_on_the_card_with_when_they_were_said(person: Simulator) -> None:
    said(person, *TO_THE_WAY, "1 but my ears are bad so speak up", "1", "yes", "yes, but mam hears them")
    assert on_card(person) == [
        ("1 but my ears are bad so speak up", ["call_needs"]),
        ("yes, but mam hears them", ["voicemail_ok"]),
    ]
    assert all(each["at"].startswith("2026-11-23T09:00") for each in card(person)["own_words"])


def test_words_that_no_reader_knows_are_kept_where_they_are_about_the_person(person: Simulator) -> None:
    said(person, "hi", "1", "off sick", "PR1 8XJ", "34", "the old waterworks playing merry hell", "2", "none", "Sam")
    said(person, "1", "1", "yes")
    assert on_card(person) == [("the old waterworks playing merry hell", ["health"])]


@pytest.mark.parametrize("line", ["2", "back please", "my back mainly", "the second one thanks"])
def test_an_answer_that_says_no_more_is_not_kept_twice(person: Simulator, line: str) -> None:
    answered = said(person, "hi", "1", "off sick", "PR1 8XJ", "34", line)
    assert answered.slots.get("own_words") is None


def test_what_is_told_after_sharing_is_on_the_card_at_once(person: Simulator) -> None:
    said(person, *PERSON_FIRST)
    assert "barriers" not in card(person)
    answered = said(person, "hello", "the boss wont hold the job open")
    assert "passed that on" in answered.messages[0].text
    assert on_card(person) == [("the boss wont hold the job open", ["note_for_coach"])]


def test_nothing_told_after_the_agreement_was_taken_back_is_passed_on(person: Simulator) -> None:
    said(person, *PERSON_FIRST)
    with person.assistant.db.write() as session:
        thread = conversations.lock(session, session.scalars(select(Conversation.id)).one())
        consent.withdraw(session, thread, "share", person.assistant.clock.now())
    said(person, "hello", "the boss wont hold the job open")
    assert "barriers" not in card(person)
    assert on_card(person) == []


@pytest.mark.parametrize("line", ["1 but i want to kill myself", "my husband hits me, 1"])
def test_words_of_a_crisis_stay_with_the_alert(person: Simulator, line: str) -> None:
    answered = said(person, *TO_THE_WAY, line)
    assert answered.slots.get("own_words") is None


def test_who_takes_their_health_out_takes_these_words_out(person: Simulator) -> None:
    answered = said(
        person, "hi", "1", "off sick", "PR1 8XJ", "34", "2, fell off a roof last spring", "none", "Sam", "1", "1"
    )
    assert answered.slots["own_words"]
    said(person, "yes but leave my health out of it", "yes")
    assert on_card(person) == []
    assert "back" not in str(card(person).get("health"))


def test_starting_again_keeps_nothing_of_before(person: Simulator) -> None:
    answered = said(person, *TO_THE_WAY, "1 but a bit deaf so speak up", "start again", "1")
    assert answered.slots.get("own_words") in (None, [])


def ends(person: Simulator) -> list[tuple[str, str]]:
    return [(each["what"], each["on"]) for each in card(person).get("ends", ())]


NOTE_ENDS = "my sick note runs out on friday"


def test_when_a_fit_note_ends_is_on_the_card_with_the_words_wherever_it_is_said(person: Simulator) -> None:
    said(person, "hi", "1", f"off sick and {NOTE_ENDS}", "PR1 8XJ", "34", "back", "none", "Sam", "1", "1", "yes")
    assert ends(person) == [("fit_note", "2026-11-27")]
    assert [words for words, about in on_card(person) if "fit_note" in about] == [f"off sick and {NOTE_ENDS}"]


def test_where_it_is_said_beside_another_answer_it_is_kept_too(person: Simulator) -> None:
    said(person, *TO_THE_WAY, "1, my contract finishes end of the month", "1", "yes")
    assert ends(person) == [("job", "2026-11-30")]


def test_told_after_sharing_it_reaches_the_card_and_a_new_note_takes_it_away(person: Simulator) -> None:
    said(person, *PERSON_FIRST)
    assert ends(person) == []
    said(person, "hello", NOTE_ENDS)
    assert ends(person) == [("fit_note", "2026-11-27")]
    said(person, "my sick note runs out on thursday sorry")
    assert ends(person) == [("fit_note", "2026-11-26")]
    said(person, "i've got a new sick note now")
    assert ends(person) == []


def test_who_takes_their_health_out_takes_the_date_of_their_fit_note_out(person: Simulator) -> None:
    said(person, "hi", "1", f"off sick, {NOTE_ENDS}", "PR1 8XJ", "34", "2", "none", "Sam")
    said(person, "1, my contract finishes end of the month", "1", "yes but leave my health out of it", "yes")
    assert ends(person) == [("job", "2026-11-30")]
    assert NOTE_ENDS not in str(card(person))


def test_a_date_beside_words_of_a_crisis_is_not_kept(person: Simulator) -> None:
    answered = said(person, *TO_THE_WAY, f"{NOTE_ENDS} and i want to kill myself")
    assert answered.slots.get("ends") is None


BOOKED = [*TO_THE_WAY, "1", "1", "yes", "skip", "skip", "skip"]
LEFT_OUT = [*TO_THE_WAY, "1", "1", "leave my health out", "yes", "skip", "skip", "skip"]


def test_drink_told_after_sharing_stands_on_the_card_like_one_told_before(person: Simulator) -> None:
    said(person, *BOOKED)
    assert card(person)["added"] == []
    said(person, "I have been drinking too much at night")
    assert [(each["slot"], each["said"]) for each in card(person)["added"]] == [("drink_or_drugs", "Drink")]
    said(person, "and ive been using again")
    assert card(person)["added"][0]["said"] == "Drink, Drugs"


@pytest.mark.parametrize(
    "line", ["my dad drinks too much at night", "i drink plenty of water", "my boss is a nightmare"]
)
def test_what_tells_nothing_of_drink_changes_no_card(person: Simulator, line: str) -> None:
    said(person, *BOOKED, line)
    assert card(person)["added"] == []


def test_drink_told_after_health_was_left_out_stays_off_the_card(person: Simulator) -> None:
    said(person, *LEFT_OUT)
    assert card(person)["health"] == ["rather_not_say"]
    answered = said(person, "I have been drinking too much at night")
    assert answered.slots["drink_or_drugs"] == ["drink"]
    assert card(person)["added"] == []
