"""Two who do something at the same moment, on PostgreSQL: the second begins while the first has not committed."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from sqlalchemy import text

from services.db import Database, Session

_First = TypeVar("_First")
_Second = TypeVar("_Second")
PATIENCE = 60.0
"""Seconds; reached only where neither waits for the other nor comes to an end."""


def meanwhile(db: Database, does: Callable[[Session], object]) -> None:
    """Somebody else does it now, and commits."""

    def write() -> None:
        with db.write() as session:
            does(session)

    with ThreadPoolExecutor(1) as other:
        other.submit(write).result()


def both(db: Database, first: Callable[[Session], _First], second: Callable[[], _Second]) -> tuple[_First, _Second]:
    """What the two answer; the first commits once the second waits for it, or is done already."""
    with ThreadPoolExecutor(1) as pool:
        with db.write() as session:
            did = first(session)
            session.flush()
            other = pool.submit(second)
            give_up = time.monotonic() + PATIENCE
            while not (other.done() or waits(db)):
                assert time.monotonic() < give_up
                time.sleep(0.01)
        return did, other.result()


def waits(db: Database) -> bool:
    """Whether a connection to this database waits for a lock of another."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with db.engine.connect() as connection:
        return bool(connection.scalar(text(asked)))
