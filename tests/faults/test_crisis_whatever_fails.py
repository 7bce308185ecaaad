"""Whatever fails in a turn, words of danger are answered with the locked help in the same round, and the duty person told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select

from bot import crisis_help, rounds, turns, understanding
from bot.assistant import todays_book
from bot.conversation_tests import stage
from bot.flows import engine
from bot.flows.commands import Crisis
from bot.flows.definition import Book
from bot.flows.transcripts import Transcript
from bot.nlu.rasa import NoNlu
from bot.safety import SafetyHit
from bot.simulator import Simulator
from services import duty, inbox
from services.models import DutyAlert

HELP = "please talk to a person now"
ABUSE = "Is it safe to text?"
CRISIS = "i want to die"
Patch = pytest.MonkeyPatch


@pytest.fixture
def sim() -> Iterator[Simulator]:
    with stage(Transcript("", "sms", "plenty", "2026-11-23 09:00"), NoNlu("a test")) as simulator:
        simulator.say("hi")
        simulator.say("1")
        yield simulator


def broken(*given: Any, **more: Any) -> Any:
    raise RuntimeError("broken")


def engine_broken(patch: Patch, sim: Simulator) -> None:
    patch.setattr(engine, "advance", broken)


def engine_broken_for_facts(patch: Patch, sim: Simulator) -> None:
    whole = engine.advance

    def advance(book: Book, state: Any, commands: list[Any], **more: Any) -> Any:
        return whole(book, state, commands, **more) if [type(one) for one in commands] == [Crisis] else broken()

    patch.setattr(engine, "advance", advance)


def nothing_understood(patch: Patch, sim: Simulator) -> None:
    patch.setattr(understanding, "hear", broken)


def pinned_content_unreadable(patch: Patch, sim: Simulator) -> None:
    engine_broken(patch, sim)
    patch.setattr(turns.Work, "__init__", broken)


def nobody_can_be_alerted(patch: Patch, sim: Simulator) -> None:
    engine_broken(patch, sim)
    patch.setattr(duty, "alert", broken)


def words_of_today_broken(patch: Patch, sim: Simulator) -> None:
    engine_broken(patch, sim)
    patch.setattr(sim.assistant, "book", broken)


FAULTS = [
    engine_broken,
    engine_broken_for_facts,
    nothing_understood,
    pinned_content_unreadable,
    nobody_can_be_alerted,
    words_of_today_broken,
]


@pytest.mark.parametrize("fault", FAULTS)
def test_words_of_danger_are_answered_whatever_fails(
    sim: Simulator, monkeypatch: Patch, fault: Callable[[Patch, Simulator], None]
) -> None:
    fault(monkeypatch, sim)
    sim.assistant.accept(sim.inbound(f"M1 1AE {CRISIS}"))
    crisis_round(sim)
    said = sim.collected.drain()
    assert [HELP in one.text for one in said] == [True], [one.text for one in said]
    assert said[0].purpose == "crisis"
    if fault is not nobody_can_be_alerted:
        assert reasons(sim) == ["self_harm"]


def crisis_round(sim: Simulator) -> None:
    """One round, no more, by the threads that a server has."""
    rounds.catch_up_all(sim.assistant)
    rounds.deliver(sim.assistant, "sms")


def reasons(sim: Simulator) -> list[str]:
    with sim.assistant.db.read() as session:
        return list(session.scalars(select(DutyAlert.reason)))


def test_danger_does_not_wait_behind_a_message_that_fails(sim: Simulator, monkeypatch: Patch) -> None:
    engine_broken(monkeypatch, sim)
    for words in ("2", CRISIS):
        sim.assistant.accept(sim.inbound(words))
    crisis_round(sim)
    assert [HELP in one.text for one in sim.collected.drain()] == [True]
    later = sim.settle("")
    assert [HELP in one.text for one in later.messages] == [False], "the other is answered that something went wrong"


def test_the_place_is_kept_and_a_harm_by_others_is_asked_about_first(sim: Simulator, monkeypatch: Patch) -> None:
    engine_broken_for_facts(monkeypatch, sim)
    answered = sim.say("M1 1AE my husband hits me")
    assert [ABUSE in one.text for one in answered.messages] == [True]
    assert answered.step == "safe"
    monkeypatch.undo()
    assert "0808" in sim.say("1").messages[0].text
    assert any("Which fits best right now" in one.text for one in sim.say("i am back").messages)


def test_words_without_danger_still_say_that_something_went_wrong(sim: Simulator, monkeypatch: Patch) -> None:
    engine_broken(monkeypatch, sim)
    answered = sim.say("2")
    assert ["something went wrong" in one.text for one in answered.messages] == [True]
    assert (sim.is_waiting(), reasons(sim)) == (False, ["message_failed"])


def test_every_kind_has_words_that_need_no_turn(sim: Simulator) -> None:
    book = todays_book()
    kinds = [one.removeprefix("pattern_crisis_") for one in book.flows if one.startswith("pattern_crisis_")]
    sim.assistant.accept(sim.inbound("x"))
    with sim.assistant.db.read() as session:
        message = inbox.waiting(session, sim.conversation_id())[0]
    for kind in kinds:
        if kind != "not_safe_here":
            text, _ = crisis_help.words(sim.assistant, message, SafetyHit(kind, "patterns", "x"))  # type: ignore[arg-type]
            assert any(number in text for number in ("999", "111")), kind
