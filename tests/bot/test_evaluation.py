"""The report of `anydoor train --evaluate`: sizes, misses, false alarms and intervals, to be read by a person."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.evaluation import interval, recognised, screened
from bot.scoring import Report


@pytest.mark.parametrize(
    ("right", "of", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.278), (10, 10, 0.722, 1.0), (50, 100, 0.404, 0.596), (805, 824, 0.964, 0.985)],
)
def test_the_interval_is_wilsons(right: int, of: int, low: float, high: float) -> None:
    assert interval(right, of) == (pytest.approx(low, abs=0.001), pytest.approx(high, abs=0.001))


@given(st.integers(1, 5_000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_the_share_lies_in_its_interval(counted: tuple[int, int]) -> None:
    low, high = interval(*counted)
    assert 0 <= low <= counted[0] / counted[1] + 1e-9
    assert counted[0] / counted[1] - 1e-9 <= high <= 1


def test_each_kind_has_a_line_and_each_file_a_sum() -> None:
    said = recognised(
        [
            Report("slots:age", 50, 48, 1, 1),
            Report("slots:name", 50, 40, 0, 10),
            Report("choices:nothing", 0, 0, 7, 0),
            Report("when:windows", 100, 90, 5, 5),
            Report("when:exact or asked", 100, 95, 5, 0),
        ]
    ).splitlines()
    assert [line.split("  ")[0] for line in said[1:]] == [
        "slots:age",
        "slots:name",
        "slots, together",
        "choices:nothing",
        "choices, together",
        "when:windows",
        "when:exact or asked",
        "when, together",
    ]
    assert said[3].split() == ["slots,", "together", "100", "88", "1", "11", "0.989", "0.880", "(0.802", "to", "0.930)"]
    assert "nothing was meant" in said[4]
    assert said[8].split()[2:6] == ["100", "90", "5", "5"], "what is exact or asked is not counted twice"


def test_the_screen_is_told_by_share_and_count() -> None:
    said = screened(
        {
            "safety": {"lines": 200, "any_help": 0.975, "any_help_by_kind": {"medical": 0.98, "child": 0.9}},
            "lookalikes": {"lines": 100, "whole_help": 0.02},
            "opt_out": {"requests": 50, "recall": 1.0, "others": 40, "false_stops": 0.0},
        }
    )
    assert "0.975 (0.943 to 0.989), 195 of 200" in said
    assert "any_help_by_kind: child 0.900, medical 0.980" in said, "the lowest first"
    assert "2 of 100" in said
    assert "50 of 50" in said
    assert "0 of 40" in said
