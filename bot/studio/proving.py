"""Whether content may go live: read at once; checked at once but for the long proof; proved in a process of its own."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.assistant import parsed
from bot.checked import check_book
from bot.flows.checking_filled import check_jumps
from bot.flows.checking_references import check_complete, check_references
from bot.flows.checking_safety import check_safety
from bot.flows.definition import Book, ContentErrors, Finding, Response
from bot.flows.words import Directory, check_words
from services.directory import known_helplines, known_numbers


@dataclass(frozen=True, slots=True)
class Proved:
    """What came of it; `book` None: it cannot even be read."""

    book: Book | None
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.severity == "error")


def read(files: Mapping[str, str]) -> Proved:
    """Read only: quick, and enough to show and to try it. What is only found by the proof is not in it."""
    try:
        return Proved(parsed(tuple(sorted(files.items()))), ())
    except ContentErrors as errors:
        return Proved(None, tuple(errors.findings))


def at_once(book: Book, names: Collection[str]) -> list[Finding]:
    """The errors about what has just been written, that need no walk through all ways. `names`: its steps, words, slots."""
    marks = [f"`{name}`" for name in names] + [f".{name}`" for name in names]
    places = {(said.place.file, line) for name in names if (said := book.responses.get(name)) for line in _lines(said)}
    places |= {(spec.place.file, spec.place.line) for name in names if (spec := book.slots.get(name))}
    words = check_words(book, Directory(known_helplines(), known_numbers()))
    quick = [*check_references(book), *check_jumps(book), *check_safety(book), *words]
    return [
        one
        for one in quick
        if one.severity == "error" and ((one.file, one.line) in places or any(mark in one.message for mark in marks))
    ]


def _lines(said: Response) -> list[int]:
    return [said.place.line, *said.lines.values()]


def look_over(files: Mapping[str, str]) -> Proved:
    """Everything but the walk through all ways: for what was proved before it went live the first time."""
    done = read(files)
    if done.book is None:
        return done
    book = done.book
    found = [*check_references(book), *check_complete(book), *check_jumps(book), *check_safety(book)]
    return Proved(book, tuple(found))


def prove(files: Mapping[str, str]) -> Proved:
    """All of `anydoor check`. It takes seconds of a whole processor: a server lets a child do it (bot.studio.testing)."""
    done = read(files)
    return Proved(done.book, tuple(check_book(done.book))) if done.book else done
