"""What a turn takes from a text with a question open, or with none (said/heard.tsv): written by ourselves."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import pytest

from bot.nlu.recognisers import Json
from bot.scoring_turns import told

NOW = datetime(2026, 11, 23, 9)  # noqa: DTZ001 - London wall clock
SHORT = {
    "w": "work_situation",
    "h": "health",
    "b": "barriers",
    "n": "call_needs",
    "m": "months_out_of_work",
}
NOTHING = "-"


def rows() -> list[tuple[str, ...]]:
    with (Path(__file__).parent / "nlu/recognisers/said/heard.tsv").open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)][1:]


def wanted(told: str) -> dict[str, frozenset[str]]:
    parts = () if told == NOTHING else (part.partition("=") for part in told.split())
    return {SHORT.get(name, name): frozenset(values.split(",")) for name, _, values in parts}


def as_sets(values: Mapping[str, Json]) -> dict[str, frozenset[str]]:
    return {
        slot: frozenset(map(str, value)) if isinstance(value, list) else frozenset([str(value)])
        for slot, value in values.items()
    }


@pytest.mark.parametrize(("asked", "text", "meant"), rows())
def test_what_a_turn_takes(asked: str, text: str, meant: str) -> None:
    got, sets = told(text, asked, NOW), wanted(meant)
    if "months_out_of_work" not in sets:
        got = {slot: value for slot, value in got.items() if slot != "months_out_of_work"}
    assert as_sets(got) == sets
