"""Messages that arrive at the same moment: one commit, an answer each, and nobody's trouble is another's."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest
from sqlalchemy import select, text

from services import inbox
from services.inbox import Accepted
from services.messages import Address, Inbound
from services.models import MessageIn
from tests.web.assistants import StandInAssistant
from web.arrivals import MOST_TOGETHER, Arrivals

MANY = 3 * MOST_TOGETHER


def said(number: int, sid: str, words: str = "hello") -> Inbound:
    return Inbound(Address("sms", f"+4474001{number:05d}"), sid, words)


class Store:
    """Stores for real, once it is let go: others gather behind it meanwhile."""

    def __init__(self, assistant: StandInAssistant, *, held: bool = False) -> None:
        self.assistant, self.sizes = assistant, list[int]()
        self.entered, self.goes_on = threading.Event(), threading.Event()
        if not held:
            self.goes_on.set()

    def __call__(self, arrived: Sequence[Inbound]) -> list[Accepted | Exception]:
        self.sizes.append(len(arrived))
        self.entered.set()
        self.goes_on.wait(60)
        if any(each.text == "unreadable" for each in arrived):
            raise ValueError("nobody can look at this")
        return inbox.accept_all(self.assistant.db, [(each, False) for each in arrived], self.assistant.clock.now())


async def all_at_once(store: Store, arrived: Sequence[Inbound]) -> list[Accepted | BaseException]:
    arrivals = Arrivals(store)
    answers = await asyncio.gather(*map(arrivals.accept, arrived), return_exceptions=True)
    assert (arrivals.waiting, arrivals.storing) == ([], None)
    return answers


def stored(assistant: StandInAssistant) -> list[str]:
    with assistant.db.read() as session:
        return list(session.scalars(select(MessageIn.provider_id).order_by(MessageIn.id)))


async def test_what_comes_at_once_is_stored_in_few_commits(assistant: StandInAssistant) -> None:
    store = Store(assistant)
    arrived = [said(number % 50, f"SM{number}") for number in range(MANY)]
    answers = await all_at_once(store, arrived)
    assert store.sizes == [MOST_TOGETHER] * 3
    assert stored(assistant) == [each.provider_id for each in arrived]
    assert all(isinstance(each, Accepted) and each.new for each in answers)
    of_one = [each.seq for each in answers[::50] if isinstance(each, Accepted)]
    assert of_one == [1, 2, 3, 4], "each person's in the order they came in"


async def test_a_repeat_within_one_commit_is_stored_once(assistant: StandInAssistant) -> None:
    answers = await all_at_once(Store(assistant), [said(1, "SM0"), *(said(2, "SM1") for _ in range(5))])
    assert stored(assistant) == ["SM0", "SM1"]
    found = [each for each in answers[1:] if isinstance(each, Accepted)]
    assert [each.new for each in found] == [True, False, False, False, False]
    assert len({each.message_id for each in found}) == 1


@pytest.mark.parametrize(
    "bad", [Inbound(Address("sms", "+447400100002"), "SM2", kind=None), said(2, "SM2", "unreadable")]
)
async def test_one_that_cannot_be_stored_harms_no_other(assistant: StandInAssistant, bad: Inbound) -> None:
    answers = await all_at_once(Store(assistant), [said(0, "SM0"), said(1, "SM1"), bad, said(3, "SM3")])
    assert [isinstance(each, Exception) for each in answers] == [False, False, True, False]
    assert stored(assistant) == ["SM0", "SM1", "SM3"]


async def test_a_database_that_takes_nothing_is_told_to_everybody(assistant: StandInAssistant) -> None:
    with assistant.db.write() as session:
        session.execute(text("DROP TABLE messages_in"))
    store = Store(assistant)
    answers = await all_at_once(store, [said(number, f"SM{number}") for number in range(4)])
    assert all(isinstance(each, Exception) for each in answers)
    assert store.sizes == [4], "and is not asked once more for each"


async def test_what_comes_during_a_commit_waits_for_the_next_whoever_has_gone(assistant: StandInAssistant) -> None:
    store = Store(assistant, held=True)
    arrivals = Arrivals(store)
    asked = [asyncio.create_task(arrivals.accept(said(0, "SM0")))]
    await asyncio.to_thread(store.entered.wait, 60)
    asked += [asyncio.create_task(arrivals.accept(said(number, f"SM{number}"))) for number in (1, 2)]
    await asyncio.sleep(0)
    assert not any(each.done() for each in asked), "nobody is answered before it is stored"
    asked[1].cancel()
    store.goes_on.set()
    answers = await asyncio.gather(*asked, return_exceptions=True)
    assert [isinstance(each, Accepted) for each in answers] == [True, False, True]
    assert (store.sizes, stored(assistant)) == ([1, 2], ["SM0", "SM1", "SM2"])
    assert (await arrivals.accept(said(1, "SM1"))).new is False, "and it comes as a repeat"
