"""Dates of birth as people type them: the day first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from bot.nlu.recognisers.text import listed

MONTHS = {
    name[:length]: n
    for n, name in enumerate(
        listed("january february march april may june july august september october november december"), 1
    )
    for length in {3, 4, len(name)}
}
MONTHS |= {"febuary": 2, "feburary": 2, "sept": 9, "setember": 9, "septmber": 9, "novemeber": 11, "decemeber": 12}
MONTHS |= {"janurary": 1, "augest": 8, "ocotber": 10, "octobr": 10, "apirl": 4, "januray": 1, "agust": 8, "novmber": 11}

_SEP = r"(?: ?[-/.,\\] ?| )"
_NUMERIC = re.compile(rf"(?<!\d)(\d{{1,2}}){_SEP}(\d{{1,2}}){_SEP}(\d{{4}}|\d{{2}})(?!\d)")
_ISO = re.compile(rf"(?<!\d)(\d{{4}}){_SEP}(\d{{1,2}}){_SEP}(\d{{1,2}})(?!\d)")
_GLUED = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{4}|\d{2})(?!\d)")
_DAY_MONTH = re.compile(
    r"(?<!\d)(\d{1,2})(?:st|nd|rd|th)?(?: of)?[ ,./-]{0,2}([a-z]{3,10})[ ,./-]{0,2}'?(\d{4}|\d{2})(?!\d)", re.I
)
_MONTH_DAY = re.compile(
    r"\b([a-z]{3,10})[ .]{1,2}(?:the )?(\d{1,2})(?:st|nd|rd|th)?[ ,.]{1,2}'?(\d{4}|\d{2})(?!\d)", re.I
)


@dataclass(frozen=True, slots=True)
class BirthDate:
    """A date written in a text, where it stood, and whether the day was certainly first."""

    day: date
    span: tuple[int, int]
    sure: bool = True


def birth_dates(cleaned: str, today: date) -> Iterator[BirthDate]:
    """Every real calendar date with a year in a clean text; 31/02 and the like are left out."""
    for pattern, order in ((_ISO, "ymd"), (_NUMERIC, "dmy"), (_DAY_MONTH, "dmy"), (_MONTH_DAY, "mdy"), (_GLUED, "dmy")):
        for match in pattern.finditer(cleaned):
            parts = dict(zip(order, match.groups(), strict=True))
            found = _date(parts["y"], _month(parts["m"]), int(parts["d"]), today)
            if found:
                yield BirthDate(found, match.span())
            elif pattern is _NUMERIC and int(parts["m"]) > 12:
                turned = _date(parts["y"], int(parts["d"]), int(parts["m"]), today)
                if turned:
                    yield BirthDate(turned, match.span(), sure=False)


def _month(text: str) -> int:
    return int(text) if text.isdigit() else MONTHS.get(text.lower(), 0)


def _date(year: str, month: int, day: int, today: date) -> date | None:
    try:
        return date(_year(year, today), month, day)
    except ValueError:
        return None


def _year(text: str, today: date) -> int:
    """Two figures mean the latest such year that is not in the future."""
    year = int(text)
    if len(text) == 4:
        return year
    century = today.year // 100 * 100
    return century + year if century + year <= today.year else century - 100 + year


def age_on(born: date, today: date) -> int:
    """Full years; somebody born on 29 February turns on 1 March in other years."""
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
