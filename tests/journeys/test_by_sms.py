"""By text: signed posts in, replies at a stand-in of Twilio's API, to a booked call."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot.flows.segments import segments
from services import booking, conversations, referrals, staff, staff_phones
from services.messages import Address
from tests.journeys.product import Product, running
from tests.stand_ins.twilio_api import Fault

NUMBER = "+447700900321"
ANSWERS = ["hi", "1", "off sick", "PR1 8XJ", "34", "1 and 2", "money", "Sam", "1", "1", "1"]
MOST_SEGMENTS = 16


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with running(tmp_path) as one:
        yield one


def play(product: Product, answers: list[str], number: str = NUMBER) -> list[str]:
    for count, answer in enumerate(answers, start=1):
        assert product.text(number, answer).status_code == 200
        product.twilio.wait_for(number, count)
    return product.twilio.bodies(number)


def test_a_person_books_a_call_by_text_in_few_segments(product: Product) -> None:
    texts = play(product, ANSWERS)
    assert "Your call is booked" in texts[-1]
    assert "999" in texts[0]
    assert sum(segments(text) for text in texts) <= MOST_SEGMENTS
    with product.assistant.db.read() as session:
        conversation = conversations.find(session, Address("sms", NUMBER))
        assert conversation is not None
        person = conversations.see(session, conversation).person_id
        call = booking.coming_call(session, person, product.assistant.clock.now())
        referral = referrals.current(session, person)
    assert call is not None
    assert referral is not None
    assert referral.card["health"] == ["mental_health", "musculoskeletal"]
    assert call.referral_id == referral.id


def test_the_same_message_five_times_at_once_is_the_state_of_once(product: Product) -> None:
    play(product, ["hi"])
    with ThreadPoolExecutor(5) as pool:
        answers = list(pool.map(lambda _: product.text(NUMBER, "1", sid="SM" + "9" * 32).status_code, range(5)))
    assert answers == [200] * 5
    product.twilio.wait_for(NUMBER, 2)
    product.text(NUMBER, "2")
    texts = product.twilio.wait_for(NUMBER, 3)
    assert len(texts) == 3
    assert "postcode" in texts[2]


def test_texts_are_answered_after_the_provider_was_down_in_order_and_once(product: Product) -> None:
    product.twilio.faults = [Fault(503), Fault(429, 20429)]
    product.text(NUMBER, "hi")
    product.text(NUMBER, "1")
    texts = product.twilio.wait_for(NUMBER, 2)
    assert "WorkWell" in texts[0]
    assert len(texts) == len(set(texts)) == 2


def test_stop_is_confirmed_once_and_nothing_follows(product: Product) -> None:
    play(product, ["hi", "1"])
    product.text(NUMBER, "Stop. Thank you")
    texts = product.twilio.wait_for(NUMBER, 3)
    assert "stopped" in texts[2]
    product.text(NUMBER, "are you there")
    product.text(NUMBER, "i want to kill myself")
    texts = product.twilio.wait_for(NUMBER, 4)
    assert "116 123" in texts[3]


def test_a_photo_is_answered(product: Product) -> None:
    play(product, ["hi", "1"])
    product.text(NUMBER, "", NumMedia="1", MediaContentType0="image/jpeg")
    texts = product.twilio.wait_for(NUMBER, 3)
    assert "photos" in texts[2]


def test_what_is_texted_to_staff_goes_out_beside_what_people_are_sent(product: Product) -> None:
    now = product.assistant.clock.now()
    with product.assistant.db.write() as session:
        someone = staff.add(session, "robin@everywhere.example", "admin", now, name="Robin")
        assert staff_phones.ask(session, someone, "+447700900390", now) == "asked"
    product.text(NUMBER, "hi")
    product.twilio.wait_for(NUMBER, 1)
    (text,) = product.twilio.wait_for("+447700900390", 1)
    assert re.search(r"\b\d{3} ?\d{3}\b", text)
