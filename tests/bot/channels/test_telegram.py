"""Telegram: updates read, buttons drawn, the polling loop, and every way that a send can go wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from telegram import InlineKeyboardMarkup, ReplyKeyboardMarkup, Update

from bot.channels import SHARE_NUMBER, telegram
from services.messages import Address, Choice, Inbound, Outbound, PersonStopped, SendError, SendFailed, SendLater
from tests.stand_ins.server import Answer
from tests.stand_ins.telegram_api import TOKEN, TelegramApi, message, refused

CHAT = 4242


def update(**content: Any) -> Update:
    read = Update.de_json({"update_id": 1, **content}, None)
    assert read is not None
    return read


def outbound(text: str = "Hello", choices: tuple[Choice, ...] = ()) -> Outbound:
    return Outbound(1, Address("telegram", str(CHAT)), text, choices, "answer", False, None)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ({"text": "off sick since march"}, {"text": "off sick since march", "kind": "text"}),
        ({"text": "/start gp23"}, {"text": "/start", "source": "gp23"}),
        ({"text": "/start"}, {"text": "/start", "source": None}),
        ({"text": "/affirm"}, {"text": "/affirm", "kind": "text"}),
        (
            {"contact": {"phone_number": "+447700900123", "first_name": "A", "user_id": CHAT}},
            {"kind": "contact", "text": "+447700900123"},
        ),
        (
            {"contact": {"phone_number": "+447700900123", "first_name": "B", "user_id": 9}},
            {"kind": "media", "media": "contact"},
        ),
        ({"voice": {"file_id": "v", "file_unique_id": "v", "duration": 3}}, {"kind": "media", "media": "voice"}),
        (
            {"photo": [{"file_id": "p", "file_unique_id": "p", "width": 1, "height": 1}], "caption": "my fit note"},
            {"media": "photo", "text": "my fit note"},
        ),
        ({"dice": {"emoji": "🎲", "value": 3}}, {"kind": "media", "media": "other"}),
    ],
)
def test_a_message_is_read(content: dict[str, Any], expected: dict[str, Any]) -> None:
    inbound = telegram.read(update(message=message(CHAT, **content)))
    assert inbound is not None
    assert {name: getattr(inbound, name) for name in expected} == expected
    assert inbound.address == Address("telegram", str(CHAT))


def test_an_edited_message_is_heard_again_under_its_own_id() -> None:
    inbound = telegram.read(update(edited_message={**message(CHAT, text="PR1 8XJ"), "edit_date": 1_790_000_100}))
    assert inbound is not None
    assert (inbound.provider_id, inbound.text) == ("1", "PR1 8XJ")


def test_a_group_is_not_heard() -> None:
    assert telegram.read(update(message=message(CHAT, text="hello all", chat_type="group"))) is None


def test_choices_are_buttons_and_the_number_is_asked_of_the_app() -> None:
    buttons = telegram.keyboard(outbound(choices=(Choice("work_situation=off_sick", "Off sick"), Choice("x", "Other"))))
    assert isinstance(buttons, InlineKeyboardMarkup)
    assert [row[0].callback_data for row in buttons.inline_keyboard] == ["work_situation=off_sick", "x"]
    share = telegram.keyboard(outbound(choices=(Choice(SHARE_NUMBER, "Share my number"),)))
    assert isinstance(share, ReplyKeyboardMarkup)
    assert share.keyboard[0][0].request_contact


def test_a_long_text_is_cut_by_utf16_units_and_never_inside_a_character() -> None:
    pieces = telegram.parts("😀" * 3000)
    assert "".join(pieces) == "😀" * 3000
    assert all(len(piece.encode("utf-16-le")) // 2 <= telegram.MOST_UTF16_UNITS for piece in pieces)


@pytest.fixture
def api() -> Iterator[TelegramApi]:
    with TelegramApi() as stand_in:
        yield stand_in


Started = Callable[[Callable[[Inbound], object], bool], telegram.TelegramChannel]


@pytest.fixture
def started(api: TelegramApi) -> Iterator[Started]:
    running: list[telegram.TelegramChannel] = []

    def start(accept: Callable[[Inbound], object] = lambda _: None, poll: bool = False) -> telegram.TelegramChannel:
        channel = telegram.TelegramChannel(TOKEN, api=api.url, accept=accept)
        channel.start(poll=poll)
        running.append(channel)
        return channel

    yield start
    for channel in running:
        channel.stop()


def test_a_name_with_markup_signs_is_sent_as_it_is(api: TelegramApi, started: Started) -> None:
    channel = started(lambda _: None, False)
    channel.send(outbound("Hello _*[Sam]", (Choice("1", "One"),)))
    assert api.sent[0]["text"] == "Hello _*[Sam]"
    assert api.sent[0]["markup"]["inline_keyboard"][0][0]["text"] == "One"


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (refused(429, "Too Many Requests: retry after 7", retry_after=7), SendLater),
        (refused(403, "Forbidden: bot was blocked by the user"), PersonStopped),
        (refused(400, "Bad Request: chat not found"), SendFailed),
        (Answer(b"<html>gateway</html>", 502, "text/html"), SendError),
        (Answer(drop=True), SendError),
    ],
)
def test_each_failure_is_one_of_three(
    api: TelegramApi, started: Started, fault: Answer, error: type[Exception]
) -> None:
    channel = started(lambda _: None, False)
    api.faults = [fault]
    with pytest.raises(error) as raised:
        channel.send(outbound())
    if fault.status == 429:
        assert isinstance(raised.value, SendLater)
        assert raised.value.retry_after == 7


def test_polling_confirms_only_what_was_stored(api: TelegramApi, started: Started) -> None:
    stored: list[Inbound] = []
    failures = [OSError("disk full")]

    def accept(inbound: Inbound) -> None:
        if failures:
            raise failures.pop()
        stored.append(inbound)

    first = api.say(CHAT, "one")
    started(accept, True)
    deadline = time.monotonic() + 60
    while api.confirmed <= first and time.monotonic() < deadline:
        time.sleep(0.02)
    assert [inbound.text for inbound in stored] == ["one"]
    assert api.confirmed == first + 1


def test_a_press_is_answered_so_that_the_button_stops_spinning(api: TelegramApi, started: Started) -> None:
    stored: list[Inbound] = []
    api.press(CHAT, "work_situation=off_sick")
    started(stored.append, True)
    deadline = time.monotonic() + 60
    while "answerCallbackQuery" not in api.calls and time.monotonic() < deadline:
        time.sleep(0.02)
    assert stored[0].pressed == "work_situation=off_sick"
    assert "answerCallbackQuery" in api.calls


def test_what_is_no_update_is_refused(started: Started) -> None:
    channel = started(lambda _: None, False)
    for body in ({}, {"update_id": "x"}, {"update_id": 3, "message": 7}, []):
        assert refused_or_nothing(channel, body)


def refused_or_nothing(channel: telegram.TelegramChannel, body: Any) -> bool:
    try:
        return channel.read_webhook(body) is None
    except ValueError:
        return True
