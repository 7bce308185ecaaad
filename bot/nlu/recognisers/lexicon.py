"""The word lists of nlu_data/lexicon, read once: a value and the phrases that mean it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

FOLDER = Path(__file__).resolve().parents[3] / "nlu_data" / "lexicon"


class LexiconError(ValueError):
    """A word list that is not a table of values and their phrases."""


@cache
def read(name: str) -> dict[str, tuple[str, ...]]:
    """The table in `<name>.yml`: each value with its phrases, in the order written."""
    content = YAML(typ="safe", pure=True).load(FOLDER / f"{name}.yml")
    if not isinstance(content, dict):
        raise LexiconError(f"{name}.yml: not a table of values and phrases")
    return {str(value): _phrases(name, str(value), listed) for value, listed in content.items()}


def _phrases(name: str, value: str, listed: object) -> tuple[str, ...]:
    if not isinstance(listed, list) or not all(isinstance(phrase, str | int) for phrase in listed):
        raise LexiconError(f"{name}.yml: {value} is not a list of phrases")
    return tuple(str(phrase) for phrase in listed)


@cache
def word_set(name: str, key: str) -> frozenset[str]:
    """The single words listed under a key; a line may hold several, with spaces between."""
    return frozenset(word for line in read(name)[key] for word in line.split())
