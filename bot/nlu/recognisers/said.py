"""Whether a kind of thing is said in a text, each kind looked for by itself: one phrase may say two things."""

from __future__ import annotations

from functools import cache

from bot.nlu.recognisers.lexicon import read
from bot.nlu.recognisers.phrases import PhraseBook
from bot.nlu.recognisers.text import clean, tokens


@cache
def _book(table: str, kind: str) -> PhraseBook:
    return PhraseBook({kind: read(table)[kind]})


def says_of(table: str, kind: str, text: str) -> bool:
    """Whether a phrase of this kind stands in the text: "sharing" on_condition, "whereabouts" no_address."""
    return bool(_book(table, kind).find(tokens(clean(text))))
