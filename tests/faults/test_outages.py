"""A whole day without a provider, the language model, the mail server or the database, by the test clock: /readyz says
so in words, nothing is lost, and when it is back all is well within seconds and everything caught up."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import missed, worker
from bot.nlu.rasa import RasaClient
from bot.nlu.stand_in import Backed, StandIn
from services import delivery
from services.clock import real_now
from services.models import AddressRow, Coach, Conversation, MessageIn, MessageOut
from tests.conftest import Postgres
from tests.journeys.product import Product, running
from tests.journeys.test_by_sms import ANSWERS, NUMBER, play
from tests.stand_ins.mail_server import Mailbox, serving
from tests.stand_ins.server import Answer, LoopbackServer, Request

READY_SECONDS = float(os.environ.get("READY_SECONDS", "60"))
"""How soon /readyz is well again. `make soak` asks for 2; a suite on two busy cores is given more."""
RECONCILED = timedelta(minutes=5)
OTHER, THIRD = "+447700900322", "+447700900323"
CHAT = 4711


@pytest.fixture(autouse=True)
def often(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done every minute is done every second here."""
    monkeypatch.setattr(worker, "MISSED_SECONDS", 1.0)


@pytest.fixture
def day(monkeypatch: pytest.MonkeyPatch) -> Callable[[Product], None]:
    """Lets a day pass, hour by hour, also for leases and pauses, which go by real time."""
    passed = timedelta()

    def later() -> Any:
        return real_now() + passed

    def pass_a_day(product: Product) -> None:
        nonlocal passed
        for _ in range(24):
            passed += timedelta(hours=1)
            product.assistant.clock.offset += timedelta(hours=1)
            time.sleep(0.05)

    monkeypatch.setattr(delivery, "real_now", later)
    monkeypatch.setattr(missed, "real_now", later)
    return pass_a_day


def part(product: Product, name: str) -> str:
    return str(product.http.get("/readyz").json()["parts"][name])


def eventually(true: Callable[[], Any], seconds: float = 120) -> float:
    """Wait until it is so; answers how long that took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, "waited in vain"
        time.sleep(0.02)
    return time.monotonic() - began


def is_well_again(product: Product, *names: str) -> None:
    took = eventually(lambda: all(part(product, name) == "ok" for name in names))
    print(f"ready {took:.2f} s after the return: {', '.join(names)}")
    assert took < READY_SECONDS


def everything_is_answered(product: Product) -> bool:
    with product.assistant.db.read() as session:
        untaken = session.scalars(select(MessageIn.id).where(MessageIn.taken_at.is_(None))).first()
        return untaken is None and set(session.scalars(select(MessageOut.status))) <= {"sent", "delivered"}


def heard(product: Product, number: str) -> list[str | None]:
    """What we have of somebody, in order."""
    with product.assistant.db.read() as session:
        rows = select(MessageIn.body).join(Conversation, Conversation.id == MessageIn.conversation_id)
        rows = rows.join(AddressRow, AddressRow.id == Conversation.address_id)
        index = product.assistant.db.keys.blind_index("address", f"sms:{number}")
        return list(session.scalars(rows.where(AddressRow.value_index == index).order_by(MessageIn.seq)))


@pytest.mark.slow
def test_a_day_without_twilio_and_telegram(tmp_path: Path, day: Callable[[Product], None]) -> None:
    with running(tmp_path) as product:
        twilio, telegram = product.twilio, product.telegram
        play(product, ["hi", "1"])
        telegram.say(CHAT, "hi")
        telegram.wait_for(CHAT, 1)
        twilio.down, telegram.down = True, True
        assert product.text(NUMBER, "off sick").status_code == 200
        twilio.texted(OTHER, "hello", "SMmissed1")
        eventually(lambda: "Twilio does not answer (since 23 Nov 09:" in part(product, "sms"))
        eventually(lambda: "Telegram does not answer (since" in part(product, "telegram"))
        assert product.http.get("/readyz").status_code == 200
        assert product.text(NUMBER, "PR1 8XJ").status_code == 200
        day(product)
        twilio.texted(OTHER, "hello?", "SMmissed2")
        assert "waits and goes out when it answers again" in part(product, "sms")
        assert part(product, "outbox") == "degraded: messages wait to be sent"
        telegram.say(CHAT, "1")
        twilio.down = telegram.down = False
        is_well_again(product, "sms", "telegram", "outbox")
        ended = product.assistant.clock.now()
        texts = twilio.wait_for(NUMBER, 4)
        assert "postcode" in texts[2]
        assert len(texts) == 4
        twilio.wait_for(OTHER, 1)
        telegram.wait_for(CHAT, 2)
        eventually(lambda: everything_is_answered(product))
        eventually(lambda: heard(product, OTHER) == ["hello", "hello?"])
        assert product.assistant.clock.now() - ended < RECONCILED


class Model:
    """Stands in for the language model's server."""

    def __init__(self) -> None:
        self.down = False

    def handle(self, request: Request) -> Answer:
        if self.down:
            return Answer(drop=True)
        if request.path == "/status":
            return Answer(json.dumps({"model_id": "stand-in"}).encode())
        return Answer(json.dumps({"intent": {"name": "thanks", "confidence": 0.9}}).encode())


@pytest.mark.slow
def test_a_day_without_the_language_model(tmp_path: Path, day: Callable[[Product], None]) -> None:
    model = Model()
    with LoopbackServer(model.handle) as server:
        nlu = Backed(RasaClient(server.url, "token"), StandIn())
        with running(tmp_path, nlu=nlu) as product:
            play(product, ["hi", "1"])
            assert part(product, "understanding") == "ok"
            model.down = True
            assert "stands in" in part(product, "understanding")
            product.text(NUMBER, "well I have been signed off by my doctor for a bit")
            assert len(product.twilio.wait_for(NUMBER, 3)) == 3
            day(product)
            assert product.http.get("/readyz").status_code == 200
            model.down = False
            is_well_again(product, "understanding")


@pytest.mark.slow
def test_a_day_without_mail(tmp_path: Path, day: Callable[[Product], None]) -> None:
    box = Mailbox(down=True)
    with serving(box), running(tmp_path, SMTP_URL=box.url, ANYDOOR_FROM_EMAIL="calls@anydoor.example") as product:
        with product.assistant.db.write() as session:
            for coach in session.scalars(select(Coach)):
                coach.email = f"coach{coach.id}@example.org"
        assert any("Your call is booked" in text for text in play(product, ANSWERS)[-2:])
        eventually(lambda: "the mail server does not answer" in part(product, "mail"))
        assert product.http.get("/readyz").status_code == 200
        product.assistant.clock.offset += timedelta(minutes=1)
        box.down = False
        is_well_again(product, "mail")
        eventually(lambda: len(box.mails) == 1)


@pytest.mark.slow
@pytest.mark.postgres
def test_a_day_without_the_database(tmp_path: Path, postgres: Postgres, day: Callable[[Product], None]) -> None:
    address = postgres.make()
    with running(tmp_path, ANYDOOR_DATABASE_URL=address) as product:
        name = product.assistant.db.url.database
        play(product, ["hi", "1"])
        product.telegram.say(CHAT, "hi")
        product.telegram.wait_for(CHAT, 1)
        postgres._run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        postgres._run(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        assert product.text(NUMBER, "off sick").status_code >= 500
        product.twilio.texted(NUMBER, "off sick", "SMmissed1")
        product.twilio.texted(OTHER, "hello", "SMmissed2")
        product.telegram.say(CHAT, "1")
        assert product.http.get("/readyz").status_code == 503
        assert part(product, "database").startswith("degraded: the database does not answer")
        day(product)
        assert product.http.get("/healthz").status_code == 200
        postgres._run(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
        is_well_again(product, "database")
        assert product.text(THIRD, "hello").status_code == 200
        assert "postcode" in product.twilio.wait_for(NUMBER, 3)[2]
        product.twilio.wait_for(OTHER, 1)
        product.telegram.wait_for(CHAT, 2)
        eventually(lambda: everything_is_answered(product))
        assert heard(product, NUMBER) == ["hi", "1", "off sick"]
    postgres.drop(address)
