"""What is told of the call by the way, whatever was asked: a number to ring, and the times that suit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from bot.nlu.recognisers.phone import read_phone
from bot.nlu.recognisers.text import clean
from bot.nlu.recognisers.values import Found
from bot.nlu.recognisers.when import read_when
from bot.nlu.recognisers.when_values import When

_USE = re.compile(
    r"\b(?:ring|call|phone|tel|text|txt|number|num|nmbr|no|mobile|mob|moby|cell|landline|reach|contact|get (?:me|hold)|use|whatsapp|try|instead|"
    r"change|on)\b",
    re.I,
)
_NOT_THAT_ONE = re.compile(
    r"\b(?:(?:not|dont|don't|never|stop)(?: (?:ring|call|use|text|txt|phone|on|me|it|using|ringing|calling|texting))*|"
    r"(?:from|old|wrong|isnt|isn't|rang me|called me|rung me|texted me|boss(?:'?s)?|work'?s|manager(?:'?s)?|surgery(?:'?s)?|is this|is that|was|"
    r"whose|who is)(?:(?!\b(?:use|ring|call|text|its|it's|try|instead|but|now)\b)[^.;!?]){0,24})\W*$",
    re.I,
)
_CLAUSES = re.compile(
    r"[.;!?\n]+|,| but | cos | coz | because | so | and (?=not |i |im |no |only )| (?=(?:i am|i'm|im|i) )", re.I
)
_OF_THE_CALL = re.compile(
    r"\b(?:ring|rings|ringing|rung|call|calls|called|phone|phones|phoned|speak|talk|reach|contact|free|available|get me|catch me|suits?|wait)\b",
    re.I,
)
_TIME_WORDS = re.compile(
    r"\b(?:after|aftr|before|b4|till?|til|until|past|from|between|mornings?|mornin|afternoons?|evenings?|evenin|nights?|teatime|dinner(?:time)?|lunch(?:time)?|"
    r"weekdays?|weekends?|(?:mon|tues?|wednes|weds?|thurs?|fri|satur|sun)(?:day)?s?|\d ?[ap]m)\b",
    re.I,
)
_WAIT = re.compile(r"\b(?:wait|leave it|hold off|hang on) (?:till?|until)(?: after)?\b", re.I)
_LEADS = re.compile(
    r"^\W*(?:(?:(?:any|every) (?=morning|afternoon|evening|day)|but|only|just|not|no|never|always|any|every|preferably|ideally|best|i (?:said|say|told (?:you|u))|said|told (?:you|u)|it'?s|"
    r"pls|please|then|and|ok|um|in the) )*(?:after|aftr|before|b4|between|mornings|afternoons|evenings|weekdays?|weekends?|anytime|any time|(?:in the )?(?:morning|afternoon|evening)s? (?:only|please|pls|is best|best|suits?|would)|"
    r"(?:(?<=not )|(?<=never )|(?<=no ))(?:on |a |on a )?(?:mon|tues?|wednes|weds?|thurs?|fri|satur|sun)(?:day)?s?)\b",
    re.I,
)
_ANOTHER_TIME = re.compile(
    r"\b(?:since|off|months?|weeks?|years?|ago|born|started|finished|worked|work|shift|shifts|last|was|were|had|been|birthday|due|"
    r"tablets|signed|rang|called me|rung me|sacked|asleep|ring back|if)\b",
    re.I,
)


_DAY_WORDS = re.compile(
    r"\b(?:today|tonight|tomorrow|tomoz|tmrw|2moro|2morrow|(?:next|this|following|coming) week|week after|fortnight)\b",
    re.I,
)
_ASKS = re.compile(
    r"^\W*(?:(?:and|but|so|ok|okay|hi|hello|also|sorry|please|pls|or|then|well|just|yes|yeah|no) )*(?:"
    r"(?:wh?at|how) about|(?:is|would|wud|will) (?:it|that|there) (?:be )?(?:possible|ok|okay|any chance)(?: (?:for|on|in|at|to be|of))?|any (?:chance|hope) (?:of|for|on|in|at)?|"
    r"(?:(?:have|do|did) (?:you|u|ya|they|yous)|(?:are|is|r) there|you|u|ive|got|has the coach|does the coach)?(?: (?:got|have|do|does|offer))? ?"
    r"(?:any ?thing|any|something|owt|some|slots?|times?|appointments?|calls?)(?: (?:got|free|going|left|available|slots?|times?|appointments?|appts?|openings?|calls?|spaces?))*|"
    r"(?:do|does|can|could|would|will) (?:you|u|ya|they|yous|the coach|coaches|someone|somebody|a coach|it|i|we|that)"
    r"(?: (?:please|also|ever|maybe|possibly))*(?: (?:do|have|ring|call|phone|work|make|get|be|offer|talk|speak|book|open|ring me|call me|phone me|make it|get one|have one|have it))?|"
    r"(?:are|r) (?:you|u|they|ya|yous) (?:open|there|free|available|around|about)|"
    r"(?:is|are|r) (?=weekend|evening|morning|afternoon|night|saturday|sunday))\b",
    re.I,
)
"""How a question about times opens: "what about", "have you anything", "do you do"; what is left is to be a time and no more."""
_SUITS = re.compile(
    r"^\W*(?:would|wud|will|does|do) (?!you|u |ya )(.+?) (?:work|suit|do|be (?:ok|okay|fine|good|possible|better|alright))\b(?: (?:for (?:you|u|them)|please|at all))*\W*$",
    re.I,
)
"""How a time is asked about: "would thursday work"."""
_ENDS = re.compile(
    r"(?: (?:please|pls|plz|instead|at all|or (?:anything|something|not)|possible|available|free|ok|okay|better|any good|then|for (?:me|a call|the call)|"
    r"appointments?|appts?|slots?|times?|calls?|openings?|going))*\W*$",
    re.I,
)
_RING_ME = re.compile(
    r"(?:^\W*|\b(?:you|u|ya|someone|somebody|coach|please|pls|plz|just|and|but|only|better|best|rather|can|could) )(?:ring|call|phone|speak to|talk to|contact) (?:me|us)\b",
    re.I,
)
"""Asks to be rung: "tomorrow" or "next week" beside it is no time of somebody else's call."""
_PICKED = re.compile(r"^\W*\d(?:\W*(?:and|&|,)?\W*\d)*\b(?! ?(?:[ap]m|o'?clock))\W*", re.I)
_ONLY = re.compile(
    r"^(?:(?:and|but|only|just|ideally|preferably|pref|maybe|probably|best|please|pls|in|the|for) )+", re.I
)
MANY = 20
"""Windows: a reading of so many names hours and no day, or is all that another leaves over."""


def read_told_phone(text: str) -> Found | None:
    """A UK number to be rung on, told unasked: alone, or with a word for using it; not one that is asked about or ruled out."""
    found = read_phone(text)
    value = found.value if found else None
    if found is None or not isinstance(value, dict) or not value["ok"]:
        return None
    cleaned = clean(text)
    before, after = cleaned[: found.span[0]], cleaned[found.span[1] :]
    asks = re.match(r"[^.;!]*\?", after) is not None and not _USE.search(after)
    if asks or _NOT_THAT_ONE.search(before):
        return None
    if not (found.whole or _USE.search(before) or _USE.search(after)):
        return None
    return Found(str(value["e164"]), found.whole, found.span)


def read_ring_times(text: str, now: datetime) -> When | None:
    """When a coach may ring, as far as it is said outright and can be meant in one way: "cant ring till after 6"."""
    cleaned = clean(text)
    if not (_TIME_WORDS.search(cleaned) or _DAY_WORDS.search(cleaned)):
        return None
    clauses = [part.strip() for part in _CLAUSES.split(cleaned) if part and part.strip()]
    told = [_WAIT.sub("after", part) for part in clauses if _tells_times(part)]
    if not told:
        return None
    everything = read_when(cleaned, now)
    if everything and everything.whole and everything.windows and not everything.ambiguous and not everything.asap:
        return everything  # "any day but wednesday, after lunch": nothing else was said
    for words in dict.fromkeys((", ".join(told), *reversed(told))):
        when = read_when(words, now)
        if when and when.windows and not when.ambiguous and not when.asap:
            return when
    return None


def read_asked_times(text: str, now: datetime) -> When | None:
    """ "What about evenings?", "have you anything at weekends", "tuesday evening?": a wish, whatever is asked just now."""
    for clause in _clauses(text):
        opened, suits = _ASKS.match(clause), _SUITS.match(clause)
        said = suits[1] if suits else clause[opened.end() :] if opened else clause if clause.endswith("?") else ""
        if when := _only_a_time(said, now):
            return when
    return None


def read_times_beside(text: str, way: tuple[int, int] | None, now: datetime) -> When | None:
    """ "Video, next week", "face to face but only thursdays", where a way to talk is asked: `way` is where it stands."""
    cleaned = clean(text)
    rest = f"{cleaned[: way[0]]},{cleaned[way[1] :]}" if way else _PICKED.sub("", cleaned)
    found = (_only_a_time(clause, now) for clause in (rest.strip(" ,"), *_clauses(rest)))
    return next((when for when in found if when), None)


def _clauses(text: str) -> Iterator[str]:
    """Parts that stand by themselves, each with the mark of a question that ended it."""
    return (
        part.strip()
        for part in re.split(r"(?<=\?)|[.;!\n]+|,| but | cos | coz | because | so ", clean(text))
        if part.strip()
    )


def _only_a_time(words: str, now: datetime) -> When | None:
    """The times that the words name, where they say nothing else; of two days that can be meant, both."""
    said = _ONLY.sub("", _ENDS.sub("", words).strip(" ,?"))
    if not (_TIME_WORDS.search(said) or _DAY_WORDS.search(said)) or _is_of_else(said):
        return None
    when = read_when(said, now)
    if when is None or not when.whole or not when.windows or when.asap:
        return None
    if when.ambiguous and any(len(reading) >= MANY for reading in when.ambiguous):
        return None
    return replace(when, ambiguous=None)


def _is_of_else(words: str) -> bool:
    """Whether the times are those of something else; a week to come is none of them."""
    return _ANOTHER_TIME.search(_DAY_WORDS.sub("", words)) is not None


def _tells_times(clause: str) -> bool:
    if _is_of_else(clause):
        return False
    if not _TIME_WORDS.search(clause):
        return _DAY_WORDS.search(clause) is not None and _RING_ME.search(clause) is not None
    return _OF_THE_CALL.search(clause) is not None or _LEADS.match(clause) is not None
