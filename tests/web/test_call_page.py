"""A person's own call: the words fit the way they talk to us, and a link that opens nothing says what to do next."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from services import call_links
from services.models import Appointment, Conversation
from tests.web.assistants import StandInAssistant, assemble
from tests.web.teams import NOW, put_referral, put_team
from web.app import application

CALLED_OFF = {"step": "sure"}


@pytest.fixture
def link(assistant: StandInAssistant) -> str:
    assistant.clock.set(NOW)
    coach = put_team(assistant, "north")
    _, call = put_referral(assistant, "north", coach, "+447700900123", NOW + timedelta(days=1))
    with assistant.db.read() as session:
        return f"/call/{call_links.link_token(session, session.get_one(Appointment, call))}"


def came_by(assistant: StandInAssistant, link: str, channel: str) -> None:
    with assistant.db.write() as session:
        call = call_links.by_token(session, link.removeprefix("/call/"), NOW)
        assert call is not None
        session.get_one(Conversation, call.conversation_id).channel = channel


def text_of(page: str) -> str:
    main = page.partition("<main")[2].partition("</main>")[0]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())


@pytest.mark.parametrize(
    ("channel", "told", "not_told"),
    [
        ("sms", "reply CHANGE to one of our texts", "chat"),
        ("telegram", "send us CHANGE on Telegram", "text"),
        ("web", "type CHANGE in the chat where you booked", "text"),
    ],
)
def test_how_to_move_it_fits_the_way_they_came(
    client: TestClient, assistant: StandInAssistant, link: str, channel: str, told: str, not_told: str
) -> None:
    came_by(assistant, link, channel)
    shown = text_of(client.get(link).text)
    assert told in shown
    assert not_told not in shown.lower()


@pytest.mark.parametrize(("channel", "told"), [("sms", "text us"), ("telegram", "message us on Telegram")])
def test_to_book_again_they_are_not_sent_to_a_chat_that_does_not_know_them(
    client: TestClient, assistant: StandInAssistant, link: str, channel: str, told: str
) -> None:
    came_by(assistant, link, channel)
    shown = text_of(client.post(link, data=CALLED_OFF).text)
    assert told in shown
    assert "chat" not in shown
    assistant.clock.set(NOW + timedelta(days=3))
    assert "chat" not in text_of(client.get(link).text)


def test_who_came_by_web_chat_and_is_in_it_is_led_there(client: TestClient, assistant: StandInAssistant) -> None:
    assistant.clock.set(NOW)
    coach = put_team(assistant, "north")
    found = re.findall(r'name="(form|mark)" value="([^"]+)"', client.get("/chat").text)
    client.post("/chat", data={**dict(found), "text": "hello"})
    with assistant.db.write() as session:
        mine = session.query(Conversation).one()
        call = Appointment(
            person_id=mine.person_id, conversation_id=mine.id, coach_id=coach, team_id="north", kind="phone",
            starts_at=NOW + timedelta(days=1), ends_at=NOW + timedelta(days=1, minutes=30), created_at=NOW,
        )  # fmt: skip
        session.add(call)
        session.flush()
        path = f"/call/{call_links.link_token(session, call)}"
    assert "go to the chat and type CHANGE" in text_of(client.get(path).text)
    client.cookies.clear()
    assert "in the chat where you booked" in text_of(client.get(path).text)


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_a_link_that_opens_nothing_says_what_may_be_the_matter_and_what_to_do(
    client: TestClient, link: str, method: str
) -> None:
    answer = client.request(method, link[:-3], data=CALLED_OFF if method == "POST" else None)
    assert answer.status_code == 404
    shown = text_of(answer.text)
    for words in ("We can't open this link", "may be missing", "newest message", "CHANGE", "PERSON", "999"):
        assert words in shown
    assert "our number is" not in shown.lower(), "there are no texts here"


def test_it_names_the_number_where_there_is_one(tmp_path: Path) -> None:
    texts = {"twilio_account_sid": "AC1", "twilio_auth_token": "t", "twilio_from": "+441134960000"}
    assistant = assemble(tmp_path, **texts)
    with TestClient(application(assistant, work=False)) as client:
        assert "Our number is 0113 496 0000." in text_of(client.get("/call/12.cut").text)
    assistant.db.close()


def test_what_can_be_asked_for_is_said_for_every_channel(client: TestClient) -> None:
    shown = text_of(client.get("/privacy").text)
    for words in ("by text, on Telegram or in the web chat", "send SHOW", "send MY DATA", "send DELETE", "send STOP"):
        assert words in shown
    assert not re.search(r"\btext [A-Z]{4}", shown)
