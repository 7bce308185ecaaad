"""A whole site goes from SQLite to PostgreSQL and back: every row as it was, or nothing at all."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, delete, select, type_coerce, update

from services import audit, booking, conversations, diary, inbox, leases, outbox, relocation, staff
from services.db import Database
from services.errors import RelocationRefused, StorageError
from services.messages import Address, Inbound
from services.models import Appointment, AuditRow, Conversation, MessageIn, MessageOut, Team
from services.models.base import Base, Sealed, SealedJson
from services.settings import Settings
from tests.conftest import Postgres
from tests.services.diaries import hold, make_team, talk
from tests.services.test_backup import settings_of

ANNA = Address("sms", "+447700900123")
GONE = 2  # the number of a message that was deleted, the last of its table


@pytest.fixture
def home(tmp_path: Path, sqlite_template: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    shutil.copy(sqlite_template, made / "anydoor.db")
    return made


@pytest.fixture
def address(postgres: Postgres) -> Iterator[str]:
    made = postgres.make(empty=True)
    yield made
    postgres.drop(made)


def fill(settings: Settings, now: datetime) -> None:
    """A person's messages both ways, a call that was moved, an account, a chained audit; and a row that is gone."""
    db = Database.of(settings)
    accepted = inbox.accept(db, Inbound(ANNA, "SM1", "my back’s gone 🙂\nlost my job"), False, now)
    with db.write() as session:
        make_team(session, now)
        conversation = conversations.lock(session, accepted.conversation_id)
        conversations.save(session, conversation, {"slots": {"trouble": ["pain", None, "näher"]}, "n": 1.0}, None)
        outbox.enqueue(session, conversation, "Thanks.", purpose="answer", now=now)
        outbox.enqueue(session, conversation, "Gone again.", purpose="answer", now=now)
        staff.add(session, "ada@example.org", "admin", now, name="Ada Bell")
        audit.record(session, "staff:1", "read", "person:1", now, {"why": "a test"})
    for change in (booking.book, booking.move):
        with db.read() as session:
            opening = diary.openings(session, "testshire", now=now, limit=3)[-1]
        hold(db, accepted.conversation_id, opening.id, now)
        with db.write() as session:
            assert isinstance(change(session, conversations.lock(session, accepted.conversation_id), now), Appointment)
    with db.write() as session:
        session.execute(delete(MessageOut).where(MessageOut.id == GONE))
    audit.seal(db, settings.home / relocation.ANCHOR)
    db.close()


def contents(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table with sealed values as their bytes, sorted; but for what the move itself wrote."""
    db = Database.of(settings)
    found = {}
    with db.read() as session:
        for table in Base.metadata.sorted_tables:
            columns = [
                type_coerce(column, LargeBinary) if isinstance(column.type, Sealed | SealedJson) else column
                for column in table.columns
            ]
            wanted = select(*columns)
            if table is AuditRow.__table__:
                wanted = wanted.where(AuditRow.action != "relocate")
            found[table.name] = sorted((tuple(row) for row in session.execute(wanted)), key=repr)
    db.close()
    return found


def test_a_site_goes_to_postgresql_and_back_with_every_row_as_it_was(
    home: Path, address: str, tmp_path: Path, now: datetime
) -> None:
    old, new = settings_of(home), settings_of(home, address)
    fill(old, now)
    before = contents(old)
    done = relocation.relocate(str(home / "anydoor.db"), new, now)
    assert contents(new) == before
    assert done.rows["messages_in"] == 1
    assert done.kept_aside is not None
    assert done.kept_aside.exists()
    assert not (home / "anydoor.db").exists(), "nobody is served from it again"
    back = relocation.relocate(address, old, now)
    assert contents(old) == before
    assert back.kept_aside is None


def test_no_number_is_given_to_a_second_row(home: Path, address: str, now: datetime) -> None:
    old, new = settings_of(home), settings_of(home, address)
    fill(old, now)
    for origin, settings in ((str(home / "anydoor.db"), new), (address, old)):
        relocation.relocate(origin, settings, now)
        db = Database.of(settings)
        with db.write() as session:
            conversation = session.scalars(select(Conversation)).one()
            made = outbox.enqueue(session, conversation, "Next.", purpose="answer", now=now)
            session.execute(delete(MessageOut).where(MessageOut.id == made))
        db.close()
        assert made > GONE


def test_what_was_sealed_is_read_and_the_audit_goes_on(home: Path, address: str, now: datetime) -> None:
    old, new = settings_of(home), settings_of(home, address)
    fill(old, now)
    relocation.relocate(str(home / "anydoor.db"), new, now)
    db = Database.of(new)
    with db.read() as session:
        assert session.scalars(select(MessageIn.body)).one() == "my back’s gone 🙂\nlost my job"
        assert [call.status for call in session.scalars(select(Appointment).order_by(Appointment.id))] == [
            "moved",
            "booked",
        ]
    assert audit.seal(db, home / relocation.ANCHOR) > 0
    with db.read() as session:
        assert audit.verify(session, home / relocation.ANCHOR) == []
        assert session.scalars(select(AuditRow.action).order_by(AuditRow.id.desc())).first() == "relocate"
    db.close()


def refused(origin: str, settings: Settings, now: datetime, why: str) -> None:
    with pytest.raises(RelocationRefused, match=why):
        relocation.relocate(origin, settings, now)


def test_a_new_database_that_holds_something_is_left_alone(
    home: Path, address: str, tmp_path: Path, now: datetime
) -> None:
    old, new = settings_of(home), settings_of(home, address)
    fill(old, now)
    db = Database.of(new)
    db.migrate()
    talk(db, now, 3)
    db.close()
    refused(str(home / "anydoor.db"), new, now, "holds people")
    assert (home / "anydoor.db").exists()
    assert len(contents(new)["people"]) == 1


def test_tables_that_were_only_set_up_are_no_hindrance(home: Path, address: str, now: datetime) -> None:
    old, new = settings_of(home), settings_of(home, address)
    fill(old, now)
    db = Database.of(new)
    db.migrate()
    with db.write() as session:
        leases.lead(session, "due", "somebody")
    db.close()
    assert relocation.relocate(str(home / "anydoor.db"), new, now).rows["people"] == 1


def test_a_server_that_runs_is_noticed(home: Path, address: str, now: datetime) -> None:
    old, new = settings_of(home), settings_of(home, address)
    fill(old, now)
    serving = Database.of(old)
    serving.claim_process()
    with pytest.raises(StorageError, match="already serves"):
        relocation.relocate(str(home / "anydoor.db"), new, now)
    serving.close()
    relocation.relocate(str(home / "anydoor.db"), new, now)
    serving = Database.of(new)
    with serving.write() as session:
        leases.lead(session, "due", "somebody")
    serving.close()
    refused(address, old, now, "still serves")


def test_it_says_what_to_do(home: Path, address: str, tmp_path: Path, now: datetime) -> None:
    old, new = settings_of(home), settings_of(home, address)
    refused(str(tmp_path / "no.db"), new, now, "There is no file")
    refused(str(home / "anydoor.db"), old, now, "Set ANYDOOR_DATABASE_URL")
    refused("mysql+nothing://x", new, now, "postgresql://user")
    (tmp_path / "empty.db").touch()
    refused(str(tmp_path / "empty.db"), new, now, "no tables")
    db = Database.of(old)
    db.migrate("0017")
    db.close()
    refused(str(home / "anydoor.db"), new, now, "migration 0017")


def test_an_audit_that_was_changed_is_not_taken_over(home: Path, address: str, now: datetime) -> None:
    old, new = settings_of(home), settings_of(home, address)
    fill(old, now)
    db = Database.of(old)
    with db.write() as session:
        session.execute(update(AuditRow).values(actor="staff:9"))
    db.close()
    refused(str(home / "anydoor.db"), new, now, "audit does not fit")
    assert contents(new)["people"] == []
    assert (home / "anydoor.db").exists()


def test_a_row_that_the_new_one_will_not_take_leaves_nothing(home: Path, address: str, now: datetime) -> None:
    old, new = settings_of(home), settings_of(home, address)
    fill(old, now)
    db = Database.of(old)
    with db.write() as session:
        session.execute(update(Team).values(short_name="no\0such"))
    db.close()
    refused(str(home / "anydoor.db"), new, now, "Nothing was taken over")
    assert contents(new)["teams"] == []
