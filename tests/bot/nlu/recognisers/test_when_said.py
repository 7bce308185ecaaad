"""Times as two writers said them, by class of English: what was said, when, and what is read."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest

from bot.nlu.recognisers import When, read_when
from tests.bot.nlu.recognisers.exact_times import exactly

TABLE = Path(__file__).with_name("when_said.tsv")


def rows() -> list[tuple[str, str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        listed = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return [(row["now"], row["said"], row["read"]) for row in listed]


def told(when: When | None) -> str:
    if when is None or when.ambiguous:
        return "-" if when is None else "?"
    return ("asap: " if when.asap else "") + (exactly(when.windows) or "outside the hours")


@pytest.mark.parametrize(("now", "said", "read"), rows())
def test_what_is_read(now: str, said: str, read: str) -> None:
    assert told(read_when(said, datetime.fromisoformat(now))) == read
