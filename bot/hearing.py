"""Text -> `Heard`: everything understood of one message, outside any transaction and before the state decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot import opt_out, safety
from bot.correcting import opening_of
from bot.flows.engine import Expecting
from bot.nlu.answers import NEEDS, Reading, may_be_an_age, read_answer, speaks_for_another
from bot.nlu.parsed import Nlu
from bot.nlu.recognisers import clean, read_act, read_postcode
from bot.nlu.recognisers.phone import is_drama
from bot.nlu.slot_words import slots_named
from bot.nlu.volunteered import times_beside_a_way, told_of_another, volunteered
from bot.safety import SafetyHit
from services import tracing
from services.messages import Inbound

MOST_CHARACTERS = 2000
TAKES_A_POSTCODE = frozenset({"postcode", "text", "place", "practice"})


@dataclass(frozen=True)
class Heard:
    """Everything understood of one message, before the state decides what it means."""

    text: str
    inbound: Inbound
    expecting: Expecting | None
    safety: SafetyHit | None = None
    """Words of a crisis, as good as certain: they get the whole help."""
    maybe: SafetyHit | None = None
    """Words that may speak of a crisis: they keep their own answer, with a line about help beside it (bot/care.py)."""
    opt_out: str | None = None
    reading: Reading = field(default_factory=Reading)
    acts: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    named_slots: tuple[str, ...] = ()
    intent: str | None = None
    confidence: float = 0.0
    nlu_asked: bool = False
    ranking: tuple[tuple[str, float], ...] = ()
    now: datetime | None = None
    asked_which: bool = False
    """The question that is open asks which of two readings was meant."""

    @property
    def settled(self) -> bool:
        """A recogniser used the whole message, so the trained model need not be asked (invariant 3)."""
        answer = self.reading.answer
        read = bool(answer and answer.whole) or bool(self.reading.several)
        plain = self.opt_out not in {None, "ask_stop"}
        return bool(plain or self.acts or read or self.inbound.kind in {"press", "media"})


def hear(inbound: Inbound, expecting: Expecting | None, now: datetime, nlu: Nlu | None) -> Heard:
    """Understand one message. `now` is Europe/London. Takes no lock and opens no transaction."""
    text = clean(inbound.text)[:MOST_CHARACTERS]
    heard = without_nlu(text, inbound, expecting, now)
    hit = heard.safety or heard.maybe
    if not text or (heard.safety and heard.safety.plain):
        return heard
    if hit is None and (heard.settled or is_a_postcode(opening_of(text).rest)):
        return heard
    with tracing.span("language server"):
        parsed = nlu.parse(text) if nlu else None
    heard = graded(heard, safety.weighed(text, hit, parsed.crisis if parsed else None))
    if parsed is None or heard.settled:
        return heard
    ranking = parsed.ranking or (((parsed.intent, parsed.confidence),) if parsed.intent else ())
    return replace(
        heard,
        intent=parsed.intent,
        confidence=parsed.confidence,
        nlu_asked=True,
        ranking=ranking,
    )


def graded(heard: Heard, hit: SafetyHit | None) -> Heard:
    if hit is None and heard.safety is None and heard.maybe is None:
        return heard
    certain = hit is not None and hit.certain
    return replace(heard, safety=hit if certain else None, maybe=None if certain else hit)


def is_a_postcode(text: str) -> bool:
    """A fact and nothing else: there is no intent to look for in it."""
    found = read_postcode(text)
    return found is not None and found.whole


def without_drama_numbers(heard: Heard) -> Heard:
    """In earnest a number from the drama ranges reaches nobody, so it is asked for again; a demonstration takes it."""
    if is_drama(str(heard.values.get("phone", ""))):
        heard = replace(heard, values={slot: value for slot, value in heard.values.items() if slot != "phone"})
    answer = heard.reading.answer
    asked = heard.expecting is not None and heard.expecting.spec.type == "phone"
    if asked and answer and is_drama(str(answer.value)):
        return replace(heard, reading=Reading(hint="utter_invalid_phone"))
    return heard


def is_no_line(text: str, inbound: Inbound, expecting: Expecting) -> bool:
    """ "1" where a number is asked on Telegram: the buttons there carry no numbers, and "Share my number" comes first."""
    return (
        expecting.spec.type == "phone"
        and inbound.address.channel == "telegram"
        and text.strip(" .)").isdecimal()
        and len(text) < FEWEST_DIGITS
    )


FEWEST_DIGITS = 5


def answer_to(text: str, inbound: Inbound, expecting: Expecting | None, now: datetime) -> Reading:
    """What the text answers to one question; a bare postcode answers only those that may take one."""
    if expecting is None or not text:
        return Reading()
    if is_no_line(text, inbound, expecting):
        return Reading(hint="utter_invalid_phone")
    reading = read_answer(text, expecting, now)
    if expecting.spec.type not in TAKES_A_POSTCODE and is_a_postcode(opening_of(text).rest):
        return Reading(hint=reading.hint)
    return reading


def told(text: str, expecting: Expecting | None, now: datetime) -> Mapping[str, Any]:
    """The facts in a message; where it is for somebody else, what is said of them counts first."""
    if may_be_an_age(text, expecting):
        return {"age": int(text.strip(" .!,?"))}
    theirs = told_of_another(text) if expecting and speaks_for_another(expecting) else {}
    times = times_beside_a_way(text, now) if expecting and expecting.slot == NEEDS else {}
    return {**times, **volunteered(text, now), **theirs}


def without_nlu(text: str, inbound: Inbound, expecting: Expecting | None, now: datetime) -> Heard:
    if inbound.kind == "press":
        return Heard(text, inbound, expecting)
    which = expecting is not None and expecting.beneath is not None
    reading = answer_to(text, inbound, expecting, now)
    if expecting and expecting.beneath and not reading.answer:
        expecting = expecting.beneath  # neither of the readings offered: the question itself may be answered
        reading = answer_to(text, inbound, expecting, now)
    heard = Heard(
        text=text,
        inbound=inbound,
        expecting=expecting,
        opt_out=opt_out.read_opt_out(text),
        reading=reading,
        acts=read_act(text),
        values=told(text, expecting, now) if text else {},
        named_slots=tuple(slots_named(text)),
        now=now,
        asked_which=which,
    )
    return graded(heard, safety.screen(text))
