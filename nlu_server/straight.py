"""What a trained model says of a text: its components one after another, with nothing of a dialogue around them.

Rasa's way to the same answer makes a conversation and an empty domain for each text and plans the order of the components anew.
Three components are replaced by what gives the same answer with less work; tests/nlu_server compares them with Rasa's own.
"""
from __future__ import annotations

import re
from typing import Any, Callable, Dict, List, NamedTuple, Text, Tuple

import numpy as np
from rasa.core.channels.channel import UserMessage
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.extractors.crf_entity_extractor import CRFEntityExtractor
from rasa.nlu.featurizers.sparse_featurizer.regex_featurizer import RegexFeaturizer
from rasa.nlu.utils.bilou_utils import ensure_consistent_bilou_tagging, tag_without_prefix
from rasa.shared.nlu.constants import ENTITIES, ENTITY_ATTRIBUTE_TYPE, FEATURE_TYPE_SENTENCE, NO_ENTITY_TAG, TEXT
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message

from components.sentence_counts import SentenceCounts

TOKENS, PATTERN = TOKENS_NAMES[TEXT], "pattern"
HEARD_NOTHING = {"name": None, "confidence": 0.0}

Process = Callable[[List[Any]], List[Any]]


class Straight:
    """The components of a loaded model, each of which takes what the one before it gives."""

    def __init__(self, runner: DaskGraphRunner, last: Text) -> None:
        self._steps: List[Process] = []
        schema, name = runner._graph_schema, last
        while name in schema.nodes:
            node = schema.nodes[name]
            component = runner._instantiated_nodes[name]._component
            self._steps.insert(0, QUICKER[node.uses](component) if node.uses in QUICKER else getattr(component, node.fn))
            (name,) = node.needs.values()  # raises ValueError where a component takes more than one

    def __call__(self, text: Text) -> Dict[Text, Any]:
        said: List[Any] = [UserMessage(text)]
        for step in self._steps:
            said = step(said)
        return {"intent": HEARD_NOTHING, **said[0].data}


class Pieces(NamedTuple):
    """Which pieces a text has, as the judges read it: a row of a matrix, without what a matrix checks."""

    shape: Tuple[int, int]
    col: np.ndarray
    data: np.ndarray

    def tocoo(self) -> "Pieces":
        return self


def counts(featurizer: SentenceCounts) -> Process:
    """Each piece of a text once: the judges ask only whether it is there."""
    vectorizer = featurizer.vectorizers[TEXT]
    analyse = vectorizer.build_analyzer()
    places = vectorizer.vocabulary_ = {piece: int(place) for piece, place in vectorizer.vocabulary_.items()}

    def process(messages: List[Message]) -> List[Message]:
        for message in messages:
            words = featurizer._get_processed_message_tokens_by_attribute(message, TEXT)
            if words:
                found = sorted({places[piece] for piece in analyse(" ".join(words)) if piece in places})
                pieces = Pieces((1, len(places)), np.array(found, np.int32), np.ones(len(found), np.float32))
                message.add_features(Features(pieces, FEATURE_TYPE_SENTENCE, TEXT, featurizer._identifier))
        return messages

    return process


def patterns(featurizer: RegexFeaturizer) -> Process:
    """Which words look like what; of two patterns with one name the later counts, as in training."""
    flags = 0 if featurizer.case_sensitive else re.IGNORECASE
    known = [(one["name"], re.compile(one["pattern"], flags)) for one in featurizer.known_patterns]

    def process(messages: List[Message]) -> List[Message]:
        for message in messages:
            found = [(name, [match.span() for match in pattern.finditer(message.get(TEXT))]) for name, pattern in known]
            for token in message.get(TOKENS):
                token.set(PATTERN, {name: any(token.start < end and token.end > start for start, end in spans)
                                    for name, spans in found})
        return messages

    return process


class Entities:
    """Rasa's reader of entities. How sure it is of a word is worked out only where the word may be part of one."""

    def __init__(self, extractor: CRFEntityExtractor) -> None:
        self._extractor, self._window = extractor, extractor.component_config["features"]
        self._taggers = extractor.entity_taggers or {}
        if any(tag != ENTITY_ATTRIBUTE_TYPE for tag in self._taggers) or not extractor.component_config["BILOU_flag"]:
            raise ValueError("entities with roles or groups, or not marked by BILOU, are not read here")

    def __call__(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            found: List[Dict[Text, Any]] = []
            for name, tagger in self._taggers.items():
                tags, sure = self._tagged(tagger.tagger_, self._features(message.get(TOKENS)))
                if any(tag != NO_ENTITY_TAG for tag in tags):
                    tags, sure = ensure_consistent_bilou_tagging(tags, sure)
                    found = self._extractor.convert_predictions_into_entities(
                        message.get(TEXT), message.get(TOKENS), {name: tags}, self._extractor.split_entities_config, {name: sure})
            message.set(ENTITIES, message.get(ENTITIES, []) + self._extractor.add_extractor_name(found), add_to_output=True)
        return messages

    def _features(self, tokens: List[Any]) -> List[List[Text]]:
        """Of each word what it, the ones before it and the ones after it look like; what is not so is left out."""
        half = len(self._window) // 2
        looks = [[_looks(token, f"{place - half}:", features) for token in tokens] for place, features in enumerate(self._window)]
        rows: List[List[Text]] = []
        for number in range(len(tokens)):
            row: Dict[Text, None] = {}
            for place, look in enumerate(looks):
                at = number + place - half
                row.update(dict.fromkeys(["BOS"] if at < 0 else ["EOS"] if at >= len(tokens) else look[at]))
            rows.append(list(row))
        return rows

    def _tagged(self, tagger: Any, features: List[List[Text]]) -> Tuple[List[Text], List[float]]:
        """Each word's likeliest tag, and how sure it is part of such an entity at all."""
        labels = tagger.labels()
        tagger.set(features)
        tags, sure = [], []
        for number in range(len(features)):
            tag, share = NO_ENTITY_TAG, tagger.marginal(NO_ENTITY_TAG, number)
            if share <= 0.5:
                shares = {label: tagger.marginal(label, number) for label in labels}
                tag = max(shares, key=lambda label: shares[label])
                kind = tag_without_prefix(tag)
                share = sum(part for label, part in shares.items() if tag_without_prefix(label) == kind)
            tags.append(tag)
            sure.append(share)
        return tags, sure


def _looks(token: Any, before: Text, features: List[Text]) -> List[Text]:
    """What a word looks like, in the names that the reader of entities was trained with."""
    looks = []
    for feature in features:
        if feature == PATTERN:
            looks += [f"{before}{PATTERN}:{name}" for name, matches in token.get(PATTERN, {}).items() if matches]
            continue
        value = CRFEntityExtractor.function_dict[feature](token)
        if value is True:
            looks.append(before + feature)
        elif value is not False:
            looks.append(f"{before}{feature}:{value}")
    return looks


QUICKER: Dict[Any, Callable[[Any], Process]] = {
    SentenceCounts: counts, RegexFeaturizer: patterns, CRFEntityExtractor: Entities}
