"""By Telegram, polled and by webhook: buttons, the share-number button, to a booked call."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.journeys.product import Product, running
from tests.stand_ins import telegram_api

CHAT = 515151


def pressed(sent: dict[str, Any], number: int) -> str:
    """The value of a message's nth button."""
    return str(sent["markup"]["inline_keyboard"][number - 1][0]["callback_data"])


def words(sent: list[dict[str, Any]]) -> str:
    return "\n".join(each["text"] for each in sent)


def play(product: Product, webhook: bool) -> list[dict[str, Any]]:
    """Through the whole journey with buttons wherever there are some."""
    api = product.telegram

    def post(update_id: int) -> None:
        if webhook:
            update = next(each for each in api.updates if each["update_id"] == update_id)
            headers = {"X-Telegram-Bot-Api-Secret-Token": "telegram-secret"}
            assert product.http.post("/webhooks/telegram", json=update, headers=headers).status_code == 200

    acts = [
        lambda last: api.say(CHAT, "/start gp23"),
        lambda last: api.press(CHAT, pressed(last, 1)),
        lambda last: api.press(CHAT, pressed(last, 2)),
        lambda last: api.say(CHAT, "M1 1AE"),
        lambda last: api.say(CHAT, "29"),
        lambda last: api.say(CHAT, "1 and 3"),
        lambda last: api.press(CHAT, pressed(last, 2)),
        lambda last: api.say(CHAT, "Ana_*["),
        lambda last: api.press(CHAT, pressed(last, 1)),
        lambda last: api.share_number(CHAT, "+447700900555"),
        lambda last: api.press(CHAT, pressed(last, 1)),
        lambda last: api.press(CHAT, pressed(last, 1)),
    ]
    last: dict[str, Any] = {}
    for count, act in enumerate(acts, start=1):
        post(act(last))
        last = api.wait_for(CHAT, count)[-1]
    return api.wait_for(CHAT, len(acts))


def test_a_person_books_a_call_by_telegram_polled(tmp_path: Path) -> None:
    with running(tmp_path) as product:
        sent = play(product, webhook=False)
    assert "Your call is booked" in words(sent)
    assert sent[9 - 1]["markup"]["keyboard"][0][0]["request_contact"] is True


def test_a_person_books_a_call_by_telegram_webhook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.providers.polls", lambda settings: False)
    with running(tmp_path) as product:
        sent = play(product, webhook=True)
    assert "Your call is booked" in words(sent)
    assert "getUpdates" not in product.telegram.calls


def test_a_webhook_without_the_secret_is_refused(tmp_path: Path) -> None:
    with running(tmp_path) as product:
        update = {"update_id": 1, "message": telegram_api.message(CHAT, text="hi")}
        for headers in ({}, {"X-Telegram-Bot-Api-Secret-Token": "wrong"}):
            assert product.http.post("/webhooks/telegram", json=update, headers=headers).status_code == 403
        assert product.telegram.sent == []
