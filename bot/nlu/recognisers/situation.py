"""Where somebody stands with work, from their own words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise, takewhile

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
NOW = bag("now currently presently nowadays again atm new started")
PAST = bag("was were had used")
AGO = bag("ago last previously before once")
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
    said = passage.meant(own_only=own_only)
    said = [hit for hit in said if not (own_only and _of_another(passage, hit))]
    said += _off_with_an_illness(passage)
    said = [hit for hit in said if not _is_feared(passage, hit)]
    meant = [hit for hit in _as_things_stand(passage, said) if not _is_long_gone(passage, hit)]
    kinds = {hit.value for hit in meant}
    best = next((kind for kind in STRONGEST_FIRST if kind in kinds), None)
    if best is None:
        return None
    value = best.removeprefix(WEAK)
    clear = {kind for kind in kinds if not kind.startswith(WEAK)}
    sure = best in clear and clear - {"in_work"} <= {best} and not (best == "out_of_work" and "in_work" in clear)
    speaking = [hit for hit in meant if hit.value == best]
    sure = sure and not all(_after_years(passage, hit) for hit in speaking)
    return Found(value, passage.whole(), passage.span(speaking), sure and passage.told(speaking))


def _after_years(passage: Passage, hit: Hit) -> bool:
    """ "15 years working in a shop" may be now or long ago."""
    before = {token.word for token in passage.found[max(0, hit.start - 1) : hit.start]}
    return hit.value == "in_work" and bool(YEARS & before)


YEARS = bag("years yrs year yr")


def _is_long_gone(passage: Passage, hit: Hit) -> bool:
    """ "I was off sick last year": how it was, with nothing of how it is."""
    if hit.value not in {OFF_SICK, "weak_off_sick"}:
        return False
    words = [token.word for token in passage.found]
    before, after = words[max(0, hit.start - 2) : hit.start], words[hit.end : hit.end + NEAR]
    past = "was" in before or before[-2:] == ["had", "been"]
    return past and ("last" in after or any(map(_is_a_date, after))) and not {"still", *NOW} & set(words)


def _is_feared(passage: Passage, hit: Hit) -> bool:
    """ "Works threatening to let me go", "scared ill be sacked": the job is not gone yet."""
    words = [token.word for token in passage.found]
    if hit.value != "out_of_work" or not LOSING & set(words[hit.start : hit.end]):
        return False
    before = list(_up_to_a_stop(words[max(0, hit.start - FAR) : hit.start][::-1]))[::-1]
    last = [*before, words[hit.start]]
    return bool(FEARED & set(before)) or any(pair in TO_COME for pair in pairwise(last))


LOSING = bag(
    "sack sacked sacking fire fired redundant redundancy go laid lay dismiss dismissed terminate terminated finish finished rid lose"
)
FEARED = bag(
    "threatening threatened threaten threatens threats threat might may could gonna wanna wants trying tryna scared afraid "
    "worried worry frightened terrified fear fearing theyll facing risk likely warning warned warns unless"
)
TO_COME = frozenset(
    {
        ("going", "to"),
        ("goin", "to"),
        ("about", "to"),
        ("want", "to"),
        ("ill", "be"),
        ("ill", "get"),
        ("will", "be"),
        ("will", "get"),
    }
)
FAR = 6  # tokens


def is_of_another(text: str) -> bool:
    """Whether somebody else's work is all that is spoken of."""
    passage = read_passage("situation", text)
    hits = passage.meant(own_only=False)
    own = passage.meant(own_only=True)
    return bool(hits) and not [hit for hit in own if not _of_another(passage, hit)]


def _as_things_stand(passage: Passage, said: list[Hit]) -> list[Hit]:
    """Without what work of today has left behind: "medically discharged 2019. security nights now but signed off"."""
    of_now = [hit for hit in said if hit.value in {"in_work", TRADE} and _is_of_now(passage, hit)]
    meant = [hit for hit in said if hit.value != TRADE or hit in of_now or _begins(passage, hit)]
    return [hit for hit in meant if not any(_is_left_behind(passage, hit, work) for work in of_now)]


def _is_of_now(passage: Passage, work: Hit) -> bool:
    """Whether "now", "again" or "new job" stands by it in the same sentence, and not before another trouble."""
    words = [token.word for token in passage.found]
    near = words[max(0, work.start - NEAR) : work.start][::-1], words[work.end : work.end + NEAR]
    return any(NOW & set(_up_to_a_stop(side)) for side in near) or bool(NOW & set(words[work.start : work.end]))


def _up_to_a_stop(words: Sequence[str]) -> Iterator[str]:
    yield from takewhile(lambda word: word not in scope.STOPS | {",", "but", "and"}, words)


def _is_left_behind(passage: Passage, hit: Hit, work: Hit) -> bool:
    """Being out of work, or being off if it was said of the past, before the work of now."""
    if hit.end > work.start:
        return False
    words = [token.word for token in passage.found]
    before, after = words[max(0, hit.start - 2) : hit.start], words[hit.end : hit.end + NEAR]
    told_as_past = bool(PAST & {*before, *words[hit.start : hit.end]}) or any(map(_is_a_date, _up_to_a_stop(after)))
    out = hit.value in {"out_of_work", "weak_out_of_work"}
    return (out or (hit.value in {OFF_SICK, "weak_off_sick"} and told_as_past)) and not NOW & set(_up_to_a_stop(after))


def _is_a_date(word: str) -> bool:
    return word in AGO or (word.isdigit() and len(word) == len("2019"))


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
