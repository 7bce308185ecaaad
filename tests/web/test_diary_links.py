"""An account finds its own diary where that is plain; else a lead links them, and the pages say what is missing."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from services import staff
from services.models import Coach, StaffMember
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up
from tests.web.teams import NOW, put_staff


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    return set_up(client, assistant)


def put_diary(desk: Desk, name: str, email: str | None = None, team: str = "north") -> int:
    with desk.assistant.db.write() as session:
        row = Coach(team_id=team, name=name, email=email, created_at=NOW)
        session.add(row)
        session.flush()
        return row.id


def diary_of(desk: Desk, email: str) -> int | None:
    with desk.assistant.db.read() as session:
        row = staff.find(session, email)
        assert row is not None
        return row.coach_id


def test_signing_in_links_the_diary_with_the_same_address(desk: Desk) -> None:
    put_staff(desk.assistant, "noor@north.example", "coach", "north")
    number = put_diary(desk, "Noor Begum", "Noor@North.example")
    put_diary(desk, "noor")
    desk.sign_in("noor@north.example")
    assert diary_of(desk, "noor@north.example") == number
    assert "Mine, and those I cover for" in desk.page()
    assert "/coach/hours" in desk.page()
    assert len(desk.audited("link_diary")) == 1


def test_a_name_is_enough_where_it_is_plain(desk: Desk) -> None:
    put_staff(desk.assistant, "noor@north.example", "coach", "north")
    number = put_diary(desk, "Noor")
    desk.sign_in("noor@north.example")
    assert diary_of(desk, "noor@north.example") == number


@pytest.mark.parametrize("why", ["two diaries", "other address", "other team", "taken", "left"])
def test_nothing_is_guessed(desk: Desk, why: str) -> None:
    put_staff(desk.assistant, "noor@north.example", "coach", "north")
    number = put_diary(
        desk,
        "Noor",
        "n.b@north.example" if why == "other address" else None,
        "south" if why == "other team" else "north",
    )
    if why == "two diaries":
        put_diary(desk, "noor")
    if why == "taken":
        put_staff(desk.assistant, "other@north.example", "coach", "north", number)
    if why == "left":
        with desk.assistant.db.write() as session:
            session.get_one(Coach, number).active = False
    desk.sign_in("noor@north.example")
    assert diary_of(desk, "noor@north.example") is None
    page = desk.page()
    assert "Your account is not linked to a diary" in page
    assert "A lead of your team can link it" in page


def test_a_lead_adds_a_diary_whose_account_finds_it(desk: Desk) -> None:
    assert desk.post("/hours/add", **{"diary-name": "Noor", "diary-email": ""}) == 404, "a coach is no lead"
    desk.sign_in("lead@north.example")
    for name, email, told in (
        (" ", "", "Write the name"),
        ("Noor", "noor@", "whole e-mail address"),
        ("robin  KAY", "", "has a diary of this coach"),
    ):
        put_diary(desk, "Robin Kay")
        answer = desk.client.post("/coach/hours/add", data={**desk.marks(), "diary-name": name, "diary-email": email})
        assert (answer.status_code, told in answer.text) == (400, True)
    added = desk.client.post(
        "/coach/hours/add", data={**desk.marks(), "diary-name": "Noor", "diary-email": "noor@north.example"}
    )
    assert added.status_code == 303
    assert "Write its hours now" in desk.page(added.headers["location"].removeprefix("/coach"))
    put_staff(desk.assistant, "noor@north.example", "coach", "north")
    desk.sign_in("noor@north.example")
    number = diary_of(desk, "noor@north.example")
    assert added.headers["location"] == f"/coach/hours/{number}?done=diary"


def test_a_lead_links_an_account_to_a_free_diary_of_the_team(desk: Desk) -> None:
    account = put_staff(desk.assistant, "noor@north.example", "coach", "north")
    number = put_diary(desk, "Somebody Else")
    theirs = put_diary(desk, "South", team="south")
    desk.sign_in("lead@north.example")
    assert "Accounts without a diary" in desk.page("/hours")
    assert desk.post("/hours/link", account=str(account), diary=str(theirs)) == 404
    assert desk.post("/hours/link", account=str(account), diary=str(desk.coach)) == 404, "Robin works in it"
    assert desk.post("/hours/link", account=str(account), diary=str(number)) == 303
    assert diary_of(desk, "noor@north.example") == number
    assert "Accounts without a diary" not in desk.page("/hours")
    desk.sign_in("robin@north.example")
    assert desk.post("/hours/link", account=str(account), diary=str(number)) == 404, "a coach is no lead"
    with desk.assistant.db.read() as session:
        assert session.get_one(StaffMember, account).coach_id == number
