"""Messages that are no answer although they hold a word of one: questions, and plain requests such as "go back"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from bot.nlu.recognisers.acts import read_act
from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.options import Option
from bot.nlu.recognisers.text import Token, bag, clean, words

OPENS_A_QUESTION = bag(
    "do does did can could will would are is am was what whats how why who when where which should shall may got"
)
ASKS_ABOUT = bag("you u ya i it this that there they we a the someone anyone")
MAY, FOR_US = bag("can could may shall cld cud might"), bag("i we you u")
HAVE = bag(
    "have take do get pick choose go say book make please put ave av try say ring call text phone email share change move"
)
DENIALS = bag("isnt not wasnt aint")
REQUESTS = frozenset(
    {
        "back",
        "repeat",
        "means",
        "why",
        "who",
        "cost",
        "robot",
        "person",
        "greeting",
        "goodbye",
        "wrong_number",
        "abuse",
        "start_again",
        "fit_note",
    }
)


def is_aside(text: str, found: Sequence[Token], options: Sequence[Option]) -> bool:
    """Whether a word of the list stands in a question or a request; the very words of a line are still an answer."""
    said = words(clean(text))
    bare = tuple(_singular(word) for word in said if word not in word_set("small_words", "courtesy"))
    if bare in _wordings(tuple(options)):
        return False
    return _asks(said, found) or bool(REQUESTS & set(read_act(text)))


def _singular(word: str) -> str:
    return word.removesuffix("s")


@lru_cache(maxsize=256)
def _wordings(options: tuple[Option, ...]) -> frozenset[tuple[str, ...]]:
    """The words, in the singular, of each way to name a line."""
    return frozenset(tuple(_singular(word) for word in words(part)) for option in options for part in _parts(option))


def _parts(option: Option) -> Iterator[str]:
    """The title, what stands between its commas and "or"s, and the other words for it."""
    for wording in (option.title, *option.also):
        yield clean(wording)
    yield from re.split(r",| or | and ", clean(option.title))


def asks_which(found: Sequence[Token]) -> bool:
    """ "What does 2 mean", "which one is zero hours"; but not "what about 2"."""
    opens = found[0].word if found else ""
    return opens in WHAT and len(found) > 1 and found[1].word != "about"


WHAT = bag("what whats which whichs why whys how")


def says_wrong(found: Sequence[Token]) -> bool:
    """ "Number 3 isn't right" takes an answer back and gives none."""
    pairs = pairwise(token.word for token in found)
    return any(denial in DENIALS and word in {"right", "correct", "true"} for denial, word in pairs)


def _asks(said: Sequence[str], found: Sequence[Token]) -> bool:
    wants = len(said) > 2 and said[0] in MAY and said[1] in FOR_US and bool(HAVE & set(said[2:4]))  # "can i have 2?"
    if wants:
        return False
    opens = len(said) > 1 and said[0] in OPENS_A_QUESTION and said[1] in ASKS_ABOUT
    return opens or (len(said) > 1 and bool(found) and found[-1].word == "?")
