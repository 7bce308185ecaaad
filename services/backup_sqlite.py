"""A copy of a running SQLite file, and putting one in its place in a single step."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from services import faults
from services.clock import real_now
from services.db import Database
from services.errors import BackupRefused

TELLING_TABLES = ("people", "staff", "audit", "teams", "referrals")
WAIT_SECONDS = 30.0


def copy_out(db: Database, copy: Path) -> None:
    """A consistent copy while others write, by SQLite's online backup; pages that were freed are left behind."""
    with closing(sqlite3.connect(_file(db), timeout=WAIT_SECONDS)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")
        target.execute("VACUUM")
        problems = _problems(target)
    if problems:
        raise BackupRefused(f"The database itself is damaged ({problems}); keep your older backups.")


def _file(db: Database) -> Path:
    return Path(str(db.url.database))


def _problems(connection: sqlite3.Connection) -> str:
    """What SQLite's own check finds, in short; empty when all is well."""
    found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check(5)")]
    return "" if found == ["ok"] else "; ".join(found)


def check(file: Path) -> str:
    """What is wrong with a SQLite file, in short; empty when all is well. Never raises."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            return _problems(connection)
    except sqlite3.Error as error:
        return str(error)


@contextmanager
def placed(target: Database, draft: Path, home: Path, *, force: bool) -> Iterator[tuple[Database, list[Path]]]:
    """The draft, open to be brought up; when that succeeds it takes the target's place, and the old file is kept aside.

    Raises BackupRefused when the draft is damaged or the target holds something, StorageError when a server runs.
    """
    file, aside = _file(target), list[Path]()
    file.parent.mkdir(parents=True, exist_ok=True)
    target.claim_process()
    if not force and holds_something(file):
        raise BackupRefused(f"{file} holds something already. Say --force to put the backup in its place.")
    if wrong := check(draft):
        raise BackupRefused(f"The database in this backup is damaged ({wrong}). Nothing was changed.")
    db = Database(f"sqlite:///{draft}", target.keys)
    try:
        yield db, aside
    finally:
        db.close()
    fold(draft)
    target.engine.dispose()
    if file.exists():
        aside.append(_keep_aside(file))
    os.replace(draft, file)


def holds_something(file: Path) -> bool:
    """Whether a database file has people, staff, teams or an audit; one that cannot be read counts as full."""
    if not file.exists() or file.stat().st_size == 0:
        return False
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            present = [name for name in TELLING_TABLES if name in names]
            return any(connection.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone() for name in present)
    except sqlite3.Error:
        return True


def fold(file: Path) -> None:
    """Fold the write-ahead log into the file and make it durable."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        faults.point("after_checkpoint")
        connection.execute("PRAGMA journal_mode=DELETE")
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _keep_aside(file: Path) -> Path:
    """Give the old file a second name; its log is folded in first or, where that fails, kept with it."""
    aside = unused(file.with_name(f"{file.name}.before-restore-{real_now():%Y%m%d-%H%M%S}"))
    try:
        fold(file)
    except sqlite3.Error:
        for end in ("-wal", "-shm"):
            if Path(f"{file}{end}").exists():
                shutil.copyfile(f"{file}{end}", f"{aside}{end}")
    os.link(file, aside)
    for end in ("-wal", "-shm"):
        Path(f"{file}{end}").unlink(missing_ok=True)
    return aside


def unused(file: Path) -> Path:
    """The name, or one like it that nothing has: a restore that was killed may have kept a file aside this very second."""
    names = (file, *(file.with_name(f"{file.name}-{number}") for number in range(2, 1000)))
    return next(name for name in names if not name.exists())
