"""The whole product, running on loopback: web app, worker, channels against stand-ins of the providers."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

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
    return Settings(**environment_of(home, url, twilio, telegram, **more))  # type: ignore[arg-type]


def environment_of(home: Path, url: str, twilio: str, telegram: str, **more: str) -> dict[str, str]:
    return {
        "ANYDOOR_HOME": str(home),
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


@contextmanager
def running(home: Path, nlu: Nlu | None = None, turns: Sequence[str] = (), **more: str) -> Iterator[Product]:
    """Start everything with the demonstration teams; stop it all at the end. `nlu`: else the built-in recognisers.

    `turns`: the command of a process for the turns, which learns from the environment what we are told.
    """
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    with twilio_api.TwilioApi() as twilio, telegram_api.TelegramApi() as telegram:
        given = environment_of(home, url, twilio.url, telegram.url, **more)
        assistant = assemble(Settings(**given), demo=True, nlu=nlu or Backed(NoNlu("a test"), StandIn()))  # type: ignore[arg-type]
        app = application(assistant, turns=turns)
        try:
            with (
                patch.dict(os.environ, given if turns else {}),
                serving(app, port),
                httpx2.Client(base_url=url, timeout=60) as http,
            ):
                yield Product(url, assistant, twilio, telegram, http)
        finally:
            assistant.close()
