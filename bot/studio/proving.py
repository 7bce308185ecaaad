"""Whether content may go live: read, checked and proved, and remembered by its hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.assistant import parsed
from bot.checked import check_book
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
        return Proved(parsed(_key(files)), ())
    except ContentErrors as errors:
        return Proved(None, tuple(errors.findings))


def prove(files: Mapping[str, str]) -> Proved:
    """All of `anydoor check`. Takes seconds the first time; the same texts again take nothing."""
    return _proved(_key(files))


def _key(files: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(sorted(files.items()))


@lru_cache(maxsize=8)
def _proved(texts: tuple[tuple[str, str], ...]) -> Proved:
    try:
        book = parsed(texts)
    except ContentErrors as errors:
        return Proved(None, tuple(errors.findings))
    return Proved(book, tuple(check_book(book)))
