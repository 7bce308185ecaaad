"""What Telegram and the people on it may do to us: each thing heard once, each answered, nobody held up by another."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from itertools import count
from typing import Any
from urllib.parse import urlsplit

import pytest

from services import conversations, delivery, people
from services.messages import Address
from services.models import MessageIn
from tests.bad_input.conftest import Logged
from tests.journeys.product import Product, running
from tests.stand_ins.telegram_api import message, refused
from web import limits

pytestmark = pytest.mark.xdist_group("bad updates")


chats = count(900_000)
SECRET = {"X-Telegram-Bot-Api-Secret-Token": "telegram-secret"}


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("home")) as one:
        yield one


@pytest.fixture
def chat() -> int:
    return next(chats)


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, logged: Logged) -> Iterator[None]:
    monkeypatch.setattr(delivery, "FIRST_PAUSE", timedelta(milliseconds=50))
    yield
    assert not [word for word in ("failed", "quokka", "stand-in", "Traceback") if word in logged.text]


def answers(product: Product, chat: int, at_least: int) -> list[str]:
    return [sent["text"] for sent in product.telegram.wait_for(chat, at_least)]


def received(product: Product, chat: int) -> list[str | None]:
    with product.assistant.db.read() as session:
        found = conversations.find(session, Address("telegram", str(chat)))
        rows = session.query(MessageIn).filter_by(conversation_id=found).order_by(MessageIn.seq)
        return [row.body for row in rows]


def post(product: Product, update: dict[str, Any]) -> int:
    return product.http.post("/webhooks/telegram", content=json.dumps(update), headers=SECRET).status_code


def test_a_repeated_update_is_heard_once_and_a_lower_one_is_heard(product: Product, chat: int) -> None:
    first, second = chat * 10 + 5, chat * 10 + 2
    for number, words in ((first, "hi"), (first, "hi"), (second, "1"), (first, "hi")):
        assert post(product, {"update_id": number, "message": message(chat, text=words)}) == 200
    answers(product, chat, 1)
    assert received(product, chat) == ["hi", "1"]


def test_a_double_tap_and_a_stale_button_change_nothing(product: Product, chat: int) -> None:
    product.telegram.say(chat, "/start")
    answers(product, chat, 1)
    product.telegram.press(chat, "safe_to_text=yes")
    assert "fits best right now" in answers(product, chat, 2)[-1]
    product.telegram.press(chat, "safe_to_text=yes")
    assert "fits best right now" in answers(product, chat, 3)[-1]
    product.telegram.press(chat, "work_situation=off_sick")
    assert "postcode" in answers(product, chat, 4)[-1]
    product.telegram.press(chat, "opening=o1-29012340-phone")
    assert "postcode" in answers(product, chat, 5)[-1]


@pytest.mark.parametrize("value", ["", "x", "=", "work_situation={{7*7}}", "nothing=" + "y" * 50, "name=<b>", "a=\x00"])
def test_a_button_that_we_never_made_is_answered(product: Product, chat: int, value: str) -> None:
    product.telegram.say(chat, "/start")
    answers(product, chat, 1)
    product.telegram.press(chat, value)
    assert "49" not in answers(product, chat, 2)[-1]


def test_one_message_that_cannot_be_written_holds_nobody_up(product: Product, chat: int) -> None:
    product.telegram.say(chat, "half a character: \ud83d")
    product.telegram.say(next(chats), "/start a\x00b")
    other = next(chats)
    product.telegram.say(other, "hi")
    answers(product, other, 1)
    answers(product, chat, 1)
    assert received(product, chat) == ["half a character: ?"]


def test_a_days_backlog_is_answered_each_in_turn(product: Product) -> None:
    waiting = [next(chats) for _ in range(40)]
    for one in waiting:
        product.telegram.say(one, "hi quokka")
    assert all(len(answers(product, one, 1)) == 1 for one in waiting)


def test_a_message_to_a_group_is_not_answered(product: Product, chat: int) -> None:
    product.telegram.queue({"message": message(chat, text="hi quokka", chat_type="group")})
    other = next(chats)
    product.telegram.say(other, "hi")
    answers(product, other, 1)
    assert received(product, chat) == []
    assert not [sent for sent in product.telegram.sent if sent["chat_id"] == str(chat)]


@pytest.mark.parametrize(
    "content",
    [
        {"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}},
        {"photo": [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}]},
        {"location": {"latitude": 1.0, "longitude": 1.0}},
        {"dice": {"emoji": "🎲", "value": 3}},
        {"contact": {"phone_number": "+447700900456", "first_name": "quokka", "user_id": 7}},
        {"text": "😀" * 2048},
        {"text": "_*[quokka](http://example.com)`"},
    ],
    ids=["voice", "photo", "location", "dice", "somebody else's number", "4,096 units", "markup"],
)
def test_whatever_is_sent_is_answered(product: Product, chat: int, content: dict[str, Any]) -> None:
    product.telegram.say(chat, "/start")
    answers(product, chat, 1)
    product.telegram.queue({"message": message(chat, **content)})
    answers(product, chat, 2)


def test_an_edited_message_is_heard_as_a_new_one(product: Product, chat: int) -> None:
    product.telegram.say(chat, "hi")
    answers(product, chat, 1)
    product.telegram.queue({"edited_message": {**message(chat, text="hi there"), "edit_date": 1_790_000_100}})
    answers(product, chat, 2)


def test_telegram_asks_us_to_wait(product: Product, chat: int) -> None:
    product.telegram.faults = [refused(429, "Too Many Requests: retry after 1", retry_after=1)]
    product.telegram.say(chat, "hi")
    assert len(answers(product, chat, 1)) == 1


def test_who_blocks_the_bot_has_stopped(product: Product, chat: int) -> None:
    product.telegram.faults = [refused(403, "Forbidden: bot was blocked by the user")]
    product.telegram.say(chat, "hi")
    deadline = time.monotonic() + 60
    while not stopped(product, chat):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert not [sent for sent in product.telegram.sent if sent["chat_id"] == str(chat)]


def stopped(product: Product, chat: int) -> bool:
    with product.assistant.db.read() as session:
        found = conversations.find(session, Address("telegram", str(chat)))
        return found is not None and people.is_stopped(session, found)


def test_a_client_that_sends_slowly_is_left_and_holds_nobody_up(
    product: Product, chat: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BODY_SECONDS", 0.5)
    at = urlsplit(product.url)
    with socket.create_connection((at.hostname or "", at.port or 0), timeout=60) as slow:
        slow.sendall(b"POST /webhooks/twilio/sms HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{")
        product.telegram.say(chat, "hi")
        answers(product, chat, 1)
        assert b" 408 " in slow.recv(100)
