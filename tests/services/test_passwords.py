"""What everybody tries first is no password; three words that have nothing to do with anything are."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.passwords import is_guessable

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


@given(st.text(max_size=200))
def test_no_password_makes_it_fail(password: str) -> None:
    assert is_guessable(password) in (True, False)
