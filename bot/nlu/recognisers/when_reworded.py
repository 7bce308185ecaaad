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


_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|weds|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?"
DAY = rf"{_WEEKDAY}s?"
_NEAR_DAY = rf"(?:today|tonight|tomorrow|tomoz|tmrw|2moro|tomoro|{DAY})"
_A_DAY_NAMED = re.compile(rf"\b{_NEAR_DAY}\b|\b(?:this|next) week\b|\bthe \d", re.I)
_AT_WORK_TILL = re.compile(
    rf"(?<!not )(?<!when )(?:\bi'?m |\bi )?\b(?:work|working|at work|in work|on shift|on)(?: (?:\d{{1,2}}|from \S+))? (?:till?|until) {_TIME}(?= (?:{DAY}|every|most|on|so|and|but|each)\b|[,.;]|$)",
    re.I,
)
_ALL_DAY_AND = re.compile(rf"\b({_NEAR_DAY} (?:any ?time|all day|whenever))(?: and| or)? (?={_NEAR_DAY}\b)", re.I)
_NOT_TODAY_BUT = re.compile(r"\bnot (?:today|tonight)(?: no)?,? (?=(?:tomorrow|tomoz|tmrw|2moro|tomoro)\b)", re.I)
_OR_FIRST_THING = re.compile(rf"(?<=\w)( or| and|,) first thing (?:on )?({_NEAR_DAY})\b", re.I)
_PARTS_IN_A_ROW = re.compile(
    r"\b((?:late|mid|early) (?:morn(?:ing)?s?|aft(?:ernoon)?s?)) (?=(?:late|mid|early) )", re.I
)
_PART = r"(?:mornings?|afternoons?|evenings?)"
_PARTS_OF_EACH = re.compile(
    rf"\b({_WEEKDAY})(?:( and | or | n |,? )({_WEEKDAY}))? (morning|afternoon|evening)s (?=(?:after|before|till?|until|from|between|about|around|at|\d))",
    re.I,
)
_SINCE_A_PART = re.compile(
    rf"\b(?P<how>from|after|not before|any ?time after|any ?time from|starting)(?: the)? (?P<day>{_WEEKDAY}|tomorrow)(?: ?'s)? (?P<part>morning|afternoon|evening|lunch(?:time)?|noon|midday)\b(?! ?s\b)(?: onwards?| on)?",
    re.I,
)
_AFTER_HOUR_UNTIL = re.compile(r"\bafter ([1-8])(?= (?:until|till|til) )", re.I)
_AT_THE_LATEST = re.compile(rf"\b({_NEAR_DAY}|the \d{{1,2}}(?:st|nd|rd|th))(?: at)? (?:the )?(?:very )?latest\b", re.I)
_STARTING = re.compile(
    rf"(?<!week )\b(?:starting|as of|commencing|beginning)(?: from| on)? (?={_NEAR_DAY}|next|the \d)", re.I
)
_WEEKLY = re.compile(rf"\b(?:weekly|regular|regularly)(?: on)?(?: an?)? ({_WEEKDAY})s?\b", re.I)
_TWO_FROM_NOW = re.compile(rf"\b(?:two|2) ({_WEEKDAY})s? from (?:now|today)\b", re.I)
_IN_THE_NEXT_WEEK = re.compile(r"\b(?:in|over|during) the next week\b", re.I)
_NO_DAYS_PART_ONLY = re.compile(
    rf"\b(?:no|not) ({_WEEKDAY}s?(?:(?:,? or |,? and |, ){_WEEKDAY}s?)*), ?({_PART}) (?:only|best|please|are best|are better|preferred|suit)\b",
    re.I,
)
_OTHER_HOUR_ON = re.compile(rf"\bafter ({_HOUR})(?:,| or| \(|,? but)? ?({_HOUR}) on ({_WEEKDAY}s)\b\)?", re.I)
_NOT_THIS_BUT_NEXT = re.compile(
    rf"\bnot this (?P<what>{_WEEKDAY}|week),? ?(?:but )?(?:the )?next(?: one| week| {_WEEKDAY})?\b", re.I
)
_THIS_OR_NEXT = re.compile(
    rf"\b(?:this (?P<a>{_WEEKDAY})|(?P<b>{_WEEKDAY}) this week),? or (?:the )?next(?: week| one| {_WEEKDAY})?\b", re.I
)
_THE_EARLIEST_ONE = re.compile(
    r"\b(?:the )?(?:earliest|soonest|quickest|nearest|closest) one\b(?! ?(?:o'? ?clock|pm))", re.I
)
_AFT = re.compile(r"\b(early|late|mid|in the|this|every|any) aft\b(?! ?\d)|\baft\b(?=[.,;]|$)", re.I)
_MORN = re.compile(r"\bmorn\b", re.I)
_HALF_PAST_THAT = re.compile(
    rf"\b(?:at|by) (?P<hour>{_HOUR})\b(?P<between>[^.;]{{1,40}}?)\b(?P<part>half|quarter) past(?! ?(?:{_HOUR}))\b", re.I
)


_NO_LATER_THAN = re.compile(r"\b(?:no|not|nt) (?:any )?later than(?= (?!that|then|this))", re.I)
_NO_SOONER_THAN = re.compile(r"\b(?:no|not|nt) (?:any )?(?:earlier|sooner) than(?= (?!that|then|this))", re.I)
_AND_INCLUDING = re.compile(
    r"\b(?:up to|upto|until|till?|through to)(?: and|,)? (?:including|inc|incl|inclusive of)\b", re.I
)
_AS_NOW = re.compile(r"\b(?:the )?same(?: time)?(?P<day>(?: \w+){0,2}) as (?:now|today)\b", re.I)
_WITHIN_THE_HOUR = re.compile(
    r"\b(?:in|within) the (?:next (?:(?:few|couple of|\d{1,2}|five|ten|fifteen|twenty|thirty|half an?) )?)?(?:mins?|minutes?|half hour|hour)\b(?! of)",
    re.I,
)
_BETWEEN_THE_YEARS = re.compile(
    r"\b(?:in )?(?:between|betwen|btwn) (?:xmas|christmas|chrimbo|boxing day)(?: day)? (?:and|&|n) (?:the )?new years?(?: day)?\b|\btwixmas\b",
    re.I,
)
_MAYBE_NOT = re.compile(r"\b(?:or )?(?:maybe|possibly|perhaps|might|may) not(?=[.,!?]|$)", re.I)
_FIRST_OF_PART = re.compile(
    r"\bfirst thing (?=(?:in the (?:afternoon|evening)|after (?:lunch|dinner|tea|work))\b)", re.I
)
_LAST_OF_PART = re.compile(r"\blast thing (?=in the (?:morning|afternoon)\b)", re.I)
_WEEK_NIGHTS = re.compile(r"\bweek ?(?:nights?|nites?)\b", re.I)
_FORTNIGHTLY = re.compile(
    rf"\b(?:once (?:a|every) fortnight|every (?:two|2|other|second) weeks?|fortnightly|bi-?weekly)(?: on)?(?: an?)? ({_WEEKDAY})s?\b",
    re.I,
)
_EARLY_THAT_DAY = re.compile(r"\bas early as (?:poss(?:ible)?|pos|you can|u can|you like)(?= .)", re.I)
_ORDINAL_TENS = re.compile(r"\b(twenty|thirty)[ -](first|second|third|fourth|fifth|sixth|seventh|eighth|ninth)\b", re.I)
_TENS = {"twenty": 2, "thirty": 3}
_NTH = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth")
_APART = frozenset(
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "afternoon",
        "afternoons",
        "morning",
        "mornings",
        "evening",
        "evenings",
        "tomorrow",
        "tonight",
        "weekend",
        "weekends",
        "weekday",
        "weekdays",
        "lunchtime",
        "dinnertime",
        "fortnight",
    ]
)


def _rejoined(text: str) -> str:
    """ "wednes day aft er noon": words broken by a space made whole; "after noon" is left alone."""
    words = text.split(" ")
    kept: list[str] = []
    while words:
        many = next((n for n in (3, 2) if _is_broken(words[:n], n)), 1)
        kept.append("".join(words[:many]))
        words = words[many:]
    return " ".join(kept)


def _is_broken(pieces: list[str], many: int) -> bool:
    whole = "".join(pieces).lower().rstrip(",.!?")
    return len(pieces) == many and whole in _APART and [one.lower() for one in pieces[:1]] != ["after"]


_TEENTHS = "tenth eleventh twelfth thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
_NTH_WORD = "|".join((*_NTH, *_TEENTHS.split(), "twentieth", "thirtieth"))
_NTHS = [*_NTH_WORD.split("|")[:19], "twentieth", *[""] * 9, "thirtieth"]
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|ust|ember|tember|ober)?"
_NTH_OF_MONTH = re.compile(
    rf"\b(?P<on>on )?(?:the )?(?P<nth>{_NTH_WORD})(?:(?= (?:of )?{_MONTH}\b)|(?P<alone>(?=$|[,.]| (?:at|after|before|in the)\b)))",
    re.I,
)
_NTH_AFTER_DAY = re.compile(
    rf"\b({_WEEKDAY}),? (?:the )?({_NTH_WORD})\b(?! (?:one|option|time|slot|choice|thing|call))", re.I
)
_DATE_BEHIND_HOUR = re.compile(rf"\b({_WEEKDAY}) (at {_TIME}),? (the \d{{1,2}}(?:st|nd|rd|th))\b", re.I)
_AS_BEFORE = re.compile(r",? (?:like|as|same as) (?:before|last time|we said|you said|i said)\b", re.I)
_THE_NEWS = re.compile(rf"\b({_HOUR} ?o'? ?clock) news\b", re.I)
_EARLIEST_QUESTION = re.compile(
    r"\bwhat(?:'?s| is| are)? (?:the|your|ur) (?:earliest|soonest|first|next)(?! (?:week|month|time))\b", re.I
)
_IS_IT_TOO = re.compile(
    r"\b(?:is|would|wud|will|if)(?: it be)? (?P<time>[^,.?]{1,40}?)(?: be)? too (?:early|late|soon)\b", re.I
)
_AM_PM = re.compile(r"(?<![\w.])([ap])\. ?m\b\.?", re.I)
_HOURS_H = re.compile(r"\b([01]?\d|2[0-3])h([0-5]\d)\b", re.I)


_WHOLE_HOURS = re.compile(
    r"(?<![\d:./-])(8|9|1[0-8])(?: ?- ?| to )(14|16|17|18|19)(?![\d:./-]|th)(?! ?(?:%|of\b)| (?:of )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
    re.I,
)


_ALWAYS = re.compile(r"(?<!\d)24 ?/ ?7(?!\d)")
_SOONEST_ON = re.compile(
    rf"(?<!at )(?<!at the )\b(?:the )?(?:earliest|soonest)(?: \w+)? (?:on|for)(?= {_NEAR_DAY}\b(?! (?:is|would|can|i|at)\b))",
    re.I,
)


_FROM_NOW = re.compile(
    r"(?<!in )\b((?:about )?(?:an?|\d{1,2}|two|three|half an?) (?:hours?|hrs?|min(?:ute)?s?)) from now\b", re.I
)
_NOW_UNTIL_TIME = re.compile(
    rf"\b(?:from |between )?now (?:until|till?|to|and) (?=\d|half|quarter|noon|midday|lunch|{_HOUR}\b)", re.I
)
_NOW_UNTIL = re.compile(r"\b(?:(?:from|between) now (?:until|till?|to|and)|now (?:until|till?)) ", re.I)


_SHIFT = re.compile(
    r"^work(?:ing)? (?=\d|mon|tue|wed|thu|fri|from|until|till?)|\bi do (?=\d{1,2} ?(?:-|to|till?) ?\d)", re.I
)


def _dated(said: re.Match[str]) -> str:
    """ "The third of december", "on the first": in figures; "the second one" is none."""
    if said["alone"] is not None and not said["on"]:
        return said[0]
    return f"the {_NTHS.index(said['nth'].lower()) + 1}th"


def _day_dated(said: re.Match[str]) -> str:
    """ "Monday the thirtieth": "monday the 30th"."""
    return f"{said[1]} the {_NTHS.index(said[2].lower()) + 1}th"


def _as_it_was(said: re.Match[str]) -> str:
    """ "Monday 1pm like before" names its hour; "friday like before" means the hour that stood."""
    return "" if re.search(r"\d|o'? ?clock", said.string[: said.start()]) else " same time"


def _early_in(said: re.Match[str]) -> str:
    """ "First thing in the afternoon": early in it; "first thing after lunch" is after it."""
    return "early " if said.string.startswith("in the", said.end()) else ""


def _in_hours(said: re.Match[str]) -> str:
    """ "15-17": from three to five."""
    return f"{int(said[1]):02}:00-{said[2]}:00" if int(said[1]) < int(said[2]) else said[0]


def _in_figures(said: re.Match[str]) -> str:
    """ "The twenty sixth": "the 26th"."""
    return f"{_TENS[said[1].lower()]}{_NTH.index(said[2].lower()) + 1}th"


def reworded(text: str) -> str:
    """ "8 is too early cos my tablets, do it wednesday": "after 8:15, cos my tablets, do it wednesday"."""
    text = _WHOLE_HOURS.sub(_in_hours, text)
    text = _SHIFT.sub("i work ", text)
    text = _HOURS_H.sub(r"\1:\2", _AM_PM.sub(r"\1m", _rejoined(text)))
    text = _NTH_OF_MONTH.sub(_dated, _ORDINAL_TENS.sub(_in_figures, text))
    text = _DATE_BEHIND_HOUR.sub(r"\1 \4 \2", _NTH_AFTER_DAY.sub(_day_dated, text))
    text = _THE_NEWS.sub(r"\1", _AS_BEFORE.sub(_as_it_was, text))
    text = _SOONEST_ON.sub("asap", _ALWAYS.sub("flexible", text))
    text = _FROM_NOW.sub(r"in \1", text)
    text = _NOW_UNTIL.sub("until ", _NOW_UNTIL_TIME.sub("today until ", text))
    text = _IS_IT_TOO.sub(r"\g<time>", _EARLIEST_QUESTION.sub("asap", text))
    text = _NO_SOONER_THAN.sub("from", _NO_LATER_THAN.sub("until", _AND_INCLUDING.sub("until", text)))
    text = _AS_NOW.sub(r"this time\g<day>", text)
    text = _BETWEEN_THE_YEARS.sub("from 27 december until 31 december", _WITHIN_THE_HOUR.sub("asap", text))
    text = _LAST_OF_PART.sub("late ", _FIRST_OF_PART.sub(_early_in, text))
    text = _FORTNIGHTLY.sub(r"every other \1", _WEEK_NIGHTS.sub("weekday evenings", text))
    text = _MAYBE_NOT.sub("not sure", text)
    if _A_DAY_NAMED.search(text):
        text = _EARLY_THAT_DAY.sub("first thing", text)
    text = _TOO_EARLY.sub(lambda said: _later(said, text), text)
    text = _TOO_LATE.sub(lambda said: f"before {said['time']}, ", text)
    text = _NO_GOOD_LATER.sub(
        lambda said: f"{'after' if said['way'].lower() == 'later' else 'before'} {said['time']}", text
    )
    text = _AT_WORK_TILL.sub(
        lambda said: ("only " if text[: said.start()].endswith("but ") else "") + f"after {said['time']}", text
    )
    text = _ALL_DAY_AND.sub(r"\1, ", text)
    text = _NOT_TODAY_BUT.sub("", text)
    text = _OR_FIRST_THING.sub(r"\1 \2 before 10", text)
    text = _MORN.sub("morning", text)
    text = _THE_EARLIEST_ONE.sub("asap", text)
    text = _NO_DAYS_PART_ONLY.sub(r"\2 but not \1", text)
    text = _OTHER_HOUR_ON.sub(r"after \1 but \3 after \2", text)
    text = _NOT_THIS_BUT_NEXT.sub(
        lambda said: "next week" if said["what"].lower() == "week" else f"{said['what']} week", text
    )
    text = _THIS_OR_NEXT.sub(lambda said: f"{said['a'] or said['b']} or {said['a'] or said['b']} week", text)
    text = _PARTS_OF_EACH.sub(_of_each, text)
    text = _SINCE_A_PART.sub(_since, text)
    text = _AFTER_HOUR_UNTIL.sub(r"after \1 o'clock", text)
    text = _AT_THE_LATEST.sub(r"by \1", text)
    text = _STARTING.sub("from ", text)
    text = _WEEKLY.sub(r"every \1", text)
    text = _TWO_FROM_NOW.sub(r"\1 week", text)
    text = _IN_THE_NEXT_WEEK.sub("within the next week", text)
    text = _PARTS_IN_A_ROW.sub(r"\1 or ", text)
    text = _AFT.sub(lambda said: f"{said[1]} afternoon" if said[1] else "afternoon", text)
    return _HALF_PAST_THAT.sub(lambda said: f"{said['between'].strip()} {said['part']} past {said['hour']}", text)


def _of_each(said: re.Match[str]) -> str:
    """ "Saturday mornings until 11": of every Saturday."""
    days = f"every {said[1]}" + (f" and every {said[3]}" if said[3] else "")
    return f"{days} {said[4]} "


ENDS = {"lunch": "2pm", "lunchtime": "2pm", "noon": "12pm", "midday": "12pm", "morning": "12pm", "afternoon": "5pm"}
BEGINS = {"lunch": "12pm", "lunchtime": "12pm", "noon": "12pm", "midday": "12pm", "afternoon": "12pm", "evening": "5pm"}


def _since(said: re.Match[str]) -> str:
    """ "From thursday afternoon": that day from noon, and any time on the days after it."""
    day, part, after = said["day"], said["part"].lower(), "after" in said["how"].lower()
    hour = (ENDS if after else BEGINS).get(part)
    if hour is None:
        return f"after {day}" if after else f"from {day}"
    return f"{day} after {hour} or any day after {day}"


def _later(said: re.Match[str], text: str) -> str:
    """After that time; nothing where the same words name the time that is meant instead."""
    if re.search(r"\d", text[said.end() :]):
        return said[0]
    hour = re.fullmatch(r"(\d{1,2})( ?[ap]\.?m)?", said["time"].strip(), re.I)
    return f"after {hour[1]}:15{hour[2] or ''}, " if hour else f"after {said['time']}, "
