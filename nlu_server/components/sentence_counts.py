"""Rasa graph component: how often each piece of a text, or word, stands in the whole of it, and not in each word of it too."""
from __future__ import annotations

from typing import Any, List, Optional, Text, Tuple

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.featurizers.sparse_featurizer.count_vectors_featurizer import CountVectorsFeaturizer


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class SentenceCounts(CountVectorsFeaturizer):
    """Rasa's own but for what it says of single words, which nothing here reads and which takes most of its time."""

    def _create_features(
        self, attribute: Text, all_tokens: List[List[Text]]
    ) -> Tuple[List[Optional[Any]], List[Optional[Any]]]:
        vectorizer = self.vectorizers.get(attribute)
        counts = [vectorizer.transform([" ".join(tokens)]).tocoo() if vectorizer and tokens else None for tokens in all_tokens]
        return [None] * len(counts), counts
