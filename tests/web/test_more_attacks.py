"""What somebody tries who has time: every stream taken, letters that look alike, posts cut otherwise, bytes no database
keeps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from services import staff
from services.models import StaffMember
from tests.conftest import Postgres
from tests.web.assistants import StandInAssistant, assemble
from tests.web.conftest import TWILIO
from tests.web.teams import NOW, PASSWORD, put_staff, put_team
from tests.web.test_staff import mark
from tests.web.test_webhooks import MESSAGE, PUBLIC, post, signature, texts
from web.access import Page
from web.app import application, routes
from web.live import MOST_OF_CALLER, MOST_OF_ONE, MOST_STREAMS, Live

Make = Callable[..., TestClient]
SID = "SM0123456789abcdef0123456789abcdef"
TEXT = {**MESSAGE, "MessageSid": SID, "NumMedia": "0", "NumSegments": "1"}


# -- streams -----------------------------------------------------------------------------------------------------------


def live() -> Live:
    return Live(lambda conversations: {}, lambda conversation: ())


def test_one_browser_cannot_take_every_open_page() -> None:
    pages = live()
    held = [pages.watching(1, (0, 0)) for _ in range(MOST_OF_ONE)]
    for each in held:
        each.__enter__()
    assert not pages.has_room(1)
    assert pages.has_room(2)
    held[0].__exit__(None, None, None)
    assert pages.has_room(1)


def test_one_network_address_cannot_take_every_open_page() -> None:
    pages = live()
    held = [pages.watching(number, (0, 0), "81.2.69.142") for number in range(MOST_OF_CALLER)]
    for each in held:
        each.__enter__()
    assert MOST_OF_CALLER < MOST_STREAMS / 4
    assert not pages.has_room(9_999, "81.2.69.142")
    assert pages.has_room(9_999, "81.2.69.143")
    assert pages.has_room(9_999, None)
    for each in held:
        each.__exit__(None, None, None)
    assert pages.has_room(9_999, "81.2.69.142")
    assert (len(pages.callers), len(pages.watchers)) == (0, 0)


# -- accounts ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", ["mi\u212ae@north.example", "mike@north.e\uff58ample", "m\u0131ke@north.example"])
def test_an_address_that_only_looks_like_another_is_another(assistant: StandInAssistant, typed: str) -> None:
    put_team(assistant, "north")
    put_staff(assistant, "Mike@North.example", "coach", "north")
    with assistant.db.read() as session:
        assert staff.find(session, " MIKE@north.example ") is not None
        assert staff.find(session, typed) is None


def test_guesses_at_a_password_keep_nobody_out_who_comes_by_their_organisation(assistant: StandInAssistant) -> None:
    put_team(assistant, "north")
    put_staff(assistant, "mike@north.example", "coach", "north")
    with assistant.db.write() as session:
        session.query(StaffMember).one().locked_until = NOW + timedelta(minutes=15)
        assert staff.judge_vouched(session, "mike@north.example", "sub", NOW, second_factor=True)[0] == "ok"
        session.query(StaffMember).one().totp_secret = "A" * 32
        assert (
            staff.judge_vouched(session, "mike@north.example", "sub", NOW, "000000", second_factor=False)[0] == "locked"
        )


# -- posts of a provider, overheard ------------------------------------------------------------------------------------


@pytest.fixture
def sms(client_with: Make) -> TestClient:
    return client_with(public_url=PUBLIC, **TWILIO)


def cut(**changes: str | None) -> dict[str, str]:
    """The fields of TEXT cut otherwise: what is None is gone."""
    return {name: value for name, value in {**TEXT, **changes}.items() if value is not None}


REST = "0NumSegments1To+441134960000"


@pytest.mark.parametrize(
    "form",
    [
        cut(MessageSid=SID + "NumMedia0", NumMedia=None),
        cut(MessageSid=SID + "NumMedia0NumSegments1", NumMedia=None, NumSegments=None),
        cut(MessageSid=SID[:12], NumMedia=None, NumSegments=None, To=None, **{SID[12:]: "NumMedia" + REST}),
        cut(MessageSid="S", M0123456789abcdef=SID[18:]),
    ],
)
def test_an_overheard_post_that_is_cut_otherwise_is_no_new_message(sms: TestClient, form: dict[str, str]) -> None:
    signed = signature(PUBLIC + "/webhooks/twilio/sms", TEXT)
    headers = {"X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded"}
    assert post(sms, TEXT).status_code == 200
    assert sms.post("/webhooks/twilio/sms", content=urlencode(form), headers=headers).status_code in {400, 403}
    assert texts(sms) == ["hello"]


def test_the_order_of_fields_and_fields_said_twice_make_no_new_message(sms: TestClient) -> None:
    signed = signature(PUBLIC + "/webhooks/twilio/sms", TEXT)
    headers = {"X-Twilio-Signature": signed, "Content-Type": "application/x-www-form-urlencoded"}
    backwards = urlencode(list(reversed(TEXT.items())))
    for body in (backwards, f"{backwards}&{urlencode(TEXT)}"):
        assert sms.post("/webhooks/twilio/sms", content=body, headers=headers).status_code in {200, 403}
    assert texts(sms) == ["hello"]
    twice = f"{urlencode(TEXT)}&Body=other&MessageSid=SM9"
    assert sms.post("/webhooks/twilio/sms", content=twice, headers=headers).status_code == 403


# -- bytes that PostgreSQL keeps nowhere -------------------------------------------------------------------------------


ENDS = {"/sign-out", "/chat/events", "/coach/events"}
STUDIOS_OWN = ("/admin/changes", "/admin/tests", "/admin/try", "/admin/history")
"""They need what is live, which the stand-in has not."""


@pytest.fixture
def on_postgres(tmp_path: Path, postgres: Postgres) -> Iterator[tuple[TestClient, StandInAssistant]]:
    address = postgres.make()
    assistant = assemble(tmp_path, public_url="http://testserver", database_address=address, **TWILIO)
    assistant.clock.set(NOW)
    made = TestClient(application(assistant, work=False), follow_redirects=False, raise_server_exceptions=False)
    with made as client:
        yield client, assistant
    assistant.db.close()
    postgres.drop(address)


@pytest.mark.postgres
def test_a_nul_anywhere_is_no_failure_of_ours(on_postgres: tuple[TestClient, StandInAssistant]) -> None:
    client, assistant = on_postgres
    put_team(assistant, "north")
    put_staff(assistant, "lead@north.example", "lead", "north")
    put_staff(assistant, "safe@north.example", "safety", None)
    put_staff(assistant, "admin@north.example", "admin", None)
    asked = [(method, page.path) for page in routes() if isinstance(page, Page) for method in page.methods or ()]
    fields = ("name", "note", "number", "email", "password", "text", "code", "source", "address", "languages", "words")
    for who in ("", "lead", "safe", "admin"):
        client.cookies.clear()
        if who:
            client.post("/sign-in", data={"email": f"{who}@north.example", "password": PASSWORD})
        csrf = mark(client) if who else ""
        for method, path in asked:
            if path in ENDS or path.startswith(STUDIOS_OWN) or method == "HEAD":
                continue
            at = path.replace("{id:int}", "1").replace("{absence:int}", "1").replace("{number:int}", "1")
            at = (
                at.replace("{token}", "a%00b")
                .replace("{", "")
                .replace("}", "%00")
                .replace(":path", "")
                .replace(":int", "")
            )
            data = {"csrf": csrf, **dict.fromkeys(fields, "a\0b")} if method == "POST" else None
            for query in ("", "?source=a%00b&from=%00&q=a%00b"):
                answer = client.request(method, at + query, data=data)
                assert answer.status_code < 500, (who, method, at, query)


def test_a_nul_in_words_is_left_out(client: TestClient, assistant: StandInAssistant) -> None:
    put_staff(assistant, "lead@north.example", "lead", None)
    given = {"email": "le\0ad@north.example", "password": PASSWORD}
    assert client.post("/sign-in", data=given).status_code == 303


# -- files -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        "..%2f..%2fsecret.key",
        "%2e%2e/%2e%2e/app.py",
        "....//app.py",
        "/etc/passwd",
        "%00",
        "a" * 5_000,
        "nhsuk",
        "",
    ],
)
def test_no_trick_leads_out_of_the_static_files(client: TestClient, path: str) -> None:
    assert client.get(f"/static/{path}").status_code in {404, 405}
