"""The nearest known word to a misspelt one, in constant time for each word."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

MOST_SLIPS = 2
LONGEST = 20  # a longer "word" is not a misspelling of anything known


def allowed_edits(word: str) -> int:
    """How many slips of the finger a word of this length may hold."""
    if len(word) < 5:
        return 0
    return 1 if len(word) < 8 else 2


def distance(a: str, b: str, limit: int) -> int:
    """Edits (insert, drop, change, swap neighbours) between two words; `limit + 1` when there are more."""
    if abs(len(a) - len(b)) > limit:
        return limit + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, left in enumerate(a, 1):
        previous, row = row, [i]
        for j, right in enumerate(b, 1):
            cost = min(previous[j] + 1, row[j - 1] + 1, previous[j - 1] + (left != right))
            if i > 1 and j > 1 and left == b[j - 2] and a[i - 2] == right:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        before = previous
    return min(row[-1], limit + 1)


class Speller:
    """Known words, and the way from a misspelling to the one known word it can mean."""

    def __init__(self, known: Iterable[str], ordinary: Iterable[str] = ()) -> None:
        self.known = frozenset(known)
        self._ordinary = frozenset(ordinary)
        self._by_cut: dict[str, tuple[str, ...]] = {}  # tuples, mostly shared: sets took three times the memory
        for word in sorted(self.known):
            alone = (word,)
            for cut in _cuts(word, allowed_edits(word)):
                self._by_cut[cut] = (*self._by_cut[cut], word) if cut in self._by_cut else alone

    def nearest(self, word: str) -> str | None:
        """The known word itself, or the only one within reach; None for an ordinary word of its own or a tie."""
        near = self.nearest_all(word)
        return near[0] if len(near) == 1 else None

    def nearest_all(self, word: str) -> tuple[str, ...]:
        """The known word itself, or all that are equally near; none for an ordinary word of its own."""
        if word in self.known:
            return (word,)
        if len(word) > LONGEST or len(word) < 4 or word in self._ordinary:
            return ()
        if word + "s" in self.known:
            return (word + "s",)
        best, near = self._closest(word)
        return near if best < MOST_SLIPS or not _slip_of_an_ordinary_word(word, self._ordinary) else ()

    def _closest(self, word: str) -> tuple[int, tuple[str, ...]]:
        """The fewest slips to any known word, and every word that is so near."""
        reach = max(1, allowed_edits(word))
        near: dict[str, int] = {}
        for cut in _cuts(word, reach):
            for known in self._by_cut.get(cut, ()):
                if known not in near:
                    near[known] = _slips(word, known)
        best = min(near.values(), default=99)
        return best, tuple(sorted(known for known, edits in near.items() if edits == best < 99))


@lru_cache(maxsize=4096)
def _slip_of_an_ordinary_word(word: str, ordinary: frozenset[str]) -> bool:
    """Whether one slip makes it of a word nobody lists: "emplyed" is "employed" before it is "employer"."""
    return any(
        other in ordinary and len(other) > 4 and distance(word, other, 1) == 1
        for cut in _cuts(word, 1)
        for other in _ordinary_by_cut(ordinary).get(cut, ())
    )


@lru_cache(maxsize=4)
def _ordinary_by_cut(ordinary: frozenset[str]) -> dict[str, tuple[str, ...]]:
    by_cut: dict[str, tuple[str, ...]] = {}
    for word in sorted(ordinary):
        for cut in _cuts(word, allowed_edits(word) and 1):
            by_cut[cut] = (*by_cut.get(cut, ()), word)
    return by_cut


def _slips(word: str, known: str) -> int:
    """Edits between the two, or a large number when they are too many for the known word's length."""
    if _are_opposites(word, known) or _are_opposites(known, word):
        return 99
    limit = allowed_edits(known)
    edits = distance(word, known, limit)
    first_differs = word[0] != known[0] and word[:2] != known[1::-1] and word[1:2] != known[:1]
    return 99 if edits > limit or (first_differs and len(known) < 8) else edits


def _are_opposites(word: str, other: str) -> bool:
    """ "Employable" is no slip of "unemployable", nor "comfortable" of "uncomfortable"."""
    return any(word == front + other for front in TURNS_ROUND)


TURNS_ROUND = ("un", "in", "im", "dis", "ir", "non", "mis")


def _cuts(word: str, depth: int) -> set[str]:
    """The word with up to `depth` letters left out."""
    found = {word}
    layer = {word}
    for _ in range(depth):
        layer = {cut[:i] + cut[i + 1 :] for cut in layer for i in range(len(cut))}
        found |= layer
    return found
