"""`anydoor check`: everything that must be right before content goes live. Also `python -m bot.flows.checking dialogs`."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from bot.flows.checking_filled import Filling, check_filled, check_jumps
from bot.flows.checking_references import check_complete, check_references
from bot.flows.checking_safety import check_safety
from bot.flows.checking_said import asked_for, shown
from bot.flows.definition import ActionSpec, Book, Call, Collect, ContentErrors, Finding, Link
from bot.flows.proof import prove
from bot.flows.reading import read_book
from bot.flows.words import Directory, check_words

_CATALOGUE: Final = "bot.actions.catalogue"


def check(book: Book, directory: Directory | None = None) -> list[Finding]:
    """Every finding about a book that could be read, errors first. `directory`: the numbers and links that are known."""
    references = [*check_references(book), *check_complete(book)]
    filling = Filling(book)
    walked = _can_be_walked(book)
    words = check_words(book, directory)
    ways = asked_for(book, words)
    paths = (
        [*check_jumps(book, filling), *prove(book, filling=filling, ways=ways)]
        if walked
        else check_filled(book, filling)
    )
    return sorted_findings([*references, *check_safety(book), *paths, *shown(book, words, ways)])


def _can_be_walked(book: Book) -> bool:
    """Whether every flow and slot that a step names is there; else the proof would walk into nothing."""
    steps = [step for flow in book.flows.values() for step in flow.steps.values()]
    flows = {step.flow for step in steps if isinstance(step, Call | Link)}
    slots = {step.slot for step in steps if isinstance(step, Collect)}
    return flows <= book.flows.keys() and slots <= book.slots.keys()


def sorted_findings(findings: Sequence[Finding]) -> list[Finding]:
    """Errors first, then by file and line; each only once."""
    unique = {(f.file, f.line, f.message): f for f in findings}.values()
    return sorted(unique, key=lambda f: (f.severity != "error", f.file, f.line, f.message))


def main(arguments: Sequence[str] | None = None, actions: Mapping[str, ActionSpec] | None = None) -> int:
    """Prints the findings of a dialogs folder; 1 when there is an error. `--advice` prints the advice too."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    folder = Path(next((one for one in given if not one.startswith("--")), "dialogs"))
    try:
        findings = check(read_book(folder, _catalogue() if actions is None else actions))
    except ContentErrors as errors:
        findings = errors.findings
    bad = [finding for finding in findings if finding.severity == "error"]
    for finding in findings if "--advice" in given else bad:
        print(finding)
    print(f"{len(bad)} errors, {len(findings) - len(bad)} pieces of advice")
    return 1 if bad else 0


def _catalogue() -> Mapping[str, ActionSpec]:
    """What the actions promise, found by name: this package knows nothing above it."""
    found: Mapping[str, ActionSpec] = importlib.import_module(_CATALOGUE).SPECS
    return found


if __name__ == "__main__":
    raise SystemExit(main())
