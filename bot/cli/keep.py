"""The commands for whoever keeps a site running: tables, people, accounts, source codes, rota, teams' systems, words, backups, keys, the doctor."""

from __future__ import annotations

import typer

from bot.cli import accounts, copies, dialogs, doctor, duty, hooks, keys, people, referrers, tables


def add_to(app: typer.Typer) -> None:
    for part in (tables, people, accounts, referrers, duty, hooks, dialogs, copies, keys, doctor):
        part.add_to(app)
