"""What people might type, table by table (said/*.tsv): written by ourselves, and read as meant."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.nlu.recognisers import (
    Found,
    Option,
    read_age,
    read_barriers,
    read_choice,
    read_choices,
    read_health,
    read_months,
    read_name,
    read_phone,
    read_postcode,
    read_situation,
)
from bot.nlu.volunteered import volunteered

TABLES = Path(__file__).parent / "said"
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
TODAY = NOW.date()
FACTS: dict[str, tuple[str, Callable[[str], Found | None]]] = {
    "w": ("work_situation", read_situation),
    "h": ("health", read_health),
    "b": ("barriers", read_barriers),
}
VAGUE = (["none"], ["rather_not_say"], "other", ["other"])
"""Values that count only for the question that was asked."""


def table(name: str) -> list[tuple[str, ...]]:
    with (TABLES / f"{name}.tsv").open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)][1:]


def choices() -> Iterator[tuple[str, str, str, str]]:
    """A row without options has those of the row above it."""
    options = ""
    for said, count, text, lines in table("choices"):
        options = said or options
        yield options, count, text, lines


def counts(slot: str, asked: str, found: Found | None) -> bool:
    if found is None or slot == asked:
        return found is not None
    return found.sure and found.value not in VAGUE and not (asked and found.whole)


@pytest.mark.parametrize(("text", "asked", "told"), table("facts"))
def test_facts(text: str, asked: str, told: str) -> None:
    read = {key: reader(text) for key, (_, reader) in FACTS.items()}
    got = {key: found.value for key, found in read.items() if found and counts(FACTS[key][0], asked, found)}
    values = {
        key: str(value) if key == "w" else set(value) for key, value in got.items() if isinstance(value, str | list)
    }
    wanted = dict(part.split("=") for part in told.split())
    assert values == {key: value if key == "w" else set(value.split(",")) for key, value in wanted.items()}


@pytest.mark.parametrize(("text", "told"), table("unasked"))
def test_facts_that_nobody_asked_for(text: str, told: str) -> None:
    wanted = json.loads(told)
    got = volunteered(text, NOW)
    for slot in ("name", "age", "months_out_of_work", "postcode", "work_situation"):
        if isinstance(wanted.get(slot), float):
            assert abs(wanted[slot] - got[slot]) < 1
        elif got.get(slot) != "other":
            assert got.get(slot) == wanted.get(slot)


@pytest.mark.parametrize(("text", "name"), table("names"))
def test_names(text: str, name: str) -> None:
    found = read_name(text, True)
    assert (found.value if found else "") == name


@pytest.mark.parametrize(("text", "age"), table("ages"))
def test_ages(text: str, age: str) -> None:
    found = read_age(text, TODAY, asked=True)
    assert (str(found.value) if found else "") == age


@pytest.mark.parametrize(("text", "months"), table("durations"))
def test_lengths_of_time(text: str, months: str) -> None:
    found = read_months(text, TODAY, asked=True)
    assert (str(found.value) if found else "") == months


@pytest.mark.parametrize(("text", "number"), table("phones"))
def test_phones(text: str, number: str) -> None:
    found = read_phone(text)
    value = found.value if found else None
    read = value["e164"] if isinstance(value, dict) and value["ok"] else ""
    assert str(read).replace("+44", "0") == number


@pytest.mark.parametrize(("text", "postcode"), table("postcodes"))
def test_postcodes(text: str, postcode: str) -> None:
    found = read_postcode(text)
    value = found.value if found else None
    assert ((value["postcode"] or "") if isinstance(value, dict) else "") == postcode


@pytest.mark.parametrize(("titles", "count", "text", "lines"), list(choices()))
def test_choices(titles: str, count: str, text: str, lines: str) -> None:
    options = [Option(str(n), title) for n, title in enumerate(titles.split("|"), 1)]
    found = read_choices(text, options) if count == "several" else read_choice(text, options)
    value = found.value if found else []
    got = [value] if isinstance(value, str) else value
    assert isinstance(got, list)
    assert sorted(map(str, got)) == sorted(lines.split(",") if lines else [])
