"""Times to move a call to: one's own diary first, by day, over two weeks; of colleagues a few a day."""

from __future__ import annotations

from datetime import datetime, timedelta

from services import booking, conversations, diary, moving, referrals
from services.clock import LONDON
from services.db import Database
from services.models import Appointment, Referral, Team
from tests.services.diaries import hold, make_team, talk


def booked(db: Database, now: datetime) -> int:
    """A call with the first of three coaches; its id."""
    with db.write() as session:
        make_team(session, now, coaches=3, horizon_days=21)
    thread = talk(db, now)
    with db.read() as session:
        wanted = next(each for each in diary.openings(session, "testshire", now=now, kind="phone") if each.coach_id)
    assert hold(db, thread, wanted.id, now) == "held"
    with db.write() as session:
        call = booking.book(session, conversations.lock(session, thread), now)
        assert isinstance(call, Appointment)
        return call.id


def days(db: Database, call: int, own: int | None, now: datetime) -> list[moving.Day]:
    with db.read() as session:
        return moving.days_for(session, session.get_one(Appointment, call), own, now)


def test_ones_own_diary_comes_first_over_two_weeks_by_day(db: Database, now: datetime) -> None:
    found = days(db, booked(db, now), 2, now)
    own = [day for day in found if day.own]
    assert found[: len(own)] == own
    assert {day.coach for day in own} == {"Coach 1"}
    assert [day.day for day in own] == sorted({day.day for day in own})
    assert len(own) >= 9, "the working days of two weeks"
    assert max(day.day for day in found) <= (now + timedelta(days=14)).astimezone(LONDON).date()
    assert all(each.starts_at.astimezone(LONDON).date() == day.day for day in found for each in day.times)
    assert max(len(day.times) for day in own) > moving.OF_COLLEAGUES


def test_then_the_diary_the_call_is_in_and_a_few_times_of_colleagues(db: Database, now: datetime) -> None:
    found = days(db, booked(db, now), 2, now)
    coaches = list(dict.fromkeys(day.coach for day in found))
    assert coaches == ["Coach 1", "Coach 0", "Coach 2"]
    assert {day.coach for day in found if day.theirs} == {"Coach 0"}
    assert all(len(day.times) <= moving.OF_COLLEAGUES for day in found if not day.own)


def test_who_has_no_diary_sees_the_calls_own_in_full(db: Database, now: datetime) -> None:
    found = days(db, booked(db, now), None, now)
    assert found[0].theirs
    assert max(len(day.times) for day in found if day.theirs) > moving.OF_COLLEAGUES


def close(db: Database, now: datetime) -> None:
    with db.write() as session:
        session.get_one(Team, "testshire").closed_at = now


def test_whom_a_closed_team_keeps_moves_their_call_and_nobody_else_gets_its_times(db: Database, now: datetime) -> None:
    call = booked(db, now)
    with db.read() as session:
        thread = session.get_one(Appointment, call).conversation_id
    close(db, now)
    other = talk(db, now, 1)
    with db.read() as session:
        assert diary.openings(session, "testshire", now=now, own_conversation=other) == []
        assert diary.openings(session, "testshire", now=now) == []
        wanted = diary.openings(session, "testshire", now=now, own_conversation=thread)[-1]
    assert hold(db, other, wanted.id, now) == "lapsed"
    assert hold(db, thread, wanted.id, now) == "held"
    with db.write() as session:
        new = booking.move(session, conversations.lock(session, thread), now)
    assert isinstance(new, Appointment)
    assert (new.moved_from_id, new.starts_at) == (call, wanted.starts_at)


def test_a_coach_of_a_closed_team_moves_a_call_too(db: Database, now: datetime) -> None:
    call = booked(db, now)
    close(db, now)
    found = days(db, call, 2, now)
    assert {day.coach for day in found} == {"Coach 0", "Coach 1", "Coach 2"}
    with db.write() as session:
        assert moving.move(session, call, found[0].times[0].id, 1, now) == "moved"


def test_after_a_missed_call_a_closed_team_rings_again_while_the_referral_is_open(db: Database, now: datetime) -> None:
    call = booked(db, now)
    with db.write() as session:
        row = session.get_one(Appointment, call)
        thread = conversations.lock(session, row.conversation_id)
        referral = referrals.create(session, thread, "testshire", {}, now, consent_id=None)
        row.referral_id, row.status = referral.id, "not_reached"
    close(db, now)
    with db.read() as session:
        assert diary.openings(session, "testshire", now=now, own_conversation=thread.id)
    with db.write() as session:
        referrals.close(session, session.get_one(Referral, referral.id), "closed", now)
    with db.read() as session:
        assert diary.openings(session, "testshire", now=now, own_conversation=thread.id) == []
