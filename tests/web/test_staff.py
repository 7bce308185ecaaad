"""Signing in and out, set-up links, codes: one answer to every mistake, nothing without a mark."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from services import staff
from services.models import AuditRow, SignIn
from tests.web.assistants import StandInAssistant
from tests.web.teams import NOW, PASSWORD, put_staff
from web import auth

pytestmark = pytest.mark.usefixtures("robin")
REFUSED = "Your email address, password or code is not right"


def sign_in(
    client: TestClient, email: str = "robin@north.example", password: str = PASSWORD, code: str = ""
) -> Response:
    return client.post("/sign-in", data={"email": email, "password": password, "code": code})


def mark(client: TestClient, path: str = "/account") -> str:
    found = re.search(r'name="csrf" value="([^"]+)"', client.get(path).text)
    assert found
    return found[1]


def actions(assistant: StandInAssistant) -> list[str]:
    with assistant.db.read() as session:
        return [row.action for row in session.query(AuditRow).order_by(AuditRow.id)]


def test_signing_in_leads_to_the_day_and_is_audited(client: TestClient, assistant: StandInAssistant) -> None:
    answer = sign_in(client)
    assert (answer.status_code, answer.headers["location"]) == (303, "/coach")
    cookie = {part.strip().lower() for part in answer.headers["set-cookie"].split(";")}
    assert {"httponly", "samesite=lax", "path=/"} <= cookie
    assert client.get("/coach").status_code == 200
    assert actions(assistant)[0] == "sign_in"


def test_only_the_hash_of_the_token_is_kept(client: TestClient, assistant: StandInAssistant) -> None:
    sign_in(client)
    with assistant.db.read() as session:
        assert client.cookies[auth.COOKIE] not in session.query(SignIn).one().token_hash


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("robin@north.example", "wrong"),
        ("nobody@north.example", PASSWORD),
        ("robin@north.example", "wr\x00ng"),
        ("x" * 400, "x"),
    ],
)
def test_every_mistake_gets_the_same_answer(client: TestClient, email: str, password: str) -> None:
    answer = sign_in(client, email, password)
    assert answer.status_code == 400
    assert "set-cookie" not in answer.headers
    assert REFUSED in answer.text or len(email) > 320


def test_an_empty_form_names_its_fields(client: TestClient) -> None:
    answer = sign_in(client, "", "")
    assert answer.status_code == 400
    assert re.search(r'<a href="#email">\s*Enter your email address', answer.text)


def test_the_sixth_try_is_refused_even_with_the_right_password(client: TestClient, assistant: StandInAssistant) -> None:
    for _ in range(5):
        sign_in(client, password="wrong")
    assert REFUSED in sign_in(client).text
    assistant.clock.offset += timedelta(minutes=16)
    assert sign_in(client).status_code == 303


def test_a_typed_password_is_never_sent_back(client: TestClient) -> None:
    assert "my secret words" not in sign_in(client, password="my secret words").text


@pytest.mark.parametrize("path", ["/coach", "/account", "/coach/referral/1", "/coach/call/1/call.ics"])
def test_without_signing_in_there_is_nothing(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")


@pytest.mark.parametrize("path", ["/sign-out", "/account", "/coach/call/1", "/coach/call-back/1", "/coach/alert/1"])
def test_a_post_without_our_mark_does_nothing(client: TestClient, path: str) -> None:
    assert client.post(path).headers["location"] == "/sign-in"
    sign_in(client)
    assert client.post(path, data={"csrf": "wrong"}).status_code == 403
    assert client.post(path, data={"csrf": mark(client)}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403


def test_a_mark_of_an_earlier_sign_in_does_nothing(client: TestClient) -> None:
    sign_in(client)
    old = mark(client)
    sign_in(client)
    assert client.post("/sign-out", data={"csrf": old}).status_code == 403


def test_signing_out_ends_the_sign_in_on_the_server(client: TestClient, assistant: StandInAssistant) -> None:
    sign_in(client)
    token = client.cookies[auth.COOKIE]
    assert client.post("/sign-out", data={"csrf": mark(client)}).headers["location"] == "/sign-in"
    client.cookies.set(auth.COOKIE, token)
    assert client.get("/coach").status_code == 303
    assert "sign_out" in actions(assistant)


def test_an_hour_of_nothing_ends_a_sign_in(client: TestClient, assistant: StandInAssistant) -> None:
    sign_in(client)
    assistant.clock.offset += timedelta(minutes=61)
    assert client.get("/coach").status_code == 303


def test_a_disabled_coachs_session_ends_at_once(client: TestClient, assistant: StandInAssistant) -> None:
    sign_in(client)
    with assistant.db.write() as session:
        row = staff.find(session, "robin@north.example")
        assert row is not None
        staff.disable(session, row, NOW)
    assert client.get("/coach").status_code == 303


@pytest.mark.parametrize("role", ["editor", "admin"])
def test_roles_that_do_not_see_people_see_no_people(
    client: TestClient, assistant: StandInAssistant, role: staff.Role
) -> None:
    put_staff(assistant, "else@north.example", role, "north")
    sign_in(client, "else@north.example")
    assert client.get("/coach").status_code == 404
    assert client.get("/coach/referral/1").status_code == 404


def link(assistant: StandInAssistant) -> str:
    with assistant.db.write() as session:
        row = staff.add(session, "new@north.example", "coach", NOW, team_id="north")
        return f"/set-up/{staff.make_set_up_link(session, row.id, NOW)}"


def test_a_set_up_link_works_once(client: TestClient, assistant: StandInAssistant) -> None:
    path = link(assistant)
    assert client.get(path).status_code == 200
    twice = [client.post(path, data={"password": PASSWORD, "again": PASSWORD}).status_code for _ in range(2)]
    assert twice == [303, 404]
    assert sign_in(client, "new@north.example").status_code == 303


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "12 characters"),
        (PASSWORD, "another one here", "not the same"),
        ("", "", "Enter a password"),
        ("password1234", "password1234", "easy to guess"),
        ("sweetheart2012", "sweetheart2012", "stolen elsewhere"),
    ],
)
def test_a_password_that_will_not_do_says_why(
    client: TestClient, assistant: StandInAssistant, password: str, again: str, words: str
) -> None:
    path = link(assistant)
    answer = client.post(path, data={"password": password, "again": again})
    assert answer.status_code == 400
    assert words in answer.text
    assert client.post(path, data={"password": PASSWORD, "again": PASSWORD}).status_code == 303


def test_a_link_that_is_none_sets_nothing(client: TestClient) -> None:
    answer = client.post("/set-up/nonsense", data={"password": PASSWORD, "again": PASSWORD})
    assert answer.status_code == 404
    for words in ("This link does not work any more", "sign in", "ask the person who looks after accounts"):
        assert words in answer.text
    assert "start a chat" not in answer.text


def turn_codes_on(client: TestClient, assistant: StandInAssistant) -> str:
    page = client.get("/account").text
    secret = re.search(r'name="secret" value="([A-Z2-7]+)"', page)
    assert secret
    code = pyotp.TOTP(secret[1]).at(assistant.clock.now())
    data = {"csrf": mark(client), "secret": secret[1], "code": code}
    assert "Codes are on" in client.post("/account", data=data).text
    return secret[1]


def test_codes_once_on_are_asked_for(client: TestClient, assistant: StandInAssistant) -> None:
    sign_in(client)
    secret = turn_codes_on(client, assistant)
    client.cookies.clear()
    assert REFUSED in sign_in(client).text
    assert REFUSED in sign_in(client, code="000000").text
    assistant.clock.offset += timedelta(seconds=30)
    code = pyotp.TOTP(secret).at(assistant.clock.now())
    assert sign_in(client, code=f"{code[:3]} {code[3:]}").status_code == 303
    assert REFUSED in sign_in(client, code=code).text


def test_codes_are_not_turned_on_by_a_wrong_code_or_twice(client: TestClient, assistant: StandInAssistant) -> None:
    sign_in(client)
    wrong = {"csrf": mark(client), "secret": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP", "code": "000000"}
    assert client.post("/account", data=wrong).status_code == 400
    turn_codes_on(client, assistant)
    code = pyotp.TOTP(wrong["secret"]).at(assistant.clock.now())
    again = {"csrf": mark(client, "/coach"), "secret": wrong["secret"], "code": code}
    assert client.post("/account", data=again).status_code == 400
