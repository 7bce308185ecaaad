"""The commands for whoever keeps a site running: tables, people, accounts, source codes, the duty rota, teams' own systems, backups, the doctor."""

from __future__ import annotations

import typer

from bot.cli import copies, doctor, duty, hooks, people, referrers, tables


def add_to(app: typer.Typer) -> None:
    for part in (tables, people, referrers, duty, hooks, copies, doctor):
        part.add_to(app)
