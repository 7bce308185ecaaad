"""The examples of nlu_data/train: enough of each intent, none under two names, none of the held-out ones."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache

import pytest
from ruamel.yaml import YAML

from bot.nlu.evaluation import read_held_out
from bot.nlu.places import Places

PLACES = Places()
INTENTS = {
    "start",
    "about_me",
    "book_call",
    "change_call",
    "call_off",
    "correct",
    "skip",
    "why",
    "back",
    "repeat",
    "start_again",
    "person",
    "who",
    "cost",
    "robot",
    "wrong_number",
    "on_behalf",
    "will_they_know",
    "benefits",
    "fit_note",
    "do_i_have_to",
    "how_long",
    "who_sees",
    "show_answers",
    "wait",
    "local_help",
    "thanks",
    "greeting",
    "goodbye",
    "smalltalk",
    "abuse",
    "affirm",
    "deny",
    "unsure",
    "my_data",
    "delete_data",
    "out_of_scope",
    "other_language",
}
ENTITIES = {"condition", "body_part", "work_situation", "duration", "money", "housing"}
FEWEST = 40
ANNOTATION = re.compile(r"\[([^\]]+)\]\(([a-z_]+)\)")
UNANNOTATED = re.compile(r"\[[^\]]*\]|\]\(")


@cache
def blocks() -> list[dict[str, str]]:
    return [
        block
        for path in sorted(PLACES.examples.glob("*.yml"))
        for block in YAML(typ="safe").load(path.read_text("utf-8"))["nlu"]
    ]


@cache
def annotated() -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    for block in blocks():
        if "intent" in block:
            found[block["intent"]] += [line.removeprefix("- ") for line in block["examples"].splitlines()]
    return found


def plain(line: str) -> str:
    return ANNOTATION.sub(r"\1", line)


def folded(text: str) -> str:
    """As two people would call it the same line: case, punctuation and spaces aside."""
    return " ".join(re.sub(r"[^\w\s]", "", text.casefold().replace("'", "").replace("’", "")).split()) or text.strip()


def test_the_intents_are_those_that_flows_and_the_assistant_name() -> None:
    assert set(annotated()) == INTENTS


@pytest.mark.parametrize("intent", sorted(INTENTS))
def test_every_intent_has_enough_different_examples(intent: str) -> None:
    assert len({folded(plain(line)) for line in annotated()[intent]}) >= FEWEST


def test_no_line_is_an_example_of_two_intents() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for intent, lines in annotated().items():
        for line in lines:
            owners[folded(plain(line))].add(intent)
    assert {line: names for line, names in owners.items() if len(names) > 1} == {}


def test_no_line_is_a_held_out_line() -> None:
    held_out = {folded(text) for text, _ in read_held_out(PLACES.held_out)}
    shared = len(held_out & {folded(plain(line)) for lines in annotated().values() for line in lines})
    assert shared == 0, f"{shared} training examples are also held out"  # counted, so that none is read here


def test_every_annotation_names_a_known_entity_and_is_whole() -> None:
    lines = [line for block in annotated().values() for line in block]
    assert {kind for line in lines for _, kind in ANNOTATION.findall(line)} == ENTITIES
    assert [line for line in lines if UNANNOTATED.search(ANNOTATION.sub(r"\1", line))] == []


def test_every_entity_has_enough_annotated_places() -> None:
    counted = Counter(kind for lines in annotated().values() for line in lines for _, kind in ANNOTATION.findall(line))
    assert all(counted[kind] >= 20 for kind in ENTITIES), counted


def test_every_synonym_stands_for_one_word() -> None:
    owners: dict[str, set[str]] = defaultdict(set)
    for block in blocks():
        for line in block["examples"].splitlines() if "synonym" in block else []:
            owners[line.removeprefix("- ").casefold()].add(block["synonym"])
    assert {word: names for word, names in owners.items() if len(names) > 1} == {}


def test_patterns_compile_and_name_entities() -> None:
    for block in blocks():
        if "regex" in block:
            assert block["regex"] in ENTITIES
            for line in block["examples"].splitlines():
                re.compile(line.removeprefix("- "))
