"""Ways of saying a time that are clearer in other words, put into those before they are read."""

from __future__ import annotations

import re

_HOUR = r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\d{1,2}(?:[:.]\d\d)?)"
_TIME = rf"(?P<time>(?:half (?:past )?|quarter (?:past|to) )?{_HOUR}(?: ?[ap]\.?m)?(?: ?o'? ?clock)?)"
_A_BIT = r"(?:(?:a bit|abit|a little|a tad|bit|way|far|much|just|too|quite|rather|really|very|still|kinda|sort of|probably) )*"
_IS = r"(?: (?:one|slot|time|start|call))?(?: ?(?:is|was|'s|s|would be|will be|seems|feels|looks))? "
_TOO_EARLY = re.compile(
    rf"(?<![\w:])(?<!not )(?:the |that )?{_TIME}{_IS}{_A_BIT}(?:too )?early\b(?: for me| for us)?(?! ?(?:next|in|on|or)\b)",
    re.I,
)
_TOO_LATE = re.compile(
    rf"(?<![\w:])(?<!not )(?:the |that )?{_TIME}{_IS}{_A_BIT}(?:too )?late\b(?: for me| for us)?(?! ?(?:next|in|on|or)\b)",
    re.I,
)
_NO_GOOD_LATER = re.compile(
    rf"(?<![\w:])(?:the )?{_TIME} (?:is |s |'s )?(?:no good|no use|bad|rubbish|out|hopeless),? (?:but )?(?P<way>later|earlier)\b",
    re.I,
)


_DAY = r"(?:mon|tues?|wed(?:nes)?|weds|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?s?"
_NEAR_DAY = rf"(?:today|tonight|tomorrow|tomoz|tmrw|2moro|tomoro|{_DAY})"
_AT_WORK_TILL = re.compile(
    rf"(?<!not )(?<!when )(?:\bi'?m |\bi )?\b(?:work|working|at work|in work|on shift|on)(?: (?:\d{{1,2}}|from \S+))? (?:till?|until) {_TIME}(?= (?:{_DAY}|every|most|on|so|and|but|each)\b|[,.;]|$)",
    re.I,
)
_ALL_DAY_AND = re.compile(rf"\b({_NEAR_DAY} (?:any ?time|all day|whenever))(?: and| or)? (?={_NEAR_DAY}\b)", re.I)
_NOT_TODAY_BUT = re.compile(r"\bnot (?:today|tonight)(?: no)?,? (?=(?:tomorrow|tomoz|tmrw|2moro|tomoro)\b)", re.I)
_OR_FIRST_THING = re.compile(rf"(?<=\w)( or| and|,) first thing (?:on )?({_NEAR_DAY})\b", re.I)
_PARTS_IN_A_ROW = re.compile(
    r"\b((?:late|mid|early) (?:morn(?:ing)?s?|aft(?:ernoon)?s?)) (?=(?:late|mid|early) )", re.I
)
_AFT = re.compile(r"\b(early|late|mid|in the|this|every|any) aft\b(?! ?\d)|\baft\b(?=[.,;]|$)", re.I)
_MORN = re.compile(r"\bmorn\b", re.I)
_HALF_PAST_THAT = re.compile(
    rf"\b(?:at|by) (?P<hour>{_HOUR})\b(?P<between>[^.;]{{1,40}}?)\b(?P<part>half|quarter) past(?! ?(?:{_HOUR}))\b", re.I
)


def reworded(text: str) -> str:
    """ "8 is too early cos my tablets, do it wednesday": "after 8:15, cos my tablets, do it wednesday"."""
    text = _TOO_EARLY.sub(lambda said: _later(said, text), text)
    text = _TOO_LATE.sub(lambda said: f"before {said['time']}, ", text)
    text = _NO_GOOD_LATER.sub(
        lambda said: f"{'after' if said['way'].lower() == 'later' else 'before'} {said['time']}", text
    )
    text = _AT_WORK_TILL.sub(lambda said: f"after {said['time']}", text)
    text = _ALL_DAY_AND.sub(r"\1, ", text)
    text = _NOT_TODAY_BUT.sub("", text)
    text = _OR_FIRST_THING.sub(r"\1 \2 before 10", text)
    text = _MORN.sub("morning", text)
    text = _PARTS_IN_A_ROW.sub(r"\1 or ", text)
    text = _AFT.sub(lambda said: f"{said[1]} afternoon" if said[1] else "afternoon", text)
    return _HALF_PAST_THAT.sub(lambda said: f"{said['between'].strip()} {said['part']} past {said['hour']}", text)


def _later(said: re.Match[str], text: str) -> str:
    """After that time; nothing where the same words name the time that is meant instead."""
    if re.search(r"\d", text[said.end() :]):
        return said[0]
    hour = re.fullmatch(r"(\d{1,2})( ?[ap]\.?m)?", said["time"].strip(), re.I)
    return f"after {hour[1]}:15{hour[2] or ''}, " if hour else f"after {said['time']}, "
