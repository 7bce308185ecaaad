"""Deaths that no life under load can die: in the middle of a migration, and while a backup is put back."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from services import backup, faults, inbox, migrated
from services.clock import real_now
from services.db import Database
from services.messages import Address, Inbound
from services.models import MessageIn
from tests.faults.kills.life import Life

SOMEBODY = Address("sms", "+447700900390")


def die(point: str) -> None:
    faults._fuse = faults._Fuse(point)


def migrate(life: Life, fault: str) -> None:
    """Bring an empty database forward, to die or not; one that is done takes messages."""
    if fault:
        die(fault)
    with closing(Database.of(life.settings)) as db:
        db.migrate()
        if migrated.stands_at(db.engine) != migrated.newest():
            life.folder.append("problems", "a migration that was killed was not gone on with")
        say(db, "after")


def say(db: Database, words: str) -> None:
    inbox.accept(db, Inbound(SOMEBODY, f"SM{words}", text=words), False, real_now())


def said(db: Database) -> list[str | None]:
    with db.read() as session:
        return list(session.scalars(select(MessageIn.body).order_by(MessageIn.id)))


def back_up(life: Life) -> None:
    """One message in the backup, one since."""
    with closing(Database.of(life.settings)) as db:
        say(db, "then")
        backup.backup(db, life.settings, kept(life))
        say(db, "since")


def kept(life: Life) -> Path:
    return life.folder.path / "kept.backup"


def put_back(life: Life, fault: str) -> None:
    """Before it nothing is gone, after it all is as it was; killed anywhere it is one or the other."""
    with closing(Database.of(life.settings)) as db:
        before = said(db)
    if before not in (["then", "since"], ["then"]):
        life.folder.append("problems", f"a restore that was killed left {before}")
    if fault:
        die(fault)
    backup.restore(kept(life), life.settings, real_now(), force=True)
    with closing(Database.of(life.settings)) as db:
        if said(db) != ["then"]:
            life.folder.append("problems", f"a restore put {said(db)} back")
