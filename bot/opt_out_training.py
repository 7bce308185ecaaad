"""`python -m bot.opt_out_training`: sets the thresholds of the opt-out model by cross-validation and saves it."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from bot.nlu.ngrams import NgramClassifier
from bot.opt_out import OptOutPhrases
from bot.opt_out_model import RECIPE, STOP, fingerprint, readings, train, training_lines
from bot.safety_lists import FOLDER

ALLOWED = 0.0015  # share of look-alikes that may stop, in cross-validation
ASKED = 0.05  # share of look-alikes, chosen to be hard, that may be asked whether they meant to stop
_FOLDS = 10


def cross_validated(folder: Path = FOLDER) -> tuple[np.ndarray, np.ndarray]:
    """How sure a model that has not seen the line is that it asks to stop; and whether it does."""
    pairs = readings(folder)
    fold = np.random.default_rng(11).integers(0, _FOLDS, len(pairs))
    sure = np.zeros(len(pairs))
    for held in range(_FOLDS):
        model = NgramClassifier.train([pair for pair, at in zip(pairs, fold, strict=True) if at != held], RECIPE)
        for at in np.flatnonzero(fold == held):
            sure[at] = model.scores(pairs[at][0])[STOP]
    return sure, np.array([label == STOP for _, label in pairs])


def threshold(sure: np.ndarray, allowed: int) -> float:
    """The lowest that no more than so many of these reach."""
    return float(np.nextafter(np.sort(sure)[::-1][allowed], 1.0))


def rebuild(folder: Path = FOLDER) -> dict[str, float | str]:
    """Both layers on lines the model has not seen; trains on everything and saves; returns what it found."""
    phrases = OptOutPhrases(folder)
    said = [phrases.plainly(text) for text, _ in training_lines(folder)]
    listed, cleared = np.array([one == STOP for one, _ in said]), np.array([excused for _, excused in said])
    sure, stop = cross_validated(folder)
    sure[cleared] = 0
    others = int((~stop).sum())
    stops, asks = (threshold(sure[~stop], int(share * others)) for share in (ALLOWED, ASKED))
    note: dict[str, float | str] = {"made_from": fingerprint(folder), "stops": stops, "asks": asks}
    for name, heard in {
        "phrases": listed,
        "model": sure >= stops,
        "both": listed | (sure >= stops),
        "or_asked": listed | (sure >= asks),
    }.items():
        note[f"heard_{name}"] = round(float(heard[stop].mean()), 4)
        note[f"false_{name}"] = round(float(heard[~stop].mean()), 4)
    train(folder).save(folder / "opt_out_model.npz", note=json.dumps(note))
    return note


if __name__ == "__main__":
    print(json.dumps(rebuild(), indent=1))
