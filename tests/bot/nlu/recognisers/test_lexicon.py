"""The word lists."""

from __future__ import annotations

import pytest

from bot.nlu.recognisers.lexicon import FOLDER, read

LISTS = sorted(path.stem for path in FOLDER.glob("*.yml"))


@pytest.mark.parametrize("name", LISTS)
def test_every_list_reads_and_says_what_it_is(name: str) -> None:
    assert all(read(name).values())
    assert (FOLDER / f"{name}.yml").read_text(encoding="utf-8").startswith("#")


@pytest.mark.parametrize("name", ["situation", "health", "barriers", "acts", "yes_no"])
def test_no_phrase_is_listed_twice_under_one_value(name: str) -> None:
    for value, phrases in read(name).items():
        assert sorted(set(phrases)) == sorted(phrases), value


@pytest.mark.parametrize("name", ["situation", "health", "barriers", "yes_no"])
def test_no_phrase_means_two_values(name: str) -> None:
    owners: dict[str, str] = {}
    for value, phrases in read(name).items():
        for phrase in phrases:
            assert owners.setdefault(phrase, value) == value, phrase
