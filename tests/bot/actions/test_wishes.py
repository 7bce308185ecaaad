"""What is kept of a consent: the wording, and never the answers that stood in it."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from bot.conversation_tests import stage
from bot.flows.transcripts import Transcript
from bot.nlu.rasa import NoNlu
from services.models import Consent

ANSWERS = ["hi", "1", "off sick", "PR1 8XJ", "34", "1 2", "money", "Zebedee", "1", "1", "1"]


def test_the_wording_of_a_consent_holds_no_answers(tmp_path: Path) -> None:
    with stage(Transcript("Agrees.", "sms", "plenty", "2026-11-23 09:00"), NoNlu("a test")) as person:
        for answer in ANSWERS:
            person.say(answer)
        with person.assistant.db.read() as session:
            kept = {row.purpose: row.wording for row in session.scalars(select(Consent))}
    assert set(kept) == {"start", "share"}
    assert "{{ summary_lines }}" in kept["share"]
    assert not any(word in wording for wording in kept.values() for word in ("Zebedee", "PR1", "34"))
