"""Drink and drugs as what makes work hard: heard in many ways; not in water, in what a relative drinks, or in medicines."""

from __future__ import annotations

import pytest

from bot.nlu.recognisers.drink_drugs import read_drink_drugs

TOLD = [
    ("I need to cut down on drinking", ["drink"]), ("I drink mostly at night", ["drink"]), ("been using again", ["drugs"]),
    ("im an alcoholic", ["drink"]), ("depression and i drink too much", ["drink"]), ("alchohol problem", ["drink"]),
    ("ive been drinkin too much since my mum died", ["drink"]), ("cant stop drinking", ["drink"]), ("me drinking", ["drink"]),
    ("bit of a drinker me", ["drink"]), ("relapsed on the drink", ["drink"]), ("i have an issue with alcohol", ["drink"]),
    ("I am drinking vodka every day", ["drink"]), ("recovering alcoholic", ["drink"]), ("trying to stop drinking", ["drink"]),
    ("smoking too much weed to sleep", ["drugs"]), ("im on methadone", ["drugs"]), ("i take cocaine at weekends", ["drugs"]),
    ("addicted to codeine for my back", ["drugs"]), ("back on the gear", ["drugs"]), ("drugs problem", ["drugs"]),
    ("im drinking too much and smoking weed", ["drink", "drugs"]), ("drink and drugs", ["drink", "drugs"]),
]  # fmt: skip
NOT_TOLD = [
    "I drink plenty of water", "my dad drinks", "my dad drinks too much", "my husband is drinking too much", "hes drinking too much",
    "i dont drink too much", "i dont drink", "no drugs", "i used to drink too much", "i drink a lot of tea", "i drink too much coffee",
    "drinking too much red bull", "my ex was an alcoholic", "i live with an alcoholic", "the drugs for my heart make me tired",
    "taking drugs for my arthritis", "dont take drugs", "i work in a drug and alcohol service", "lost my licence for drink driving",
    "stopped drinking last year", "been using my stick again", "had a drink with my boss", "no drink problem", "will you tell them about my drinking",
    "its not my drinking its my back", "i cant hold a drink my hands shake", "soft drinks only",
]  # fmt: skip
ITEMS = [
    ("alcohol", ["drink"]), ("the booze", ["drink"]), ("drugs", ["drugs"]), ("weed", ["drugs"]), ("alcohol and my back", ["drink"]),
    ("stress, drink, debts", ["drink"]),
]  # fmt: skip


@pytest.mark.parametrize(("text", "kinds"), TOLD)
def test_it_is_heard_asked_or_not(text: str, kinds: list[str]) -> None:
    assert read_drink_drugs(text, asked=False) == kinds
    assert read_drink_drugs(text, asked=True) == kinds


@pytest.mark.parametrize("text", NOT_TOLD)
def test_nothing_is_made_of_water_relatives_or_medicines(text: str) -> None:
    assert read_drink_drugs(text, asked=True) == []


@pytest.mark.parametrize(("text", "kinds"), ITEMS)
def test_a_bare_word_counts_where_it_was_asked_what_is_hard(text: str, kinds: list[str]) -> None:
    assert read_drink_drugs(text, asked=True) == kinds
    assert read_drink_drugs(text, asked=False) == []


def test_of_him_where_the_questions_are_about_him() -> None:
    assert read_drink_drugs("my dad is drinking too much", asked=False, of_another=True) == ["drink"]
