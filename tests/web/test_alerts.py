"""A safety alert about somebody without a team or a number: rows that can be told apart, and a next step for each."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from services import duty, inbox, people
from services.messages import Address, Inbound
from services.models import Conversation, DutyAlert, MessageIn, MessageOut
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up

SAID = "my fella says hell put me in the ground"


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    """Beside Sam's alert there is one of somebody on the web, without a team, a number or a name."""
    made = set_up(client, assistant)
    now = assistant.clock.now()
    accepted = inbox.accept(assistant.db, Inbound(Address("web", "a" * 32), "W1", SAID), True, now)
    with assistant.db.write() as session:
        session.scalars(
            select(MessageIn).where(MessageIn.body.is_not(None)).order_by(MessageIn.id.desc())
        ).first().taken_at = now  # type: ignore[union-attr]
        duty.alert(session, accepted.conversation_id, None, "harm_by_others", now)
    return made


def alert(desk: Desk) -> int:
    with desk.assistant.db.read() as session:
        return session.scalars(select(DutyAlert.id).where(DutyAlert.team_id.is_(None))).one()


def test_rows_can_be_told_apart(desk: Desk) -> None:
    for page in (desk.page(), desk.page("/queue?kind=alert")):
        assert "Web chat. A" in page
        assert "no team yet" in page
        assert "Text message. A1." in page
        assert "see a way out" in page, "their own team's words may be read"
        assert SAID not in page, "these are for who takes it on"
    assert desk.audited("read_words").count("alert:1") >= 2
    assert f"alert:{alert(desk)}" not in desk.audited("read_words")


def test_each_alert_says_what_can_be_done_and_who_sees_it(desk: Desk) -> None:
    number = alert(desk)
    page = desk.page(f"/alert/{number}")
    assert "once you have taken it on" in page
    assert "coaches and leads of every team see that there is an alert" in page
    desk.post(f"/alert/{number}")
    page = desk.page(f"/alert/{number}")
    assert SAID in page
    assert "There is no number to ring" in page
    assert "They see it when they open the chat again" in page
    assert "call 999" in page
    assert "their page" in desk.page("/alert/1")


def test_who_took_it_on_writes_on_their_channel_and_is_answered(desk: Desk) -> None:
    number = alert(desk)
    assert desk.post(f"/alert/{number}/say", words="Hello, it is Robin") == 409
    desk.post(f"/alert/{number}")
    assert desk.post(f"/alert/{number}/say", words="Hello, it is Robin. Are you safe?") == 303
    with desk.assistant.db.read() as session:
        out = session.scalars(select(MessageOut).where(MessageOut.purpose == "coach")).one()
        assert (out.channel, out.body) == ("web", "Hello, it is Robin. Are you safe?")
    desk.assistant.clock.offset += timedelta(minutes=2)
    inbox.accept(
        desk.assistant.db, Inbound(Address("web", "a" * 32), "W2", "yes for now"), False, desk.assistant.clock.now()
    )
    assert "They wrote again" in desk.page()
    assert "yes for now" in desk.page(f"/alert/{number}")
    desk.sign_in("priya@north.example")
    assert "yes for now" not in desk.page(f"/alert/{number}")
    assert desk.post(f"/alert/{number}/say", words="And I am Priya") == 409
    assert (f"alert:{number}", "not_taken") in [(subject, why) for _, subject, why in desk.refusals()]


def test_dealt_with_hands_them_back_to_the_assistant(desk: Desk) -> None:
    number = alert(desk)
    desk.post(f"/alert/{number}")
    desk.post(f"/alert/{number}/say", words="Hello, it is Robin")
    assert desk.post(f"/alert/{number}/close", words="Safe at her sister's") == 303
    with desk.assistant.db.read() as session:
        assert session.scalars(select(Conversation).where(Conversation.coach_takeover_at.is_not(None))).all() == []
    assert desk.post(f"/alert/{number}/say", words="One more") == 409


def test_after_stop_nothing_is_written_and_another_teams_alert_is_not_found(desk: Desk) -> None:
    number = alert(desk)
    desk.post(f"/alert/{number}")
    with desk.assistant.db.write() as session:
        people.stop(session, session.get_one(DutyAlert, number).conversation_id, desk.assistant.clock.now())
    assert "No way to reach them is left" in desk.page(f"/alert/{number}")
    assert desk.post(f"/alert/{number}/say", words="Hello") == 409
    with desk.assistant.db.write() as session:
        session.get_one(DutyAlert, number).team_id = "south"
    assert desk.post(f"/alert/{number}/say", words="Hello") == 404
