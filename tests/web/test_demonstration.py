"""The demonstration's sign-in: made once, the same at every start, and it sees the demonstration teams."""

from __future__ import annotations

import pytest
from starlette.testclient import TestClient

from tests.web.assistants import StandInAssistant
from web import demonstration


def test_the_console_says_where_and_with_what(
    client: TestClient, assistant: StandInAssistant, capsys: pytest.CaptureFixture[str]
) -> None:
    demonstration.announce(assistant)  # type: ignore[arg-type]
    told = [line.split()[-3:] for line in capsys.readouterr().out.splitlines()]
    assert {address for address, _, _ in told} == {"http://testserver/sign-in"}
    led = [client.post("/sign-in", data={"email": one, "password": word}).headers["location"] for _, one, word in told]
    assert led == ["/coach", "/admin", "/coach"], "lead, administrator, safety officer"


def test_a_second_start_ends_nobodys_sign_in(client: TestClient, assistant: StandInAssistant) -> None:
    email, password = demonstration.sign_in(assistant)  # type: ignore[arg-type]
    client.post("/sign-in", data={"email": email, "password": password})
    assert demonstration.sign_in(assistant) == (email, password)  # type: ignore[arg-type]
    assert client.get("/coach").status_code == 200


def test_a_changed_password_is_put_back(assistant: StandInAssistant) -> None:
    from services import staff

    email, password = demonstration.sign_in(assistant)  # type: ignore[arg-type]
    with assistant.db.write() as session:
        row = staff.find(session, email)
        assert row is not None
        staff.set_password(session, row, "something else entirely", assistant.clock.now())
    demonstration.sign_in(assistant)  # type: ignore[arg-type]
    with assistant.db.write() as session:
        assert staff.check_password(session, email, password, assistant.clock.now())[0] == "ok"
