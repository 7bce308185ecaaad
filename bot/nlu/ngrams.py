"""A small linear text classifier over hashed character and word n-grams: numpy only, deterministic, trains in seconds."""

from __future__ import annotations

import json
import unicodedata
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Weights = NDArray[np.float32] | NDArray[np.int8]
_LONGEST = 2_000  # characters read of one text
_BATCH = 128
WORDS_KEPT = 2_000
"""Words whose features are kept, about 1 KB each: the same ones come in every message."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """How texts become numbers and how the weights are found; saved with the model."""

    bits: int = 15
    shortest: int = 2
    longest: int = 5
    epochs: int = 12
    rate: float = 0.4
    decay: float = 1e-5
    balance: float = 0.5  # 0 = classes weigh by their size, 1 = all classes weigh the same


def features(text: str, recipe: Recipe) -> NDArray[np.int64]:
    """Sorted distinct hashed features of a text: n-grams inside words, words, pairs of words with and without a gap."""
    words = unicodedata.normalize("NFKC", text[:_LONGEST]).casefold().split()
    known = [_word(word, recipe.shortest, recipe.longest, recipe.bits) for word in ("^", *words, "$")]
    inside = known[1:-1]
    mask = (1 << recipe.bits) - 1
    hashed = {zlib.crc32(b.written, a.next_to) & mask for a, b in pairwise(known)}
    hashed.update([zlib.crc32(b.written, a.one_before) & mask for a, b in zip(inside, inside[2:], strict=False)])
    hashed.update(*[word.within for word in inside])
    return np.array(sorted(hashed), dtype=np.int64)  # never empty: the pair of both ends is always there


class _Word(NamedTuple):
    """What the features of a text need of one word; a CRC goes on where that of the words before it left off."""

    written: bytes
    next_to: int  # the CRC up to the neighbour that follows
    one_before: int  # the CRC up to the word after that
    within: tuple[int, ...]  # the hashed n-grams, and the word itself


@lru_cache(maxsize=WORDS_KEPT)
def _word(word: str, shortest: int, longest: int, bits: int) -> _Word:
    padded = f" {word[:30]} "
    said = {f"w:{word}"}
    for size in range(shortest, longest + 1):
        said.update(padded[i : i + size] for i in range(len(padded) - size + 1))
    within = {_crc(feature) & ((1 << bits) - 1) for feature in said}
    return _Word(_bytes(word), _crc(f"p:{word} "), _crc(f"s:{word} "), tuple(within))


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _crc(text: str) -> int:
    return zlib.crc32(_bytes(text))


class NgramClassifier:
    """Multinomial logistic regression; `scores` are probabilities over all labels. A loaded one stays in eight bits."""

    def __init__(
        self, labels: Sequence[str], weights: Weights, bias: Floats, recipe: Recipe, scale: Floats | None = None
    ) -> None:
        self.labels = tuple(labels)
        self.recipe = recipe
        self._weights, self._bias = weights, bias
        self._scale = np.ones(len(self.labels), np.float32) if scale is None else scale

    @classmethod
    def train(cls, examples: Iterable[tuple[str, str]], recipe: Recipe | None = None) -> NgramClassifier:
        """From (text, label) pairs; the same pairs in the same order give the same weights."""
        recipe = recipe or Recipe()
        pairs = list(examples)
        labels = sorted({label for _, label in pairs})
        if len(labels) < 2:
            raise ValueError("at least two labels are needed")
        rows = [features(text, recipe) for text, _ in pairs]
        target = np.array([labels.index(label) for _, label in pairs])
        weights, bias = _fit(rows, target, len(labels), recipe)
        return cls(labels, weights, bias, recipe)

    def scores(self, text: str) -> dict[str, float]:
        """The probability of each label; they add up to one."""
        row = features(text, self.recipe)
        summed = self._weights.take(row, axis=0).sum(axis=0, dtype=np.float32) * self._scale
        logits = self._bias + summed / np.float32(len(row) ** 0.5)
        return dict(zip(self.labels, _softmax(logits[None, :])[0].tolist(), strict=True))

    def save(self, path: Path, *, note: str = "") -> None:
        """Weights in eight bits a label: small enough to keep beside the data they came from."""
        whole = self._weights * self._scale
        scale = np.abs(whole).max(axis=0) / 127 + 1e-12
        about = json.dumps({"labels": self.labels, "note": note, "recipe": recipe_values(self.recipe)})
        small = np.rint(whole / scale).astype(np.int8)
        with path.open("wb") as file:
            np.savez_compressed(file, weights=small, scale=scale, bias=self._bias, about=np.array(about))

    @classmethod
    def load(cls, path: Path) -> NgramClassifier:
        with np.load(path, allow_pickle=False) as saved:
            about = json.loads(str(saved["about"]))
            bias, scale = saved["bias"].astype(np.float32), saved["scale"].astype(np.float32)
            return cls(about["labels"], saved["weights"], bias, Recipe(**about["recipe"]), scale)

    @staticmethod
    def note(path: Path) -> str:
        """What `save` was told to remember, for instance the hash of the training data."""
        with np.load(path, allow_pickle=False) as saved:
            return str(json.loads(str(saved["about"]))["note"])


def recipe_values(recipe: Recipe) -> dict[str, int | float]:
    return {name: getattr(recipe, name) for name in Recipe.__slots__}


def _softmax(logits: Floats) -> Floats:
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(raised / raised.sum(axis=1, keepdims=True), dtype=np.float32)


def _fit(
    rows: list[NDArray[np.int64]], target: NDArray[np.int64], classes: int, recipe: Recipe
) -> tuple[Floats, Floats]:
    """AdaGrad over small batches, in an order drawn once from a fixed seed."""
    size = 1 << recipe.bits
    weights, moved = np.zeros((size, classes), np.float32), np.full((size, classes), 1e-3, np.float32)
    bias, bias_moved = np.zeros(classes, np.float32), np.full(classes, 1e-3, np.float32)
    counts = np.bincount(target, minlength=classes).astype(np.float32)
    importance = (counts.mean() / counts) ** recipe.balance
    random = np.random.default_rng(20261121)
    for epoch in range(recipe.epochs):
        rate = recipe.rate * (1 - epoch / (recipe.epochs + 1))
        order = random.permutation(len(rows))
        for start in range(0, len(rows), _BATCH):
            batch = order[start : start + _BATCH]
            sparse = _Sparse([rows[i] for i in batch], size)
            slope = _softmax(sparse.times(weights[sparse.here]) + bias)
            slope[np.arange(len(batch)), target[batch]] -= 1
            slope *= importance[target[batch], None]
            change = sparse.spread(slope) + recipe.decay * len(batch) * weights[sparse.here]
            moved[sparse.here] += change**2
            weights[sparse.here] -= rate * change / np.sqrt(moved[sparse.here])
            bias_moved += slope.sum(axis=0) ** 2
            bias -= rate * slope.sum(axis=0) / np.sqrt(bias_moved)
    return weights, bias


class _Sparse:
    """A batch of texts over just the features they have, each of length one. No BLAS: its threads fight on a busy box."""

    def __init__(self, rows: list[NDArray[np.int64]], size: int) -> None:
        lengths = np.array([len(row) for row in rows])
        every = np.concatenate(rows)
        self.here = np.flatnonzero(np.bincount(every, minlength=size))
        place = np.zeros(size, np.int64)
        place[self.here] = np.arange(len(self.here))
        self._columns = place[every]
        self._rows = np.repeat(np.arange(len(rows)), lengths)
        self._starts = np.cumsum(lengths) - lengths
        self._scale = (1 / np.sqrt(lengths)).astype(np.float32)[:, None]

    def times(self, weights: Floats) -> Floats:
        """Texts by classes."""
        sums: Floats = np.add.reduceat(weights[self._columns], self._starts, axis=0)
        return np.asarray(sums * self._scale, dtype=np.float32)

    def spread(self, slope: Floats) -> Floats:
        """Features by classes."""
        scaled = (slope * self._scale)[self._rows]
        sums = [np.bincount(self._columns, weights=column, minlength=len(self.here)) for column in scaled.T]
        return np.stack(sums, axis=1).astype(np.float32)
