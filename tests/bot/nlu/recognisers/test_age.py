"""Ages and dates of birth."""

from __future__ import annotations

from datetime import date

import pytest

from bot.nlu.recognisers import read_age
from bot.nlu.recognisers.age import read_their_age

TODAY = date(2026, 11, 21)
ASKED = [
    ("43", 43), ("im 34", 34), ("forty three", 43), ("thirty-four", 34), ("34 yrs", 34), ("4/3/83", 43), ("04.03.1983", 43),
    ("4th march 1983", 43), ("march 4 1983", 43), ("040383", 43), ("04031983", 43), ("1983-03-04", 43), ("22/11/1983", 42),
    ("21/11/1983", 43), ("29/02/1984", 42), ("1st of jan 2000", 26), ("4/3/05", 21), ("born 4/3/83", 43), ("0", 0), ("120", 120),
    ("nearly 43", 42), ("just turned 50", 50), ("sixteen", 16), ("dob 4 mar 83", 43), ("one hundred and one", 101),
]  # fmt: skip
REFUSED = [
    "29/02/1983",
    "31/04/1990",
    "4/3/2027",
    "150",
    "121",
    "4 months",
    "im 5 foot",
    "im 20 minutes away",
    "",
    "old",
    "my son is 4",
]
OUTRIGHT = [("I'm 43 and off sick", 43), ("aged 43", 43), ("43 year old", 43), ("im a 43 year old man", 43), ("I'm 12 and my dad hits me", 12),
            ("i am 19", 19), ("43yo", 43), ("born in 1983", 43)]  # fmt: skip
NOT_UNASKED = [
    "43",
    "4/3/83",
    "4 months",
    "my son is 4 years old",
    "i have a 4 year old",
    "im 6 months pregnant",
    "im 100% sure",
    "its 3 miles",
]


@pytest.mark.parametrize(("said", "age"), ASKED)
def test_asked(said: str, age: int) -> None:
    found = read_age(said, TODAY, asked=True)
    assert found is not None
    assert (found.value, found.whole) == (age, True)


@pytest.mark.parametrize(
    "said", ["i have 41 years", "have 41 years", "i am having 41 years", "I have 41 years, no work"]
)
def test_years_that_somebody_has(said: str) -> None:
    found = read_age(said, TODAY, True)
    assert found is not None
    assert found.value == 41


@pytest.mark.parametrize("said", ["i have 20 years experience", "got 30 years in the trade"])
def test_years_of_something_else(said: str) -> None:
    assert read_age(said, TODAY, True) is None


@pytest.mark.parametrize("said", REFUSED)
def test_refused(said: str) -> None:
    assert read_age(said, TODAY, asked=True) is None


@pytest.mark.parametrize(("said", "age"), OUTRIGHT)
def test_unasked_when_said_outright(said: str, age: int) -> None:
    found = read_age(said, TODAY, asked=False)
    assert found is not None
    assert found.value == age


@pytest.mark.parametrize("said", NOT_UNASKED)
def test_not_taken_for_an_age_unasked(said: str) -> None:
    assert read_age(said, TODAY, asked=False) is None


def test_a_date_only_possible_the_american_way_is_unsure() -> None:
    found = read_age("3/25/1983", TODAY, asked=True)
    assert found is not None
    assert (found.value, found.sure) == (43, False)


LOOSELY = [
    ("34 nxt week", 33), ("sixteen next month", 15), ("16 in 2 weeks", 15), ("3rd april ninety", 36), ("nineteen ninety", 36), ("1990", 36),
    ("dob 3.4.90", 36), ("born 1990", 36), ("april 1990", 36), ("forty-ish", 40), ("thirtyfour", 34), ("forty 5", 45), ("thirty tow", 32),
    ("27 years and 4 months", 27), ("im 27 years 4 months old", 27), ("52yrs 3mths", 52), ("61 if you must know", 61), ("52nd birthday today", 52), ("just gone 41", 41), ("ill be 41 in may", 40), ("fiftey", 50), ("23 m", 23),
]  # fmt: skip


@pytest.mark.parametrize(("said", "age"), LOOSELY)
def test_asked_and_said_loosely(said: str, age: int) -> None:
    found = read_age(said, TODAY, asked=True)
    assert found is not None
    assert found.value == age


@pytest.mark.parametrize(
    "said",
    ["late 50s", "im a 90s baby", "over 18", "between 30 and 40", "30 something", "im not 18 yet", "5 2", "2 kids"],
)
def test_no_one_age(said: str) -> None:
    assert read_age(said, TODAY, asked=True) is None


@pytest.mark.parametrize(
    ("said", "age"),
    [
        ("she says shes 36 im 34", 36), ("he's 22, I'm 68", 22), ("im 41 and they are 19", 19), ("off sick aint she, 36 she is", 36),
        ("her age is 52", 52), ("hes just turned 17", 17), ("im 34", None), ("shes 6 months gone", None), ("he is 12 stone", None),
    ],
)  # fmt: skip
def test_the_age_of_another(said: str, age: int | None) -> None:
    found = read_their_age(said)
    assert (found.value if found else None) == age


@pytest.mark.parametrize(
    ("text", "age"),
    [
        ("year 10", 14), ("im in yr 9", 13), ("yr10 at school", 14), ("y12", 16), ("year thirteen", 17),
        ("16 in year 11", 16), ("year 11, 15", 15), ("year 11 so 16", 16), ("year 12 im 17", 17),
        ("left school in year 10, im 44", 44),
    ],
)  # fmt: skip
def test_a_school_year_is_no_age_but_tells_one(text: str, age: int) -> None:
    found = read_age(text, TODAY, asked=True)
    assert found
    assert found.value == age
    assert text[slice(*found.span)].isalnum()


@pytest.mark.parametrize("text", ["year 11", "yr 11 student", "im in year eleven"])
def test_the_school_year_of_15_and_16_is_asked_about(text: str) -> None:
    assert read_age(text, TODAY, asked=True) is None


@pytest.mark.parametrize(
    ("text", "age"),
    [("41 years 11 months", 41), ("35 yr", 35), ("born in year 85", 41), ("year 2010", 16), ("I have 34 year", 34)],
)
def test_years_of_age_and_of_birth_are_no_school_years(text: str, age: int) -> None:
    found = read_age(text, TODAY, asked=True)
    assert found
    assert found.value == age
