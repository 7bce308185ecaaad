"""Messages and receipts that come again, out of order and all at once leave what each of them once would leave.

A few thousand here; `make soak` brings 200,000 messages (DELIVERIES), receipts in all 5,040 orders (ORDERS) and lets
STOP race 2,000 times (STOP_RACES).
"""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import func, select

from services import conversations, inbox, outbox, people, statuses
from services.crypto import Keyring
from services.db import Database
from services.messages import Address, Inbound, Outbound, Receipt
from services.models import AddressRow, Conversation, EarlyReceipt, MessageIn, MessageOut, Person
from tests.conftest import KEYS

DELIVERIES = int(os.environ.get("DELIVERIES", "2000"))
ORDERS = int(os.environ.get("ORDERS", "200"))
STOP_RACES = int(os.environ.get("STOP_RACES", "20"))
SEED = int(os.environ.get("SOAK_SEED", "20261123"))
PEOPLE, AT_ONCE = 200, 4
STATUSES = ("accepted", "queued", "sending", "sent", "undelivered", "failed", "delivered")
ANSWERED = "the provider's own answer"


@pytest.fixture
def quick_db(sqlite_template: Path, tmp_path: Path) -> Iterator[Database]:
    """SQLite that does not wait for the disk: what is counted here has nothing to do with it."""
    path = tmp_path / "quick.db"
    path.write_bytes(sqlite_template.read_bytes())
    database = Database(f"sqlite:///{path}", Keyring.parse(KEYS), throw_away=True)
    yield database
    database.close()


def message(number: int) -> Inbound:
    return Inbound(Address("sms", f"+4477009{number % PEOPLE:05}"), f"SM{number}", text=f"words {number}")


def arriving(chance: random.Random) -> Iterator[int]:
    """Each message one to five times; its repeats among those of some hundred others."""
    late: list[int] = []
    for number in range(DELIVERIES):
        yield number
        late += [number] * chance.randint(0, 4)
        while len(late) > 200:
            yield late.pop(chance.randrange(len(late)))
    chance.shuffle(late)
    yield from late


def test_each_message_one_to_five_times_is_the_state_of_once(quick_db: Database, now: datetime) -> None:
    posts = list(arriving(random.Random(SEED)))
    accepted: dict[int, set[tuple[int, int, int]]] = {}
    new, lock = Counter[int](), threading.Lock()

    def deliver(turn: int) -> None:
        for number in posts[turn::AT_ONCE]:
            answer = inbox.accept(quick_db, message(number), False, now)
            with lock:
                accepted.setdefault(number, set()).add((answer.conversation_id, answer.message_id, answer.seq))
                new[number] += answer.new

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(deliver, range(AT_ONCE)))
    assert set(new.values()) == {1}
    assert {len(places) for places in accepted.values()} == {1}
    is_the_state_of_once(quick_db, {number: next(iter(places)) for number, places in accepted.items()}, len(posts))


def is_the_state_of_once(db: Database, accepted: dict[int, tuple[int, int, int]], posts: int) -> None:
    """Every message once, where it was said to be, its words with it; each person's numbered without a gap."""
    print(f"{DELIVERIES} messages in {posts} deliveries")
    with db.read() as session:
        rows = list(session.scalars(select(MessageIn)))
        kept = {int(row.provider_id[2:]): (row.conversation_id, row.id, row.seq) for row in rows}
        assert len(rows) == DELIVERIES
        assert kept == accepted
        assert all(row.body == message(int(row.provider_id[2:])).text for row in rows)
        for table in (Person, AddressRow, Conversation):
            assert session.scalar(select(func.count()).select_from(table)) == min(PEOPLE, DELIVERIES)
        for conversation in session.scalars(select(Conversation)):
            seqs = sorted(seq for where, _, seq in kept.values() if where == conversation.id)
            assert seqs == list(range(1, conversation.next_seq))


def orders() -> list[tuple[str, ...]]:
    """All orders of the seven, or some of them; the provider's own answer comes anywhere among them."""
    chance = random.Random(SEED)
    every = list(permutations(STATUSES))
    chosen = every if len(every) <= ORDERS else chance.sample(every, ORDERS)
    return [with_answer(order, chance.randint(0, len(order))) for order in chosen]


def with_answer(order: tuple[str, ...], at: int) -> tuple[str, ...]:
    return (*order[:at], ANSWERED, *order[at:])


def test_receipts_in_any_order_leave_what_each_once_leaves(quick_db: Database, now: datetime) -> None:
    conversation = inbox.accept(quick_db, message(0), False, now).conversation_id
    for order in orders():
        receive(quick_db, conversation, order, now)
    with quick_db.read() as session:
        assert session.scalar(select(func.count()).select_from(EarlyReceipt)) == 0
        left = select(MessageOut.status, MessageOut.reason, MessageOut.segments, MessageOut.repeat).distinct()
        assert [tuple(row) for row in session.execute(left)] == [("delivered", None, 2, False)]
        assert session.scalar(select(func.count()).select_from(MessageOut)) == len(orders())


@pytest.mark.parametrize("last", ["undelivered", "failed"])
def test_what_was_not_delivered_stays_so_with_its_reason(quick_db: Database, now: datetime, last: str) -> None:
    conversation = inbox.accept(quick_db, message(0), False, now).conversation_id
    for order in permutations(("accepted", "sent", last, ANSWERED)):
        receive(quick_db, conversation, order, now)
    with quick_db.read() as session:
        left = select(MessageOut.status, MessageOut.reason).distinct()
        assert [tuple(row) for row in session.execute(left)] == [(last, "30003")]


def receive(db: Database, conversation: int, order: tuple[str, ...], now: datetime) -> None:
    """One message whose receipts come in this order, before and after the provider's own answer."""
    with db.write() as session:
        locked = conversations.lock(session, conversation)
        row = session.get_one(MessageOut, outbox.queue(session, locked, "hello", purpose="answer", now=now))
        row.status, name = "sending", f"P{row.id}"
        for status in order:
            if status == ANSWERED:
                row.provider_id, row.segments = name, 2
                statuses.move_forward(row, "sent", None, now)
                session.flush()
                statuses.apply_early(session, row, now)
            else:
                reason = "30003" if status in ("failed", "undelivered") else None
                outbox.status_update(session, "sms", name, status, now, reason)


def test_stop_wins_at_whatever_instant_it_comes(db: Database, now: datetime) -> None:
    """Two deliver while STOP commits: what had not been claimed by then never is."""
    chance = random.Random(SEED)
    for number in range(STOP_RACES):
        conversation = inbox.accept(db, message(number), False, now).conversation_id
        with db.write() as session:
            locked = conversations.lock(session, conversation)
            for text in range(4):
                outbox.queue(session, locked, f"{text}", purpose="answer", now=now)
        before, after = stopped_while_sending(db, conversation, chance.uniform(0, 0.02), now)
        assert before == after, f"{after - before} claimed after STOP"


def stopped_while_sending(db: Database, conversation: int, seconds: float, now: datetime) -> tuple[int, int]:
    """How often this person's messages had been claimed when STOP had committed, and in the end."""
    counted = select(func.sum(MessageOut.attempts)).where(MessageOut.conversation_id == conversation)

    def send(outbound: Outbound) -> Receipt:
        return Receipt(f"P{outbound.id}")

    def stop() -> int:
        threading.Event().wait(seconds)
        with db.write() as session:
            conversations.lock(session, conversation)
            people.stop(session, conversation, now)
        with db.read() as session:
            return session.scalar(counted) or 0

    with ThreadPoolExecutor(3) as pool:
        sending = [pool.submit(outbox.deliver, db, send, 10, now) for _ in range(2)]
        before = pool.submit(stop).result()
        for each in sending:
            each.result()
    outbox.deliver(db, send, 10, now)
    with db.read() as session:
        left = select(MessageOut.status).where(MessageOut.conversation_id == conversation).distinct()
        assert set(session.scalars(left)) <= {"sent", "dropped"}
        return before, session.scalar(counted) or 0
