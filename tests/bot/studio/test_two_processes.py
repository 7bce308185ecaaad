"""Two server processes on one database take up what is published, and what is taken back, soon (`make soak`: in five
seconds)."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from bot.studio import drafting, publishing
from services.crypto import Keyring
from services.db import Database
from tests.bot.studio.conftest import ADA, BEA, NOW, WORK
from tests.browser.servers import free_port
from tests.conftest import Postgres
from tests.faults.test_process import ROOT, environment, wait_until_up
from tests.stand_ins.twilio_api import Phone, TwilioApi

pytestmark = [pytest.mark.usefixtures("unproved"), pytest.mark.slow]
SERVE = "import sys; from bot.cli import main; sys.argv = ['anydoor', 'serve', *sys.argv[1:]]; main()"
OLD, NEW = "Which fits best right now?", "Which fits you now?"
SECONDS = float(os.environ.get("READY_SECONDS", "60"))
"""How soon both have taken it up. `make soak` asks for 5; a suite on two busy cores is given more."""


@pytest.fixture
def database(postgres: Postgres) -> Iterator[str]:
    """Two may serve one PostgreSQL; a SQLite file is one process's alone (tests/faults/test_process.py)."""
    address = postgres.make()
    yield address
    postgres.drop(address)


@pytest.fixture
def twilio() -> Iterator[TwilioApi]:
    with TwilioApi() as one:
        yield one


@pytest.fixture
def two(tmp_path: Path, database: str, twilio: TwilioApi) -> Iterator[list[str]]:
    """Where two served processes are."""
    with ExitStack() as running:
        started = [start(running, tmp_path, database, twilio.url) for _ in range(2)]
        for process, url in started:
            wait_until_up(process, url)
        yield [url for _, url in started]


def start(running: ExitStack, home: Path, database: str, twilio: str) -> tuple[subprocess.Popen[bytes], str]:
    url = f"http://127.0.0.1:{(port := free_port())}"
    given = {**environment(home, url, twilio), "ANYDOOR_DATABASE_URL": database}
    process = subprocess.Popen(
        [sys.executable, "-c", SERVE, "--port", str(port)], env=given, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    running.callback(process.wait)
    running.callback(process.kill)
    return process, url


def answers_by(url: str) -> int:
    """The publication that a process answers by, as it says itself."""
    found = re.search(
        r"^anydoor_content_publication (\d+)", httpx2.get(f"{url}/metrics", timeout=60).text, re.MULTILINE
    )
    assert found
    return int(found[1])


def taken_up(two: list[str], number: int) -> float:
    """Seconds until both answer by this publication."""
    began = time.monotonic()
    while any(answers_by(url) != number for url in two):
        assert time.monotonic() - began < 120, "never"
        time.sleep(0.1)
    return time.monotonic() - began


def asked(twilio: TwilioApi, url: str, number: str) -> str:
    """What a new person is asked who texts this process, gets an answer and says that it is safe."""
    phone = Phone(number)
    for said, body in enumerate(("hi", "1"), start=1):
        form = phone.form(body)
        signature = phone.signature(f"{url}/webhooks/twilio/sms", form)
        httpx2.post(f"{url}/webhooks/twilio/sms", data=form, headers={"X-Twilio-Signature": signature}, timeout=60)
        twilio.wait_for(number, said)
    return twilio.bodies(number)[-1]


def says(twilio: TwilioApi, url: str, words: str, first: str) -> bool:
    """Whether new people are asked in these words, soon: the process that takes turns looks by itself, once a second."""
    began, people = time.monotonic(), 0
    while time.monotonic() - began < SECONDS:
        if words in asked(twilio, url, f"{first}{people:03}"):
            return True
        people += 1
    return False


def test_both_take_it_up_and_take_it_back(two: list[str], database: str, twilio: TwilioApi) -> None:
    db = Database(database, Keyring.parse("t1:test-key-not-secret"))
    assert [answers_by(url) for url in two] == [1, 1]
    with db.write() as session:
        edit = drafting.edit(session, ADA, NOW)
        edit.put({WORK: edit.desk.files[WORK].replace(OLD, NEW)}, "words")
    publishing.publish_draft(db, drafting.see(db).mark, ADA, NOW, "")
    assert taken_up(two, 2) < SECONDS
    assert all(says(twilio, url, NEW, f"+44770091{n}") for n, url in enumerate(two))
    publishing.roll_back(db, 1, 2, BEA, NOW)
    assert taken_up(two, 3) < SECONDS
    assert all(says(twilio, url, OLD, f"+44770092{n}") for n, url in enumerate(two))
    db.close()
