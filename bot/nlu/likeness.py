"""Texts grouped by likeness, with the same features as the built-in classifier: n-grams of letters, words, pairs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bot.nlu.ngrams import Recipe, features

ALIKE = 0.3
"""The least cosine of two texts' features that are put together."""
_RECIPE = Recipe(shortest=3, longest=4)


def grouped(texts: Sequence[str], alike: float = ALIKE) -> list[list[int]]:
    """Places of the texts in groups, the largest first; each joins the group whose first text is most like it."""
    leaders: list[np.ndarray[tuple[int], np.dtype[np.int64]]] = []
    groups: list[list[int]] = []
    for place, text in enumerate(texts):
        own = features(text, _RECIPE)
        near = [_cosine(own, leader) for leader in leaders]
        best = int(np.argmax(near)) if near else -1
        if best >= 0 and near[best] >= alike:
            groups[best].append(place)
        else:
            leaders.append(own)
            groups.append([place])
    return sorted(groups, key=lambda group: (-len(group), group[0]))


def _cosine(a: np.ndarray[tuple[int], np.dtype[np.int64]], b: np.ndarray[tuple[int], np.dtype[np.int64]]) -> float:
    both = np.intersect1d(a, b, assume_unique=True).size
    return float(both / np.sqrt(a.size * b.size))
