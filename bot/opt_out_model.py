"""The layer behind the published requests to stop: a linear model that hears the many ways nobody listed.

bot/opt_out_training.py sets its thresholds and saves it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from bot.nlu.ngrams import NgramClassifier, Recipe, recipe_values
from bot.safety_lists import FOLDER, load_yaml
from bot.safety_words import read_words, rewrites_from

RECIPE = Recipe(bits=15, shortest=3, longest=4, epochs=14, rate=0.5, decay=2e-5)
STOP, OTHER = "stop", "other"
_DENIALS = frozenset(["not", "no", "never", "dont", "didnt", "wont", "nomore", "without", "dnt"])
_DENIED = 4  # words after a denial that are marked as denied
_MADE_FROM = ("opt_out_train.tsv", "opt_out_means.yml", "textspeak.yml")


class OptOutModel:
    """How likely it is that a message asks us to stop texting."""

    def __init__(self, classifier: NgramClassifier, means: dict[str, str], stops: float, asks: float) -> None:
        self._classifier = classifier
        self._means = means
        self.stops, self.asks = stops, asks

    def sure(self, words: Sequence[str]) -> float:
        return self._classifier.scores(reading(words, self._means))[STOP]


def reading(words: Sequence[str], means: dict[str, str]) -> str:
    """What the model reads: the words, then those that matter with words of like meaning put as one, then the denied ones."""
    meant = [stands for word in words if (stands := means.get(word, word))]
    return " ".join((*words, "//", *meant, "//", *_denied(meant)))


def _denied(meant: Sequence[str]) -> Iterator[str]:
    """ "dont stop texting": what comes after a denial is marked, so that it is not taken for its opposite."""
    left = 0
    for word in meant:
        if left:
            yield f"not{word}"
        left = _DENIED if word in _DENIALS else max(0, left - 1)


def read_means(folder: Path = FOLDER) -> dict[str, str]:
    """Word -> what it stands for; nothing for politeness."""
    lists = load_yaml(folder / "opt_out_means.yml")
    return {str(word): "" if name == "polite" else f"@{name}" for name, words in lists.items() for word in words}


def training_lines(folder: Path = FOLDER) -> list[tuple[str, str]]:
    """(text, "stop" or "other")."""
    lines = (folder / "opt_out_train.tsv").read_text("utf-8").splitlines()
    return [(text, label) for label, text in (line.split("\t", 1) for line in lines if line)]


def fingerprint(folder: Path = FOLDER) -> str:
    """Changes when anything the model is made from changes."""
    digest = hashlib.sha256(json.dumps(recipe_values(RECIPE)).encode())
    for name in _MADE_FROM:
        digest.update(name.encode() + (folder / name).read_bytes())
    return digest.hexdigest()


def readings(folder: Path = FOLDER) -> list[tuple[str, str]]:
    """The training lines as the model reads them, each with its label."""
    rewrites = rewrites_from({k: v for k, v in load_yaml(folder / "textspeak.yml")["means"].items() if v})
    means = read_means(folder)
    return [(reading(read_words(text, rewrites).words[1:-1], means), label) for text, label in training_lines(folder)]


def train(folder: Path = FOLDER) -> NgramClassifier:
    """From the training lines, in about two seconds."""
    return NgramClassifier.train(readings(folder), RECIPE)


@cache
def model(folder: Path = FOLDER) -> OptOutModel:
    """The saved model; if its lines have changed since it was saved, one trained from them now."""
    path = folder / "opt_out_model.npz"
    saved = json.loads(NgramClassifier.note(path))
    classifier = NgramClassifier.load(path) if saved["made_from"] == fingerprint(folder) else train(folder)
    return OptOutModel(classifier, read_means(folder), saved["stops"], saved["asks"])
