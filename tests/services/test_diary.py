"""Openings: what is offered, and what never is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from services import diary
from services.clock import LONDON
from services.db import Database
from services.models import Absence, WorkingHours
from tests.services.diaries import hold, make_team, talk


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def shown(openings: list[diary.Opening]) -> list[str]:
    return [o.starts_at.astimezone(LONDON).strftime("%a %d %H:%M") for o in openings]


def test_the_soonest_three_after_notice_on_a_wall_in_england(sqlite_db: Database, now: datetime) -> None:
    with sqlite_db.write() as session:
        make_team(session, now)  # it is 9:30, notice is two hours, lunch from 12 to 13
        assert shown(diary.openings(session, "testshire", now=now)) == ["Mon 23 11:30", "Mon 23 13:00", "Mon 23 13:30"]


def test_several_coaches_are_one_time_and_the_freer_coach_is_offered(sqlite_db: Database, now: datetime) -> None:
    with sqlite_db.write() as session:
        make_team(session, now, coaches=2)
    first = offered(sqlite_db, now)[0]
    assert hold(sqlite_db, talk(sqlite_db, now), first.id, now) == "held"
    after = offered(sqlite_db, now)
    assert after[0].starts_at == first.starts_at
    assert {o.coach_id for o in after} == {2}


def offered(db: Database, now: datetime, **wish: object) -> list[diary.Opening]:
    with db.read() as session:
        return diary.openings(session, "testshire", now=now, **wish)  # type: ignore[arg-type]


def test_a_team_that_is_to_close_offers_times_until_its_day(sqlite_db: Database, now: datetime) -> None:
    with sqlite_db.write() as session:
        make_team(session, now, closed_at=now + timedelta(days=7))
    first = offered(sqlite_db, now)[0]
    with sqlite_db.read() as session:
        assert diary.find(session, first.id, now) == first
        assert diary.by_coach(session, "testshire", now=now, windows=[(now, now + timedelta(days=1))], kind="phone")[1]
    later = now + timedelta(days=7)
    assert offered(sqlite_db, later) == []


def test_a_wish_is_a_list_of_windows(sqlite_db: Database, now: datetime) -> None:
    with sqlite_db.write() as session:
        make_team(session, now)
    thursday = [(wall("2026-11-26T15:00"), wall("2026-11-26T20:00"))]
    assert shown(offered(sqlite_db, now, windows=thursday, limit=9)) == [
        "Thu 26 15:00",
        "Thu 26 15:30",
        "Thu 26 16:00",
        "Thu 26 16:30",
    ]
    assert offered(sqlite_db, now, windows=[]) == []


def test_absences_bank_holidays_and_weekends_are_not_offered(sqlite_db: Database, now: datetime) -> None:
    with sqlite_db.write() as session:
        make_team(session, now)
        session.add(Absence(coach_id=1, starts_at=wall("2026-11-23T00:00"), ends_at=wall("2026-12-24T16:00")))
        session.flush()
    openings = offered(sqlite_db, now + timedelta(days=10), limit=3)
    assert shown(openings) == ["Thu 24 16:00", "Thu 24 16:30", "Tue 29 09:00"]


def test_kinds_of_call(sqlite_db: Database, now: datetime) -> None:
    with sqlite_db.write() as session:
        make_team(session, now, call_kinds="phone,video")
    assert {o.kind for o in offered(sqlite_db, now)} == {"phone"}
    assert {o.kind for o in offered(sqlite_db, now, kind="video")} == {"video"}
    assert offered(sqlite_db, now, kind="in_person") == []


def test_the_buffer_keeps_calls_apart(sqlite_db: Database, now: datetime) -> None:
    with sqlite_db.write() as session:
        make_team(session, now, buffer_minutes=10)
    first = offered(sqlite_db, now, windows=[(wall("2026-11-24T09:00"), wall("2026-11-24T10:30"))], limit=9)
    hold(sqlite_db, talk(sqlite_db, now), first[1].id, now)  # 9:30 to 10:00, then ten minutes
    left = offered(sqlite_db, now, windows=[(wall("2026-11-24T09:00"), wall("2026-11-24T11:00"))], limit=9)
    assert shown(left) == ["Tue 24 10:30"]


@pytest.mark.parametrize(
    ("day", "minutes", "found"),
    [
        ("2027-03-28", [60, 90], 0),  # 01:00 to 02:00 does not exist that night
        ("2027-10-31", [60, 90], 2),  # it comes twice: the first pass counts
    ],
)
def test_the_missing_and_the_repeated_half_past_one(
    sqlite_db: Database, day: str, minutes: list[int], found: int
) -> None:
    now = wall(f"{day}T00:00") - timedelta(days=2)
    with sqlite_db.write() as session:
        make_team(session, now)
        session.add(WorkingHours(coach_id=1, weekday=6, starts_minute=60, ends_minute=120))
    night = [(wall(f"{day}T00:30"), wall(f"{day}T04:30"))]
    openings = offered(sqlite_db, now, windows=night, limit=9)
    assert len(openings) == found
    assert all(o.starts_at.astimezone(LONDON).hour == 1 for o in openings)
    assert len({o.starts_at for o in openings}) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "o",
        "o1",
        "o1-",
        "x1-29012340-phone",
        "o1-1-",
        "o1--phone",
        "o1-9999999999-phone",
        "other_times",
        "o²-3-phone",
        "o1-29012340-phone; DROP",
    ],
)
def test_what_is_no_opening_id_is_refused(text: str) -> None:
    assert diary.OpeningId.parse(text) is None


def test_an_id_says_what_it_is(now: datetime) -> None:
    opening = diary.Opening(12, "Sam", "testshire", "phone", now, now + timedelta(minutes=30))
    assert diary.OpeningId.parse(opening.id) == diary.OpeningId(12, now, "phone")


def test_a_forged_opening_is_not_found(sqlite_db: Database, now: datetime) -> None:
    with sqlite_db.write() as session:
        make_team(session, now)
        real = diary.openings(session, "testshire", now=now)[0]
        at_night = diary.Opening(1, "", "testshire", "phone", wall("2026-11-24T23:00"), wall("2026-11-24T23:30"))
        off_grid = diary.Opening(1, "", "testshire", "phone", wall("2026-11-24T09:10"), wall("2026-11-24T09:40"))
        assert diary.find(session, real.id, now) == real
        assert diary.find(session, at_night.id, now) is None
        assert diary.find(session, off_grid.id, now) is None
        assert diary.find(session, "o99-29012340-phone", now) is None


def test_working_days_pass_over_weekends_and_bank_holidays() -> None:
    assert diary.working_days_after(date(2026, 12, 23), 1) == date(2026, 12, 24)
    assert diary.working_days_after(date(2026, 12, 24), 2) == date(2026, 12, 30)
    assert diary.working_days_after(date(2026, 11, 21), 0) == date(2026, 11, 21)
