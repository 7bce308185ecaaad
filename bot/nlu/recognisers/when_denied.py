"""Days and parts of days that are called good or bad in few words, put into plainer ones before they are read."""

from __future__ import annotations

import re

from bot.nlu.recognisers.when_reworded import DAY as _DAY

_PART = r"(?:morn(?:ing)?s?|mornins?|afternoons?|evenings?|weekends?|weekdays?)"
_WHAT = rf"(?:{_DAY}|{_PART}|{_DAY} {_PART})"
_HOUR = r"\d{1,2}(?:[:.]\d\d)?(?: ?[ap]\.?m)?"
_NOT_AFTER_IT = re.compile(rf"\b(?P<what>{_WHAT}) not(?: really| so much| great)?(?=[.,;!]|$)", re.I)
_BAD = re.compile(
    rf"(?:(?<=[.,;] )|(?<=and )|(?<=but )|^)(?:bad|rubbish|terrible|awful|rough|worst) (?P<what>{_DAY}|{_PART})(?=[ .,;!]|$)",
    re.I,
)
_GOOD = re.compile(r"\b(?:good|best|better) (?P<what>mornings|afternoons|evenings|weekends)\b", re.I)
_NOT_MOSTLY = re.compile(
    r"\b(not|never|isnt|arent|dont) (?:usually|normally|often|generally|really|actually|typically) "
    r"(?=free|available|about|around|home|awake|back|get up|up\b|in\b)",
    re.I,
)
_IN_WORK = re.compile(rf"(?<!not )(?<!when )(?<!while )\b(?:i'?m )?in work (?:on )?(?={_DAY}\b)", re.I)
_DONE_AT = re.compile(
    rf"(?:(?<=[.,;] )|(?<=and )|(?<=but ))(?:i )?(?:finish|knock off|clock off|get off)(?: work)?(?: at)? (?={_HOUR}\s*(?:[.,;!]|$))",
    re.I,
)
_TILL_THEN = re.compile(
    r"\b(?:as|cos|coz|cuz|because|since)\b [^,.;]{1,40}?\b(?:till?|until|untill|before|by) then\b", re.I
)
_NTH_TOO_EARLY = re.compile(
    r"\b(?:the )?(?:1st|first|2nd|second|3rd|third|last|top) (?:one|option|slot|time)(?: is|'s|s| was)? (?:a bit |way |far )?too (?:early|late|soon)\b[,.;: -]*(?=.*\d)",
    re.I,
)
_AND_BETWEEN = re.compile(
    rf"\b(?P<first>between {_HOUR} (?:and|n|&) {_HOUR}),? (?:or|and|plus) (?P<a>{_HOUR}) (?:and|n|&) (?P<b>{_HOUR})(?![\d:])",
    re.I,
)


def plainly_denied(text: str) -> str:
    """ "Bad mornings good afternoons": "mornings no good, afternoons good"."""
    text = _NTH_TOO_EARLY.sub("", _TILL_THEN.sub("", text))
    text = _AND_BETWEEN.sub(r"\g<first> or between \g<a> and \g<b>", text)
    text = _NOT_MOSTLY.sub(r"\1 ", _IN_WORK.sub("i work ", text))
    text = _DONE_AT.sub("so after ", text)
    text = _BAD.sub(r"\g<what> no good,", _GOOD.sub(r"\g<what> good", text))
    return _NOT_AFTER_IT.sub(r"\g<what> no good", text)
