"""A coach and somebody else about the same person at the same moment, on PostgreSQL: the second sees what the first did."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, TypeVar

import pytest
from sqlalchemy import select

from services import booking, caseload, check_ins, conversations, diary, outcomes
from services.db import Database, Session
from services.models import Appointment, CallBack, DeskNote, Referral, WorkingHours
from services.scopes import Viewer
from tests.services.at_once import both
from tests.web.teams import NOW, put_referral, put_team

_Done = TypeVar("_Done")
ROBIN, KIM = Viewer(1, "north", 1), Viewer(2, "north")
BEGAN = NOW - timedelta(minutes=5)


@pytest.fixture
def sam(postgres_db: Database) -> tuple[int, int]:
    """Referral and call of Sam, whose call has just begun and who is promised to be rung."""
    world: Any = SimpleNamespace(db=postgres_db)
    return put_referral(world, "north", put_team(world, "north"), "+447700900123", BEGAN)


def then(db: Database, act: Callable[[Session], _Done]) -> Callable[[], _Done]:
    def second() -> _Done:
        with db.write() as session:
            return act(session)

    return second


def notes_of(db: Database) -> list[tuple[int | None, str | None]]:
    with db.read() as session:
        return [(row.staff_id, row.result) for row in session.scalars(select(DeskNote).order_by(DeskNote.id))]


def moves(session: Session, call_id: int) -> bool:
    """What the person does in their turn."""
    call = session.get_one(Appointment, call_id)
    thread = conversations.lock(session, call.conversation_id)
    session.add(WorkingHours(coach_id=call.coach_id, weekday=2, starts_minute=600, ends_minute=900))
    wanted = diary.openings(session, "north", now=NOW)[0]
    assert booking.hold(session, thread, wanted.id, NOW, booking.LONGEST_HOLD) == "held"
    return isinstance(booking.move(session, thread, NOW), Appointment)


def test_nothing_is_recorded_of_a_call_that_is_being_moved(postgres_db: Database, sam: tuple[int, int]) -> None:
    _, call = sam
    records = then(postgres_db, lambda session: outcomes.of_call(session, call, "not_reached", ROBIN, NOW))
    assert both(postgres_db, lambda session: moves(session, call), records) == (True, "changed")
    assert notes_of(postgres_db) == []


def test_a_promise_is_settled_once(postgres_db: Database, sam: tuple[int, int]) -> None:
    with postgres_db.read() as session:
        promise = session.scalars(select(CallBack.id)).one()
    tries = then(postgres_db, lambda session: outcomes.of_call_back(session, promise, "not_reached", KIM, NOW))
    first = both(postgres_db, lambda session: outcomes.of_call_back(session, promise, "reached", ROBIN, NOW), tries)
    assert first == ("kept", "changed")
    assert notes_of(postgres_db) == [(1, "reached")]


def test_nobody_is_closed_over_a_call_that_is_being_booked(postgres_db: Database, sam: tuple[int, int]) -> None:
    referral, call = sam
    with postgres_db.write() as session:
        session.get_one(Appointment, call).status = "not_reached"

    def books(session: Session) -> bool:
        row = session.get_one(Appointment, call)
        thread = conversations.lock(session, row.conversation_id)
        session.add(WorkingHours(coach_id=row.coach_id, weekday=2, starts_minute=600, ends_minute=900))
        wanted = diary.openings(session, "north", now=NOW)[0]
        assert booking.hold(session, thread, wanted.id, NOW, booking.LONGEST_HOLD) == "held"
        return isinstance(booking.book(session, thread, NOW, referral_id=referral), Appointment)

    closes = then(postgres_db, lambda session: outcomes.close(session, referral, ROBIN, NOW))
    assert both(postgres_db, books, closes) == (True, "call_stands")
    with postgres_db.read() as session:
        assert session.get_one(Referral, referral).status == "shared"


def ended(postgres_db: Database, sam: tuple[int, int]) -> int:
    referral, call = sam
    with postgres_db.write() as session:
        session.get_one(Appointment, call).status = "reached"
    return referral


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda session, referral: outcomes.close(session, referral, KIM, NOW), "changed"),
        (
            lambda session, referral: check_ins.plan(session, referral, "How was it?", date(2026, 12, 1), KIM, NOW),
            "changed",
        ),
    ],
)
def test_who_comes_second_to_a_referral_that_is_being_closed_is_told(
    postgres_db: Database, sam: tuple[int, int], act: Callable[[Session, int], Any], told: str
) -> None:
    referral = ended(postgres_db, sam)
    second = then(postgres_db, lambda session: act(session, referral))
    did = both(postgres_db, lambda session: outcomes.close(session, referral, ROBIN, NOW), second)
    assert did == ("kept", told)
    assert notes_of(postgres_db) == [(1, "closed")]


def plan(session: Session, referral: int, viewer: Viewer, words: str, seen: str, now: datetime = NOW) -> str:
    return caseload.keep_plan(session, referral, viewer, now, words=words, next_on=None, what="", seen=seen)


def test_of_two_plans_the_first_is_kept_and_the_second_writer_reads_it(
    postgres_db: Database, sam: tuple[int, int]
) -> None:
    referral, _ = sam
    none = caseload.plan_mark(None)
    second = then(postgres_db, lambda session: plan(session, referral, KIM, "Kim's", none))
    did = both(postgres_db, lambda session: plan(session, referral, ROBIN, "Robin's", none), second)
    assert did == ("kept", "plan_changed")
    with postgres_db.read() as session:
        kept = caseload.plan_of(session, referral)
    assert kept is not None
    assert kept.words == "Robin's"
    with postgres_db.write() as session:
        assert plan(session, referral, KIM, "both", caseload.plan_mark(kept)) == "kept"
