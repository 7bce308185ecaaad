"""Changing the key: everything that older keys sealed is sealed anew by the one that writes now.

Safe while the service runs, safe to break off and begin again: a value says itself which key sealed it. Keyed hashes
are made anew where what they stand for is at hand. For a number that was erased (STOP outlives erasure) or was only
ever kept as a hash (who was texted first), the old key's look-up half has to stay in the ring; it opens nothing.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from sqlalchemy import Column, LargeBinary, Row, Table, select, type_coerce
from sqlalchemy.orm import Session

from services import people
from services.crypto import Keyring, sealed_by
from services.db import Database
from services.models import Base
from services.models.base import Sealed, SealedJson

BATCH = 500


@dataclass(frozen=True, slots=True)
class Index:
    """A column of keyed hashes: of which subject, and of what; `of` None = what it stands for is not kept."""

    subject: str
    column: str | None
    of: Callable[[str, Row[Any]], str] = lambda value, row: value


INDEXES: Mapping[str, Index] = {
    "people.surname_index": Index("surname", "name", lambda name, row: people.surname_token(name)),
    "people.phone_index": Index("phone", "phone"),
    "addresses.value_index": Index("address", "value", lambda value, row: f"{row.channel}:{value}"),
    "introductions.number_index": Index("introduction", None),
    "referrals.reference_index": Index("reference", "reference"),
    "staff.email_index": Index("staff", "email"),
    "staff.phone_index": Index("phone", "phone"),
}

Census: TypeAlias = Mapping[str, Counter[str]]


def rotate(db: Database) -> int:
    """Seal everything anew that another key than the writing one sealed; answers how many values changed.

    CryptoError when a value was sealed by a key that is not in the ring: nothing of that batch is changed.
    """
    return sum(_rotate_table(db, table) for table in _tables())


def census(db: Database) -> Census:
    """For each key, how many values it sealed and how many hashes it made: {"k1": {"sealed": 7, "hashes": 2}}."""
    found: dict[str, Counter[str]] = {key: Counter() for key in sorted({db.keys.current, *db.keys.openers})}
    with db.read() as session:
        for table in _tables():
            for column in (*sealed_columns(table), *index_columns(table)):
                kind = "hashes" if column in index_columns(table) else "sealed"
                for value in session.execute(select(_raw(column)).where(column.is_not(None))).scalars():
                    found.setdefault(_key_of(value), Counter())[kind] += 1
    return found


def sealed_columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if isinstance(column.type, Sealed | SealedJson)]


def index_columns(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if column.name.endswith("_index")]


def _tables() -> list[Table]:
    return [table for table in Base.metadata.sorted_tables if sealed_columns(table) or index_columns(table)]


def _raw(column: Column[Any]) -> Any:
    """The column as it lies there."""
    sealed = isinstance(column.type, Sealed | SealedJson)
    return (type_coerce(column, LargeBinary) if sealed else column).label(column.name)


def _key_of(value: Any) -> str:
    return value.partition(":")[0] if isinstance(value, str) else sealed_by(bytes(value))


def _rotate_table(db: Database, table: Table) -> int:
    changed, last = 0, None
    while True:
        with db.write() as session:
            batch = _batch(session, table, last)
            changed += sum(_rotate_row(session, db.keys, table, row) for row in batch)
        if not batch:
            return changed
        last = batch[-1][0]


def _batch(session: Session, table: Table, last: Any) -> list[Row[Any]]:
    """The next rows, locked, as they lie there; the key first."""
    (key,) = table.primary_key.columns
    rest = [_raw(column) for column in table.columns if column is not key]
    rows = select(key, *rest).order_by(key).limit(BATCH).with_for_update()
    return list(session.execute(rows if last is None else rows.where(key > last)))


def _rotate_row(session: Session, keys: Keyring, table: Table, row: Row[Any]) -> int:
    new = dict(_new_values(keys, table, row))
    if new:
        (key,) = table.primary_key.columns
        session.execute(table.update().where(key == row[0]).values(new))
    return len(new)


def _new_values(keys: Keyring, table: Table, row: Row[Any]) -> Iterator[tuple[str, Any]]:
    """What is to be written in a row; sealed values as their words, for the column seals them itself."""
    for column in sealed_columns(table):
        value = getattr(row, column.name)
        if value is not None and _key_of(value) != keys.current:
            yield column.name, _opened(keys, column, value)
    for column in index_columns(table):
        value, index = getattr(row, column.name), INDEXES[str(column)]
        kept = getattr(row, index.column) if index.column else None
        if value is not None and kept is not None and _key_of(value) != keys.current:
            words = keys.decrypt(bytes(kept), f"{table.name}.{index.column}").decode()
            yield column.name, keys.blind_index(index.subject, index.of(words, row))


def _opened(keys: Keyring, column: Column[Any], value: Any) -> Any:
    """A sealed value as the column gives it out."""
    words = keys.decrypt(bytes(value), str(column)).decode()
    return json.loads(words) if isinstance(column.type, SealedJson) else words
