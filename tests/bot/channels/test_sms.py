"""SMS: what Twilio posts, what we send, and every way that a send can go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.datastructures import ImmutableMultiDict
from twilio.request_validator import RequestValidator

from bot.channels import sms
from services.messages import Address, Choice, Outbound, PersonStopped, SendError, SendFailed, SendLater
from tests.stand_ins.twilio_api import ACCOUNT, SENDER, TOKEN, Fault, Phone, TwilioApi

NUMBER = "+447700900123"


@pytest.fixture
def api() -> Iterator[TwilioApi]:
    with TwilioApi() as stand_in:
        yield stand_in


@pytest.fixture
def channel(api: TwilioApi) -> sms.SmsChannel:
    return sms.SmsChannel(
        ACCOUNT, TOKEN, api=api.url, sender={"from_": SENDER}, status_url="https://example.org/webhooks/twilio/status"
    )


def outbound(text: str = "Hello", *, repeat: bool = False) -> Outbound:
    began = datetime(2026, 11, 23, 9, tzinfo=UTC) if repeat else None
    return Outbound(7, Address("sms", NUMBER), text, (), "answer", repeat, began)


def test_a_text_is_read_with_its_sender_and_id() -> None:
    inbound = sms.read(Phone(NUMBER).form("me backs gone", sid="SM1"))
    assert (inbound.address, inbound.provider_id, inbound.text, inbound.kind) == (
        Address("sms", NUMBER),
        "SM1",
        "me backs gone",
        "text",
    )


@pytest.mark.parametrize(
    ("more", "kind", "media"),
    [
        ({"NumMedia": "1", "MediaContentType0": "image/jpeg"}, "media", "photo"),
        ({"NumMedia": "1", "MediaContentType0": "audio/amr"}, "media", "voice"),
        ({"NumMedia": "2", "MediaContentType0": "text/vcard"}, "media", "file"),
        ({"NumMedia": "0"}, "text", None),
        ({"NumMedia": ""}, "text", None),
    ],
)
def test_pictures_and_sounds_are_known_as_such(more: dict[str, str], kind: str, media: str | None) -> None:
    inbound = sms.read(Phone(NUMBER).form("", **more))
    assert (inbound.kind, inbound.media) == (kind, media)


@pytest.mark.parametrize("form", [{}, {"From": NUMBER}, {"MessageSid": "SM1"}, {"From": "", "MessageSid": "SM1"}])
def test_a_post_without_sender_or_id_is_refused(form: dict[str, str]) -> None:
    with pytest.raises(KeyError):
        sms.read(form)


def test_the_provider_says_that_it_already_handled_stop() -> None:
    assert sms.read(Phone(NUMBER).form("STOP", OptOutType="STOP")).provider_stopped


@pytest.mark.parametrize(
    ("url", "signature_of", "valid"),
    [
        ("https://anydoor.example/webhooks/twilio/sms", "https://anydoor.example/webhooks/twilio/sms", True),
        ("https://anydoor.example:443/webhooks/twilio/sms", "https://anydoor.example/webhooks/twilio/sms", True),
        ("https://anydoor.example/webhooks/twilio/sms", "http://internal:8000/webhooks/twilio/sms", False),
    ],
)
def test_the_signature_is_over_the_public_address(url: str, signature_of: str, valid: bool) -> None:
    phone = Phone(NUMBER)
    form = phone.form("hello")
    assert sms.signature_is_valid(url, form, phone.signature(signature_of, form), TOKEN) is valid


def test_a_name_that_comes_twice_is_signed_whole() -> None:
    url, pairs = "https://example.org/webhooks/twilio/sms", [("B", "2"), ("A", "1"), ("B", "1"), ("B", "2")]
    form = ImmutableMultiDict(pairs)
    signature = RequestValidator(TOKEN).compute_signature(url, form)
    assert sms.signature_is_valid(url, form, signature, TOKEN)
    assert not sms.signature_is_valid(url, ImmutableMultiDict([*pairs, ("B", "3")]), signature, TOKEN)
    assert not sms.signature_is_valid(url, ImmutableMultiDict(pairs[:2]), signature, TOKEN)
    assert not sms.signature_is_valid(url, form, "\u00e9" + signature[1:], TOKEN)


def test_a_wrong_or_missing_signature_or_a_changed_word_is_not_valid() -> None:
    phone, url = Phone(NUMBER), "https://anydoor.example/webhooks/twilio/sms"
    form = phone.form("hello")
    signature = phone.signature(url, form)
    assert not sms.signature_is_valid(url, form, "", TOKEN)
    assert not sms.signature_is_valid(url, form, signature[:-2] + "A=", TOKEN)
    assert not sms.signature_is_valid(url, {**form, "Body": "goodbye"}, signature, TOKEN)
    assert not sms.signature_is_valid(url, form, signature, "another-token")


def test_choices_become_a_numbered_list_in_plain_letters() -> None:
    words = sms.render("Which suits you – or “none”?", (Choice("a", "Tue 24 Nov, 10am"), Choice("b", "Other times")))
    assert words == 'Which suits you - or "none"?\n1. Tue 24 Nov, 10am\n2. Other times'


def test_a_sent_text_gives_a_receipt(api: TwilioApi, channel: sms.SmsChannel) -> None:
    receipt = channel.send(outbound("A" * 200))
    assert (receipt.provider_id, receipt.segments) == (api.sent[0].sid, 2)
    assert (api.sent[0].to, api.sent[0].status_callback) == (NUMBER, "https://example.org/webhooks/twilio/status")


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(429, 20429), SendLater),
        (Fault(500), SendError),
        (Fault(502, body=b"<html>Bad gateway</html>"), SendError),
        (Fault(503), SendLater),
        (Fault(200, body=b"<html>a captive portal</html>"), SendError),
        (Fault(401, 20003), SendLater),
        (Fault(drop=True), SendError),
        (Fault(400, 21610), PersonStopped),
        (Fault(400, 21211), SendFailed),
        (Fault(400, 21614), SendFailed),
    ],
)
def test_each_failure_is_one_of_three(
    api: TwilioApi, channel: sms.SmsChannel, fault: Fault, error: type[Exception]
) -> None:
    api.faults = [fault]
    with pytest.raises(SendError) as raised:
        channel.send(outbound())
    assert type(raised.value) is error
    assert api.sent == []


def test_a_provider_that_hangs_is_left_after_the_time_out(
    api: TwilioApi, channel: sms.SmsChannel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel.client.http_client, "timeout", 0.2)
    api.faults = [Fault(hang_seconds=1)]
    with pytest.raises(SendError):
        channel.send(outbound())


def test_a_provider_that_nobody_reaches_is_asked_before_a_repeat(api: TwilioApi, channel: sms.SmsChannel) -> None:
    api.__exit__()
    with pytest.raises(SendError) as wrong:
        channel.send(outbound())
    assert type(wrong.value) is SendError


def test_proxies_and_certificates_of_the_environment_hold_for_sending(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bundle = tmp_path / "ours.pem"
    bundle.write_text("")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))
    direct = sms.RestBase("https://api.example.org").direct
    assert direct is not None
    assert direct.connection_pool_kw["ca_certs"] == str(bundle)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path))
    direct = sms.RestBase("https://api.example.org").direct
    assert direct is not None
    assert direct.connection_pool_kw["ca_cert_dir"] == str(tmp_path)
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.org:3128")
    assert sms.RestBase("https://api.example.org").direct is None


@pytest.mark.parametrize("proxied", [False, True])
def test_words_arrive_as_they_are_with_or_without_a_proxy(
    api: TwilioApi, monkeypatch: pytest.MonkeyPatch, proxied: bool
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    if proxied:
        monkeypatch.setenv("HTTP_PROXY", api.url)
        monkeypatch.setenv("http_proxy", api.url)
    channel = sms.SmsChannel(ACCOUNT, TOKEN, api=api.url, sender={"from_": SENDER}, status_url=None)
    assert (channel.client.http_client.direct is None) is proxied
    words = "Yes & no = 50% + £2.\nSecond line"
    channel.send(outbound(words))
    assert [sent.body for sent in api.sent] == [words]


def test_a_repeat_asks_the_provider_first_and_does_not_send_twice(api: TwilioApi, channel: sms.SmsChannel) -> None:
    api.faults = [Fault(accepted=True, drop=True)]
    with pytest.raises(SendError):
        channel.send(outbound())
    receipt = channel.send(outbound(repeat=True))
    assert receipt.provider_id == api.sent[0].sid
    assert api.bodies(NUMBER) == ["Hello"]


@pytest.mark.parametrize(("hours", "sent"), [(-2, 2), (0, 1)])
def test_the_same_words_from_this_morning_are_not_taken_for_the_message(
    api: TwilioApi, channel: sms.SmsChannel, hours: int, sent: int
) -> None:
    """Twilio lists by the day."""
    began = datetime(2026, 11, 23, 9, tzinfo=UTC)
    api.now = lambda: began + timedelta(hours=hours, seconds=1)
    channel.send(outbound())
    channel.send(outbound(repeat=True))
    assert len(api.bodies(NUMBER)) == sent


@pytest.mark.parametrize(
    ("down", "fault", "words"),
    [
        (False, None, ""),
        (True, None, "Twilio does not answer"),
        (False, 401, "Twilio refuses this account (401)"),
        (False, 500, "Twilio answers with an error (500)"),
    ],
)
def test_what_is_wrong_with_the_provider_is_said_without_sending(
    api: TwilioApi, channel: sms.SmsChannel, down: bool, fault: int | None, words: str
) -> None:
    api.down, api.listing_status = down, fault
    assert channel.trouble() == words
    assert api.sent == []


def test_a_repeat_of_other_words_is_sent(api: TwilioApi, channel: sms.SmsChannel) -> None:
    channel.send(outbound("Hello"))
    channel.send(outbound("Another", repeat=True))
    assert api.bodies(NUMBER) == ["Hello", "Another"]


def test_a_status_callback_is_read() -> None:
    form = {"MessageSid": "SM1", "MessageStatus": "undelivered", "ErrorCode": "30005"}
    assert sms.read_status(form) == ("SM1", "undelivered", "30005")
    with pytest.raises(KeyError):
        sms.read_status({"MessageStatus": "sent"})
