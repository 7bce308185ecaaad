"""What a turn would make of a held-out text: heard with its question open and the wordings that dialogs/ lists for its answers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache

from bot.actions.catalogue import SPECS
from bot.assistant import DIALOGS
from bot.flows.definition import Choice, SlotSpec
from bot.flows.engine import Expecting
from bot.flows.reading import read_book
from bot.flows.responses import listed
from bot.hearing import hear
from bot.nlu.answers import OTHER_TIMES, Answer, read_answer
from bot.nlu.recognisers import Json, read_postcode, read_when
from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.text import bag, clean, words
from services.messages import Address, Inbound

SLOTS = bag("work_situation health barriers age months_out_of_work name postcode phone")
"""What slots.tsv judges, whatever was asked."""
OPENING, LISTS = "opening", frozenset({"choice", "choices"})


def told(text: str, slot: str, now: datetime) -> dict[str, Json]:
    """The slots that a turn would fill: the answer to the open question, and facts where the answer left words over."""
    expecting = _open(slot)
    heard = hear(Inbound(Address("sms", "+447700900123"), "-", text=text), expecting, now, None)
    answer = heard.reading.answer
    if heard.acts and not (answer and answer.whole):
        answer = None
    if expecting is None:
        return {slot: value for slot, value in heard.values.items() if slot in SLOTS}
    beside = {} if answer and answer.whole else heard.values
    found = {name: value for name, value in beside.items() if name in SLOTS - {slot}}
    return found | ({slot: _as_shown(slot, heard.text, answer)} if answer else {})


def _as_shown(slot: str, text: str, answer: Answer) -> Json:
    """The value; of a postcode with a slip the one that is proposed, for the person is asked whether it is meant."""
    found = read_postcode(text) if slot == "postcode" else None
    proposed = found.value.get("postcode") if found and isinstance(found.value, dict) else None
    value: Json = answer.value
    return proposed or value


@cache
def _specs() -> dict[str, SlotSpec]:
    return dict(read_book(DIALOGS, SPECS).slots)


def _open(slot: str) -> Expecting | None:
    spec = _specs().get(slot)
    return Expecting(slot, spec, listed(spec, {}), "scoring", "ask") if spec else None


# --- lists -------------------------------------------------------------------------------------------------------------


def picked(text: str, titles: Sequence[str], now: datetime, *, several: bool) -> int | list[int] | None:
    """The line or lines, counted from 1, that a turn would take; None where it would take none, or ask."""
    expecting = _list_of(tuple(titles), several=several)
    answer = read_answer(clean(text), expecting, now).answer
    if answer is None or (answer.value == OTHER_TIMES and answer.also):
        return None  # another time than those on the list is a wish, and no line of it
    order = [value for value, _, _ in expecting.choices]
    lines = [order.index(value) + 1 for value in (answer.value if several else [answer.value]) if value in order]
    return sorted(lines) if several else next(iter(lines), None)


@cache
def _list_of(titles: tuple[str, ...], *, several: bool) -> Expecting:
    """The question of dialogs/ that has these answers, with its other wordings; else one with these titles and no more."""
    kind = "choices" if several else "choice"
    known = next((spec for spec in _specs().values() if spec.type in LISTS and len(_owners(titles, spec)) > 0), None)
    if known:
        options = tuple(replace(one, title=title) for one, title in zip(_owners(titles, known), titles, strict=True))
        name = known.name
    else:
        options, name = tuple(Choice(_value(n, title), title) for n, title in enumerate(titles, 1)), "scoring"
        if _are_times(titles):
            kind, name = OPENING, OPENING
    spec = SlotSpec(name, kind, options)
    return Expecting(name, spec, listed(spec, {}), "scoring", "ask", filled=frozenset({"age"}))  # asked before any list


def _value(line: int, title: str) -> str:
    return OTHER_TIMES if clean(title).lower().startswith("other times") else str(line)


def _are_times(titles: Sequence[str]) -> bool:
    read = [read_when(title, _ANY_DAY) for title in titles if _value(0, title) != OTHER_TIMES]
    return bool(read) and all(when is not None and when.windows for when in read)


_ANY_DAY = datetime(2026, 11, 23, 9)  # noqa: DTZ001 - London wall clock


def _owners(titles: Sequence[str], spec: SlotSpec) -> tuple[Choice, ...]:
    """The answer that each title stands for, where the question has one for every title; else nothing."""
    found = tuple(_answers_for(titles, spec))
    whole = len(found) == len(titles) == len({one.value for one in found})
    return found if whole and len(titles) > len(spec.options) // 2 else ()


def _answers_for(titles: Sequence[str], spec: SlotSpec) -> Iterator[Choice]:
    for title in titles:
        shares = {one: _likeness(title, one) for one in spec.options}
        best = max(shares, key=lambda one: shares[one], default=None)
        if best is not None and shares[best] >= HALF:
            yield best


HALF = 0.5


def _likeness(title: str, option: Choice) -> float:
    """The share of words that a title of today has in common with one of another day; its other wordings are the same."""
    said = _telling(title)
    if any(_telling(wording) == said for wording in (option.title, *option.also)):
        return 1.0
    held = _telling(option.title)
    return len(said & held) / len(said | held) if said | held else 0.0


def _telling(title: str) -> frozenset[str]:
    plain = frozenset(words(clean(title)))
    return plain - (word_set("choice", "common") - bag("something else other none no yes not")) or plain
