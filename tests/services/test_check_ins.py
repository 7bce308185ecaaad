"""Check-ins: planned at a humane hour, one at a time, nothing after STOP, nobody else's."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from services import check_ins, conversations, due_work, people, referrals
from services.clock import LONDON
from services.db import Database
from services.models import AuditRow, CheckIn
from services.scopes import Viewer
from tests.services.diaries import make_team, talk

OURS, OTHERS = Viewer(1, "testshire"), Viewer(2, "elsewhere")
QUESTION = "How did the meeting with your manager go?"


@pytest.fixture
def referral(db: Database, now: datetime) -> int:
    conversation_id = talk(db, now)
    with db.write() as session:
        make_team(session, now)
        conversation = conversations.lock(session, conversation_id)
        return referrals.create(session, conversation, "testshire", {}, now, consent_id=None).id


def plan(db: Database, referral: int, on: date, now: datetime, viewer: Viewer = OURS) -> bool | str:
    with db.write() as session:
        return check_ins.plan(session, referral, QUESTION, on, viewer, now)


def states(db: Database, referral: int, now: datetime) -> list[str]:
    with db.read() as session:
        return [row.state for row in check_ins.of(session, referral, now)]


@pytest.mark.parametrize("days", [1, 60])
def test_it_is_asked_at_ten_on_the_day_and_not_in_the_evening(
    db: Database, now: datetime, referral: int, days: int
) -> None:
    assert plan(db, referral, now.date() + timedelta(days=days), now) is True
    with db.read() as session:
        row = session.scalars(select(CheckIn)).one()
        wall = row.due_at.astimezone(LONDON)
        assert (wall.hour, wall.minute, wall.date()) == (10, 0, now.date() + timedelta(days=days))
        assert due_work.due(session, row.due_at - timedelta(minutes=1)) == []
        assert [work.subject_id for work in due_work.due(session, row.due_at)] == [row.id]
        assert due_work.due(session, row.due_at.replace(hour=21)) == []
        assert check_ins.begin(session, row.conversation_id, row.due_at - timedelta(minutes=1)) is None
    assert states(db, referral, now + timedelta(days=days + 1)) == ["not_asked"]


@pytest.mark.parametrize("days", [-1, 121])
def test_a_day_that_cannot_be_is_refused(db: Database, now: datetime, referral: int, days: int) -> None:
    with pytest.raises(ValueError, match="a day to come"):
        plan(db, referral, now.date() + timedelta(days=days), now)


@pytest.mark.parametrize("question", ["", "  ", "x" * 101])
def test_a_question_has_words(db: Database, now: datetime, referral: int, question: str) -> None:
    with db.write() as session, pytest.raises(ValueError, match="a question"):
        check_ins.plan(session, referral, question, now.date() + timedelta(days=1), OURS, now)


def test_another_takes_its_place_and_it_can_be_taken_back(db: Database, now: datetime, referral: int) -> None:
    plan(db, referral, now.date() + timedelta(days=1), now)
    plan(db, referral, now.date() + timedelta(days=2), now)
    assert states(db, referral, now) == ["planned", "taken_back"]
    with db.write() as session:
        newest = check_ins.of(session, referral, now)[0].id
        assert check_ins.take_back(session, newest, OURS, now) is True
        assert check_ins.take_back(session, newest, OURS, now) == "changed"
        assert due_work.due(session, now + timedelta(days=2, hours=3)) == []


def test_not_after_stop_and_not_of_another_team(db: Database, now: datetime, referral: int) -> None:
    assert plan(db, referral, now.date() + timedelta(days=1), now, OTHERS) is False
    with db.read() as session:
        assert session.scalars(select(AuditRow.action).where(AuditRow.action == "refused")).all() == ["refused"]
        conversation_id = session.get_one(referrals.Referral, referral).conversation_id
    with db.write() as session:
        people.stop(session, conversation_id, now)
    assert plan(db, referral, now.date() + timedelta(days=1), now) == "stopped"


def test_the_answer_waits_until_somebody_has_read_it(db: Database, now: datetime, referral: int) -> None:
    from services import waiting

    plan(db, referral, now.date() + timedelta(days=1), now)
    later = now + timedelta(days=1, hours=2)
    with db.write() as session:
        conversation_id = session.get_one(referrals.Referral, referral).conversation_id
        row = check_ins.begin(session, conversation_id, later)
        assert row is not None
        check_ins.keep_answer(session, row, "hard", "He would not listen", later)
        number = row.id
    with db.read() as session:
        waits = waiting.read(session, OURS, later).of("check_in")
        assert [(item.id, item.detail) for item in waits] == [(number, "hard")]
        assert waiting.read(session, OTHERS, later).of("check_in") == ()
    with db.write() as session:
        assert not check_ins.seen(session, number, OTHERS, later)
        assert check_ins.seen(session, number, OURS, later)
        assert waiting.read(session, OURS, later).of("check_in") == ()
        assert check_ins.of(session, referral, later)[0].words == "He would not listen"
