"""What is done once for a version is done before the server starts, and leaves nothing for it to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.cli.first_start import set_up_apart
from services import migrated
from services.db import Database
from services.models import Team
from services.settings import Settings, load


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("ANYDOOR_HOME", str(tmp_path))
    monkeypatch.setenv("ANYDOOR_DEMO", "1")
    return load()


def test_the_tables_and_the_demonstration_are_there_and_it_is_done_once(settings: Settings) -> None:
    assert set_up_apart(settings)
    db = Database.of(settings)
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Team)) == 36
    assert migrated.stands_at(db.engine) == migrated.newest()
    db.close()
    assert not set_up_apart(settings)


def test_where_another_process_serves_nothing_is_touched(settings: Settings) -> None:
    db = Database.of(settings)
    db.claim_process()
    set_up_apart(settings)
    assert migrated.stands_at(db.engine) is None
    db.close()
