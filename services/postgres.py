"""PostgreSQL's own protocol for the hot path: one journey to the server a statement, and its plan kept there.

Prepared statements (services/prepared.py) go past psycopg's cursors, which cost four times what the driver below them
does, and travel together with the BEGIN that they need. Values and rows are converted by psycopg's own adapters.
"""

from __future__ import annotations

import select
import time
from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.adapt import PyFormat, Transformer
from psycopg.errors import error_from_result
from psycopg.pq import ConnStatus, ExecStatus, Format, TransactionStatus
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import InvalidatePoolError

IDLE_SECONDS = 5.0
_DONE = {ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK}
_STALE_PLAN = {"0A000", "26000"}
"""A prepared statement whose answer would look different by now (a migration), or that the server does not know."""


def engine_of(url: str) -> Engine:
    """The engine; psycopg prepares nothing by itself, for it would forget all that is prepared with every rollback."""
    engine = create_engine(url, pool_size=10, max_overflow=20, connect_args={"prepare_threshold": None})
    event.listen(engine, "checkin", _lay_down)
    event.listen(engine, "checkout", _take_up)
    return engine


class Line:
    """A connection's way to the server, for statements that are run again and again."""

    def __init__(self, connection: psycopg.Connection[Any]) -> None:
        self._connection, self._wire = connection, connection.pgconn
        self._adapt, self._poll = Transformer(connection), select.poll()
        self._names: dict[str, bytes] = {}
        """What the server has prepared on this connection."""

    def run(self, sql: str, rows: Sequence[Sequence[Any]], begins: bool) -> tuple[list[Any], int]:
        """Run a statement with $1, $2 and so on once for each row of values: what the last found, and how many that are.

        `begins`: in a transaction, which is begun if none is open.
        """
        given = [self._adapt.dump_sequence(values, [PyFormat.TEXT] * len(values)) for values in rows]
        begins = begins and self._wire.transaction_status == TransactionStatus.IDLE
        new, name = sql not in self._names, self._names.get(sql) or b"anydoor_%d" % len(self._names)
        self._wire.enter_pipeline_mode()
        if begins:
            self._wire.send_query_params(b"BEGIN", None)
        if new:
            self._wire.send_prepare(name, sql.encode())
        for values in given:
            self._wire.send_query_prepared(name, values, None, Format.BINARY)
        self._wire.pipeline_sync()
        answers = [self._answer() for _ in range(begins + new + len(given))]
        self._end()
        if new and answers[begins].status == ExecStatus.COMMAND_OK:
            self._names[sql] = name
        for answer in answers:
            self._check(answer)
        return self._rows(answers[-1])

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


def _lay_down(_connection: Any, record: Any) -> None:
    record.info["anydoor_left"] = time.monotonic()


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
