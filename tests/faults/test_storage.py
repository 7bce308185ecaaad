"""A full disk, a read-only or locked file, a lost connection, a clock set back: the provider is told to come again,
nothing is half stored, /readyz says so, and the product catches up by itself."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from sqlalchemy import event
from sqlalchemy.pool import QueuePool

from services import conversations, delivery
from services.messages import Address
from services.models import MessageIn, MessageOut
from tests.conftest import Postgres
from tests.journeys.product import Product, running
from tests.stand_ins.twilio_api import Fault

pytestmark = pytest.mark.xdist_group("storage")


numbers = (f"+447700903{number:03}" for number in count())
RELEASED = ["PRAGMA query_only=OFF", "PRAGMA max_page_count=4294967294", "PRAGMA busy_timeout=30000"]


@pytest.fixture
def number() -> str:
    return next(numbers)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("home")) as one:
        yield one


@pytest.fixture(scope="module")
def on_postgres(postgres: Postgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    address = postgres.make()
    with running(tmp_path_factory.mktemp("home"), ANYDOOR_DATABASE_URL=address) as one:
        yield one
    postgres.drop(address)


@pytest.fixture
def pragmas(product: Product) -> Iterator[list[str]]:
    """What is said to every connection as it is taken out, from now on."""
    said, engine = list(RELEASED), product.assistant.db.engine

    def take_out(connection: Any, *_: object) -> None:
        for each in said:
            connection.execute(each)

    event.listen(engine, "checkout", take_out)
    yield said
    said[:] = RELEASED
    eventually(lambda: ready(product) == 200)
    event.remove(engine, "checkout", take_out)
    engine.dispose()


def eventually(true: Callable[[], Any], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def ready(product: Product) -> int:
    return product.http.get("/readyz").status_code


def stored(product: Product, number: str) -> list[str]:
    with product.assistant.db.read() as session:
        found = conversations.find(session, Address("sms", number))
        rows = session.query(MessageIn).filter_by(conversation_id=found).order_by(MessageIn.seq)
        return [row.provider_id for row in rows]


def keeps_what_it_acknowledged(
    product: Product, number: str, broken: Callable[[], object], mend: Callable[[], object]
) -> None:
    """A text before, texts while it is broken until one is refused, and the refused one again afterwards."""
    assert product.text(number, "hi", sid="SMa" + number[1:]).status_code == 200
    product.twilio.wait_for(number, 1)
    eventually(lambda: settled(product, number))
    broken()
    try:
        acknowledged, refused = ["SMa" + number[1:]], ""
        for at in range(30):
            sid = f"SM{at}b{number[1:]}"
            status = product.text(number, "x" * 1500, sid=sid).status_code
            if status >= 500:
                refused = sid
                break
            assert status == 200
            acknowledged.append(sid)
        assert refused, "nothing was refused"
        assert stored(product, number) == acknowledged
        assert ready(product) == 503
        assert "degraded" in product.http.get("/readyz").json()["parts"]["database"]
    finally:
        mend()
    assert product.text(number, "x" * 1500, sid=refused).status_code == 200
    assert stored(product, number) == [*acknowledged, refused]
    eventually(lambda: ready(product) == 200)
    eventually(lambda: settled(product, number))


def settled(product: Product, number: str) -> bool:
    """Every text taken, every reply sent."""
    with product.assistant.db.read() as session:
        found = conversations.find(session, Address("sms", number))
        waiting = session.query(MessageIn).filter_by(conversation_id=found, taken_at=None).count()
        rows = session.query(MessageOut).filter_by(conversation_id=found)
        return not waiting and {row.status for row in rows} == {"sent"}


@pytest.mark.parametrize("pragma", ["PRAGMA max_page_count=1", "PRAGMA query_only=ON"], ids=["disk full", "read-only"])
def test_a_database_that_cannot_be_written(product: Product, number: str, pragmas: list[str], pragma: str) -> None:
    def mend() -> None:
        pragmas[:] = RELEASED

    keeps_what_it_acknowledged(product, number, lambda: pragmas.append(pragma), mend)


def test_a_database_that_somebody_else_has_locked(product: Product, number: str, pragmas: list[str]) -> None:
    pragmas.append("PRAGMA busy_timeout=200")
    with closing(sqlite3.connect(str(product.assistant.db.url.database), isolation_level=None, timeout=60)) as other:
        lock, let_go = partial(other.execute, "BEGIN IMMEDIATE"), partial(other.execute, "ROLLBACK")
        keeps_what_it_acknowledged(product, number, lock, let_go)


def test_a_lock_that_is_let_go_in_time_is_waited_for(product: Product, number: str) -> None:
    with (
        closing(sqlite3.connect(str(product.assistant.db.url.database), isolation_level=None, timeout=60)) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        other.execute("BEGIN IMMEDIATE")
        answer = pool.submit(product.text, number, "hi")
        with pytest.raises(TimeoutError):
            answer.result(timeout=0.5)
        other.execute("ROLLBACK")
        assert answer.result(timeout=60).status_code == 200
    product.twilio.wait_for(number, 1)


@pytest.mark.postgres
def test_postgresql_closes_every_connection(on_postgres: Product, number: str, postgres: Postgres) -> None:
    assert on_postgres.text(number, "hi").status_code == 200
    on_postgres.twilio.wait_for(number, 1)
    eventually(lambda: settled(on_postgres, number))  # else its lease is waited for first: a minute
    name = on_postgres.assistant.db.url.database
    for _ in range(3):
        postgres._run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    assert on_postgres.text(number, "1").status_code == 200
    assert "fits best right now" in on_postgres.twilio.wait_for(number, 2)[-1]
    eventually(lambda: ready(on_postgres) == 200)


@pytest.mark.postgres
def test_every_connection_is_in_use(on_postgres: Product, number: str, monkeypatch: pytest.MonkeyPatch) -> None:
    engine, sid = on_postgres.assistant.db.engine, "SMc" + number[1:]
    assert isinstance(engine.pool, QueuePool)
    with ExitStack() as held:
        for _ in range(engine.pool.size() + engine.pool._max_overflow):  # waits for those that the worker gives back
            held.enter_context(engine.connect())
        monkeypatch.setattr(engine.pool, "_timeout", 0.3)
        assert on_postgres.text(number, "hi", sid=sid).status_code >= 500
    monkeypatch.undo()  # who waits for a connection has as long as ever
    assert stored(on_postgres, number) == []
    assert on_postgres.text(number, "hi", sid=sid).status_code == 200
    assert len(on_postgres.twilio.wait_for(number, 1)) == 1


def test_a_clock_set_back_an_hour_keeps_nobody_waiting(
    product: Product, number: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "FIRST_PAUSE", timedelta(milliseconds=50))
    clock = product.assistant.clock
    product.twilio.faults = [Fault(503)]
    product.text(number, "hi")
    eventually(lambda: not product.twilio.faults)
    clock.offset -= timedelta(hours=1)
    try:
        assert product.text(number, "1").status_code == 200
        texts = product.twilio.wait_for(number, 2)
        assert product.text(number, "off sick").status_code == 200
        texts = product.twilio.wait_for(number, 3)
    finally:
        clock.offset += timedelta(hours=1)
    assert "WorkWell" in texts[0]
    assert "fits best right now" in texts[1]
    assert "postcode" in texts[2]
