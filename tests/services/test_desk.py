"""The desk's pages on both databases, and the clock of working hours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services import cards, caseload, desk, duty, outcomes, working_time
from services.db import Database
from services.scopes import Viewer
from tests.web.teams import NOW, put_referral, put_team

START = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
MOMENTS = st.datetimes(START, START + timedelta(days=700), timezones=st.just(UTC))
SPANS = st.timedeltas(timedelta(), timedelta(hours=60))


@given(MOMENTS, SPANS)
def test_so_much_work_later_is_so_much_work_away(moment: datetime, span: timedelta) -> None:
    due = working_time.after(moment, span)
    assert working_time.left(moment, due) == span
    assert span == timedelta() or due > moment


@given(MOMENTS)
def test_the_desk_opens_next_when_it_is_open_and_closed_last_before(moment: datetime) -> None:
    opens, closed = working_time.opens_next(moment), working_time.closed_since(moment)
    assert working_time.is_open(opens)
    assert closed <= moment <= opens
    assert working_time.left(closed, opens) == timedelta()


@pytest.mark.parametrize(
    ("moment", "opens"),
    [
        ("2026-11-27T17:00+00:00", "2026-11-30T09:00+00:00"),
        ("2026-12-24T18:00+00:00", "2026-12-29T09:00+00:00"),
        ("2026-03-27T18:00+00:00", "2026-03-30T08:00+00:00"),
    ],
)
def test_weekends_bank_holidays_and_the_change_of_clocks(moment: str, opens: str) -> None:
    assert working_time.opens_next(datetime.fromisoformat(moment)) == datetime.fromisoformat(opens)


def test_every_page_reads_one_teams_people_and_its_mark_changes_with_them(db: Database) -> None:
    world: Any = SimpleNamespace(db=db)
    north, south = put_team(world, "north"), put_team(world, "south")
    mine, call = put_referral(world, "north", north, "+447700900123", NOW - timedelta(hours=1))
    put_referral(world, "south", south, "+447700900124", NOW - timedelta(hours=1))
    viewer = Viewer(1, "north", north)
    with db.write() as session:
        day = desk.read_day(session, viewer, NOW)
        before = desk.mark(session, viewer)
        others = desk.mark(session, Viewer(2, "south"))
        assert [row.id for row in day.today] == [call]
        assert {item.referral for item in day.queue.items} == {mine}
        assert outcomes.of_call(session, call, "reached", viewer, NOW) == "kept"
        next_on = date(2026, 11, 24)
        kept = caseload.keep_plan(session, mine, viewer, NOW, words="two days", next_on=next_on, what="the talk")
        assert kept == "kept"
    with db.write() as session:
        assert desk.mark(session, viewer) != before
        assert desk.mark(session, Viewer(2, "south")) == others
        assert [case.referral for case in caseload.read(session, viewer, NOW, own=False).cases] == [mine]
        assert [item.kind for item in desk.read_queue(session, viewer, NOW).items] == ["alert", "contact"]
        tuesday = desk.read_week(session, viewer, date(2026, 11, 23), NOW)[1]
        assert ([row.id for row in tuesday.calls], tuesday.contacts) == ([call], ((mine, "Sam Poe", "the talk"),))
        card = cards.read(session, mine, viewer, NOW)
        assert card is not None
        assert (card.plan.words if card.plan else "", card.notes[0].result) == ("two days", "reached")
        assert cards.read(session, mine, Viewer(2, "south"), NOW) is None
        assert duty.open_alerts(session, "north")
