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
from services.postgres import Line
from services.prepared import by_key

_Found = TypeVar("_Found")
TRIES = 3
WRITES = "anydoor_write"
"""Among an engine's execution options: its transactions begin as writers (SQLite)."""


class LeanSession(Session):
    """A session whose transaction begins with the first statement of any kind; `commit`, `rollback` or `close` ends it."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine, expire_on_commit=False)
        self._engine = engine
        self.dialect = engine.dialect
        self._opened: PoolProxiedConnection | None = None
        self._whole: Connection | None = None
        """SQLAlchemy's connection over it, once there is need of one."""

    def driver(self) -> Any:
        """The driver's connection, in this session's transaction (and after the savepoint that is set, if any)."""
        opened = self._open()
        if self.in_nested_transaction():
            self.connection()
        if opened.dbapi_connection is None:
            raise StorageError("the connection to the database broke within this transaction")
        return opened.dbapi_connection

    def run(self, sql: str, bound: Any, only_reads: bool) -> tuple[list[Any], int]:
        """A prepared statement's rows, and how many it found or changed; `bound` by place, or all by name in their order."""

        def on(driver: Any) -> tuple[list[Any], int]:
            if self.dialect.name != "sqlite":
                begins = not only_reads or WRITES in self._engine.get_execution_options()
                return self._line(driver).run(sql, [list(bound.values())], begins)
            cursor = driver.execute(sql, bound)
            return cursor.fetchall(), cursor.rowcount

        return self._on_driver(on)

    def run_each(self, sql: str, rows: Sequence[Any]) -> None:
        """A prepared statement that answers nothing, once for each of these."""

        def on(driver: Any) -> None:
            if self.dialect.name != "sqlite":
                self._line(driver).run(sql, [list(bound.values()) for bound in rows], begins=True)
            else:
                driver.executemany(sql, rows)

        self._on_driver(on)

    def _on_driver(self, act: Callable[[Any], _Found], tries: int = TRIES) -> _Found:
        """Whoever comes first in a transaction does not suffer from a connection that turns out broken: it takes another."""
        first = self._opened is None
        driver = self.driver()
        try:
            return act(driver)
        except self._driver_errors as wrong:
            told = self.told(wrong)
            if not (first and tries > 1 and getattr(told, "connection_invalidated", False)):
                raise told from wrong
        self._let_go()
        return self._on_driver(act, tries - 1)

    def _line(self, driver: Any) -> Line:
        assert self._opened is not None
        info = self._opened.info  # goes with the driver's connection
        line: Line | None = info.get("anydoor_line")
        if line is None:
            line = info["anydoor_line"] = Line(driver)
        return line

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
        if self.in_transaction():  # else SQLAlchemy had nothing to do
            super().commit()
        if self._opened is not None:  # also where SQLAlchemy was asked for its connection, and then for nothing on it
            try:
                self.driver().commit()
            except self._driver_errors as wrong:
                raise self.told(wrong) from wrong
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
            except self._driver_errors as wrong:
                raise self.told(wrong) from wrong
        return self._opened

    def _let_go(self) -> None:
        """Give the connection back; what was not committed on it is undone."""
        if self._opened is not None:
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
        yield
    except BaseException:
        driver.execute("ROLLBACK TO SAVEPOINT prepared")
        driver.execute("RELEASE SAVEPOINT prepared")
        raise
    driver.execute("RELEASE SAVEPOINT prepared")


def dialect_of(session: Session) -> Dialect:
    """The database's dialect, with which our keys and settings lie; opens nothing."""
    assert session.bind is not None
    return session.bind.dialect


def begin(driver: Any, opened: Engine | Connection) -> None:
    """Begin on the driver's connection, unless that is done; PostgreSQL's begins by itself."""
    if opened.dialect.name == "sqlite" and not driver.in_transaction:
        driver.execute("BEGIN IMMEDIATE" if opened.get_execution_options().get(WRITES) else "BEGIN DEFERRED")
