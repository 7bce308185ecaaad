"""Faults put into our own content, ten a class, written from what docs/flow-language.md promises to find.

A seed changes a few words of dialogs/; `names` is what the finding has to speak of.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.flows.reading import read_texts
from tests.bot.flows.seeded import faults

DIALOGS = Path(__file__).parents[4] / "dialogs"


@dataclass(frozen=True)
class Edit:
    """In `file`, the first `old` after the line that begins the flow, slot or response `under`, becomes `new`."""

    file: str
    under: str
    old: str
    new: str

    def made(self, text: str) -> str:
        start = text.find(f"\n  {self.under}:")
        found = text.find(self.old, start)
        if start < 0 or found < 0:
            raise LookupError(f"{self.file}: no {self.old!r} under {self.under}: mend this seed")
        return text[:found] + self.new + text[found + len(self.old) :]


@dataclass(frozen=True)
class Seed:
    """One fault: its class, a sentence, the edits, and a word that its finding has to hold."""

    kind: str
    name: str
    edits: tuple[Edit, ...]
    names: str

    def files(self) -> dict[str, str]:
        texts = dict(ours())
        for edit in self.edits:
            texts[edit.file] = edit.made(texts[edit.file])
        return texts


@cache
def ours() -> Mapping[str, str]:
    """The files of dialogs/ that make the book."""
    return read_texts(DIALOGS)[0]


def seed(kind: str, name: str, file: str, names: str, *edits: tuple[str, str, str]) -> Seed:
    return Seed(kind, name, tuple(Edit(f"{file}.yml", *edit) for edit in edits), names)


SEEDS: tuple[Seed, ...] = tuple(seed(*one[:4], *one[4:]) for one in faults.FAULTS)
