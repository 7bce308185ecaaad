"""Invariant 17 and the restore drill: a backup while running, put back whole or not at all."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import threading
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from services import audit, backup, backup_sqlite, conversations, crypto, inbox, outbox, people, privacy
from services.db import Database
from services.errors import BackupRefused, StorageError
from services.holdings import erase, ledger
from services.messages import Address, Inbound
from services.models import AuditRow, Conversation, MessageIn, MessageOut, Person
from services.settings import Settings
from tests.conftest import path_with_postgres

ANNA, BEN = Address("sms", "+447700900123"), Address("sms", "+447700900124")
KEY = "test-key-not-secret"


def settings_of(home: Path, url: str = "", key: str = KEY) -> Settings:
    return Settings.model_validate(
        {"ANYDOOR_HOME": home, "ANYDOOR_DATABASE_URL": url, "ANYDOOR_SECRET_KEY": key, "ANYDOOR_DATA_KEYS": ""}
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_of(tmp_path / "home")


@pytest.fixture
def running(settings: Settings, sqlite_template: Path) -> Iterator[Database]:
    settings.home.mkdir()
    shutil.copy(sqlite_template, settings.home / "anydoor.db")
    db = Database.of(settings)
    yield db
    db.close()


def write(db: Database, address: Address, text: str, now: datetime, number: str = "1") -> int:
    accepted = inbox.accept(db, Inbound(address, f"SM{address.value[-3:]}{number}", text), False, now)
    with db.write() as session:
        return conversations.lock(session, accepted.conversation_id).person_id


def words_in(settings: Settings) -> list[str | None]:
    db = Database.of(settings)
    with db.read() as session:
        found = [row.body for row in session.scalars(select(MessageIn).order_by(MessageIn.id))]
    db.close()
    return found


def test_a_backup_comes_back_as_it_was(running: Database, settings: Settings, tmp_path: Path, now: datetime) -> None:
    write(running, ANNA, "before", now)
    file = tmp_path / "one.backup"
    made = backup.backup(running, settings, file)
    write(running, BEN, "after", now)
    running.close()
    done = backup.restore(file, settings, now, force=True)
    assert words_in(settings) == ["before"]
    assert done.revision == made.revision
    assert done.problems == ()
    assert file.stat().st_mode & 0o077 == 0


def test_it_comes_back_on_another_machine_that_has_the_key(
    running: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    write(running, ANNA, "hello", now)
    file = tmp_path / "one.backup"
    backup.backup(running, settings, file)
    elsewhere = settings_of(tmp_path / "elsewhere")
    assert backup.restore(file, elsewhere, now).kept_aside == ()
    assert words_in(elsewhere) == ["hello"]
    with pytest.raises(BackupRefused, match="keys here are not"):
        backup.restore(file, settings_of(tmp_path / "third", key="another-key-not-secret"), now)


def test_the_key_and_the_words_are_not_in_the_file(
    running: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    write(running, ANNA, "canaryword", now)
    file = tmp_path / "one.backup"
    backup.backup(running, settings, file)
    with zipfile.ZipFile(file) as archive:
        content = b"".join(archive.read(name) for name in archive.namelist())
    assert b"SQLite format 3" in content
    for secret in (KEY.encode(), b"canaryword", ANNA.value.encode()):
        assert secret not in content


def test_a_backup_while_writing_is_consistent(
    running: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    """Each write makes a person and a message together; no backup may have one without the other."""
    done, written = threading.Event(), [0]

    def keep_writing() -> None:
        while not done.is_set():
            write(running, Address("web", f"p{written[0]}"), "x", now)
            written[0] += 1

    writer = threading.Thread(target=keep_writing)
    writer.start()
    try:
        files = [tmp_path / f"{number}.backup" for number in range(3)]
        for file in files:
            backup.backup(running, settings, file)
    finally:
        done.set()
        writer.join()
    assert written[0] > 0
    for file in files:
        elsewhere = settings_of(tmp_path / file.stem)
        backup.restore(file, elsewhere, now)
        db = Database.of(elsewhere)
        with db.read() as session:
            counts = {
                session.scalar(select(func.count()).select_from(table)) for table in (Person, Conversation, MessageIn)
            }
        db.close()
        assert len(counts) == 1


def test_invariant_17_who_was_erased_since_the_backup_stays_erased(
    running: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    person = write(running, ANNA, "forget me", now)
    write(running, BEN, "keep me", now)
    file = tmp_path / "one.backup"
    backup.backup(running, settings, file)
    with running.write() as session:
        session.execute(update(MessageIn).values(taken_at=now))
        assert erase(session, person, now, settings) == []
    running.close()
    assert backup.restore(file, settings, now, force=True).erased_again == 1
    assert [words for words in words_in(settings) if words] == ["keep me"]


def test_the_ledger_comes_back_with_a_backup(
    running: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    person = write(running, ANNA, "forget me", now)
    early, late = tmp_path / "early.backup", tmp_path / "late.backup"
    backup.backup(running, settings, early)
    with running.write() as session:
        privacy.erase(session, person, now, ledger(settings))
    backup.backup(running, settings, late)
    elsewhere = settings_of(tmp_path / "elsewhere")
    backup.restore(late, elsewhere, now)
    assert ledger(elsewhere).read_text() == ledger(settings).read_text()
    backup.restore(early, elsewhere, now, force=True)
    assert words_in(elsewhere) in ([], [None])


@pytest.mark.parametrize("part", [0.0, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_refused_and_nothing_changes(
    running: Database, settings: Settings, tmp_path: Path, now: datetime, part: float
) -> None:
    write(running, ANNA, "here", now)
    file = tmp_path / "one.backup"
    backup.backup(running, settings, file)
    content = file.read_bytes()
    file.write_bytes(content[: int(len(content) * part)])
    running.close()
    with pytest.raises(BackupRefused, match="damaged, cut off"):
        backup.restore(file, settings, now, force=True)
    assert words_in(settings) == ["here"]


def test_a_file_that_was_tampered_with_is_refused(
    running: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    file, changed = tmp_path / "one.backup", tmp_path / "changed.backup"
    backup.backup(running, settings, file)
    with zipfile.ZipFile(file) as archive, zipfile.ZipFile(changed, "w") as other:
        for name in archive.namelist():
            content = archive.read(name)
            other.writestr(name, content[:-1] + b"!" if name == backup.DATABASE else content)
    with pytest.raises(BackupRefused, match="damaged"):
        backup.restore(changed, settings_of(tmp_path / "elsewhere"), now)


def test_a_database_that_holds_something_is_not_overwritten_without_force(
    running: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "one.backup"
    backup.backup(running, settings, file)
    write(running, ANNA, "mine", now)
    running.close()
    with pytest.raises(BackupRefused, match="holds something already"):
        backup.restore(file, settings, now)
    assert words_in(settings) == ["mine"]
    aside = backup.restore(file, settings, now, force=True).kept_aside
    assert words_in(settings_of(settings.home, f"sqlite:///{aside[0]}")) == ["mine"]


def test_a_restore_right_after_another_keeps_both_older_files(
    running: Database, settings: Settings, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the first was killed after it had kept the file aside and somebody did it again at once."""
    file = tmp_path / "one.backup"
    backup.backup(running, settings, file)
    running.close()
    monkeypatch.setattr(backup_sqlite, "real_now", lambda: now)
    kept = [backup.restore(file, settings, now, force=True).kept_aside[0] for _ in range(2)]
    assert kept[0] != kept[1]
    assert all(each.exists() for each in kept)


def test_it_is_refused_while_a_server_runs(
    running: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    file = tmp_path / "one.backup"
    backup.backup(running, settings, file)
    running.claim_process()
    with pytest.raises(StorageError, match="nother process"):
        backup.restore(file, settings, now)


def test_a_backup_of_an_older_version_is_brought_forward(
    running: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    newest = backup.revision_of(running)
    running.migrate("0001")
    file = tmp_path / "old.backup"
    assert backup.backup(running, settings, file).revision == "0001"
    done = backup.restore(file, settings_of(tmp_path / "elsewhere"), now)
    assert done.revision == newest


def test_a_backup_of_a_newer_version_is_refused(
    running: Database, settings: Settings, tmp_path: Path, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "new.backup"
    monkeypatch.setattr(backup, "revision_of", lambda _db: "9999")
    backup.backup(running, settings, file)
    with pytest.raises(BackupRefused, match="newer version"):
        backup.restore(file, settings_of(tmp_path / "elsewhere"), now)


def sealed(db: Database, settings: Settings, now: datetime, count: int) -> None:
    with db.write() as session:
        for number in range(count):
            audit.record(session, "system", "looked", f"person:{number}", now)
    audit.seal(db, settings.home / backup.ANCHOR)


def test_the_chain_of_the_audit_goes_on_from_the_backup(
    running: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    sealed(running, settings, now, 3)
    file = tmp_path / "one.backup"
    backup.backup(running, settings, file)
    sealed(running, settings, now, 2)
    running.close()
    done = backup.restore(file, settings, now, force=True)
    assert any(path.name.startswith("audit.anchor.before-restore") for path in done.kept_aside)
    db = Database.of(settings)
    sealed(db, settings, now, 1)
    with db.read() as session:
        assert audit.verify(session, settings.home / backup.ANCHOR) == []
        assert "restore" in session.scalars(select(AuditRow.action)).all()
    db.close()


def test_an_audit_that_was_changed_is_said_and_needs_force(
    running: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    sealed(running, settings, now, 3)
    with running.write() as session:
        session.execute(update(AuditRow).where(AuditRow.id == 2).values(actor="staff:9"))
    file = tmp_path / "one.backup"
    backup.backup(running, settings, file)
    elsewhere = settings_of(tmp_path / "elsewhere")
    with pytest.raises(BackupRefused, match="link 2 of the audit was changed"):
        backup.restore(file, elsewhere, now)
    assert not (elsewhere.home / "anydoor.db").exists()
    assert backup.restore(file, elsewhere, now, force=True).problems


def test_what_waited_to_be_sent_is_not_blindly_sent_again(
    running: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    write(running, ANNA, "hello", now)
    with running.write() as session:
        row = conversations.lock(session, people.find_or_make_conversation(session, ANNA, now))
        outbox.enqueue(session, row, "old", purpose="answer", now=now - timedelta(days=3))
        outbox.enqueue(session, row, "fresh", purpose="answer", now=now - timedelta(hours=1))
        outbox.enqueue(session, row, "to come", purpose="reminder", now=now, run_at=now + timedelta(days=1))
    file, elsewhere = tmp_path / "one.backup", settings_of(tmp_path / "elsewhere")
    backup.backup(running, settings, file)
    backup.restore(file, elsewhere, now)
    db = Database.of(elsewhere)
    with db.read() as session:
        found = {row.body: (row.status, row.repeat) for row in session.scalars(select(MessageOut))}
    db.close()
    assert found == {"old": ("dropped", False), "fresh": ("queued", True), "to come": ("queued", False)}


def test_killed_in_the_middle_it_leaves_the_older_backup_and_the_database_alone(
    running: Database, settings: Settings, tmp_path: Path, now: datetime
) -> None:
    write(running, ANNA, "here", now)
    file = tmp_path / "one.backup"
    backup.backup(running, settings, file)
    before = file.read_bytes()
    code = (
        "from pathlib import Path; from services import backup; from services.db import Database; "
        f"from services.settings import load; s = load(); backup.backup(Database.of(s), s, Path({str(file)!r}))"
    )
    own = {"ANYDOOR_HOME": str(settings.home), "ANYDOOR_SECRET_KEY": KEY, "ANYDOOR_FAULT": "mid_backup"}
    killed = subprocess.run([sys.executable, "-c", code], env={**os.environ, **own}, check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert file.read_bytes() == before
    backup.backup(running, settings, file)
    assert sorted(path.name for path in tmp_path.iterdir() if "backup" in path.name) == ["one.backup"]
    running.close()
    backup.restore(file, settings, now, force=True)
    assert words_in(settings) == ["here"]


def test_it_cannot_be_written_where_there_is_no_folder(running: Database, settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="cannot be written"):
        backup.backup(running, settings, tmp_path / "no" / "such" / "one.backup")


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """pg_dump as new as the test's server."""
    monkeypatch.setenv("PATH", path_with_postgres())
    if shutil.which("pg_dump") is None:
        pytest.skip("no pg_dump")


@pytest.mark.postgres
def test_the_restore_drill_on_postgresql(postgres_db: Database, tmp_path: Path, now: datetime, programs: None) -> None:
    url = postgres_db.url.render_as_string(hide_password=False)
    settings = settings_of(tmp_path / "home", url)
    settings.home.mkdir()
    running = Database(url, crypto.keyring(settings))
    person = write(running, ANNA, "forget me", now)
    write(running, BEN, "keep me", now)
    sealed(running, settings, now, 2)
    file = tmp_path / "one.backup"
    backup.backup(running, settings, file)
    with running.write() as session:
        session.execute(update(MessageIn).values(taken_at=now))
        erase(session, person, now, settings)
    write(running, ANNA, "after", now, "2")
    running.close()
    with pytest.raises(BackupRefused, match="holds something already"):
        backup.restore(file, settings, now)
    done = backup.restore(file, settings, now, force=True)
    assert done.erased_again == 1
    assert done.problems == ()
    assert done.kept_aside[0].suffix == ".pgdump"
    assert [words for words in words_in(settings) if words] == ["keep me"]


def test_the_password_is_not_among_the_arguments_that_ps_shows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from services import backup_postgres

    program = tmp_path / "pg_dump"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\necho "$PGPASSWORD" > {tmp_path}/environment\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    db = Database("postgresql+psycopg://anydoor:not-for-ps@127.0.0.1:1/anydoor", crypto.Keyring.parse("t1:" + "x" * 20))
    backup_postgres.copy_out(db, tmp_path / "dump")
    assert "postgresql://anydoor@127.0.0.1:1/anydoor" in (tmp_path / "arguments").read_text()
    assert "not-for-ps" not in (tmp_path / "arguments").read_text()
    assert (tmp_path / "environment").read_text() == "not-for-ps\n"


def test_without_pg_dump_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, running: Database
) -> None:
    from services import backup_postgres

    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupRefused, match="pg_dump is not installed"):
        backup_postgres.copy_out(running, tmp_path / "dump")
