"""Turns side by side: in order within a conversation, each once, and nobody waits for another's."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from bot import side_by_side
from bot.assistant import Assistant, assemble
from bot.nlu.parsed import Parsed
from bot.nlu.stand_in import StandIn
from bot.side_by_side import SideBySide
from bot.turns_apart import TurnsApart
from services import inbox
from services.messages import Address, Inbound
from services.settings import Settings

pytestmark = pytest.mark.slow

PUZZLE = "could you perhaps remind me what all of this was about"


class Gate(StandIn):
    """A language server that does not answer to one text until it is let."""

    def __init__(self) -> None:
        super().__init__()
        self.asked, self.opened = threading.Event(), threading.Event()

    def parse(self, text: str) -> Parsed | None:
        if text == PUZZLE:
            self.asked.set()
            assert self.opened.wait(60)
        return super().parse(text)


@pytest.fixture
def assistant(database_url: str, tmp_path: Path) -> Iterator[Assistant]:
    given = {"ANYDOOR_HOME": tmp_path, "ANYDOOR_NOW": "2026-11-23T09:00", "ANYDOOR_DATABASE_URL": database_url}
    made = assemble(
        Settings.model_validate({**given, "ANYDOOR_SECRET_KEY": "a-test-secret-that-is-long-enough"}),
        demo=True,
        nlu=Gate(),
    )
    yield made
    made.close()


@pytest.fixture
def said(assistant: Assistant) -> dict[int, list[str]]:
    """What was taken, by conversation, in the order in which it was committed."""
    taken: dict[int, list[str]] = defaultdict(list)
    assistant.watchers.append(lambda one: taken[one.conversation_id].append(one.said))
    return taken


@pytest.fixture
def threads(assistant: Assistant) -> Iterator[SideBySide]:
    made = SideBySide(assistant, lambda: None)
    yield made
    made.stop(10.0)


def text(assistant: Assistant, person: int, words: str) -> int:
    """Store a text; answers its conversation."""
    number = inbox_ids[0] = inbox_ids[0] + 1
    address = Address("sms", f"+4474003{person:05}")
    return assistant.accept(Inbound(address, f"SM{number:032d}", text=words)).conversation_id


inbox_ids = [0]


def working(threads: SideBySide) -> int:
    return sum(thread.is_alive() for thread in threads._threads)


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it did not come to that"
        time.sleep(0.01)


def test_each_conversation_is_taken_in_order_and_each_message_once(
    assistant: Assistant, threads: SideBySide, said: dict[int, list[str]]
) -> None:
    sent: dict[int, list[str]] = defaultdict(list)
    for words in ("hi", "its safe", "34", "1 and 2", "stop", "start"):
        for person in range(9):
            sent[text(assistant, person, words)].append(words)
            threads.look()
    until(lambda: sum(map(len, said.values())) >= 9 * 6)
    assert said == sent


def test_who_waits_for_the_language_server_holds_nobody_up(
    assistant: Assistant, threads: SideBySide, said: dict[int, list[str]]
) -> None:
    gate = assistant.nlu
    assert isinstance(gate, Gate)
    first = text(assistant, 9, "hi")
    assert working(threads) == 1, "what the first turn loads is loaded once"
    threads.look()
    until(lambda: first in said and threads.longest() == 0)
    assert working(threads) == side_by_side.THREADS
    said.clear()

    slow = text(assistant, 0, PUZZLE)
    threads.look()
    assert gate.asked.wait(60)
    others = {text(assistant, person, "hi") for person in range(1, 7)}
    assert text(assistant, 0, "its safe") == slow
    threads.look()
    until(lambda: set(said) == others)
    assert threads.longest() > 0
    gate.opened.set()
    until(lambda: len(said[slow]) == 2)  # nobody says again that something waits there
    assert said[slow] == [PUZZLE, "its safe"]
    until(lambda: threads.longest() == 0)


def test_a_database_that_fails_is_tried_again_and_told_of(
    assistant: Assistant, said: dict[int, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side_by_side, "PAUSE_SECONDS", 0.01)
    real, failures, told = inbox.waiting_with_newest, [1, 2], threading.Event()

    def fails(*given: Any) -> list[tuple[int, int]]:
        if failures:
            failures.pop()
            raise OperationalError("look", None, RuntimeError("gone"))
        return real(*given)

    monkeypatch.setattr(inbox, "waiting_with_newest", fails)
    threads = SideBySide(assistant, told.set)
    waits = text(assistant, 0, "hi")
    while waits not in said:
        threads.look()
        time.sleep(0.01)
    threads.stop(10.0)
    assert told.is_set()
    assert said[waits] == ["hi"]


def test_a_turn_that_hangs_is_not_hidden_by_others_that_go_on(assistant: Assistant) -> None:
    apart = TurnsApart(assistant, lambda: None, ())
    for line, lives in [("looked", True), ("hangs", False), ("out sms", False), ("looked", True), ("out sms", True)]:
        apart.heard_at = 0.0
        apart._hear(line)
        assert (apart.heard_at > 0) == lives, line
