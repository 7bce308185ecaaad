"""The raw words made safe to read."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.recognisers.text import clean, tokens

CLEANED = [
    ("  hello\n\tthere  ", "hello there"),
    ("I\u2019m \u201cfine\u201d", 'I\'m "fine"'),
    ("a\x00b", "ab"),
    ("\u202eabc\u202c", "abc"),
    ("ze\u200bro\ufeff", "zero"),
    ("1\ufe0f\u20e3", "1"),
    ("\uff11\uff12", "12"),
    ("1\u00bd years", "1 1/2 years"),
    ("a\u2013b", "a-b"),
    ("Jose\u0301", "Jos\u00e9"),
    ("z" + "\u0301" * 50, "\u017a\u0301"),
    ("", ""),
]


@pytest.mark.parametrize(("raw", "expected"), CLEANED)
def test_clean(raw: str, expected: str) -> None:
    assert clean(raw) == expected


@given(st.text())
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    assert clean(clean(raw)) == clean(raw)


@given(st.text(st.characters(max_codepoint=127)))
def test_plain_text_is_cleaned_as_any_other(raw: str) -> None:
    assert clean(raw) == clean(raw + "\u200b")  # which is invisible, and no plain text


@given(st.text())
def test_tokens_stand_where_they_say(raw: str) -> None:
    cleaned = clean(raw)
    found = tokens(cleaned)
    assert all(cleaned[t.start : t.end].strip() for t in found)
    assert all(a.end <= b.start for a, b in pairwise(found))


def test_digits_and_letters_that_touch_are_apart() -> None:
    assert [t.word for t in tokens("3pm don't")] == ["3", "pm", "dont"]
