"""A line of a trial as the page tells it: what happened, what was understood and what is known, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from bot.flows.definition import Book
from bot.studio.trying import Line, Understood
from services import directory
from web.admin.findings import spoken_line
from web.admin.plain import asked_for, named, short, value_said
from web.pages import short_date

SHORTER = 40
Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Happened:
    """An event: its name, its facts, and of what they were told the names."""

    name: str
    values: tuple[str, ...]
    listings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """A line: `topic`: where it stands; `said`: responses and how they begin; `known`: questions and their answers."""

    kind: str
    words: str
    replies: tuple[str, ...]
    choices: Pairs
    failed: bool
    flow: str
    step: str
    topic: str
    happened: tuple[Happened, ...]
    understood: Understood | None
    noted: Pairs
    said: Pairs
    known: Pairs
    aside: bool = False
    """Tells what is taken for granted, and nothing comes of it."""


def told(book: Book, line: Line) -> Told:
    """The line without a name of the flow language in it, but in addresses."""
    said = tuple((name, beginning(book, name)) for name in (one.split(".")[0] for one in line.responses))
    topic = named(book, line.flow) if line.flow else ""
    noted = tuple(pairs(book, line.understood.noted)) if line.understood else ()
    known = tuple(pairs(book, ((name, value) for name, value in line.slots.items() if is_answer(book, name))))
    taken, happened = understood(book, line.understood), tuple(event(one) for one in line.events)
    where = (line.flow, line.step, topic)
    words = spoken_line(book, line.words) if line.kind == "shown" else line.words
    aside = line.kind == "shown" and not (line.flow or line.replies or line.failed)
    heard = (line.kind, words, line.replies, line.choices, line.failed)
    return Told(*heard, *where, happened, taken, noted, said, known, aside)


def event(written: str) -> Happened:
    """ "signposted: acas, turn2us" as a value."""
    name, _, facts = written.partition(": ")
    values = tuple(facts.split(", ")) if facts else ()
    if name == "call back queued":
        values = (short_date(date.fromisoformat(facts)),)
    names = names_of_listings() if name == "signposted" else {}
    return Happened(name, values, tuple(names.get(one, one.replace("-", " ")) for one in values) if names else ())


@cache
def names_of_listings() -> dict[str, str]:
    """The listings that are shipped, by id: a trial is held in a world that has these."""
    return directory.shipped_names()


def understood(book: Book, taken: Understood | None) -> Understood | None:
    """An answer with the question's name and the answer's title."""
    if taken is None or not taken.answer:
        return taken
    found = "; ".join(f"{name}: {value}" for name, value in pairs(book, taken.answer))
    return replace(taken, what=found or "one of what was offered")


def beginning(book: Book, response: str) -> str:
    """How words begin, to tell them by."""
    found = book.responses.get(response)
    words = short(found.text_for("sms")) if found else ""
    return f"“{words if len(words) <= SHORTER else words[: SHORTER - 3].rstrip() + '...'}”"


def is_answer(book: Book, slot: str) -> bool:
    """Whether a person answers it: what else is kept is the assistant's own book-keeping."""
    return f"utter_ask_{slot}" in book.responses


def pairs(book: Book, found: Iterable[tuple[str, Any]]) -> Iterator[tuple[str, str]]:
    """Questions and answers, said; what was picked of a list that changes has no title, and is left out."""
    for name, value in found:
        spec = book.slots.get(name)
        each = value if isinstance(value, list | tuple) else [value]
        if value is None or value == [] or isinstance(value, dict) or any(isinstance(one, dict) for one in each):
            continue
        if spec and spec.choices_from and not all(spec.title_of(one) for one in each):
            continue
        yield asked_for(book, name), ", ".join(value_said(book, name, one).strip("“”") for one in each)
