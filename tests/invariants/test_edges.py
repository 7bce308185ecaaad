"""Invariants 19 to 23: Telegram, the live page, going live, who knows whom, kill points."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from bot.assistant import assemble
from bot.nlu.stand_in import StandIn
from services import conversations, faults, leases
from services.errors import SettingsError
from services.messages import Address
from services.settings import Settings
from tests.costs import costs_less_than
from tests.invariants.conftest import settings_of
from tests.journeys.product import Product, running
from tests.stand_ins import telegram_api
from web import chat

pytestmark = pytest.mark.xdist_group("edges")
ROOT = Path(__file__).resolve().parents[2]
CHAT = 5150


def until(true: object, seconds: float = 60) -> bool:
    """Wait for something to become true."""
    deadline = time.monotonic() + seconds
    assert callable(true)
    while time.monotonic() < deadline:
        if true():
            return True
        time.sleep(0.02)
    return bool(true())


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> object:
    with running(tmp_path_factory.mktemp("edges")) as one:
        yield one


def test_invariant_19_an_update_is_confirmed_only_after_it_is_stored(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept, seen = product.assistant.telegram.accept, []  # type: ignore[union-attr]

    def failing_once(inbound: object) -> object:
        seen.append(product.telegram.confirmed)
        if len(seen) == 1:
            raise OSError("the disk is full")
        return accept(inbound)  # type: ignore[arg-type]

    monkeypatch.setattr(product.assistant.telegram, "accept", failing_once)
    before = product.telegram.confirmed
    product.telegram.say(CHAT, "hello")
    assert until(lambda: product.telegram.confirmed > before)
    assert seen == [before, before], "not confirmed when it could not be stored, and brought again"
    with product.assistant.db.read() as session:
        assert conversations.find(session, Address("telegram", str(CHAT))) is not None


def test_invariant_19_one_process_polls_at_a_time(product: Product) -> None:
    assert product.assistant.leads_telegram()
    with product.assistant.db.write() as session:
        assert not leases.lead(session, "telegram", "another process", seconds=60)


def test_invariant_19_the_bot_token_and_numbers_never_reach_the_logs(
    product: Product, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("httpx").setLevel(logging.WARNING)  # caplog moves the root only
    product.telegram.say(CHAT + 1, "hello there")
    assert until(lambda: any(str(each.get("chat_id")) == str(CHAT + 1) for each in product.telegram.sent))
    product.text("+447700900654", "hi")
    product.twilio.wait_for("+447700900654", 1)
    printed = capfd.readouterr()
    told = caplog.text + printed.out + printed.err
    assert telegram_api.TOKEN not in told
    assert "7700900654" not in told
    assert logging.getLogger("httpx").level >= logging.WARNING


def test_invariant_20_open_pages_cost_no_thread_and_no_connection_each(product: Product) -> None:
    import httpx2

    clients = [httpx2.Client(base_url=product.url, timeout=60) for _ in range(12)]
    before = threading.active_count()
    streams = []
    try:
        for client in clients:
            page = client.get("/chat").text
            hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
            client.post("/chat", data={**hidden, "text": "hello"}, follow_redirects=True)
            stream = client.stream("GET", "/chat/events", headers={"Last-Event-ID": "0.0"})
            streams.append(stream)
            assert stream.__enter__().status_code == 200
        pool = product.assistant.db.engine.pool  # what the turns of the twelve hold comes back; a page's would not
        assert until(lambda: threading.active_count() - before < len(clients) // 2)
        assert until(lambda: pool.checkedout() < 4)  # type: ignore[attr-defined]
    finally:
        for stream in streams:
            stream.__exit__(None, None, None)
        for client in clients:
            client.close()


def test_invariant_20_a_post_without_javascript_is_answered_on_the_page_it_leads_to(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    import httpx2

    monkeypatch.setattr(chat, "INLINE_SECONDS", 60.0)  # on a busy machine a turn may take longer than a page waits
    with httpx2.Client(base_url=product.url, timeout=60, follow_redirects=True) as browser:
        page = browser.get("/chat").text
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
        answered = browser.post("/chat", data={**hidden, "text": "hello"}).text
    assert "999" in answered
    assert "safe" in answered


LIVE = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "TWILIO_AUTH_TOKEN": "live-token-live-token",
    "TWILIO_FROM": "+447700900000",
}


def live(home: Path, **more: str) -> Settings:
    return Settings(ANYDOOR_HOME=home, ANYDOOR_SECRET_KEY="a-test-secret-that-is-long-enough", **LIVE, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize("api", ["", "https://api.twilio.com", "http://10.0.0.7:8080", "http://127.0.0.1.example.org"])
def test_invariant_21_demonstration_teams_refuse_a_live_provider(tmp_path: Path, api: str) -> None:
    with pytest.raises(SettingsError, match="Demonstration teams"):
        assemble(live(tmp_path, **({"TWILIO_API_URL": api} if api else {})), demo=True, nlu=StandIn())


def test_invariant_21_a_database_with_demonstration_teams_refuses_to_go_live(tmp_path: Path) -> None:
    assemble(settings_of(tmp_path), demo=True, nlu=StandIn()).close()
    with pytest.raises(SettingsError, match="demonstration teams"):
        assemble(live(tmp_path), nlu=StandIn())


def test_invariant_21_a_provider_on_loopback_is_not_live(tmp_path: Path) -> None:
    assemble(live(tmp_path, TWILIO_API_URL="http://127.0.0.1:9"), demo=True, nlu=StandIn()).close()


@pytest.mark.parametrize(
    ("package", "strangers"), [("bot", ("web",)), ("services", ("bot", "web")), ("bot.flows", ("services", "web"))]
)
def test_invariant_22_nobody_reaches_up(package: str, strangers: tuple[str, ...]) -> None:
    code = (
        "import importlib, pkgutil, sys\n"
        f"package = importlib.import_module({package!r})\n"
        "for module in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    importlib.import_module(module.name)\n"
        f"print([name for name in sys.modules if name.partition('.')[0] in {strangers!r}])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == "[]"


def test_invariant_22_the_server_is_started_by_name() -> None:
    assert '"web.app:create_app"' in (ROOT / "bot/cli/serve.py").read_text(encoding="utf-8") or any(
        "web.app:create_app" in path.read_text(encoding="utf-8") for path in (ROOT / "bot").rglob("*.py")
    )


def test_invariant_23_every_kill_point_is_passed_somewhere_and_every_one_passed_is_named() -> None:
    passed = {
        name
        for folder in ("bot", "services", "web", "migrations")
        for path in (ROOT / folder).rglob("*.py")
        for name in re.findall(r'faults\.point\("(\w+)"\)', path.read_text(encoding="utf-8"))
    }
    assert passed == set(faults.POINTS)


def test_invariant_23_a_point_is_free_when_nothing_is_asked() -> None:
    def pass_it(_: int) -> None:
        for _ in range(100_000):
            faults.point("after_accept_commit")

    assert costs_less_than(1, pass_it)
