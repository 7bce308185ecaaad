"""Checks of the words: SMS segments at the longest values, GSM-7, swallowed words, numbers and links, reading age."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import pyphen
from jinja2 import nodes

from bot.flows.checking_references import advice, error
from bot.flows.definition import Collect, Place, Utter
from bot.flows.responses import helplines, parse, slots_read
from bot.flows.segments import segments, to_gsm7, unsupported

if TYPE_CHECKING:
    from bot.flows.definition import Book, Finding, Response, SlotSpec

MOST_SEGMENTS: Final = 2
MOST_CRISIS_SEGMENTS: Final = 3
MOST_READING_AGE: Final = 11.0
MAX_VARIANTS: Final = 64
_LONGEST: Final = {
    "postcode": "WC1A 1AA", "phone": "07700 900123", "age": "100", "duration": "120", "number": "9999",
    "date": "Wed 30 Sep", "time": "10:30am", "yes_no": "unsure",
}  # fmt: skip
_DEFAULT_LENGTH: Final = {"name": 30, "text": 160, "place": 40, "practice": 60, "opening": 24, "words": 40}
_HELPLINE: Final = "0000 000 0000"
_SWALLOWED: Final = frozenset({"stop", "cancel", "end", "quit", "yes", "start"})
_OFFERED: Final = re.compile(r"\b(?:reply|text|send|type|answer)\s+['\"]?(CANCEL|END|QUIT|YES)\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r"(?<![\w£.])(?:\+44|0)[\d ]{8,13}\d(?!\w)|\b(?:999|111|112|101|116 ?\d{3}|8\d{4}|18000)\b")
_LINK: Final = re.compile(
    r"\b(?:https?://)?(?:[a-z0-9-]+\.)+(?:uk|org|com|net|gov|nhs|io|info)\b[^\s,)]*", re.IGNORECASE
)
_EXAMPLE_NUMBERS: Final = re.compile(r"07700900\d{3}|01632960\d{3}")
"""Ofcom's numbers for examples: they belong to nobody."""


@dataclass(frozen=True)
class Directory:
    """What words may name: helplines by key, and the numbers and links that are checked. None = not checked."""

    helplines: Mapping[str, str] | None = None
    numbers: frozenset[str] | None = None
    links: frozenset[str] | None = None


def check_words(book: Book, directory: Directory | None = None) -> list[Finding]:
    """Point 6 for every response, and for every answer on offer."""
    directory = directory or Directory()
    uses = _Uses(book)
    found: list[Finding] = []
    for response in book.responses.values():
        for part, text in response.parts.items():
            place = Place(response.place.file, response.lines.get(part, response.place.line))
            found += _part(uses, response, part, text, place, directory)
    for spec in book.slots.values():
        found += _answers(spec)
    return found


class _Uses:
    """Where responses are used: as questions, in crisis help, where a person asked to see their answers."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.asks: dict[str, SlotSpec] = {}
        self.crisis: set[str] = set()
        self.flows: dict[str, set[str]] = {}
        for flow in book.flows.values():
            for step in flow.steps.values():
                name = step.utter if isinstance(step, Collect) else step.response if isinstance(step, Utter) else None
                if isinstance(step, Collect) and step.slot in book.slots:
                    self.asks[step.utter] = book.slots[step.slot]
                if name:
                    self.flows.setdefault(name, set()).add(flow.id)
                    if flow.locked:
                        self.crisis.add(name)

    def only_in(self, name: str, flow_id: str) -> bool:
        return self.flows.get(name) == {flow_id}


def _part(uses: _Uses, response: Response, part: str, text: str, place: Place, known: Directory) -> Iterator[Finding]:
    yield from _names(text, place, known)
    for word in _OFFERED.findall(text):
        yield error(place, f"`{word}` is a word that the SMS provider may swallow.", "Offer another word.")
    age = reading_age(re.sub(r"\{[{%].*?[%}]\}", "seven", text))
    if age > MOST_READING_AGE and part not in ("web", "easier_chat"):
        yield advice(place, f"`{response.name}` ({part}) reads at age {age:.0f}.", "Use shorter words and sentences.")
    by_sms = part in ("sms", "easier", "why") or (part == "text" and "sms" not in response.parts)
    if by_sms:
        yield from _by_sms(uses, response, part, text, place)


def _by_sms(uses: _Uses, response: Response, part: str, text: str, place: Place) -> Iterator[Finding]:
    for slot in sorted(slots_read(text)):
        spec = uses.book.slots.get(slot)
        if spec and spec.sensitive and not uses.only_in(response.name, "pattern_show"):
            yield error(place, f"`{response.name}` puts the sensitive slot `{slot}` into a text.", "Leave it out.")
    longest = max(_sendings(uses, response, part, text), key=segments, default="")
    odd = unsupported(longest)
    if odd:
        yield error(place, f"`{response.name}` has {' '.join(odd)}, which SMS has not.", "Use plain characters.")
    count, most = segments(longest), MOST_CRISIS_SEGMENTS if response.name in uses.crisis else MOST_SEGMENTS
    what = f"`{response.name}` ({part}) takes {count} SMS segments with the longest values ({len(longest)} characters)."
    if count > most:
        yield error(place, what, f"Shorten it to {most} segments, or add a shorter `sms:`.")
    elif count > MOST_SEGMENTS:
        yield advice(place, what, "Crisis words may take 3; shorten it if that loses nothing.")
    elif count > 1:
        yield advice(place, what, "One segment costs half.")


def _sendings(uses: _Uses, response: Response, part: str, text: str) -> Iterator[str]:
    """The text as it would be sent with the longest values, in each of its variants, with its choices below."""
    spec = uses.asks.get(response.name)
    listed = spec if spec and not spec.unlisted and part != "why" else None
    below = "".join(f"\n{line}" for line in _choice_lines(listed)) if listed else ""
    for variant in variants(uses.book, text):
        yield to_gsm7(variant + below)


def _choice_lines(spec: SlotSpec) -> list[str]:
    titles = [choice.title for choice in spec.choices]
    titles += ["X" * _DEFAULT_LENGTH["opening"]] * 3 if spec.choices_from else []
    titles += [choice.title for choice in spec.also]
    return [f"{number}. {title}" for number, title in enumerate(titles, start=1)]


def _names(text: str, place: Place, known: Directory) -> Iterator[Finding]:
    for name in helplines(text) if known.helplines is not None else ():
        if name not in (known.helplines or {}):
            yield error(place, f"There is no helpline `{name}`.", "Add it to the table, or correct the name.")
    plain = re.sub(r"\{[{%].*?[%}]\}", " ", text)
    for number in _NUMBER.findall(plain) if known.numbers is not None else ():
        digits = re.sub(r"\D", "", number.replace("+44", "0"))
        if digits not in (known.numbers or ()) and not _EXAMPLE_NUMBERS.fullmatch(digits):
            yield error(place, f"The number {number.strip()} is not in the directory.", 'Write {{ "name"|helpline }}.')
    for link in _LINK.findall(plain) if known.links is not None else ():
        if not any(link.lower().rstrip(".").endswith(one) or one in link.lower() for one in known.links or ()):
            yield error(place, f"The link {link} is not in the directory.", "Add it there once it is checked.")


def _answers(spec: SlotSpec) -> Iterator[Finding]:
    for choice in spec.options if spec.set_by == "person" else ():
        if choice.title.strip(" .!").lower() in _SWALLOWED:
            message = f"`{spec.name}` offers `{choice.title}`, a word that the SMS provider may swallow."
            yield error(spec.place, message, "Give that answer another title.")
        odd = unsupported(to_gsm7(choice.title))
        if odd:
            yield error(
                spec.place, f"`{choice.title}` has {' '.join(odd)}, which SMS has not.", "Use plain characters."
            )


# -- the longest a text can be -----------------------------------------------------------------------------------------


def longest_value(spec: SlotSpec | None) -> str:
    """The longest words that a slot can put into a text."""
    if spec is None:
        return "X" * _DEFAULT_LENGTH["words"]
    titles = [choice.title for choice in spec.options]
    if spec.type == "choices":
        return ", ".join(titles)
    if spec.choices_from:
        titles.append("X" * (spec.max_length or _DEFAULT_LENGTH["opening"]))
    if titles and (spec.type in ("choice", "opening", "yes_no") or spec.choices_from):
        return max(titles, key=len)
    if spec.max_length:
        return "X" * spec.max_length
    return _LONGEST.get(spec.type) or "X" * _DEFAULT_LENGTH.get(spec.type, 40)


def variants(book: Book, text: str) -> list[str]:
    """The text with the longest values, once for each way its ifs can go (at most 64)."""
    return [words for words, _ in islice(_expand(book, parse(text).body, {}), MAX_VARIANTS)]


def _expand(book: Book, body: Sequence[nodes.Node], decided: dict[str, bool]) -> Iterator[tuple[str, dict[str, bool]]]:
    if not body:
        yield "", decided
        return
    for first, now in _expand_one(book, body[0], decided):
        for rest, after in _expand(book, body[1:], now):
            yield first + rest, after


def _expand_one(book: Book, node: nodes.Node, decided: dict[str, bool]) -> Iterator[tuple[str, dict[str, bool]]]:
    if isinstance(node, nodes.Output):
        yield "".join(_written(book, part) for part in node.nodes), decided
    elif isinstance(node, nodes.If):
        test = repr(node.test)
        for holds in (True, False) if test not in decided else (decided[test],):
            now = {**decided, test: holds}
            if holds:
                yield from _expand(book, node.body, now)
            else:
                yield from _expand_else(book, node, now)


def _expand_else(book: Book, node: nodes.If, decided: dict[str, bool]) -> Iterator[tuple[str, dict[str, bool]]]:
    """The elifs as ifs in the else of the one before."""
    if not node.elif_:
        yield from _expand(book, node.else_, decided)
        return
    first = node.elif_[0]
    yield from _expand_one(book, nodes.If(first.test, first.body, node.elif_[1:], node.else_), decided)


def _written(book: Book, part: nodes.Node) -> str:
    if isinstance(part, nodes.TemplateData):
        return part.data
    if isinstance(part, nodes.Const):
        return str(part.value)
    if isinstance(part, nodes.Filter):
        if part.name == "helpline":
            return _HELPLINE
        otherwise: Any = part.args[0] if part.name == "default" else None
        words = _written(book, part.node) if part.node is not None else ""
        return max(words, str(otherwise.value), key=len) if isinstance(otherwise, nodes.Const) else words
    return longest_value(book.slots.get(part.name)) if isinstance(part, nodes.Name) else ""


# -- reading age -------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=1)
def _hyphenation() -> Any:
    return pyphen.Pyphen(lang="en_GB")


def reading_age(text: str) -> float:
    """An estimate by Flesch-Kincaid (grade + 5) with syllables from hyphenation; 0 for a text too short to judge."""
    words = re.findall(r"[A-Za-z][A-Za-z']*", text)
    sentences = max(1, len(re.findall(r"[.!?]+(?:\s|$)", text)))
    if len(words) < 8:
        return 0.0
    syllables = sum(len(_hyphenation().positions(word.lower())) + 1 for word in words)
    return 0.39 * len(words) / sentences + 11.8 * syllables / len(words) - 15.59 + 5
