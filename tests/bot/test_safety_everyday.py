"""What people say of work, pain, money and family, in strong words, is heard as no danger; the danger beside it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.safety import screen
from bot.safety_lists import _idioms_of
from bot.safety_phrases import PhraseError

EVERYDAY = Path(__file__).with_name("everyday_words.txt").read_text(encoding="utf-8").splitlines()
STILL_HEARD = [
    ("i want to cut", "self_harm"), ("i want to cut down my arms", "self_harm"), ("want to cut again", "self_harm"),
    ("trying not to cut tonight", "self_harm"), ("want to cut it all out of me", "self_harm"), ("urge to cut so bad", "self_harm"),
    ("going to jump off the roof", "self_harm"), ("feel dead inside", "self_harm"), ("afraid he will hit me", "harm_by_others"),
    ("im afraid they will sack me and he will kill me", "harm_by_others"), ("bleeding a lot and wont stop", "medical"),
    ("i cant breathe well", "medical"), ("cant breathe properly now help", "medical"),
    ("im scared im going to be cut like my sister", "child"), ("they are taking her abroad to be cut", "child"),
    ("my daughter is going to be cut this summer", "child"), ("they want her cut in somalia", "child"),
    ("auntie said i will be cut", "child"), ("they are taking me abroad to get cut", "child"),
    ("no money and i want to cut myself", "self_harm"),
    ("i took too many tablets", "medical"), ("ive taken all my tablets", "medical"), ("ive taken too many tablets but im ok", "medical"),
    ("just taken too many tablets for the pain", "medical"), ("taking too many tablets now", "medical"),
    ("took too many painkillers for my back last night and feel sick", "medical"),
    ("taking all these tablets tonight", "self_harm"), ("thinking of taking all my tablets", "self_harm"),
    ("fed up of taking tablets and took the lot", "medical"), ("stopped taking my insulin", "medical"),
    ("thinking of stopping my meds so i can die", "self_harm"), ("thinking of stopping my insulin so it ends", "self_harm"),
    ("everyone would be better off without me", "self_harm"), ("everyone would be better off if i was dead", "self_harm"),
    ("everyone would be better off if i wasnt here", "self_harm"), ("my family would be better off if i was gone", "self_harm"),
    ("theyd be better off if i disappeared", "self_harm"),
    ("everyone would be better off if i worked from home or just died", "self_harm"),
    ("work would be better off without me and so would my kids", "self_harm"),
]  # fmt: skip


@pytest.mark.parametrize("text", EVERYDAY)
def test_everyday_words_are_no_danger(text: str) -> None:
    hit = screen(text)
    assert hit is None or hit.weak, hit


@pytest.mark.parametrize(("text", "kind"), STILL_HEARD)
def test_the_danger_beside_them_is_heard(text: str, kind: str) -> None:
    hit = screen(text)
    assert hit
    assert hit.certain
    assert kind in {hit.kind, *hit.also}


@pytest.mark.parametrize(
    "text",
    [
        "Taking too many tablets for the pain, they don't work",
        "taking too many painkillers for my back",
        "i take more paracetamol than i should for my knees",
    ],
)
def test_too_many_tablets_for_a_pain_get_a_line_that_names_111(text: str) -> None:
    hit = screen(text)
    assert hit
    assert (hit.kind, hit.certain) == ("medical", False)


def test_a_saying_of_no_known_kind_stops_the_start() -> None:
    with pytest.raises(PhraseError, match="no kind called 'childs'"):
        _idioms_of("childs")
