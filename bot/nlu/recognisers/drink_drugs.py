"""Whether drink or drugs make work hard for somebody, from their own words; never a diagnosis."""

from __future__ import annotations

from collections.abc import Sequence

from bot.nlu.recognisers.free_text import read_passage
from bot.nlu.recognisers.health import is_said_of_another
from bot.nlu.recognisers.phrases import Hit
from bot.nlu.recognisers.text import Token, bag

DRINK_OR_DRUGS = "drink_or_drugs"
"""The slot that holds which of the two was told."""
DRINK, DRUGS = "drink", "drugs"
BARE = {"bare_drink": DRINK, "bare_drugs": DRUGS}
"""Words that say so only where what makes work hard was just asked: "alcohol"."""


def read_drink_drugs(text: str, *, asked: bool, of_another: bool = False) -> list[str]:
    """ "drink", "drugs", both or none. `asked`: what is hard was asked; `of_another`: the questions are about somebody else."""
    passage = read_passage("drink_drugs", text)
    said = [
        hit
        for hit in passage.meant(own_only=not of_another)
        if (asked or hit.value not in BARE) and (of_another or not is_said_of_another(passage.found, hit))
    ]
    said = [hit for hit in said if hit.value not in BARE or _is_an_item(passage.found, hit)]
    return list(dict.fromkeys(BARE.get(hit.value, hit.value) for hit in said)) if passage.told(said) else []


def _is_an_item(found: Sequence[Token], hit: Hit) -> bool:
    """ "Alcohol", "my back, alcohol and stress": one of what is listed, and no "cant hold a drink"."""
    before = found[hit.start - 1].word if hit.start else ""
    after = found[hit.end].word if hit.end < len(found) else ""
    return before in BETWEEN and after in BETWEEN


BETWEEN = bag("and n plus also with too . , ; - & + its is mainly mostly just maybe") | {""}
