"""What staff typed when their sign-in was over, or when something failed, comes back to them; nothing is done unseen."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest
from starlette.testclient import TestClient

from services.models import DeskNote
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up
from tests.web.teams import PASSWORD

WORDS = "Rang twice, <b>no</b> answer & the sister says ring after 3"
PASSWORD_FIELDS = ("password", "again", "now", "new", "code", "csrf", "once")


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    return set_up(client, assistant)


def notes(desk: Desk) -> int:
    with desk.assistant.db.read() as session:
        return session.query(DeskNote).count()


@pytest.mark.parametrize("how", ["an hour", "another window"])
def test_a_note_written_after_the_sign_in_was_over_comes_back_and_is_said_not_to_be_kept(desk: Desk, how: str) -> None:
    marks, before = desk.marks(), notes(desk)
    if how == "an hour":
        desk.assistant.clock.offset += timedelta(minutes=61)
    else:
        desk.client.cookies.clear()
    referer = {"referer": f"http://testserver/coach/referral/{desk.sam}"}
    answer = desk.client.post(f"/coach/referral/{desk.sam}/note", data={**marks, "words": WORDS}, headers=referer)
    assert answer.status_code == 403
    assert "You are signed out" in answer.text
    assert "Nothing was done" in answer.text
    assert html.escape(WORDS) in answer.text
    assert f"/sign-in?to=/coach/referral/{desk.sam}" in answer.text
    assert answer.headers["cache-control"] == "no-store"
    assert notes(desk) == before


def test_an_alert_that_was_not_taken_on_is_said_not_to_be(desk: Desk) -> None:
    marks = desk.marks()
    desk.assistant.clock.offset += timedelta(minutes=61)
    assert "Nothing was done" in desk.client.post("/coach/alert/1", data=marks).text


@pytest.mark.parametrize("field", PASSWORD_FIELDS)
def test_no_password_comes_back(desk: Desk, field: str) -> None:
    marks = desk.marks()
    desk.assistant.clock.offset += timedelta(minutes=61)
    sent = {**marks, field: "three random words"}
    assert "three random words" not in desk.client.post("/account/password", data=sent).text


def test_another_site_gets_no_words_back(desk: Desk) -> None:
    marks = desk.marks()
    desk.client.cookies.clear()
    answer = desk.client.post(
        "/coach/referral/1/note", data={**marks, "words": WORDS}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert html.escape(WORDS) not in answer.text


def test_a_form_from_before_one_signed_in_again_gives_the_words_back(desk: Desk) -> None:
    marks = desk.marks()
    desk.sign_in("robin@north.example")
    answer = desk.client.post(f"/coach/referral/{desk.sam}/note", data={**marks, "words": WORDS})
    assert answer.status_code == 403
    assert "You have signed in again" in answer.text
    assert html.escape(WORDS) in answer.text


def test_a_message_that_is_too_long_is_shown_again(desk: Desk) -> None:
    long = "I can ring you on Monday. " * 60
    desk.post(f"/referral/{desk.sam}/say", words=long)
    answer = desk.client.post(f"/coach/referral/{desk.sam}/say", data={**desk.marks(), "words": long})
    assert answer.status_code == 400
    assert long.strip() in answer.text


def test_a_form_that_was_kept_the_first_time_shows_no_words_as_lost(desk: Desk) -> None:
    assert desk.post(f"/referral/{desk.sam}/note", words=WORDS) == 303
    again = desk.client.post(f"/coach/referral/{desk.sam}/note", data=desk.used)
    assert again.status_code == 409
    assert html.escape(WORDS) not in again.text


def test_what_is_not_ones_own_says_so_to_staff_and_leads_back_to_the_desk(desk: Desk) -> None:
    answer = desk.client.get(f"/coach/referral/{desk.theirs}")
    assert answer.status_code == 404
    assert "There is nothing here for you" in answer.text
    assert 'href="/coach"' in answer.text
    assert "start a chat" not in answer.text
    assert desk.client.get("/admin/words").status_code == 404


def test_signing_in_again_leads_back_to_the_page(desk: Desk) -> None:
    desk.assistant.clock.offset += timedelta(minutes=61)
    sent_to = desk.client.get(f"/coach/referral/{desk.sam}").headers["location"]
    assert sent_to == f"/sign-in?to=/coach/referral/{desk.sam}"
    page = desk.client.get(sent_to).text
    assert "You were signed out" in page
    assert f'name="to" value="/coach/referral/{desk.sam}"' in page


@pytest.mark.parametrize(
    ("to", "lands"),
    [
        ("/coach/alert/1", "/coach/alert/1"),
        ("", "/coach"),
        ("//evil.example/coach/x", "/coach"),
        ("https://evil.example", "/coach"),
        ("/coach/../chat", "/coach"),
        ("/coach/x\r\nset-cookie: a=b", "/coach"),
        ("/chat/leave", "/coach"),
    ],
)
def test_one_goes_on_only_to_a_page_of_staff(desk: Desk, to: str, lands: str) -> None:
    given = {"email": "robin@north.example", "password": PASSWORD, "to": to}
    answer = desk.client.post("/sign-in", data=given)
    assert (answer.status_code, answer.headers["location"]) == (303, lands)
