"""PostgreSQL's own protocol for the hot path: as few journeys to the server as can be, and the plans kept there.

Prepared statements (services/prepared.py) go past psycopg's cursors, which cost four times what the driver below them
does, and travel together with the BEGIN that they need. Values and rows are converted by psycopg's own adapters.
"""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from typing import Any, TypeAlias

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

IDLE_SECONDS = 5.0
_DONE = {ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK}
_COMMIT = "COMMIT"
_Run: TypeAlias = tuple[str, Sequence[Any]]
"""A statement and its values as the server takes them."""
_STALE_PLAN = {"0A000", "26000"}
"""A prepared statement whose answer would look different by now (a migration), or that the server does not know."""


def engine_of(url: str) -> Engine:
    """The engine; psycopg prepares nothing by itself, for it would forget all that is prepared with every rollback."""
    engine = create_engine(
        url, pool_size=10, max_overflow=20, pool_use_lifo=True, connect_args={"prepare_threshold": None}
    )
    event.listen(engine, "checkin", _lay_down)
    event.listen(engine, "checkout", _take_up)
    event.listen(engine, "before_cursor_execute", _settle)
    return engine


class Line:
    """A connection's way to the server, for statements that are run again and again.

    Within a transaction, writes whose answer nobody reads may be kept back (`keep`): they travel, in their order, with
    the next statement or with COMMIT. What is wrong with one is told then, and the transaction is undone whole.
    """

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection, self._wire = connection, connection.pgconn
        self._adapt, self._poll = Transformer(connection), select.poll()
        self._names: dict[str, bytes] = {}
        """What the server has prepared on this connection."""
        self._kept: list[_Run] = []

    def run(self, asked: Sequence[tuple[str, Sequence[Any]]], begins: bool) -> list[tuple[list[Any], int]]:
        """Statements with $1, $2 and so on, and their values, in one journey: the rows of each, and how many it found or changed.

        `begins`: in a transaction, which is begun if none is open.
        """
        answers = self._exchange([*self._kept, *[(sql, self._dumped(values)) for sql, values in asked]], begins)
        return [self._rows(answer) for answer in answers[-len(asked) :]]

    def keep(self, sql: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run a statement once for each of these, later; at once where no transaction is open to be undone with it."""
        given = [(sql, self._dumped(values)) for values in rows]
        if self._wire.transaction_status == TransactionStatus.INTRANS:
            self._kept += given
        else:
            self._exchange(given, begins=True)

    def settle(self) -> None:
        """Send what was kept back, before something goes another way."""
        if self._kept:
            self._exchange(self._kept, begins=False)

    def forget(self) -> None:
        """What was kept back is undone with its transaction."""
        self._kept = []

    def commit(self) -> None:
        """Commit, together with what was kept back."""
        status = self._wire.transaction_status
        if status == TransactionStatus.INTRANS:
            self._exchange([*self._kept, (_COMMIT, [])], begins=False)
        elif status != TransactionStatus.IDLE:
            raise psycopg.errors.InFailedSqlTransaction("the transaction had failed before it was to be committed")

    def _dumped(self, values: Sequence[Any]) -> Sequence[Any]:
        return self._adapt.dump_sequence(values, [PyFormat.TEXT] * len(values))

    def _exchange(self, runs: Sequence[_Run], begins: bool) -> list[Any]:
        """Send these together; the answer to each. The first that went wrong is raised; nothing after it was run."""
        self._kept = []
        begins = begins and self._wire.transaction_status == TransactionStatus.IDLE
        self._wire.enter_pipeline_mode()
        if begins:
            self._wire.send_query_params(b"BEGIN", None)
        new: dict[str, bytes] = {}
        told: list[str | None] = [None] * begins
        """Of each answer to come: the statement that it says is prepared, if any."""
        for sql, values in runs:
            name = self._names.get(sql) or new.get(sql)
            if name is None:
                name = new[sql] = b"anydoor_%d" % (len(self._names) + len(new))
                self._wire.send_prepare(name, sql.encode())
                told.append(sql)
            self._wire.send_query_prepared(name, values, None, Format.BINARY)
            told.append(None)
        self._wire.pipeline_sync()
        answers = [(self._answer(), sql) for sql in told]
        self._end()
        self._names.update((sql, new[sql]) for answer, sql in answers if sql and answer.status == ExecStatus.COMMAND_OK)
        for answer, _ in answers:
            self._check(answer)
        return [answer for answer, sql in answers[begins:] if sql is None]

    def _answer(self) -> Any:
        """The answer to one command, and the end of it."""
        answer = self._next()
        if answer is None or self._wire.status == ConnStatus.BAD:
            self._broken()
        self._next()
        return answer

    def _next(self) -> Any:
        """What the server says next, waited for while other threads go on.

        The driver's own wait holds the interpreter: a thread that waits for a row's lock would keep the one that has
        it from ever giving it back.
        """
        try:
            while (unsent := self._wire.flush()) or self._wire.is_busy():
                self._poll.register(self._wire.socket, select.POLLIN | (select.POLLOUT if unsent else 0))
                self._poll.poll()
                self._wire.consume_input()
        except psycopg.OperationalError:
            self._broken()
        return self._wire.get_result()

    def _end(self) -> None:
        """Past the mark that ends what was sent together."""
        if self._next() is None or self._wire.status == ConnStatus.BAD:
            self._broken()
        self._wire.exit_pipeline_mode()

    def _broken(self) -> None:
        told = self._wire.get_error_message()
        self._connection.close()
        raise psycopg.OperationalError(told)

    def _check(self, answer: Any) -> None:
        if answer.status in _DONE:
            return
        wrong = error_from_result(answer, self._connection.info.encoding)
        if wrong.sqlstate in _STALE_PLAN:
            self._connection.close()  # the next one prepares anew
        raise wrong

    def _rows(self, answer: Any) -> tuple[list[Any], int]:
        if answer.status == ExecStatus.COMMAND_OK:
            return [], answer.command_tuples or 0
        self._adapt.set_pgresult(answer)
        return self._adapt.load_rows(0, answer.ntuples, tuple), answer.ntuples


def line_of(driver: Any) -> Line:
    """The line of a driver's connection."""
    line: Line | None = getattr(driver, "anydoor_line", None)
    if line is None:
        line = driver.anydoor_line = Line(driver)
    return line


def _settle(connection: Connection, *_: Any) -> None:
    """What was kept back goes before a statement of SQLAlchemy's own."""
    line_of(connection.connection.dbapi_connection).settle()


def _lay_down(connection: Any, record: Any) -> None:
    record.info["anydoor_left"] = time.monotonic()
    if connection is not None:  # else it broke
        line_of(connection).forget()


def _take_up(connection: Any, record: Any, _proxy: Any) -> None:
    """Ask the server for a sign of life where it said something unasked (it went away), or nobody asked it for long.

    SQLAlchemy's own ping is a journey to the server each time. InvalidatePoolError: the pool makes new connections.
    """
    left = record.info.get("anydoor_left")
    if left is None:
        return
    try:
        if time.monotonic() - left >= IDLE_SECONDS or _has_something_to_say(connection.fileno()):
            _ask(connection)
    except psycopg.Error as gone:
        raise InvalidatePoolError() from gone


def _ask(connection: Any) -> None:
    connection.execute("")
    connection.rollback()


def _has_something_to_say(socket: int) -> bool:
    poll = select.poll()
    poll.register(socket, select.POLLIN)
    return bool(poll.poll(0))
