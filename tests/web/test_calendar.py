"""The page of a coach's own calendar."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from services import coach_calendars
from services.models import Invitation
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up


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
    assert desk.post("/calendar/mail", mails="no") == 404
