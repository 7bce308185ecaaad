"""Answers of a list that are taken out again in a sentence."""

from __future__ import annotations

import pytest

from bot.nlu.taken_out import taken_out


@pytest.mark.parametrize(
    ("slot", "kept", "text", "left"),
    [
        ("barriers", ["housing"], "And housing is not my difficulty", []),
        ("barriers", ["housing", "money"], "I said nothing whatsoever about housing; kindly strike it out", ["money"]),
        ("barriers", ["employer", "housing"], "not housing", ["employer"]),
        ("health", ["mental_health"], "mental health?? i never said that", []),
        ("health", ["musculoskeletal"], "its my eczema not my back lol", ["long_term"]),
        ("health", ["musculoskeletal"], "my back is fine it is my eyes", ["other"]),
        ("health", ["musculoskeletal"], "my back is bad", None),
        ("barriers", ["money"], "housing as well", None),
        ("barriers", None, "not housing", None),
    ],
)
def test_what_is_left(slot: str, kept: list[str] | None, text: str, left: list[str] | None) -> None:
    assert taken_out(slot, kept, text) == left
