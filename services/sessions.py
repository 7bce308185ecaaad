"""Sessions that take no more of SQLAlchemy than they use.

Most transactions are a few prepared statements (services/prepared.py): those run on the driver's own connection. The
first thing that is more (a row loaded or flushed) finds SQLAlchemy's connection made over it, in the same transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Dialect, Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from services.errors import StorageError
from services.postgres import line_of
from services.prepared import Asked, by_key

_Found = TypeVar("_Found")
TRIES = 3
WRITES = "anydoor_write"
"""Among an engine's execution options: its transactions begin as writers (SQLite)."""
WAITS_LATER = "anydoor_waits_later"
"""The same: whoever opens such a session waits for the disk after its commit (SQLite, services/disk.py)."""


class LeanSession(Session):
    """A session whose transaction begins with the first statement of any kind; `commit`, `rollback` or `close` ends it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, expire_on_commit=False)
        self._engine = engine
        self.dialect = engine.dialect
        self._on_sqlite = engine.dialect.name == "sqlite"
        self._opened: PoolProxiedConnection | None = None
        self._whole: Connection | None = None
        """SQLAlchemy's connection over it, once there is need of one."""
        self._changes = 0
        """Of the driver's connection, when it was taken (SQLite)."""
        self.wrote = False
        """Whether the commit changed rows (SQLite)."""
        self.keeps_back = True
        """Whether writes may travel later; not where something undoes a part of the transaction if they fail."""

    def driver(self) -> Any:
        """The driver's connection, in this session's transaction (and after the savepoint that is set, if any).

        Nothing is kept back any more.
        """
        self.settle()
        return self._driver()

    def settle(self) -> None:
        """Send what was kept back; what is wrong with it is told here."""
        if not self._on_sqlite:
            self._on_driver(lambda driver: line_of(driver).settle())

    def _driver(self) -> Any:
        opened = self._open()
        if self.in_nested_transaction():
            self.connection()
        if opened.dbapi_connection is None:
            raise StorageError("the connection to the database broke within this transaction")
        return opened.dbapi_connection

    def run(self, asked: Sequence[Asked]) -> list[tuple[list[Any], int]]:
        """Prepared statements, in this order: the rows of each, and how many it found or changed. On PostgreSQL one journey."""

        def on(driver: Any) -> list[tuple[list[Any], int]]:
            if not self._on_sqlite:
                begins = WRITES in self._engine.get_execution_options() or not all(one.only_reads for one in asked)
                return line_of(driver).run([(one.sql, list(one.bound.values())) for one in asked], begins)
            return [
                (cursor.fetchall(), cursor.rowcount) for cursor in (driver.execute(one.sql, one.bound) for one in asked)
            ]

        return self._on_driver(on)

    def run_each(self, sql: str, rows: Sequence[Any]) -> None:
        """A prepared statement whose answer nobody reads, once for each of these; PostgreSQL may hear of it later."""

        def on(driver: Any) -> None:
            if self._on_sqlite:
                driver.executemany(sql, rows)
                return
            line_of(driver).keep(sql, [list(bound.values()) for bound in rows])
            if not self.keeps_back or self.in_nested_transaction():
                line_of(driver).settle()

        self._on_driver(on)

    def _on_driver(self, act: Callable[[Any], _Found], tries: int = TRIES) -> _Found:
        """Whoever comes first in a transaction does not suffer from a connection that turns out broken: it takes another."""
        first = self._opened is None
        driver = self._driver()
        try:
            return act(driver)
        except self._driver_errors as wrong:
            told = self.told(wrong)
            if not (first and tries > 1 and getattr(told, "connection_invalidated", False)):
                raise told from wrong
        self._let_go()
        return self._on_driver(act, tries - 1)

    def get_bind(self, *args: Any, **kwargs: Any) -> Connection:
        """What SQLAlchemy runs its own statements on."""
        if self._whole is None:
            self._whole = Connection(self._engine, self._open())
        return self._whole

    def get(self, entity: Any, ident: Any, **how: Any) -> Any:
        """As ever. A plain look for one key, of which a turn makes many, costs a tenth of it (services/prepared.py)."""
        if any(how.values()) or isinstance(ident, tuple | dict):
            return super().get(entity, ident, **how)
        return by_key(self, entity, ident)

    def commit(self) -> None:
        whole = self.in_transaction()  # else SQLAlchemy has nothing to do
        if whole:
            self.flush()
        if self._opened is not None:  # also where SQLAlchemy was asked for its connection, and then for nothing on it
            driver = self._driver()
            self.wrote = self._on_sqlite and driver.total_changes != self._changes
            try:
                driver.commit() if self._on_sqlite else line_of(driver).commit()
            except self._driver_errors as wrong:
                raise self.told(wrong) from wrong
        if whole:
            super().commit()
        self._let_go()

    def rollback(self) -> None:
        super().rollback()
        self._let_go()

    def close(self) -> None:
        if self.in_transaction() or self.identity_map or self.new:  # else SQLAlchemy had nothing to do
            super().close()
        self._let_go()

    def told(self, wrong: Exception) -> BaseException:
        """A driver's error as SQLAlchemy's, without the values; a connection that broke is let go of."""
        opened = self._opened.dbapi_connection if self._opened is not None else None
        broken = bool(self.dialect.is_disconnect(wrong, opened, None))  # type: ignore[arg-type]
        if broken and self._opened is not None:
            self._opened.invalidate(wrong)
        told: BaseException = DBAPIError.instance(
            None, None, wrong, self._driver_errors, True, broken, dialect=self.dialect
        )
        return told

    def _open(self) -> PoolProxiedConnection:
        if self._opened is None:
            try:
                opened = self._opened = self._engine.raw_connection()
                begin(opened.dbapi_connection, self._engine)
                self._changes = opened.dbapi_connection.total_changes if self._on_sqlite else 0  # type: ignore[union-attr]
            except self._driver_errors as wrong:
                raise self.told(wrong) from wrong
        return self._opened

    def _let_go(self) -> None:
        """Give the connection back; what was not committed on it is undone."""
        if self._opened is not None:
            _wait_at_commit_again(self._opened.dbapi_connection, self._engine)
            self._opened.close()
        self._opened = self._whole = None

    @property
    def _driver_errors(self) -> type[Exception]:
        errors: type[Exception] = self.dialect.loaded_dbapi.Error
        return errors


@contextmanager
def savepoint(session: Session) -> Iterator[None]:
    """What prepared statements do within is undone where it fails, and nothing else; rows of the ORM are written before."""
    session.flush()
    lean = cast(LeanSession, session)
    driver = lean.driver()
    driver.execute("SAVEPOINT prepared")
    try:
        lean.keeps_back = False
        yield
    except BaseException:
        driver.execute("ROLLBACK TO SAVEPOINT prepared")
        driver.execute("RELEASE SAVEPOINT prepared")
        raise
    finally:
        lean.keeps_back = True
    driver.execute("RELEASE SAVEPOINT prepared")


def dialect_of(session: Session) -> Dialect:
    """The database's dialect, with which our keys and settings lie; opens nothing."""
    assert session.bind is not None
    return session.bind.dialect


def begin(driver: Any, opened: Engine | Connection) -> None:
    """Begin on the driver's connection, unless that is done; PostgreSQL's begins by itself."""
    if opened.dialect.name == "sqlite" and not driver.in_transaction:
        how = opened.get_execution_options()
        if how.get(WAITS_LATER):
            driver.execute("PRAGMA synchronous=NORMAL")
        driver.execute("BEGIN IMMEDIATE" if how.get(WRITES) else "BEGIN DEFERRED")


def _wait_at_commit_again(driver: Any, engine: Engine) -> None:
    """Undo what `begin` asked for, before others get the connection."""
    if driver is not None and engine.get_execution_options().get(WAITS_LATER):
        driver.rollback()
        driver.execute("PRAGMA synchronous=FULL")
