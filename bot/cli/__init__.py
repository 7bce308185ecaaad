"""The `anydoor` command. Parts are imported when a command needs them, so that each starts fast."""

from __future__ import annotations

import sys

import structlog
import typer

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.callback()
def anydoor() -> None:
    """Anydoor: a chat and SMS assistant through which a person refers themself to WorkWell."""


def main() -> None:
    """The console script. Logs go to stderr, so that stdout holds only what was asked for."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    from bot.cli import content, keep, places, serve, talk  # each registers its commands

    for part in (serve, talk, places, content, keep):
        part.add_to(app)
    app()
