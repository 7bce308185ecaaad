"""`anydoor source`: codes with which a surgery, an employer or a Jobcentre may pass a number on at /refer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.opened import opened

if TYPE_CHECKING:
    from services.models import SourceCode
    from services.settings import Settings

source = typer.Typer(
    no_args_is_help=True, help="Codes with which a surgery, employer or Jobcentre may pass numbers on."
)


def add_to(app: typer.Typer) -> None:
    app.add_typer(source, name="source")


@source.command("add")
def add(
    name: Annotated[str, typer.Argument(help="Whose it is, as they read it on their form.")],
    kind: Annotated[str, typer.Option(help="gp, employer, jobcentre or other: the text says who asked for it.")],
    per_hour: Annotated[int, typer.Option(help="How many numbers an hour, at most.")] = 10,
    per_day: Annotated[int, typer.Option(help="How many numbers a day, at most.")] = 30,
) -> None:
    """Make a code and print the address of its form. Who has the address can use it: send it by a way you trust."""
    from services import audit, sources

    with opened(make=True) as here:
        with here.db.write() as session:
            row = sources.open_form(session, name, kind.strip().lower(), here.now, per_hour=per_hour, per_day=per_day)
            audit.record(session, "system", "source.add", f"source:{row.code}", here.now)
            code = row.code
        print(f"The form of {name.strip()}, up to {per_hour} numbers an hour and {per_day} a day:")
        print(address_of(here.settings, code))


@source.command("list")
def show() -> None:
    """Every code: what it is for, its limits, and whether it is open."""
    from services import sources

    with opened() as here, here.db.read() as session:
        for row in sources.listed(session):
            print(line_of(row))


@source.command("close")
def close(code: Annotated[str, typer.Argument(help="The code, as `anydoor source list` shows it.")]) -> None:
    """Close a code for good. Texts that were asked for already still go."""
    from services import audit, sources

    with opened() as here:
        with here.db.write() as session:
            if not sources.close(session, code):
                raise ValueError(f"There is no open code {code}. See `anydoor source list`.")
            audit.record(session, "system", "source.close", f"source:{sources.tidy(code)}", here.now)
        print(f"{code} is closed.")


def address_of(settings: Settings, code: str) -> str:
    """Where the form of a code is."""
    return f"{settings.public_url.rstrip('/')}/refer?source={code}"


def line_of(row: SourceCode) -> str:
    limits = f"/refer, {row.refer_per_hour} an hour, {row.refer_per_day} a day" if row.refer_per_day else "counted only"
    return f"{row.code}  {row.name} ({row.kind}): {limits if row.active else 'closed'}"
