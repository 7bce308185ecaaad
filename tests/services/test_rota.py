"""Who is on duty when: the week, days that differ, bank holidays, closed accounts, and what a change refuses."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from services import rota, rota_changes, rota_page, staff
from services.clock import LONDON
from services.db import Database
from services.models import AuditRow, StaffMember
from services.rota import Difference, Rota, Rules, Stretch
from services.rota_changes import SYSTEM
from services.scopes import Viewer
from tests.services.diaries import make_team
from tests.services.duties import FIVE, NINE, TEAM, office_hours, person

MONDAY, CHRISTMAS = date(2026, 11, 23), date(2026, 12, 25)
LEAD = Viewer(77, TEAM)


def wall(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=LONDON)


def simple(*differences: Difference, rules: Rules | None = None, closed: frozenset[int] = frozenset()) -> Rota:
    week = tuple(Stretch(day, NINE, FIVE, 1, 2) for day in range(5))
    return Rota(TEAM, week, differences, rules or Rules(then=(3,)), closed)


def who(found: Rota, moment: datetime) -> tuple[int, ...]:
    duty = found.at(moment)
    return found.order(duty) if duty else ()


@pytest.mark.parametrize(
    ("hour", "minute", "asked"), [(8, 59, ()), (9, 0, (1, 2, 3)), (16, 59, (1, 2, 3)), (17, 0, ())]
)
def test_cover_begins_and_ends_on_the_minute(hour: int, minute: int, asked: tuple[int, ...]) -> None:
    assert who(simple(), wall(MONDAY, hour, minute)) == asked


def test_nobody_is_on_duty_on_a_bank_holiday_unless_the_team_says_so() -> None:
    assert who(simple(), wall(CHRISTMAS, 10)) == ()
    assert who(simple(rules=Rules(bank_holidays=True)), wall(CHRISTMAS, 10)) == (1, 2)
    kept = Difference(1, CHRISTMAS, CHRISTMAS, 2, None, NINE, 12 * 60)
    assert who(simple(kept), wall(CHRISTMAS, 10)) == (2, 3)


def test_a_day_can_have_somebody_else_other_hours_or_nobody_and_the_later_word_counts() -> None:
    tuesday = MONDAY + timedelta(days=1)
    swap = Difference(1, tuesday, tuesday, 2)
    assert who(simple(swap), wall(tuesday, 10)) == (2, 3), "the usual deputy is on duty, so she is not her own deputy"
    late = Difference(2, tuesday, tuesday, 4, 1, FIVE, 20 * 60)
    assert (who(simple(swap, late), wall(tuesday, 10)), who(simple(swap, late), wall(tuesday, 18))) == ((), (4, 1, 3))
    nobody = Difference(3, MONDAY, tuesday, None)
    assert who(simple(swap, nobody), wall(tuesday, 10)) == ()


def test_whose_account_is_closed_is_passed_over_and_without_anybody_there_is_no_cover() -> None:
    moment = wall(MONDAY, 10)
    assert who(simple(closed=frozenset({1})), moment) == (2, 3)
    assert simple(closed=frozenset({1, 2, 3})).at(moment) is None
    assert simple(closed=frozenset({1, 2, 3})).next_cover(moment) is None


def test_the_next_cover_is_found_over_a_weekend_and_a_change_of_the_clocks() -> None:
    friday, sunday = wall(date(2027, 3, 26), 18), simple().next_cover(wall(date(2027, 3, 28), 12))
    assert sunday is not None
    assert sunday[0] == wall(date(2027, 3, 30), 9), "Monday 29 March 2027 is Easter Monday"
    assert simple().next_cover(friday) == sunday


@given(st.integers(0, 4 * 365 * 24 * 60), st.sets(st.integers(1, 3)))
def test_who_is_asked_is_never_asked_twice_nor_with_a_closed_account(minutes: int, closed: set[int]) -> None:
    found = simple(rules=Rules(then=(2, 3, 1)), closed=frozenset(closed))
    asked = who(found, wall(MONDAY, 0) + timedelta(minutes=minutes))
    assert len(set(asked)) == len(asked)
    assert not {*asked} & closed


def test_the_week_is_kept_whole_and_a_change_under_ones_feet_is_seen(db: Database, now: datetime) -> None:
    with db.write() as session:
        ids = office_hours(session, now)
        seen = rota_changes.mark(session, TEAM)
        evening = [Stretch(0, FIVE, rota.DAY_MINUTES, ids["Lee"])]
        assert rota_changes.keep_week(session, TEAM, evening, LEAD, now, seen) == "kept"
        assert rota_changes.keep_week(session, TEAM, [], LEAD, now, seen) == "changed"
        assert rota.read(session, TEAM).week == (evening[0],)
        actors = session.scalars(select(AuditRow.actor).where(AuditRow.action == "change_rota").order_by(AuditRow.id))
        assert list(actors) == ["system", "staff:77"]


def test_what_makes_no_rota_is_refused(db: Database, now: datetime) -> None:
    with db.write() as session:
        ids = office_hours(session, now)
        make_team(session, now, team_id="south")
        stranger = person(session, "Alex", now, team="south").id
        editor = person(session, "Ed", now, role="editor").id
        robin = ids["Robin"]
        for wrong in (
            [Stretch(0, NINE, NINE, robin)],
            [Stretch(0, NINE, FIVE, robin), Stretch(0, FIVE - 5, FIVE + 60, robin)],
            [Stretch(0, NINE, FIVE, robin, robin)],
            [Stretch(7, NINE, FIVE, robin)],
            [Stretch(0, NINE, FIVE, stranger)],
            [Stretch(0, NINE, FIVE, editor)],
        ):
            with pytest.raises(ValueError, match=r"stretch|deputy|rota"):
                rota_changes.keep_week(session, TEAM, wrong, LEAD, now)
        with pytest.raises(ValueError, match="limits"):
            rota_changes.keep_rules(session, TEAM, Rules(4), LEAD, now)
        days = (MONDAY - timedelta(days=9), MONDAY - timedelta(days=8))
        with pytest.raises(ValueError, match="over"):
            rota_changes.add_exception(session, TEAM, days, LEAD, now, staff_id=robin)
        assert len(rota.read(session, TEAM).week) == 5
        assert not rota_changes.may_change(session, "south", LEAD, now)
        assert rota_page.read(session, "south", LEAD, now) is None


def test_the_page_says_who_is_on_duty_who_is_next_and_what_is_amiss(db: Database, now: datetime) -> None:
    monday = wall(MONDAY, 10)
    with db.write() as session:
        ids = office_hours(session, now)
        session.get_one(StaffMember, ids["Lee"]).phone = None
        staff.disable(session, session.get_one(StaffMember, ids["Robin"]), now)
        nobody = (MONDAY + timedelta(days=1), MONDAY + timedelta(days=2))
        number = rota_changes.add_exception(session, TEAM, nobody, SYSTEM, now, staff_id=None)
        page = rota_page.read(session, TEAM, LEAD, monday)
        assert page
        assert page.running
        assert (page.running.name, page.running.deputy, page.closed, page.silent) == (
            "Priya",
            None,
            ("Robin",),
            ("Lee",),
        )
        assert [day.why for day in page.days[:8]] == ["", "exception", "exception", "", "", "week", "week", ""]
        later = rota_page.read(session, TEAM, LEAD, wall(MONDAY, 20))
        assert later
        assert (later.running, later.next_on, later.next_at) == (None, "Priya", wall(date(2026, 11, 26), 9))
        assert rota_changes.end_exception(session, TEAM, number, LEAD, now)
        assert not rota_changes.end_exception(session, TEAM, number, LEAD, now)
