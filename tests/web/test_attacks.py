"""What somebody tries who wants in, or wants us down: guesses, floods, drips, made-up cookies, odd characters."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from starlette.testclient import TestClient

from services import staff
from services.models import AuditRow, MessageIn
from tests.web.assistants import StandInAssistant
from tests.web.teams import NOW, PASSWORD, ROBIN, put_staff, put_team
from tests.web.test_chat import form, post
from web.callers import Chats, Throttle
from web.limits import Exchange

pytestmark = pytest.mark.usefixtures("robin")


def try_in(client: TestClient, password: str = PASSWORD, code: str = "", email: str = ROBIN) -> int:
    return int(client.post("/sign-in", data={"email": email, "password": password, "code": code}).status_code)


def rows(assistant: StandInAssistant) -> int:
    with assistant.db.read() as session:
        return session.query(AuditRow).count()


async def test_a_body_that_drips_after_it_was_refused_holds_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    drops: list[bytes] = []

    async def drip() -> dict[str, Any]:
        await asyncio.sleep(0.01)
        drops.append(b"x")
        return {"type": "http.request", "body": b"x", "more_body": len(drops) < 6_000}

    monkeypatch.setattr("web.limits.DRAIN_SECONDS", 0.1)
    exchange = Exchange({"type": "http", "headers": []}, drip, drip)  # type: ignore[arg-type]
    await asyncio.wait_for(exchange.drain(), 60)
    assert len(drops) < 6_000, "it was read to its end"


def test_guesses_from_one_address_are_cut_off_before_they_cost_anything(
    stranger: TestClient, assistant: StandInAssistant, client: TestClient
) -> None:
    assert [try_in(stranger, "guess", email=f"nobody{n}@north.example") for n in range(30)] == [400] * 30
    before = rows(assistant)
    assert [try_in(stranger, "guess") for _ in range(3)] == [429] * 3
    assert rows(assistant) == before, "what is cut off writes nothing"
    assert try_in(client) == 303, "others sign in meanwhile"


def test_a_guess_is_weighed_while_no_writer_waits(
    client: TestClient, assistant: StandInAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = staff.weigh, []

    def weigh(*given: Any) -> staff.Weighed:
        with assistant.db.write():
            seen.append("a message could be stored")
        return real(*given)

    monkeypatch.setattr(staff, "weigh", weigh)
    assert try_in(client) == 303
    assert seen


def test_a_made_up_cookie_keeps_no_writer_waiting(
    client: TestClient, assistant: StandInAssistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.cookies.set("anydoor-staff", "made up")
    monkeypatch.setattr(assistant.db, "write", lambda: pytest.fail("somebody who is nobody got the writer"))
    assert client.get("/coach").status_code == 303


def test_a_new_sign_in_ends_the_one_before_it_in_the_same_browser(client: TestClient) -> None:
    assert try_in(client) == 303
    old = client.cookies["anydoor-staff"]
    assert try_in(client) == 303
    client.cookies.clear()
    client.cookies.set("anydoor-staff", old)
    assert client.get("/coach").status_code == 303


@pytest.mark.parametrize("code", ["１２３４５６", "12345\N{ARABIC-INDIC DIGIT SIX}", "\N{SNOWMAN}"])
def test_characters_that_are_no_digits_are_a_wrong_code(
    client: TestClient, assistant: StandInAssistant, code: str
) -> None:
    with assistant.db.write() as session:
        row = staff.find(session, ROBIN)
        assert row is not None
        row.totp_secret = staff.new_totp_secret()
    assert try_in(client, code=code) == 400


def account(client: TestClient) -> tuple[str, dict[str, str]]:
    page = client.get("/account").text
    found = {name: re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("csrf", "secret")}
    return page, {name: match[1] for name, match in found.items() if match}


@pytest.mark.parametrize("secret", ["!" * 32, "a" * 32, "A" * 31, "\N{SNOWMAN}" * 32, "A" * 16])
def test_a_secret_that_is_not_one_of_ours_is_refused(client: TestClient, secret: str) -> None:
    try_in(client)
    answer = client.post("/account", data={**account(client)[1], "secret": secret, "code": "123456"})
    assert answer.status_code == 400
    assert secret not in answer.text


def test_the_code_that_turned_codes_on_is_used_up_and_other_browsers_are_signed_out(
    client: TestClient, stranger: TestClient, assistant: StandInAssistant
) -> None:
    assert try_in(client) == try_in(stranger) == 303
    fields = account(client)[1]
    code = pyotp.TOTP(fields["secret"]).at(assistant.clock.now())
    assert "Codes are on" in client.post("/account", data={**fields, "code": code}).text
    assert stranger.get("/coach").headers["location"] == "/sign-in"
    assert try_in(stranger, code=code) == 400
    assistant.clock.offset += timedelta(seconds=30)
    assert try_in(stranger, code=pyotp.TOTP(fields["secret"]).at(assistant.clock.now())) == 303


@pytest.mark.parametrize("demo", [False, True])
def test_on_https_the_desk_opens_only_with_codes(client_with: Callable[..., TestClient], demo: bool) -> None:
    client = client_with(public_url="https://anydoor.example")
    client.base_url = "https://anydoor.example"  # type: ignore[assignment]
    assistant = client.app.state.assistant  # type: ignore[attr-defined]
    assistant.clock.set(NOW)
    assistant.demo = demo
    put_staff(assistant, ROBIN, "coach", "north", put_team(assistant, "north"))
    assert try_in(client) == 303
    assert client.get("/coach").status_code == (200 if demo else 303)
    page, fields = account(client)
    assert ("Set this up first" in page) is not demo
    code = pyotp.TOTP(fields["secret"]).at(assistant.clock.now())
    client.post("/account", data={**fields, "code": code})
    assert client.get("/coach").status_code == 200


def test_staff_change_their_password_with_the_present_one_and_others_are_signed_out(
    client: TestClient, stranger: TestClient, assistant: StandInAssistant
) -> None:
    assert try_in(client) == try_in(stranger) == 303
    csrf, new = account(client)[1]["csrf"], "purple kettle running"
    for now, first, again, why in [
        ("wrong", new, new, "This is not your password"),
        (PASSWORD, new, "another", "not the same"),
        (PASSWORD, "short", "short", "12 characters"),
        (PASSWORD, "password1234", "password1234", "easy to guess"),
    ]:
        answer = client.post("/account/password", data={"csrf": csrf, "now": now, "new": first, "again": again})
        assert answer.status_code == 400
        assert why in answer.text
        assert new not in answer.text, "what was typed is never sent back"
    done = client.post("/account/password", data={"csrf": csrf, "now": PASSWORD, "new": new, "again": new})
    assert done.headers["location"] == "/account?done=password#password"
    assert "Your password is changed" in client.get("/account?done=password").text
    assert stranger.get("/coach").headers["location"] == "/sign-in"
    assert try_in(stranger) == 400
    assert try_in(stranger, new) == 303


def test_a_stolen_browser_cannot_find_the_password_out(client: TestClient, assistant: StandInAssistant) -> None:
    try_in(client)
    csrf, new = account(client)[1]["csrf"], "purple kettle running"
    for _ in range(5):
        client.post("/account/password", data={"csrf": csrf, "now": "a guess", "new": new, "again": new})
    late = client.post("/account/password", data={"csrf": csrf, "now": PASSWORD, "new": new, "again": new})
    assert late.status_code == 400


def test_a_desks_mark_of_odd_characters_is_a_stale_one(client: TestClient) -> None:
    try_in(client)
    csrf = account(client)[1]["csrf"]
    odd = {"csrf": csrf, "once": "word.\N{SNOWMAN}"}
    assert client.post("/coach/cover", data=odd).status_code == 409


@pytest.mark.parametrize("number", [2**63, 10**40])
def test_a_number_that_no_row_can_have_is_not_found(client: TestClient, number: int) -> None:
    try_in(client)
    csrf = account(client)[1]["csrf"]
    assert client.get(f"/coach/referral/{number}").status_code == 404
    assert client.get(f"/coach/call/{number}/call.ics").status_code == 404
    assert client.post(f"/coach/alert/{number}", data={"csrf": csrf}).status_code == 404


def test_the_host_that_a_caller_names_leads_nowhere(client: TestClient) -> None:
    answer = client.get("/chat/", headers={"Host": "evil.example"})
    assert (answer.status_code, answer.headers.get("location")) == (404, None)


# -- the web chat ------------------------------------------------------------------------------------------------------


def test_one_browser_cannot_flood_the_chat_and_words_of_a_crisis_pass(
    client: TestClient, assistant: StandInAssistant
) -> None:
    client.app.state.chats = Chats(messages=Throttle(3, 60))  # type: ignore[attr-defined]
    answers = [post(client, form(client), f"message {n}").status_code for n in range(5)]
    assert answers == [303, 303, 303, 429, 429]
    refused = post(client, form(client), "one more")
    assert "Wait a minute" in refused.text
    assert "one more" in refused.text, "what was typed stays"
    assert post(client, form(client), "I want to kill myself").status_code == 303
    with assistant.db.read() as session:
        assert session.query(MessageIn).count() == 4


def test_one_address_cannot_open_chats_without_end(stranger: TestClient) -> None:
    stranger.app.state.chats = Chats(started=Throttle(2, 60))  # type: ignore[attr-defined]
    answers = []
    for _ in range(3):
        stranger.cookies.clear()
        answers.append(post(stranger, form(stranger)).status_code)
    assert answers == [303, 303, 429]


def test_behind_a_proxy_that_names_nobody_nobody_is_cut_off_for_others(client: TestClient) -> None:
    client.app.state.chats = Chats(started=Throttle(1, 60))  # type: ignore[attr-defined]
    for _ in range(3):
        client.cookies.clear()
        assert post(client, form(client)).status_code == 303


def test_a_throttle_opens_again_and_forgets(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]
    monkeypatch.setattr("web.callers.time.monotonic", lambda: now[0])
    monkeypatch.setattr("web.callers.MOST_KEYS", 5)
    throttle = Throttle(2, 60)
    assert [throttle.take("a"), throttle.take("a"), throttle.take("a"), throttle.take("b")] == [True, True, False, True]
    now[0] += 60
    assert throttle.take("a")
    for key in "cdefghij":
        throttle.count(key)
    assert len(throttle._counts) <= 6
