"""Requests to stop that hang on something: "take me off when we're done", "stop texting me after 5", "don't text after 5"."""

from __future__ import annotations

import re

from bot.nlu.recognisers.text import clean, words

_DONE = (
    "done|finished|finish|finishes|over|booked|sorted|complete|completed|through|ends|end|ended|closed|settled|fixed|better|"
    "working|started|had|seen|spoken|happened|been"
)
_DAY = r"(?:mon|tues|wednes|thurs|fri|satur|sun)days?|today|tomorrow|tonight|christmas|xmas|new year|weekends?|this week|next week"
_HOUR = (
    r"\d{1,4}(?: \d\d)?(?: ?[ap]m)?|noon|midnight|night|nights|nighttime|evenings?|mornings?|afternoons?|lunch|lunchtime|"
    rf"dinner|tea|teatime|bedtime|dark|work|shift|working hours|office hours|school|(?:five|six|seven|eight|nine|ten|four|three)|{_DAY}"
)
_BUSY = r"(?:when|while|whilst|if) (?:im|i am) (?:at work|working|in work|asleep|sleeping|driving|on shift|on shifts|busy|in bed|out)"
_TEXT = r"(?:text|txt|message|msg|contact|send|whatsapp)\w*"
_HOURS = rf"(?:after|before|past|until|till|til|between|from|during|at|on|in|outside) (?:the |a |my |of )?(?:{_HOUR})\b"
_FORBIDS = r"(?:dont|do not|no|not|never|avoid|cant|please no)"
HOURS = re.compile(
    rf"\b{_FORBIDS}(?: \w+){{0,3}}? {_TEXT}(?: \w+){{0,3}}? (?:{_HOURS}|{_BUSY})|"
    rf"\b(?:only|just) (?:ever )?{_TEXT}(?: \w+){{0,2}}? {_HOURS}|\b{_TEXT}(?: me)? only {_HOURS}"
)
FOR_EVER = re.compile(r"\b(?:again|anymore|any more|ever|at all|please stop)\b")
LATER = re.compile(
    r"\b(?<!asked )(?<!told )(?<!than )(?:when|once|as soon as|after)(?!(?: \w+){0,4} (?:told|asked|said|already))"
    rf"(?: \w+){{1,4}}? (?:{_DONE})\b"
    rf"|\bafter (?:my|the|our|that|next|first|{_DAY})(?: (?:first|next|phone|course|coach))?(?: (?:call|appointment|chat|course|meeting|talk|one))?"
    r"(?=$| please| thanks)|\bafter (?:my|the|our|this|that|first|next) (?:\w+ )?(?:call|appointment|chat|course|meeting)\b"
    r"|\b(?:after|afterwards|after this|after it|at the end|by the end)(?=$| please| thanks| of)"
    r"|\b(?:until|till|til) (?!further|kingdom|the cows)\w+(?: \w+)?"
    rf"|\bafter (?:{_HOUR})\b|\b{_BUSY}\b"
    r"|\bif (?:i|we) (?:dont|do not|say|cant|decide|change|book|miss|agree|dont answer)(?: \w+){0,3}"
    r"|\bif (?:its|it is|this is) going to(?: \w+){1,4}|\bif it costs(?: \w+){0,3}|\bif (?:theres|there is) no(?: \w+){1,3}|\bif nothing(?: \w+){0,3}"
)


def about_hours(text: str) -> bool:
    """Whether it asks not to be texted at some hours, and no more than that."""
    said = " ".join(words(clean(text)))
    return HOURS.search(said) is not None and FOR_EVER.search(said) is None


def without_condition(text: str) -> str | None:
    """The request alone, where a condition comes right behind or first of all; None where nothing is put off."""
    said = " ".join(words(clean(text)))
    found = LATER.search(said)
    if found is None:
        return None
    before, after = said[: found.start()].strip(), said[found.end() :].strip()
    return before or after
