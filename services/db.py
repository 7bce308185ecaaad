"""The database: one model on SQLite and on PostgreSQL.

SQLite: writes BEGIN IMMEDIATE one after the other (in all processes) and are on disk before `write` is left, reads BEGIN
DEFERRED, WAL, `synchronous=FULL` asserted for all else; a second worker process is refused. PostgreSQL: row locks, any
number of processes.
"""

from __future__ import annotations

import fcntl
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Connection, Engine, QueuePool, create_engine, event, func, make_url, select
from sqlalchemy.orm import Session

from services import crypto, migrated, postgres, sessions
from services.disk import DiskWait
from services.errors import StorageError
from services.sessions import WAITS_LATER, WRITES, LeanSession
from services.settings import Settings

__all__ = ["Database", "Session"]

_BUSY_SECONDS = 30
_FULL = 2
_SETTING_UP = 4_155_001
"""Our number among the locks of a PostgreSQL database."""


class Database:
    """Opens sessions for reading and for writing; one per process.

    `throw_away`: for the conversation tests only, whose file is deleted at the end: SQLite does not wait for the
    disk. Such a database refuses to serve (`claim_process`).
    """

    def __init__(self, url: str, keys: crypto.Keyring, *, throw_away: bool = False) -> None:
        self.url = make_url(url)
        self.keys = keys
        self.on_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite(url) if self.on_sqlite else postgres.engine_of(url)
        self.throw_away = throw_away and self.on_sqlite
        if self.throw_away:
            event.listen(self.engine, "connect", _no_waiting)
        crypto.attach(self.engine, keys)
        waits = self.on_sqlite and not self.throw_away
        self._disk = DiskWait(str(self.url.database)) if waits else None
        self._writer = self.engine.execution_options(**{WRITES: True, WAITS_LATER: waits})
        self._write_lock = threading.Lock()
        self._mine = threading.local()
        self._claimed: IO[str] | None = None
        self._queue_file, self._queue_of = -1, 0
        self._leave_queue: Callable[[], object] = lambda: None

    @classmethod
    def of(cls, settings: Settings, *, throw_away: bool = False) -> Database:
        """The database that the settings name, with the keys they name; makes the home folder."""
        settings.home.mkdir(parents=True, exist_ok=True)
        made = cls(settings.database_url, crypto.keyring(settings), throw_away=throw_away)
        made.engine.dialect.anydoor_sms_a_day = settings.sms_a_day  # type: ignore[attr-defined]  # see services/spending.py
        return made

    @contextmanager
    def write(self) -> Iterator[Session]:
        """One transaction that commits at the end, durably, or on any exception leaves nothing.

        StorageError at the end: it may be lost if the machine loses power now.
        """
        if self._disk:
            self._disk.check()
        with self._alone(), LeanSession(self._writer) as session:
            yield session
            session.commit()
        if self._disk and session.wrote:
            self._disk.wait()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One session for reading: whatever is changed in it is lost, what was loaded stays usable."""
        with LeanSession(self.engine) as session:
            yield session

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """A write inside a write would wait for itself, so it is refused; SQLite's writers queue here."""
        if getattr(self._mine, "writing", False):
            raise StorageError("a write is already open in this thread")
        turn = self._in_turn() if self.on_sqlite else nullcontext()
        with turn:
            self._mine.writing = True
            try:
                yield
            finally:
                self._mine.writing = False

    @contextmanager
    def _in_turn(self) -> Iterator[None]:
        """One writer of a SQLite file at a time, first come first served, among the threads here and other processes.

        SQLite alone would let who waits sleep, longer each time, and look again. A process that dies lets go.
        """
        with self._write_lock:
            queue = self._queue()
            fcntl.flock(queue, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(queue, fcntl.LOCK_UN)

    def _queue(self) -> int:
        """The file that writers queue at; a process forked from one that had it open opens its own."""
        if self._queue_of != os.getpid():
            place = f"{self.url.database}.writer"
            self._queue_file, self._queue_of = os.open(place, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), os.getpid()
            self._leave_queue = weakref.finalize(self, os.close, self._queue_file)
        return self._queue_file

    def migrate(self, target: str = "head") -> None:
        """Bring the tables to a revision, forward or back ("base" = none)."""
        if target == "head" and migrated.stands_at(self.engine) == migrated.newest():
            return
        from services import migrate  # alembic costs 7 MB and half a second that most starts do not need

        migrate.run(self.engine, target)

    @contextmanager
    def setting_up(self) -> Iterator[None]:
        """One process at a time brings tables and first contents in: on PostgreSQL another one waits here for it."""
        if self.on_sqlite:  # one process alone serves such a file
            yield
            return
        with self.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.detach()  # from a pool that migrations do away with
            connection.execute(select(func.pg_advisory_lock(_SETTING_UP)))
            try:
                yield
            finally:
                connection.execute(select(func.pg_advisory_unlock(_SETTING_UP)))

    def claim_process(self) -> None:
        """Refuse a second worker process on SQLite (invariant 16); PostgreSQL takes any number."""
        if self.throw_away:
            raise StorageError("a throw-away database may lose what it took, so it serves nobody")
        if not self.on_sqlite or self._claimed:
            return
        file = Path(f"{self.url.database}.worker").open("a")  # noqa: SIM115  held for the life of the process
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as taken:
            file.close()
            raise StorageError(
                f"Another process already serves {self.url.database}. Stop it first, or use PostgreSQL for more."
            ) from taken
        self._claimed = file

    def close(self) -> None:
        """Let go of every connection, of the worker's claim and of the place where writers queue."""
        self.engine.dispose()
        if self._disk:
            self._disk.close()
        self._leave_queue()
        self._queue_of = 0
        if self._claimed:
            self._claimed.close()
            self._claimed = None


def _sqlite(url: str) -> Engine:
    waits = {"timeout": _BUSY_SECONDS}
    engine = create_engine(url, connect_args=waits, poolclass=QueuePool, pool_size=10, max_overflow=60)
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: Any, _record: object) -> None:
    """Set every new SQLite connection up, and refuse one that does not do what was asked."""
    connection.isolation_level = None  # BEGIN is ours to say
    mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    full = connection.execute("PRAGMA synchronous").fetchone()[0]
    if mode != "wal" or full != _FULL:
        raise StorageError(f"SQLite runs with journal {mode} and synchronous {full}, not WAL and FULL")


def _no_waiting(connection: Any, _record: object) -> None:
    """For throw-away files: after `_prepare`, commits return before the disk has them."""
    connection.execute("PRAGMA synchronous=OFF")


def _begin(connection: Connection) -> None:
    sessions.begin(connection.connection.dbapi_connection, connection)
