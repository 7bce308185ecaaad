"""A fit note, sick pay or job that ends within days: on the card, and first among those who wait for the same."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from starlette.testclient import TestClient

from services import cards, endings, waiting
from services.models import Appointment, CallBack, DutyAlert, Referral
from services.scopes import Viewer
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up
from tests.web.teams import NOW, put_referral

TODAY = date(2026, 11, 24)


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    return set_up(client, assistant)


def a_new_one(desk: Desk, number: int, ends: str | None = None, what: str = "fit_note") -> int:
    """Somebody handed over so many hours ago with nothing planned."""
    found, call = put_referral(
        desk.assistant, "north", desk.coach, f"+4477009002{number:02}", NOW + timedelta(days=number)
    )
    with desk.assistant.db.write() as session:
        session.get_one(Appointment, call).status = "called_off"
        row = session.get_one(Referral, found)
        session.execute(delete(CallBack).where(CallBack.person_id == row.person_id))
        session.execute(delete(DutyAlert).where(DutyAlert.conversation_id == row.conversation_id))
        row.changed_at = NOW - timedelta(hours=number)
        row.card = {**row.card, "ends": [{"what": what, "on": ends, "said": NOW.isoformat()}]} if ends else row.card
    return found


def queue(desk: Desk, now: datetime = NOW) -> waiting.Queue:
    with desk.assistant.db.read() as session:
        return waiting.read(session, Viewer(1, "north", desk.coach), now)


def new_ones(desk: Desk, now: datetime = NOW) -> list[int | None]:
    return [item.referral for item in queue(desk, now).of("new")]


def test_within_seven_days_they_come_before_others_of_their_kind_the_nearest_first(desk: Desk) -> None:
    oldest, none = a_new_one(desk, 30), a_new_one(desk, 20)
    week = a_new_one(desk, 3, "2026-12-01", "job")
    soon, far = a_new_one(desk, 2, "2026-11-27"), a_new_one(desk, 1, "2026-12-02")
    assert new_ones(desk) == [soon, week, oldest, none, far]
    assert [item.ends.what if item.ends else None for item in queue(desk).of("new")] == [
        "fit_note",
        "job",
        None,
        None,
        None,
    ]


def test_a_date_that_has_passed_raises_nobody(desk: Desk) -> None:
    older, raised = a_new_one(desk, 30), a_new_one(desk, 2, "2026-11-27")
    assert new_ones(desk, datetime(2026, 11, 27, 23, 30, tzinfo=UTC)) == [raised, older]
    assert new_ones(desk, datetime(2026, 11, 28, 0, 30, tzinfo=UTC)) == [older, raised]


def test_other_kinds_and_alerts_keep_their_places_and_the_clock_its_next(desk: Desk) -> None:
    a_new_one(desk, 30)
    before = queue(desk)
    a_new_one(desk, 2, "2026-11-27")
    after = queue(desk)
    assert [item.kind for item in after.items if item.kind != "new"] == [
        item.kind for item in before.items if item.kind != "new"
    ]
    assert [item.ends for item in after.of("alert")] == [None] * len(before.of("alert"))
    assert after.next == before.next, "what is late next is said by the clock alone"


def test_it_is_no_safety_alert(desk: Desk) -> None:
    with desk.assistant.db.read() as session:
        before = session.scalar(select(func.count(DutyAlert.id)))
    a_new_one(desk, 2, "2026-11-24")
    queue(desk)
    with desk.assistant.db.read() as session:
        assert session.scalar(select(func.count(DutyAlert.id))) == before


def test_the_queue_and_the_card_say_why(desk: Desk) -> None:
    found = a_new_one(desk, 2, "2026-11-27")
    page = desk.page("/queue?kind=new")
    assert "Fit note ends Fri 27 Nov, in 3 days." in page
    card = desk.page(f"/referral/{found}")
    assert "<strong>Fit note ends Fri 27 Nov, in 3 days</strong>" in card


@pytest.mark.parametrize(
    ("on", "shown"),
    [
        ("2026-11-24", "<strong>Job ends Tue 24 Nov, today</strong>"),
        ("2026-11-25", "<strong>Job ends Wed 25 Nov, tomorrow</strong>"),
        ("2026-12-04", "<li>Job ends Fri 4 Dec, in 10 days</li>"),
        ("2026-11-20", "<li>Job was to end Fri 20 Nov</li>"),
    ],
)
def test_the_card_says_how_near_it_is(desk: Desk, on: str, shown: str) -> None:
    assert shown in desk.page(f"/referral/{a_new_one(desk, 2, on, 'job')}")
    assert shown in desk.page(f"/referral/{a_new_one(desk, 3, on, 'job')}/print")


@pytest.mark.parametrize("card", [None, {}, {"ends": None}, {"ends": []}])
def test_a_card_without_dates_has_none(card: Any) -> None:
    assert endings.of(card, TODAY) == ()
    assert endings.near(card, TODAY) is None


def test_the_dates_of_another_teams_person_are_not_shown(desk: Desk) -> None:
    with desk.assistant.db.write() as session:
        row = session.get_one(Referral, desk.theirs)
        row.card = {**row.card, "ends": [{"what": "job", "on": "2026-11-25", "said": None}]}
        assert cards.read(session, desk.theirs, Viewer(1, "north", desk.coach), NOW) is None
    assert all(item.ends is None for item in queue(desk).items)
