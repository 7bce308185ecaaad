"""The texts that staff are sent: one segment each, no words that tell whom they are about."""

from __future__ import annotations

import pytest

from bot import staff_words
from bot.flows.segments import segments, unsupported
from services.staff_texts import KINDS

SITE = "https://workwell.somewhere-in-england.nhs.uk/"
FILLED = {"code": "482913", "by": "2026-11-23T12:45:00+00:00"}


def test_every_kind_has_words_and_there_are_no_others() -> None:
    assert set(staff_words.texts()) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_to_staff_fits_in_one_segment_and_names_nobody(kind: str) -> None:
    words = staff_words.render(SITE, kind, FILLED)
    assert (segments(words), unsupported(words)) == (1, "") or (segments(words), list(unsupported(words))) == (1, [])
    assert not {"harm", "suicide", "person", "crisis", "referral"} & {*words.lower().split()}


def test_the_alert_says_the_code_until_when_and_where_to_read() -> None:
    words = staff_words.render(SITE, "alert", FILLED)
    assert ("482913" in words, "12:45pm" in words, f"{SITE}coach" in words) == (True, True, True)
