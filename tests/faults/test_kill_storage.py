"""SIGKILL while SQLite folds its log in, and while a backup is put back: the database is the old one or the new one,
whole, and nothing acknowledged is lost."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select

from services import backup, inbox
from services.clock import real_now
from services.crypto import Keyring
from services.db import Database
from services.messages import Address, Inbound
from services.models import MessageIn
from services.settings import Settings
from tests.conftest import KEYS

SECRET = "test-key-not-secret"

ACCEPT = """
import sys
from sqlalchemy import event
from services import inbox
from services.clock import real_now
from services.crypto import Keyring
from services.db import Database
from services.messages import Address, Inbound
db = Database(sys.argv[1], Keyring.parse(sys.argv[2]))
event.listen(db.engine, "connect", lambda connection, _: connection.execute("PRAGMA wal_autocheckpoint=1"))
for n in range(100_000):
    inbox.accept(db, Inbound(Address("sms", "+447700900123"), f"SM{sys.argv[3]}x{n}", "x" * 1500), False, real_now())
    print(f"SM{sys.argv[3]}x{n}", flush=True)
"""


@pytest.mark.slow
def test_killed_while_every_commit_is_a_checkpoint(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "anydoor.db")
    url, acknowledged = f"sqlite:///{tmp_path / 'anydoor.db'}", set[str]()
    for life, most in enumerate((2, 9, 23)):
        command = [sys.executable, "-c", ACCEPT, url, KEYS, str(life)]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout
            for _, line in zip(range(most), process.stdout, strict=False):
                acknowledged.add(line.strip())
            process.kill()
            acknowledged |= {line.strip() for line in process.stdout if line.endswith("\n")}
    with closing(sqlite3.connect(tmp_path / "anydoor.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(acknowledged) >= 34
    assert acknowledged <= stored(url)


def stored(url: str) -> set[str]:
    with closing(Database(url, Keyring.parse(KEYS))) as db, db.read() as session:
        return set(session.scalars(select(MessageIn.provider_id)))


def settings_of(home: Path) -> Settings:
    return Settings.model_validate({"ANYDOOR_HOME": home, "ANYDOOR_SECRET_KEY": SECRET})


def words_in(settings: Settings) -> list[str | None]:
    with closing(Database.of(settings)) as db, db.read() as session:
        return [row.body for row in session.scalars(select(MessageIn).order_by(MessageIn.id))]


def write(db: Database, words: str) -> None:
    inbox.accept(db, Inbound(Address("sms", "+447700900123"), f"SM{words}", words), False, real_now())


RESTORE = """
import sys
from pathlib import Path
from services import backup
from services.clock import real_now
from services.settings import load
backup.restore(Path(sys.argv[1]), load(), real_now(), force=True)
"""


@pytest.mark.parametrize("passing", [1, 2], ids=["the draft is folded", "the old file is folded"])
def test_killed_while_a_backup_is_put_back(sqlite_template: Path, tmp_path: Path, passing: int) -> None:
    settings, file = settings_of(tmp_path / "home"), tmp_path / "one.backup"
    settings.home.mkdir()
    shutil.copy(sqlite_template, settings.home / "anydoor.db")
    with closing(Database.of(settings)) as db:
        write(db, "then")
        backup.backup(db, settings, file)
        write(db, "since")
    own = {
        "ANYDOOR_HOME": str(settings.home),
        "ANYDOOR_SECRET_KEY": SECRET,
        "ANYDOOR_FAULT": f"after_checkpoint:{passing}",
    }
    command = [sys.executable, "-c", RESTORE, str(file)]
    killed = subprocess.run(command, env={**os.environ, **own}, check=False, timeout=300)
    assert killed.returncode == -signal.SIGKILL
    assert words_in(settings) == ["then", "since"]
    backup.restore(file, settings, real_now(), force=True)
    assert words_in(settings) == ["then"]
