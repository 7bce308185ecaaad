"""Where somebody stands with work, from their own words."""

from __future__ import annotations

from bot.nlu.recognisers import scope
from bot.nlu.recognisers.free_text import Passage, book, read_passage
from bot.nlu.recognisers.phrases import Hit
from bot.nlu.recognisers.text import bag
from bot.nlu.recognisers.values import Found

OFF_SICK = "off_sick"
TRADE = "weak_in_work"
# The job being gone outweighs being off sick, which outweighs having one; the weak ones speak only when alone.
STRONGEST_FIRST = ("out_of_work", OFF_SICK, "in_work", "weak_out_of_work", "weak_off_sick", "other", TRADE)
WEAK = "weak_"
BECAUSE_OF = bag("with cos coz due because cause from after")
BEFORE_OFF = bag("im am been still currently now but and me is just") | {"", ",", "."}  # not "time off", "put off"
SHORT = 10  # tokens of an answer that is a trade
OTHERS = bag("he hes she shes theyre mans blokes fellas")
LINKS = bag(
    "is was s just still now always usually currently out has been gone already only all most not the be ll will"
)
OWN = bag("i im ive id me my mine us our")
NEAR = 4  # tokens between "off with" and the illness


def read_situation(text: str, *, own_only: bool = True) -> Found | None:
    """in_work, off_sick, out_of_work or other; unsure where the words point two ways. `own_only`: not "hes at work"."""
    passage = read_passage("situation", text)
    meant = [hit for hit in passage.meant(own_only=own_only) if hit.value != TRADE or _begins(passage, hit)]
    meant = [hit for hit in meant if not (own_only and _of_another(passage, hit))]
    meant += _off_with_an_illness(passage)
    kinds = {hit.value for hit in meant}
    best = next((kind for kind in STRONGEST_FIRST if kind in kinds), None)
    if best is None:
        return None
    value = best.removeprefix(WEAK)
    clear = {kind for kind in kinds if not kind.startswith(WEAK)}
    sure = best in clear and clear - {"in_work"} <= {best} and not (best == "out_of_work" and "in_work" in clear)
    speaking = [hit for hit in meant if hit.value == best]
    return Found(value, passage.whole(), passage.span(speaking), sure and passage.told(speaking))


def is_of_another(text: str) -> bool:
    """Whether somebody else's work is all that is spoken of."""
    passage = read_passage("situation", text)
    hits = passage.meant(own_only=False)
    own = passage.meant(own_only=True)
    return bool(hits) and not [hit for hit in own if not _of_another(passage, hit)]


def _begins(passage: Passage, hit: Hit) -> bool:
    """Whether a trade opens a short answer: "bus driver, 12 years" but not "i need to see a nurse"."""
    short = len(passage.found) <= SHORT and passage.found[-1].word != "?"
    return short and scope.only_filler(passage.found[: hit.start], [])


def _of_another(passage: Passage, hit: Hit) -> bool:
    """ "Hes at work": said of him; "he let me go" is not."""
    found = passage.found
    if OWN & {token.word for token in found[hit.start : hit.end]}:
        return False
    i = hit.start
    while i < hit.end and (found[i].word in LINKS or found[i].word in OTHERS):
        if found[i].word in OTHERS:
            return True
        i += 1
    i = hit.start - 1
    while i >= 0 and found[i].word in LINKS:
        i -= 1
    return i >= 0 and found[i].word in OTHERS


def _off_with_an_illness(passage: Passage) -> list[Hit]:
    """ "Off with sciatica", "been off because of her nerves" where the illness is one of the health list."""
    found = passage.found
    words = ["", *(token.word for token in found)]
    off = [
        i
        for i in range(len(found) - 2)
        if words[i] in BEFORE_OFF and words[i + 1] == "off" and words[i + 2] in BECAUSE_OF
    ]
    ill = book("health").find(found) if off else []
    return [Hit(OFF_SICK, i, i + 2) for i in off if any(i + 2 <= hit.start <= i + 2 + NEAR for hit in ill)]
