"""Invariants 14, 16 and 23, and the migrations."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import func, inspect, select, text

from services import inbox, migrate, migrated
from services.crypto import Keyring
from services.db import Database
from services.errors import StorageError
from services.messages import Address, Inbound
from services.models import Base, Person


def tables(db: Database) -> set[str]:
    with db.engine.connect() as connection:
        return set(inspect(connection).get_table_names())


def test_migrations_add_up_to_the_models(db: Database) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []
        assert migrate.version(connection) == "0024"


def test_the_newest_migration_is_told_by_its_file_name(db: Database) -> None:
    assert migrated.newest() == migrate.head() == migrated.stands_at(db.engine)


def test_an_empty_database_stands_nowhere_and_is_migrated(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'empty.db'}", Keyring.parse("t1:test-key-not-secret"))
    assert migrated.stands_at(db.engine) is None
    db.migrate()
    assert migrated.stands_at(db.engine) == migrated.newest()
    db.close()


def test_migrations_go_back_and_forward_with_data(db: Database, now: datetime) -> None:
    inbox.accept(db, Inbound(Address("sms", "+447700900123"), "SM1", "hi"), False, now)
    db.migrate("0001")
    assert "teams" not in tables(db)
    with db.read() as session:
        assert session.execute(text("SELECT count(*) FROM messages_in")).scalar() == 1
    db.migrate()
    assert set(Base.metadata.tables) <= tables(db)
    db.migrate("base")
    assert tables(db) <= {"alembic_version"}
    db.migrate()
    assert set(Base.metadata.tables) <= tables(db)


def test_migrating_twice_changes_nothing(sqlite_db: Database) -> None:
    sqlite_db.migrate()
    sqlite_db.migrate("0024")
    assert set(Base.metadata.tables) <= tables(sqlite_db)


def test_invariant_16_wal_and_full_on_every_connection(sqlite_db: Database) -> None:
    def modes(_: int) -> tuple[str, int, int, int]:
        with sqlite_db.read() as session:
            ask = [
                session.execute(text(f"PRAGMA {name}")).scalar_one()
                for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            ]
            barrier.wait()
        return ask[0], ask[1], ask[2], ask[3]

    barrier = threading.Barrier(4)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(modes, range(4))) == {("wal", 2, 1, 30_000)}


def test_invariant_16_a_database_that_cannot_do_wal_is_refused() -> None:
    with pytest.raises(StorageError, match="not WAL and FULL"), Database("sqlite://", _keys()).read() as session:
        session.execute(text("SELECT 1"))


def test_invariant_16_writes_begin_immediate_and_reads_deferred(sqlite_db: Database) -> None:
    said: list[str] = []

    def listen(connection: sqlite3.Connection, *_: object) -> None:
        connection.set_trace_callback(said.append)

    with sqlite_db.engine.connect() as connection:
        raw = connection.connection.dbapi_connection
        assert isinstance(raw, sqlite3.Connection)
        listen(raw)
    with sqlite_db.write() as session:
        session.execute(text("SELECT 1"))
    with sqlite_db.read() as session:
        session.execute(text("SELECT 2"))
    begun = [line for line in said if line.startswith("BEGIN")]
    assert begun == ["BEGIN IMMEDIATE", "BEGIN DEFERRED"]


def test_invariant_16_a_second_worker_process_is_refused(sqlite_db: Database) -> None:
    sqlite_db.claim_process()
    sqlite_db.claim_process()
    code = (
        "from services.db import Database; from services.crypto import Keyring; "
        f"Database({str(sqlite_db.url)!r}, Keyring.parse('t1:0123456789abcdef')).claim_process()"
    )
    second = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "use PostgreSQL for more" in second.stderr
    sqlite_db.close()
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.postgres
def test_invariant_16_a_throw_away_database_does_not_wait_for_the_disk_and_serves_nobody(tmp_path: Path) -> None:
    db = Database(f"sqlite:///{tmp_path / 'gone.db'}", Keyring.parse("t1:test-key-not-secret"), throw_away=True)
    with db.write() as session:
        assert session.execute(text("PRAGMA synchronous")).scalar_one() == 0
    with pytest.raises(StorageError, match="serves nobody"):
        db.claim_process()
    db.close()


def test_invariant_16_postgresql_takes_any_number_of_workers(postgres_db: Database, now: datetime) -> None:
    other = Database(postgres_db.url.render_as_string(hide_password=False), postgres_db.keys)
    postgres_db.claim_process()
    other.claim_process()
    for each in (postgres_db, other):
        with each.write() as session:
            session.add(Person(created_at=now, voicemail_ok=False))
    with other.read() as session:
        assert session.scalar(select(func.count()).select_from(Person)) == 2
    other.close()


def test_invariant_16_fifty_writers_lose_nothing(db: Database, now: datetime) -> None:
    with db.write() as session:
        session.add(Person(created_at=now, voicemail_ok=False))

    def add(_: int) -> None:
        with db.write() as session:
            row = session.get_one(Person, 1, with_for_update=True)
            row.retention = str(int(row.retention) + 1) if row.retention.isdecimal() else "1"

    with ThreadPoolExecutor(25) as pool:
        list(pool.map(add, range(50)))
    with db.read() as session:
        assert session.get_one(Person, 1).retention == "50"


def test_a_write_inside_a_write_is_refused(db: Database) -> None:
    with db.write(), pytest.raises(StorageError), db.write():
        pass
    with db.write():
        pass  # and the refusal leaves nothing locked


def test_a_read_changes_nothing(db: Database, now: datetime) -> None:
    with db.read() as session:
        session.add(Person(created_at=now))
        session.flush()
    with db.read() as session:
        assert session.query(Person).count() == 0


def test_a_time_without_a_zone_is_refused(db: Database) -> None:
    def naive() -> None:
        with db.write() as session:
            session.add(Person(created_at=datetime(2026, 1, 1)))  # noqa: DTZ001  the point of the test

    with pytest.raises(Exception, match="without a zone"):
        naive()


def _keys() -> Keyring:
    return Keyring.parse("t1:0123456789abcdef")


WRITER = """
import sys
from services.crypto import Keyring
from services.db import Database
db = Database(sys.argv[1], Keyring.parse("t1:test-key-not-secret"))
with db.write():
    print("writing", flush=True)
    sys.stdin.read()
"""


@pytest.mark.parametrize("dies", [False, True])
def test_writers_of_two_processes_queue_and_one_that_dies_lets_go(sqlite_db: Database, dies: bool) -> None:
    url = sqlite_db.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", WRITER, url]
    ours = threading.Event()

    def write() -> None:
        with sqlite_db.write():
            ours.set()

    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"writing\n"
        waiting = threading.Thread(target=write)
        waiting.start()
        assert not ours.wait(0.3)
        if dies:
            other.kill()
        else:
            other.communicate()
        assert ours.wait(60)
        waiting.join()
