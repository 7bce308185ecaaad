"""State survives JSON, and no run of commands breaks the engine's bounds."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.flows.commands import (
    Back,
    Clarify,
    Command,
    Correct,
    Crisis,
    OptIn,
    Option,
    OptOut,
    Say,
    SetSlot,
    Skip,
    StartAgain,
    StartFlow,
    Unclear,
)
from bot.flows.engine import expecting
from bot.flows.state import DialogueState, Frame, UnknownSchema, Visit
from tests.bot.flows.talking import Talk, small_book

BOOK = small_book()
WORDS = st.text(max_size=8)
VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-99, 999) | WORDS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS, inner, max_size=3),
    max_leaves=5,
)
STATES = st.builds(
    DialogueState,
    revision=WORDS,
    stack=st.lists(
        st.builds(Frame, WORDS, WORDS, st.lists(WORDS, max_size=2).map(tuple), st.booleans()), max_size=3
    ).map(tuple),
    slots=st.dictionaries(WORDS, VALUES, max_size=4),
    tries=st.dictionaries(WORDS, st.integers(0, 9), max_size=2),
    said=st.dictionaries(WORDS, st.integers(0, 2**32 - 1), max_size=2),
    quiet=st.lists(WORDS, max_size=3).map(tuple),
    trail=st.lists(st.builds(Visit, WORDS, WORDS, st.booleans()), max_size=3).map(tuple),
    outcome=st.none() | WORDS,
    crisis=st.none() | WORDS,
    asked_at=st.none() | WORDS,
)


@given(STATES)
def test_state_survives_json(state: DialogueState) -> None:
    assert DialogueState.from_json(json.loads(json.dumps(state.to_json()))) == state


def test_a_state_of_another_version_is_refused() -> None:
    with pytest.raises(UnknownSchema):
        DialogueState.from_json({**DialogueState().to_json(), "schema": 99})


SLOT = st.sampled_from([*BOOK.slots, "clarify", "unheard_of"])
ANSWER = st.sampled_from(
    ["in_work", "none", "PR1 8XJ", "Sam", ["back"], "a", "other_times", "yes", "no", 4, 900, "1", None, {}]
)
FLOW = st.sampled_from([*BOOK.flows, "pattern_unheard_of"])
SET = st.builds(SetSlot, SLOT, ANSWER)
COMMAND: st.SearchStrategy[Command] = st.one_of(
    SET,
    SET,
    st.builds(StartFlow, FLOW),
    st.builds(Correct, SLOT, ANSWER),
    st.builds(Say, st.sampled_from(["why", "means", "repeat"])),
    st.builds(Unclear, st.none() | st.just("utter_invalid_postcode")),
    st.builds(Crisis, st.sampled_from(["self_harm", "harm_by_others", "medical"])),
    st.sampled_from([Back(), Skip(), StartAgain(), OptOut(), OptIn()]),
    st.builds(lambda one: Clarify((Option("utter_wait", (one,)),)), SET),
)
MESSAGES = st.lists(st.lists(COMMAND, max_size=3), max_size=12)


@settings(max_examples=150, deadline=None)
@given(MESSAGES, st.booleans())
def test_no_run_of_commands_leaves_the_bounds(messages: list[list[Command]], answer_well: bool) -> None:
    talk = Talk(BOOK)
    talk.send(StartFlow("journey"))
    for commands in messages:
        talk.send(*commands)
        if answer_well and (question := expecting(BOOK, talk.state)) and question.choices:
            talk.send(SetSlot(question.slot, question.choices[0][0]))
        _within_bounds(talk)


def _within_bounds(talk: Talk) -> None:
    state = talk.state
    assert len(state.stack) <= len(BOOK.flows)
    assert len({frame.flow for frame in state.stack}) == len(state.stack)
    assert len(state.trail) <= sum(len(flow.steps) for flow in BOOK.flows.values())
    for key, misses in state.tries.items():
        flow, step = key.split(".", 1)
        assert misses < getattr(BOOK.flows[flow].steps[step], "tries") or flow == "pattern_stuck"  # noqa: B009
    for reply in talk.last.replies if talk.last else ():
        assert reply.text


@settings(max_examples=60, deadline=None)
@given(MESSAGES)
def test_crisis_help_comes_from_every_state_and_alone(messages: list[list[Command]]) -> None:
    talk = Talk(BOOK)
    for commands in messages:
        talk.send(*commands)
    assert talk.send(Crisis("self_harm"), StartFlow("pattern_cost"), Unclear()) == ["I am sorry. Call 116 123."]


@settings(max_examples=60, deadline=None)
@given(MESSAGES)
def test_stop_works_in_every_state(messages: list[list[Command]]) -> None:
    talk = Talk(BOOK)
    for commands in messages:
        talk.send(*commands)
    assert talk.send(OptOut(), SetSlot("work", "in_work")) == ["We have stopped."]


@settings(max_examples=40, deadline=None)
@given(MESSAGES)
def test_the_same_commands_give_the_same_turns(messages: list[list[Command]]) -> None:
    one, two = Talk(BOOK), Talk(BOOK)
    for commands in messages:
        assert one.send(*commands) == two.send(*commands)
    assert one.state == two.state
