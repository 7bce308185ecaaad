"""The most calls a coach takes a day and a team a week: not offered beyond it, and not exceeded by any race."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from services import booking, conversations, diary
from services.clock import LONDON
from services.db import Database
from services.models import Appointment, Team
from tests.services.diaries import hold, make_team, talk

TEAM = "testshire"


def put_team(db: Database, now: datetime, *, coaches: int = 1, day: int | None = None, week: int | None = None) -> None:
    with db.write() as session:
        make_team(session, now, coaches=coaches, most_a_day=day, most_a_week=week)


def offered(db: Database, now: datetime, own: int | None = None) -> list[diary.Opening]:
    with db.read() as session:
        return diary.openings(session, TEAM, now=now, limit=1000, own_conversation=own)


def days(openings: list[diary.Opening]) -> set[date]:
    return {each.starts_at.astimezone(LONDON).date() for each in openings}


def weeks(openings: list[diary.Opening]) -> set[tuple[int, int]]:
    return {day.isocalendar()[:2] for day in days(openings)}


def book(db: Database, conversation: int, now: datetime) -> Appointment | str:
    with db.write() as session:
        return booking.book(session, conversations.lock(session, conversation), now)


def call(db: Database, now: datetime, number: int, opening: diary.Opening) -> Appointment | str:
    person = talk(db, now, number)
    got = hold(db, person, opening.id, now)
    return book(db, person, now) if got == "held" else got


def standing(db: Database) -> list[Appointment]:
    with db.read() as session:
        return list(session.scalars(select(Appointment).where(Appointment.status == "booked")))


def test_a_full_day_of_a_coach_is_not_offered_and_a_colleagues_is(db: Database, now: datetime) -> None:
    put_team(db, now, coaches=2, day=1)
    first = offered(db, now)[0]
    person = talk(db, now)
    assert hold(db, person, first.id, now) == "held"
    left = [each for each in offered(db, now) if days([each]) == days([first])]
    assert {each.coach_id for each in left} == {2}, "a hold counts"
    same_day = f"o{first.coach_id}-{int(left[-1].starts_at.timestamp()) // 60}-phone"
    assert hold(db, talk(db, now, 1), same_day, now) == "lapsed"
    assert days([first]) <= days(offered(db, now, own=person)), "one's own does not"
    later = now + timedelta(hours=2)
    assert first.coach_id in {each.coach_id for each in offered(db, later) if days([each]) == days([first])}, "ran out"


def test_a_full_week_of_the_team_is_offered_to_nobody(db: Database, now: datetime) -> None:
    put_team(db, now, coaches=2, week=2)
    openings = offered(db, now)
    booked = [call(db, now, number, openings[number]) for number in range(2)]
    assert all(isinstance(each, Appointment) for each in booked)
    assert weeks(openings[:1]).isdisjoint(weeks(offered(db, now)))
    assert call(db, now, 2, openings[5]) == "lapsed"


def test_a_call_off_gives_the_place_back_and_an_outcome_does_not(db: Database, now: datetime) -> None:
    put_team(db, now, week=1)
    opening = offered(db, now)[0]
    made = call(db, now, 0, opening)
    assert isinstance(made, Appointment)
    over = made.ends_at
    with db.write() as session:
        assert booking.record_outcome(session, made.id, "reached", over, tell=False)
    assert weeks([opening]).isdisjoint(weeks(offered(db, over)))
    with db.write() as session:
        session.get_one(Appointment, made.id).status = "booked"
        assert booking.call_off(session, made.id, over)
    assert weeks([opening]) <= weeks(offered(db, over))


def test_who_moves_their_call_takes_no_second_place(db: Database, now: datetime) -> None:
    put_team(db, now, day=1, week=1)
    openings = offered(db, now)
    assert isinstance(call(db, now, 0, openings[0]), Appointment)
    person = talk(db, now, 0)
    assert hold(db, person, openings[2].id, now) == "held"
    with db.write() as session:
        assert isinstance(booking.move(session, conversations.lock(session, person), now), Appointment)
    assert [each.starts_at for each in standing(db)] == [openings[2].starts_at]


def test_a_hold_that_ran_out_does_not_pass_a_limit_that_others_reached(db: Database, now: datetime) -> None:
    put_team(db, now, coaches=2, week=1)
    openings = offered(db, now)
    slow = talk(db, now, 0)
    assert hold(db, slow, openings[0].id, now) == "held"
    later = now + timedelta(minutes=40)
    assert isinstance(call(db, later, 1, offered(db, later)[3]), Appointment)
    assert book(db, slow, later) == "lapsed"
    assert len(standing(db)) == 1


@pytest.mark.parametrize(("limits", "most"), [({"week": 5}, 5), ({"day": 2}, None), ({"day": 2, "week": 7}, 7)])
def test_people_who_book_at_once_never_exceed_it(
    db: Database, now: datetime, limits: dict[str, int], most: int | None
) -> None:
    put_team(db, now, coaches=3, **limits)  # type: ignore[arg-type]
    with db.read() as session:
        window = [(now, now + timedelta(days=2))]
        found = diary.by_coach(session, TEAM, now=now, windows=window, kind="phone")
    times = [opening for coach in found.values() for opening in coach[:8]]
    people = [talk(db, now, number) for number in range(24)]

    def turn(number: int) -> str:
        got = hold(db, people[number], times[number].id, now)
        return "booked" if got == "held" and isinstance(book(db, people[number], now), Appointment) else got

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(turn, range(len(people))))
    calls = standing(db)
    assert results.count("booked") == len(calls) > 0
    if most is not None:
        assert len(calls) <= most
        assert len(calls) == most or "day" in limits, "and all of it is used"
    if "day" in limits:
        a_day = Counter((each.coach_id, each.starts_at.astimezone(LONDON).date()) for each in calls)
        assert max(a_day.values()) <= limits["day"]


def test_the_second_of_two_who_choose_at_once_waits_for_the_first_and_counts_them(db: Database, now: datetime) -> None:
    put_team(db, now, coaches=2, week=1)
    start = int(offered(db, now)[0].starts_at.timestamp()) // 60
    first, second = talk(db, now, 0), talk(db, now, 1)
    with ThreadPoolExecutor(1) as pool:
        with db.write() as session:
            thread = conversations.lock(session, first)
            assert booking.hold(session, thread, f"o1-{start}-phone", now, booking.SILENCE["sms"]) == "held"
            other = pool.submit(hold, db, second, f"o2-{start}-phone", now)
            assert not wait([other], timeout=0.5).done, "with another coach, too"
        assert other.result() == "lapsed"


def test_without_a_limit_nothing_is_counted(db: Database, now: datetime) -> None:
    put_team(db, now)
    with db.read() as session:
        team = session.get_one(Team, TEAM)
        assert (team.most_a_day, team.most_a_week) == (None, None)
    for number in range(5):
        assert isinstance(call(db, now, number, offered(db, now)[0]), Appointment)
