"""Everything `anydoor check` looks at, put together: the book, its proof, its words, the numbers it may say."""

from __future__ import annotations

from bot import pages
from bot.actions.catalogue import SPECS
from bot.assistant import DIALOGS
from bot.flows import checking
from bot.flows.definition import Book, ContentErrors, Finding
from bot.flows.reading import read_book
from bot.flows.words import Directory
from services.directory import known_helplines, known_numbers


def check_everything() -> list[Finding]:
    """All findings about dialogs/, errors first."""
    try:
        book = read_book(DIALOGS, SPECS)
    except ContentErrors as errors:
        return errors.findings
    findings = check_book(book)
    try:
        pages.words(DIALOGS)
    except pages.PageWordsError as error:
        findings.append(Finding("dialogs", 1, str(error), ""))
    return sorted(findings, key=lambda finding: finding.severity != "error")


def check_book(book: Book) -> list[Finding]:
    """All findings about a book that could be read, errors first."""
    return list(checking.check(book, Directory(known_helplines(), known_numbers())))
