"""What people say whose English is another than ours: from West Africa or the Caribbean, from another language, or as it sounds."""

from __future__ import annotations

from datetime import date

import pytest

from bot.nlu.recognisers import read_name
from bot.nlu.recognisers.age import read_age
from bot.nlu.recognisers.health import read_health
from bot.safety import screen

TODAY = date(2026, 11, 23)
HEALTH = [
    ("brain dont work rite since covid", "long_term"), ("my brain doesnt work right since covid", "long_term"),
    ("never been right since covid", "long_term"), ("not felt the same after corona", "long_term"), ("head all foggy since covid", "long_term"),
    ("since corona my memory gone", "long_term"), ("i have the pressure", "long_term"), ("i got pressure", "long_term"),
    ("pressure and sugar", "long_term"), ("my pressure is high", "long_term"), ("the pressure is up", "long_term"),
    ("i got the sugar", "long_term"), ("get the shakes", "long_term"), ("hands shakin all the time", "long_term"),
    ("shaky hands", "long_term"), ("waist pain", "musculoskeletal"), ("pain in the waist", "musculoskeletal"),
    ("body is paining me", "musculoskeletal"), ("my waist dey pain me", "musculoskeletal"),
]  # fmt: skip
NO_HEALTH = [
    "im under pressure at work", "pressure from my boss", "too much pressure", "i dont have pressure", "pressure to hit targets",
    "high pressure job", "i got pressure from my manager", "i have the pressure of bills", "not been out since covid",
    "since covid i work from home", "i shake my head", "protein shakes", "shook hands with him",
]  # fmt: skip
AGES = [
    ("i have forty and three years", 43), ("i have forty three years", 43), ("i have thirty and five years old", 35), ("forty and three", 43),
    ("i am with 43 years", 43), ("43 years i have", 43), ("i got 43 years", 43),
]  # fmt: skip
NO_AGE = [
    "i have forty and three years in the job",
    "i have 20 years in the job",
    "i have 43 years of experience",
    "forty three minutes",
]


@pytest.mark.parametrize(("text", "kind"), HEALTH)
def test_health_as_it_is_said_elsewhere(text: str, kind: str | None) -> None:
    found = read_health(text, asked=True)
    assert (found.value if found else None) == ([kind] if kind else None)
    assert screen(text) is None


@pytest.mark.parametrize("text", NO_HEALTH)
def test_pressure_at_work_and_shaken_hands_are_no_illness(text: str) -> None:
    assert read_health(text, asked=True) is None


@pytest.mark.parametrize(("text", "age"), AGES)
def test_an_age_as_other_languages_tell_it(text: str, age: int) -> None:
    found = read_age(text, TODAY, asked=True)
    assert found
    assert found.value == age


@pytest.mark.parametrize("text", NO_AGE)
def test_years_of_something_else_are_no_age(text: str) -> None:
    assert read_age(text, TODAY, asked=True) is None


@pytest.mark.parametrize("asked", [True, False])
@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("name is Mohammed but Mo", "Mo"), ("my name is Raymond but Ray", "Ray"), ("my name is Elizabeth but Liz", "Liz"),
        ("my name is called Adaeze", "Adaeze"), ("me llamo Ana", "Ana"), ("my name is Sam but today is bad", "Sam"),
        ("my name is Sam but busy", "Sam"),
    ],
)  # fmt: skip
def test_the_name_they_go_by(text: str, name: str, asked: bool) -> None:
    found = read_name(text, asked)
    assert found
    assert found.value == name
