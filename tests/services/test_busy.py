"""Busy times of coaches' own calendars: what is read of a file, what is kept, and what is offered around it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from services import booking, busy, busy_files, conversations, diary, hours
from services.calendar_entries import uid_of
from services.db import Database
from services.errors import CalendarUnread
from services.models import Appointment, BusyTime, CoachCalendar
from services.scopes import Viewer
from tests.services.diaries import hold, make_team, talk
from tests.stand_ins.file_server import Files, serving

FIRST = datetime(2026, 11, 23, tzinfo=UTC)
LAST = FIRST + timedelta(days=14)
DAY = timedelta(days=1)
ROBIN = Viewer(1, "testshire", 1)


def file(*events: str, rest: str = "") -> bytes:
    whole = "".join(
        f"BEGIN:VEVENT\nUID:{number}@x\nDTSTAMP:20261101T000000Z\n{each}\nEND:VEVENT\n"
        for number, each in enumerate(events)
    )
    return f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{whole}{rest}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def times(data: bytes) -> list[str]:
    return [f"{a:%d %H:%M}-{b:%d %H:%M}" for a, b in busy_files.busy_times(data, FIRST, LAST)]


MEETING = "DTSTART:20261124T100000Z\nDTEND:20261124T110000Z"


@pytest.mark.parametrize(
    ("event", "read"),
    [
        (MEETING, ["24 10:00-24 11:00"]),
        ("DTSTART:20261124T100000Z\nDURATION:PT90M", ["24 10:00-24 11:30"]),
        ("DTSTART:20261124T100000\nDTEND:20261124T110000", ["24 10:00-24 11:00"]),
        (
            "DTSTART;TZID=America/New_York:20261124T100000\nDTEND;TZID=America/New_York:20261124T110000",
            ["24 15:00-24 16:00"],
        ),
        ("DTSTART;VALUE=DATE:20261125", ["25 00:00-26 00:00"]),
        (MEETING + "\nRRULE:FREQ=WEEKLY;COUNT=5\nEXDATE:20261201T100000Z", ["24 10:00-24 11:00"]),
        (
            MEETING + "\nRRULE:FREQ=DAILY;UNTIL=20261126T100000Z",
            ["24 10:00-24 11:00", "25 10:00-25 11:00", "26 10:00-26 11:00"],
        ),
        ("DTSTART:20260101T100000Z\nDTEND:20260101T110000Z\nRRULE:FREQ=MONTHLY;BYDAY=-1TH", ["26 10:00-26 11:00"]),
        ("DTSTART:20261101T000000Z\nDTEND:20261231T000000Z", ["23 00:00-07 00:00"]),
        ("DTSTART:20261122T230000Z\nDTEND:20261123T010000Z", ["23 00:00-23 01:00"]),
        (MEETING + "\nTRANSP:TRANSPARENT", []),
        (MEETING + "\nSTATUS:CANCELLED", []),
        (MEETING + "\nSTATUS:TENTATIVE", ["24 10:00-24 11:00"]),
        (MEETING + "\nX-MICROSOFT-CDO-BUSYSTATUS:FREE", []),
        (MEETING + "\nUID:call-7-1795512600@anydoor", []),
        ("DTSTART:20261124T100000Z\nDTEND:20261124T100000Z", []),
        ("DTSTART:20251124T100000Z\nDTEND:20251124T110000Z", []),
    ],
)
def test_what_is_busy(event: str, read: list[str]) -> None:
    data = file(event)
    if "@anydoor" in event:
        data = data.replace(b"UID:0@x\r\n", b"")
    assert times(data) == read


def test_a_changed_occurrence_of_a_series_counts_as_it_is_now() -> None:
    series = f"{MEETING}\nRRULE:FREQ=DAILY;COUNT=2"
    changed = "UID:0@x\nDTSTART:20261125T150000Z\nDTEND:20261125T160000Z\nRECURRENCE-ID:20261125T100000Z"
    data = file(series, changed).replace(b"UID:1@x\r\n", b"")
    assert times(data) == ["24 10:00-24 11:00", "25 15:00-25 16:00"]


def test_a_weekly_meeting_stays_at_its_time_on_the_wall_over_the_clock_change() -> None:
    event = "DTSTART;TZID=Europe/London:20261019T090000\nDTEND;TZID=Europe/London:20261019T100000\nRRULE:FREQ=WEEKLY"
    found = busy_files.busy_times(file(event), datetime(2026, 10, 18, tzinfo=UTC), datetime(2026, 10, 28, tzinfo=UTC))
    assert [starts.hour for starts, _ in found] == [8, 9]


def test_a_file_of_free_and_busy_alone() -> None:
    rest = "BEGIN:VFREEBUSY\nUID:f\nDTSTAMP:20261101T000000Z\nFREEBUSY;FBTYPE=BUSY:20261124T100000Z/20261124T110000Z,20261125T100000Z/PT30M\n"
    rest += "FREEBUSY;FBTYPE=FREE:20261126T100000Z/20261126T110000Z\nEND:VFREEBUSY\n"
    assert times(file(rest=rest)) == ["24 10:00-24 11:00", "25 10:00-25 10:30"]


def test_a_file_is_read_in_a_process_of_its_own() -> None:
    assert busy_files.read(file(MEETING), FIRST, LAST) == busy_files.busy_times(file(MEETING), FIRST, LAST)


@pytest.mark.parametrize(
    "data", [b"", b"<html>Sign in</html>", b"BEGIN:VCALENDAR\r\n", b"\x00\xff" * 100, b"BEGIN:VCARD\r\nEND:VCARD\r\n"]
)
def test_what_is_no_calendar_is_told(data: bytes) -> None:
    with pytest.raises(CalendarUnread, match="not_a_calendar"):
        busy_files.read(data, FIRST, LAST)


@pytest.mark.parametrize("rule", ["FREQ=SECONDLY", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30;BYHOUR=1,2,3;BYMINUTE=1,2,3"])
def test_a_rule_without_an_end_ends_the_reading_and_nothing_else(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(busy_files, "SECONDS", 3)
    events = [f"DTSTART:19700101T000000Z\nDTEND:19700101T000100Z\nRRULE:{rule}"] * 30
    with pytest.raises(CalendarUnread, match="too_much"):
        busy_files.read(file(*events), FIRST, LAST)


windows = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 10)), max_size=12)


@given(windows)
def test_merged_times_cover_the_same_minutes_and_never_touch(given_windows: list[tuple[int, int]]) -> None:
    spans = [(FIRST + timedelta(minutes=a), FIRST + timedelta(minutes=a + b)) for a, b in given_windows]
    joined = busy.merged(spans)

    def minutes(found: list[busy.Window]) -> set[int]:
        return {m for m in range(70) if any(a <= FIRST + timedelta(minutes=m) < b for a, b in found)}

    assert minutes(joined) == minutes(spans)
    assert all(first[1] < then[0] for first, then in pairwise(joined))


@pytest.fixture
def files() -> Iterator[Files]:
    with serving() as made:
        yield made


@pytest.fixture
def team(db: Database, now: datetime, files: Files) -> str:
    with db.write() as session:
        made = make_team(session, now, coaches=2)
        busy.give(session, 1, f"{files.url}/robin.ics", ROBIN, now, loopback=True)
        return made.id


def told(files: Files, *events: str) -> None:
    files.answers["/robin.ics"] = (200, file(*events))


def read(db: Database, now: datetime) -> str | None:
    return busy.read(db, 1, now, loopback=True)


def offered(db: Database, now: datetime, coach: int) -> list[datetime]:
    with db.read() as session:
        found = diary.openings(session, "testshire", now=now, windows=[(FIRST + DAY, FIRST + 2 * DAY)], limit=100)
        ids = [f"o{coach}-{int(each.starts_at.timestamp()) // 60}-phone" for each in found]
        return [each.starts_at for each in (diary.find(session, one, now) for one in ids) if each]


def test_openings_inside_a_busy_time_are_not_offered(db: Database, now: datetime, team: str, files: Files) -> None:
    told(files, "DTSTART:20261124T091500Z\nDTEND:20261124T110000Z")
    assert read(db, now) is None
    starts, ends = datetime(2026, 11, 24, 9, 15, tzinfo=UTC), datetime(2026, 11, 24, 11, tzinfo=UTC)
    call = timedelta(minutes=30)
    robin, priya = offered(db, now, 1), offered(db, now, 2)
    assert not [each for each in robin if each < ends and starts < each + call]
    assert set(priya) - set(robin) == {starts - timedelta(minutes=15) + n * call for n in range(4)}


def test_a_time_that_became_busy_is_refused_kindly_when_chosen_and_when_booked(
    db: Database, now: datetime, team: str, files: Files
) -> None:
    anna = talk(db, now)
    opening = f"o1-{int(datetime(2026, 11, 24, 10, tzinfo=UTC).timestamp()) // 60}-phone"
    assert hold(db, anna, opening, now) == "held"
    told(files, MEETING)
    read(db, now)
    with db.write() as session:
        assert booking.book(session, conversations.lock(session, anna), now) == "lapsed"
    assert hold(db, anna, opening, now) == "lapsed"


def test_a_call_that_an_outside_meeting_covers_stands_and_is_shown(
    db: Database, now: datetime, team: str, files: Files
) -> None:
    call = booked(db, now)
    told(files, "DTSTART:20261124T094500Z\nDTEND:20261124T101500Z")
    read(db, now)
    with db.write() as session:
        page = hours.read(session, 1, ROBIN, now, lead=False)
        assert page is not None
        assert [each.call.id for each in page.misfits] == [call.id]


def booked(db: Database, now: datetime) -> Appointment:
    anna = talk(db, now)
    hold(db, anna, f"o1-{int(datetime(2026, 11, 24, 10, tzinfo=UTC).timestamp()) // 60}-phone", now)
    with db.write() as session:
        call = booking.book(session, conversations.lock(session, anna), now)
    assert isinstance(call, Appointment)
    return call


@pytest.mark.parametrize("by", ["uid", "times"])
def test_our_own_call_in_their_calendar_is_no_outside_meeting(
    db: Database, now: datetime, team: str, files: Files, by: str
) -> None:
    call = booked(db, now)
    uid = uid_of(call) if by == "uid" else "another"
    ends = call.ends_at if by == "times" else call.ends_at + timedelta(minutes=5)
    event = f"DTSTART:{call.starts_at:%Y%m%dT%H%M%SZ}\nDTEND:{ends:%Y%m%dT%H%M%SZ}"
    files.answers["/robin.ics"] = (200, file(event).replace(b"0@x", uid.encode()))
    read(db, now)
    with db.read() as session:
        assert session.scalars(select(BusyTime)).all() == []


def test_what_was_read_holds_while_the_server_is_down_and_is_stale_after_hours(
    db: Database, now: datetime, team: str, files: Files
) -> None:
    told(files, MEETING)
    read(db, now)
    files.answers["/robin.ics"] = (503, b"")
    later = now + busy.STALE + timedelta(minutes=1)
    with db.read() as session:
        assert busy.stale(session, now) == 0
    assert read(db, later) == "unavailable"
    with db.read() as session:
        found = busy.state(session, 1, later)
        assert busy.stale(session, later) == 1
    assert found is not None
    assert (found.stale, found.problem, found.times, found.read_at) == (True, "unavailable", 1, now)
    told(files)
    assert read(db, later) is None
    with db.read() as session:
        assert busy.stale(session, later) == 0
        assert session.scalars(select(BusyTime)).all() == []


def test_each_calendar_is_read_every_quarter_of_an_hour(db: Database, now: datetime, team: str, files: Files) -> None:
    told(files)

    def due(minutes: int) -> int | None:
        with db.read() as session:
            return busy.due(session, now + timedelta(minutes=minutes))

    assert due(0) == 1
    read(db, now)
    assert [due(0), due(14), due(15)] == [None, None, 1]


def test_an_address_that_is_taken_away_takes_its_times_along(
    db: Database, now: datetime, team: str, files: Files
) -> None:
    told(files, MEETING)
    read(db, now)
    with db.write() as session:
        busy.take_away(session, 1, ROBIN, now)
    with db.read() as session:
        assert session.scalars(select(BusyTime)).all() == []
        assert (busy.state(session, 1, now), busy.due(session, now), busy.stale(session, now)) == (None, None, None)


def test_nothing_is_kept_of_an_address_that_was_changed_meanwhile(
    db: Database, now: datetime, team: str, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    def change(*_: object, **__: object) -> bytes:
        with db.write() as session:
            busy.take_away(session, 1, ROBIN, now)
        return file(MEETING)

    monkeypatch.setattr(busy.guarded_fetch, "fetch", change)
    read(db, now)
    with db.read() as session:
        assert session.scalars(select(BusyTime)).all() == []
        assert session.get_one(CoachCalendar, 1).busy_read_at is None


def test_titles_and_addresses_are_not_in_the_database_in_the_clear(
    db: Database, now: datetime, team: str, files: Files
) -> None:
    told(files, f"{MEETING}\nSUMMARY:Dentist\nLOCATION:High Street")
    read(db, now)
    with db.engine.connect() as connection:
        rows = [
            *connection.exec_driver_sql("SELECT * FROM coach_calendars"),
            *connection.exec_driver_sql("SELECT * FROM busy_times"),
        ]
    whole = repr([[bytes(value) if isinstance(value, memoryview) else value for value in row] for row in rows])
    assert rows
    assert [word for word in ("Dentist", "High Street", "robin.ics") if word in whole] == []
