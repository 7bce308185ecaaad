"""Postcodes as people type them."""

from __future__ import annotations

import pytest

from bot.nlu.recognisers import read_postcode
from bot.nlu.recognisers.postcode import postcodes_to_choose_from

PLAIN = [
    ("PR1 8XJ", "PR1 8XJ"), ("pr18xj", "PR1 8XJ"), ("m1 1ae", "M1 1AE"), ("my postcode is sw1a 2aa thanks", "SW1A 2AA"),
    ("w1a0ax", "W1A 0AX"), ("wc2n5du", "WC2N 5DU"), ("CF10 1EP", "CF10 1EP"), ("PR1 8XJ.", "PR1 8XJ"), ("bl0 9ab", "BL0 9AB"),
    ("SO1 4AB", "SO1 4AB"), ("P R 1 8 X J", "PR1 8XJ"), ("PR1  8 XJ", "PR1 8XJ"), ("BT1 1AA", "BT1 1AA"), ("PR1-8XJ", "PR1 8XJ"),
]  # fmt: skip
LOOK_ALIKE = [
    ("prl 8xj", "PR1 8XJ"),
    ("se1 OAB", "SE1 0AB"),
    ("M1 lAE", "M1 1AE"),
    ("ECIA 1BB", "EC1A 1BB"),
    ("PRI8XJ", "PR1 8XJ"),
]
SUGGESTED = [
    ("PR! 8XJ", "PR1 8XJ"),
    ("P1R 8XJ", "PR1 8XJ"),
    ("PR1 BXJ", "PR1 8XJ"),
    ("PR11 8XJJ", "PR11 8XJ"),
    ("PR1 X8J", "PR1 8XJ"),
]
NONE = [
    "hello there",
    "i have 2 kids",
    "24 nov",
    "B12 deficiency",
    "on the m6",
    "im 34 in a flat",
    "",
    "07911 123456",
    "at 10 am",
]


@pytest.mark.parametrize(("said", "postcode"), PLAIN)
def test_plain(said: str, postcode: str) -> None:
    found = read_postcode(said)
    assert found is not None
    assert isinstance(found.value, dict)
    assert (found.value["postcode"], found.value["suggestion"], found.whole) == (postcode, None, True)


@pytest.mark.parametrize(("said", "postcode"), LOOK_ALIKE)
def test_o_for_nought_and_l_for_one_are_read_but_unsure(said: str, postcode: str) -> None:
    found = read_postcode(said)
    assert found is not None
    assert isinstance(found.value, dict)
    assert (found.value["postcode"], found.sure) == (postcode, False)


@pytest.mark.parametrize(("said", "postcode"), SUGGESTED)
def test_a_slip_is_only_proposed(said: str, postcode: str) -> None:
    found = read_postcode(said)
    assert found is not None
    assert isinstance(found.value, dict)
    assert (found.value["postcode"], found.value["suggestion"]) == (None, postcode)


@pytest.mark.parametrize(("said", "outcode", "whole"), [("PR1", "PR1", True), ("w1a", "W1A", True), ("i live in M1", "M1", True),
                                                         ("im near bl1 and off sick", "BL1", False)])  # fmt: skip
def test_first_half_alone(said: str, outcode: str, whole: bool) -> None:
    found = read_postcode(said)
    assert found is not None
    assert isinstance(found.value, dict)
    assert (found.value["postcode"], found.value["outcode"], found.whole) == (None, outcode, whole)


@pytest.mark.parametrize("said", NONE)
def test_no_postcode(said: str) -> None:
    assert read_postcode(said) is None


def test_inside_a_story() -> None:
    said = "im in preston PR1 8XJ and off sick"
    found = read_postcode(said)
    assert found is not None
    assert not found.whole
    assert said[slice(*found.span)] == "PR1 8XJ"


@pytest.mark.parametrize(
    ("text", "homes"),
    [
        ("uni halls ex44qj but mum's CF10", ["EX4 4QJ", "CF10"]),
        ("weekdays im in Cusop thats HR3 5RQ, weekends at my mums in Hay HR3 5AE", ["HR3 5RQ", "HR3 5AE"]),
        ("my mums SR4 7TZ or my dads NE1 4ST", ["SR4 7TZ", "NE1 4ST"]),
        ("work is LE4 5AB but home is LE2 7LX", []),
        ("OX4 1aa no sorry OX4 1AB", []),
        ("i live at PR1 8XJ and my gp is in LL11 1AA", []),
        ("PR1 8XJ, thats PR1", []),
        ("SW1A 1AA or sw1a1aa", []),
    ],
)
def test_two_homes_are_asked_about(text: str, homes: list[str]) -> None:
    assert postcodes_to_choose_from(text) == homes
