"""Logistic regression over what the featurizers before it say of a text; both our judges (intents, crises) are made of it."""
from __future__ import annotations

from pathlib import Path
from typing import Any, Dict, List, Sequence, Text, Tuple

import numpy as np
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, TEXT
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import csr_matrix, diags, hstack, vstack

from components.encoder import encoder_name
from components.held_out import is_held_out

Layout = List[Tuple[Text, int]]  # each featurizer's name and how many numbers it gives


def layout_of(messages: Sequence[Message]) -> Layout:
    """Which featurizers speak, in a fixed order."""
    found = {one.origin: one.features.shape[-1] for message in messages for one in _said(message)}
    return sorted(found.items())


def features(messages: Sequence[Message], layout: Layout) -> csr_matrix:
    """One row a message. Every featurizer's part has length one, so that none drowns the others by its size: a piece of a word
    is there or not, however often. A featurizer that has nothing to say of a text gives zeros."""
    said = [{one.origin: one.features for one in _said(message)} for message in messages]
    parts = [[_numbers(one.get(origin), width) for one in said] for origin, width in layout]
    return hstack([_of_length_one(vstack(part).tocsr()) for part in parts]).tocsr()


def _said(message: Message) -> List[Any]:
    return [one for one in message.features if one.attribute == TEXT and one.type == FEATURE_TYPE_SENTENCE]


def _numbers(part: Any, width: int) -> csr_matrix:
    if part is None or part.shape[-1] != width:
        return csr_matrix((1, width), dtype=np.float32)
    return csr_matrix(part, dtype=np.float32)


def _set(part: Any, width: int) -> Tuple[Any, np.ndarray]:
    """Where one featurizer's numbers of a text are not zero, and what they are at length one."""
    if part is None or part.shape[-1] != width:
        return slice(0, 0), np.zeros(0, np.float32)
    if isinstance(part, np.ndarray):
        where, numbers = slice(0, width), part[0].astype(np.float32)
    else:
        found = part.tocoo()
        where, numbers = found.col, found.data.astype(np.float32)
    if (numbers == np.rint(numbers)).all():
        numbers = (numbers > 0).astype(np.float32)
    return where, numbers / max(float(np.sqrt(numbers @ numbers)), 1e-6)


def _of_length_one(part: csr_matrix) -> csr_matrix:
    if (part.data == np.rint(part.data)).all():  # counts
        part.data[:] = part.data > 0
    lengths = np.sqrt(np.asarray(part.multiply(part).sum(axis=1))).ravel()
    return diags(1 / np.maximum(lengths, 1e-6).astype(np.float32)) @ part


class Examples:
    """Labelled messages as numbers, worked out once for all that is learnt from them."""

    def __init__(self, messages: Sequence[Message], labels: Sequence[Text]) -> None:
        self.labels, self.layout = np.array(labels), layout_of(messages)
        self.rows = features(messages, self.layout)
        self.held_out = np.array([is_held_out(message.get(TEXT)) for message in messages])


class Regression:
    """`shares` of a message add up to one over `labels`. `weights`: a row a label, a column a number of the layout."""

    def __init__(self, labels: Sequence[Text], weights: np.ndarray, bias: np.ndarray, layout: Layout) -> None:
        self.labels, self._bias, self._layout = list(labels), bias, layout
        self._columns = np.ascontiguousarray(weights.T)  # a text has few of many thousand numbers: only theirs are read

    @classmethod
    def train(cls, examples: "Examples", config: Dict[Text, Any]) -> "Regression":
        model = _fitted(examples.rows, examples.labels, config)
        return cls(model.classes_, model.coef_.astype(np.float32), model.intercept_.astype(np.float32), examples.layout)

    def sharpened(self, by: float) -> "Regression":
        """The same order of labels, with more certainty (above 1) or less."""
        return Regression(self.labels, self._columns.T * np.float32(by), self._bias * np.float32(by), self._layout)

    def shares(self, message: Message) -> Dict[Text, float]:
        logits = self._logits({one.origin: one.features for one in _said(message)})
        raised = np.exp(logits - logits.max())
        return dict(zip(self.labels, map(float, raised / raised.sum())))

    def _logits(self, said: Dict[Text, Any]) -> np.ndarray:
        """What `features` of one message times the weights gives, without the empty numbers in between."""
        logits, start = self._bias.copy(), 0
        for origin, width in self._layout:
            where, numbers = _set(said.get(origin), width)
            if len(numbers):
                logits += numbers @ self._columns[start:start + width][where]
            start += width
        return logits

    def save(self, file: Path) -> None:
        origins, widths = zip(*self._layout)
        np.savez_compressed(file, labels=np.array(self.labels), weights=self._columns.T, bias=self._bias,
                            origins=np.array(origins), widths=np.array(widths), encoder=np.array(encoder_name()))

    @classmethod
    def load(cls, file: Path) -> "Regression":
        with np.load(file, allow_pickle=False) as saved:
            if "encoder" not in saved.files or str(saved["encoder"]) != encoder_name():
                raise ValueError("this model was trained with another sentence encoder: run anydoor train")
            layout = list(zip(map(str, saved["origins"]), map(int, saved["widths"])))
            return cls([str(one) for one in saved["labels"]], saved["weights"], saved["bias"], layout)


def unseen_shares(examples: Examples, config: Dict[Text, Any]) -> List[Tuple[Text, Dict[Text, float]]]:
    """(Label, shares) of the examples held out of everything, the encoder too, by a model trained on the others."""
    model = _fitted(examples.rows[~examples.held_out], examples.labels[~examples.held_out], config)
    shares = model.predict_proba(examples.rows[examples.held_out])
    return [(label, dict(zip(model.classes_, map(float, each)))) for label, each in zip(examples.labels[examples.held_out], shares)]


def honest_sharpness(unseen: Sequence[Tuple[Text, Dict[Text, float]]]) -> float:
    """How much to sharpen a model so that of the texts it is 80% sure of, 80% are right (the least logarithmic loss)."""
    names = sorted(unseen[0][1])
    logs = np.log(np.array([[shares[name] for name in names] for _, shares in unseen]) + 1e-12)
    right = np.array([names.index(label) for label, _ in unseen])

    def loss(by: float) -> float:
        raised = logs * by
        return float(np.mean(np.logaddexp.reduce(raised, axis=1) - raised[np.arange(len(right)), right]))

    return float(min(np.arange(0.5, 3.01, 0.05), key=loss))


def _fitted(rows: csr_matrix, labels: Sequence[Text], config: Dict[Text, Any]) -> Any:
    from sklearn.linear_model import LogisticRegression

    wanted = {"C": config["C"], "max_iter": config["max_iter"], "tol": config["tol"], "random_state": 42}
    return LogisticRegression(class_weight=config.get("class_weight"), **wanted).fit(rows, labels)
