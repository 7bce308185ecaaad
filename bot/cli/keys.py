"""`anydoor keys`: which keys sealed what, and sealing everything anew with the first one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from bot.cli.opened import opened

if TYPE_CHECKING:
    from services.rotation import Census

keys = typer.Typer(no_args_is_help=True, help="The keys of names, numbers and words.")


def add_to(app: typer.Typer) -> None:
    app.add_typer(keys, name="keys")


@keys.command("new")
def new() -> None:
    """Print a new key. Put it first in ANYDOOR_DATA_KEYS, with an id of its own, and start the server again."""
    import secrets

    print(secrets.token_urlsafe(48))


@keys.command("show")
def show() -> None:
    """How much each key sealed."""
    from services import rotation

    with opened() as here:
        found = rotation.census(here.db)
        print("\n".join(lines_of(found, here.db.keys.current)))


@keys.command("rotate")
def rotate() -> None:
    """Seal anew, with the first key, all that older ones sealed. The server may run; it must know both keys."""
    from services import audit, rotation

    with opened() as here:
        changed = rotation.rotate(here.db)
        with here.db.write() as session:
            audit.record(session, "system", "keys.rotate", "database:1", here.now, {"changed": changed})
        found, ring = rotation.census(here.db), here.db.keys
        print("\n".join([f"{changed:,} values sealed anew.", *lines_of(found, ring.current)]))
        for old in sorted(ring.openers - {ring.current}):
            if found[old]["sealed"]:
                print(f"{old} is still needed: something was sealed with it meanwhile. Is every server started again?")
            elif found[old]["hashes"]:
                print(f"{old} opens nothing any more. In ANYDOOR_DATA_KEYS write in its place: {ring.left_of(old)}")
            else:
                print(f"{old} is not needed any more. Take it out of ANYDOOR_DATA_KEYS.")


def lines_of(found: Census, current: str) -> list[str]:
    """The count as lines."""
    return [
        f"{key}{' (writes)' if key == current else ''}: {counts['sealed']:,} sealed, {counts['hashes']:,} look-ups"
        for key, counts in found.items()
    ]
