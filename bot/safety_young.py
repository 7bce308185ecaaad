"""Whether somebody in danger says that they are under 18: help for children is other help, also where the danger is the same."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.safety import SafetyHit

ADULT = 18
_AGES = (
    "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen",
    "seventeen",
)  # fmt: skip
_AGE = rf"(?:[5-9]|1[0-7]|{'|'.join(_AGES)})"
_I_AM = r"(?:\bi\s?['’`]?m|\bi\s+am|\bim|\bmy\s+age\s+is|\bam)\s+(?:(?:only|just|still|like|a|an|nearly|almost|about|turning|barely)\s+)*"
_OLD = r"\s*-?\s*(?:years?|yrs?|yr|y)\s*-?\s*(?:/?\s*o(?:ld)?)\b"
_UNIT = (
    r"\s*(?:st\b|stone|lbs?\b|w(?:ee)?ks?\b|months?|mths?\b|days?|hours?|hrs?\b|mins?\b|minutes?|years?|yrs?\b|%|per\s?cent"
    r"|miles?|k\b|kgs?\b|quid|pounds?|grand|to\b|am\b|pm\b|th\b|o\s?'?clock|out\s+of|times|in\s+a\s+row|people|deep|mg\b"
    r"|missed|late|stops?|floors?|tablets?|pills?|[.:/-]\s?\d)"
)
_SAYS_YOUNG = re.compile(
    rf"{_I_AM}{_AGE}(?:{_OLD}|\b(?!{_UNIT}))"
    rf"|(?:^|[.!?,;]\s*){_AGE}(?:{_OLD})\s*(?:girl|boy|lad|f\b|m\b|here|male|female|and\s+i\b|\W*i\b)"
    r"|(?:\bi\s?['’`]?m|\bi\s+am|\bim|\bam)\s+(?:(?:only|just|still)\s+)*(?:in|a)\s+(?:year|yr)\s*(?:[5-9]|1[0-3])\b(?!\s+(?:of\b|teacher|ta\b|tutor))"
    r"|(?:\bi\s?['’`]?m|\bi\s+am|\bim)\s+(?:(?:only|just|still|not\s+even|under)\s+)*(?:under\s+(?:18|16|eighteen|sixteen)|18\s+yet|16\s+yet|a\s+minor\b|underage)",
    re.IGNORECASE,
)


def says_under_18(text: str) -> bool:
    """Whether the writer gives an age or a school year of their own that is a child's: "im 14", "I'm in year 9"."""
    return _SAYS_YOUNG.search(text) is not None


def of_a_child(text: str, hit: SafetyHit | None) -> SafetyHit | None:
    """Danger from oneself or others, told by a child, is a child's danger first; red flags of the body stay what they are."""
    if hit is None or hit.kind not in ("self_harm", "harm_by_others") or not says_under_18(text):
        return hit
    return replace(hit, kind="child", also=(hit.kind, *(kind for kind in hit.also if kind != "child")), about=None)
