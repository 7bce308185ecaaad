"""Until a call begins it is moved or called off, never recorded: an outcome would take it out of the diary unheard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from services import booking, call_backs, conversations, moving, notes
from services.models import Appointment, DeskNote, DiaryCell, Referral
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up
from tests.web.teams import NOW


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    """Sam's call is tomorrow."""
    made = set_up(client, assistant)
    with assistant.db.write() as session:
        call = session.get_one(Appointment, made.call)
        call.starts_at, call.ends_at = NOW + timedelta(days=1), NOW + timedelta(days=1, minutes=30)
    return made


def call_of(desk: Desk) -> Appointment:
    with desk.assistant.db.read() as session:
        return session.get_one(Appointment, desk.call)


@pytest.mark.parametrize("outcome", ["reached", "not_reached", "declined", "another_service", "written"])
def test_nothing_is_recorded_of_a_call_that_has_not_begun(desk: Desk, outcome: str) -> None:
    assert desk.post(f"/call/{desk.call}", outcome=outcome) == 409
    assert call_of(desk).status == "booked"
    assert (f"appointment:{desk.call}", "early") in [(subject, why) for _, subject, why in desk.refusals()]
    page = desk.card()
    assert "Move it, or call it off" in page
    assert f'action="/coach/call/{desk.call}"' in page
    assert page.count('value="not_reached"') == 1, "only for a call that was made already"


def test_at_the_minute_it_begins_it_may_be_recorded(desk: Desk) -> None:
    desk.assistant.clock.set(call_of(desk).starts_at)
    desk.sign_in("robin@north.example")
    assert desk.post(f"/call/{desk.call}", outcome="not_reached") == 303
    assert call_of(desk).status == "not_reached"


def test_a_coach_calls_it_off_and_the_time_is_free(desk: Desk) -> None:
    with desk.assistant.db.write() as session:
        conversations.lock(session, call_of(desk).conversation_id)
        assert moving.call_off(session, desk.call, 1, NOW, "Rang me: back at work")
    call = call_of(desk)
    assert (call.status, call.ended_by) == ("called_off", "coach")
    with desk.assistant.db.read() as session:
        assert not session.scalars(select(DiaryCell).where(DiaryCell.appointment_id == desk.call)).all()
        assert booking.coming_call(session, call.person_id, NOW) is None
        note = session.scalars(select(DeskNote).order_by(DeskNote.id.desc())).first()
        assert note is not None
        assert (note.kind, note.result, note.words) == ("note", "called_off", "Rang me: back at work")
        assert session.get_one(Referral, desk.sam).status == "shared"
        assert not moving.call_off(session, desk.call, 1, NOW), "once"
    assert desk.audited("call_off") == [f"appointment:{desk.call}"]


def test_another_teams_call_is_not_called_off(desk: Desk) -> None:
    assert desk.post(f"/call/{desk.their_call}", outcome="called_off") == 404


@pytest.mark.parametrize(("path", "outcome"), [("outcome", "declined"), ("outcome", "another_service"), ("close", "")])
def test_nobody_is_closed_over_a_call_to_come(desk: Desk, path: str, outcome: str) -> None:
    assert desk.post(f"/referral/{desk.sam}/{path}", outcome=outcome) == 409
    assert desk.post("/call-back/1", outcome="declined") == 409
    with desk.assistant.db.read() as session:
        assert session.get_one(Referral, desk.sam).status == "shared"


def test_a_talk_before_the_time_is_recorded_and_leaves_the_call(desk: Desk) -> None:
    assert desk.post(f"/referral/{desk.sam}/outcome", outcome="reached") == 303
    assert call_of(desk).status == "booked"


def test_a_call_that_was_moved_and_called_off_is_no_try_and_no_call(desk: Desk) -> None:
    """Found on a morning at the desk: it said "tried in vain", and nothing said that no call was booked."""
    with desk.assistant.db.write() as session:
        call, referral = session.get_one(Appointment, desk.call), session.get_one(Referral, desk.sam)
        notes.add(session, referral, "outcome", 1, NOW, result="moved", appointment_id=call.id)
        assert moving.call_off(session, desk.call, 1, NOW)
        call_backs.finish(session, 1, "reached", NOW, 1)
    page = desk.page()
    assert "Nothing is planned yet." in page
    assert "Tried in vain" not in page
    assert "No call booked" in page.partition("New in the last 7 days")[2]
