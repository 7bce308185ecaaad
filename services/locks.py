"""Rows that several people change: locked for the rest of the transaction, and read again once they are.

On PostgreSQL a row may have been read in this session before somebody else changed it. SQLAlchemy locks it then, but
goes on with what was read before; so every lock of ours is taken here (tests/test_repository.py sees to it).
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Any, Final, TypeVar

from sqlalchemy import Integer, Select, cast, func, select
from sqlalchemy.orm import Session

from services.sessions import dialect_of

_OURS: Final = 4_155
"""Before the number of what is done alone, among the locks of a PostgreSQL database."""
_Row = TypeVar("_Row")
_Rows = TypeVar("_Rows", bound=Select[Any])


def get(session: Session, kind: type[_Row], key: Any, *, key_share: bool = False) -> _Row | None:
    """The row with this key as it is now; None when there is none.

    `key_share`: rows that point to it may still be written by others (FOR NO KEY UPDATE).
    """
    session.flush()  # what this session has changed and not written yet is not lost by reading again
    return session.get(kind, key, with_for_update={"key_share": key_share}, populate_existing=True)


def get_one(session: Session, kind: type[_Row], key: Any, *, key_share: bool = False) -> _Row:
    """The same; NoResultFound when there is none."""
    session.flush()
    return session.get_one(kind, key, with_for_update={"key_share": key_share}, populate_existing=True)


def on(rows: _Rows, *, of: Sequence[Any] = (), key_share: bool = False, skip_locked: bool = False) -> _Rows:
    """A query of whole rows that locks what it finds; `of`: only rows of these. `skip_locked`: not those of others."""
    locking = rows.with_for_update(of=of or None, key_share=key_share, skip_locked=skip_locked)
    return locking.execution_options(populate_existing=True)


def alone(session: Session, what: str) -> None:
    """Let nobody else do this until the transaction ends: look whether there is one of a name, and make it where not.

    A row that is not there yet cannot be locked, so on PostgreSQL two would both find none; a SQLite file has one
    writer at a time. Two things of one number wait for each other, no more.
    """
    if dialect_of(session).name != "sqlite":
        number = zlib.crc32(what.encode()) - (1 << 31)
        session.execute(select(func.pg_advisory_xact_lock(cast(_OURS, Integer), cast(number, Integer))))
