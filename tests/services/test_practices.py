"""GP practices by name, town or postcode."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.areas import Areas
from services.practices import LIMIT, Practice, Practices, by_code, capitalised, distance, one_slip, search

TODAY = date(2026, 11, 21)


@pytest.mark.parametrize(
    ("typed", "title"),
    [
        ("densham surgery", "The Densham Surgery, Stockton-on-Tees"),
        ("The Densham Surgery", "The Densham Surgery, Stockton-on-Tees"),
        ("densam surgry stockton", "The Densham Surgery, Stockton-on-Tees"),
        ("my doctors is the Issa Medical Centre in Preston", "Issa Medical Centre - Patel, Preston"),
        ("lytham road surgry", "Lytham Road Surgery, Preston"),
        ("St Marys preston", "St. Mary's Health Centre, Preston"),
        ("saint mary's health center, preston", "St. Mary's Health Centre, Preston"),
        ("avenam", "Avenham Surgery, Preston"),
        ("TS18 1HU", "The Densham Surgery, Stockton-on-Tees"),
        ("ts181hu", "The Densham Surgery, Stockton-on-Tees"),
    ],
)
def test_the_practice_meant_comes_first(typed: str, title: str) -> None:
    assert search(typed)[0].title == title


def test_a_town_alone_offers_three_of_its_practices() -> None:
    for typed in ("Middlesbrough", "middlesborough"):
        found = search(typed)
        assert len(found) == LIMIT
        assert {practice.town for practice in found} == {"MIDDLESBROUGH"}


def test_the_place_of_the_person_decides_among_the_same_names() -> None:
    manchester = Areas.load().find("M1 1AE", TODAY)
    durham = Areas.load().find("DH1 1AA", TODAY)
    assert search("st johns", manchester)[0].board26 == manchester.board
    assert search("park surgery", durham)[0] != search("park surgery", manchester)[0]


@pytest.mark.parametrize("typed", ["", "health centre", "the surgery", "xyzzy", "my gp", "💷", "\x00", "a"])
def test_words_that_tell_nothing_find_nothing(typed: str) -> None:
    assert search(typed) == []


def test_every_practice_is_found_by_its_own_name_and_town() -> None:
    register = Practices.load()
    missed = [
        practice.title
        for practice in register.all[::97]
        if (practice.name, practice.town)
        not in [(found.name, found.town) for found in register.search(f"{practice.name} {practice.town}")]
        and len(practice.name.split()) > 1
    ]
    assert missed == []


def test_a_practice_belongs_to_the_board_that_commissions_it() -> None:
    practice = by_code("A81001")
    assert practice is not None
    board = practice.board(TODAY)
    assert board is not None
    assert (board.code, practice.lad) == ("E54000050", "E06000004")
    assert by_code("nothing") is None
    assert len(Practices.load().all) == 6_202


def test_names_are_written_as_a_person_would() -> None:
    assert capitalised("THE ST. MARY'S GP SURGERY AT THE GREEN") == "The St. Mary's GP Surgery at the Green"
    assert Practice("X", "OAK SURGERY", "", "PR1 8XJ", "", "", "").title == "Oak Surgery"


@pytest.mark.parametrize(
    ("a", "b", "slips"), [("park", "park", 0), ("prak", "park", 1), ("par", "park", 1), ("", "ab", 2)]
)
def test_slips_between_words(a: str, b: str, slips: int) -> None:
    assert distance(a, b) == slips
    assert distance(b, a) == slips


def test_short_words_must_be_exact() -> None:
    assert not one_slip("oaj", "oak")
    assert one_slip("densam", "densham")
    assert not one_slip("dunsam", "densham")


@given(st.text(max_size=80))
def test_no_text_makes_it_fail(text: str) -> None:
    assert len(search(text)) <= LIMIT
