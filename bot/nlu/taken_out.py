"""Answers of a list that the person takes out again: "housing is not my difficulty", "mental health?? i never said that"."""

from __future__ import annotations

import re
from typing import Any

from bot.nlu.recognisers.free_text import Passage, read_passage
from bot.nlu.recognisers.phrases import Hit
from bot.nlu.recognisers.text import clean

_OUT = re.compile(
    r"\b(?:(?:i )?(?:never|didn'?t|did not) (?:say|said|mention|mentioned|put|tell)|said nothing|strike|take (?:it|that|this|them)? ?(?:off|out|away)|"
    r"remove|delete|cross (?:it |that )?out|rub (?:it |that )?out|scrap|get rid of|where did (?:you|u) get|who said|is wrong|are wrong|"
    r"isn'?t right|is not right|wrong|not mine|mistake)\b",
    re.I,
)
_NOT_THE_PROBLEM = re.compile(
    r"^\W*(?:is|are|was|'s|s)?\W*(?:not|isn'?t|aint|ain'?t|no) (?:my |a |the |any |really )*(?:difficulty|difficulties|problem|problems|issue|trouble|reason|"
    r"thing|one|it)\b",
    re.I,
)
_FINE = re.compile(r"^\W*(?:is|are|'s|s)?\W*(?:fine|ok|okay|alright|all right|good)\b", re.I)
LONGEST = 40  # words: a longer message tells a story


def taken_out(slot: str, kept: Any, text: str) -> list[str] | None:
    """What is left of a list, with what the same words name instead; None where nothing is taken out of it."""
    if not isinstance(kept, list) or len(text.split()) > LONGEST:
        return None
    passage = read_passage(slot, text)
    gone = {hit.value for hit in _denied(passage)} & set(kept)
    if not gone:
        return None
    denied = {hit.value for hit in _denied(passage)}
    instead = [hit for hit in passage.meant(own_only=True) if hit.value not in denied]
    named = [value for value in dict.fromkeys(hit.value for hit in instead) if value in VALUES[slot]]
    left = [value for value in kept if value not in gone]
    return [*left, *(value for value in named if value not in left)]


def _denied(passage: Passage) -> list[Hit]:
    return [mention.hit for mention in passage.mentions if mention.denied or _is_taken_out(passage, mention.hit)]


def _is_taken_out(passage: Passage, hit: Hit) -> bool:
    """Words of taking out in the same breath: in the clause itself or, where it only names the answer, in the next one."""
    cleaned = clean(passage.text)
    start, end = passage.found[hit.start].start, passage.found[hit.end - 1].end
    after = cleaned[end:]
    if _NOT_THE_PROBLEM.match(after) or _FINE.match(after):
        return True
    before = re.split(r"[.;!]|\bbut\b", cleaned[:start])[-1]
    return (
        _OUT.search(before[-WIDTH:]) is not None
        or _OUT.search(re.split(r"[.;]|\bits\b|\bit's\b", after)[0][:WIDTH]) is not None
    )


WIDTH = 45  # characters


VALUES = {
    "health": frozenset({"mental_health", "musculoskeletal", "long_term", "neurodivergence", "other"}),
    "barriers": frozenset({"money", "housing", "caring", "travel", "employer", "skills", "other"}),
}
