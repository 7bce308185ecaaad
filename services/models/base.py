"""What every table shares: names of constraints, times in UTC, sealed columns."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    DateTime,
    Dialect,
    Integer,
    LargeBinary,
    MetaData,
    literal_column,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from services import crypto

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}


UNSETTLED = ("queued", "sending")
"""The statuses of what is still to be sent: messages, mail to coaches, events for teams' own systems."""
IS_UNSETTLED = text("status IN ('queued', 'sending')")
"""Of which the indexes of what waits are made."""
_IN_WORDS: list[ColumnElement[str]] = [literal_column(f"'{status}'") for status in UNSETTLED]


def is_unsettled(status: Mapped[str]) -> ColumnElement[bool]:
    """The same as a condition, word for word as in those indexes: with bound values SQLite would read every row there is."""
    return status.in_(_IN_WORDS)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time without a zone cannot be stored")
    return value.astimezone(UTC)


def _as_text(value: datetime | None) -> str | None:
    return None if value is None else _in_utc(value).isoformat(" ", "microseconds").removesuffix("+00:00")


def _from_text(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(f"{value}+00:00")


class UtcTime(TypeDecorator[datetime]):
    """An aware time; kept in UTC, and refused without a zone.

    SQLite's text is written and read here: every turn does it some forty times, and through SQLAlchemy's two layers it
    takes four to twenty times as long.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        return _as_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Any:
        return _from_text if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sealed(TypeDecorator[str]):
    """Text under AES-GCM, bound to the column it stands in."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return crypto.keys_of_dialect(dialect).encrypt(value.encode(), self.column)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return crypto.keys_of_dialect(dialect).decrypt(bytes(value), self.column).decode()


class SealedJson(TypeDecorator[Any]):
    """JSON under AES-GCM, bound to the column it stands in; changed by assigning, never in place."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, column: str) -> None:
        super().__init__()
        self.column = column

    def process_bind_param(self, value: Any | None, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        return crypto.keys_of_dialect(dialect).encrypt(text.encode(), self.column)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any | None:
        if value is None:
            return None
        return json.loads(crypto.keys_of_dialect(dialect).decrypt(bytes(value), self.column))


Id = BigInteger().with_variant(Integer, "sqlite")
Key = Annotated[int, mapped_column(Id, primary_key=True)]


def rows(*constraints: Any) -> tuple[Any, ...]:
    """Constraints of a table whose ids are never used twice, also not on SQLite after a deletion."""
    return (*constraints, {"sqlite_autoincrement": True})


class Base(DeclarativeBase):
    """All tables; `Base.metadata` is what the migrations must add up to."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012  SQLAlchemy reads it so
        int: Id,
        datetime: UtcTime(),
        dict[str, Any]: JSON(),
        list[Any]: JSON(),
    }
