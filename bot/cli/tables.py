"""`anydoor import` and `anydoor export`: tables in and out, whole or not at all."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.opened import opened
from bot.cli.problems import said_plainly

TABLES = ("postcodes", "directory", "practices", "staff", "teams", "areas", "coaches")
Table = Annotated[
    Literal["postcodes", "directory", "practices", "staff", "teams", "areas", "coaches"],
    typer.Argument(help=", ".join(TABLES)),
]


def add_to(app: typer.Typer) -> None:
    app.command("import")(take_in)
    app.command("export")(give_out)


def take_in(table: Table, file: Annotated[Path, typer.Argument(help="The file to read.")]) -> None:
    """Take a table in. Every bad row is named by its number, and then nothing is changed.

    All are CSV with the columns that `anydoor export` writes; directory may be Open Referral UK JSON instead. A new
    site takes in teams, then areas and coaches, then staff. Importing the same file again changes nothing.
    """
    take = {"postcodes": places, "practices": places, "staff": staff, "directory": directory}
    with said_plainly():
        take.get(table, teams)(table, file)


def places(table: str, file: Path) -> None:
    from services import tables_of_places
    from services.settings import load

    take = tables_of_places.import_postcodes if table == "postcodes" else tables_of_places.import_practices
    taken = take(file, load())
    print(taken)
    for note in taken.notes:
        print(note)


def staff(table: str, file: Path) -> None:
    from bot.cli.people import set_up_address
    from services.tables_of_staff import import_staff

    with opened(make=True) as here:
        with here.db.write() as session:
            taken, tokens = import_staff(session, file, here.now)
        print(taken)
        for email, token in tokens:
            print(f"{email}: {set_up_address(here.settings, token)}")


def teams(table: str, file: Path) -> None:
    from services import tables_of_teams

    take = {
        "teams": tables_of_teams.import_teams,
        "areas": tables_of_teams.import_areas,
        "coaches": tables_of_teams.import_coaches,
    }[table]
    with opened(make=True) as here, here.db.write() as session:
        taken = take(session, file, here.now)
    print(taken)
    for note in taken.notes:
        print(note)


def directory(table: str, file: Path) -> None:
    from services.tables_of_listings import import_listings

    with opened(make=True) as here:
        taken = import_listings(here.db, file, here.now)
    print(taken)
    for note in taken.notes:
        print(note)


def give_out(
    table: Table,
    file: Annotated[Path | None, typer.Argument(help="The file to write; the screen if there is none.")] = None,
) -> None:
    """Write a table out as CSV, ready to be changed in a spreadsheet and imported again."""
    with said_plainly():
        parts = exported(table)
        if file is None:
            for part in parts:
                sys.stdout.write(part.decode())
            return
        draft = file.with_name(f".{file.name}.part")
        try:
            with draft.open("wb") as opened_file:
                opened_file.writelines(parts)
            draft.replace(file)
        except OSError as error:
            raise ValueError(f"{file} cannot be written: {error.strerror}.") from error
        finally:
            draft.unlink(missing_ok=True)
    print(f"{table} written to {file}.")


def exported(table: str) -> Iterable[bytes]:
    from services import tables_of_places
    from services.settings import load

    if table == "postcodes":
        return tables_of_places.export_postcodes(load())
    if table == "practices":
        return tables_of_places.export_practices(load())
    with opened(make=table == "directory") as here:
        if table == "staff":
            from services.tables_of_staff import export_staff

            with here.db.read() as session:
                return [export_staff(session)]
        if table in ("teams", "areas", "coaches"):
            from services import tables_of_teams

            give = {
                "teams": tables_of_teams.export_teams,
                "areas": tables_of_teams.export_areas,
                "coaches": tables_of_teams.export_coaches,
            }[table]
            with here.db.read() as session:
                return [give(session)]
        from services.tables_of_listings import export_listings

        return [export_listings(here.db)]
