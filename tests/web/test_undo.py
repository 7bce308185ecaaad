"""An outcome recorded by one press can be taken back for a few minutes, whole, by who recorded it, and in the audit."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from services import due_work
from services.models import Appointment, CallBack, DeskNote, LastOutcome, Referral
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    return set_up(client, assistant)


def stands(desk: Desk) -> dict[str, Any]:
    """Everything that an outcome may change."""
    with desk.assistant.db.read() as session:
        referral, call = session.get_one(Referral, desk.sam), session.get_one(Appointment, desk.call)
        promise = session.get_one(CallBack, 1)
        message = due_work.open_one(session, call.conversation_id, "missed_call")
        return {
            "referral": (referral.status, referral.outcome, referral.coach_id, referral.closed_at),
            "call": (call.status, call.outcome_at),
            "promise": (promise.done_at, promise.done_by, promise.result),
            "message": message.due_at if message else None,
        }


@pytest.mark.parametrize("outcome", ["reached", "not_reached", "declined", "another_service", "written"])
@pytest.mark.parametrize("path", ["call", "call-back", "person"])
def test_all_stands_as_before(desk: Desk, outcome: str, path: str) -> None:
    to = {"call": f"/call/{desk.call}", "call-back": "/call-back/1", "person": f"/referral/{desk.sam}/outcome"}[path]
    before = stands(desk)
    assert desk.post(to, outcome=outcome, words="A word of mine") == 303
    assert "You can take it back until" in desk.page()
    assert desk.post("/undo") == 303
    assert stands(desk) == before
    assert desk.audited("take_outcome_back") == [f"referral:{desk.sam}"]
    card = desk.card()
    assert "An outcome was recorded and taken back" in card
    assert "A word of mine" in card, "the note stays"
    assert "Tried in vain" not in card
    assert "You can take it back until" not in desk.page()


def test_what_was_put_right_goes_back_to_what_it_was(desk: Desk) -> None:
    desk.post(f"/call/{desk.call}", outcome="not_reached")
    before = stands(desk)
    assert before["message"] is not None
    desk.post(f"/call/{desk.call}", outcome="reached")
    assert stands(desk)["message"] is None
    assert desk.post("/undo") == 303
    assert stands(desk) == before
    with desk.assistant.db.read() as session:
        assert [row.result for row in session.scalars(select(DeskNote))] == ["not_reached"]


def test_after_five_minutes_it_stands(desk: Desk) -> None:
    desk.post(f"/call/{desk.call}", outcome="not_reached")
    desk.assistant.clock.offset += timedelta(minutes=5)
    assert "You can take it back" not in desk.page()
    assert desk.post("/undo") == 409
    assert stands(desk)["call"][0] == "not_reached"


def test_what_a_colleague_has_changed_since_is_not_undone(desk: Desk) -> None:
    desk.post(f"/call/{desk.call}", outcome="declined")
    with desk.assistant.db.write() as session:
        session.get_one(Referral, desk.sam).status = "active"
    assert desk.post("/undo") == 409
    assert stands(desk)["call"][0] == "declined"


def test_nobody_takes_back_what_somebody_else_recorded(desk: Desk) -> None:
    desk.post(f"/call/{desk.call}", outcome="reached")
    desk.sign_in("priya@north.example")
    assert "You can take it back" not in desk.page()
    assert desk.post("/undo") == 409
    assert stands(desk)["call"][0] == "reached"
    with desk.assistant.db.read() as session:
        assert session.scalars(select(LastOutcome.result)).all() == ["reached"]
