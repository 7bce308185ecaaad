"""Layer 2 of the crisis screen: a linear model that hears what no phrase list foresaw.

`python -m bot.safety_model` rebuilds nlu_data/safety/model.npz after a change to the training lines.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from bot.nlu.ngrams import NgramClassifier, Recipe, recipe_values
from bot.nlu.stand_in import TRAIN as ORDINARY
from bot.nlu.stand_in import read_examples
from bot.safety_lists import FOLDER, Found, PhraseBook, book, load_yaml
from bot.safety_words import Words

NONE = "none"
RECIPE = Recipe(bits=17, shortest=3, longest=4, epochs=12, rate=0.6, decay=3e-5)
ALLOWED = 0.0065  # share of ordinary lines that may be taken for a crisis, in cross-validation
ALLOWED_ALONE = 0.02  # ... and share that may get the line beside the answer while no server judges with it
DOUBT = 0.05  # below it the model is nearly certain that a message is ordinary: true of 1 crisis in 200 that a phrase has heard
_FOLDS = 5
_WINDOW, _STRIDE, _SHORT = 24, 12, 30  # words: a message longer than _SHORT is read in windows
_SHARED = ("concepts.yml", "textspeak.yml", "not_typos.txt")
_LITTLE = frozenset(
    [
        "a",
        "an",
        "the",
        "of",
        "to",
        "is",
        "am",
        "are",
        "be",
        "been",
        "was",
        "were",
        "it",
        "its",
        "that",
        "this",
        "and",
        "but",
        "so",
        "just",
        "really",
        "very",
        "like",
        "at",
        "in",
        "on",
        "for",
        "with",
        "i",
        "im",
        "ive",
        "me",
        "my",
    ]
)
_NOT = frozenset(
    [
        "not",
        "no",
        "never",
        "dont",
        "didnt",
        "doesnt",
        "isnt",
        "wasnt",
        "arent",
        "werent",
        "havent",
        "hasnt",
        "hadnt",
        "wont",
        "wouldnt",
        "aint",
        "without",
        "nobody",
        "none",
    ]
)
_DENIED = 4  # words after a denial that are marked as denied


@dataclass(frozen=True, slots=True)
class Judgement:
    kind: str
    sure: float
    alarm: bool


class SafetyModel:
    """How likely it is that a message speaks of a crisis, and of which kind."""

    def __init__(self, classifier: NgramClassifier, threshold: float, mild: float, concepts: dict[str, str]) -> None:
        self._classifier = classifier
        self.threshold = threshold
        self.mild = mild
        self._concepts = concepts

    def judge(self, words: Words, kept: Sequence[Found] = (), cleared: Sequence[Found] = ()) -> Judgement:
        """Over the whole message, or each stretch of a long one; words only said in phrases that were cleared are left out."""
        heard = _without(words, kept, cleared)
        kind, sure = max((self._one(piece) for piece in _stretches(heard)), key=lambda one: one[1])
        return Judgement(kind, sure, sure >= self.threshold)

    def _one(self, piece: tuple[str, ...]) -> tuple[str, float]:
        scores = self._classifier.scores(reading(book().spelled(piece), self._concepts))
        kind = max((label for label in scores if label != NONE), key=lambda label: scores[label])
        return kind, (1 - scores[NONE]) if len(piece) > 1 else 0.0


def _without(words: Words, kept: Sequence[Found], cleared: Sequence[Found]) -> tuple[str, ...]:
    """ "not suicidal": the words that were cleared must not alarm the model either."""
    hidden = {at for found in cleared for at in range(found.start, found.end)}
    hidden |= book().everyday(words)
    hidden -= {at for found in kept for at in range(found.start, found.end)}
    return tuple(word for at, word in enumerate(words.words[1:-1], 1) if at not in hidden)


def _stretches(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if len(words) <= _SHORT:
        yield words
        return
    for start in range(0, len(words) - _WINDOW + _STRIDE, _STRIDE):
        yield words[start : start + _WINDOW]


def reading(words: Sequence[str], concepts: dict[str, str]) -> str:
    """What the model reads: the words, then with words of like meaning put as one, then what they say without the little ones."""
    meant = [concepts.get(word, word) for word in words]
    return " ".join((*words, "//", *meant, "//", *_gist(words, meant)))


def _gist(words: Sequence[str], meant: Sequence[str]) -> Iterator[str]:
    """The words that carry meaning, those after a denial marked: neighbours here may stand far apart in the message."""
    denied = 0
    for word, concept in zip(words, meant, strict=True):
        if word in _NOT:
            denied = _DENIED
            continue
        if word not in _LITTLE:
            yield f"not{concept}" if denied else concept
        denied = max(0, denied - 1)


def read_concepts(folder: Path = FOLDER) -> dict[str, str]:
    """Word -> concept; the first list that has the word wins."""
    found: dict[str, str] = {}
    for name, words in load_yaml(folder / "concepts.yml").items():
        for word in words:
            found.setdefault(str(word), f"@{name}")
    return found


def training_lines(folder: Path = FOLDER) -> list[tuple[str, str]]:
    """(text, kind or "none") of every train_*.tsv, and as ordinary lines what people say to the assistant otherwise."""
    lines = [line for path in sorted(folder.glob("train_*.tsv")) for line in path.read_text("utf-8").splitlines()]
    told = [(text, kind) for kind, text in (line.split("\t", 1) for line in lines if line)]
    spoken_of = {text.casefold() for text, _ in told}
    return told + [(text, NONE) for text, _ in read_examples() if text.casefold() not in spoken_of]


def fingerprint(folder: Path = FOLDER) -> str:
    """Changes when anything the model is made from changes."""
    digest = hashlib.sha256(json.dumps(recipe_values(RECIPE)).encode())
    told = (*sorted(folder.glob("train_*.tsv")), *(folder / name for name in _SHARED))
    for path in (*told, *sorted(ORDINARY.glob("*.yml"))):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()


def _readings(lines: list[tuple[str, str]], phrases: PhraseBook, concepts: dict[str, str]) -> list[tuple[str, str]]:
    return [(reading(phrases.spelled(phrases.words(text).words[1:-1]), concepts), kind) for text, kind in lines]


def train(folder: Path = FOLDER, *, threshold: float, mild: float) -> SafetyModel:
    """From the training lines, in about a second."""
    concepts = read_concepts(folder)
    classifier = NgramClassifier.train(_readings(training_lines(folder), book(), concepts), RECIPE)
    return SafetyModel(classifier, threshold, mild, concepts)


def cross_validated(folder: Path = FOLDER) -> tuple[np.ndarray, np.ndarray]:
    """How sure a model that has not seen the line is that it is a crisis; and whether it is one."""
    lines, concepts, phrases = training_lines(folder), read_concepts(folder), book()
    pairs = _readings(lines, phrases, concepts)
    fold = np.random.default_rng(7).integers(0, _FOLDS, len(lines))
    sure = np.zeros(len(lines))
    for held in range(_FOLDS):
        seen = [pair for pair, where in zip(pairs, fold, strict=True) if where != held]
        model = SafetyModel(NgramClassifier.train(seen, RECIPE), 0.5, 0.5, concepts)
        for at in np.flatnonzero(fold == held):
            words = phrases.words(lines[at][0])
            sure[at] = model.judge(words, *phrases.find(words)).sure
    return sure, np.array([kind != NONE for _, kind in lines])


def calibrate(sure: np.ndarray, crisis: np.ndarray, allowed: float = ALLOWED) -> float:
    """The lowest threshold that no more than this share of the ordinary lines reaches."""
    ordinary = np.sort(sure[~crisis])[::-1]
    return float(np.nextafter(ordinary[int(allowed * len(ordinary))], 1.0))


@cache
def model(folder: Path = FOLDER) -> SafetyModel:
    """The saved model; if the training lines have changed since it was saved, one trained from them now."""
    path = folder / "model.npz"
    saved = json.loads(NgramClassifier.note(path))
    if saved["made_from"] != fingerprint(folder):
        return train(folder, threshold=saved["threshold"], mild=saved["mild"])
    return SafetyModel(NgramClassifier.load(path), saved["threshold"], saved["mild"], read_concepts(folder))


def rebuild(folder: Path = FOLDER) -> dict[str, float | str]:
    """Cross-validates, sets the threshold, trains on everything and saves; returns what it found."""
    sure, crisis = cross_validated(folder)
    threshold, mild = calibrate(sure, crisis), calibrate(sure, crisis, ALLOWED_ALONE)
    note: dict[str, float | str] = {
        "made_from": fingerprint(folder),
        "threshold": threshold,
        "mild": mild,
        "recall": round(float((sure[crisis] >= threshold).mean()), 4),
        "recall_alone": round(float((sure[crisis] >= mild).mean()), 4),
        "false_alarms": round(float((sure[~crisis] >= threshold).mean()), 4),
        "lines_alone": round(float((sure[~crisis] >= mild).mean()), 4),
    }
    classifier = NgramClassifier.train(_readings(training_lines(folder), book(), read_concepts(folder)), RECIPE)
    classifier.save(folder / "model.npz", note=json.dumps(note))
    return note


if __name__ == "__main__":
    print(json.dumps(rebuild(), indent=1))
