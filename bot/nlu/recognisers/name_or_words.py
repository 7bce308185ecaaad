"""Whether words that stand where a name could stand are one, or only the beginning of something else."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from bot.nlu.recognisers.health import read_health
from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.said import says_of
from bot.nlu.recognisers.text import bag, fold, tokens

Span = tuple[int, int]
ALSO_NAMES = bag(
    "hope will march brown black white young beck wales miss lady baby price power park banks black hardy bill foster ms bos"
)
"""Everyday words that people are called by, first or after a title."""
TITLES = bag("mr mrs ms miss mx dr rev sir")
NO_SURNAMES = bag("thanks thank cheers ta please pls sorry ok okay and is it its im i am my name here yes yeah no x xx")
"""Small talk that is nobody's surname after a first name, however it is written."""
NO_NAMES = bag("you u ya me it him her them us that this the my we they")
"""... nor after a title: "miss you"."""
SHORTEST_ING, SHORTEST_LY = 6, 5
MOST_AFTER = 6
"""Words that may follow a name nobody knows, told without "my name is": with more of them the message says something else."""
_ASKED_FOR = bag(
    "say says said saying tell tells told telling use uses using give gives gave giving see sees know knows share shares sharing put "
    "puts have has had keep keeps kept leave leaves left mention mentions mentioned hear hears heard with of about in is on by "
    "what whats know put"
)
"""Before "my name", these speak of it and do not tell it: "he say my name to other girls"."""
_OF_THE_NAME = re.compile(r"\b(?:my|me|mi|the) na(?:me|m)s?\W*$", re.I)
_CALLS_ME = re.compile(r"\b(?:calls?|called) me\W*$", re.I)
_I_AM = re.compile(r"\b(?:i'?m|i am|it'?s|it is|that'?s|this is)\W*$", re.I)
_LED_BY = re.compile(r"[\s:,.\-=*\"'(]*(?:(?:is|its|it's|just|only|mr|mrs|ms|miss|mx|dr)\b[\s:.\-]*)*$", re.I)


def stands_for_a_name(cleaned: str, parts: Sequence[Span], opening: Span | None, *, asked: bool) -> bool:
    """No everyday word is taken for a name that is not led to; unasked, only what follows "my name is" at once."""
    first = fold(cleaned[slice(*parts[0])]).rstrip(".")
    known = first in word_set("name", "first_names")
    if opening is not None and _CALLS_ME.search(cleaned[slice(*opening)]) and first in word_set("name", "called_so"):
        return False
    if opening is None:
        return known or (not _is_everyday(first) and _little_follows(cleaned, parts[-1][1]))
    if asked and not _OF_THE_NAME.search(cleaned[slice(*opening)]):
        return known or not (_I_AM.search(cleaned[slice(*opening)]) and _is_everyday(first))
    if not _tells(cleaned, parts[0], opening):
        return False
    return known or not _is_everyday(first)


def is_a_surname(cleaned: str, parts: Sequence[Span], word: Span) -> bool:
    """ "Mr Good", "Mark Hi": a word of small talk after a title, or the last of two words with a capital each."""
    if len(parts) != 1 or cleaned[parts[0][1] : word[0]].strip():
        return False
    alone = parts[0][0] == 0 and not cleaned[word[1] :].strip(" .")
    said = [cleaned[slice(*parts[0])], cleaned[slice(*word)]]
    return may_be_a_surname(said, 1) and (alone or fold(said[0]).rstrip(".") in TITLES)


def may_be_a_surname(words: Sequence[str], at: int) -> bool:
    """Whether the word at this place stands as a surname does: after a title, or with a capital after a first name."""
    first, word = fold(words[0]).rstrip("."), words[at]
    if at != 1 or fold(word) in NO_NAMES:
        return False
    capitals = all(one[:1].isupper() and not one.isupper() for one in (words[0], word))
    small_talk = first in word_set("name", "courtesy") | word_set("name", "never")
    known = first in word_set("name", "first_names") or not (small_talk or _is_everyday(first))
    return first in TITLES or (capitals and known and len(words) == 2 and fold(word) not in NO_SURNAMES)


def _is_everyday(word: str) -> bool:
    """ "Kindly", "other", "sleeping": words of the language, as far as their form or a list says."""
    if word in ALSO_NAMES:
        return False
    formed = (word.endswith("ing") and len(word) >= SHORTEST_ING) or (word.endswith("ly") and len(word) >= SHORTEST_LY)
    listed = word in word_set("ordinary_words", "words") or word in word_set("name", "everyday")
    return formed or listed or word in _troubles()


@cache
def _troubles() -> frozenset[str]:
    """ "Fibro and menopause", "debts": words that stand by themselves for an illness or a worry."""
    listed = (line for table in ("health", "barriers") for lines in read(table).values() for line in lines)
    return frozenset(word for line in listed if " " not in line for word in line.split("/"))


def names_an_illness(text: str) -> bool:
    """ "Just epilepsy", told again where the name is asked: nobody is called so."""
    found = read_health(text)
    return found is not None and found.whole and found.sure


def declines_to_say(text: str) -> bool:
    """ "Id rather not say", "no names": who does not want to tell their name."""
    return says_of("health", "rather_not_say", text) or says_of("name", "declines", text)


def _little_follows(cleaned: str, end: int) -> bool:
    after = [token for token in tokens(cleaned[end:]) if not token.is_mark]
    courtesy = word_set("name", "courtesy")
    return sum(token.word not in courtesy for token in after) <= MOST_AFTER


def _tells(cleaned: str, name: Span, opening: Span) -> bool:
    """Whether the name follows its opening at once, and the opening is not spoken of: "will they see my name"."""
    if not _LED_BY.fullmatch(cleaned[opening[1] : name[0]]):
        return False
    if not _OF_THE_NAME.search(cleaned[slice(*opening)]):
        return True
    before = [token.word for token in tokens(cleaned[: opening[0]])]
    return not before or before[-1] not in _ASKED_FOR


_SAYS_INSTEAD = re.compile(
    r"\bnames?\b(?:(?: is| isnt| isn't|'s|s)? ?(?:not|isnt|isn't|wrong)\b[^.,;]*[.,;]? ?(?:and |but )?(?:it is|it's|its|it should be|i'm|im|i am|call me|but)|"
    r" (?:to|should be|must be|ought to be|as)|,? (?:it is|it's|its)) (?:to |be |just |rather )?(?=[^\W\d_])",
    re.I,
)


def name_put_right(cleaned: str) -> str | None:
    """What stands where a name is put right: "my name is not Kindly Note. It is X", "correct the name to X"; None elsewhere."""
    led = list(_SAYS_INSTEAD.finditer(cleaned))
    return cleaned[led[-1].end() :] if led else None
