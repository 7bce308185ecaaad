"""A trial whose child is long silent, on a busy machine, still goes on; one whose process is gone has stopped."""

from __future__ import annotations

import threading
from datetime import datetime

import pytest
from sqlalchemy import update

from bot.studio import testing
from services import trials
from services.clock import real_now
from services.db import Database
from services.models import DialogTrial


def silent(db: Database, trial: int) -> None:
    with db.write() as session:
        row = update(DialogTrial).where(DialogTrial.id == trial)
        session.execute(row.values(seen_at=real_now() - 2 * trials.SILENT))


def running(db: Database) -> bool:
    with db.read() as session:
        newest = trials.latest(session, "draft")
    return newest is not None and newest.running


def test_a_trial_goes_on_while_its_child_lives(
    sqlite_db: Database, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with sqlite_db.write() as session:
        trial = trials.begin(session, "draft", "touched", 3, now)
    assert trial is not None
    silent(sqlite_db, trial)
    assert not running(sqlite_db), "nobody has said anything for minutes"
    told, over = threading.Event(), threading.Event()
    beat = trials.beat

    def noticed(*given: object) -> None:
        beat(*given)  # type: ignore[arg-type]
        told.set()

    monkeypatch.setattr(testing, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(trials, "beat", noticed)
    beating = threading.Thread(target=testing._beat, args=(sqlite_db, trial, over))
    beating.start()
    assert told.wait(60)
    over.set()
    beating.join(60)
    assert running(sqlite_db)
    silent(sqlite_db, trial)
    assert not running(sqlite_db), "it says no more once it is over"
