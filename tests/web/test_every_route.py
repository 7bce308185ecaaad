"""Spoofed, replayed, oversized and malformed requests at every route of the table, by strangers and by staff of every
role: never a failure of ours, and nothing that was not theirs to see. A few here; ROUTE_TRIES in `make soak`."""

from __future__ import annotations

import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import pytest
from httpx2 import Response
from sqlalchemy import select
from starlette.testclient import TestClient

from bot.assistant import Assistant, assemble
from bot.nlu.rasa import NoNlu
from services import conversations, inbox, people, staff
from services.messages import Address, Inbound
from services.models import Team
from tests.journeys.product import settings_of
from tests.stand_ins import twilio_api
from tests.stand_ins.twilio_api import Phone
from tests.web.teams import PASSWORD
from web.access import Page
from web.app import application, routes

TRIES = int(os.environ.get("ROUTE_TRIES", "250"))
SEED = int(os.environ.get("SOAK_SEED", "20261123"))
SECRET = "a-test-secret-that-is-long-enough"
CANARY = "Canaryperson"
ROLES = ("", "coach", "lead", "safety", "editor", "admin")
ENDLESS = {"/chat/events", "/coach/events"}
"""Streams: they have no end that a test could wait for."""
LEAVES = {"/sign-out"}
NEVER = ("Traceback", "sqlalchemy", "psycopg", "site-packages", SECRET, twilio_api.TOKEN, "NoneType", "KeyError")
VALUES = (
    "",
    "0",
    "-1",
    "9" * 40,
    str(2**63),
    "1.5",
    "NaN",
    "1e999",
    "٣",
    "\0",
    "\u202e\u200b",
    "x" * 20_000,
    "{{7*7}}",
    "<script>alert(1)</script>",
    "../../etc/passwd",
    "2026-02-30",
    "2026-11-23",
    "25:61",
    "[]",
    "=cmd()",
    "' OR 1=1 --",
    "%00",
    "on",
    "1",
)
NUMBERS = ("0", "1", "2", str(2**31), str(2**63 - 1), str(2**63), "9" * 30)
WORDS = ("x", "1.AAAAAAAAAAAAAAAA", "%00", "..%2f..%2fetc", "%ff%fe", "٣.A", "a" * 5_000, "%F0%9F%98%80")
BODIES = (b"", b"\xff\xfe\x00", b"[" * 5_000, b'{"a":', b"a=1&" * 3_000, b"x" * 200_000, b"%zz=%zz", b"--x\r\nnonsense")
TYPES = (
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "multipart/form-data",
    "application/json",
    "text/plain; charset=nonsense",
    "",
)


NAMES = sorted(
    {
        name
        for file in (Path(__file__).parents[2] / "web" / "templates").rglob("*.html")
        for name in re.findall(r'name="(\w+)"', file.read_text())
    }
    | {"source", "id", "page", "q", "seen", "at"}
)
"""What our own forms have, and some more."""


@dataclass
class Caller:
    """Somebody with a browser, and the mark that our forms give them."""

    role: str
    client: TestClient
    csrf: str = ""


@pytest.fixture(scope="module")
def assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    home = tmp_path_factory.mktemp("home")
    settings = settings_of(home, "http://testserver", "http://127.0.0.1:9", "", TELEGRAM_BOT_TOKEN="")
    made = assemble(settings, demo=True, nlu=NoNlu("a test"))
    with made.db.write() as session:
        team, now, known = session.scalars(select(Team.id)).first(), made.clock.now(), ""
        for role in ROLES[1:]:
            row = staff.add(session, f"{role}@road.example", role, now, team_id=team, name=role)  # type: ignore[arg-type]
            if not known:
                staff.set_password(session, row, PASSWORD, now)
            known = row.password_hash = known or row.password_hash or ""
    canary = inbox.accept(
        made.db, Inbound(Address("sms", "+447700900555"), "SMcanary", CANARY), False, made.clock.now()
    )
    with made.db.write() as session:
        people.set_name(session, conversations.lock(session, canary.conversation_id).person_id, CANARY)
    yield made
    made.close()


@pytest.fixture(scope="module")
def callers(assistant: Assistant) -> Iterator[list[Caller]]:
    app, found = application(assistant, work=False), list[Caller]()
    with TestClient(app, follow_redirects=False, raise_server_exceptions=False) as first:
        for role in ROLES:
            client = first if not role else TestClient(app, follow_redirects=False, raise_server_exceptions=False)
            caller = Caller(role, client)
            if role:
                entered = client.post("/sign-in", data={"email": f"{role}@road.example", "password": PASSWORD})
                assert entered.status_code == 303
                mark = re.search(r'name="csrf" value="([^"]*)"', client.get("/account").text)
                assert mark
                caller.csrf = mark[1]
            found.append(caller)
        yield found


def pages() -> list[Page]:
    return [route for route in routes() if isinstance(route, Page) and route.path not in ENDLESS]


class Mischief:
    """What is sent to one route, by chance with a seed."""

    def __init__(self, chance: random.Random, caller: Caller, page: Page) -> None:
        self.chance, self.caller, self.page = chance, caller, page

    def address(self) -> str:
        path = re.sub(r"\{\w+:int\}", lambda _: self.chance.choice(NUMBERS), self.page.path)
        path = re.sub(r"\{\w+(:path)?\}", lambda _: self.chance.choice(WORDS), path)
        if self.chance.random() < 0.5:
            path += "?" + "&".join(f"{quote(name)}={quote(value[:2_000])}" for name, value in self.fields().items())
        return path

    def fields(self) -> dict[str, str]:
        return {name: self.chance.choice(VALUES) for name in self.chance.sample(NAMES, self.chance.randint(1, 12))}

    def headers(self) -> dict[str, str]:
        odd = {
            "x-forwarded-for": "1.2.3.4, nonsense, ::1",
            "host": "evil.example",
            "origin": "https://evil.example",
            "sec-fetch-site": "cross-site",
            "cookie": "anydoor=\x7f.made-up; chat=..",
            "x-twilio-signature": "AAAA",
            "x-telegram-bot-api-secret-token": "wrong",
            "content-length": "nonsense",
            "accept-language": "x" * 3_000,
            "last-event-id": "9" * 50,
            "if-none-match": "\\",
        }
        names = self.chance.sample(sorted(odd), self.chance.choice((0, 0, 1, 2)))
        return {name: odd[name] for name in names if name != "cookie" or not self.caller.role}

    def send(self) -> Response:
        method = self.chance.choice(sorted((self.page.methods or {"GET"}) - {"HEAD"}) * 12 + ["PUT", "DELETE", "HEAD"])
        client, headers = self.caller.client, self.headers()
        if method == "POST" and self.chance.random() < 0.6:
            data = {**self.fields(), "csrf": self.caller.csrf}
            answer: Response = client.post(self.address(), data=data, headers=headers)
        elif method == "POST":
            kind = self.chance.choice(TYPES)
            headers = {**headers, "content-type": kind} if kind else headers
            answer = client.post(self.address(), content=self.chance.choice(BODIES), headers=headers)
        else:
            answer = client.request(method, self.address(), headers=headers)
        return answer


def test_no_request_at_any_route_fails_or_leaks(callers: list[Caller]) -> None:
    chance, table = random.Random(SEED), pages()
    answers, wrong = Counter[int](), list[str]()
    for number in range(max(TRIES, len(table))):
        page, caller = table[number % len(table)], chance.choice(callers)
        if page.path in LEAVES and caller.role:
            continue
        answer = Mischief(chance, caller, page).send()
        answers[answer.status_code] += 1
        said = f"{answer.request.method} {page.path} as {caller.role or 'nobody'}: {answer.status_code}"
        if answer.status_code >= 500:
            wrong.append(said)
        wrong += [f"{said} says {word}" for word in NEVER if word in answer.text]
        if caller.role in ("", "editor", "admin") and CANARY in answer.text:
            wrong.append(f"{said} shows a person")
    print(f"{sum(answers.values())} requests: {dict(sorted(answers.items()))}")
    assert wrong == []


def test_a_signed_post_that_is_replayed_changes_nothing(assistant: Assistant, callers: list[Caller]) -> None:
    phone = Phone("+447700900777")
    form = phone.form("hello")
    headers = {"X-Twilio-Signature": phone.signature("http://testserver/webhooks/twilio/sms", form)}
    for _ in range(3):
        assert callers[0].client.post("/webhooks/twilio/sms", data=form, headers=headers).status_code == 200
    with assistant.db.read() as session:
        conversation = conversations.find(session, Address("sms", phone.number))
        assert conversation is not None
        assert len(inbox.waiting(session, conversation)) == 1
    for path in ("/webhooks/twilio/status", "/webhooks/twilio/voice"):  # signed for another address
        assert callers[0].client.post(path, data=form, headers=headers).status_code == 403
