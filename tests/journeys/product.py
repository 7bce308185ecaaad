"""The whole product, running on loopback: web app, worker, channels against stand-ins of the providers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from bot.assistant import Assistant, assemble
from bot.nlu.parsed import Nlu
from bot.nlu.rasa import NoNlu
from bot.nlu.stand_in import Backed, StandIn
from services.settings import Settings
from tests.browser.servers import free_port, serving
from tests.stand_ins import telegram_api, twilio_api
from tests.stand_ins.twilio_api import Phone
from web.app import application

NOW = "2026-11-23T09:00"


@dataclass
class Product:
    """A running product: where it is, and what is behind it."""

    url: str
    assistant: Assistant
    twilio: twilio_api.TwilioApi
    telegram: telegram_api.TelegramApi
    http: httpx2.Client
    phones: dict[str, Phone] = field(default_factory=dict)

    def text(self, number: str, body: str, sid: str | None = None, **more: str) -> httpx2.Response:
        """A text message arrives, as Twilio would post it."""
        phone = self.phones.setdefault(number, Phone(number))
        form = phone.form(body, sid, **more)
        signature = phone.signature(f"{self.url}/webhooks/twilio/sms", form)
        return self.http.post("/webhooks/twilio/sms", data=form, headers={"X-Twilio-Signature": signature})


def settings_of(home: Path, url: str, twilio: str, telegram: str, **more: str) -> Settings:
    given = {
        "ANYDOOR_HOME": home,
        "ANYDOOR_NOW": NOW,
        "ANYDOOR_PUBLIC_URL": url,
        "ANYDOOR_SECRET_KEY": "a-test-secret-that-is-long-enough",
        "TWILIO_ACCOUNT_SID": twilio_api.ACCOUNT,
        "TWILIO_AUTH_TOKEN": twilio_api.TOKEN,
        "TWILIO_FROM": twilio_api.SENDER,
        "TWILIO_API_URL": twilio,
        "TELEGRAM_BOT_TOKEN": telegram_api.TOKEN,
        "TELEGRAM_WEBHOOK_SECRET": "telegram-secret",
        "TELEGRAM_API_URL": telegram,
        **more,
    }
    return Settings(**given)  # type: ignore[arg-type]


@contextmanager
def running(home: Path, nlu: Nlu | None = None, **more: str) -> Iterator[Product]:
    """Start everything with the demonstration teams; stop it all at the end. `nlu`: else the built-in recognisers."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with twilio_api.TwilioApi() as twilio, telegram_api.TelegramApi() as telegram:
        settings = settings_of(home, url, twilio.url, telegram.url, **more)
        assistant = assemble(settings, demo=True, nlu=nlu or Backed(NoNlu("a test"), StandIn()))
        try:
            with serving(application(assistant), port), httpx2.Client(base_url=url, timeout=15) as http:
                yield Product(url, assistant, twilio, telegram, http)
        finally:
            assistant.close()
