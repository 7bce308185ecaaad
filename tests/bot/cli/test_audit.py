"""`anydoor audit`: the chain beside the seals that another system kept."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from services import audit
from services.audit import Sealing
from services.db import Database
from services.models import AuditRow
from services.settings import load
from tests.bot.cli.conftest import Run


@pytest.fixture
def kept(home: Path, tmp_path: Path, now: datetime) -> Path:
    """What another system heard of three rows."""
    told: list[Sealing] = []
    db = Database.of(load())
    with db.write() as session:
        for number in range(3):
            audit.record(session, "staff:1", "person.view", f"person:{number}", now)
    audit.seal(db, home / "audit.anchor", tell=told.append)
    db.close()
    file = tmp_path / "elsewhere.txt"
    file.write_text("".join(f"{each.at.isoformat()} {each.chain} {each.seal}\n" for each in told))
    return file


def test_what_fits_is_said(run: Run, kept: Path) -> None:
    said = run("audit", str(kept))
    assert (said.exit_code, "fits what was kept elsewhere" in said.stdout) == (0, True)


def test_a_chain_that_was_made_anew_with_its_anchor_does_not_fit_what_is_elsewhere(
    run: Run, home: Path, kept: Path, now: datetime
) -> None:
    """Whoever has the machine can write both anew; they cannot write what has left it."""
    db = Database.of(load())
    with db.write() as session:
        session.execute(update(AuditRow).values(chain=None, seal=None, actor="staff:2"))
        head = audit._head(session)
        head.chain, head.seal = 0, audit._START
    (home / "audit.anchor").unlink()
    audit.seal(db, home / "audit.anchor")
    with db.read() as session:
        assert audit.verify(session, home / "audit.anchor") == []
    db.close()
    said = run("audit", str(kept))
    assert (said.exit_code, said.stdout.count("is not the one written outside")) == (1, 3)


def test_an_empty_file_is_no_proof(run: Run, home: Path, kept: Path) -> None:
    kept.write_text("")
    said = run("audit", str(kept))
    assert (said.exit_code, "holds no seals" in said.stderr) == (1, True)
