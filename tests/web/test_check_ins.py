"""Check-ins at the desk: planned from the card, read in the queue, nobody else's."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from services import check_ins, scopes
from services.models import CheckIn
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up
from tests.web.teams import NOW

QUESTION = "How did the meeting with your manager go?"


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    return set_up(client, assistant)


def newest(desk: Desk) -> CheckIn:
    with desk.assistant.db.read() as session:
        return session.scalars(select(CheckIn).order_by(CheckIn.id.desc())).first() or CheckIn()


def test_planned_answered_and_read(desk: Desk) -> None:
    assert desk.post(f"/referral/{desk.sam}/check-in", question=QUESTION, on="2026-11-26") == 303
    assert QUESTION in desk.card()
    assert "Not asked yet." in desk.card()
    with desk.assistant.db.write() as session:
        row = session.get_one(CheckIn, newest(desk).id)
        row.asked_at = NOW
        check_ins.keep_answer(session, row, "hard", "He would not <b>listen</b>", NOW)
    page = desk.page("/queue?kind=check_in")
    assert "Answered a check-in" in page
    assert "It was hard" in page
    assert "He would not &lt;b&gt;listen&lt;/b&gt;" in desk.card()
    assert desk.post(f"/check-in/{newest(desk).id}/seen") == 303
    assert newest(desk).seen_at is not None
    assert "It was hard" not in desk.page("/queue?kind=check_in")


def test_taken_back(desk: Desk) -> None:
    desk.post(f"/referral/{desk.sam}/check-in", question=QUESTION, on="2026-11-26")
    assert desk.post(f"/check-in/{newest(desk).id}/back", then=f"/coach/referral/{desk.sam}") == 303
    assert "Taken back." in desk.card()
    assert desk.post(f"/check-in/{newest(desk).id}/back") == 409


@pytest.mark.parametrize(("question", "on"), [("", "2026-11-26"), (QUESTION, "soon"), (QUESTION, "2026-11-01")])
def test_what_cannot_be_is_refused(desk: Desk, question: str, on: str) -> None:
    assert desk.post(f"/referral/{desk.sam}/check-in", question=question, on=on) == 400
    assert newest(desk).id is None


def test_another_teams_people_are_not_asked(desk: Desk) -> None:
    assert desk.post(f"/referral/{desk.theirs}/check-in", question=QUESTION, on="2026-11-26") == 404
    assert desk.post("/check-in/999/seen") == desk.post("/check-in/999/back") == 404
    assert (f"referral:{desk.theirs}", "not_theirs") in [each[1:] for each in desk.refusals()]


def test_only_who_works_with_people(desk: Desk) -> None:
    desk.sign_in("safety@example.org")
    assert desk.post(f"/referral/{desk.sam}/check-in", question=QUESTION, on="2026-11-26") == 404


def test_who_is_handed_over_is_asked_in_the_new_coachs_name(desk: Desk) -> None:
    desk.post(f"/referral/{desk.sam}/check-in", question=QUESTION, on="2026-11-26")
    assert desk.post(f"/referral/{desk.sam}/give", coach=str(desk.colleague)) == 303
    section = desk.card().partition('id="check-in"')[2].partition("</section>")[0]
    assert "priya, Thursday 26 November" in section
    with desk.assistant.db.read() as session:
        assert scopes.name_of(session, newest(desk).staff_id) == "priya"
