"""The short way to PostgreSQL: what it holds open, what it notices, and that values pass as they are."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Date,
    LargeBinary,
    String,
    bindparam,
    cast,
    event,
    func,
    insert,
    select,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.types import TypeEngine

from services import postgres
from services.db import Database, Session
from services.models import Conversation, Person
from services.models.base import UtcTime
from services.prepared import Prepared, together
from services.sessions import savepoint
from tests.services.test_outbox import talk

SOURCES = Prepared(select(Conversation.source).where(Conversation.id == bindparam("of")))
RENAME = Prepared(update(Conversation).where(Conversation.id == bindparam("of")).values(source=bindparam("whence")))
LOCK = Prepared(select(Conversation.id).where(Conversation.id == bindparam("of")).with_for_update())
MAKE_ANEW = Prepared(insert(Person), inserted=("id", "created_at"))
MAKE = Prepared(insert(Person).returning(Person.id), inserted=("created_at",))

pytestmark = pytest.mark.postgres


def others(db: Database, column: str = "state") -> list[Any]:
    """What the server says of the connections to this database but the one that asks."""
    with db.engine.connect() as connection:
        asked = f"SELECT {column} FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        return list(connection.scalars(text(f"{asked} AND backend_type = 'client backend'")))


def hang_up(db: Database) -> None:
    """The server ends every connection but the one that asks, as when it is started again."""
    others(db, "pg_terminate_backend(pid)")


def taken(session: Session) -> int:
    """The server's process of a session."""
    pid = session.connection().scalar(select(func.pg_backend_pid()))
    assert isinstance(pid, int)
    return pid


def test_a_read_of_prepared_statements_holds_no_transaction_and_a_write_does(
    postgres_db: Database, now: datetime
) -> None:
    thread = talk(postgres_db, now)
    with postgres_db.read() as session:
        SOURCES.one(session, {"of": thread})
        assert others(postgres_db) == ["idle"]
        RENAME.changed(session, {"of": thread, "whence": "poster"})  # is lost, as whatever a read changes
        assert others(postgres_db) == ["idle in transaction"]
    with postgres_db.write() as session:
        assert SOURCES.scalar(session, {"of": thread}) is None
        assert others(postgres_db) == ["idle in transaction"]
    assert others(postgres_db) == ["idle"]


def test_an_error_leaves_the_connection_usable(postgres_db: Database, now: datetime) -> None:
    thread = talk(postgres_db, now)
    with postgres_db.read() as session:
        first = taken(session)
    for _ in range(2):
        with pytest.raises(DBAPIError), postgres_db.write() as session:
            MAKE.one(session, {"created_at": None})
    with postgres_db.write() as session:
        RENAME.changed(session, {"of": thread, "whence": "poster"})
        assert taken(session) == first
    with postgres_db.read() as session:
        assert SOURCES.scalar(session, {"of": thread}) == "poster"


def test_a_server_that_went_away_fails_nobody(postgres_db: Database, now: datetime) -> None:
    thread = talk(postgres_db, now)
    before = None
    for tried in range(5):
        with postgres_db.write() as one, postgres_db.read() as other:
            RENAME.changed(one, {"of": thread, "whence": f"poster {tried}"})
            assert SOURCES.scalar(other, {"of": thread}) == before
        before = f"poster {tried}"
        hang_up(postgres_db)
    with postgres_db.read() as session:
        assert SOURCES.scalar(session, {"of": thread}) == "poster 4"


def test_one_that_goes_away_within_a_transaction_loses_it_whole(postgres_db: Database, now: datetime) -> None:
    thread = talk(postgres_db, now)

    def broken() -> None:
        with postgres_db.write() as session:
            RENAME.changed(session, {"of": thread, "whence": "poster"})
            hang_up(postgres_db)
            SOURCES.one(session, {"of": thread})

    with pytest.raises(DBAPIError) as told:
        broken()
    assert told.value.connection_invalidated
    with postgres_db.read() as session:
        assert SOURCES.scalar(session, {"of": thread}) is None


def test_one_that_lay_idle_is_asked_before_it_is_used(
    postgres_db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    thread = talk(postgres_db, now)
    said: list[str] = []
    monkeypatch.setattr(postgres, "_ask", lambda connection: said.append("ask"))
    for seconds, expected in ((3600.0, []), (0.0, ["ask"])):
        monkeypatch.setattr(postgres, "IDLE_SECONDS", seconds)
        with postgres_db.read() as session:
            SOURCES.one(session, {"of": thread})
        assert said == expected


def test_a_statement_whose_answer_has_changed_its_type_is_prepared_anew(postgres_db: Database, now: datetime) -> None:
    thread = talk(postgres_db, now)
    with postgres_db.write() as session:
        RENAME.changed(session, {"of": thread, "whence": "poster"})
        SOURCES.one(session, {"of": thread})
    with postgres_db.engine.begin() as connection:
        connection.execute(text("ALTER TABLE conversations ALTER COLUMN source TYPE text"))
    with postgres_db.read() as session:
        assert SOURCES.scalar(session, {"of": thread}) == "poster"


def test_psycopg_never_forgets_what_is_prepared(postgres_db: Database, now: datetime) -> None:
    thread = talk(postgres_db, now)
    for _ in range(12):
        with postgres_db.read() as session:
            SOURCES.one(session, {"of": thread})
            session.get_one(Conversation, thread)
    with postgres_db.read() as session:
        SOURCES.one(session, {"of": thread})
        assert session.scalar(text("SELECT count(*) FROM pg_prepared_statements"))


def test_a_connection_that_is_new_is_used_at_once(postgres_db: Database, now: datetime) -> None:
    made: list[object] = []
    event.listen(postgres_db.engine, "connect", lambda driver, _: made.append(driver))
    postgres_db.engine.dispose()
    with postgres_db.write() as session:
        assert MAKE.one(session, {"created_at": now}).id
    assert len(made) == 1


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many statements each journey to the server took along, COMMIT counted."""
    journeys: list[int] = []
    real = postgres.Line._exchange

    def exchange(line: postgres.Line, runs: Any, begins: bool) -> Any:
        journeys.append(len(runs))
        return real(line, runs, begins)

    monkeypatch.setattr(postgres.Line, "_exchange", exchange)
    return journeys


def test_writes_whose_answer_nobody_reads_travel_with_what_comes_next(
    postgres_db: Database, now: datetime, sent: list[int]
) -> None:
    thread = talk(postgres_db, now)
    sent.clear()
    with postgres_db.write() as session:
        LOCK.one(session, {"of": thread})
        RENAME.do(session, {"of": thread, "whence": "poster"})
        RENAME.do(session, {"of": thread, "whence": "leaflet"})
        assert SOURCES.scalar(session, {"of": thread}) == "leaflet", "in their order, and before what is asked"
        RENAME.do(session, {"of": thread, "whence": "card"})
    assert sent == [1, 3, 2]
    with postgres_db.read() as session:
        assert SOURCES.scalar(session, {"of": thread}) == "card"


def test_sqlalchemys_own_statements_come_after_what_was_kept_back(postgres_db: Database, now: datetime) -> None:
    thread = talk(postgres_db, now)
    with postgres_db.write() as session:
        row = session.get_one(Conversation, thread)
        RENAME.do(session, {"of": thread, "whence": "poster"})
        assert session.scalar(select(Conversation.source).where(Conversation.id == thread)) == "poster"
        RENAME.do(session, {"of": thread, "whence": "leaflet"})
        row.outcome = "booked"
    with postgres_db.read() as session:
        seen = session.get_one(Conversation, thread)
        assert (seen.source, seen.outcome) == ("leaflet", "booked")


def test_what_is_wrong_with_a_write_kept_back_undoes_the_whole_transaction(
    postgres_db: Database, now: datetime
) -> None:
    thread = talk(postgres_db, now)

    def fails(asks: bool) -> None:
        with postgres_db.write() as session:
            RENAME.changed(session, {"of": thread, "whence": "poster"})
            MAKE_ANEW.do(session, {"id": 1, "created_at": None})
            if asks:
                SOURCES.scalar(session, {"of": thread})

    for asks in (True, False):
        with pytest.raises(IntegrityError):
            fails(asks)
        with postgres_db.write() as session:
            assert SOURCES.scalar(session, {"of": thread}) is None


def test_a_transaction_that_failed_is_never_taken_for_committed(postgres_db: Database, now: datetime) -> None:
    thread = talk(postgres_db, now)

    def goes_on() -> None:
        with postgres_db.write() as session:
            RENAME.changed(session, {"of": thread, "whence": "poster"})
            with suppress(DBAPIError):
                MAKE.one(session, {"created_at": None})

    with pytest.raises(DBAPIError):
        goes_on()
    with postgres_db.read() as session:
        assert SOURCES.scalar(session, {"of": thread}) is None


def test_what_is_kept_back_goes_with_its_transaction(postgres_db: Database, now: datetime) -> None:
    thread = talk(postgres_db, now)
    with postgres_db.read() as session:
        RENAME.do(session, {"of": thread, "whence": "poster"})
        RENAME.do(session, {"of": thread, "whence": "leaflet"})
    for _ in range(3):
        with suppress(KeyError), postgres_db.write() as session:
            LOCK.one(session, {"of": thread})
            RENAME.do(session, {"of": thread, "whence": "card"})
            raise KeyError("something else went wrong")
    with postgres_db.write() as session:
        assert SOURCES.scalar(session, {"of": thread}) is None


def test_within_a_savepoint_nothing_is_kept_back(postgres_db: Database, now: datetime) -> None:
    thread = talk(postgres_db, now)
    with postgres_db.write() as session:
        RENAME.do(session, {"of": thread, "whence": "poster"})
        for ours in (True, False):
            with suppress(IntegrityError), savepoint(session) if ours else session.begin_nested():
                RENAME.do(session, {"of": thread, "whence": "leaflet"})
                MAKE_ANEW.do(session, {"id": 1, "created_at": None})
                raise AssertionError("it was not told of at once")
        RENAME.do(session, {"of": thread, "whence": "card"})
    with postgres_db.read() as session:
        assert SOURCES.scalar(session, {"of": thread}) == "card"


def test_several_are_asked_in_one_journey(postgres_db: Database, now: datetime, sent: list[int]) -> None:
    thread = talk(postgres_db, now)
    sent.clear()
    of = {"of": thread}
    with postgres_db.write() as session:
        answers = together(session, (LOCK, of), (RENAME, {**of, "whence": "poster"}), (SOURCES, of), (SOURCES, of))
    assert answers == [([(thread,)], 1), ([], 1), ([("poster",)], 1), ([("poster",)], 1)]
    assert sent == [4, 1]


BEGINS, ENDS = datetime(1970, 1, 1), datetime(2100, 1, 1)  # noqa: DTZ001  hypothesis adds the zone
WORDS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]))
KINDS: list[tuple[TypeEngine[Any], st.SearchStrategy[Any]]] = [
    (String(), WORDS),
    (LargeBinary(), st.binary()),
    (BigInteger(), st.integers(-(2**63), 2**63 - 1)),
    (Boolean(), st.booleans()),
    (Date(), st.dates(date(1900, 1, 1), date(2100, 1, 1))),
    (JSON(), st.recursive(st.booleans() | st.integers() | WORDS, st.lists)),
    (UtcTime(), st.datetimes(BEGINS, ENDS, timezones=st.just(UTC) | st.just(ZoneInfo("Europe/London")))),
]  # fmt: skip
ECHOES = [Prepared(select(cast(bindparam("value", type_=kind), kind))) for kind, _ in KINDS]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=120)
@given(st.integers(0, len(KINDS) - 1).flatmap(lambda place: st.tuples(st.just(place), KINDS[place][1] | st.none())))
@example((0, "\\x00 %(value)s 100% $1 '"))
@example((1, b"\0\xff\\"))
def test_a_value_comes_back_as_it_was(postgres_db: Database, given_: tuple[int, Any]) -> None:
    place, value = given_
    with postgres_db.read() as session:
        assert ECHOES[place].scalar(session, {"value": value}) == value


def test_a_nul_is_refused_and_nothing_cut_off(postgres_db: Database) -> None:
    with pytest.raises(DBAPIError), postgres_db.read() as session:
        ECHOES[0].scalar(session, {"value": "a\0b"})


def test_who_waits_for_a_row_lets_the_thread_that_has_it_go_on(postgres_db: Database, now: datetime) -> None:
    """Were the interpreter held meanwhile, the thread that waits would hold up the one it waits for."""
    conversation = talk(postgres_db, now)

    def lock() -> None:
        with postgres_db.write() as session:
            session.execute(text("SET LOCAL lock_timeout = '10s'"))
            LOCK.one(session, {"of": conversation})

    with ThreadPoolExecutor(1) as pool:
        with postgres_db.write() as session:
            LOCK.one(session, {"of": conversation})
            other = pool.submit(lock)
            while "Lock" not in others(postgres_db, "wait_event_type"):
                assert not other.done(), "it ran out of time while nobody else could go on"
        other.result()
