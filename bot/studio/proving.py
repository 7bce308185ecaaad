"""Whether content may go live: read at once; checked at once but for the long proof; proved in a process of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.assistant import parsed
from bot.checked import check_book
from bot.flows.checking_filled import check_jumps
from bot.flows.checking_references import check_complete, check_references
from bot.flows.checking_safety import check_safety
from bot.flows.definition import Book, ContentErrors, Finding


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
