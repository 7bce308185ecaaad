from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.flows.segments import segments, to_gsm7, unsupported


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("a" * 152 + "€" + "a" * 20, 2),
        ("ŵ" * 70, 1),
        ("ŵ" * 71, 2),
        ("😀" * 35, 1),
        ("😀" * 36, 2),
        ("x" * 66 + "😀" + "x" * 65, 2),
        ("x" * 66 + "😀" + "x" * 66, 3),
    ],
)
def test_segments_are_counted_as_providers_bill_them(text: str, count: int) -> None:
    assert segments(text) == count


def test_an_extended_character_is_never_cut_in_two() -> None:
    assert segments("a" * 152 + "€" + "a" * 151) == 2
    assert segments("a" * 152 + "€" + "a" * 152) == 3


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("“It’s free” – call…", '"It\'s free" - call...'),
        ("Siân ŵ ŷ", "Sian w y"),
        ("à é £ € [x]", "à é £ € [x]"),
        ("no\u00a0break\u200b", "no break"),
        ("ﬁt", "fit"),
    ],
)
def test_smart_characters_become_plain(typed: str, sent: str) -> None:
    assert to_gsm7(typed) == sent
    assert unsupported(to_gsm7(typed)) == []


def test_what_cannot_be_replaced_is_kept_and_named() -> None:
    assert to_gsm7("ok 😀 مرحبا") == "ok 😀 مرحبا"
    assert unsupported("😀a😀") == ["😀"]


@given(st.text())
def test_replacing_twice_changes_nothing_and_never_adds_odd_characters(text: str) -> None:
    once = to_gsm7(text)
    assert to_gsm7(once) == once
    assert len(unsupported(once)) <= len(unsupported(text))
