"""An answer put right, or repeated, within one message counts as it stands at last (said/put_right.tsv)."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bot.nlu.answers import read_answer
from tests.bot.conversing import NOW, standing_at

TABLE = Path(__file__).parent / "recognisers" / "said" / "put_right.tsv"


def rows() -> list[tuple[str, ...]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)][1:]


@pytest.mark.parametrize(("asked", "text", "value"), rows())
def test_the_last_word_counts(asked: str, text: str, value: str) -> None:
    _, expecting = standing_at(asked, {})
    answer = read_answer(text, expecting, NOW).answer
    got = "" if answer is None else answer.value
    assert (",".join(map(str, got)) if isinstance(got, list) else str(got)) == value
