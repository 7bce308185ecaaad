"""Picking from a numbered list: by number, word, letter, place or title; one or several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.nlu.recognisers import scope
from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.numbers import UNITS, number_at, ordinal_at
from bot.nlu.recognisers.phrases import Hit, PhraseBook
from bot.nlu.recognisers.text import Token, clean, tokens
from bot.nlu.recognisers.values import Found


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a list: its value, the title shown, and other words for it."""

    value: str
    title: str
    also: tuple[str, ...] = ()


def read_choice(text: str, options: Sequence[Option]) -> Found | None:
    """The one option meant; None where none or several are."""
    cleaned = clean(text)
    found = tokens(cleaned)
    bare = [t for t in found if not t.is_mark]
    if len(bare) == 1 and bare[0].is_number and 1 <= int(bare[0].word[:9]) <= len(options):
        return Found(options[int(bare[0].word) - 1].value, True, (0, len(cleaned)))
    return None


def read_choices(text: str, options: Sequence[Option]) -> Found | None:
    """The options meant."""
    one = read_choice(text, options)
    return Found([one.value], one.whole, one.span, one.sure) if one else None
