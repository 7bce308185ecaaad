"""Invariant 15."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from services import audit
from services.db import Database
from services.models import AuditHead, AuditRow


def write(db: Database, now: datetime, number: int = 3) -> None:
    with db.write() as session:
        for n in range(number):
            audit.record(session, "staff:3", "read", f"referral:{n}", now, {"page": "card"})


def problems(db: Database, anchor: Path | None = None) -> list[str]:
    with db.read() as session:
        return audit.verify(session, anchor)


def test_invariant_15_rows_are_chained_after_the_commit(db: Database, now: datetime, tmp_path: Path) -> None:
    anchor = tmp_path / "head.log"
    write(db, now)
    with db.read() as session:
        assert set(session.scalars(select(AuditRow.chain))) == {None}
    assert audit.seal(db, anchor) == 3
    write(db, now)
    assert audit.seal(db, anchor) == 3
    assert audit.seal(db, anchor) == 0
    assert problems(db, anchor) == []
    assert len(anchor.read_text().splitlines()) == 3  # where it begins, and two ends


def test_dying_before_the_first_end_is_written_outside_is_no_false_alarm(
    db: Database, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    anchor, written = tmp_path / "head.log", audit._write_anchor

    def dies_after_the_commit(file: Path, chain: int, link: str) -> None:
        if chain:
            raise KeyboardInterrupt
        written(file, chain, link)

    write(db, now)
    monkeypatch.setattr(audit, "_write_anchor", dies_after_the_commit)
    with pytest.raises(KeyboardInterrupt):
        audit.seal(db, anchor)
    assert problems(db, anchor) == []


def test_several_sealers_make_one_chain(db: Database, now: datetime) -> None:
    audit.seal(db)
    write(db, now, 20)
    with ThreadPoolExecutor(4) as pool:
        sealed = list(pool.map(lambda _: audit.seal(db, limit=7), range(8)))
    assert sum(sealed) == 20
    assert problems(db) == []


def test_a_changed_row_is_found(db: Database, now: datetime) -> None:
    write(db, now)
    audit.seal(db)
    with db.write() as session:
        session.execute(update(AuditRow).where(AuditRow.id == 2).values(actor="staff:4"))
    assert problems(db) == ["link 2 of the audit was changed"]


def test_a_missing_row_and_a_cut_end_are_found(db: Database, now: datetime) -> None:
    write(db, now)
    audit.seal(db)
    with db.write() as session:
        session.execute(delete(AuditRow).where(AuditRow.chain == 3))
    assert problems(db) == ["the end of the audit was cut off or changed"]
    with db.write() as session:
        session.execute(delete(AuditRow).where(AuditRow.chain == 1))
    assert problems(db) == ["link 1 of the audit is missing"]


def test_a_chain_that_was_rewritten_whole_does_not_meet_the_anchor(db: Database, now: datetime, tmp_path: Path) -> None:
    anchor = tmp_path / "head.log"
    write(db, now)
    audit.seal(db, anchor)
    with db.write() as session:
        session.execute(delete(AuditHead))
        session.execute(update(AuditRow).values(chain=None, seal=None, actor="staff:9"))
    audit.seal(db)
    assert problems(db) == []
    assert problems(db, anchor) == ["link 3 of the audit is not the one written outside"]


def test_an_anchor_that_is_gone_or_torn_is_said(db: Database, now: datetime, tmp_path: Path) -> None:
    anchor = tmp_path / "head.log"
    assert problems(db, anchor) == [], "nothing was sealed yet"
    write(db, now)
    audit.seal(db, anchor)
    whole = anchor.read_text()
    for left in ("", None):
        anchor.unlink() if left is None else anchor.write_text(left)
        assert problems(db, anchor) == ["what was written outside about the audit is gone"]
    anchor.write_bytes(whole.encode() + b"\xff 3\n")
    assert problems(db, anchor) == ["a line that was written outside about the audit cannot be read"]


@pytest.mark.parametrize("actor", ["", "staff", "staff:", ":3"])
def test_the_audit_refuses_the_anonymous(sqlite_db: Database, now: datetime, actor: str) -> None:
    with sqlite_db.write() as session, pytest.raises(ValueError, match="names who did it"):
        audit.record(session, actor, "read", "referral:1", now)
