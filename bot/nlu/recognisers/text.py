"""The person's raw words made safe to read: one normal form, and tokens that remember where they stood."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container, Sequence
from functools import lru_cache
from typing import NamedTuple

_LOOK_ALIKES = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u00bd": " 1/2",
        "\u00bc": " 1/4",
        "\u00be": " 3/4",
    }
)
_INVISIBLE = frozenset({"Cf", "Cc", "Co", "Cn", "Cs"})
_KEYCAPS = frozenset("\ufe0e\ufe0f\u20e3")
_SPACES = re.compile(r"\s+")
_TOKEN = re.compile(r"\d+|[^\W\d_]+(?:'[^\W\d_]+)*|\S")
_THIRD_MARK = 3
FEW = 8
"""Texts remembered, since each reader of a message asks for the same."""


class Token(NamedTuple):
    """One word, number or mark: `word` is folded for comparing, start and end are places in the clean text."""

    word: str
    start: int
    end: int

    @property
    def is_number(self) -> bool:
        """Whether the token is made of plain digits."""
        return self.word.isascii() and self.word.isdigit()

    @property
    def is_mark(self) -> bool:
        """Whether the token is punctuation or an emoji."""
        return not self.word[:1].isalnum()


@lru_cache(maxsize=FEW)
def clean(text: str) -> str:
    """One normal form (NFKC) with plain quotes and dashes, nothing invisible, single spaces."""
    if text.isascii() and text.isprintable():  # nearly every text: nothing in it is invisible or has another form
        return undictated(_SPACES.sub(" ", text.replace("`", "'")).strip())
    visible = "".join(_visible(text.translate(_LOOK_ALIKES)))
    folded = unicodedata.normalize("NFKC", visible).translate(_LOOK_ALIKES)
    return undictated(_SPACES.sub(" ", "".join(_visible(folded))).strip())


_DICTATED = re.compile(r"\s+(?:full stop|new line|new paragraph|question mark|comma)(?=\s|$)", re.IGNORECASE)
_MARKS = {"comma": ",", "question mark": "?"}


def undictated(text: str) -> str:
    """Marks that a telephone wrote out in words: "not mornings full stop" ends there."""
    return _DICTATED.sub(lambda said: _MARKS.get(said.group().strip().lower(), "."), text)


def _visible(text: str) -> list[str]:
    """The characters that can be seen; runs of stacked accents are cut to two."""
    kept: list[str] = []
    marks = 0
    for char in text:
        category = unicodedata.category(char)
        marks = marks + 1 if category[0] == "M" else 0
        if char.isspace():
            kept.append(" ")
        elif category not in _INVISIBLE and char not in _KEYCAPS and marks < _THIRD_MARK:
            kept.append(char)
    return kept


def fold(word: str) -> str:
    """A word for comparing: lower case, without accents and apostrophes."""
    if word.isascii():
        return word.lower().replace("'", "")
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(char for char in plain if not unicodedata.combining(char)).replace("'", "")


def tokens(cleaned: str) -> list[Token]:
    """Words, numbers and marks of a clean text; digits and letters that touch are separate tokens."""
    return list(_tokens(cleaned))


@lru_cache(maxsize=FEW)
def _tokens(cleaned: str) -> tuple[Token, ...]:
    found = (Token(fold(m.group()), m.start(), m.end()) for m in _TOKEN.finditer(cleaned))
    return tuple(token for token in found if token.word)


def words(cleaned: str) -> list[str]:
    """The folded words and numbers without the marks."""
    return [token.word for token in tokens(cleaned) if not token.is_mark]


class Rest:
    """What a text says besides words that add nothing; asked once for each value found in it."""

    def __init__(self, found: Sequence[Token], spare: Container[str]) -> None:
        said = [token for token in found if not token.is_mark and token.word not in spare]
        self._first = said[0].start if said else None
        self._last = said[-1].end if said else 0

    def within(self, span: tuple[int, int]) -> bool:
        """Whether all of it stands inside the span."""
        return self._first is None or (span[0] <= self._first and self._last <= span[1])


def bag(spaced: str) -> frozenset[str]:
    """A set of words written in one string with spaces between."""
    return frozenset(spaced.split())


def listed(spaced: str) -> tuple[str, ...]:
    """Words written in one string with spaces between, in order."""
    return tuple(spaced.split())
