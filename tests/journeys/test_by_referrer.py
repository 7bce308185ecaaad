"""A GP surgery fills in the short form: one text goes out, and the answer to it begins the ordinary conversation."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.flows.segments import segments
from services import audit, conversations, sources
from services.messages import Address
from tests.journeys.product import Product, running

NUMBER, OTHER = "+447700900321", "+447700900322"


def open_form(product: Product) -> str:
    with product.assistant.db.write() as session:
        return sources.open_form(session, "Oak Street Surgery", "gp", product.assistant.clock.now()).code


def fill_in(product: Product, code: str, number: str) -> str:
    """Open the form, fill it in, send it; the page that follows."""
    path = f"/refer?source={code}"
    token = re.search(r'name="token" value="([^"]+)"', product.http.get(path).text)
    assert token
    filled = {"number": number, "name": "Sam", "postcode": "pr18xj", "by": "gp", "agreed": "yes", "token": token[1]}
    return product.http.post(path, data=filled, follow_redirects=True).text


def test_a_form_sends_one_text_and_the_answer_begins_the_conversation(tmp_path: Path) -> None:
    with running(tmp_path) as product:
        code = open_form(product)
        assert "Thank you" in fill_in(product, code, NUMBER)
        first = product.twilio.wait_for(NUMBER, 1)[0]
        assert "Your GP surgery asked us to text you" in first
        assert "STOP" in first
        assert "We share nothing unless you say so" in first
        assert segments(first) == 1
        assert "Thank you" in fill_in(product, code, NUMBER)
        product.text(NUMBER, "1")
        assert "You are texting a computer" in product.twilio.wait_for(NUMBER, 2)[1]
        assert "fits best right now" in product.twilio.wait_for(NUMBER, 3)[-1]
        product.text(NUMBER, "off sick")
        assert "How old are you" in product.twilio.wait_for(NUMBER, 4)[-1], "the postcode was passed on"
        for said in ("34", "my back", "money"):
            sent = len(product.twilio.bodies(NUMBER))
            product.text(NUMBER, said)
            last = product.twilio.wait_for(NUMBER, sent + 1)[-1]
        assert "What name" not in "".join(product.twilio.bodies(NUMBER)), "the name was passed on"
        assert "How shall the coach talk" in last
        with product.assistant.db.read() as session:
            thread = conversations.find(session, Address("sms", NUMBER))
            assert thread
            assert conversations.see(session, thread).source == code
            events = [row.name for row in audit.events_after(session, thread, 0)]
        assert "consent:start" in events


def test_at_night_the_text_waits_for_the_morning_and_stop_and_a_first_word_of_their_own_win(tmp_path: Path) -> None:
    with running(tmp_path, ANYDOOR_NOW="2026-11-23T20:30") as product:
        code = open_form(product)
        for number in (NUMBER, OTHER):
            fill_in(product, code, number)
        product.text(OTHER, "hello")
        product.twilio.wait_for(OTHER, 1)
        time.sleep(3)
        assert product.twilio.bodies(NUMBER) == []
        product.assistant.clock.set(datetime(2026, 11, 24, 8, 0, tzinfo=UTC) + timedelta(seconds=5))
        assert "Your GP surgery" in product.twilio.wait_for(NUMBER, 1)[0]
        time.sleep(2.5)
        assert not any("GP surgery" in each for each in product.twilio.bodies(OTHER))
        product.text(NUMBER, "STOP")
        product.twilio.wait_for(NUMBER, 2)
        assert "Thank you" in fill_in(product, code, NUMBER)
        time.sleep(2.5)
        assert len(product.twilio.bodies(NUMBER)) == 2
