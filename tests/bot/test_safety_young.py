"""Who says that they are a child is heard as one, and nobody else."""

from __future__ import annotations

import pytest

from bot.safety import SafetyHit
from bot.safety_young import of_a_child, says_under_18

YOUNG = [
    "im 14 and i want to die", "I'm only 15, he hits me", "i am thirteen and my step dad keeps hurting me",
    "i’m 16 n cant do this anymore", "im just 12 please help", "my age is 17. want to end it", "i m 11",
    "I'm a 15 year old girl and he wont leave me alone", "im 16yo and cutting again", "am 13 an me mam batters us",
    "14 yr old girl, want to kill myself", "im in year 9 and want to die", "i'm still in yr 11, dad punches me",
    "im not even 18 yet and want it over", "i'm under 16 and nobody cares", "im turning 15 and i hate being alive",
    "I am seventeen years old and he locks me in", "i'm 16, and i took a blade to my arm",
]  # fmt: skip
NOT_YOUNG = [
    "im 14 weeks pregnant and he hit me", "im 15 stone and want to die", "i'm 10 years sober and want to end it",
    "my daughter is 14", "im 45", "ive got a 5 year old and want to die", "i am 12 months off work", "im 9 to 5",
    "i'm 17 grand in debt and cant go on", "he hits me, our lad is 7", "im 5 months gone", "i am a year 6 teacher",
    "im in year 2 of my contract", "i'm 12 hours on my feet", "im 6ft 2", "i am 16:30 finish", "i was 14 when it began",
    "im 10/10 done with this", "im 71", "im 150", "when i'm 17% charged", "15 years he has hit me", "im on 5 tablets",
]  # fmt: skip


@pytest.mark.parametrize("text", YOUNG)
def test_a_child_says_so(text: str) -> None:
    assert says_under_18(text)


@pytest.mark.parametrize("text", NOT_YOUNG)
def test_numbers_that_are_no_age_of_the_writer(text: str) -> None:
    assert not says_under_18(text)


def test_a_childs_danger_is_a_childs_first() -> None:
    for kind in ("self_harm", "harm_by_others"):
        hit = SafetyHit(kind=kind, layer="patterns", phrase_id="x", also=("child",))  # type: ignore[arg-type]
        assert of_a_child("im 14", hit) == SafetyHit(kind="child", layer="patterns", phrase_id="x", also=(kind,))  # type: ignore[arg-type]
        assert of_a_child("im 44", hit) is hit
    red_flag = SafetyHit(kind="medical", layer="patterns", phrase_id="x")
    assert of_a_child("im 14", red_flag) is red_flag
    assert of_a_child("im 14", None) is None
