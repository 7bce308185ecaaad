"""The database for a command that works on it directly, beside a running server or without one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.cli.problems import said_plainly

if TYPE_CHECKING:
    from services.db import Database
    from services.settings import Settings


@dataclass(frozen=True, slots=True)
class Opened:
    """Settings, database and the service's time."""

    settings: Settings
    db: Database
    now: datetime


@contextmanager
def opened(*, make: bool = False) -> Iterator[Opened]:
    """The database that the settings name, at the newest migration; mistakes are said in a sentence.

    Without `make` a SQLite file that is not there is refused: the command looks in the wrong place.
    """
    from services.clock import Clock
    from services.db import Database
    from services.settings import load

    with said_plainly():
        settings = load()
        file = sqlite_file(settings)
        if file is not None and not file.exists() and not make:
            raise ValueError(
                f"There is no database at {file}. Set ANYDOOR_HOME (or ANYDOOR_DATABASE_URL) to where it is."
            )
        db = Database.of(settings)
        try:
            db.migrate()
            yield Opened(settings, db, Clock.at(settings.now).now())
        finally:
            db.close()


def sqlite_file(settings: Settings) -> Path | None:
    """The file of a SQLite database; None on PostgreSQL."""
    scheme, _, path = settings.database_url.partition(":///")
    return Path(path) if scheme.startswith("sqlite") else None
