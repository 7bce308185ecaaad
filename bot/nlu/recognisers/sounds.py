"""Words written as they sound, or with letters dropped: "sik" for sick, "owt of wrk", "fone", "numba", "thre"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache, lru_cache

from bot.nlu.recognisers.free_text import book, without_courtesy
from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.numbers import ORDINALS, TENS, UNITS
from bot.nlu.recognisers.text import Token
from bot.nlu.recognisers.typos import Speller, distance

SHORTEST, LONGEST = 3, 16
VOWELS = frozenset("aeiouy")
_WORD = re.compile(r"[a-z]+")
_SPELT = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        ("ph", "f"), ("ck", "k"), ("^kn", "n"), ("c(?=[eiy])", "s"), ("c(?!h)", "k"), ("x", "ks"), ("gh(?=t)", ""),
        ("q", "k"), ("z", "s"), ("y$", "i"), (r"(.)\1+", r"\1"),
    )
)  # fmt: skip


def heard(found: Sequence[Token], vocabulary: frozenset[str]) -> list[Token]:
    """The tokens, those that only sound like a word of the list, a number or "number" put right."""
    alone = _alone(found)
    if alone is not None:
        return [token._replace(word=alone[1]) if i == alone[0] else token for i, token in enumerate(found)]
    return [_put_right(token, vocabulary) for token in _rejoined(found, vocabulary)]


def numbers_heard(found: Sequence[Token]) -> list[Token]:
    """The tokens with misspelt number words put right: "sevn months"."""
    known = _settled()
    meant = (
        None if token.is_mark or token.word in known else meant_by_sound(token.word, _counting()) for token in found
    )
    return [token._replace(word=word) if word else token for token, word in zip(found, meant, strict=True)]


def _rejoined(found: Sequence[Token], vocabulary: frozenset[str]) -> Iterator[Token]:
    """ "broad gate" is one word where the list has it as one."""
    i = 0
    while i < len(found):
        both = found[i].word + found[i + 1].word if i + 1 < len(found) else ""
        joined = both in vocabulary and both.isalpha() and not {found[i].word, found[i + 1].word} & vocabulary
        yield found[i]._replace(word=both, end=found[i + 1].end) if joined else found[i]
        i += 1 + joined


def _put_right(token: Token, vocabulary: frozenset[str]) -> Token:
    word = token.word
    if token.is_mark or token.is_number or word in vocabulary:
        return token
    short = next((other for other in _abbreviated().get(word, ()) if other in vocabulary), None)
    if short is None and word not in _settled():
        short = (
            _of_the_list(word, vocabulary) or _slips().get(word) or meant_by_sound(word, _counting()) or _misspelt(word)
        )
    return token._replace(word=short) if short else token


def _misspelt(word: str) -> str | None:
    """A long number word with a slip that changes its sound: "secomd"."""
    return _count_speller().nearest(word) if len(word) > SHORTEST + 1 else None


@cache
def _count_speller() -> Speller:
    return Speller((word for word in _counting() if len(word) > SHORTEST + 1), _settled())


def _alone(found: Sequence[Token]) -> tuple[int, str] | None:
    """ "too" or "fore" is a number only where it is all that was said, or after "number"."""
    bare = without_courtesy(found)
    cues = word_set("choice", "cue")
    if bare and any(token.word == "?" for token in found):
        return None
    if not (len(bare) == 1 or (len(bare) == 2 and (bare[0].word in cues or _slips().get(bare[0].word) in cues))):
        return None
    word = _homophones().get(bare[-1].word)
    return (next(i for i, token in enumerate(found) if token is bare[-1]), word) if word else None


@cache
def _homophones() -> dict[str, str]:
    """Words of their own that sound like a number."""
    return _turned("sounds_like")


@cache
def _slips() -> dict[str, str]:
    """Misspellings that are no words of their own."""
    return _turned("slips")


def _of_the_list(word: str, vocabulary: frozenset[str]) -> str | None:
    """The word of the list that sounds the same, small words apart."""
    meant = meant_by_sound(word, vocabulary)
    return None if meant in word_set("choice", "common") else meant


@cache
def _abbreviated() -> dict[str, tuple[str, ...]]:
    """Words written short or long: "rd" for road, "saint" for st."""
    groups = [tuple(line.split()) for line in read("choice")["abbreviated"]]
    return {word: tuple(other for other in group if other != word) for group in groups for word in group}


def _turned(key: str) -> dict[str, str]:
    """Each line of the list is the word meant and then the ways of writing it."""
    lines = (line.split() for line in read("choice")[key])
    return {written: meant for meant, *ways in lines for written in ways}


@cache
def _counting() -> frozenset[str]:
    return frozenset(word for word in {*UNITS, *TENS, *ORDINALS} if word != "zero")


@cache
def _settled() -> frozenset[str]:
    """Words that mean what they say."""
    listed = frozenset().union(*(book(name).known for name in ("situation", "health", "barriers", "titles")))
    plain = (
        listed
        | word_set("ordinary_words", "words")
        | word_set("choice", "filler")
        | word_set("small_words", "courtesy")
    )
    asked_for = {word for lines in read("acts").values() for line in lines for word in _WORD.findall(line)}  # "my data"
    return plain | asked_for | _counting() | word_set("choice", "cue") | word_set("choice", "never_a_slip")


@lru_cache(maxsize=4096)
def meant_by_sound(word: str, vocabulary: frozenset[str]) -> str | None:
    """The only word of the list that sounds the same and is spelt nearly so."""
    if not SHORTEST <= len(word) <= LONGEST:
        return None
    skeleton, spelt = _skeleton(word), _sound(word)
    near = {known for known in _by_skeleton(vocabulary).get(skeleton, ()) if _near(spelt, _sound(known), skeleton)}
    if len(word) == SHORTEST and not VOWELS & set(word):  # "sck", but "zhc" has no sound
        near = {known for known in near if set(word) <= set(known)}
    return next(iter(near)) if len(near) == 1 else None


def _near(a: str, b: str, skeleton: str) -> bool:
    if len(a) > SHORTEST + 1 and sorted(a) == sorted(b):
        return True  # "vedio"
    limit = 1 if len(skeleton) < 3 or len(a) < 6 else 2
    return distance(a, b, limit) <= limit


@lru_cache(maxsize=256)
def _by_skeleton(vocabulary: frozenset[str]) -> dict[str, tuple[str, ...]]:
    listed: dict[str, list[str]] = {}
    for word in sorted(_spellable(vocabulary)):
        listed.setdefault(_skeleton(word), []).append(word)
    return {skeleton: tuple(words) for skeleton, words in listed.items()}


def _spellable(vocabulary: Iterable[str]) -> set[str]:
    return {word for word in vocabulary if len(word) >= SHORTEST and word.isalpha()}


@lru_cache(maxsize=4096)
def _sound(word: str) -> str:
    for pattern, sound in _SPELT:
        word = pattern.sub(sound, word)
    return word


def _skeleton(word: str) -> str:
    """The first letter and the consonants after it."""
    sound = _sound(word)
    first = "a" if sound[0] in "aeiou" else sound[0]
    return first + re.sub("[aeiouwyh]", "", sound[1:])
