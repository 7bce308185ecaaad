"""A name put right in a sentence."""

from __future__ import annotations

import pytest

from bot.told import how_to_talk, name_put_right_in


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("My name is not Kindly Note. It is Cuthbert. And housing is not my difficulty", "Cuthbert"),
        ("Pray correct the name to Hilary. And the certificate ended today", "Hilary"),
        ("By video, and you may correct my name, it is Hilary, not Harriet", "Hilary"),
        ("my name isnt winston its Cuthbert", "Cuthbert"),
        ("the name is wrong its Bob", "Bob"),
        ("change name to Sam", "Sam"),
        ("my name's not right", None),
        ("is my name on it", None),
    ],
)
def test_a_name_is_put_right(text: str, name: str | None) -> None:
    assert name_put_right_in(text) == name


def test_ways_of_talking_are_changed_and_not_only_added_to() -> None:
    assert how_to_talk(["messages", "phone"], "NO phone call jus text") == ["messages"]
    assert how_to_talk(["messages"], "actually ring me") == ["phone"]
    assert how_to_talk(["phone", "interpreter"], "the interpreter is wrong I speak english") == ["phone"]
    assert how_to_talk(["bsl"], "video call please") == ["bsl", "video"]
    assert how_to_talk(["video"], "ring me on friday") is None
