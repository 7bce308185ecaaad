"""What people say of work, pain, money and family, in strong words, is heard as no danger; the danger beside it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.safety import screen

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
