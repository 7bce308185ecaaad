"""What a write leaves behind is on disk, and nobody else waits for that (invariant 16)."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import text

from services import disk
from services.db import Database
from services.errors import StorageError

PEOPLE, EACH = 6, 8
SECONDS = 60


def write(db: Database, name: str) -> None:
    with db.write() as session:
        session.execute(text("INSERT INTO leases VALUES (:name, 'x', '2026-01-01')"), {"name": name})


def names(database: Path) -> set[str]:
    opened = sqlite3.connect(database)
    try:
        return {name for (name,) in opened.execute("SELECT name FROM leases")}
    finally:
        opened.close()


def test_who_comes_back_from_a_write_finds_it_on_the_disk(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each sync is followed by a copy of what then is on disk: a write is in the newest copy made by its end."""
    real, copies, log = disk.to_disk, [tmp_path / "0.db"], f"{sqlite_db.url.database}-wal"
    shutil.copy(str(sqlite_db.url.database), copies[0])

    def sync(file: int) -> None:
        real(file)
        copy = tmp_path / f"{len(copies)}.db"
        shutil.copy(log, f"{copy}-wal")
        shutil.copy(str(sqlite_db.url.database), copy)
        copies.append(copy)

    def writes(person: int) -> list[tuple[str, Path]]:
        found = []
        for number in range(EACH):
            write(sqlite_db, f"{person}-{number}")
            found.append((f"{person}-{number}", copies[-1]))
        return found

    monkeypatch.setattr(disk, "to_disk", sync)
    with ThreadPoolExecutor(PEOPLE) as pool:
        written = [each for person in pool.map(writes, range(PEOPLE)) for each in person]
    assert len(written) == PEOPLE * EACH
    kept = {copy: names(copy) for copy in {copy for _, copy in written}}
    assert [name for name, copy in written if name not in kept[copy]] == []


class Slow:
    """A disk that takes until it is let."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.begun, self.may_end, self.syncs = threading.Event(), threading.Event(), 0
        monkeypatch.setattr(disk, "to_disk", self)

    def __call__(self, file: int) -> None:
        self.syncs += 1
        self.begun.set()
        assert self.may_end.wait(SECONDS)


def test_others_write_while_one_waits_for_the_disk_and_share_the_next_wait(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, waiting = Slow(monkeypatch), sqlite_db._disk
    assert waiting
    with ThreadPoolExecutor(PEOPLE + 1) as pool:
        first = pool.submit(write, sqlite_db, "first")
        assert slow.begun.wait(SECONDS)
        others = [pool.submit(write, sqlite_db, str(person)) for person in range(PEOPLE)]
        deadline = time.monotonic() + SECONDS
        while waiting._came < PEOPLE + 1:
            assert time.monotonic() < deadline, "the file is locked while the disk is waited for"
            time.sleep(0.01)
        with sqlite_db.read() as session:
            assert session.execute(text("SELECT count(*) FROM leases")).scalar_one() == PEOPLE + 1
        assert not any(one.done() for one in (first, *others))
        slow.may_end.set()
        for one in (first, *others):
            one.result(SECONDS)
    assert slow.syncs == 2


def test_a_write_that_changed_nothing_waits_for_no_disk(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    slow = Slow(monkeypatch)
    with sqlite_db.write() as session:
        assert session.execute(text("SELECT count(*) FROM leases")).scalar_one() == 0
    assert slow.syncs == 0


def test_a_disk_that_refuses_once_is_written_to_no_more(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it refused it may have dropped, and say nothing the next time."""

    def refuses(file: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    write(sqlite_db, "before")
    with monkeypatch.context() as broken:
        broken.setattr(disk, "to_disk", refuses)
        with pytest.raises(StorageError, match="Input/output error"):
            write(sqlite_db, "lost")
    with pytest.raises(StorageError, match="See to the disk, then start again"):
        write(sqlite_db, "after")
    with sqlite_db.read() as session:
        kept = set(session.execute(text("SELECT name FROM leases")).scalars())
    assert "before" in kept
    assert "after" not in kept


def test_who_waited_for_the_same_sync_is_told_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def refuses(file: int) -> None:
        begun.set()
        assert may_end.wait(SECONDS)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(disk, "to_disk", refuses)
    (tmp_path / "any.db-wal").touch()
    wait = disk.DiskWait(str(tmp_path / "any.db"))
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(wait.wait)
        assert begun.wait(SECONDS)
        second = pool.submit(wait.wait)
        may_end.set()
        assert isinstance(first.exception(SECONDS), StorageError)
        assert isinstance(second.exception(SECONDS), StorageError)


def test_too_many_open_files_stop_one_write_and_no_more(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk has refused nothing then, and the next sync covers what this one did not."""

    real = os.open

    def refuses(path: str, *how: int) -> int:
        if path.endswith("-wal"):
            raise OSError(errno.EMFILE, "Too many open files")
        return real(path, *how)

    with monkeypatch.context() as busy:
        busy.setattr(disk.os, "open", refuses)
        with pytest.raises(StorageError, match="Too many open files"):
            write(sqlite_db, "unsure")
    write(sqlite_db, "after")
    assert {"unsure", "after"} <= names(Path(str(sqlite_db.url.database)))


def test_a_sync_that_broke_off_counts_for_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    syncs = []

    def breaks_off_once(file: int) -> None:
        syncs.append(file)
        if len(syncs) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(disk, "to_disk", breaks_off_once)
    (tmp_path / "any.db-wal").touch()
    wait = disk.DiskWait(str(tmp_path / "any.db"))
    with pytest.raises(KeyboardInterrupt):
        wait.wait()
    assert wait._on_disk == 0
    wait.wait()
    assert wait._on_disk == len(syncs) == 2


def test_a_log_that_was_begun_anew_is_the_one_that_is_waited_for(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    synced: list[int] = []
    monkeypatch.setattr(disk, "to_disk", lambda file: synced.append(os.fstat(file).st_ino))
    log, wait = tmp_path / "any.db-wal", disk.DiskWait(str(tmp_path / "any.db"))
    for _ in range(2):
        log.unlink(missing_ok=True)
        log.touch()
        wait.wait()
        wait.wait()
        assert synced[-2:] == [log.stat().st_ino] * 2
    assert len(set(synced)) == 2


def test_a_log_that_is_gone_has_nothing_to_wait_for(tmp_path: Path) -> None:
    disk.DiskWait(str(tmp_path / "any.db")).wait()
