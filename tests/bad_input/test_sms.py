"""What Twilio and the networks behind it may do to us: signed or refused, kept once, answered once, in order."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import count
from typing import Any

import pytest

from bot.channels.sms import SmsChannel
from bot.flows.segments import unsupported
from services import conversations, delivery, duty, outbox, people
from services.messages import Address
from services.models import MessageIn, MessageOut
from tests.bad_input.conftest import Logged
from tests.journeys.product import Product, running
from tests.stand_ins import twilio_api
from tests.stand_ins.twilio_api import Fault, Phone

SMS, STATUS = "/webhooks/twilio/sms", "/webhooks/twilio/status"

pytestmark = pytest.mark.xdist_group("bad texts")


numbers = (f"+447700902{number:03}" for number in count())


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with running(tmp_path_factory.mktemp("home")) as one:
        one.assistant.warm()
        yield one


@pytest.fixture
def number() -> str:
    return next(numbers)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch, product: Product, logged: Logged) -> Iterator[None]:
    """Tries again at once; and whatever happens, no words and no failure in a log."""
    monkeypatch.setattr(delivery, "FIRST_PAUSE", timedelta(milliseconds=50))
    yield
    product.twilio.faults = []
    assert not [word for word in ("failed", "quokka", "+447700902", "Traceback") if word in logged.text]


def received(product: Product, number: str) -> list[MessageIn]:
    with product.assistant.db.read() as session:
        found = conversations.find(session, Address("sms", number))
        return list(session.query(MessageIn).filter_by(conversation_id=found).order_by(MessageIn.seq))


def sent(product: Product, number: str) -> list[MessageOut]:
    with product.assistant.db.read() as session:
        found = conversations.find(session, Address("sms", number))
        return list(session.query(MessageOut).filter_by(conversation_id=found).order_by(MessageOut.seq))


def eventually(true: Callable[[], Any], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


def texts_to(product: Product, number: str, count: int) -> list[str]:
    return product.twilio.wait_for(number, count)


def post(product: Product, path: str, form: dict[str, str], signed_for: str = "", **headers: str) -> int:
    signature = Phone("").signature(signed_for or f"{product.url}{path}", form)
    return product.http.post(path, data=form, headers={"X-Twilio-Signature": signature, **headers}).status_code


def report(product: Product, sid: str, status: str, **more: str) -> None:
    form = {"AccountSid": twilio_api.ACCOUNT, "MessageSid": sid, "MessageStatus": status, **more}
    assert post(product, STATUS, form) == 200


def status_of(product: Product, number: str) -> str:
    return sent(product, number)[-1].status


def test_the_same_sid_twice_at_once_is_one_message(product: Product, number: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _: product.text(number, "quokka", sid=f"SM{number[1:]}").status_code, range(2)))
    assert answers == [200, 200]
    texts_to(product, number, 1)
    assert len(received(product, number)) == len(sent(product, number)) == 1


def test_the_same_words_under_a_new_sid_are_two_messages(product: Product, number: str) -> None:
    product.text(number, "hi")
    texts_to(product, number, 1)
    product.text(number, "1")
    assert "fits best right now" in texts_to(product, number, 2)[-1]
    product.text(number, "1")
    assert "postcode" in texts_to(product, number, 3)[-1]
    assert len(received(product, number)) == 3


def test_a_receipt_that_overtakes_the_answer_is_not_lost(product: Product, number: str) -> None:
    sid = f"SM{len(product.twilio.sent):032x}"
    answer = json.dumps({"sid": sid, "status": "queued"}).encode()
    product.twilio.faults = [Fault(201, body=answer, hang_seconds=0.4, accepted=True)]
    product.text(number, "hi")
    report(product, sid, "delivered")
    eventually(lambda: sent(product, number) and status_of(product, number) == "delivered")
    assert len(product.twilio.bodies(number)) == 1


def test_a_status_never_moves_back_and_an_unknown_one_changes_nothing(product: Product, number: str) -> None:
    product.text(number, "hi")
    texts_to(product, number, 1)
    eventually(lambda: sent(product, number)[0].provider_id)
    sid = sent(product, number)[0].provider_id or ""
    for status in ("delivered", "sent", "undelivered", "failed", "teapot", "", "x" * 5000):
        report(product, sid, status)
        assert status_of(product, number) == "delivered"
    report(product, "SM" + "f" * 32, "delivered")


@pytest.mark.parametrize("code", ["30003", "30005", "30007"])
def test_what_a_network_did_not_deliver_goes_onto_a_persons_list(product: Product, number: str, code: str) -> None:
    product.text(number, "hi")
    texts_to(product, number, 1)
    eventually(lambda: sent(product, number)[0].provider_id)
    message = sent(product, number)[0]
    report(product, message.provider_id or "", "undelivered", ErrorCode=code)
    with product.assistant.db.read() as session:
        assert (message.id, code) in {(row.id, row.reason) for row in outbox.not_delivered(session)}


@pytest.mark.parametrize("signature", ["", "bm90IGl0", "quokka"])
def test_a_missing_or_wrong_signature_is_refused(product: Product, number: str, signature: str) -> None:
    form = Phone(number).form("quokka")
    assert post(product, SMS, form, **{"X-Twilio-Signature": signature}) == 403
    assert received(product, number) == []


def test_another_accounts_post_is_refused(product: Product, number: str) -> None:
    assert post(product, SMS, Phone(number).form("quokka", AccountSid="AC" + "1" * 32)) == 403
    assert received(product, number) == []


def test_the_public_address_counts_whatever_a_proxy_made_of_it(product: Product, number: str) -> None:
    form = Phone(number).form("quokka")
    proxied = {"Host": "app.internal:9999", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "elsewhere.example"}
    assert post(product, SMS, form, signed_for=f"http://app.internal:9999{SMS}", **proxied) == 403
    assert post(product, SMS, form, **proxied) == 200
    texts_to(product, number, 1)


FAULTS = {
    "too many requests": [Fault(429, 20429), Fault(429, 20429)],
    "accepted, then the connection drops": [Fault(accepted=True, drop=True)],
    "the connection drops before": [Fault(drop=True)],
    "hangs, and took it": [Fault(201, hang_seconds=0.8, accepted=True)],
    "hangs, and did not take it": [Fault(500, hang_seconds=0.8)],
    "a page instead of an answer": [Fault(502, body=b"<html><h1>Bad Gateway</h1>")],
    "a page with status 201, and took it": [Fault(201, body=b"<html>quokka</html>", accepted=True)],
    "an empty answer, and took it": [Fault(201, body=b"", accepted=True)],
    "one thing after another": [Fault(503), Fault(429, 20429), Fault(500), Fault(accepted=True, drop=True)],
}


@pytest.mark.parametrize("faults", FAULTS.values(), ids=FAULTS)
def test_whatever_the_provider_does_each_text_goes_out_once_and_in_order(
    product: Product, number: str, faults: list[Fault], monkeypatch: pytest.MonkeyPatch
) -> None:
    channel = product.assistant.channels["sms"]
    assert isinstance(channel, SmsChannel)
    with monkeypatch.context() as hurried:
        if any(fault.hang_seconds for fault in faults):  # it alone is given up soon: what comes after has its time
            hurried.setattr(channel.client.http_client, "timeout", 0.5)
        product.twilio.faults = list(faults)
        product.text(number, "hi")
        eventually(lambda: not product.twilio.faults)
    product.text(number, "1")
    texts_to(product, number, 2)
    eventually(lambda: {row.status for row in sent(product, number)} == {"sent"})
    texts = product.twilio.bodies(number)
    assert len(texts) == 2
    assert "WorkWell" in texts[0]
    assert "fits best right now" in texts[1]
    assert sum(row.repeat for row in sent(product, number)) <= 1


def test_who_stopped_at_the_provider_is_stopped_here(product: Product, number: str) -> None:
    product.twilio.faults = [Fault(400, 21610)]
    product.text(number, "hi")
    eventually(lambda: sent(product, number) and status_of(product, number) == "failed")
    with product.assistant.db.read() as session:
        found = conversations.find(session, Address("sms", number))
        assert found is not None
        assert people.is_stopped(session, found)
    product.text(number, "hello?")
    eventually(lambda: received(product, number)[-1].taken_at)
    assert product.twilio.bodies(number) == []


def test_crisis_help_that_the_provider_blocks_reaches_the_duty_person(product: Product, number: str) -> None:
    product.twilio.faults = [Fault(400, 21610)]
    product.text(number, "i want to kill myself")
    eventually(lambda: sent(product, number) and status_of(product, number) == "failed")
    with product.assistant.db.read() as session:
        found = conversations.find(session, Address("sms", number))
        alerts = {alert.reason for alert in duty.open_alerts(session, None) if alert.conversation_id == found}
    assert "crisis_help_blocked" in alerts


BODIES: dict[str, dict[str, str]] = {
    "a photo": {"NumMedia": "1", "MediaContentType0": "image/jpeg"},
    "a voice note": {"NumMedia": "1", "MediaContentType0": "audio/ogg"},
    "a photo of no kind": {"NumMedia": "1"},
    "a photo with words": {"NumMedia": "1", "MediaContentType0": "image/png", "Body": "I’m off sick quokka"},
    "nothing": {"Body": ""},
    "blanks": {"Body": "   "},
    "curly quotes": {"Body": "I’m “off sick” – it’s my back… quokka"},
    "sixteen hundred characters": {"Body": "quokka " * 229},
    "emoji": {"Body": "😀" * 400},
    "NUL": {"Body": "he\x00llo"},
    "more media than it says": {"NumMedia": "many", "MediaContentType0": "image/jpeg"},
}


@pytest.mark.parametrize("more", BODIES.values(), ids=BODIES)
def test_any_body_is_kept_and_answered_in_plain_letters(product: Product, number: str, more: dict[str, str]) -> None:
    assert product.text(number, "", **more).status_code == 200
    texts = texts_to(product, number, 1)
    kept = received(product, number)[0]
    assert kept.body == more.get("Body", "")
    assert kept.taken_at is not None
    assert not any(unsupported(text) for text in texts)


def test_a_body_in_another_alphabet_and_bytes_that_are_no_text_are_kept(product: Product, number: str) -> None:
    form = Phone(number).form("")
    broken = "&".join(f"{name}={value}" for name, value in form.items() if name != "Body").replace("+", "%2B")
    signature = Phone(number).signature(f"{product.url}{SMS}", {**form, "Body": "\ufffd\ufffd"})
    answer = product.http.post(
        SMS,
        content=f"{broken}&Body=%FF%FE",
        headers={"X-Twilio-Signature": signature, "Content-Type": "application/x-www-form-urlencoded"},
    )
    assert answer.status_code == 200
    assert texts_to(product, number, 1)
