"""Dumps of PostgreSQL by its own pg_dump and pg_restore, which must be at least as new as the server."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import inspect, text

from services.backup_sqlite import TELLING_TABLES
from services.clock import real_now
from services.db import Database
from services.errors import BackupRefused


def copy_out(db: Database, copy: Path) -> None:
    """A consistent dump in the custom format while others write."""
    _run(db, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", "--file", str(copy))


def _run(db: Database, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's programs; the password travels in the environment, where `ps` does not show it."""
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(
            f"{program} is not installed. It comes with PostgreSQL's client programs (Debian: postgresql-client), of the "
            "server's version or newer."
        )
    bare = db.url._replace(drivername="postgresql", password=None)  # `set` takes None for "leave it as it is"
    address = bare.render_as_string(hide_password=False)
    secret = {"PGPASSWORD": str(db.url.password)} if db.url.password else {}
    done = subprocess.run(
        [found, *arguments, "--dbname", address],
        env={**os.environ, **secret},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = next((line for line in done.stderr.splitlines() if line.strip()), "no reason given")
        raise BackupRefused(f"{program} failed: {said}")


@contextmanager
def placed(target: Database, draft: Path, home: Path, *, force: bool) -> Iterator[tuple[Database, list[Path]]]:
    """The target with the dump in it, to be brought up. What was there is dumped into the home folder first.

    Raises BackupRefused when the dump cannot be read or the target holds something. A restore that fails half way is
    done again with `force`.
    """
    aside = list[Path]()
    full = holds_something(target)
    if full and not force:
        raise BackupRefused("The database holds something already. Say --force to put the backup in its place.")
    if full:
        aside.append(home / f"before-restore-{real_now():%Y%m%d-%H%M%S}.pgdump")
        copy_out(target, aside[0])
        aside[0].chmod(0o600)
    if has_tables(target):
        target.migrate("base")
    _run(
        target,
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--clean",
        "--if-exists",
        "--single-transaction",
        "--exit-on-error",
        str(draft),
    )
    target.engine.dispose()
    yield target, aside


def has_tables(db: Database) -> bool:
    return inspect(db.engine).has_table("people")


def holds_something(db: Database) -> bool:
    """Whether a database has people, staff, teams or an audit."""
    present = [name for name in TELLING_TABLES if inspect(db.engine).has_table(name)]
    with db.read() as session:
        return any(session.execute(text(f"SELECT 1 FROM {name} LIMIT 1")).first() for name in present)
