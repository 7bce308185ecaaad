"""How long, in months."""

from __future__ import annotations

from datetime import date

import pytest

from bot.nlu.recognisers import read_months

TODAY = date(2026, 11, 21)
ASKED = [
    ("since march", 8), ("6 weeks", 1.5), ("about 4 months", 4), ("a year and a half", 18), ("2019", 84), ("since last christmas", 11),
    ("18 months", 18), ("1.5 years", 18), ("half a year", 6), ("2 years 3 months", 27), ("1\u00bd years", 18), ("3 or 4 months", 3.5),
    ("couple of weeks", 0.5), ("a few months", 3), ("since 5 march", 8.5), ("since june last year", 17), ("5 months ago", 5),
    ("off sick since march", 8), ("twelve months", 12), ("two and a half years", 30), ("since easter", 7.5), ("march 2025", 20),
    ("a month", 1), ("since last week", 0), ("10 days", 0.3), ("year and a half", 18), ("6 mths", 6), ("a fortnight", 0.5),
]  # fmt: skip
UNASKED = [
    ("off sick since march", 8), ("signed off 3 weeks ago", 0.8), ("lost my job 2 yrs ago", 24), ("been off 6 weeks with my back", 1.5),
    ("ive had a bad back for 10 years and lost my job in june", 5), ("made redundant last month", 1), ("unemployed for a year", 12),
]  # fmt: skip


@pytest.mark.parametrize(("said", "months"), ASKED)
def test_asked(said: str, months: float) -> None:
    found = read_months(said, TODAY, asked=True)
    assert found is not None
    assert (found.value, found.whole) == (months, True)


@pytest.mark.parametrize(("said", "months"), UNASKED)
def test_unasked_beside_work(said: str, months: float) -> None:
    found = read_months(said, TODAY, asked=False)
    assert found is not None
    assert found.value == months


@pytest.mark.parametrize(
    "said", ["since march", "bad back for 10 years", "my baby is 4 months old", "in 4 months", "see you in june", ""]
)
def test_not_taken_unasked(said: str) -> None:
    assert read_months(said, TODAY, asked=False) is None


@pytest.mark.parametrize("said", ["since i was 20", "donkeys years", "ages", "in 4 months", "", "no idea"])
def test_not_understood(said: str) -> None:
    assert read_months(said, TODAY, asked=True) is None


@pytest.mark.parametrize("said", ["2019", "more than 2 years", "3 or 4 months", "a few months", "since the summer"])
def test_rough_answers_are_unsure(said: str) -> None:
    found = read_months(said, TODAY, asked=True)
    assert found is not None
    assert not found.sure


def test_a_future_month_means_last_years() -> None:
    found = read_months("since december", TODAY, asked=True)
    assert found is not None
    assert found.value == 11


LOOSELY = [
    ("bout 6mnths", 6), ("since b4 xmas", 11), ("over a year", 12), ("18mths", 18), ("since I got laid off in august", 3), ("yr and a half", 18),
    ("2 n a half years", 30), ("6+ months", 6), ("3ish months", 3), ("3m", 3), ("2y", 24), ("sevn months", 7), ("cpl of months", 2),
    ("havent worked in 3 years", 36), ("a decade", 120), ("three quarters of a year", 9), ("month or two", 1.5), ("fortnight", 0.5),
    ("start of the year", 10), ("just under a year", 12),
]  # fmt: skip


@pytest.mark.parametrize(("said", "months"), LOOSELY)
def test_asked_and_said_loosely(said: str, months: float) -> None:
    found = read_months(said, TODAY, asked=True)
    assert found is not None
    assert found.value == months


@pytest.mark.parametrize(
    "said",
    [
        "never had a day off until this",
        "he has never missed a single day off work",
        "i havent ever took a day off sick",
    ],
)
def test_a_good_record_is_no_stretch_off(said: str) -> None:
    assert read_months(said, TODAY, False) is None
