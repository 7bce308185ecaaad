"""A booked call in whatever words, by the rules alone: moved, called off, kept, or left as it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from bot import understanding
from bot.flows import engine
from bot.flows.commands import Command, OptOut, SetSlot, StartFlow
from bot.flows.engine_values import ActionResult
from bot.flows.state import DialogueState, Frame
from services.messages import Address, Inbound
from tests.bot.conversing import NOW, book

WHEN = "Wed 25 Nov, 12:30pm"
ANSWERS = {"safe_to_text": "yes", "opening_when": WHEN, "appointment_when": WHEN, "consent_share": "yes"}
SHOWN = {"opening_choices": [{"value": "a", "title": "Tue 24 Nov, 4pm"}, {"value": "b", "title": "Fri 27 Nov, 9am"}]}
MOVING = (Frame("change_call", "time"), Frame("choose_opening", "choose", asked=True))
WISHES = (Frame("book_call", "after"), Frame("after_booking", "wish", asked=True))


def commands(text: str, stack: tuple[Frame, ...] = (), outcome: str = "booked", **slots: Any) -> list[Command]:
    state = DialogueState(revision=book().revision, outcome=outcome, stack=stack, slots={**ANSWERS, **slots})
    inbound = Inbound(Address("sms", "+447700900123"), "-", text=text)
    return understanding.read(understanding.hear(inbound, engine.expecting(book(), state), NOW, None), state, book())


def flows(found: Sequence[Command]) -> list[str]:
    return [one.flow for one in found if isinstance(one, StartFlow)]


def days(found: Sequence[Command]) -> set[str]:
    """The days of the month that are asked for."""
    wish: Any = next((one.value for one in found if isinstance(one, SetSlot) and one.slot == "opening_wish"), None)
    return {start[8:10] for start, _ in wish["windows"]} if wish else set()


@pytest.mark.parametrize(
    "text",
    [
        "cant make it weds anymore", "Sorry I won't be able to make that", "something came up", "summats cropped up soz",
        "got work that day", "my shifts have changed", "double booked", "im not free then", "wont be able to speak then",
        "ive got the hospital that day", "wednesday doesnt work", "weds no good now", "not wednesday sorry", "can we do another day",
        "got the dentist wednesday", "im away wednesday", "kids poorly need another time", "i cannot attend the appointment",
        "not gonna be able to make that call", "unable to take the call", "i wont be in on wednesday", "that time is no good now",
    ],
)  # fmt: skip
def test_who_cannot_make_it_is_shown_other_times(text: str) -> None:
    assert flows(commands(text)) == ["change_call"]


@pytest.mark.parametrize("text", ["cant make it weds anymore", "not wednesday sorry", "im working wednesday"])
def test_the_day_that_is_denied_is_not_offered_again(text: str) -> None:
    asked = days(commands(text))
    assert "25" not in asked
    assert {"24", "26", "27"} <= asked


@pytest.mark.parametrize(
    ("text", "day"), [("any chance of friday instead", "27"), ("friday 2pm", "27"), ("thursday?", "26")]
)
def test_a_time_by_itself_is_looked_for(text: str, day: str) -> None:
    found = commands(text)
    assert flows(found) == ["change_call"]
    assert days(found) == {day}


@pytest.mark.parametrize("text", ["weds half 12", "wednesday", "ill be there", "ok see you then", "look forward to it"])
def test_the_time_that_stands_is_said_again(text: str) -> None:
    assert flows(commands(text)) == ["pattern_my_call"]


@pytest.mark.parametrize("text", ["what if i cant make it", "what happens if im at work then"])
def test_a_question_what_if_moves_nothing(text: str) -> None:
    assert flows(commands(text)) == ["pattern_my_call"]


@pytest.mark.parametrize(
    "text",
    [
        "cant do stairs anymore", "something came up on my scan", "im not able to work anymore", "my boss is on holiday that week",
        "my daughter is with me on wednesday so thats good", "im working tuesday", "my back is worse now",
    ],
)  # fmt: skip
def test_news_about_something_else_is_for_the_coach(text: str) -> None:
    assert flows(commands(text)) == ["pattern_tell_coach"]


@pytest.mark.parametrize(
    "text",
    [
        "i dont want it now", "changed my mind", "im ok now dont need it", "no need to ring me now", "forget it",
        "i start a new job tues dont need this now", "no longer interested", "i feel better dont need you",
    ],
)  # fmt: skip
def test_a_call_that_is_not_wanted_is_asked_about(text: str) -> None:
    assert flows(commands(text)) == ["call_off"]


def test_where_any_words_are_an_answer_a_longer_wish_is_kept_as_one() -> None:
    assert flows(commands("i dont want it now", WISHES)) == ["call_off"]
    long = "i dont want to be in pain all day and i dont want it to stop me from working"
    assert SetSlot("wish", long, said=long) in commands(long, WISHES)


@pytest.mark.parametrize("text", ["ring me now", "can you call me now", "call me asap"])
def test_who_wants_a_ring_at_once_is_offered_a_person(text: str) -> None:
    assert flows(commands(text)) == ["pattern_person"]


def test_who_runs_late_tells_the_coach() -> None:
    assert flows(commands("running late")) == ["pattern_tell_coach"]


@pytest.mark.parametrize(
    "text", ["leave it as it is", "actually keep it", "never mind", "ill stick with that one", "dont bother"]
)
def test_the_call_is_kept_where_other_times_are_shown(text: str) -> None:
    assert flows(commands(text, MOVING, **SHOWN)) == ["keep_call"]


def test_any_other_day_is_none_of_the_day_it_is_on() -> None:
    found = commands("any other day", MOVING, **SHOWN)
    assert SetSlot("opening", "other_times", said="any other day") in found
    assert "25" not in days(found)


def test_before_a_call_is_booked_nothing_of_it_counts() -> None:
    for text in ("something came up", "i dont want it now", "leave it as it is"):
        assert not {"change_call", "call_off", "keep_call"} & set(flows(commands(text, outcome="left")))


def test_a_request_to_stop_stays_one() -> None:
    assert commands("stop texting me i dont want it") == [OptOut()]


@pytest.mark.parametrize(
    ("before", "after"), [("booked", "booked"), ("call_back", "call_back"), ("left", "signposted")]
)
def test_help_near_them_takes_no_call_away(before: str, after: str) -> None:
    state = DialogueState(outcome=before, slots={"safe_to_text": "yes", "barriers": ["money"]})

    def act(name: str, slots: object) -> ActionResult:
        return ActionResult({"signpost_count": 1, "signpost_lines": "A line", "red_flags": "no", "more_listings": "no"})

    turn = engine.advance(book(), state, [StartFlow("local_help")], act=act, channel="sms", helpline=str)
    assert turn.state.outcome == after
    assert "outcome" in {event.name for event in turn.events}
