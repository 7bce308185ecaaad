"""No place and no surgery of England, and no answer of a word or two, is heard as a danger."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from bot.safety import screen

DATA = Path(__file__).resolve().parents[2] / "services" / "data"
HARMLESS = [
    "stoke", "seaside", "waters", "im wiped", "seized", "my back seized up", "contractors", "struck off the rota",
    "bs3 something idk im 17 btw", "exhaust fitter", "im from stoke", "virginia water",
]  # fmt: skip
STILL_HEARD = [
    "had a stoke i think", "my waters have broke at 28 weeks", "idk where to go im 15", "nowhere to sleep im 16",
    "want to be wiped off the face of the earth", "i want to disappear",
]  # fmt: skip


def names(file: str, *columns: str) -> set[str]:
    with (DATA / file).open(encoding="utf-8", newline="") as rows:
        return {row[column].strip().lower() for row in csv.DictReader(rows) for column in columns if row[column]}


def test_no_place_and_no_surgery_is_heard_as_a_danger() -> None:
    asked_for = names("lads.csv", "name") | names("practices.csv", "town", "name")
    assert [name for name in sorted(asked_for) if screen(name)] == []


@pytest.mark.parametrize("text", HARMLESS)
def test_words_that_only_sound_like_a_danger(text: str) -> None:
    assert screen(text) is None


@pytest.mark.parametrize("text", STILL_HEARD)
def test_the_danger_they_sound_like_is_heard(text: str) -> None:
    assert screen(text)
