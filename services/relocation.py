"""Taking a whole site from one database to another: from SQLite to PostgreSQL when one machine is no longer enough, or back.

Every row goes as it is: what is sealed stays sealed, and numbers of rows are never used twice, also not those of rows
that are gone. The new database is filled in one transaction; before its commit each table is read back and compared, and
the chain of the audit is walked. Nothing is changed in the old one but its name: a SQLite file that was taken over is kept
aside, so that nobody is served from it again.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    LargeBinary,
    Table,
    Text,
    bindparam,
    cast,
    func,
    insert,
    make_url,
    select,
    text,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import REGCLASS
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from services import audit, backup_postgres, backup_sqlite, migrated
from services.clock import real_now
from services.db import Database
from services.errors import RelocationRefused
from services.models import Lease
from services.models.base import Base, Sealed, SealedJson
from services.settings import Settings

ANCHOR = "audit.anchor"
BATCH = 1_000  # rows on their way at once
WRITTEN = "The address of the old database is written postgresql://user:password@host/database."


@dataclass(frozen=True, slots=True)
class Relocated:
    """What was taken over: rows by table, and where the old SQLite file lies now."""

    rows: dict[str, int]
    kept_aside: Path | None


def relocate(origin: str, settings: Settings, now: datetime) -> Relocated:
    """Fill the database that the settings name with all that `origin` (a SQLite file, or an address of PostgreSQL) holds.

    Raises RelocationRefused, with nothing changed: the same database twice, a server that runs on either, an origin of
    another version, a target that holds something, rows that the target will not take, an audit that does not fit.
    """
    target = Database.of(settings)
    source = Database(_address(origin), target.keys)
    try:
        if source.url == target.url:
            raise RelocationRefused(
                "This is the database that the settings name. Set ANYDOOR_DATABASE_URL to the new one and name the old one here."
            )
        for db in (source, target):
            db.claim_process()
        _refuse_unfit(source)
        with target.setting_up():
            _made_empty(target)
            rows = _filled(source, target, settings.home / ANCHOR, now)
        aside = _put_away(source)
    except SQLAlchemyError as error:
        said = str(getattr(error, "orig", None) or error).partition("\n")[0]
        raise RelocationRefused(f"A database refused: {said}. Nothing was taken over.") from error
    finally:
        source.close()
        target.close()
    return Relocated(rows, aside)


def _address(origin: str) -> str:
    if "://" not in origin:
        file = Path(origin)
        if not file.is_file():
            raise RelocationRefused(f"There is no file {file}. Name the old anydoor.db, or an address of PostgreSQL.")
        return f"sqlite:///{file.resolve()}"
    try:
        url = make_url(origin)
    except ArgumentError as error:
        raise RelocationRefused(WRITTEN) from error
    if url.drivername.partition("+")[0] != "postgresql":
        raise RelocationRefused(WRITTEN)
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _refuse_unfit(source: Database) -> None:
    stands_at, newest = migrated.stands_at(source.engine), migrated.newest()
    if stands_at is None:
        raise RelocationRefused("There is nothing to take over: the old database has no tables.")
    if stands_at != newest:
        raise RelocationRefused(
            f"The old database stands at migration {stands_at}, this version of Anydoor at {newest}. Start this version with "
            "the old database once, stop it, and do this again."
        )
    with source.read() as session:
        led = session.scalars(select(Lease.name).where(Lease.until > real_now())).first()
    if led is not None and not source.on_sqlite:
        raise RelocationRefused(
            "A process still serves the old database, or was killed a moment ago. Stop every one of them, wait two minutes, "
            "and do this again."
        )


def _made_empty(target: Database) -> None:
    """The target's tables, of today and with no row in them."""
    if backup_postgres.holds_something(target):
        raise RelocationRefused(
            "The new database holds people, staff, teams or an audit already. Make an empty one and name that."
        )
    if migrated.stands_at(target.engine) is not None:
        target.migrate("base")
    target.migrate()


def _filled(source: Database, target: Database, anchor: Path, now: datetime) -> dict[str, int]:
    rows: dict[str, int] = {}
    with source.read() as old, target.write() as new:
        _hold_still(old.connection())
        for table in Base.metadata.sorted_tables:
            rows[table.name] = _copied(old.connection(), new.connection(), table)
        _keep_counting(old.connection(), new.connection())
        if problems := audit.verify(new, anchor):
            raise RelocationRefused(f"The audit does not fit: {'; '.join(problems[:3])}. Find out why first.")
        audit.record(new, "system", "relocate", "database:1", now, {"rows": sum(rows.values())})
    return rows


def _hold_still(connection: Connection) -> None:
    """PostgreSQL: everything is read as it was at one moment, as SQLite does by itself."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")


def _copied(old: Connection, new: Connection, table: Table) -> int:
    """Copy a table and read it back; how many rows. RelocationRefused where what came differs from what went."""
    written = _written(table, new.dialect.name)
    gone, count = _Marks(), 0
    for batch in _batches(old, table):
        new.execute(written, [dict(zip(table.columns.keys(), row, strict=True)) for row in batch])
        gone.add(batch)
        count += len(batch)
    come = _Marks()
    for batch in _batches(new, table):
        come.add(batch)
    if gone.total != come.total:
        raise RelocationRefused(f"The rows of {table.name} did not come over as they were. Nothing was taken over.")
    return count


class _Marks:
    """The marks of rows added up, the same in whatever order they come: databases sort text differently."""

    def __init__(self) -> None:
        self.total = 0

    def add(self, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            mark = hashlib.sha256(repr(row).encode("utf-8", "surrogatepass")).digest()
            self.total = (self.total + int.from_bytes(mark)) % (1 << 256)


def _batches(connection: Connection, table: Table) -> Iterator[list[tuple[Any, ...]]]:
    """All rows, some at a time, the older first (a moved call names the older one): sealed as bytes, JSON as its text."""
    wanted = select(*(_as_it_is(column) for column in table.columns)).order_by(*table.primary_key)
    found = connection.execute(wanted, execution_options={"yield_per": BATCH})
    for rows in found.partitions():
        yield [tuple(bytes(value) if isinstance(value, memoryview) else value for value in row) for row in rows]


def _as_it_is(column: Column[Any]) -> ColumnElement[Any]:
    if isinstance(column.type, Sealed | SealedJson):
        return type_coerce(column, LargeBinary)
    if isinstance(column.type, JSON):
        return cast(column, Text)
    return column


def _written(table: Table, dialect: str) -> Any:
    return insert(table).values({column.name: _value(column, dialect) for column in table.columns})


def _value(column: Column[Any], dialect: str) -> ColumnElement[Any]:
    if isinstance(column.type, Sealed | SealedJson):
        return bindparam(column.name, type_=LargeBinary)
    if isinstance(column.type, JSON):
        words = bindparam(column.name, type_=Text)
        return cast(words, JSON) if dialect == "postgresql" else words
    return bindparam(column.name, type_=column.type)


def _keep_counting(old: Connection, new: Connection) -> None:
    """The next row of each table gets a number that none ever had."""
    for table in Base.metadata.sorted_tables:
        key = table.autoincrement_column
        if key is None:
            continue
        largest = new.scalar(select(func.max(key))) or 0
        top = max(largest, _counted(old, table, key))
        if not top:
            continue
        if new.dialect.name == "postgresql":
            new.execute(select(func.setval(func.pg_get_serial_sequence(table.name, key.name), top)))
        else:
            new.execute(text("DELETE FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
            new.execute(text("INSERT INTO sqlite_sequence VALUES (:name, :top)"), {"name": table.name, "top": top})


def _counted(old: Connection, table: Table, key: Column[Any]) -> int:
    """The highest number that a table gave out, also to rows that are gone; 0 where it gave none."""
    if old.dialect.name == "sqlite":
        found = old.execute(text("SELECT seq FROM sqlite_sequence WHERE name = :name"), {"name": table.name})
        return int(found.scalar() or 0)
    sequence = old.scalar(select(func.pg_get_serial_sequence(table.name, key.name)))
    return int(old.scalar(select(func.pg_sequence_last_value(cast(sequence, REGCLASS)))) or 0) if sequence else 0


def _put_away(source: Database) -> Path | None:
    """Give the old SQLite file another name, its log folded in, so that nobody is served from it again."""
    if not source.on_sqlite:
        return None
    file = Path(str(source.url.database))
    source.engine.dispose()
    backup_sqlite.fold(file)
    aside = backup_sqlite.unused(file.with_name(f"{file.name}.moved-{real_now():%Y%m%d-%H%M%S}"))
    os.replace(file, aside)
    for end in ("-wal", "-shm"):
        Path(f"{file}{end}").unlink(missing_ok=True)
    return aside
