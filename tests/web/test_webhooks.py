"""What providers post: signed or refused, stored once, answered with nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from httpx2 import Response
from starlette.testclient import TestClient
from telegram import Update

from bot.channels import telegram as telegram_channel
from services.models import MessageIn, MessageOut
from tests.web.conftest import TWILIO

PUBLIC = "https://anydoor.example"
MESSAGE = {"AccountSid": "AC1", "MessageSid": "SM1", "From": "+447700900123", "To": "+441134960000", "Body": "hello"}
EMPTY = '<?xml version="1.0" encoding="UTF-8"?><Response/>'
Make = Callable[..., TestClient]


def signature(url: str, form: Mapping[str, str], token: str = TWILIO["twilio_auth_token"]) -> str:
    """Twilio's own rule, written out: the address, then every name and value in order of name."""
    signed = url + "".join(name + form[name] for name in sorted(form))
    return base64.b64encode(hmac.new(token.encode(), signed.encode(), hashlib.sha1).digest()).decode()


def post(client: TestClient, form: Mapping[str, str], path: str = "/webhooks/twilio/sms", **headers: str) -> Response:
    signed = {"X-Twilio-Signature": signature(PUBLIC + path, form), "Content-Type": "application/x-www-form-urlencoded"}
    return client.post(path, content=urlencode(form), headers={**signed, **headers})


def texts(client: TestClient) -> list[str]:
    return [inbound.text for inbound in client.app.state.assistant.accepted]  # type: ignore[attr-defined]


@pytest.fixture
def sms(client_with: Make) -> TestClient:
    return client_with(public_url=PUBLIC, **TWILIO)


def test_a_signed_text_is_stored_and_answered_with_nothing(sms: TestClient) -> None:
    answer = post(sms, MESSAGE)
    assert (answer.status_code, answer.text, answer.headers["content-type"]) == (200, EMPTY, "text/xml; charset=utf-8")
    assert texts(sms) == ["hello"]


def test_the_signature_covers_the_query_of_the_public_address(sms: TestClient) -> None:
    answer = post(sms, MESSAGE, "/webhooks/twilio/sms?from=poster")
    assert answer.status_code == 200


def test_the_same_message_five_times_is_stored_once(sms: TestClient) -> None:
    assert {post(sms, MESSAGE).status_code for _ in range(5)} == {200}
    with sms.app.state.assistant.db.read() as session:  # type: ignore[attr-defined]
        assert session.query(MessageIn).count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Twilio-Signature": ""},
        {"X-Twilio-Signature": "bm90IGl0"},
        {"X-Twilio-Signature": signature("http://testserver/webhooks/twilio/sms", MESSAGE)},
        {"X-Twilio-Signature": signature(PUBLIC + "/webhooks/twilio/sms", MESSAGE, "another token")},
    ],
)
def test_a_wrong_signature_is_refused_and_nothing_is_stored(sms: TestClient, headers: dict[str, str]) -> None:
    answer = post(sms, MESSAGE, **headers)
    assert answer.status_code == 403
    assert texts(sms) == []


def test_another_accounts_post_is_refused(sms: TestClient) -> None:
    assert post(sms, {**MESSAGE, "AccountSid": "AC2"}).status_code == 403
    assert post(sms, {name: MESSAGE[name] for name in MESSAGE if name != "AccountSid"}).status_code == 403
    assert texts(sms) == []


@pytest.mark.parametrize("missing", ["From", "MessageSid"])
def test_a_post_that_names_no_message_is_told_so(sms: TestClient, missing: str) -> None:
    answer = post(sms, {name: value for name, value in MESSAGE.items() if name != missing})
    assert (answer.status_code, answer.text) == (400, "A text message needs From and MessageSid.")


@pytest.mark.parametrize(
    "odd", [{"MessageSid": "SM\x001"}, {"From": "+44\x00"}, {"From": "a b"}, {"MessageSid": "x" * 65}]
)
def test_ids_that_twilio_never_writes_are_told_so(sms: TestClient, odd: dict[str, str]) -> None:
    assert post(sms, {**MESSAGE, **odd}).status_code == 400


@pytest.mark.parametrize(
    "body", ["\x00", "\u202ehello", "\u200b", "😀", "{{7*7}}", "<script>", "=cmd()", "x" * 1600, ""]
)
def test_odd_words_are_stored_as_they_came(sms: TestClient, body: str) -> None:
    assert post(sms, {**MESSAGE, "Body": body}).status_code == 200
    assert texts(sms) == [body]


def test_a_body_that_is_no_form_is_told_so(sms: TestClient) -> None:
    answer = sms.post("/webhooks/twilio/sms", content=b"\xff\xfe\x00", headers={"X-Twilio-Signature": "x"})
    assert (answer.status_code, answer.text) == (400, "The body is not a form post.")


def test_a_form_with_too_many_fields_is_told_so(sms: TestClient) -> None:
    assert post(sms, {f"a{number}": "1" for number in range(300)}).status_code == 400


def test_a_huge_post_is_refused_before_it_is_read(sms: TestClient) -> None:
    assert post(sms, {**MESSAGE, "Body": "x" * 1_000_000}).status_code == 413


def test_without_credentials_the_channel_is_off(client: TestClient) -> None:
    answer = post(client, MESSAGE)
    assert (answer.status_code, answer.text) == (404, "SMS is not set up here.")


def test_a_failure_to_store_is_not_acknowledged(sms: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(inbound: object) -> None:
        raise OSError("disk full: hello from +447700900123")

    monkeypatch.setattr(sms.app.state.assistant, "accept", broken)  # type: ignore[attr-defined]
    answer = post(sms, MESSAGE)
    assert answer.status_code == 500
    assert "hello" not in answer.text


def test_a_receipt_moves_the_status_forward_and_never_back(sms: TestClient) -> None:
    post(sms, MESSAGE)
    assistant = sms.app.state.assistant  # type: ignore[attr-defined]
    assistant.answer(1)
    with assistant.db.write() as session:
        session.query(MessageOut).filter_by(seq=1).update({"provider_id": "SM9", "status": "sent"})
    for status in ("delivered", "sent", "nonsense"):
        form = {"AccountSid": "AC1", "MessageSid": "SM9", "MessageStatus": status}
        assert post(sms, form, "/webhooks/twilio/status").status_code == 200
    with assistant.db.read() as session:
        assert session.query(MessageOut).filter_by(seq=1).one().status == "delivered"


def test_a_receipt_without_an_id_is_told_so(sms: TestClient) -> None:
    answer = post(sms, {"AccountSid": "AC1", "MessageStatus": "sent"}, "/webhooks/twilio/status")
    assert (answer.status_code, answer.text) == (400, "A status needs MessageSid.")


def test_a_missed_call_is_refused_and_begins_a_conversation_once_a_day(sms: TestClient) -> None:
    for call in ("CA1", "CA2"):
        answer = post(sms, {"AccountSid": "AC1", "CallSid": call, "From": "+447700900123"}, "/webhooks/twilio/voice")
        assert "<Reject" in answer.text
    assert texts(sms) == [""]
    sms.app.state.assistant.clock.offset += timedelta(days=1)  # type: ignore[attr-defined]
    post(sms, {"AccountSid": "AC1", "CallSid": "CA3", "From": "+447700900123"}, "/webhooks/twilio/voice")
    assert texts(sms) == ["", ""]


@pytest.mark.parametrize("caller", ["anonymous", "+441134960001", "+33612345678", "+447040000000", ""])
def test_a_missed_call_from_no_uk_mobile_gets_no_text(sms: TestClient, caller: str) -> None:
    answer = post(sms, {"AccountSid": "AC1", "CallSid": "CA1", "From": caller}, "/webhooks/twilio/voice")
    assert "<Reject" in answer.text
    assert texts(sms) == []


class Reader:
    """The part of the Telegram channel that a webhook needs."""

    def read_webhook(self, body: dict[str, Any]) -> Any:
        return telegram_channel.read(Update.de_json(body, None)) if "update_id" in body else self.no()

    def no(self) -> None:
        raise ValueError("not a Telegram update")


UPDATE = {
    "update_id": 7,
    "message": {
        "message_id": 1,
        "date": 1,
        "text": "hello",
        "chat": {"id": 5, "type": "private"},
        "from": {"id": 5, "is_bot": False, "first_name": "A"},
    },
}


@pytest.fixture
def telegram(client_with: Make) -> TestClient:
    return client_with(telegram=Reader(), telegram_webhook_secret="a secret")


def update(client: TestClient, body: bytes, secret: str = "a secret") -> Response:
    return client.post("/webhooks/telegram", content=body, headers={"X-Telegram-Bot-Api-Secret-Token": secret})


def test_an_update_with_the_secret_is_stored_once(telegram: TestClient) -> None:
    assert {update(telegram, json.dumps(UPDATE).encode()).status_code for _ in range(3)} == {200}
    assert texts(telegram) == ["hello"]


@pytest.mark.parametrize("secret", ["", "wrong", "a secret "[:-1] + "x"])
def test_an_update_without_the_secret_is_refused(telegram: TestClient, secret: str) -> None:
    assert update(telegram, json.dumps(UPDATE).encode(), secret).status_code == 403
    assert texts(telegram) == []


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"a":1}', b"[" * 50_000])
def test_what_is_no_update_is_told_so(telegram: TestClient, body: bytes) -> None:
    assert (update(telegram, body).status_code, texts(telegram)) == (400, [])


def test_without_a_secret_no_update_is_taken(client_with: Make) -> None:
    assert update(client_with(telegram=Reader()), json.dumps(UPDATE).encode()).status_code == 404
