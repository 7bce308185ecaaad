"""Unlikely words go in at every door; whatever comes out where nobody should read them is searched for them."""

from __future__ import annotations

import logging
import re
import sqlite3
import time
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select

from bot import rounds
from bot.assistant import assemble
from bot.nlu.stand_in import StandIn
from services import audit, backup, sources, staff
from services.models import MessageIn
from tests.invariants.conftest import settings_of
from tests.invariants.test_data import found_in
from tests.journeys.product import Product, running

NUMBER, PASSED_ON = "+447700900417", "+447700900418"

pytestmark = pytest.mark.xdist_group("canaries")
WORDS = [
    "Quillfeather",
    "7700900417",
    "7700900418",
    "ZE19 9QX",
    "xylophonic sadness",
    "marmalade factory",
    "Brindlewick",
]
SECRETS = ["hunter-of-snarks-42", "token-of-jabberwock", "code-bandersnatch"]
OURS_TO_READ = ("httpx2", "httpcore2")  # the logs of the client in this test


@dataclass
class Tried:
    """What was sent where, and what came back."""

    product: Product
    answers: list[httpx2.Response] = field(default_factory=list)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        self.answers.append(self.product.http.get(path, headers=headers))
        return self.answers[-1]

    def post(self, path: str, data: dict[str, str], **headers: str) -> httpx2.Response:
        self.answers.append(self.product.http.post(path, data=data, headers=headers))
        return self.answers[-1]


def mark(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', html)
    return found[1] if found else ""


def by_text(tried: Tried) -> None:
    for body in ("hi", "1", "my name is Quillfeather", "ZE19 9QX", "I have xylophonic sadness", "SHOW", "MY DATA"):
        tried.answers.append(tried.product.text(NUMBER, body))
    forged = {"From": NUMBER, "Body": "xylophonic sadness", "MessageSid": "SM1", "Extra": WORDS[-1]}
    for path in ("sms", "status", "voice"):
        tried.post(f"/webhooks/twilio/{path}", forged, **{"X-Twilio-Signature": SECRETS[1]})
    tried.product.http.post("/webhooks/twilio/sms", content=b"\xff" + WORDS[-1].encode())


def by_telegram(tried: Tried) -> None:
    tried.product.telegram.say(5417, "Quillfeather of the marmalade factory, xylophonic sadness")
    tried.product.http.post(
        "/webhooks/telegram", content=b"{xylophonic sadness", headers={"X-Telegram-Bot-Api-Secret-Token": SECRETS[1]}
    )


def by_web(tried: Tried) -> None:
    page = tried.product.http.get("/chat?from=poster").text
    for text in ("hello", "I am Quillfeather, marmalade factory", "x" * 3000 + "Brindlewick"):
        fields = {name: mark(page, name) for name in ("form", "mark", "shown", "from")}
        tried.product.http.post("/chat", data={**fields, "text": text, "choice": "Brindlewick"})
        page = tried.product.http.get("/chat").text
    tried.post("/chat", {"text": "Brindlewick", "form": SECRETS[1], "mark": SECRETS[1]}, Accept="application/json")


def by_staff(tried: Tried) -> None:
    for _ in range(2):
        tried.post("/sign-in", {"email": "Quillfeather@example.org", "password": SECRETS[0], "code": SECRETS[2][:10]})
    tried.post(f"/set-up/{SECRETS[1]}", {"password": SECRETS[0], "again": SECRETS[0]})
    for path in ("/call/", "/calendar/", "/coach/", "/set-up/", "/", "/refer?source="):
        tried.get(f"{path}{SECRETS[1]}")
    tried.get(
        "/coach", Cookie=f"anydoor-staff={SECRETS[1]}", **{"X-Forwarded-For": SECRETS[1], "User-Agent": SECRETS[1]}
    )
    with tried.product.assistant.db.write() as session:
        now = tried.product.assistant.clock.now()
        row = staff.add(session, "brindlewick@example.org", "lead", now, team_id=None, name="Lee")
        staff.set_password(session, row, SECRETS[0], now)
    assert tried.post("/sign-in", {"email": "brindlewick@example.org", "password": SECRETS[0]}).status_code == 303
    csrf = mark(tried.product.http.get("/account").text, "csrf")
    tried.post("/account", {"csrf": csrf, "secret": "A" * 32, "code": SECRETS[2][:10]})
    tried.product.http.post("/account/number", data={"csrf": csrf, "number": NUMBER})


def by_referrer(tried: Tried) -> None:
    assistant = tried.product.assistant
    with assistant.db.write() as session:
        code = sources.open_form(session, "Oak Street", "gp", assistant.clock.now()).code
    page = tried.product.http.get(f"/refer?source={code}").text
    given = {"number": PASSED_ON, "name": "Quillfeather", "by": "gp", "agreed": "yes", "note": "marmalade factory"}
    tried.product.http.post(f"/refer?source={code}", data={**given, "token": mark(page, "token")})
    tried.product.http.post(f"/refer?source={code}", data={**given, "postcode": "ZE19 9QX", "token": SECRETS[1]})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("canaries")


@pytest.fixture
def tried(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Tried]:
    """Every door used, one turn that fails with the person's words in its mouth, and everything settled."""
    real, failed = rounds.turns.catch_up, []

    def fails_once(assistant: object, conversation_id: int) -> object:
        if not failed:
            failed.append(conversation_id)
            raise ValueError(f"xylophonic sadness of {NUMBER}")
        return real(assistant, conversation_id)  # type: ignore[arg-type]

    monkeypatch.setattr(rounds.turns, "catch_up", fails_once)
    with running(home) as product:
        made = Tried(product)
        for door in (by_text, by_telegram, by_web, by_staff, by_referrer):
            door(made)
        until_taken(product)
        assert failed
        yield made


def until_taken(product: Product) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with product.assistant.db.read() as session:
            if session.scalars(select(MessageIn.id).where(MessageIn.taken_at.is_(None))).first() is None:
                return
        time.sleep(0.1)
    raise AssertionError("messages were left")


def test_nothing_that_was_typed_comes_out_where_nobody_should_read_it(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], request: pytest.FixtureRequest, home: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    tried: Tried = request.getfixturevalue("tried")
    assistant = tried.product.assistant
    metrics, ready = tried.product.http.get("/metrics").text, tried.product.http.get("/readyz").text
    with suppress(FileExistsError):
        (home / "copies").mkdir()
    backup.backup(assistant.db, assistant.settings, home / "copies" / "one.backup")
    printed = "".join(capfd.readouterr())
    logged = "\n".join(
        f"{record.name} {record.getMessage()} {record.exc_text or ''}"
        for record in caplog.records
        if not record.name.startswith(OURS_TO_READ)
    )
    assert "turn failed" in printed, "the search looks where failures are told"
    everything = [*WORDS, *SECRETS]
    assert found_in(printed, everything) == []
    assert found_in(logged, everything) == []
    assert found_in(metrics + ready, everything) == []
    refused = "\n".join(answer.text for answer in tried.answers)
    assert found_in(refused, [*SECRETS, "7700900417", "xylophonic sadness"]) == []
    assert found_in("\n".join(str(answer.headers) for answer in tried.answers), SECRETS[:1]) == []
    assert found_in(lying_open(home), everything) == []


def lying_open(home: Path) -> str:
    """Every file of the home folder but the key, backups unpacked, as it lies there."""
    database = home / "anydoor.db"
    connection = sqlite3.connect(database)
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    assert connection.execute("SELECT count(*) FROM audit").fetchone()[0] > 3
    assert connection.execute("SELECT count(*) FROM introductions").fetchone()[0] == 1
    connection.close()
    files = [path for path in home.rglob("*") if path.is_file() and path.name != "secret.key"]
    pieces = [path.read_bytes() for path in files]
    for path in files:
        if path.suffix == ".backup":
            with zipfile.ZipFile(path) as archive:
                pieces += [archive.read(name) for name in archive.namelist()]
    assert len(pieces) > 4
    return b"\n".join(pieces).decode("latin-1")


def test_the_search_finds_what_lies_open(tmp_path: Path) -> None:
    assistant = assemble(settings_of(tmp_path), nlu=StandIn())
    with assistant.db.write() as session:
        for _ in range(4):
            audit.record(session, "system", "test", "x", assistant.clock.now(), {"leak": SECRETS[0]})
    assistant.close()
    dump = "".join(path.read_bytes().decode("latin-1") for path in tmp_path.rglob("*.db*"))
    assert found_in(dump, SECRETS) == SECRETS[:1]
