"""Phone numbers."""

from __future__ import annotations

import pytest

from bot.nlu.recognisers import read_phone

GOOD = [
    ("07911 123456", "+447911123456", "mobile"), ("+447911123456", "+447911123456", "mobile"),
    ("0044 7911 123456", "+447911123456", "mobile"), ("0+44(0)7911123456", "+447911123456", "mobile"),
    ("+44 (0) 7911 123456", "+447911123456", "mobile"), ("o7911123456", "+447911123456", "mobile"),
    ("7911123456", "+447911123456", "mobile"), ("my number is 07911 123456 thanks", "+447911123456", "mobile"),
    ("078-11-123-456", "+447811123456", "mobile"), ("01772 555555", "+441772555555", "landline"),
    ("0161 715 2233", "+441617152233", "landline"),
]  # fmt: skip
BAD = [
    ("070 1234 5678", "personal_number"),
    ("0760 1234567", "pager"), ("0906 123 4567", "premium"), ("0871 123 4567", "premium"), ("+33 6 12 34 56 78", "not_uk"),
    ("0300 123 4567", "not_a_persons"), ("0800 123 4567", "not_a_persons"), ("079111234567", "too_long"), ("0791112", "too_short"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "e164", "kind"), GOOD)
def test_numbers_that_can_be_rung(said: str, e164: str, kind: str) -> None:
    found = read_phone(said)
    assert found is not None
    assert found.value == {"e164": e164, "kind": kind, "ok": True, "why": "ok"}
    assert found.whole


@pytest.mark.parametrize(("said", "why"), BAD)
def test_refused_with_a_reason(said: str, why: str) -> None:
    found = read_phone(said)
    assert found is not None
    assert found.value == {"e164": None, "kind": None, "ok": False, "why": why}


@pytest.mark.parametrize("said", ["999", "1", "hello", "", "43", "PR1 8XJ", "24/11/2026"])
def test_no_number(said: str) -> None:
    assert read_phone(said) is None


@pytest.mark.parametrize(
    ("text", "e164", "kind"),
    [
        ("07700 900123", "+447700900123", "mobile"),
        ("020 7946 0123", "+442079460123", "landline"),
        ("0113 496 0123", "+441134960123", "landline"),
    ],
)
def test_numbers_kept_for_drama_are_read_and_marked(text: str, e164: str, kind: str) -> None:
    found = read_phone(text)
    assert found is not None
    assert found.value == {"e164": e164, "kind": kind, "ok": True, "why": "drama"}
