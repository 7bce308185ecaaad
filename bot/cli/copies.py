"""`anydoor backup`, `anydoor restore` and `anydoor relocate`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.opened import sqlite_file
from bot.cli.problems import said_plainly

if TYPE_CHECKING:
    from services.settings import Settings


def add_to(app: typer.Typer) -> None:
    app.command("backup")(backup)
    app.command("restore")(restore)
    app.command("relocate")(relocate)


def backup(
    file: Annotated[Path, typer.Argument(help="The file to write; an older one of that name is replaced.")],
) -> None:
    """Back the database up while everything goes on running."""
    from services import backup as backups
    from services.db import Database
    from services.settings import load

    with said_plainly():
        settings = load()
        present = sqlite_file(settings)
        if present is not None and not present.exists():
            raise ValueError(
                f"There is no database at {present}. Set ANYDOOR_HOME (or ANYDOOR_DATABASE_URL) to where it is."
            )
        db = Database.of(settings)
        try:
            made = backups.backup(db, settings, file)
        finally:
            db.close()
        print(f"{file} written: the database at migration {made.revision}, {made.size:,} bytes, checked.")
        print(f"The keys are NOT in it, and without them nobody can read it. {where_keys_are(settings)}")
        print("Delete backups after 35 days: people who are erased are held out of a restored one by the ledger.")


def where_keys_are(settings: Settings) -> str:
    if settings.data_keys.get_secret_value():
        return "They are what ANYDOOR_DATA_KEYS and ANYDOOR_SECRET_KEY say; keep a copy in another safe place."
    if settings.secret.get_secret_value():
        return "The key is what ANYDOOR_SECRET_KEY says; keep a copy in another safe place."
    return f"The key is in {settings.home.resolve() / 'secret.key'}; keep a copy in another safe place."


def restore(
    file: Annotated[Path | None, typer.Argument(help="The backup to put back.")] = None,
    in_place: Annotated[
        bool,
        typer.Option("--in-place", help="Litestream or PostgreSQL has put the database back itself: make it right."),
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Also over a database that holds something, or an audit that does not fit.")
    ] = False,
) -> None:
    """Put a backup back, with the server stopped. What it replaces is kept aside."""
    from services import backup as backups
    from services.clock import Clock
    from services.errors import BackupRefused
    from services.settings import load

    with said_plainly():
        if (file is None) != in_place:
            raise BackupRefused("Name a backup, or say --in-place where something else has put the database back.")
        settings = load()
        now = Clock.at(settings.now).now()
        done = (
            backups.restore(file, settings, now, force=force)
            if file
            else backups.bring_back(settings, now, force=force)
        )
    made = done.manifest
    what = "The continuous copy" if in_place else f"The backup of {made.made_at}"
    print(f"{what} is back, brought from migration {made.revision} to {done.revision}.")
    print(f"Erased again by the ledger: {done.erased_again}.")
    if done.problems:
        print(f"ATTENTION: the audit does not fit: {'; '.join(done.problems)}.")
    else:
        print("The chain of the audit was walked and fits.")
    for path in done.kept_aside:
        print(f"Kept aside: {path}. Delete it once you do not need it: it holds personal data.")


def relocate(
    origin: Annotated[str, typer.Argument(help="The old database: a file of SQLite, or an address of PostgreSQL.")],
) -> None:
    """Take everything over from another database into the one that ANYDOOR_DATABASE_URL names, with the server stopped."""
    from services import relocation
    from services.clock import Clock
    from services.settings import load

    with said_plainly():
        settings = load()
        done = relocation.relocate(origin, settings, Clock.at(settings.now).now())
    print(
        f"{sum(done.rows.values()):,} rows of {sum(map(bool, done.rows.values()))} tables were taken over and compared."
    )
    print("The chain of the audit was walked and fits. Start the server on the new database now.")
    if done.kept_aside:
        print(
            f"The old file is kept aside: {done.kept_aside}. Delete it once you do not need it: it holds personal data."
        )
    else:
        print(
            "Never start a server on the old database again. Delete it once you do not need it: it holds personal data."
        )
