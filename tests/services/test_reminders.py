"""Invariant 9, and what never goes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from services import booking, conversations, people, reminders
from services.clock import LONDON
from services.db import Database
from services.models import Appointment, Coach, Person
from tests.services.diaries import make_team, talk


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def call_at(db: Database, text: str, booked_at: str) -> Appointment:
    """A call at a wall time, booked at another."""
    made = wall(booked_at)
    conversation = talk(db, made)
    with db.write() as session:
        if session.get(Coach, 1) is None:
            make_team(session, made)
        row = Appointment(
            person_id=session.query(Person.id).order_by(Person.id.desc()).limit(1).scalar(),
            conversation_id=conversation,
            coach_id=1,
            team_id="testshire",
            kind="phone",
            starts_at=wall(text),
            ends_at=wall(text) + timedelta(minutes=30),
            created_at=made,
        )
        session.add(row)
    return row


def due(db: Database, text: str) -> list[tuple[str, str]]:
    with db.read() as session:
        return [(r.kind, r.flow) for r in reminders.due(session, wall(text))]


def begin_all(db: Database, text: str) -> list[bool]:
    with db.read() as session:
        found = reminders.due(session, wall(text))
    with db.write() as session:
        return [reminders.begin(session, reminder, wall(text)) for reminder in found]


def test_invariant_9_the_day_before_at_the_same_time_and_an_hour_before(db: Database) -> None:
    call_at(db, "2026-11-26T10:00", "2026-11-23T09:00")
    assert due(db, "2026-11-25T09:59") == []
    assert due(db, "2026-11-25T10:00") == [("day", "remind_call_day")]
    assert begin_all(db, "2026-11-25T10:00") == [True]
    assert due(db, "2026-11-25T10:01") == []
    assert due(db, "2026-11-26T09:00") == [("hour", "remind_call_hour")]


@pytest.mark.parametrize(
    ("call", "day"),
    [("2026-03-29T10:00", "2026-03-28T10:00"), ("2026-10-25T10:00", "2026-10-24T10:00")],
)
def test_invariant_9_the_day_before_keeps_the_wall_time_when_the_clocks_change(
    sqlite_db: Database, call: str, day: str
) -> None:
    row = call_at(sqlite_db, call, "2026-03-01T09:00")
    assert reminders.of(row)[0].due_at == wall(day)
    assert row.starts_at - reminders.of(row)[0].due_at != timedelta(hours=24)


def test_invariant_9_an_hour_before_in_quiet_hours_joins_the_evening_before(sqlite_db: Database) -> None:
    row = call_at(sqlite_db, "2026-11-26T08:30", "2026-11-23T09:00")
    hour = reminders.of(row)[1]
    assert (hour.flow, hour.due_at) == ("remind_call_day", wall("2026-11-25T19:00"))
    assert due(sqlite_db, "2026-11-26T07:30") == []


def test_nothing_is_due_in_quiet_hours(sqlite_db: Database) -> None:
    for clock, quiet in [("19:59", False), ("20:00", True), ("03:00", True), ("07:59", True), ("08:00", False)]:
        assert reminders.is_quiet(wall(f"2026-07-01T{clock}")) == quiet
    assert reminders.after_quiet(wall("2026-07-01T21:00")) == wall("2026-07-02T08:00")
    assert reminders.after_quiet(wall("2026-07-01T03:00")) == wall("2026-07-01T08:00")
    assert reminders.after_quiet(wall("2026-07-01T12:00")) == wall("2026-07-01T12:00")


def test_a_stale_reminder_never_goes(sqlite_db: Database) -> None:
    call_at(sqlite_db, "2026-11-26T10:00", "2026-11-23T09:00")
    assert due(sqlite_db, "2026-11-25T20:30") == []
    assert due(sqlite_db, "2026-11-26T08:30") == [], "the words say tomorrow"
    assert due(sqlite_db, "2026-11-26T09:55") == []
    assert due(sqlite_db, "2026-11-26T10:05") == []


def test_who_has_just_booked_is_not_reminded_at_once(sqlite_db: Database) -> None:
    call_at(sqlite_db, "2026-11-24T10:00", "2026-11-23T11:00")
    assert due(sqlite_db, "2026-11-23T11:01") == []
    assert due(sqlite_db, "2026-11-24T09:00") == [("hour", "remind_call_hour")]


def test_a_call_that_was_called_off_or_a_person_who_stopped_is_not_reminded(db: Database) -> None:
    row = call_at(db, "2026-11-26T10:00", "2026-11-23T09:00")
    with db.write() as session:
        people.stop(session, row.conversation_id, wall("2026-11-24T09:00"))
    assert due(db, "2026-11-25T10:00") == []
    with db.write() as session:
        people.start(session, row.conversation_id)
    assert len(due(db, "2026-11-25T10:00")) == 1
    with db.write() as session:
        booking.call_off(session, row.id, wall("2026-11-25T09:00"))
    assert due(db, "2026-11-25T10:00") == []


def test_a_reminder_read_before_the_call_was_called_off_does_not_begin(db: Database) -> None:
    row = call_at(db, "2026-11-26T10:00", "2026-11-23T09:00")
    at = wall("2026-11-25T10:00")
    with db.read() as session:
        found = reminders.due(session, at)
    with db.write() as session:
        booking.call_off(session, row.id, at)
    with db.write() as session:
        assert not reminders.begin(session, found[0], at)


def test_a_reminder_begins_once_however_many_ask(db: Database) -> None:
    row = call_at(db, "2026-11-26T10:00", "2026-11-23T09:00")
    at = wall("2026-11-25T10:00")
    reminder = reminders.of(row)[0]

    def begin(_: int) -> bool:
        with db.write() as session:
            conversations.lock(session, row.conversation_id)
            return reminders.begin(session, reminder, at)

    with ThreadPoolExecutor(5) as pool:
        assert sorted(pool.map(begin, range(5))) == [False] * 4 + [True]


def test_a_moved_call_gets_reminders_of_its_own(db: Database) -> None:
    row = call_at(db, "2026-11-26T10:00", "2026-11-23T09:00")
    begin_all(db, "2026-11-25T10:00")
    with db.write() as session:
        old = session.get_one(Appointment, row.id)
        old.status = "moved"
        session.add(
            Appointment(
                person_id=old.person_id,
                conversation_id=old.conversation_id,
                coach_id=1,
                team_id="testshire",
                kind="phone",
                starts_at=wall("2026-11-30T11:00"),
                ends_at=wall("2026-11-30T11:30"),
                moved_from_id=old.id,
                created_at=wall("2026-11-25T11:00"),
            )
        )
    assert due(db, "2026-11-26T09:00") == []
    assert due(db, "2026-11-29T11:00") == [("day", "remind_call_day")]
