"""One's own account: what is changed there is changed by its owner, who also sees and ends where they are signed in."""

from __future__ import annotations

import re
from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from services import staff
from services.models import AuditRow, StaffMember
from tests.web.assistants import StandInAssistant
from tests.web.teams import PASSWORD, put_staff
from tests.web.test_attacks import account, try_in
from web.pages import short_day, spoken_time

pytestmark = pytest.mark.usefixtures("robin")
LATER = staff.FRESH_FOR + timedelta(minutes=1)


def keys(client: TestClient) -> list[str]:
    return re.findall(r'value="([0-9a-f]{16})"', client.get("/account").text)


def own(assistant: StandInAssistant) -> StaffMember:
    with assistant.db.read() as session:
        return session.scalars(select(StaffMember)).one()


@pytest.mark.parametrize("typed", ["", "a wrong guess of mine"])
def test_minutes_after_signing_in_the_password_is_asked_again_before_codes_or_a_number_are_set(
    client: TestClient, assistant: StandInAssistant, typed: str
) -> None:
    try_in(client)
    assistant.clock.offset += LATER
    page, fields = account(client)
    assert "Your password, so that we know it is you" in page
    code = pyotp.TOTP(fields["secret"]).at(assistant.clock.now())
    refused = client.post("/account", data={**fields, "code": code, "password": typed})
    number = client.post("/account/number", data={**fields, "number": "07700 900201", "password": typed})
    assert refused.status_code == number.status_code == 400
    assert "That is not your password" in refused.text
    assert "That is not your password" in number.text
    assert "07700 900201" in number.text, "what was typed is not lost"
    assert own(assistant).totp_secret is None
    assert own(assistant).phone_waiting is None
    done = client.post("/account", data={**fields, "code": code, "password": PASSWORD})
    assert "Codes are on" in done.text
    kept = client.post("/account/number", data={**fields, "number": "07700 900201", "password": PASSWORD})
    assert kept.status_code == 303


def test_a_number_is_taken_away_only_by_who_has_the_password(client: TestClient, assistant: StandInAssistant) -> None:
    with assistant.db.write() as session:
        session.scalars(select(StaffMember)).one().phone = "+447700900201"
    try_in(client)
    assistant.clock.offset += LATER
    csrf = account(client)[1]["csrf"]
    assert client.post("/account/number/off", data={"csrf": csrf}).status_code == 400
    assert own(assistant).phone
    assert client.post("/account/number/off", data={"csrf": csrf, "password": PASSWORD}).status_code == 303
    assert own(assistant).phone is None


def test_guesses_at_the_password_there_lock_the_account_as_at_the_door(
    client: TestClient, stranger: TestClient, assistant: StandInAssistant
) -> None:
    try_in(client)
    assistant.clock.offset += LATER
    csrf = account(client)[1]["csrf"]
    for _ in range(staff.MOST_FAILURES):
        client.post("/account/sign-ins/end", data={"csrf": csrf, "which": "others", "password": "a guess"})
    late = client.post("/account/sign-ins/end", data={"csrf": csrf, "which": "others", "password": PASSWORD})
    assert late.status_code == 400
    assert try_in(stranger) == 400


def test_one_sees_where_one_is_signed_in_and_ends_it_there(
    client: TestClient, stranger: TestClient, assistant: StandInAssistant
) -> None:
    try_in(client)
    assert "Nowhere else." in client.get("/account").text
    assistant.clock.offset += timedelta(minutes=5)
    try_in(stranger)
    now = assistant.clock.now()
    said = f"Since {short_day(now)}, {spoken_time(now)}; last used {spoken_time(now)}"
    assert said in re.sub(r"\s+", " ", client.get("/account").text)
    (key,) = keys(client)
    csrf = account(client)[1]["csrf"]
    assert client.post("/account/sign-ins/end", data={"csrf": csrf, "which": key}).status_code == 303
    assert stranger.get("/coach").headers["location"] == "/sign-in"
    assert client.get("/coach").status_code == 200
    assert "Nowhere else." in client.get("/account").text
    with assistant.db.read() as session:
        last = session.scalars(
            select(AuditRow).order_by(AuditRow.id.desc()).where(AuditRow.action == "sign_out")
        ).first()
    assert last is not None


def test_the_form_of_sign_ins_ends_only_what_was_picked(
    client: TestClient, stranger: TestClient, assistant: StandInAssistant
) -> None:
    """Enter in a field of a form presses its first button: there is one, and it ends nothing by itself."""
    try_in(client)
    try_in(stranger)
    form = re.search(r'<form method="post" action="/account/sign-ins/end".*?</form>', client.get("/account").text, re.S)
    assert form
    buttons = re.findall(r"<button[^>]*>", form[0])
    assert (len(buttons), [each for each in buttons if "name=" in each], "checked" in form[0]) == (1, [], False)
    csrf = account(client)[1]["csrf"]
    answer = client.post("/account/sign-ins/end", data={"csrf": csrf, "password": PASSWORD})
    assert (answer.status_code, answer.text.count("Pick which one to end")) == (400, 2)
    assert stranger.get("/coach").status_code == 200


def test_all_others_end_at_once_and_nobody_elses(
    client: TestClient, stranger: TestClient, assistant: StandInAssistant
) -> None:
    put_staff(assistant, "sam@north.example", "lead", "north")
    try_in(client)
    stranger.post("/sign-in", data={"email": "sam@north.example", "password": PASSWORD, "code": ""})
    assert keys(client) == [], "another's sign-in is not shown"
    with assistant.db.write() as session:
        other = staff.sign_in(
            session, session.scalars(select(StaffMember).where(StaffMember.role == "lead")).one(), assistant.clock.now()
        )
    csrf = account(client)[1]["csrf"]
    theirs = staff.hash_of(other)[:16]
    client.post("/account/sign-ins/end", data={"csrf": csrf, "which": theirs})
    client.post("/account/sign-ins/end", data={"csrf": csrf, "which": "others"})
    assert stranger.get("/coach").status_code == 200
    with assistant.db.read() as session:
        assert staff.signed_in(session, other, assistant.clock.now()) is not None
