"""Fifty people choose the same opening in the same moment, each by a turn of their own: one gets it, forty-nine are
kindly offered others (invariants 2, 7 and 8)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot import rounds, turns
from bot.assistant import assemble
from bot.nlu.rasa import NoNlu
from bot.nlu.stand_in import Backed, StandIn
from services.models import DiaryCell, Hold, MessageIn
from tests.bad_input.asked import Asked
from tests.journeys.product import settings_of

FIFTY = 50


@pytest.fixture
def asked(database_url: str, tmp_path: Path) -> Iterator[Asked]:
    nowhere = "http://127.0.0.1:9"
    more = {"ANYDOOR_DATABASE_URL": database_url, "TELEGRAM_BOT_TOKEN": ""}
    settings = settings_of(tmp_path, nowhere, nowhere, nowhere, **more)
    assistant = assemble(settings, demo=True, nlu=Backed(NoNlu("a test"), StandIn()))
    yield Asked(assistant)
    assistant.close()


def fifty_before_the_choice(asked: Asked) -> list[int]:
    """Each has "1" in the inbox, to be said of the same three openings."""
    asked.walk("sms", until="opening")
    found = []
    for _ in range(FIFTY):
        asked.arrive("opening", "sms")
        found.append(asked.assistant.accept(asked.simulator.inbound("1")).conversation_id)
    return found


def all_at_once(asked: Asked, conversations: list[int]) -> None:
    start = threading.Barrier(FIFTY)

    def choose(conversation_id: int) -> None:
        start.wait()
        turns.catch_up(asked.assistant, conversation_id)

    with ThreadPoolExecutor(FIFTY) as pool:
        list(pool.map(choose, conversations))


@pytest.mark.slow
def test_one_hold_and_forty_nine_kind_answers(asked: Asked) -> None:
    people = fifty_before_the_choice(asked)
    all_at_once(asked, people)
    while rounds.deliver(asked.assistant):
        pass
    answers = asked.simulator.collected.drain()
    held = [answer for answer in answers if "Please check" in answer.text]
    others = [answer for answer in answers if answer not in held]
    assert len(held) == 1
    assert len(others) == FIFTY - 1
    assert len({answer.address for answer in answers}) == FIFTY
    assert [
        answer.text for answer in others if "that time has just gone" not in answer.text or len(answer.choices) < 3
    ] == []
    first = {answer.choices[0].value for answer in others}
    with asked.assistant.db.read() as session:
        hold = session.query(Hold).one()
        assert {cell.hold_id for cell in session.query(DiaryCell)} == {hold.id}
        assert session.query(MessageIn).filter(MessageIn.taken_at.is_(None)).count() == 0
    assert not any(value.startswith(f"opening=o{hold.coach_id}-") and same_time(value, hold) for value in first)


def same_time(value: str, hold: Hold) -> bool:
    return f"-{int(hold.starts_at.timestamp()) // 60}-" in value
