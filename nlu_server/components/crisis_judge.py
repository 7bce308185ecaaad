"""Rasa graph component: whether a text speaks of a crisis and of which kind, judged apart from the ordinary intents.

Its examples are the intents `crisis_<kind>` and `crisis_none` (what only sounds like one). It learns them beside all others and
then takes them out of the training data, so that intents and entities are learnt as if they had never been there.
"""
from __future__ import annotations

from typing import Any, Dict, List, Optional, Sequence, Text, Tuple, Type

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.judging import Examples, Regression, unseen_shares

PREFIX = "crisis_"
ORDINARY = frozenset({"ordinary", "none"})
MODEL, THRESHOLD = "crisis.npz", "threshold"
FEWEST_WORDS = 2  # one word alone is for the phrase lists to know


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class CrisisJudge(GraphComponent):
    """Sets `crisis` on a message: the likeliest kind, how sure it is that this is a crisis at all, and whether that is an alarm."""

    @classmethod
    def required_components(cls) -> List[Type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"C": 10.0, "max_iter": 300, "tol": 1e-3, "allowed": 0.005}

    def __init__(self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._model: Optional[Regression] = None
        self._threshold = 1.0

    @classmethod
    def validate_config(cls, config: Dict[Text, Any]) -> None:
        if not 0 < float(config.get("allowed", 0.005)) < 0.1:
            raise ValueError("CrisisJudge: allowed is a share of ordinary texts, between 0 and 0.1")

    @classmethod
    def create(cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "CrisisJudge":
        return cls(config, model_storage, resource)

    @classmethod
    def load(cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource,
             execution_context: ExecutionContext, **kwargs: Any) -> "CrisisJudge":
        judge = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            judge._model = Regression.load(folder / MODEL)
            judge._threshold = float((folder / THRESHOLD).read_text())
        return judge

    def train(self, training_data: TrainingData) -> Resource:
        examples = [one for one in training_data.intent_examples if one.get(INTENT) and one.get(TEXT)]
        known = Examples(examples, [_kind(one) for one in examples])
        self._threshold = calibrated(unseen_shares(known, self._config), self._config["allowed"])
        self._model = Regression.train(known, self._config)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder / MODEL)
            (folder / THRESHOLD).write_text(repr(self._threshold))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        return training_data.filter_training_examples(lambda one: not str(one.get(INTENT, "")).startswith(PREFIX))

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            if self._model and len((message.get(TEXT) or "").split()) >= FEWEST_WORDS:
                message.set("crisis", self._judgement(self._model.shares(message)), add_to_output=True)
        return messages

    def _judgement(self, shares: Dict[Text, float]) -> Dict[Text, Any]:
        kind = max((kind for kind in shares if kind not in ORDINARY), key=lambda kind: shares[kind])
        return {"kind": kind, "confidence": sure(shares), "alarm": sure(shares) > self._threshold}


def sure(shares: Dict[Text, float]) -> float:
    """How likely it is a crisis of whatever kind."""
    return sum(share for kind, share in shares.items() if kind not in ORDINARY)


def calibrated(unseen: Sequence[Tuple[Text, Dict[Text, float]]], allowed: float) -> float:
    """What no more than `allowed` of the ordinary examples exceed, judged by models that had not seen them."""
    ordinary = np.sort([sure(shares) for kind, shares in unseen if kind in ORDINARY])[::-1]
    return float(ordinary[int(allowed * len(ordinary))])


def _kind(example: Message) -> Text:
    intent = str(example.get(INTENT))
    return intent[len(PREFIX):] if intent.startswith(PREFIX) else "ordinary"
