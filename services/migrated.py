"""Whether there is anything to migrate, without the library that migrates."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from sqlalchemy import Engine, inspect, text

FOLDER = Path(__file__).resolve().parent.parent / "migrations"


@cache
def newest() -> str:
    """The newest revision that this version of Anydoor knows: migrations are named by theirs, "0004_staff.py"."""
    return max(path.stem.partition("_")[0] for path in (FOLDER / "versions").glob("[0-9]*.py"))


def stands_at(engine: Engine) -> str | None:
    """The revision that the tables are at; None when there are no tables yet."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalars().first()
