"""The served process: a second one on the same file is refused in a sentence; SIGTERM under load ends it soon (`make
soak`: within ten seconds) and keeps everything."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import select, update

from bot import rounds
from bot.assistant import assemble
from bot.nlu.rasa import NoNlu
from bot.nlu.stand_in import Backed, StandIn
from services.models import MessageIn, MessageOut
from tests.browser.servers import free_port
from tests.journeys.product import NOW, running, settings_of
from tests.stand_ins import twilio_api
from tests.stand_ins.twilio_api import Fault, Phone, TwilioApi

ROOT = Path(__file__).resolve().parents[2]
SERVE = "import sys; from bot.cli import main; sys.argv = ['anydoor', 'serve', '--demo', *sys.argv[1:]]; main()"
HANGS = 300.0
PATIENT = f"from bot.channels import sms; sms.RestBase.__init__.__defaults__ = ({2 * HANGS},); "
"""A server that would wait for a send for as long as that hangs: it ends before, or it was held up, however slow it is."""
ENDS_SECONDS = float(os.environ.get("ENDS_SECONDS", "60"))
"""How soon it ends. `make soak` asks for 10; a suite on two busy cores is given more."""
WRITERS = 8


def environment(home: Path, url: str, twilio: str, **more: str) -> dict[str, str]:
    ours = {
        "ANYDOOR_HOME": str(home),
        "ANYDOOR_NOW": NOW,
        "ANYDOOR_PUBLIC_URL": url,
        "ANYDOOR_SECRET_KEY": "a-test-secret-that-is-long-enough",
        "NLU_URL": "http://127.0.0.1:9",
        "TWILIO_ACCOUNT_SID": twilio_api.ACCOUNT,
        "TWILIO_AUTH_TOKEN": twilio_api.TOKEN,
        "TWILIO_FROM": twilio_api.SENDER,
        "TWILIO_API_URL": twilio,
    }
    return {**os.environ, "ANYDOOR_DATABASE_URL": "", **ours, **more}


def command(port: int, first: str = "") -> list[str]:
    return [sys.executable, "-c", first + SERVE, "--port", str(port)]


@contextmanager
def served(home: Path, twilio: str, first: str = "", **more: str) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A process of its own; `first`: code that it begins with."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    given = environment(home, url, twilio, **more)
    process = subprocess.Popen(command(port, first), env=given, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        wait_until_up(process, url)
        yield process, url
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def wait_until_up(process: subprocess.Popen[bytes], url: str, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        assert process.poll() is None, "the server ended"
        try:
            if httpx2.get(f"{url}/healthz", timeout=60).status_code == 200:
                return
        except httpx2.TransportError:
            time.sleep(0.1)
    raise TimeoutError("the server did not start")


@pytest.mark.slow
def test_a_second_instance_on_the_same_file_is_refused_in_a_sentence(tmp_path: Path) -> None:
    with running(tmp_path) as product:
        given = environment(tmp_path, "http://127.0.0.1:9", product.twilio.url)
        second = subprocess.run(
            command(free_port()), env=given, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300
        )
        assert second.returncode == 1
        assert second.stderr.strip() == (
            f"Another process already serves {tmp_path / 'anydoor.db'}. Stop it first, or use PostgreSQL for more."
        )
        assert product.text("+447700900321", "hi").status_code == 200
        product.twilio.wait_for("+447700900321", 1)


def write_until_it_ends(url: str, writer: int, acknowledged: dict[str, str]) -> None:
    """One person after another writes, as fast as the answers come."""
    with httpx2.Client(base_url=url, timeout=60) as http:
        for at in range(10_000):
            phone = Phone(f"+4477009{writer}{at:04}")
            form = phone.form("hi")
            signature = phone.signature(f"{url}/webhooks/twilio/sms", form)
            try:
                answer = http.post("/webhooks/twilio/sms", data=form, headers={"X-Twilio-Signature": signature})
            except httpx2.TransportError:
                return
            if answer.status_code == 200:
                acknowledged[form["MessageSid"]] = phone.number


@pytest.mark.slow
def test_sigterm_under_load_ends_in_time_and_keeps_everything(tmp_path: Path, sqlite_template: Path) -> None:
    shutil.copy(sqlite_template, tmp_path / "anydoor.db")
    acknowledged: dict[str, str] = {}
    with TwilioApi() as twilio:
        twilio.faults = [Fault(500, hang_seconds=HANGS)]  # a send that hangs must not hold it up
        with served(tmp_path, twilio.url, PATIENT) as (process, url), ThreadPoolExecutor(WRITERS) as pool:
            writers = [pool.submit(write_until_it_ends, url, writer, acknowledged) for writer in range(WRITERS)]
            deadline = time.monotonic() + 60
            while twilio.faults:
                assert time.monotonic() < deadline, "nothing was sent"
                time.sleep(0.05)
            began = time.monotonic()
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=HANGS / 2) in (0, -signal.SIGTERM)
            assert time.monotonic() - began < ENDS_SECONDS
            twilio.lets_go.set()
            for writer in writers:
                writer.result()
        assert len(acknowledged) > WRITERS
        catch_up_after(tmp_path, twilio, acknowledged)


def catch_up_after(home: Path, twilio: TwilioApi, acknowledged: dict[str, str]) -> None:
    """A second life finds everything that was acknowledged, and answers each person once."""
    settings = settings_of(home, "http://127.0.0.1:9", twilio.url, "http://127.0.0.1:9", TELEGRAM_BOT_TOKEN="")
    with closing(assemble(settings, demo=True, nlu=Backed(NoNlu("a test"), StandIn()))) as assistant:
        with assistant.db.write() as session:
            stored = set(session.scalars(select(MessageIn.provider_id)))
            session.execute(update(MessageOut).values(lease_until=None))  # a minute passes
        assert set(acknowledged) <= stored
        while rounds.catch_up_all(assistant) or rounds.deliver(assistant):
            pass
        with assistant.db.read() as session:
            assert set(session.scalars(select(MessageOut.status))) == {"sent"}
    assert all(len(twilio.bodies(number)) == 1 for number in acknowledged.values())
