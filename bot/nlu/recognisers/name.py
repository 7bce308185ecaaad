"""The name somebody wants to be called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.phrases import Hit, PhraseBook
from bot.nlu.recognisers.text import bag, clean, fold, tokens
from bot.nlu.recognisers.values import Found

LONGEST = 40
MOST_WORDS = 4
_NAME = re.compile(r"[^\W\d_]+\.?(?:['-][^\W\d_]+)*")
_WORD = r"([^\W\d_]+(?:['-][^\W\d_]+)*)"
# "Sarah but everyone says Saz": what follows is the name to use.
_INSTEAD = re.compile(
    r"(?:^|\b(?:but|and|or)|[,.(-]| (?=aka )) ?(?:i was born [^\W\d_]+ but )?(?:(?:my |most |all )?(?:everyone|everybody|people|mates|friends|family|they)"
    r"(?: just| all)? (?:say|says|know me as|knows me as|use|uses)|(?:i'?d|i would|would) (?:like|prefer|rather) (?:to be|be) (?:called|known as)|(?:just )?(?:put|put me down as|use|stick with|go with)|just|i'?d? (?:just )?(?:prefer|like|go by|use|answer to)|prefer|please use|"
    r"you can use|use|aka|a\.k\.a\.?|known as|i'?m|i am|it'?s|nickname(?:'?s| is)?|go(?:es)? by|"
    r"not [^\W\d_]+,) " + _WORD,
    re.I,
)
_FOR_SHORT = re.compile(
    r"(?:^|,|\bbut|\bor|-|\() ?(?:just |i like |its? )?"
    + _WORD
    + r" (?:is (?:fine|ok|okay|better|good|grand)|for short|will do|works|"
    r"to (?:my|me) (?:mates?|friends?|family)|please\b|they call me|everyone calls me)",
    re.I,
)
# Not part of a name: how it is spelt, and what people say after it.
_NO_PART = re.compile(
    r"[.,]? (?:and )?not [^\W\d_]+.*| (?:with|without|no|minus) (?:a |an |the )?[a-z]\b.*|(?:'s|s')? (?:will do|speaking|is fine|here|fine|they call me|the name|aka)\b.*| but .*",
    re.I,
)
_KEPT_SMALL = bag("van der de la von bin binti al el ap ab ferch da dos del di ten")
_TITLES = bag("mr mrs ms miss mx dr rev sir")


@cache
def _openings() -> PhraseBook:
    return PhraseBook({"outright": read("name")["outright"], "hint": read("name")["hint"]})


def read_name(text: str, asked: bool = True) -> Found | None:
    """One to four words that can be a name; unasked only after "my name is" and the like."""
    cleaned = _MATE.sub("mate", clean(text))
    opening = (_preferred(cleaned) if asked else None) or _last_opening(cleaned, asked)
    if opening is None and not asked:
        return None
    start = opening[1] if opening else 0
    parts = _name_words(cleaned, start)
    if not parts or not _can_be_name([cleaned[a:b] for a, b in parts]):
        return None
    span = (parts[0][0], parts[-1][1])
    if opening is None and not _begins_the_answer(cleaned, span):
        return None
    value = _without_stop(" ".join(_capital(cleaned[a:b]) for a, b in parts))
    return Found(value, _nothing_else(cleaned, span, opening), span) if len(value) <= LONGEST else None


_MATE = re.compile(r"\bm8\b", re.IGNORECASE)
# After a name that no "my name is" led to: a stop, or words that begin another thought.
_ANOTHER_THOUGHT = re.compile(
    r"\s*(?:$|[^\w\s]|(?:but|and|or|as|though|tho|cos|coz|because|if|who|how|what|why|when|where|is|are|will|can|could|do|does|"
    r"i|im|its|spelt|spelled|with|without|minus|no|for|to|aka|they|everyone|people|will|the|he|she|not|either|which|that|yes|my|me|"
    r"please|if)\b)", re.IGNORECASE
)  # fmt: skip


def _begins_the_answer(cleaned: str, span: tuple[int, int]) -> bool:
    """Whether the words stand first, small talk apart, and no unknown word goes on after them: not "to keep my job"."""
    before = [token.word for token in tokens(cleaned[: span[0]]) if not token.is_mark]
    leads = bag("to for my your the so and me you i")
    if before and before[-1] in leads:
        return False
    after = [token.word for token in tokens(cleaned[span[1] :])]
    return (bool(after) and after[0] in word_set("name", "courtesy")) or _ANOTHER_THOUGHT.match(
        cleaned[span[1] :]
    ) is not None


def _preferred(cleaned: str) -> tuple[int, int] | None:
    """Where the name to use begins after another: "Sarah but everyone says Saz", "Elizabeth, Liz for short"."""
    matches = [match for pattern in (_INSTEAD, _FOR_SHORT) for match in pattern.finditer(cleaned)]
    matches = [
        match for match in matches if _can_be_name([match[1]]) and fold(match[1]) not in word_set("name", "courtesy")
    ]
    return (matches[-1].start(), matches[-1].start(1)) if matches else None


def _last_opening(cleaned: str, asked: bool) -> tuple[int, int] | None:
    """The last "my name is" or "call me" in the text: where it begins, and where the name begins."""
    found = tokens(cleaned)
    hits: list[Hit] = [hit for hit in _openings().find(found) if asked or hit.value == "outright"]
    hits = [hit for hit in hits if hit.end < len(found) and (hit.value == "outright" or hit.start == 0)]
    if not hits:
        return None
    return found[hits[-1].start].start, found[hits[-1].end - 1].end


def _name_words(cleaned: str, start: int) -> list[tuple[int, int]]:
    """Words in a row that are not small talk, up to the first stop."""
    spans: list[tuple[int, int]] = []
    courtesy = word_set("name", "courtesy")
    cleaned = cleaned[:start] + _NO_PART.sub(lambda tail: "," + " " * (len(tail.group()) - 1), cleaned[start:])
    for match in _NAME.finditer(cleaned, start):
        between = cleaned[spans[-1][1] if spans else start : match.start()]
        if (spans and between.strip()) or cleaned[match.end() : match.end() + 1].isdigit():
            return [] if not between.strip() else spans
        if between.strip(" :,-.!\"'("):
            break
        if fold(match.group()) in courtesy:
            if spans:
                break
            start = match.end()
            continue
        spans.append(match.span())
    return spans


def _can_be_name(words: Sequence[str]) -> bool:
    folded = [fold(word).rstrip(".") for word in words]
    if len(words) > MOST_WORDS or all(word in _TITLES for word in folded):
        return False
    if any(part in word_set("name", "never") for word in folded for part in word.split("-")):
        return False
    return any(len(word) > 1 for word in folded)


def _without_stop(name: str) -> str:
    """The full stop of a sentence is no part of a name, that of an initial or a title is."""
    last = name.removesuffix(".").rpartition(" ")[2]
    return name if len(last) == 1 or fold(last) in _TITLES else name.removesuffix(".")


def _capital(word: str) -> str:
    """Capitals where the person used none, or nothing else."""
    if not (word.islower() or (word.isupper() and len(word) > 2)):
        return word
    if word in _KEPT_SMALL:
        return word
    return "-".join("'".join(_first(piece) for piece in part.split("'")) for part in word.split("-"))


def _first(piece: str) -> str:
    return piece[:1].upper() + piece[1:].lower()


def _nothing_else(cleaned: str, span: tuple[int, int], opening: tuple[int, int] | None) -> bool:
    before = cleaned[: opening[0]] if opening else cleaned[: span[0]]
    rest = tokens(before) + tokens(cleaned[span[1] :])
    return all(token.is_mark or token.word in word_set("name", "courtesy") for token in rest)
