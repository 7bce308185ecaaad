"""Every quarter of an hour of the nights in which the clocks change, for ten years: offered, said, reminded of and ended right."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from bot.times import spoken_time
from services import diary, reminders
from services.bank_holidays import bank_holidays
from services.clock import LONDON
from services.db import Database
from services.models import Appointment, Coach, Team, WorkingHours

QUARTER = timedelta(minutes=15)
YEARS = range(2026, 2036)


def last_sunday(year: int, month: int) -> date:
    day = date(year, month, 31)
    return day - timedelta(days=(day.weekday() + 1) % 7)


CHANGES = [last_sunday(year, month) for year in YEARS for month in (3, 10)]


def quarters(day: date) -> list[datetime]:
    """The quarters that the clocks on the wall show on a day, as moments; of a repeated one the first."""
    if day in bank_holidays(day.year):
        return []
    found = []
    for number in range(96):
        wall = datetime.combine(day, time(number // 4, number % 4 * 15), LONDON)
        moment = wall.astimezone(UTC)
        if moment.astimezone(LONDON).time() == wall.time():  # else the clocks jump over it
            found.append(moment)
    return found


def test_the_changes_are_where_the_law_has_them() -> None:
    assert len(CHANGES) == 20
    for day in CHANGES:
        noon = [datetime.combine(day + timedelta(days=days), time(12), LONDON).utcoffset() for days in (-1, 0)]
        assert noon[0] != noon[1]
    assert {len(quarters(day)) for day in CHANGES if day.month == 3 and day not in bank_holidays(day.year)} == {92}
    assert {len(quarters(day)) for day in CHANGES if day.month == 10} == {96}


@pytest.fixture
def team(sqlite_db: Database) -> Database:
    """A coach who works day and night in calls of a quarter of an hour."""
    with sqlite_db.write() as session:
        session.add(
            Team(
                id="night",
                name="Night",
                short_name="Night",
                controller="An ICB",
                caller_number="01632960000",
                call_minutes=15,
                step_minutes=15,
                buffer_minutes=0,
                notice_minutes=0,
                horizon_days=4,
            )
        )
        session.flush()
        session.add(Coach(id=1, team_id="night", name="Owl", created_at=datetime(2026, 1, 1, tzinfo=UTC)))
        session.flush()
        session.add_all(WorkingHours(coach_id=1, weekday=day, starts_minute=0, ends_minute=1440) for day in range(7))
    return sqlite_db


def test_every_quarter_of_an_hour_around_every_change(team: Database) -> None:
    seen = 0
    for sunday in CHANGES:
        days = [sunday + timedelta(days=number) for number in (-1, 0, 1)]
        now = datetime.combine(days[0] - timedelta(days=1), time(12), LONDON).astimezone(UTC)
        windows = [
            (
                datetime.combine(days[0], time(), LONDON).astimezone(UTC),
                datetime.combine(days[2] + timedelta(days=1), time(), LONDON).astimezone(UTC),
            )
        ]
        with team.read() as session:
            found = diary.openings(session, "night", now=now, windows=windows, limit=1000)
            assert [each.starts_at for each in found] == [each for day in days for each in quarters(day)], sunday
            for each in found:
                assert seen % 97 or diary.find(session, each.id, now) == each  # one in 97: each is a search of its own
                is_right(each)
                seen += 1
    assert seen > 5000


def is_right(opening: diary.Opening) -> None:
    """A quarter of an hour long, said as the wall has it, reminded of the day before by the wall and never at night."""
    assert opening.ends_at - opening.starts_at == QUARTER
    assert diary.OpeningId.parse(opening.id) == diary.OpeningId(1, opening.starts_at, "phone")
    wall = opening.starts_at.astimezone(LONDON)
    hour, half = (wall.hour - 1) % 12 + 1, "am" if wall.hour < 12 else "pm"
    assert spoken_time(opening.starts_at) == (f"{hour}:{wall.minute:02d}{half}" if wall.minute else f"{hour}{half}")
    call = Appointment(id=1, conversation_id=1, starts_at=opening.starts_at, ends_at=opening.ends_at)
    day, hourly = reminders.of(call)
    eve = wall.date() - timedelta(days=1)
    before = day.due_at.astimezone(LONDON)
    awake = time(8) <= wall.time() < time(20)
    assert (before.date(), before.time()) == (eve, wall.time() if awake else time(19))
    if time(9) <= wall.time() < time(21):
        assert opening.starts_at - hourly.due_at == timedelta(hours=1)
    else:
        assert hourly.due_at.astimezone(LONDON).replace(tzinfo=None) == datetime.combine(eve, time(19))
    for reminder in (day, hourly):
        assert not reminders.is_quiet(reminder.due_at)
        assert reminder.due_at < reminder.not_after <= opening.starts_at
