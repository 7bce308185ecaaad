"""How old somebody says they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from bot.nlu.recognisers.birth_dates import age_on, birth_dates
from bot.nlu.recognisers.numbers import number_at
from bot.nlu.recognisers.text import Rest, Token, bag, clean, tokens
from bot.nlu.recognisers.values import Found

OLDEST = 120
_YEARS = bag("years year yrs yr y yo yeras yeers")
_POLITE = bag(
    "i im am iam my age is its it aged hi hello ok yes well um just turned only now years year yrs yr y yo old of pls please "
    "thanks thank you ta x xx mate love a me about around so er next this birthday the man woman lady bloke lad lass male "
    "female guy and today still dob d o b born on in was date birth tbh not coming up nearly almost"
)
# "im 6 months pregnant", "im 20 minutes away", "im 5 foot", "im 100% sure": a number, not an age.
_OTHER_UNITS = bag(
    "month months mth mths mnths week weeks wk wks day days hour hours hr hrs minute minutes min mins mile miles foot feet ft "
    "stone st kg percent times st nd rd th am pm weeks % / : - + lb lbs inch inches k grand pound pounds quid of in out "
    "kids children p"
)
_OTHERS = bag(
    "son daughter mum dad mam kid kids child baby boy girl wife husband partner brother sister nan gran she he shes hes her "
    "his they theyre has got have with of a an"
)
_BORN_YEAR = re.compile(r"\bborn (?:in |back in )?(?:'|the year )?(19\d\d|20\d\d|\d\d)\b(?![/.-])", re.I)


def read_age(text: str, today: date, asked: bool) -> Found | None:
    """An age of 0 to 120 from a number, words or a date of birth; unasked only where said outright."""
    cleaned = clean(text)
    found = tokens(cleaned)
    rest = Rest(found, _POLITE)
    return _from_birth(cleaned, found, rest, today, asked) or _from_number(found, rest, asked)


def _from_birth(cleaned: str, found: Sequence[Token], rest: Rest, today: date, asked: bool) -> Found | None:
    said_born = any(token.word in {"born", "dob", "birth", "birthday"} for token in found)
    if not asked and not said_born:
        return None
    for born in birth_dates(cleaned, today):
        age = age_on(born.day, today)
        if born.day <= today and age <= OLDEST:
            return Found(age, rest.within(born.span), born.span, born.sure)
        return None
    year = _BORN_YEAR.search(cleaned)
    if year is None:
        return None
    age = (today.year - int(year[1])) % 100 if len(year[1]) == 2 else today.year - int(year[1])
    return Found(age, rest.within(year.span()), year.span(), sure=False) if 0 <= age <= OLDEST else None


def _from_number(found: Sequence[Token], rest: Rest, asked: bool) -> Found | None:
    for i in range(len(found)):
        number = number_at(found, i)
        if number is None or (i and number_at(found, i - 1) and found[i - 1].word not in {"and"}):
            continue
        value, after = number
        span = (found[i].start, found[after - 1].end)
        whole = rest.within(span)
        if value > OLDEST or not (_said_outright(found, i, after) or (asked and (whole or _leads(found, i, after)))):
            continue
        not_yet = _word(found, i - 1) in {"nearly", "almost"} or _word(found, after) in {"next", "soon", "on"}
        return Found(value - not_yet, whole, span, sure=not not_yet)
    return None


def _leads(found: Sequence[Token], i: int, after: int) -> bool:
    """A number that opens the answer and is no other measure: "43, nearly 44"."""
    return i == 0 and _word(found, after) in {",", ".", "but", "and", "nearly", "going", "!", "("}


def _said_outright(found: Sequence[Token], i: int, after: int) -> bool:
    """I'm 43; aged 43; 43 year old; but not 4 months, nor somebody else's age."""
    before, following = _word(found, i - 1), _word(found, after)
    if before in {"nearly", "almost", "only", "just", "now", "about", "is"}:
        before = _word(found, i - 2)
    years_old = following in _YEARS and (following == "yo" or _word(found, after + 1) in {"old", "o", "of"})
    if years_old or following == "yo":
        return not any(_word(found, j) in _OTHERS - _article(found, i) for j in range(max(0, i - 4), i))
    if following in _OTHER_UNITS or (
        following in _YEARS and _word(found, after + 1) in {"in", "into", "out", "off", "sober", "clean"}
    ):
        return False
    if before in {"aged", "age"}:
        return not any(_word(found, j) in _OTHERS for j in range(max(0, i - 4), i))
    return before in {"im", "iam", "turned"} or (before == "am" and _word(found, i - 2) == "i")


def _article(found: Sequence[Token], i: int) -> frozenset[str]:
    """ "I'm a 43 year old" speaks of oneself, "with a 4 year old" does not."""
    return frozenset({"a", "an"}) if _word(found, i - 2) in {"im", "am", "iam", "as", ""} else frozenset()


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
