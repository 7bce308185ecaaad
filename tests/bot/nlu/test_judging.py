"""The parts of Rasa's pipeline that are ours: quicker than what they stand for, and the same."""

from __future__ import annotations

import subprocess

import pytest

from bot.nlu.places import Places

PLACES = Places()

JUDGING = """
import numpy as np
from rasa.shared.nlu.constants import FEATURE_TYPE_SENTENCE, FEATURE_TYPE_SEQUENCE, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from scipy.sparse import coo_matrix
from components.judging import Regression, features

luck = np.random.default_rng(7)
LAYOUT = [("dense", 8), ("pieces", 300), ("words", 50)]
model = Regression(["a", "b", "c"], luck.normal(size=(3, 358)).astype(np.float32), luck.normal(size=3).astype(np.float32), LAYOUT)

def message(parts):
    made = Message({TEXT: "words"})
    for origin, numbers in parts.items():
        made.add_features(Features(numbers, FEATURE_TYPE_SENTENCE, TEXT, origin))
        made.add_features(Features(numbers, FEATURE_TYPE_SEQUENCE, TEXT, origin))
    return made

def counts(width, most):
    return coo_matrix((luck.random((1, width)) < 0.1) * luck.integers(1, most, (1, width)))

texts = [{"dense": luck.normal(size=(1, 8)).astype(np.float32), "pieces": counts(300, most), "words": counts(50, 3)} for most in (2, 9, 9, 9)]
texts += [{}, {"words": coo_matrix((1, 50))}, {"dense": np.zeros((1, 8), np.float32)}, {"pieces": counts(50, 2)}, {"pieces": coo_matrix(luck.random((1, 300)))}]
for parts in texts:
    logits = np.asarray(features([message(parts)], LAYOUT) @ model._columns)[0] + model._bias
    raised = np.exp(logits - logits.max())
    assert np.allclose(list(model.shares(message(parts)).values()), raised / raised.sum(), atol=1e-5), parts
print("same")
"""

COUNTING = """
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer
from components.sentence_counts import SentenceCounts

class Texts:
    from sklearn.feature_extraction.text import CountVectorizer
    vectorizers = {"text": CountVectorizer(analyzer="char_wb", ngram_range=(2, 4)).fit(["cant work", "my back hurts", "off sick"])}

texts = [["my", "back", "cant"], [], ["zzz"], ["off", "off", "sick"]]
theirs = CountVectorsFeaturizer._create_features(Texts(), "text", texts)[1]
none, ours = SentenceCounts._create_features(Texts(), "text", texts)
assert none == [None] * 4
for one, other in zip(ours, theirs):
    assert one is other is None or ((one.toarray() == other.toarray()).all() and list(one.col) == list(other.col))
print("same")
"""


@pytest.mark.parametrize("script", [JUDGING, COUNTING], ids=["judging", "counting"])
def test_as_the_slow_way_says(script: str) -> None:
    made = subprocess.run(
        [PLACES.python, "-W", "ignore", "-c", script], cwd=PLACES.server, capture_output=True, text=True, timeout=120
    )
    assert made.stdout.endswith("same\n"), made.stderr
