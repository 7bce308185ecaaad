"""Runs the numbered migrations of migrations/, forward and back, without a configuration file."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine

_FOLDER = Path(__file__).resolve().parent.parent / "migrations"


def run(engine: Engine, target: str) -> None:
    """Go to a revision in one transaction; "head" is the newest, "base" is none."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")  # batch alter rebuilds tables
            connection.commit()
        config = _config(connection)
        (command.downgrade if _is_back(connection, target) else command.upgrade)(config, target)
        connection.commit()
    engine.dispose()  # every new connection has foreign keys on again


def version(connection: Connection) -> str | None:
    """The revision the tables are at, None when there are no tables yet."""
    return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest revision that this version of Anydoor knows."""
    return ScriptDirectory(str(_FOLDER)).get_current_head()


def knows(revision: str) -> bool:
    """Whether a revision is one of ours; a newer version of Anydoor may have made others."""
    return revision in {found.revision for found in ScriptDirectory(str(_FOLDER)).walk_revisions()}


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config


def _is_back(connection: Connection, target: str) -> bool:
    now = version(connection)
    if target == "base" or now is None:
        return target == "base"
    script = ScriptDirectory.from_config(_config(connection))
    return target != "head" and target != now and target in {r.revision for r in script.iterate_revisions(now, "base")}
