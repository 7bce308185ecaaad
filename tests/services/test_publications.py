"""What is live, and the draft, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import select

from services import drafts, flow_store, publications
from services.db import Database
from services.models import AuditRow


def store(db: Database, name: str, now: datetime) -> None:
    with db.write() as session:
        flow_store.store(session, name, {"flows/a.yml": name}, [], "test", now)


def put(db: Database, name: str, follows: int, now: datetime) -> publications.Publication | None:
    with db.write() as session:
        return publications.publish(
            session, name, follows=follows, kind="published", by="staff:1", now=now, note="x" * 999
        )


def test_the_newest_publication_is_live_and_nothing_is_overwritten(db: Database, now: datetime) -> None:
    store(db, "r1", now)
    store(db, "r2", now)
    first = put(db, "r1", 0, now)
    assert first is not None
    second = put(db, "r2", first.number, now)
    assert second is not None
    assert put(db, "r1", first.number, now) is None, "another came between"
    third = put(db, "r1", second.number, now)
    assert third is not None
    with db.read() as session:
        assert publications.live(session) == third
        assert [one.hash for one in publications.history(session)] == ["r1", "r2", "r1"]
        assert publications.find(session, first.number) == first
        assert publications.find(session, 999) is None
        assert len(third.note) == publications.LONGEST_NOTE
        assert len(list(session.scalars(select(AuditRow).where(AuditRow.action == "publish_dialogs")))) == 3


def test_of_many_at_once_one_publishes(db: Database, now: datetime) -> None:
    store(db, "r1", now)
    with ThreadPoolExecutor(6) as pool:
        came = list(pool.map(lambda _: put(db, "r1", 0, now), range(6)))
    assert sum(one is not None for one in came) == 1


def test_a_draft_is_kept_marked_agreed_to_and_settled(db: Database, now: datetime) -> None:
    with db.write() as session:
        assert drafts.see(session) is None
        first = drafts.keep(session, 1, {"flows/a.yml": "x"}, {}, 1, now, "words")
        again = drafts.keep(session, 1, {"flows/a.yml": "y"}, {"t/a.txt": "you: hi"}, 2, now, "words")
        assert (first.mark != again.mark, again.authors, again.version) == (True, (1, 2), 2)
    with db.write() as session:
        locked = drafts.lock(session)
        assert locked == again
        assert not drafts.approve(session, again, 2, now)
        assert drafts.approve(session, again, 3, now)
        assert drafts.approve(session, again, 3, now)
        assert drafts.approved(session, again) == [3]
        assert drafts.approved(session, first) == []
        drafts.settle(session, 3, now)
        assert drafts.see(session) is None
        assert drafts.saved_tests(session) == {"t/a.txt": "you: hi"}
        drafts.keep(session, 2, {}, {}, 1, now, "words")
        drafts.discard(session, 1, now)
        assert drafts.see(session) is None


def test_a_draft_has_a_size(db: Database, now: datetime) -> None:
    with db.write() as session, pytest.raises(ValueError, match="4 MB"):
        drafts.keep(session, 1, {"flows/a.yml": "x" * 5_000_000}, {}, 1, now, "words")
