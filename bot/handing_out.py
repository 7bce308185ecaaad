"""What was asked and answered, in today's words, for systems that a referral is handed out to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.flows.definition import Book
from services import hand_off
from services.clock import LONDON
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
BESIDE = {
    "share_condition": "Agreed to share, and said",
    "call_need_words": "Needs for the call, in their words",
    "call_times": "Good times for the call",
    "told_of_call": "Said about the call",
    "reach_words": "Another way to reach them",
    "phone_whose": "Whose phone it is",
    "language": "Language",
}
"""What was said without having been asked for by a question of its own; the first is a condition, so it goes first."""
OWN = "own_words"


def answers(book: Book, card: Mapping[str, Any]) -> list[Answer]:
    """What was answered, with the words of today's content; questions that were not answered are not there."""
    found = []
    for name, question in {"share_condition": BESIDE["share_condition"], **ASKED, **BESIDE}.items():
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
    return [*found, *added, *in_their_words(card)]


def in_their_words(card: Mapping[str, Any]) -> list[Answer]:
    """What was said beside the choices and told later, in order, each with the minute it was said (wall time in England)."""
    told = card.get(OWN)
    lines = [said_when(entry) for entry in told] if isinstance(told, list) else []
    return (
        [Answer(OWN, "What they said besides, in their own words", tuple((line, line) for line in lines))]
        if lines
        else []
    )


def said_when(entry: Mapping[str, Any]) -> str:
    words, at = str(entry.get("words", "")), entry.get("at")
    return f"{datetime.fromisoformat(at).astimezone(LONDON):%Y-%m-%d %H:%M}: {words}" if at else words


def bundle(book: Book, now: datetime, out: HandOff) -> dict[str, Any]:
    """The referral as a FHIR bundle."""
    return hand_off.bundle(out, answers(book, out.card), now)
