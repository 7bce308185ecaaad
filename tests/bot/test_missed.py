"""What the provider has and we do not is taken in, and only that."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.assistant import Assistant, assemble
from bot.missed import FRESH, Missed
from bot.nlu.rasa import NoNlu
from services import audit, conversations, outbox, privacy
from services.clock import real_now
from services.holdings import ledger
from services.messages import Address, Inbound
from services.models import MessageIn, MessageOut
from tests.journeys.product import settings_of
from tests.stand_ins.twilio_api import Sent, TwilioApi

ANNA, BEN = Address("sms", "+447700900321"), Address("sms", "+447700900322")


@pytest.fixture
def twilio() -> Iterator[TwilioApi]:
    with TwilioApi() as api:
        yield api


@pytest.fixture
def assistant(tmp_path: Path, twilio: TwilioApi) -> Iterator[Assistant]:
    made = assemble(settings_of(tmp_path, "", twilio.url, "", TELEGRAM_BOT_TOKEN=""), nlu=NoNlu("a test"))
    made.accept(Inbound(ANNA, "SMfirst", text="hi"))
    yield made
    made.close()


def wrote(twilio: TwilioApi, address: Address, words: str, sid: str, ago: timedelta = timedelta(minutes=9)) -> None:
    twilio.now = lambda: real_now() - ago
    twilio.texted(address.value, words, sid)


def kept(assistant: Assistant) -> list[str]:
    with assistant.db.read() as session:
        return list(session.scalars(select(MessageIn.provider_id).order_by(MessageIn.id)))


def test_a_text_that_was_missed_is_taken_in_once_and_in_order(assistant: Assistant, twilio: TwilioApi) -> None:
    wrote(twilio, ANNA, "hi", "SMfirst", timedelta(minutes=11))
    wrote(twilio, BEN, "hello", "SMben1", timedelta(minutes=10))
    wrote(twilio, BEN, "are you there", "SMben2")
    missed = Missed(assistant)
    assert missed.look() == 2
    assert missed.look() == 0
    assert Missed(assistant).look() == 0
    assert kept(assistant) == ["SMfirst", "SMben1", "SMben2"]


def test_what_may_still_be_on_its_way_is_left_to_come(assistant: Assistant, twilio: TwilioApi) -> None:
    wrote(twilio, BEN, "hello", "SMben", FRESH / 2)
    assert Missed(assistant).look() == 0


def test_another_numbers_texts_are_not_ours(assistant: Assistant, twilio: TwilioApi) -> None:
    assistant.channels["sms"].sender = {"from_": "+447700900999"}  # type: ignore[attr-defined]
    wrote(twilio, BEN, "hello", "SMben")
    assert Missed(assistant).look() == 0


def test_a_new_site_takes_nothing_from_before_it(tmp_path: Path, twilio: TwilioApi) -> None:
    new = assemble(settings_of(tmp_path, "", twilio.url, "", TELEGRAM_BOT_TOKEN=""), nlu=NoNlu("a test"))
    wrote(twilio, BEN, "hello", "SMben")
    assert Missed(new).look() == 0
    new.close()


def test_who_was_deleted_since_stays_deleted(assistant: Assistant, twilio: TwilioApi) -> None:
    wrote(twilio, BEN, "hello", "SMben")
    assistant.accept(Inbound(BEN, "SMben", text="hello"))
    forget(assistant, BEN, assistant.clock.now())
    assert kept(assistant) == ["SMfirst"]
    assert Missed(assistant).look() == 0
    twilio.texts.clear()
    forgotten = assistant.clock.now()
    assistant.clock.offset += timedelta(hours=1)
    assert assistant.clock.now() > forgotten
    wrote(twilio, BEN, "me again", "SMben3", timedelta(minutes=1))
    assert Missed(assistant).look() == 1


def forget(assistant: Assistant, address: Address, now: datetime) -> None:
    with assistant.db.write() as session:
        conversation = conversations.find(session, address)
        assert conversation is not None
        for row in session.scalars(select(MessageIn).where(MessageIn.conversation_id == conversation)):
            row.taken_at = now
        person = conversations.lock(session, conversation).person_id
        privacy.erase(session, person, now, ledger(assistant.settings))
        privacy.finish_erasures(session, now)


def test_after_a_restore_only_a_stop_from_before_it_counts(assistant: Assistant, twilio: TwilioApi) -> None:
    with assistant.db.write() as session:
        audit.record(session, "system", "restore", "database:1", assistant.clock.now())
    wrote(twilio, BEN, "the second one please", "SMtalk")
    wrote(twilio, BEN, "STOP", "SMstop")
    assert Missed(assistant).look() == 1
    assert kept(assistant) == ["SMfirst", "SMstop"]


def test_a_receipt_that_went_astray_is_made_good(assistant: Assistant, twilio: TwilioApi) -> None:
    with assistant.db.write() as session:
        conversation = conversations.find(session, ANNA)
        assert conversation is not None
        locked = conversations.lock(session, conversation)
        number = outbox.queue(session, locked, "hello", purpose="answer", now=assistant.clock.now())
        row = session.get_one(MessageOut, number)
        row.status, row.provider_id = "sent", "SMours"
    for sid, status, error in (("SMours", "undelivered", 30005), ("SMsomebodys", "failed", 30007)):
        made = Sent(sid, ANNA.value, "hello", None, 0.0, real_now() - timedelta(minutes=3), status, error)
        twilio.sent.append(made)
    assert Missed(assistant).look() == 0
    with assistant.db.read() as session:
        told = session.scalars(select(MessageOut)).one()
        assert (told.status, told.reason) == ("undelivered", "30005")


def test_a_provider_that_does_not_answer_is_asked_again_later(assistant: Assistant, twilio: TwilioApi) -> None:
    wrote(twilio, BEN, "hello", "SMben")
    missed, twilio.down = Missed(assistant), True
    assert missed.look() == 0
    assert "Twilio does not answer" in assistant.readiness()["sms"]
    twilio.down = False
    assert assistant.reach["sms"].came_back()
    assert missed.look() == 1
    assert assistant.readiness()["sms"] == "ok"
