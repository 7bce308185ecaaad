"""Misspellings."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.recognisers.typos import Speller, distance

KNOWN = Speller(["depression", "anxiety", "money", "back", "debt", "housing"], ordinary=["monkey"])


@pytest.mark.parametrize(
    ("typed", "known"),
    [("depresion", "depression"), ("anxeity", "anxiety"), ("mony", "money"), ("hosuing", "housing"), ("money", "money"), ("bank", None),
     ("best", None), ("monkey", None), ("xyz", None), ("d" * 50, None), ("", None)],
)  # fmt: skip
def test_nearest(typed: str, known: str | None) -> None:
    assert KNOWN.nearest(typed) == known


@given(st.text("abcd", max_size=8), st.text("abcd", max_size=8))
def test_distance_is_symmetric_and_bounded(a: str, b: str) -> None:
    assert distance(a, b, 8) == distance(b, a, 8)
    assert abs(len(a) - len(b)) <= distance(a, b, 8) <= max(len(a), len(b))
    assert distance(a, b, 1) == min(distance(a, b, 8), 2)
