"""Some 480 ways of naming a time, by family, and what holds of every reading."""

from __future__ import annotations

import csv
import itertools
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu.recognisers import When, read_when
from bot.nlu.recognisers.when_values import CLOSES, OPENS
from tests.bot.nlu.recognisers.exact_times import exactly

NOW = datetime(2026, 11, 25, 10, 0)  # noqa: DTZ001 - London wall clock, a Wednesday
TABLE = Path(__file__).with_name("when_families.tsv")


def rows() -> list[tuple[str, str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        lines = (line for line in file if not line.startswith("#"))
        return [(row["family"], row["said"], row["read"]) for row in csv.DictReader(lines, delimiter="\t")]


def told(when: When | None) -> str:
    if when is None:
        return "-"
    if when.ambiguous:
        return " | ".join(exactly(reading) for reading in when.ambiguous)
    return ("asap: " if when.asap else "") + (exactly(when.windows) or "outside the hours")


@pytest.mark.parametrize(("family", "said", "read"), rows())
def test_what_is_read(family: str, said: str, read: str) -> None:
    assert told(read_when(said, NOW)) == read


WORDS = sorted({word for _, said, _ in rows() for word in said.replace(",", " ,").replace(".", " .").split()})


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.sampled_from(WORDS), min_size=1, max_size=10).map(" ".join),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),  # noqa: DTZ001 - London wall clock
)
def test_windows_are_in_order_apart_in_the_future_and_within_the_hours(said: str, now: datetime) -> None:
    when = read_when(said, now)
    if when is None:
        return
    for windows in (when.windows, *(when.ambiguous or ())):
        assert list(windows) == sorted(windows)
        assert all(start < end for start, end in windows)
        assert all(first[1] < second[0] for first, second in itertools.pairwise(windows))
        for start, end in windows:
            assert start >= now - timedelta(minutes=1)
            assert start.date() == end.date()
            assert OPENS <= start.hour * 60 + start.minute < end.hour * 60 + end.minute <= CLOSES
    assert when.ambiguous is None or 2 <= len(when.ambiguous) == len(set(when.ambiguous))
