"""The first start of a version does its work in a process of its own: what that takes would stay in the server's memory."""

from __future__ import annotations

import subprocess
import sys

from services import migrated
from services.db import Database
from services.settings import Settings

APART = "from bot.cli.first_start import set_up; set_up()"


def set_up_apart(settings: Settings) -> bool:
    """Migrations and first contents, where the tables are not this version's; whether it was needed.

    Measured (`python -m benchmarks memory`): 28 MB less for the server. Whatever fails there, the server meets again and
    says, so nothing is said here.
    """
    db = Database.of(settings)
    try:
        if migrated.stands_at(db.engine) == migrated.newest():
            return False
    finally:
        db.close()
    subprocess.run([sys.executable, "-c", APART], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return True


def set_up() -> None:
    """As the server does it at each start, then done; the environment says where, and whether to demonstrate."""
    from bot.assistant import assemble
    from bot.nlu.rasa import NoNlu
    from services.settings import load

    assemble(load(), nlu=NoNlu("setting up"), serving=True).close()
