"""Hours and leave: no call is lost by a change, none is booked into time that was closed, and nobody sees another team's."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from services import booking, call_rules, conversations, diary, hours, moving, staff, waiting
from services.call_rules import CallRules
from services.db import Database
from services.hours import KEEP, Saved, Stretch, Undecided
from services.models import Absence, Appointment, AuditRow, Coach, DiaryCell, Hold, WorkingHours
from services.scopes import Viewer
from tests.services.diaries import hold, make_team, talk

TUESDAY = (datetime(2026, 11, 24, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC))
LEAD = Viewer(7, "testshire")
TEN = TUESDAY[0].replace(hour=10)
LATER_ON = date(2027, 1, 4)


def book(db: Database, now: datetime, number: int = 0, at: datetime = TEN) -> int:
    """A call with the first coach; its id."""
    thread = talk(db, now, number)
    assert hold(db, thread, f"o1-{int(at.timestamp()) // 60}-phone", now) == "held"
    with db.write() as session:
        call = booking.book(session, conversations.lock(session, thread), now)
        assert isinstance(call, Appointment)
        return call.id


def away(db: Database, now: datetime, decided: dict[int, str], span: diary.Window = TUESDAY) -> Saved | Undecided:
    with db.write() as session:
        return hours.add_absence(session, session.get_one(Coach, 1), LEAD, now, *span, decided)


def audited(db: Database, action: str) -> list[str]:
    with db.read() as session:
        return list(session.scalars(select(AuditRow.subject).where(AuditRow.action == action)))


def week(*stretches: Stretch) -> dict[int, tuple[Stretch, ...]]:
    return {day: tuple(each for each in stretches if each.weekday == day) for day in range(7)}


@pytest.fixture
def team(db: Database, now: datetime) -> str:
    with db.write() as session:
        return make_team(session, now, coaches=2).id


def test_a_call_inside_leave_is_shown_first_and_nothing_is_kept_meanwhile(
    db: Database, now: datetime, team: str
) -> None:
    call = book(db, now)
    asked = away(db, now, {})
    assert isinstance(asked, Undecided)
    (touched,) = asked.calls
    assert touched.call.id == call
    assert touched.openings
    inside = [each for each in touched.openings if each.coach_id == 1 and each.starts_at < TUESDAY[1]]
    assert [each for each in inside if each.starts_at >= TUESDAY[0]] == []
    with db.read() as session:
        assert session.scalars(select(Absence)).all() == []
    assert audited(db, "add_absence") == []
    assert isinstance(away(db, now, {call: "o1-1-phone"}), Undecided)


def test_a_call_that_is_kept_stands_inside_the_leave_and_is_listed(db: Database, now: datetime, team: str) -> None:
    call = book(db, now)
    assert away(db, now, {call: KEEP}) == Saved()
    with db.write() as session:
        read = hours.read(session, 1, LEAD, now, lead=True)
        assert read is not None
        assert ([each.call.id for each in read.misfits], len(read.away)) == ([call], 1)
        assert session.get_one(Appointment, call).status == "booked"
        free = diary.openings(session, team, now=now, windows=[TUESDAY], limit=50)
        assert {each.coach_id for each in free} == {2}
    assert audited(db, "add_absence") == ["coach:1"]


def test_a_call_that_is_moved_goes_to_a_colleague_by_the_chain_of_record(
    db: Database, now: datetime, team: str
) -> None:
    call = book(db, now)
    asked = away(db, now, {})
    assert isinstance(asked, Undecided)
    to = next(each.id for each in asked.calls[0].openings if each.coach_id == 2)
    done = away(db, now, {call: to})
    assert done == Saved(((call, to),))
    with db.write() as session:
        assert moving.move(session, call, to, 7, now) == "moved"
        new = session.scalars(select(Appointment).where(Appointment.moved_from_id == call)).one()
        assert (new.coach_id, new.status) == (2, "booked")
        read = hours.read(session, 1, LEAD, now, lead=True)
        assert read is not None
        assert read.misfits == ()


def test_two_calls_do_not_go_to_one_opening(db: Database, now: datetime, team: str) -> None:
    first, second = book(db, now), book(db, now, 1, TUESDAY[0].replace(hour=15))
    asked = away(db, now, {})
    assert isinstance(asked, Undecided)
    to = asked.calls[0].openings[0].id
    again = away(db, now, {first: to, second: to})
    assert isinstance(again, Undecided)
    assert again.twice


def test_an_opening_that_was_chosen_before_the_leave_is_answered_as_gone(
    db: Database, now: datetime, team: str
) -> None:
    thread, at = talk(db, now), TEN
    opening = f"o1-{int(at.timestamp()) // 60}-phone"
    assert hold(db, thread, opening, now) == "held"
    assert away(db, now, {}) == Saved()
    with db.write() as session:
        assert booking.book(session, conversations.lock(session, thread), now) == "lapsed"
        assert session.scalars(select(Hold)).all() == []
        assert session.scalars(select(DiaryCell)).all() == []
    assert hold(db, thread, opening, now) == "lapsed"


def test_nothing_is_booked_into_leave_that_is_entered_at_the_same_moment(
    db: Database, now: datetime, team: str
) -> None:
    times = [TUESDAY[0].replace(hour=hour) for hour in (9, 10, 11, 13, 14)]
    threads = [talk(db, now, number) for number in range(len(times))]
    for thread, at in zip(threads, times, strict=True):
        assert hold(db, thread, f"o1-{int(at.timestamp()) // 60}-phone", now) == "held"
    start, done = threading.Barrier(len(times) + 1), list[Saved | Undecided]()

    def confirm(thread: int) -> None:
        start.wait()
        with db.write() as session:
            booking.book(session, conversations.lock(session, thread), now)

    def leave() -> None:
        start.wait()
        done.append(away(db, now, {}))

    workers = [threading.Thread(target=confirm, args=(thread,)) for thread in threads]
    workers.append(threading.Thread(target=leave))
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    with db.read() as session:
        booked = len(session.scalars(select(Appointment).where(Appointment.status == "booked")).all())
    assert (booked == 0) if isinstance(done[0], Saved) else (booked >= len(done[0].calls) > 0)


def change(db: Database, now: datetime, wanted: dict[int, tuple[Stretch, ...]], day: date, **more: object) -> object:
    with db.write() as session:
        coach = session.get_one(Coach, 1)
        return hours.keep_week(
            session, coach, LEAD, now, wanted, day, more.get("decided", {}), str(more.get("seen", ""))
        )  # type: ignore[arg-type]


def current(session: Session, day: date) -> tuple[Stretch, ...]:
    return hours.week_on(session, 1, day)


def test_only_the_weekdays_that_change_change_and_from_the_day_that_was_said(
    db: Database, now: datetime, team: str
) -> None:
    with db.read() as session:
        before = current(session, now.date())
        ids = {row.id for row in session.scalars(select(WorkingHours)) if row.weekday != 0}
    monday = (Stretch(0, 8 * 60, 12 * 60), Stretch(0, 13 * 60, 16 * 60, 14 * 60, 14 * 60 + 15, ("phone",)))
    assert change(db, now, {**week(*before), 0: monday}, LATER_ON) == Saved()
    with db.write() as session:
        assert current(session, now.date()) == before
        assert current(session, LATER_ON) == (*monday, *before[1:])
        assert ids < {row.id for row in session.scalars(select(WorkingHours))}
        read = hours.read(session, 1, LEAD, now, lead=True)
        assert read is not None
        assert [(each.weekday, each.first_day, each.stretches) for each in read.later] == [(0, LATER_ON, monday)]
    assert change(db, now, {**week(*before), 0: ()}, now.date()) == Saved()
    with db.read() as session:
        assert current(session, LATER_ON) == before[1:]
    assert audited(db, "change_hours") == ["coach:1", "coach:1"]


def test_a_day_that_closes_over_a_booked_call_asks_about_it(db: Database, now: datetime, team: str) -> None:
    call = book(db, now)
    with db.read() as session:
        before = current(session, now.date())
    closed = {**week(*before), 1: ()}
    asked = change(db, now, closed, now.date())
    assert isinstance(asked, Undecided)
    assert [each.call.id for each in asked.calls] == [call]
    assert all(each.coach_id == 2 or each.starts_at.weekday() != 1 for each in asked.calls[0].openings)
    assert change(db, now, closed, date(2026, 11, 25)) == Saved()
    assert change(db, now, closed, now.date(), decided={call: KEEP}) == Saved()


def test_hours_that_somebody_changed_meanwhile_are_not_written_over(db: Database, now: datetime, team: str) -> None:
    with db.read() as session:
        seen = hours.mark(session, 1)
    assert change(db, now, week(Stretch(0, 540, 600)), now.date(), seen=seen) == Saved()
    assert change(db, now, week(Stretch(0, 540, 720)), now.date(), seen=seen) == "changed"


@pytest.mark.parametrize(
    "bad",
    [
        (Stretch(0, 600, 540),),
        (Stretch(0, 540, 720), Stretch(0, 700, 800)),
        (Stretch(0, 540, 720, 500, 560),),
        (Stretch(0, 540, 25 * 60),),
    ],
)
def test_hours_that_cannot_be_are_refused(db: Database, now: datetime, team: str, bad: tuple[Stretch, ...]) -> None:
    with pytest.raises(ValueError, match=r"day|stretch"):
        change(db, now, week(*bad), now.date())
    with pytest.raises(ValueError, match="today or later"):
        change(db, now, week(), now.date() - timedelta(days=1))
    with pytest.raises(ValueError, match="ends after it starts"):
        away(db, now, {}, (now - timedelta(days=2), now - timedelta(days=1)))


def test_other_hours_and_longer_calls_never_make_calls_overlap(db: Database, now: datetime, team: str) -> None:
    booked = [book(db, now, number, TUESDAY[0].replace(hour=9 + number)) for number in range(3)]
    with db.write() as session:
        rules = CallRules(55, 5, 5, 0, 28, ("phone",))
        assert call_rules.keep(session, team, rules, LEAD, now) == "kept"
    decided = dict.fromkeys(booked, KEEP)
    assert change(db, now, week(Stretch(1, 9 * 60 + 5, 18 * 60)), now.date(), decided=decided) == Saved()
    for number in range(10, 40):
        with db.read() as session:
            free = diary.openings(session, team, now=now, windows=[TUESDAY], limit=100)
        own = [each for each in free if each.coach_id == 1]
        if not own:
            break
        book(db, now, number, own[0].starts_at)
    with db.read() as session:
        calls = session.scalars(
            select(Appointment).where(Appointment.coach_id == 1).order_by(Appointment.starts_at)
        ).all()
    assert len(calls) > 5
    assert all(first.ends_at <= then.starts_at for first, then in pairwise(calls))


def test_a_longer_kind_takes_its_own_time(db: Database, now: datetime, team: str) -> None:
    with db.write() as session:
        rules = CallRules(30, 10, 5, 0, 28, ("phone", "in_person"), {"in_person": 60})
        assert call_rules.keep(session, team, rules, LEAD, now) == "kept"
        assert call_rules.read(session, team) == rules
        for bad in ({"video": 60}, {"in_person": 7}):
            with pytest.raises(ValueError, match="limits"):
                call_rules.keep(session, team, replace(rules, other_minutes=bad), LEAD, now)
    with db.read() as session:
        for kind, minutes in (("phone", 30), ("in_person", 60), (None, 30)):
            free = diary.openings(session, team, now=now, windows=[TUESDAY], kind=kind, limit=100)
            assert {each.ends_at - each.starts_at for each in free} == {timedelta(minutes=minutes)}, kind
            assert all(diary.find(session, each.id, now) == each for each in free)
            latest = max(each.ends_at for each in free)
            assert latest <= TUESDAY[0].replace(hour=18, minute=0), kind


def test_time_away_is_taken_back_or_ended_now(db: Database, now: datetime, team: str) -> None:
    away(db, now, {})
    away(db, now, {}, (now - timedelta(hours=2), now + timedelta(hours=2)))
    with db.write() as session:
        coach, colleague = session.get_one(Coach, 1), session.get_one(Coach, 2)
        assert not hours.end_absence(session, colleague, 1, LEAD, now)
        assert hours.end_absence(session, coach, 1, LEAD, now)
        assert hours.end_absence(session, coach, 2, LEAD, now)
        assert [row.ends_at for row in session.scalars(select(Absence))] == [now]
        assert not hours.end_absence(session, coach, 2, LEAD, now)
    assert audited(db, "end_absence") == ["coach:1", "coach:1"]
    assert audited(db, "refused") == ["absence:1", "absence:2"]


def test_whose_hours_are_seen_and_by_whom(db: Database, now: datetime, team: str) -> None:
    with db.write() as session:
        assert hours.read(session, 1, Viewer(1, team, 1), now, lead=False)
        assert hours.read(session, 2, Viewer(1, team, 1), now, lead=False) is None
        assert hours.read(session, 1, Viewer(9, "elsewhere"), now, lead=True) is None
        assert hours.read(session, 99, LEAD, now, lead=True) is None
        rules = call_rules.read(session, team)
        assert call_rules.keep(session, team, rules, Viewer(9, "elsewhere"), now) == "none"
    assert audited(db, "refused") == ["coach:2", "coach:1", "coach:99", f"team:{team}"]


def test_whose_coach_has_left_waits_for_the_team_until_moved(db: Database, now: datetime, team: str) -> None:
    call = book(db, now)
    with db.write() as session:
        member = staff.add(session, "a@example.org", "coach", now, team_id=team, coach_id=1)
        other = staff.add(session, "b@example.org", "coach", now, team_id=team, coach_id=1)
        staff.disable(session, member, now)
        assert session.get_one(Coach, 1).active
        staff.disable(session, other, now)
        assert not session.get_one(Coach, 1).active
        assert {each.coach_id for each in diary.openings(session, team, now=now, limit=50)} == {2}
        for own, viewer in ((True, Viewer(3, team, 2)), (False, LEAD)):
            (item,) = waiting.read(session, viewer, now, own=own).of("coach")
            assert (item.coach, item.detail, item.since) == ("Coach 0", "call", TEN)
            assert item.due <= item.since
        assert waiting.read(session, Viewer(9, "elsewhere"), now).of("coach") == ()
    with db.write() as session:
        to = moving.openings_for(session, session.get_one(Appointment, call), now)[0]
        assert moving.move(session, call, to.id, 7, now) == "moved"
        assert waiting.read(session, LEAD, now).of("coach") == ()


def test_a_wall_time_is_told_in_utc_over_the_change_of_clocks() -> None:
    assert hours.moment(date(2026, 10, 25), 24 * 60) - hours.moment(date(2026, 10, 25), 0) == timedelta(hours=25)
    assert hours.moment(date(2026, 7, 1), 9 * 60) == datetime(2026, 7, 1, 8, tzinfo=UTC)
