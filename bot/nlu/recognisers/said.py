"""Whether a kind of thing is said in a text, each kind looked for by itself: one phrase may say two things."""

from __future__ import annotations

from functools import cache

from bot.nlu.recognisers.free_text import without_courtesy
from bot.nlu.recognisers.lexicon import read
from bot.nlu.recognisers.phrases import PhraseBook
from bot.nlu.recognisers.text import bag, clean, tokens


@cache
def _book(table: str, kind: str) -> PhraseBook:
    return PhraseBook({kind: read(table)[kind]})


def says_of(table: str, kind: str, text: str) -> bool:
    """Whether a phrase of this kind stands in the text: "sharing" on_condition, "whereabouts" no_address."""
    return bool(_book(table, kind).find(tokens(clean(text))))


@cache
def _books(table: str, kinds: tuple[str, ...]) -> PhraseBook:
    return PhraseBook({kind: read(table)[kind] for kind in kinds})


def said_of(table: str, kinds: tuple[str, ...], text: str) -> frozenset[str]:
    """Which of these kinds stand in the text, in one look at it."""
    return _books(table, kinds).values_in(tokens(clean(text)))


def is_all_of(table: str, kind: str, text: str) -> bool:
    """Whether a phrase of this kind is the whole text, politeness and words that open it aside: "ok, anything later pls"."""
    said = [token for token in tokens(clean(text)) if not token.is_mark]
    wordings = [
        said,
        without_courtesy(said),
        *(said[n:] for n in range(1, OPENERS + 1) if said and said[0].word in OPENS),
    ]
    return any(wording and _book(table, kind).exactly(wording) for wording in wordings)


OPENERS, OPENS = 1, bag("ok okay oh um er no nah sorry but and well hi thanks actually have do erm hmm")
