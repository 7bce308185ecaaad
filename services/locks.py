"""Rows that several people change: locked for the rest of the transaction, and read again once they are.

On PostgreSQL a row may have been read in this session before somebody else changed it. SQLAlchemy locks it then, but
goes on with what was read before; so every lock of ours is taken here (tests/test_repository.py sees to it).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from sqlalchemy import Select
from sqlalchemy.orm import Session

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
