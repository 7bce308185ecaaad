"""What was asked and answered, in today's words, for systems that a referral is handed out to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.flows.definition import Book
from services import hand_off
from services.hand_off import Answer, HandOff

ASKED = {
    "work_situation": "Work",
    "months_out_of_work": "Months out of work",
    "postcode": "Postcode",
    "place": "Town or GP surgery",
    "age": "Age",
    "health": "Health",
    "barriers": "What gets in the way",
    "name": "Name",
    "phone": "Phone",
    "voicemail_ok": "Voicemail",
    "call_kind": "Kind of call",
    "call_needs": "Needs for the call",
    "wish": "What they want",
}
ELSEWHERE = ("name", "phone")
"""What stands in fields of its own."""


def answers(book: Book, card: Mapping[str, Any]) -> list[Answer]:
    """What was answered, with the words of today's content; questions that were not answered are not there."""
    found = []
    for name, question in ASKED.items():
        value, spec = card.get(name), book.slots.get(name)
        values = value if isinstance(value, list) else [value]
        told = tuple(
            (str(each), (spec.title_of(each) if spec else None) or str(each))
            for each in values
            if each not in (None, "")
        )
        if told and name not in ELSEWHERE:
            found.append(Answer(name, question, told))
    added = [Answer(one["slot"], one["title"], ((one["said"], one["said"]),)) for one in card.get("added") or ()]
    return [*found, *added]


def bundle(book: Book, now: datetime, out: HandOff) -> dict[str, Any]:
    """The referral as a FHIR bundle."""
    return hand_off.bundle(out, answers(book, out.card), now)
