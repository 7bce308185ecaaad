"""The commands for whoever keeps a site running: tables, people, accounts, source codes, the duty rota, what is said, backups, the doctor."""

from __future__ import annotations

import typer

from bot.cli import copies, dialogs, doctor, duty, people, referrers, tables


def add_to(app: typer.Typer) -> None:
    for part in (tables, people, referrers, duty, dialogs, copies, doctor):
        part.add_to(app)
