"""A studio over the real content, in a database of its own; the slow proof only where a test asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.assistant import Books, open_books
from bot.studio import drafting, testing
from bot.studio.drafting import Desk
from bot.studio.testing import Checked
from services.clock import Clock
from services.crypto import Keyring
from services.db import Database
from services.models import Base

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ADA, BEA = 1, 2
WORK = "flows/about_work.yml"


@dataclass
class Studio:
    db: Database
    books: Books

    def desk(self) -> Desk:
        return drafting.see(self.db)

    def swap(self, old: str, new: str, file: str = WORK, by: int = ADA) -> None:
        """Replace words of a file in the draft."""
        with self.db.write() as session:
            edit = drafting.edit(session, by, NOW)
            text = edit.desk.files[file]
            assert old in text
            edit.put({file: text.replace(old, new)}, "words")


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    db = Database(f"sqlite:///{tmp_path / 'a.db'}", Keyring.parse("t1:test-key-not-secret"))
    Base.metadata.create_all(db.engine)
    yield Studio(db, open_books(db, Clock()))
    db.close()


@pytest.fixture
def unproved(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is found by the proof, no test is touched, and nothing is waited for."""
    monkeypatch.setattr(testing, "check_of", lambda db, desk: Checked(True, False, ()))
    monkeypatch.setattr(testing, "touched", lambda changes, tests: [])
