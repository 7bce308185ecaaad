"""Tablets set out to count or to look at, and tablets set out to be taken as they should be."""

from __future__ import annotations

import pytest

from bot.safety import screen, weighed

SETS_OUT = (
    "some nights i line the pills up on the side and count them then put them back", "i lay all my tablets out and look at them",
    "i lay all my tablets out on the bed and stare at them", "sometimes i get my tablets out and just stare at them",
    "i count my pills out at night and think about it", "i tip all me meds out on the table and count em",
    "i take my pills out of the drawer and wonder if id feel it", "most nights i set all the tablets out in a row and look at them",
    "i laid out all my meds and i sat there and looked at them",
)  # fmt: skip
SETS_OUT_FOR_THE_WEEK = (
    "i line my pills up for the week in a box", "i count my tablets out every sunday into the box", "i lay my tablets out in the morning so i dont forget",
    "i lay my tablets out and count them for the week", "i get my tablets out of the cupboard and look at the label",
    "i set mums tablets out and count them for my mum", "i count my tablets and put them in the dosette box", "my nurse lays the tablets out and counts them",
    "i take my pills out of the drawer with my breakfast",
)  # fmt: skip


@pytest.mark.parametrize("text", SETS_OUT)
def test_tablets_set_out_to_look_at_are_self_harm_and_no_red_flag(text: str) -> None:
    found = weighed(text, screen(text), None)
    assert found is not None
    assert (found.kind, found.certain) == ("self_harm", True)


@pytest.mark.parametrize("text", SETS_OUT_FOR_THE_WEEK)
def test_tablets_set_out_for_the_week_are_no_alarm(text: str) -> None:
    assert screen(text) is None
