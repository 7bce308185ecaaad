"""Somebody without credit rings and hangs up: we text first, and the talk goes on by text."""

from __future__ import annotations

from pathlib import Path

from tests.journeys.product import running
from tests.stand_ins import twilio_api
from tests.stand_ins.twilio_api import Phone

NUMBER = "+447700900321"


def test_a_missed_call_is_answered_by_the_first_text(tmp_path: Path) -> None:
    with running(tmp_path) as product:
        form = {"AccountSid": twilio_api.ACCOUNT, "CallSid": "CA" + "1" * 32, "From": NUMBER, "To": twilio_api.SENDER}
        signature = Phone(NUMBER).signature(f"{product.url}/webhooks/twilio/voice", form)
        for _ in range(2):
            product.http.post("/webhooks/twilio/voice", data=form, headers={"X-Twilio-Signature": signature})
        assert "You are texting a computer" in product.twilio.wait_for(NUMBER, 1)[0]
        product.text(NUMBER, "1")
        assert "fits best right now" in product.twilio.wait_for(NUMBER, 2)[-1]
