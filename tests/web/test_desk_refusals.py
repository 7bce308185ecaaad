"""What the desk refuses, with a line in the audit each time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from starlette.testclient import TestClient

from services import staff
from services.models import Appointment
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up
from tests.web.teams import NOW


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    return set_up(client, assistant)


FORMS: dict[str, Callable[[Desk], str]] = {
    "note": lambda desk: f"/referral/{desk.theirs}/note",
    "outcome": lambda desk: f"/referral/{desk.theirs}/outcome",
    "plan": lambda desk: f"/referral/{desk.theirs}/plan",
    "give": lambda desk: f"/referral/{desk.theirs}/give",
    "close": lambda desk: f"/referral/{desk.theirs}/close",
    "say": lambda desk: f"/referral/{desk.theirs}/say",
    "hand-back": lambda desk: f"/referral/{desk.theirs}/hand-back",
    "call": lambda desk: f"/call/{desk.their_call}",
    "call-back": lambda desk: "/call-back/2",
    "alert": lambda desk: "/alert/2",
}
SUBJECT = {"call": "appointment:2", "call-back": "call_back:2", "alert": "alert:2"}


@pytest.mark.parametrize("form", FORMS)
def test_nothing_is_done_to_another_teams_person(desk: Desk, form: str) -> None:
    data = {"outcome": "reached", "words": "hello", "coach": str(desk.coach)}
    assert desk.post(FORMS[form](desk), **data) == 404
    assert desk.refusals() == [("staff:1", SUBJECT.get(form, f"referral:{desk.theirs}"), "not_theirs")]


@pytest.mark.parametrize("path", ["/referral/{}", "/referral/{}/print", "/alert/{}"])
def test_nothing_is_read_of_another_teams_person(desk: Desk, path: str) -> None:
    assert desk.client.get(f"/coach{path.format(desk.theirs)}").status_code == 404
    assert len(desk.refusals()) == 1
    for page in ("", "/queue", "/week", "/people"):
        assert "South" not in desk.page(page)


def test_a_move_of_another_teams_call_is_refused(desk: Desk) -> None:
    assert desk.post(f"/call/{desk.their_call}", outcome="moved", opening="o1-1-phone") == 404
    assert desk.refusals() == [("staff:1", f"appointment:{desk.their_call}", "not_theirs")]


def test_a_form_sent_again_does_nothing_again(desk: Desk) -> None:
    path = f"/referral/{desk.sam}/say"
    desk.post(path, words="Hello, it's Robin.")
    assert desk.client.post(f"/coach{path}", data=desk.used).status_code == 409
    assert "This was sent before" in desk.client.post(f"/coach{path}", data=desk.used).text
    assert len(desk.audited("wrote")) == 1
    assert desk.refusals()[0] == ("staff:1", f"form:referral/{desk.sam}/say", "replayed")


def test_a_form_of_an_earlier_sign_in_or_without_its_mark_does_nothing(desk: Desk) -> None:
    old = desk.marks()["once"]
    desk.sign_in("robin@north.example")
    for once in (old, "", "made.up"):
        assert desk.post(f"/referral/{desk.sam}/note", words="x", once=once) == 409
    assert {why for _, _, why in desk.refusals()} == {"stale"}
    assert desk.audited("note") == []


def test_a_form_for_a_call_that_moved_meanwhile_says_so(desk: Desk) -> None:
    with desk.assistant.db.write() as session:
        session.get_one(Appointment, desk.call).status = "moved"
    assert desk.post(f"/call/{desk.call}", outcome="reached") == 409
    assert desk.refusals() == [("staff:1", f"appointment:{desk.call}", "changed")]


def test_a_disabled_account_is_turned_away_and_audited(desk: Desk) -> None:
    with desk.assistant.db.write() as session:
        row = staff.find(session, "robin@north.example")
        assert row
        staff.disable(session, row, NOW)
    assert desk.client.get("/coach").status_code == 303
    assert desk.refusals() == [("staff:1", "route:/coach", "disabled")]


def test_a_role_that_is_too_low_is_turned_away_and_audited(desk: Desk) -> None:
    desk.sign_in("safety@example.org")
    assert desk.post(f"/referral/{desk.sam}/say", words="hello") == 404
    assert desk.refusals() == [("staff:4", "route:/coach/referral/{id:int}/say", "role")]
    desk.sign_in("robin@north.example")
    day = date(2026, 12, 1).isoformat()
    assert desk.post("/cover", coach=str(desk.colleague), by=str(desk.coach), starts=day, ends=day) == 404
    assert desk.refusals()[-1] == ("staff:1", f"coach:{desk.colleague}", "role")


def test_a_stale_link_is_refused_and_audited(desk: Desk) -> None:
    with desk.assistant.db.write() as session:
        token = staff.make_set_up_link(session, 1, NOW - timedelta(days=3))
    password = {"password": "another three words", "again": "another three words"}
    assert desk.client.post(f"/set-up/{token}", data=password).status_code == 404
    assert desk.refusals() == [("system", "set_up_link", "stale")]


@pytest.mark.parametrize("coach", ["999", "x", "-1", ""])
def test_a_person_is_handed_to_nobody_who_is_not_of_the_team(desk: Desk, coach: str) -> None:
    assert desk.post(f"/referral/{desk.sam}/give", coach=coach) == 404
    assert desk.refusals()[-1][2] == "not_of_the_team"


@pytest.mark.parametrize("path", ["https://elsewhere.example", "//elsewhere.example", "/coachelsewhere", "/sign-out"])
def test_a_form_leads_back_to_the_desk_and_nowhere_else(desk: Desk, path: str) -> None:
    answer = desk.client.post("/coach/alert/1", data={**desk.marks(), "then": path})
    assert answer.headers["location"] == "/coach?done=alert"
