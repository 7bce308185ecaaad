"""What else makes work hard, from the person's own words."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from bot.nlu.recognisers import scope
from bot.nlu.recognisers.free_text import Passage, in_order, read_passage, says_none
from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.phrases import Hit
from bot.nlu.recognisers.values import Found

NONE = "none"
CARING = "caring"


def read_barriers(text: str) -> Found | None:
    """A list of money, housing, caring, travel, employer, skills, other; ["none"] when the person says so.

    Unsure where only bare words such as "my kids" or "the bus" were said, and nothing of trouble.
    """
    passage = read_passage("barriers", text)
    if says_none("barriers", text):
        return Found([NONE], True, (0, len(passage.text)))
    meant = [
        hit
        for hit in passage.meant(own_only=False)
        if hit.value == CARING or not scope.belongs_to_another(passage.found, hit)
    ]
    if not meant:
        return None
    return Found(in_order(meant), passage.whole(), passage.span(meant), sure=_tells_of_trouble(passage, meant))


def _tells_of_trouble(passage: Passage, meant: Sequence[Hit]) -> bool:
    if not passage.told(meant):
        return False
    asked_only = word_set("small_words", "only_if_asked")
    if all(token.word in asked_only for hit in meant for token in passage.found[hit.start : hit.end]):
        return False
    if all(_is_of_a_relative(passage, hit) for hit in meant):
        return False
    plain = all(token.word in _bare() for hit in meant for token in passage.found[hit.start : hit.end])
    return not plain or any(
        token.word in word_set("small_words", "trouble") and not _asks_for_help(passage, i)
        for i, token in enumerate(passage.found)
    )


@cache
def _bare() -> frozenset[str]:
    return frozenset().union(*(word_set("small_words", key) for key in ("bare_things", "between", "relatives")))


def _is_of_a_relative(passage: Passage, hit: Hit) -> bool:
    """ "My son has autism" tells of him; that it makes work hard is only likely where that was asked."""
    words = [token.word for token in passage.found[hit.start : hit.end]]
    tells = {"has", "is", "s"} & set(words) or words[-1] in ILL
    return hit.value == CARING and words[0] in {"my", "me"} and bool(tells)


ILL = frozenset({"autistic", "disabled", "poorly", "ill", "sick"})


def _asks_for_help(passage: Passage, i: int) -> bool:
    """ "Can you help. my work": what is asked of us says nothing of the work."""
    asked = i > 0 and passage.found[i - 1].word in YOU
    return asked and passage.found[i].word in {"help", "sorting"}


YOU = frozenset({"you", "u", "ya", "yous", "yas", "they", "this", "it", "someone", "somebody", "anyone"})
