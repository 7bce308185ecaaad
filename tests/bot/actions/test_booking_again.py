"""A call booked after a promise to be rung stands on the card of that promise."""

from __future__ import annotations

from sqlalchemy import select

from bot.conversation_tests import stage
from bot.flows.transcripts import Transcript
from bot.nlu.rasa import NoNlu
from services.models import Appointment, Referral

PROMISED = ["hi", "1", "off sick", "PR1 8XJ", "34", "back", "none", "Sam", "phone call", "person", "1", "yes"]


def test_a_call_picked_after_nobody_got_through_is_on_the_card() -> None:
    with stage(Transcript("Rung in vain.", "sms", "plenty", "2026-11-23 09:00"), NoNlu("a test")) as person:
        for words in PROMISED:
            person.say(words)
        person.begin("missed_call")
        person.say("1")
        booked = person.say("1")
        with person.assistant.db.read() as session:
            call, referral = session.scalars(select(Appointment)).one(), session.scalars(select(Referral)).one()
            assert (call.status, call.referral_id) == ("booked", referral.id), booked.messages
