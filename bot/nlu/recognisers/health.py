"""What kinds of health trouble somebody speaks of; never a diagnosis."""

from __future__ import annotations

from collections.abc import Sequence

from bot.nlu.recognisers.free_text import in_order, read_passage
from bot.nlu.recognisers.guesses import is_guessed
from bot.nlu.recognisers.phrases import Hit
from bot.nlu.recognisers.refusals import told_all_the_same
from bot.nlu.recognisers.text import Token, bag
from bot.nlu.recognisers.values import Found

GENERAL = "other_if_alone"
PRIVATE = "rather_not_say"


def read_health(text: str, asked: bool = False) -> Found | None:
    """A list of mental_health, musculoskeletal, long_term, neurodivergence, other; or rather_not_say alone.

    Unsure where it was not `asked` for and is guessed: from a part of the body or an idiom, with nothing that says it is illness.
    """
    passage = read_passage("health", text)
    if not passage.mentions:
        return None
    meant = passage.meant(own_only=True)
    private = [m.hit for m in passage.mentions if m.hit.value == PRIVATE]
    refusals = [(hit.start, hit.end) for hit in private]
    meant = [
        hit for hit in meant if hit.value == PRIVATE or told_all_the_same(passage.found, (hit.start, hit.end), refusals)
    ]
    kinds = [kind for kind in in_order(meant) if kind not in {GENERAL, PRIVATE}]
    if not kinds and private:
        return Found([PRIVATE], passage.whole(), passage.span(private))
    if not kinds and meant:
        return Found(["other"], passage.whole(), passage.span(meant), sure=False)
    sure = passage.told(meant) and (asked or not is_guessed(passage.found, meant))
    sure = sure and not all(is_said_of_another(passage.found, hit) for hit in meant)
    return Found(kinds, passage.whole(), passage.span(meant), sure) if kinds else None


def is_said_of_another(found: Sequence[Token], hit: Hit) -> bool:
    """ "He has a bad back": a fact about the person only where the questions are about him."""
    said = {token.word for token in found[max(0, hit.start - NEAR) : hit.start]}
    return bool(OTHERS & said) and not OWN & said


NEAR = 4
OTHERS = bag("he hes she shes they theyve theyre")
OWN = bag("i im ive my me")
