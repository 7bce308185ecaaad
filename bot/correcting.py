"""One line that puts an earlier answer right, whatever is asked now: "no wait, SR4 7TZ is home", "im 45 not 54"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from bot.flows.commands import Correct
from bot.flows.definition import Book
from bot.flows.engine import Expecting
from bot.flows.responses import listed
from bot.flows.state import DialogueState
from bot.nlu.answers import read_answer
from bot.nlu.recognisers import clean, lexicon, read_name, read_postcode, set_aside
from bot.nlu.recognisers.free_text import read_passage
from bot.nlu.recognisers.numbers import number_at
from bot.nlu.recognisers.phrases import PhraseBook
from bot.nlu.recognisers.text import Token, bag, fold, tokens, words
from bot.nlu.slot_words import pattern_of
from bot.nlu.volunteered import volunteered

LISTS = frozenset({"health", "barriers"})
BY_THEMSELVES = frozenset({"age", "postcode", "name"})
"""Answers that are so plain that saying another one is enough to change them."""
ADDS = frozenset({"also", "too", "well", "plus", "add", "and"})
LONGEST = 20  # words: a longer message tells a story
LONGEST_OPENING = 200  # characters
AGES = range(5, 111)
_TAIL = re.compile(
    r"\W{0,3}(?:(?:should|needs to|need to|has to|must|ought to) )?(?:be |is |to |as |its |it's |was |now |says? |: ?|= ?){1,3}(.+)$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Opening:
    """How a message begins: `sure` = plainly a correction; `rest` = what follows."""

    sure: bool
    rest: str


@cache
def _openings() -> PhraseBook:
    table = lexicon.read("corrections")
    return PhraseBook({key: table[key] for key in ("opens", "perhaps")}, lexicon.word_set("ordinary_words", "words"))


@cache
def _against() -> PhraseBook:
    return PhraseBook({"against": lexicon.read("corrections")["against"]})


def opening_of(text: str) -> Opening:
    """The words of taking back that open a message, and the rest of it."""
    cleaned = clean(text)
    found = tokens(cleaned[:LONGEST_OPENING])
    sure, at = False, 0
    hits = _openings().find(found)
    while hit := next((hit for hit in hits if hit.start == _past_marks(found, at)), None):
        sure, at = sure or hit.value == "opens", hit.end
    after = _past_marks(found, at)
    rest = found[after].start if after < len(found) else len(cleaned[:LONGEST_OPENING])
    return Opening(sure, cleaned[rest:])


def _past_marks(found: list[Token], at: int) -> int:
    while at < len(found) and found[at].is_mark:
        at += 1
    return at


def corrections(
    text: str, values: Mapping[str, Any], named: tuple[str, ...], state: DialogueState, book: Book, now: datetime,
    current: str | None, *, says_so: bool,
) -> list[Correct]:  # fmt: skip
    """What the message changes; nothing where it changes nothing. `values` are the facts read in it, `named` the slots."""
    if len(text.split()) > LONGEST:
        return []
    opening = opening_of(text)
    sure = says_so or opening.sure
    filled = {slot: value for slot, value in state.slots.items() if value is not None and slot != current}
    found = dict(_set_against(text, filled, now))
    found = found or dict(_named_and_said(text, named, filled, state, book, now))
    if not found and sure:
        found = {slot: value for slot, value in volunteered(opening.rest, now).items() if slot in filled}
        found = found or {slot: value for slot, value in values.items() if slot in filled}
        found = found or dict(_as_the_last_answer(opening.rest, current, state, book, now))
    found = found or dict(_said_by_itself(text, opening, values, filled))
    said = {slot: _merged(slot, value, text, filled) for slot, value in found.items() if slot in book.slots}
    return [Correct(slot, value) for slot, value in said.items() if filled.get(slot) != value]


def _set_against(text: str, filled: Mapping[str, Any], now: datetime) -> Iterator[tuple[str, Any]]:
    """ "45 not 54", "its Sam not Dan", "PR1 8XJ not PR1 8XH": the old answer stands beside the new one."""
    found = tokens(clean(text))
    if not _against().find(found):
        return
    old = filled.get("age")
    ages = {number[0] for i in range(len(found)) if (number := number_at(found, i)) and number[0] in AGES}
    if old in ages and len(ages) == 2:
        yield "age", next(iter(ages - {old}))
    name = filled.get("name")
    if isinstance(name, str) and fold(name) in fold(clean(text)):
        new = name_beside(clean(text), name)
        if new and fold(new) != fold(name):
            yield "name", new
    postcode = filled.get("postcode")
    if isinstance(postcode, str):
        loose = re.compile(" ?".join(map(re.escape, postcode.replace(" ", ""))), re.IGNORECASE)
        read: Any = read_postcode(loose.sub(" ", text)) if loose.search(text) else None
        if read and read.sure and read.value["postcode"]:
            yield "postcode", read.value["postcode"]


def name_beside(cleaned: str, old: str) -> str | None:
    """The name in a message from which the old one and its "not" are taken out."""
    against = re.compile(
        rf"\b(?:and |is |it'?s )?(?:not|isn'?t|instead of|rather than) {re.escape(old)}\b", re.IGNORECASE
    )
    if not against.search(cleaned):
        return None
    rest = opening_of(against.sub(",", cleaned)).rest.strip(" ,.-")
    found = read_name(rest, True)
    return str(found.value) if found and found.whole else None


def _named_and_said(
    text: str, named: tuple[str, ...], filled: Mapping[str, Any], state: DialogueState, book: Book, now: datetime
) -> Iterator[tuple[str, Any]]:
    """ "Change my postcode to SR4 7TZ", "my name should be Sam": the answer's name, and then the answer."""
    cleaned = clean(text)
    for slot in named:
        said = pattern_of(slot).search(cleaned.lower())
        tail = _TAIL.match(cleaned, said.end()) if said else None
        if tail and slot in filled and slot in book.slots:
            answer = read_answer(tail[1], question_about(slot, state, book), now).answer
            if answer and answer.whole:
                yield slot, answer.value
                return


def _as_the_last_answer(
    rest: str, current: str | None, state: DialogueState, book: Book, now: datetime
) -> Iterator[tuple[str, Any]]:
    """ "No wait, 3": read as an answer to the question before this one."""
    slot = last_answered(state, book, current)
    if slot and set(words(rest)) - NAMES_NOTHING:
        answer = read_answer(rest, question_about(slot, state, book), now).answer
        if answer and answer.whole and book.slots[slot].volunteered:
            yield slot, answer.value


NAMES_NOTHING = bag("a an my the one some something anything it that this answer answers thing things please pls")
"""After "change", these say that something shall be changed, and not what to."""


def last_answered(state: DialogueState, book: Book, current: str | None) -> str | None:
    """The slot of the latest question that got an answer which still stands."""
    for visit in reversed(state.trail):
        flow = book.flows.get(visit.flow)
        slot = getattr(flow.steps.get(visit.step), "slot", None) if flow and visit.asked else None
        if slot and slot != current:
            return str(slot) if state.slots.get(slot) is not None else None
    return None


def _said_by_itself(
    text: str, opening: Opening, values: Mapping[str, Any], filled: Mapping[str, Any]
) -> Iterator[tuple[str, Any]]:
    """ "SR4 7TZ is home", "sorry im 45": another answer than before, and nothing else in the message.

    A postcode that was not to hand counts whatever is said around it: "found a letter, its PR7 1DP".
    """
    for slot in BY_THEMSELVES & values.keys() & filled.keys():
        late = slot == "postcode" and filled[slot] == "rather_not_say" and _is_of_home(text)
        if late or _nothing_else(slot, opening.rest):
            yield slot, values[slot]


def _is_of_home(text: str) -> bool:
    return not set_aside.is_of_work(text) and not NOT_OF_HOME & set(words(clean(text)))


NOT_OF_HOME = bag(
    "gp gps doctor doctors dr surgery practice hospital chemist jobcentre office school college "
    "mum mums mam mams dad dads nan nans parents sister sisters brother brothers son sons daughter daughters mate mates friend friends ex"
)


def _nothing_else(slot: str, words: str) -> bool:
    if slot == "postcode":
        found = read_postcode(words)
        return found is not None and found.whole
    return len(words.split()) <= SHORT


SHORT = 6


def _merged(slot: str, value: Any, text: str, filled: Mapping[str, Any]) -> Any:
    """A list of answers changed by what is said: "money as well" adds, "not housing, money" takes one out."""
    old = filled.get(slot)
    if slot not in LISTS or not isinstance(old, list) or not isinstance(value, list):
        return value
    passage = read_passage(slot, text)
    denied = {mention.hit.value for mention in passage.mentions if mention.denied}
    adds = any(token.word in ADDS for token in tokens(clean(text)))
    kept = [one for one in old if one not in denied] if denied or adds else []
    return [*kept, *(one for one in value if one not in kept)] or value


def question_about(slot: str, state: DialogueState, book: Book) -> Expecting:
    """The question about a slot, as if it were open."""
    spec = book.slots[slot]
    return Expecting(slot, spec, listed(spec, state.slots), "", "")


def asks_to_change(text: str) -> bool:
    """Short, and a word for changing in it: "change my age", "i put the wrong postcode"."""
    return len(text.split()) <= SHORT_REQUEST and CHANGES.search(text) is not None


SHORT_REQUEST = 8
CHANGES = re.compile(r"^actually\b|\b(?:wrong|change|update|amend|correct|correction|mistake|typo)\b", re.IGNORECASE)
