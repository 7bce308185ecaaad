"""The page of a team's own system: a lead's, and what it refuses."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from services import team_hooks
from services.models import HookEvent, TeamHook
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    made = set_up(client, assistant)
    object.__setattr__(assistant.settings, "hook_loopback", True)
    made.sign_in("lead@north.example")
    return made


def give(desk: Desk, address: str = "http://127.0.0.1:9/in") -> str:
    answer = desk.client.post("/coach/system", data={**desk.marks(), "address": address, "form": "event"})
    assert answer.status_code == 200
    found = re.search(r"whsec_[A-Za-z0-9+/=]+", answer.text)
    assert found is not None
    return found[0]


def hook(desk: Desk) -> TeamHook:
    with desk.assistant.db.read() as session:
        return session.get_one(TeamHook, "north")


def test_a_lead_gives_an_address_and_sees_the_secret_once(desk: Desk) -> None:
    assert "whsec_" not in desk.page("/system")
    secret = give(desk)
    assert hook(desk).secret == secret
    assert "whsec_" not in desk.page("/system")
    again = desk.client.post("/coach/system/secret", data=desk.marks()).text
    assert secret not in again
    assert "whsec_" in again


def test_test_replay_and_stop(desk: Desk) -> None:
    give(desk)
    assert desk.post("/system/test") == 303
    with desk.assistant.db.write() as session:
        row = session.scalars(select(HookEvent)).one()
        row.status, row.reason = "dead", "status_500"
        number = row.id
    page = desk.page("/system")
    assert "1 message did not arrive" in page
    assert "it answered 500" in page
    assert desk.post("/system/replay", event=str(number)) == 303
    with desk.assistant.db.read() as session:
        assert session.get_one(HookEvent, number).status == "queued"
    assert desk.post("/system/end") == 303
    assert hook(desk).active is False
    assert desk.audited("hook.replay") == desk.audited("hook.stop") == ["team:north"]


def test_a_wrong_address_is_said_and_nothing_is_kept(desk: Desk) -> None:
    answer = desk.client.post("/coach/system", data={**desk.marks(), "address": "https://10.0.0.1/", "form": "event"})
    assert answer.status_code == 400
    assert "inside a network" in answer.text
    with desk.assistant.db.read() as session:
        assert team_hooks.read(session, "north") is None


@pytest.mark.parametrize("who", ["robin@north.example", "safety@example.org"])
def test_only_a_lead(desk: Desk, who: str) -> None:
    desk.sign_in(who)
    for path in ("", "/secret", "/test", "/replay", "/end"):
        assert desk.post(f"/system{path}", address="https://example.org/") == 404
    assert desk.client.get("/coach/system").status_code == 404


def test_a_form_counts_once(desk: Desk) -> None:
    give(desk)
    used = desk.marks()
    assert desk.client.post("/coach/system/test", data=used).status_code == 303
    assert desk.client.post("/coach/system/test", data=used).status_code == 409
