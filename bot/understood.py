"""What is understood of one text, as `anydoor understand` prints it (interfaces.md fixes the fields)."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from bot import understanding
from bot.actions.catalogue import SPECS
from bot.assistant import DIALOGS
from bot.correcting import opening_of
from bot.flows.definition import Book, SlotSpec
from bot.flows.engine import Expecting
from bot.flows.reading import read_book
from bot.flows.responses import listed
from bot.nlu.parsed import Nlu
from bot.nlu.recognisers import clean, read_when, read_yes_no
from bot.understanding import SURE, Heard
from services.messages import Address, Inbound

ACTS = frozenset(
    [
        "correct",
        "skip",
        "why",
        "back",
        "repeat",
        "start_again",
        "person",
        "who",
        "cost",
        "robot",
        "wrong_number",
        "on_behalf",
        "smalltalk",
        "abuse",
        "other_language",
    ]
)
ALSO_ACTS = {"thanks": "smalltalk", "greeting": "smalltalk", "goodbye": "smalltalk"}
NUMBERS = re.compile(r"\d{1,2}(?:(?:\s*(?:,|&|\+|and)\s*|\s+)\d{1,2})*\.?")
VALUES = ["work_situation", "health", "barriers", "postcode", "age", "months_out_of_work", "name", "phone"]


class Understander:
    """Reads texts one by one, each as the first answer to the question about `expecting` (a slot), if one is given."""

    def __init__(self, nlu: Nlu | None, now: datetime, expecting: str | None) -> None:
        self.nlu, self.now = nlu, now
        self.expecting = expected(read_book(DIALOGS, SPECS), expecting) if expecting else None

    def read(self, text: str) -> dict[str, Any]:
        heard = understanding.hear(
            Inbound(Address("sms", "+447700900123"), "-", text=text), self.expecting, self.now, None
        )
        hit = heard.safety or heard.maybe
        parsed = self.nlu.parse(heard.text) if self.nlu and heard.text else None
        commands = acts_of(heard, parsed.intent if parsed and parsed.confidence >= SURE else None)
        values = self.values_of(heard)
        when = None if self.is_a_number(heard.text) else when_of(heard.text, self.now)
        sure = parsed is not None and parsed.confidence >= SURE and parsed.intent != "out_of_scope"
        if not (values or commands or when or hit or heard.opt_out or sure):
            commands = ["unclear"]
        return {
            "text": text,
            "intent": parsed.intent if parsed else None,
            "confidence": round(parsed.confidence, 3) if parsed else 0.0,
            "entities": [
                {"entity": e.entity, "value": e.value, "start": e.start, "end": e.end} for e in parsed.entities
            ]
            if parsed
            else [],
            "values": values,
            "commands": commands,
            "safety": hit.kind if hit else None,
            "opt_out": heard.opt_out == "stop",
            "when": when,
        }

    def is_a_number(self, text: str) -> bool:
        """ "1", "2 and 3" say no time, but where a time was asked for."""
        asked_for_time = self.expecting is not None and self.expecting.spec.type in {"opening", "time", "date"}
        return not asked_for_time and NUMBERS.fullmatch(text.strip()) is not None

    def values_of(self, heard: Heard) -> dict[str, Any]:
        values: dict[str, Any] = {slot: value for slot, value in heard.values.items() if slot in VALUES}
        yes_no = read_yes_no(heard.text)
        if yes_no and (yes_no.whole or (self.expecting and self.expecting.spec.type == "yes_no")):
            values["answer"] = yes_no.value
        answer = heard.reading.answer
        if self.expecting and answer:
            values.update(self.answered(answer.value))
        return values

    def answered(self, value: Any) -> dict[str, Any]:
        """The answer under its slot's name, and by its number where options were shown."""
        assert self.expecting is not None
        found = {self.expecting.slot: value} if self.expecting.slot in VALUES else {}
        listed_here = not self.expecting.spec.choices_from  # openings are only known while they are offered
        order = [each for each, _, _ in self.expecting.choices] if listed_here else []
        chosen = value if isinstance(value, list) else [value]
        if order and all(each in order for each in chosen):
            numbers = [order.index(each) + 1 for each in chosen]
            found["choice"] = numbers if isinstance(value, list) else numbers[0]
        return found


def expected(book: Book, slot: str) -> Expecting:
    """The open question for a slot. ValueError for a slot that no flow asks for."""
    spec: SlotSpec | None = book.slots.get(slot)
    if spec is None:
        raise ValueError(f"No question asks for {slot}. Slots: {', '.join(sorted(book.slots))}")
    return Expecting(slot, spec, listed(spec, {}), "understand", "ask")


def acts_of(heard: Heard, intent: str | None) -> list[str]:
    takes_back = ["correct"] if opening_of(heard.text).sure and heard.values else []
    named = [ALSO_ACTS.get(act, act) for act in (*heard.acts, *takes_back, *([intent] if intent else []))]
    return [act for act in dict.fromkeys(named) if act in ACTS]


def when_of(text: str, now: datetime) -> dict[str, Any] | None:
    when = read_when(clean(text), now)
    if when is None:
        return None

    def spans(windows: Any) -> list[list[str]]:
        return [[start.isoformat(timespec="minutes"), end.isoformat(timespec="minutes")] for start, end in windows]

    readings = [spans(reading) for reading in when.ambiguous] if when.ambiguous else None
    return {"windows": spans(when.windows), "asap": when.asap, "ambiguous": readings}
