"""What looks like an answer and is none: half a phone number at a list, the postcode of work, what is only supposed."""

from __future__ import annotations

import re

from bot.nlu.recognisers.situation import read_situation
from bot.nlu.recognisers.text import bag, clean, words
from bot.nlu.recognisers.yes_no import read_yes_no

FEWEST_DIGITS = 6
_NUMBER = re.compile(r"\W*(?:\+?44|0)[\d\s()./-]*\W*")
_WORK = r"(?:work(?:place|s)?|work'?s|job|office|employers?|employer'?s|school|college|uni)"
_OF_WORK = re.compile(
    rf"\b(?:my |the |our )?{_WORK}(?:'?s)? (?:post ?code|pc|one|address|is|are)\b"
    rf"|\b(?:where|place) (?:i|we) work\b|\b(?:is|thats|that's|its|it's|for) (?:my |the |our |where my )?{_WORK}\b",
    re.IGNORECASE,
)
_OF_HOME = re.compile(r"\b(?:home|house|flat|live|lives|living|stay|staying|i'?m at|from home)\b", re.IGNORECASE)
_POSTCODE = re.compile(r"\b[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}\b", re.IGNORECASE)
_SUPPOSED = re.compile(
    r"\bif i (?:say|said|tell|told|put|admit|mention|write)\b[^.;!?]*"
    r"|\bwhat (?:happens|would happen|will happen|if)(?: to me| then)?(?: if)?(?: i| im| i'm| they)\b[^.;!?]*",
    re.IGNORECASE,
)
_FROM_WORK = re.compile(
    r"\b(?:from|cos of|coz of|because of|due to|caused by|down to|over|about) (?:my |the |this |that )?(?:work|job|boss|manager)\b"
    r"|\bwork[ -]related\b",
    re.IGNORECASE,
)
NOES = bag("no nope nah naw na nay not really sorry mate thanks ta")


def is_part_of_a_number(text: str) -> bool:
    """ "07700 900 7", at a list: a phone number, whole or not, and no line of the list."""
    return _NUMBER.fullmatch(text) is not None and sum(char.isdigit() for char in text) >= FEWEST_DIGITS


def is_of_work(text: str) -> bool:
    """ "BS1 4DJ is my work": where they work, with no word of home and no second postcode beside it."""
    alone = len(_POSTCODE.findall(text)) <= 1 and _OF_HOME.search(text) is None
    return alone and _OF_WORK.search(text) is not None


def without_supposing(text: str) -> str:
    """The words but for what is only thought of: "do they get told if i say im working"."""
    return _SUPPOSED.sub(" ", text)


def tells_no_situation(text: str) -> bool:
    """ "Its stress from work": what work does to somebody, who may be in it or off. "Nah": no line of that list."""
    said = words(clean(text))
    if said and set(said) <= NOES:
        return True
    told = read_situation(text) if _FROM_WORK.search(text) else None
    return _FROM_WORK.search(text) is not None and not (told and told.sure)


def says_no_yes(text: str) -> bool:
    """ "Works threatening to let me go" shares words with "It's safe, let's go", and does not say that it is safe."""
    return read_yes_no(text) is None and not text.strip(" .,(")[:1].isdecimal()
