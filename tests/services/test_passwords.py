"""What everybody tries first is no password; three words that have nothing to do with anything are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.passwords import is_broken, is_guessable, wrong

ABOUT = ("robin.bell@north.example", "Robin Bell", "north")


@pytest.mark.parametrize(
    "password",
    [
        "password1234",
        "P@ssw0rd2026!",
        "qwertyuiop12",
        "123456789012",
        "aaaaaaaaaaaaaaaa",
        "abcabcabcabcabc",
        "Summer2026!!!",
        "Liverpool1892",
        "letmein-letmein",
        "anydoor-coach",
        "WorkWell2026NHS",
        "RobinBell1985",
        "north.example",
        "            ",
    ],
)
def test_what_is_guessed_early_is_refused(password: str) -> None:
    assert is_guessable(password, *ABOUT)


@pytest.mark.parametrize(
    "password",
    ["correct horse battery", "three random words", "purple kettle running", "Tq9$vLmw!x2Rb", "кіт на даху спить"],
)
def test_what_nobody_guesses_is_taken(password: str) -> None:
    assert not is_guessable(password, *ABOUT)


@pytest.mark.parametrize(
    "password",
    ["considerable", "catastrophic", "sweetheart2012", "SWEETHEART2012", "3Schneeball!", "nostoppingyallheard"],
)
def test_what_was_stolen_elsewhere_is_refused_though_nobody_guesses_it(password: str) -> None:
    assert not is_guessable(password, *ABOUT)
    assert wrong(password, *ABOUT) == "broken"


@pytest.mark.parametrize("password", ["correct horse battery", "three random words", "кіт на даху спить"])
def test_what_is_on_no_list_is_taken(password: str) -> None:
    assert wrong(password, *ABOUT) is None


def test_what_is_both_is_called_easy_to_guess() -> None:
    assert is_broken("password1234")
    assert wrong("password1234", *ABOUT) == "guessable"


CHARACTERS = st.characters(exclude_categories=())
"""Any, also half a character as a browser never sends it."""


@given(st.text(CHARACTERS, min_size=12, max_size=200))
def test_no_password_makes_it_fail(password: str) -> None:
    assert wrong(password) in (None, "guessable", "broken")
