"""The page of a coach's own calendar."""

from __future__ import annotations

import html
from datetime import datetime, timedelta

import pytest
from starlette.testclient import TestClient

from services import coach_calendars
from services.models import Appointment, BusyTime, CoachCalendar, Invitation
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up
from tests.web.teams import NOW

ADDRESS = "https://calendar.example.org/secret/robin.ics"


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    made = set_up(client, assistant)
    assistant.mail = object()
    return made


def test_a_coach_sees_where_invitations_go_and_turns_them_off(desk: Desk) -> None:
    assert "robin@north.example" in desk.page("/calendar")
    assert desk.post("/calendar/mail", mails="no") == 303
    assert "You get no invitations by mail" in desk.page("/calendar")
    assert desk.audited("choose_calendar") == [f"coach:{desk.coach}"]
    with desk.assistant.db.read() as session:
        assert not coach_calendars.wants_mail(session, desk.coach)
        assert coach_calendars.wants_mail(session, desk.colleague)
    assert desk.post("/calendar/mail", mails="yes") == 303
    assert "robin@north.example" in desk.page("/calendar")


def test_without_a_mail_server_the_page_says_so(desk: Desk) -> None:
    desk.assistant.mail = None
    assert "This site sends no mail" in desk.page("/calendar")


def test_mails_that_were_refused_are_listed_with_their_reference(desk: Desk) -> None:
    now = desk.assistant.clock.now()
    with desk.assistant.db.write() as session:
        about = {"chain_id": desk.call, "appointment_id": desk.call, "coach_id": desk.coach, "sequence": 0}
        row = Invitation(**about, method="REQUEST", created_at=now, status="failed", reason="x", settled_at=now)
        session.add(row)
    page = desk.page("/calendar")
    assert "Mails that may not have reached you" in page
    assert "WW-" in page
    assert "Sam" not in page


@pytest.mark.parametrize("email", ["lead@north.example", "safety@example.org"])
def test_who_has_no_diary_has_no_such_page(desk: Desk, email: str) -> None:
    desk.sign_in(email)
    assert desk.client.get("/coach/calendar").status_code == 404
    assert desk.refusals()[-1][2] == "role"
    for path in ("mail", "feed", "busy", "busy/end"):
        assert desk.post(f"/calendar/{path}", mails="no", address=ADDRESS) == 404


def test_a_coach_gives_the_address_of_their_calendar_and_takes_it_away(desk: Desk) -> None:
    assert desk.post("/calendar/busy", address=f" {ADDRESS.replace('https', 'webcal')} ") == 303
    page = desk.page("/calendar")
    assert "calendar.example.org" in page
    assert "Not yet" in page
    assert "secret/robin.ics" not in page, "who looks over a shoulder does not read the secret"
    with desk.assistant.db.read() as session:
        assert session.get_one(CoachCalendar, desk.coach).busy_address == ADDRESS
    assert desk.post("/calendar/busy/end") == 303
    assert "calendar.example.org" not in desk.page("/calendar")
    assert desk.audited("give_calendar") == desk.audited("take_calendar_away") == [f"coach:{desk.coach}"]


@pytest.mark.parametrize(
    "address", ["", "http://calendar.example.org/a.ics", "https://me:word@calendar.example.org/", "<b>"]
)
def test_a_wrong_address_is_told_and_stays_in_the_field(desk: Desk, address: str) -> None:
    answer = desk.client.post("/coach/calendar/busy", data={**desk.marks(), "address": address})
    assert answer.status_code == 400
    assert "has to begin with https:// or webcal://" in answer.text
    assert f'value="{html.escape(address)}"' in answer.text
    assert desk.audited("give_calendar") == []


@pytest.mark.parametrize(
    "problem",
    ["not_public", "not_found", "not_allowed", "too_big", "slow", "unavailable", "not_a_calendar", "too_much"],
)
def test_an_unread_calendar_is_shown_with_the_reason_to_coach_and_lead(desk: Desk, problem: str) -> None:
    desk.post("/calendar/busy", address=ADDRESS)
    now = desk.assistant.clock.now()
    with desk.assistant.db.write() as session:
        row = session.get_one(CoachCalendar, desk.coach)
        row.busy_tried_at, row.busy_read_at, row.busy_problem = now, now - timedelta(hours=4), problem
    page = desk.page("/calendar")
    assert "has not been read for long" in page
    assert "It did not answer. " not in page or problem == "unavailable"
    assert "has not been read since" in desk.page(f"/hours/{desk.coach}")
    desk.sign_in("lead@north.example")
    assert "Their own calendar has not been read since" in desk.page(f"/hours/{desk.coach}")


def put_busy(desk: Desk, coach: int, starts: datetime, ends: datetime, read_at: datetime) -> None:
    with desk.assistant.db.write() as session:
        row = coach_calendars.chosen(session, coach)
        row.busy_address, row.busy_tried_at, row.busy_read_at = "https://example.org/a.ics", NOW, read_at
        session.add(BusyTime(coach_id=coach, starts_at=starts, ends_at=ends))


def test_the_week_shows_outside_meetings_and_the_call_that_one_covers(desk: Desk) -> None:
    assert "is busy" not in desk.page("/week")
    with desk.assistant.db.read() as session:
        call = session.get_one(Appointment, desk.call)
    put_busy(desk, desk.colleague, call.starts_at, call.ends_at, NOW)
    page = desk.page("/week")
    assert "Priya is busy" in page
    assert "has a meeting then" not in page, "it is somebody else's meeting"
    put_busy(desk, desk.coach, call.starts_at + timedelta(minutes=20), call.ends_at + timedelta(hours=1), NOW)
    page = desk.page("/week")
    assert "has a meeting then, by their own calendar" in page
    assert "not read for long" not in page
    assert "Priya is busy" not in desk.page("/week?who=me")


def test_times_of_a_calendar_that_is_not_read_are_marked(desk: Desk) -> None:
    put_busy(desk, desk.coach, NOW, NOW + timedelta(hours=1), NOW - timedelta(hours=4))
    assert "not read for long" in desk.page("/week")


def test_another_teams_meetings_are_not_in_the_week(desk: Desk) -> None:
    with desk.assistant.db.read() as session:
        other = session.get_one(Appointment, desk.their_call).coach_id
    put_busy(desk, other, NOW, NOW + timedelta(hours=1), NOW)
    assert "is busy" not in desk.page("/week")
