"""Passkeys from the server's side: what opens an account, what does not, and what nobody can do with them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyotp
import pytest
from httpx2 import Response
from starlette.testclient import TestClient

from services import passkeys, staff
from services.models import AuditRow, Passkey, StaffMember
from services.passkeys import Site
from tests.stand_ins.passkey import Phone
from tests.web.assistants import StandInAssistant, assemble
from tests.web.teams import NOW, PASSWORD, ROBIN, put_staff, put_team
from tests.web.test_staff import mark
from web.app import application

HOST, URL = "workwell.example", "https://workwell.example"


@dataclass
class Desk:
    """A site on https, a browser, and the phone of whoever sits there."""

    assistant: StandInAssistant
    client: TestClient
    phone: Phone

    def password(self, code: str = "") -> Response:
        return self.client.post("/sign-in", data={"email": ROBIN, "password": PASSWORD, "code": code})

    def begin(self, password: str = PASSWORD) -> Response:
        given = {"csrf": mark(self.client), "password": password}
        return self.client.post("/account/passkey/begin", data=given)

    def make(self, phone: Phone | None = None) -> Response:
        answer = (phone or self.phone).make(self.begin().json())
        given = {"csrf": mark(self.client), "credential": answer, "name": " Work \n phone "}
        return self.client.post("/account/passkey", data=given)

    def asked(self) -> dict[str, Any]:
        return dict(self.client.post("/sign-in/passkey/begin").json())

    def use(self, answer: str) -> Response:
        return self.client.post("/sign-in/passkey", data={"credential": answer})

    def enter(self) -> Response:
        return self.use(self.phone.use(self.asked()))

    def leave(self) -> None:
        self.client.cookies.clear()

    def why(self) -> list[str]:
        with self.assistant.db.read() as session:
            rows = session.query(AuditRow).where(AuditRow.action == "sign_in_refused").order_by(AuditRow.id)
            return [str(row.detail["why"]) for row in rows]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    assistant = assemble(tmp_path, public_url=URL)
    assistant.clock.set(NOW)
    put_staff(assistant, ROBIN, "coach", "north", put_team(assistant, "north"))
    with TestClient(application(assistant, work=False), base_url=URL, follow_redirects=False) as client:
        yield Desk(assistant, client, Phone(URL, HOST))
    assistant.db.close()


@pytest.fixture
def made(desk: Desk) -> Desk:
    """Robin has one passkey and has left."""
    desk.password()
    assert desk.make().headers["location"] == "/account?done=passkey#passkeys"
    desk.leave()
    return desk


@pytest.mark.parametrize(
    ("address", "site"),
    [
        ("https://a.example", Site("a.example", "https://a.example")),
        ("https://A.example:443/", Site("a.example", "https://a.example")),
        ("https://a.example:8443", Site("a.example", "https://a.example:8443")),
        ("http://localhost:8000", Site("localhost", "http://localhost:8000")),
        ("http://a.example", None),
        ("http://127.0.0.1:8000", None),
        ("https://[::1]:8000", None),
        ("", None),
    ],
)
def test_for_whom_a_passkey_is_made_is_the_public_address(address: str, site: Site | None) -> None:
    assert Site.of(address) == site


def test_making_one_opens_the_desk_where_codes_would_be_asked_for(desk: Desk) -> None:
    assert desk.password().status_code == 303
    assert desk.client.get("/coach").headers["location"] == "/account"
    assert desk.make().status_code == 303
    assert desk.client.get("/coach").status_code == 200
    with desk.assistant.db.read() as session:
        assert session.query(Passkey).one().name == "Work phone"


def test_what_the_browser_is_asked_names_nobody_to_strangers(desk: Desk) -> None:
    asked = desk.asked()
    assert (asked["rpId"], asked["userVerification"], asked.get("allowCredentials", [])) == (HOST, "required", [])
    assert len(asked["challenge"]) >= 43
    assert asked["challenge"] != desk.asked()["challenge"]


def test_it_stands_for_both_factors(made: Desk) -> None:
    assert made.enter().headers["location"] == "/coach"
    assert made.client.get("/coach").status_code == 200


def test_the_password_alone_opens_nothing_any_more(made: Desk) -> None:
    assert made.password().status_code == 400
    assert made.why() == ["passkey_needed"]
    assert made.client.get("/account").headers["location"] == "/sign-in"


def test_password_and_code_open_beside_a_passkey(made: Desk) -> None:
    made.enter()
    secret = pyotp.random_base32()
    code = pyotp.TOTP(secret).at(made.assistant.clock.now())
    assert (
        made.client.post("/account", data={"csrf": mark(made.client), "secret": secret, "code": code}).status_code
        == 200
    )
    made.leave()
    made.assistant.clock.offset += timedelta(minutes=2)
    assert made.password(pyotp.TOTP(secret).at(made.assistant.clock.now())).status_code == 303


Wrong = Callable[[Desk], str]


def changed(**how: Any) -> Wrong:
    """An answer of a phone that is otherwise than ours was."""

    def answer(desk: Desk) -> str:
        for name, value in how.items():
            setattr(desk.phone, name, value)
        return desk.phone.use(desk.asked())

    return answer


def another_key(desk: Desk) -> str:
    phone = Phone(URL, HOST)
    phone.id = desk.phone.id
    return phone.use(desk.asked())


def older_challenge(desk: Desk) -> str:
    asked = desk.asked()
    desk.asked()
    return desk.phone.use(asked)


@pytest.mark.parametrize(
    "wrong",
    [
        changed(origin="https://workwel1.example"),
        changed(origin="http://workwell.example"),
        changed(host="example"),
        changed(verified=False),
        changed(handle=b"staff:999"),
        changed(id=b"somebody else's"),
        another_key,
        older_challenge,
    ],
)
def test_what_was_not_signed_here_and_now_by_its_holder_opens_nothing(made: Desk, wrong: Wrong) -> None:
    answer = made.use(wrong(made))
    assert answer.status_code == 400
    assert "We could not let you in by that passkey" in answer.text
    assert made.why() == ["wrong"]


def test_an_answer_works_once(made: Desk) -> None:
    asked = made.asked()
    held = made.client.cookies.jar
    kept = [cookie for cookie in held if "passkey" in cookie.name]
    answer = made.phone.use(asked)
    assert made.use(answer).status_code == 303
    for cookie in kept:
        held.set_cookie(cookie)
    assert made.use(answer).status_code == 400
    assert made.why() == ["stale"]


def test_a_count_that_goes_back_is_a_copy_of_the_key(made: Desk) -> None:
    made.phone.uses = 7
    assert made.enter().status_code == 303
    made.assistant.clock.offset += timedelta(minutes=1)
    made.phone.uses = 7
    assert made.enter().status_code == 400


def test_without_having_been_asked_nothing_is_looked_up(made: Desk) -> None:
    answer = made.phone.use(made.asked())
    made.leave()
    assert made.use(answer).status_code == 400
    assert made.why() == []


def test_a_lock_after_guesses_does_not_keep_its_owner_out(made: Desk) -> None:
    for _ in range(6):
        made.client.post("/sign-in", data={"email": ROBIN, "password": "a guess"})
    assert made.enter().status_code == 303


def test_a_closed_account_stays_closed(made: Desk) -> None:
    with made.assistant.db.write() as session:
        staff.disable(session, session.query(StaffMember).one(), NOW)
    assert made.enter().status_code == 400
    assert made.why() == ["disabled"]


def test_a_lost_phones_passkey_goes_with_the_codes(made: Desk) -> None:
    with made.assistant.db.write() as session:
        staff.turn_off_totp(session, session.query(StaffMember).one(), NOW)
    assert made.enter().status_code == 400
    assert made.password().status_code == 303


def test_making_ends_every_other_sign_in(desk: Desk) -> None:
    desk.password()
    elsewhere = dict(desk.client.cookies)
    desk.leave()
    desk.password()
    desk.make()
    desk.leave()
    desk.client.cookies.update(elsewhere)
    assert desk.client.get("/account").headers["location"] == "/sign-in"


def test_a_stolen_browser_makes_none_and_takes_none_away(made: Desk) -> None:
    made.enter()
    assert made.begin("a guess of mine").json() == {
        "problem": "That is not your password. After 5 tries, wait 15 minutes"
    }
    with made.assistant.db.read() as session:
        number = session.query(Passkey).one().id
    given = {"csrf": mark(made.client), "password": "a guess of mine"}
    assert "That is not your password" in made.client.post(f"/account/passkey/{number}/off", data=given).text
    for _ in range(4):
        made.begin("a guess of mine")
    assert made.begin().status_code == 400, "locked, as for every other guess"
    with made.assistant.db.read() as session:
        assert session.query(Passkey).count() == 1


def test_an_account_without_a_password_needs_a_sign_in_of_minutes(desk: Desk) -> None:
    desk.password()
    with desk.assistant.db.write() as session:
        session.query(StaffMember).one().password_hash = None
    assert desk.begin("").status_code == 200
    desk.assistant.clock.offset += timedelta(minutes=11)
    assert "sign in again" in desk.begin("").json()["problem"]


def test_nobody_takes_away_anothers(made: Desk) -> None:
    with made.assistant.db.read() as session:
        number = session.query(Passkey).one().id
    put_staff(made.assistant, "kim@north.example", "coach", "north")
    made.client.post("/sign-in", data={"email": "kim@north.example", "password": PASSWORD})
    given = {"csrf": mark(made.client), "password": PASSWORD}
    assert made.client.post(f"/account/passkey/{number}/off", data=given).status_code == 404
    assert made.enter().status_code == 303


def test_one_phone_is_no_passkey_of_two(made: Desk) -> None:
    put_staff(made.assistant, "kim@north.example", "coach", "north")
    made.client.post("/sign-in", data={"email": "kim@north.example", "password": PASSWORD})
    assert "could not be kept" in made.make().text


def test_there_is_an_end_to_how_many(made: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passkeys, "MOST_OF_ONE", 2)
    made.enter()
    for _ in range(2):
        made.make(Phone(URL, HOST))
    with made.assistant.db.read() as session:
        assert session.query(Passkey).count() == passkeys.MOST_OF_ONE


JUNK = [
    "",
    "{}",
    "[]",
    "null",
    "1",
    "\x00",
    '{"id": 1}',
    "{" * 5000,
    "x" * 50_000,
    json.dumps({"id": "AA", "rawId": "AA", "type": "public-key", "response": {}}),
    json.dumps({"id": "é", "rawId": "é", "type": "public-key", "response": {"clientDataJSON": "é"}}),
    json.dumps(
        {
            "id": "AA",
            "rawId": "AA",
            "type": "public-key",
            "response": {
                "clientDataJSON": "bnVsbA",
                "attestationObject": "-_8",
                "authenticatorData": "",
                "signature": "",
            },
        }
    ),
]


def test_junk_is_no_passkey(desk: Desk) -> None:
    desk.password()
    desk.begin()
    csrf = mark(desk.client)
    for junk in JUNK:
        given = {"csrf": csrf, "credential": junk}
        assert desk.client.post("/account/passkey", data=given).status_code == 400, junk[:80]
        desk.asked()
        assert desk.use(junk).status_code == 400, junk[:80]


def test_another_site_cannot_begin_or_end_it(made: Desk) -> None:
    elsewhere = {"sec-fetch-site": "cross-site"}
    for path in ("/sign-in/passkey", "/sign-in/passkey/begin"):
        assert made.client.post(path, headers=elsewhere).status_code == 403
    made.enter()
    for path in ("/account/passkey", "/account/passkey/begin", "/account/passkey/1/off"):
        assert made.client.post(path, data={"password": PASSWORD}).status_code == 403


def test_a_site_by_number_shows_none(client: TestClient, assistant: StandInAssistant) -> None:
    assert "passkey" not in client.get("/sign-in").text.replace("If you have a passkey", "")
    assert client.post("/sign-in/passkey/begin").status_code == 404


def test_a_changed_password_keeps_the_second_factor_of_this_browser(made: Desk) -> None:
    made.enter()
    new = "four other random words"
    given = {"csrf": mark(made.client), "now": PASSWORD, "new": new, "again": new}
    assert made.client.post("/account/password", data=given).status_code == 303
    assert made.client.get("/coach").status_code == 200
