"""What only looks like a fact: the name of a place or of a person, and health guessed from a word that was not said as such."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.phrases import Hit, PhraseBook
from bot.nlu.recognisers.text import Token, bag

NEAR_BEFORE, NEAR_AFTER = 3, 4
"""Words between a part of the body and the word that makes it a trouble."""
OF_SOMEBODY = bag("my our your his her their the a an this that new whole own another any no some every each in at")
"""Shortly before "house", one of these makes it a house and no address."""
FEW = 3


def is_a_name(found: Sequence[Token], hit: Hit) -> bool:
    """Whether the words are part of an address or of somebody's name: "12 Back Lane", "Pentreath House", "Mr Bone"."""
    before, after = _word(found, hit.start - 1), _word(found, hit.end)
    if after in word_set("guesses", "streets") and before not in {"on", "living", "live"}:
        return True
    if before in word_set("guesses", "titles") and hit.end - hit.start == 1:
        return True
    if hit.end - hit.start == 1 and before in word_set("name", "first_names") and len(found) <= FEW:
        return True  # "Neil Back"
    return _is_a_building(found, hit)


def _is_a_building(found: Sequence[Token], hit: Hit) -> bool:
    if hit.end - hit.start != 1 or found[hit.start].word not in word_set("guesses", "buildings"):
        return False
    named = _word(found, hit.start - 1)
    led = _word(found, hit.start - 2)
    unknown = named.isalpha() and not any(named in word_set(*one) for one in KNOWN)
    return unknown and led not in OF_SOMEBODY


KNOWN = (("ordinary_words", "words"), ("small_words", "between"), ("small_words", "filler"), ("small_words", "trouble"),
         ("small_words", "negators"), ("small_words", "bare_things"), ("small_words", "first_person"), ("name", "never"),
         ("small_words", "relatives"), ("small_words", "new_thought"))  # fmt: skip


def is_guessed(found: Sequence[Token], hits: Sequence[Hit]) -> bool:
    """Whether any of what was read as health stands on a bare part of the body or an idiom, with nothing that says illness."""
    return any(_is_weak(found, hit) and not _borne_out(found, hit, hits) for hit in hits)


def _is_weak(found: Sequence[Token], hit: Hit) -> bool:
    said = [token for token in found[hit.start : hit.end] if not token.is_mark]
    return all(token.word in word_set("guesses", "body") for token in said) or bool(_weak().exactly(said))


@cache
def _weak() -> PhraseBook:
    return PhraseBook({"weak": read("guesses")["weak"]})


def _borne_out(found: Sequence[Token], hit: Hit, hits: Sequence[Hit]) -> bool:
    """Whether the words around say that something is the matter, or the phrase stands beside one that is plain."""
    words = [token.word for token in found if not token.is_mark]
    if len(words) <= FEW:
        return True
    before = _said(found, range(hit.start - 1, max(-1, hit.start - 1 - NEAR_BEFORE), -1))
    after = _said(found, range(hit.end, min(len(found), hit.end + NEAR_AFTER)))
    if before & word_set("guesses", "cause") or after & word_set("guesses", "matter"):
        return True
    return any(
        other is not hit
        and not _is_weak(found, other)
        and min(abs(other.end - hit.start), abs(hit.end - other.start)) <= 1
        for other in hits
    )


def _said(found: Sequence[Token], places: range) -> set[str]:
    """The words at these places, up to the end of a sentence."""
    words: set[str] = set()
    for i in places:
        if found[i].word in STOPS:
            break
        words.add(found[i].word)
    return words


STOPS = frozenset(".?!;")


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
