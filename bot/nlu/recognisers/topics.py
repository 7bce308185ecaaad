"""What the lines of a list are about, so that words which stand on no line still point at one: "gaffer", "skint", "zoom"."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache, partial

from bot.nlu.recognisers.barriers import read_barriers
from bot.nlu.recognisers.free_text import book
from bot.nlu.recognisers.health import read_health
from bot.nlu.recognisers.options import Option
from bot.nlu.recognisers.phrases import Hit
from bot.nlu.recognisers.situation import read_situation
from bot.nlu.recognisers.text import Token, clean, tokens
from bot.nlu.recognisers.values import Found

READERS: dict[str, Callable[[str], Found | None]] = {
    "situation": read_situation,
    "health": partial(read_health, asked=True),
    "barriers": read_barriers,
}
GENERAL = "titles"
ANY_LIST = frozenset({"other", "none", "rather_not_say"})
FEWEST = 2  # lines of one subject that make a list a list about it
WEAK = "weak_"
NONE = "none"


def topic_hits(found: Sequence[Token], options: Sequence[Option]) -> list[tuple[int, Hit]]:
    """Each phrase in the text that belongs to the subject of one line."""
    subject = subject_of(tuple(options))
    general = _lines(GENERAL, tuple(options))
    hits = [(general[hit.value], hit) for hit in book(GENERAL).find(found) if hit.value in general]
    if subject:
        lines = _lines(subject, tuple(options))
        values = [(hit.value.removeprefix(WEAK), hit) for hit in book(subject).find(found)]
        hits += [(lines[value], hit) for value, hit in values if value in lines]
    return hits


def means_something_else(found: Sequence[Token], start: int, end: int, options: Sequence[Option]) -> bool:
    """Whether a word of the list's subject stands in a phrase that is not about it: "back" in "call me back"."""
    subject = subject_of(tuple(options))
    if subject is None or not book(subject).exactly(found[start:end]):
        return False
    return not any(hit.start < end and start < hit.end for hit in book(subject).find(found))


def read_topic(text: str, options: Sequence[Option]) -> tuple[list[int], Found] | None:
    """The lines that the reader of the list's own subject finds in the text."""
    subject = subject_of(tuple(options))
    found = READERS[subject](text) if subject else None
    if subject is None or found is None or not found.sure:
        return None
    values = found.value if isinstance(found.value, list) else [found.value]
    lines = _lines(subject, tuple(options)) | _none_line(options)
    return ([lines[str(value)] for value in values], found) if all(str(value) in lines for value in values) else None


def _none_line(options: Sequence[Option]) -> dict[str, int]:
    """The line that says "none of these", if there is one."""
    saying = (n for n, one in enumerate(options) if one.value == NONE or clean(one.title).lower().startswith(NONE))
    line = next(saying, None)
    return {} if line is None else {NONE: line}


@lru_cache(maxsize=256)
def subject_of(options: tuple[Option, ...]) -> str | None:
    """The subject that most lines speak of, if at least two do."""
    counts = {subject: len(_lines(subject, options).keys() - ANY_LIST) for subject in READERS}
    best = max(counts, key=lambda subject: counts[subject])
    return best if counts[best] >= FEWEST and 2 * counts[best] >= len(options) - FEWEST else None


@lru_cache(maxsize=1024)
def _lines(subject: str, options: tuple[Option, ...]) -> dict[str, int]:
    """The line that each value belongs to; values that two lines share are left out."""
    owners: dict[str, set[int]] = {}
    for line, option in enumerate(options):
        found = tokens(clean(option.title))
        for value in {hit.value.removeprefix(WEAK) for hit in book(subject).find(found)}:
            owners.setdefault(value, set()).add(line)
    return {value: next(iter(lines)) for value, lines in owners.items() if len(lines) == 1}
