"""Yes, no, or not sure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from bot.nlu.recognisers.free_text import without_courtesy
from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.phrases import PhraseBook
from bot.nlu.recognisers.text import Token, bag, clean, tokens
from bot.nlu.recognisers.values import Found

OPENERS = {
    "yes": bag("yes yeah yea yep yeh yh yup aye yess yesss"),
    "no": bag("no nope nah naw"),
}
NOT_A_NO = bag("no one body where longer more matter doubt wonder idea clue job money way need")
TURNS = bag("but however except although tho though")


@cache
def _answers() -> PhraseBook:
    return PhraseBook(read("yes_no"), word_set("ordinary_words", "words"))


def read_yes_no(text: str) -> Found | None:
    """ "yes", "no" or "unsure"; not whole where the answer only opens a longer message."""
    cleaned = clean(text)
    found = tokens(cleaned)
    spoken = _exact(found)
    if spoken:
        return Found(spoken, True, (0, len(cleaned)))
    return _opener(found)


def _exact(found: Sequence[Token]) -> str | None:
    """The answer that the whole message is, with and without courtesy, marks and emoji."""
    bare = [token for token in found if not token.is_mark]
    marks = [token for token in found if token.word not in set(",.!;:'\"-()")]
    for wording in (bare, without_courtesy(found), marks, marks[:1] if not bare else []):
        values = _answers().exactly(wording) if wording else []
        if values:
            return "unsure" if len(set(values)) > 1 else values[0]
    return None


def _opener(found: Sequence[Token]) -> Found | None:
    """An answer that begins a longer message: "yes I was there", "no because ..."."""
    bare = [token for token in found if not token.is_mark]
    kind = next((kind for kind, words in OPENERS.items() if bare and bare[0].word in words), None)
    if kind is None or len(bare) < 2 or (kind == "no" and bare[1].word in NOT_A_NO):
        return None
    other = OPENERS["no" if kind == "yes" else "yes"]
    torn = any(token.word in other for token in bare[1:4]) or (kind == "yes" and bare[1].word in TURNS)
    return Found("unsure" if torn else kind, False, (bare[0].start, bare[0].end), sure=not torn)
