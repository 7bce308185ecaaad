"""What is told of the call by the way, whatever was asked: a number to ring, and the times that suit."""

from __future__ import annotations

import re
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
    if not _TIME_WORDS.search(cleaned):
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


def _tells_times(clause: str) -> bool:
    if not _TIME_WORDS.search(clause) or _ANOTHER_TIME.search(clause):
        return False
    return _OF_THE_CALL.search(clause) is not None or _LEADS.match(clause) is not None
