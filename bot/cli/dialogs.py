"""`anydoor dialogs pull|push`: what is live in the database, as files, and files into what is live."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bot.cli.opened import opened

dialogs = typer.Typer(help="Keep dialogs/ and what is live in step.", no_args_is_help=True)

Folder = Annotated[Path | None, typer.Argument(help="A folder like dialogs/; that one if none.")]


def add_to(app: typer.Typer) -> None:
    app.add_typer(dialogs, name="dialogs")


@dialogs.command("pull")
def pull(folder: Folder = None) -> None:
    """Write what is live into a folder: flows, patterns, languages, and tests saved in the browser."""
    from bot.assistant import DIALOGS
    from bot.studio import files

    with opened() as there:
        done = files.pull(there.db, folder or DIALOGS)
    for verb, names in (("written", done.written), ("removed", done.removed)):
        for name in names:
            print(f"{verb}: {name}")
    print(
        f"{folder or DIALOGS} holds revision {done.publication.hash}, live since {done.publication.at:%Y-%m-%d %H:%M} UTC."
    )


@dialogs.command("push")
def push(
    folder: Folder = None,
    note: Annotated[str, typer.Option(help="What changes and why, for the history.")] = "",
    over: Annotated[bool, typer.Option("--over", help="Also over what this folder does not know.")] = False,
) -> None:
    """Check a folder's files and let them go live; running servers take them up within seconds."""
    from bot.assistant import DIALOGS
    from bot.studio import files

    with opened() as there:
        done = files.push(there.db, folder or DIALOGS, there.now, note=note, over=over)
    print(f"Revision {done.hash} is live." if done else "This is what is live already.")
