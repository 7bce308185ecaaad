"""Everyday words that the crisis models take for danger (nlu_data/safety/everyday.yml): they are hidden from them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from bot.safety_phrases import Automaton, Part
from bot.safety_words import Words


class Everyday:
    """Where a message speaks of a house that sleeps, of too many tablets, of better hours, and of nothing to be afraid of."""

    def __init__(
        self,
        content: Mapping[str, Any],
        parse: Callable[[Iterable[str], Mapping[str, str]], tuple[tuple[Part, ...], ...]],
    ) -> None:
        self._matters = [_Matter(matter, parse) for matter in (content, *content["matters"])]

    def places(self, words: Words) -> frozenset[int]:
        """The places of the words that say so; of a matter beside which something is none, none."""
        return frozenset[int]().union(*(matter.places(words) for matter in self._matters))


class _Matter:
    """One thing people say, and the words that undo it wherever they stand beside it."""

    def __init__(
        self,
        content: Mapping[str, Any],
        parse: Callable[[Iterable[str], Mapping[str, str]], tuple[tuple[Part, ...], ...]],
    ) -> None:
        lists = {name: str(ways) for name, ways in content["lists"].items()}
        self._hides = Automaton(parse(content["hides"], lists))
        self._but = Automaton(parse(content["but"], {}))
        self._first = self._hides.vocabulary()

    def places(self, words: Words) -> frozenset[int]:
        if not self._first.intersection(words.words):
            return frozenset()
        spans = self._hides.find(words, as_it_stands, longest=True)
        hidden = frozenset(at for span in spans for at in range(span.start, span.end))
        beside = self._but.find(words, as_it_stands) if hidden else ()
        return hidden if all(hidden.issuperset(range(span.start, span.end)) for span in beside) else frozenset()


def as_it_stands(word: str) -> tuple[str, ...]:
    return (word,)
