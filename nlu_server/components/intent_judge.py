"""Rasa graph component: which intent a text has. Like Rasa's own logistic regression, with its parts weighed alike and a penalty to set."""
from __future__ import annotations

from typing import Any, Dict, List, Optional, Text, Type

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from components.judging import Examples, Regression, honest_sharpness, unseen_shares

MODEL = "intents.npz"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentJudge(GraphComponent, IntentClassifier):
    """Sets `intent` and `intent_ranking`, the likeliest first, as sure as it is right about texts it has not seen."""

    @classmethod
    def required_components(cls) -> List[Type]:
        return [Featurizer]

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"C": 10.0, "max_iter": 300, "tol": 3e-4, "class_weight": "balanced", "ranking_length": 5}

    def __init__(self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource) -> None:
        self._config, self._storage, self._resource = config, storage, resource
        self._model: Optional[Regression] = None

    @classmethod
    def create(cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource,
               execution_context: ExecutionContext) -> "IntentJudge":
        return cls(config, model_storage, resource)

    @classmethod
    def load(cls, config: Dict[Text, Any], model_storage: ModelStorage, resource: Resource,
             execution_context: ExecutionContext, **kwargs: Any) -> "IntentJudge":
        judge = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            judge._model = Regression.load(folder / MODEL)
        return judge

    def train(self, training_data: TrainingData) -> Resource:
        examples = [one for one in training_data.intent_examples if one.get(INTENT) and one.get(TEXT)]
        known = Examples(examples, [one.get(INTENT) for one in examples])
        sharpness = honest_sharpness(unseen_shares(known, self._config))
        self._model = Regression.train(known, self._config).sharpened(sharpness)
        with self._storage.write_to(self._resource) as folder:
            self._model.save(folder / MODEL)
        return self._resource

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages if self._model else []:
            shares = sorted(self._model.shares(message).items(), key=lambda one: -one[1])
            ranked = [{"name": name, "confidence": share} for name, share in shares[: self._config["ranking_length"]]]
            message.set("intent", ranked[0], add_to_output=True)
            message.set("intent_ranking", ranked, add_to_output=True)
        return messages
