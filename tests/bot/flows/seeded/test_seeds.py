"""Every seeded fault is found, and its conversation really shows it; sound flows are left in peace.

A few of each class here; all of them, and 200 sound books, in `make soak` (SEEDS=all).
"""

from __future__ import annotations

import os
from random import Random

import pytest

from bot.actions.catalogue import SPECS
from bot.flows.carrying import may_carry
from bot.flows.checking import check
from bot.flows.commands import Say
from bot.flows.definition import Book, Finding
from bot.flows.engine import advance, expecting
from bot.flows.engine_values import ActionResult, StepLimit
from bot.flows.reading import read_files
from bot.flows.replaying import Replay
from bot.flows.responses import ResponseError
from bot.flows.state import DialogueState, Frame
from bot.flows.words import Directory
from services.directory import known_helplines, known_numbers
from tests.bot.flows.seeded.growing import grow
from tests.bot.flows.seeded.ours import SEEDS, Seed, ours
from tests.bot.flows.seeded.spoiling import SPOILS, unset_slot
from tests.bot.flows.seeded.stranding import STRANDINGS, Stranding

ALL = os.environ.get("SEEDS") == "all"
FEW = {kind: next(seed for seed in SEEDS if seed.kind == kind) for kind in dict.fromkeys(seed.kind for seed in SEEDS)}
OURS = SEEDS if ALL else tuple(FEW[kind] for kind in ("dead end", "unbounded loop", "unset slot", "only no"))
TIMES = 10 if ALL else 2
SOUND = 200 if ALL else 12
ROUNDS = 12
NOT_SHOWN = frozenset({
    "where no team is, nothing is said", "nobody can ring, and nothing is said", "an action tried again at once",
    "booked again and again while it is gone", "a start that starts itself", "a link that only some have been given",
})  # fmt: skip
"""Found, but the conversation goes through a flow as somebody else came through it, and does not end in the fault."""


def found(book: Book) -> list[Finding]:
    """Errors, and the advice about questions that an action can lead back to for ever."""
    findings = check(book, Directory(known_helplines(), known_numbers()))
    return [one for one in findings if one.severity == "error" or "comes back there" in one.message]


@pytest.mark.parametrize("seed", OURS, ids=lambda seed: f"{seed.kind}: {seed.name}")
def test_a_fault_in_our_content_is_found_and_shown(seed: Seed) -> None:
    book = read_files(seed.files(), SPECS)
    findings = found(book)
    named = [one for one in findings if seed.names in f"{one.file} {one.message}"]
    assert named, findings
    if seed.kind in ("segment overflow", "swallowed word"):
        assert named[0].conversation
    if seed.name not in NOT_SHOWN:
        assert_shown(book, findings)


@pytest.mark.parametrize("one", STRANDINGS, ids=lambda one: one.change.name)
def test_whoever_a_change_would_strand_stays_on_what_they_began_with(one: Stranding) -> None:
    old, new = read_files(dict(ours()), SPECS), read_files(one.change.files(), SPECS)
    state = DialogueState(stack=tuple(Frame(flow, step, (), True) for flow, step in one.stack), slots=dict(one.slots))
    assert not may_carry(old, new, state)
    pinned = old.with_safety_of(new)
    turn = advance(
        pinned, state, [Say("repeat")], act=lambda name, slots: ActionResult({}), channel="sms", helpline=str
    )
    assert turn.replies
    assert turn.state.stack


@pytest.mark.parametrize("kind", SPOILS)
def test_a_fault_in_grown_flows_is_found_and_shown(kind: str) -> None:
    for number in range(TIMES):
        grown = grow(number).copy()
        name = SPOILS[kind](grown, Random(number))
        book = read_files(grown.files(), grown.actions)
        findings = found(book)
        assert any(name in one.message or (kind == "only no" and "cannot take" in one.message) for one in findings)
        assert_shown(book, findings)


@pytest.mark.parametrize("number", range(SOUND))
def test_sound_flows_are_left_in_peace(number: int) -> None:
    grown = grow(number, flows=2 + number % 5, steps=8 + number % 9)
    assert found(read_files(grown.files(), grown.actions)) == []


def test_long_flows_are_proved_a_flow_at_a_time() -> None:
    """Where all doubts at once are too much: none is left of what is sound, and what is not is still found."""
    grown = grow(1, flows=5, steps=50)
    assert found(read_files(grown.files(), grown.actions)) == []
    spoilt = grown.copy()
    name = unset_slot(spoilt, Random(1))
    findings = found(read_files(spoilt.files(), spoilt.actions))
    assert [name in one.message for one in findings] == [True], findings


# -- the conversation of a finding, played again in the engine ---------------------------------------------------------


def assert_shown(book: Book, findings: list[Finding]) -> None:
    """The first finding of each sort that has a conversation: played, it ends in what the finding says."""
    sorts = {
        "endless loop": loops,
        "dead end": goes_round,
        "without a word": is_silent,
        "is not filled": cannot_be_said,
    }
    for words, shows in sorts.items():
        first = next((one for one in findings if words in one.message and one.conversation), None)
        if first is not None:
            assert shows(book, first), f"{first}\ndoes not show itself"


def loops(book: Book, finding: Finding) -> bool:
    """The engine stops it at its limit of steps."""
    replay = Replay(book)
    try:
        replay.play(finding.conversation)
        run_on(replay, Random(0))
    except StepLimit:
        return True
    return False


def goes_round(book: Book, finding: Finding) -> bool:
    """However the question is answered, the conversation never ends, but for the help of whoever is stuck."""
    try:
        for dice in range(ROUNDS):
            replay = Replay(book)
            replay.play(finding.conversation)
            run_on(replay, Random(dice))
            helped = any(flow == "pattern_stuck" for turn in replay.turns for flow, _ in turn.walked)
            if not replay.state.stack and not helped:
                return False
    except StepLimit:
        return True
    return True


def is_silent(book: Book, finding: Finding) -> bool:
    """The last that was written got no answer, and all is over."""
    replay = Replay(book)
    turn = replay.play(finding.conversation)
    for _ in range(ROUNDS):
        if not replay.state.stack:
            break
        asked = expecting(book, replay.state)
        turn = replay.answer(asked.slot, replay.anything(asked.slot)) if asked else turn
    return not turn.replies


def cannot_be_said(book: Book, finding: Finding) -> bool:
    """The words cannot be written: the slot is empty."""
    replay = Replay(book)
    try:
        replay.play(finding.conversation)
        run_on(replay, Random(0))
    except ResponseError:
        return True
    return False


def run_on(replay: Replay, dice: Random) -> None:
    """Answers whatever is asked, anyhow, for a while."""
    for _ in range(ROUNDS):
        asked = expecting(replay.book, replay.state)
        if asked is None:
            return
        value = dice.choice(asked.choices)[0] if asked.choices else replay.anything(asked.slot)
        replay.answer(asked.slot, [value] if asked.spec.type == "choices" else value)
