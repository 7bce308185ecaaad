"""Titles said with words left out or in another order, and lists whose lines are yes and no."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.options import Option
from bot.nlu.recognisers.text import Token, bag, clean, fold, words
from bot.nlu.recognisers.values import Found
from bot.nlu.recognisers.yes_no import read_yes_no

ANSWERS = ("yes", "no", "unsure")
DENIALS = bag("no not dont never none cant isnt doesnt unsafe wont nope nah")


@lru_cache(maxsize=256)
def title_words(options: tuple[Option, ...]) -> frozenset[str]:
    """Every word of the titles and of the other words for them."""
    return frozenset(word for option in options for said in (option.title, *option.also) for word in words(clean(said)))


def by_words(found: Sequence[Token], options: Sequence[Option]) -> int | None:
    """The only line that holds every word said, small talk apart; a denial must be in both or in neither."""
    said = {token.word for token in found if not token.is_mark}
    held = _words_held(tuple(options))
    telling = said - _small_talk() | (said & DENIALS)
    if len(telling) < _FEWEST and not _told_apart_by_denial(
        telling, held
    ):  # one word alone is the titles' own business
        return None
    lines = [
        line for line, title in enumerate(held) if telling <= title and bool(title & DENIALS) == bool(said & DENIALS)
    ]
    return lines[0] if len(lines) == 1 else None


@lru_cache(maxsize=256)
def _words_held(options: tuple[Option, ...]) -> tuple[frozenset[str], ...]:
    """The words of each title."""
    return tuple(frozenset(words(clean(option.title))) for option in options)


def _told_apart_by_denial(telling: frozenset[str] | set[str], held: Sequence[frozenset[str]]) -> bool:
    """ "Safe" of "I'm safe" and "I'm not safe"."""
    owners = [title for title in held if telling <= title]
    return bool(telling) and len(owners) == _FEWEST and sum(bool(title & DENIALS) for title in owners) == 1


_FEWEST = 2


@lru_cache(maxsize=1)
def _small_talk() -> frozenset[str]:
    return word_set("choice", "filler") | word_set("small_words", "courtesy")


def as_yes_no(text: str, options: Sequence[Option]) -> Found | None:
    """A list with one line for yes and one for no takes any wording of them."""
    lines = _answering(tuple(options))
    if "yes" not in lines:
        return None
    answer = read_yes_no(text)
    line = lines.get(str(answer.value)) if answer else None
    return replace(answer, value=options[line].value) if answer and line is not None else None


@lru_cache(maxsize=256)
def _answering(options: tuple[Option, ...]) -> dict[str, int]:
    """Which line says yes, which no, and which not sure; nothing where two say the same."""
    said = [option.value if option.value in ANSWERS else _answer_in(option.title) for option in options]
    return {answer: said.index(answer) for answer in ANSWERS if said.count(answer) == 1}


def _answer_in(title: str) -> str | None:
    first = fold(clean(title)).split(" ")[0].strip(",.")
    if first in {"yes", "yeah", "ok"}:
        return "yes"
    if fold(title).startswith(("not sure", "unsure", "dont know", "dont mind")):
        return "unsure"
    return "no" if first in {"no", "not", "dont", "never"} else None
