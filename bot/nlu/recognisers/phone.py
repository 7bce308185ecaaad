"""A UK number on which a person can be rung, or the reason why not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import phonenumbers

from bot.nlu.recognisers.several_told import the_one_meant
from bot.nlu.recognisers.text import Rest, bag, clean, tokens
from bot.nlu.recognisers.values import Found

# Numbers that Ofcom keeps free for drama, as national numbers without the 0.
DRAMA = (
    "7700900", "1632960", "2079460", "1134960", "1144960", "1154960", "1164960", "1174960", "1184960", "1214960", "1314960",
    "1414960", "1514960", "1614960", "1914980", "2896496", "2920180", "3069990", "808157", "909879",
)  # fmt: skip
_DIGIT = r"(?:[0-9]|[oOlI](?![a-km-np-zA-HJ-NP-Z]))"  # "07700900123 or": that o is a letter
_CANDIDATE = re.compile(
    rf"[+(]{{0,2}}(?:[0-9]|[oO](?![a-zA-Z]))(?:{_DIGIT}|[ ().\-/+]{{1,3}}(?:{_DIGIT}|[(+])){{5,24}}"
)
DIGITS_SAID = {
    word: str(n)
    for n, word in enumerate(("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"))
} | dict.fromkeys(("oh", "o", "nought", "naught", "nil"), "0")
REPEATS = {"double": 2, "dubble": 2, "triple": 3, "treble": 3}
FEWEST_SAID = 9
_POLITE = bag(
    "my number is its it the phone mobile mob tel telephone no num cell you can ring call text me on at use this one please pls "
    "thanks thank ta cheers x xx yes yeah ok hi hello best to get try contact landline home and s either i am im sure here "
    "reach home house same as"
)
_SIGNIFICANT = 10
_CALLABLE = {
    phonenumbers.PhoneNumberType.MOBILE: "mobile",
    phonenumbers.PhoneNumberType.FIXED_LINE: "landline",
    phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE: "mobile",
    phonenumbers.PhoneNumberType.VOIP: "landline",
}
_REFUSED = {
    phonenumbers.PhoneNumberType.PERSONAL_NUMBER: "personal_number",
    phonenumbers.PhoneNumberType.PAGER: "pager",
    phonenumbers.PhoneNumberType.PREMIUM_RATE: "premium",
    phonenumbers.PhoneNumberType.SHARED_COST: "premium",
    phonenumbers.PhoneNumberType.TOLL_FREE: "not_a_persons",
    phonenumbers.PhoneNumberType.UAN: "not_a_persons",
}


def read_phone(text: str) -> Found | None:
    """A number with its kind; `ok` is false with a `why` for numbers that cannot be a person's UK phone."""
    cleaned = clean(text)
    rest = Rest(tokens(cleaned), _POLITE)
    found = [(_judge(typed), span) for typed, span in _candidates(cleaned)]
    found = found or [(_judge(said), span) for said, span in _said_aloud(cleaned)]
    callable_ones = [(value, span) for value, span in found if value["ok"]]
    if not callable_ones:
        return Found(found[0][0], rest.within(found[0][1]), found[0][1]) if found else None
    value, span = callable_ones[the_one_meant(cleaned, [span for _, span in callable_ones])]
    return Found(value, rest.within(span), span)


def _said_aloud(cleaned: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """ "Oh double seven double oh, nine double oh, one two three": runs of digits in words."""
    run, start, end, times = "", 0, 0, 1
    for token in [*tokens(cleaned), None]:
        word = token.word if token else ""
        digit = DIGITS_SAID.get(word, word if word.isascii() and word.isdigit() else "")
        if token and digit:
            start = start if run else token.start
            run, end, times = run + digit * times, token.end, 1
        elif token and word == "hundred" and run:
            run, end = run + "00", token.end  # "nine hundred"
        elif token and word in REPEATS:
            times, start = REPEATS[word], start if run else token.start
        elif word not in {",", "-", ".", "and"}:
            if len(run) >= FEWEST_SAID:
                yield run, (start, end)
            run, times = "", 1


def _candidates(cleaned: str) -> Iterator[tuple[str, tuple[int, int]]]:
    for match in _CANDIDATE.finditer(cleaned):
        digits = match.group().translate(str.maketrans("oOlI", "0011"))
        real = sum(char.isdigit() for char in match.group())
        enough = 7 if digits.lstrip("( ")[:1] in {"0", "+", "7"} else 9
        if real >= 6 and sum(char.isdigit() for char in digits) >= enough:
            yield digits, match.span()


def _judge(typed: str) -> dict[str, str | bool | None]:
    national = _as_dialled(typed)
    try:
        number = phonenumbers.parse(national, "GB")
    except phonenumbers.NumberParseException:
        return _no("not_a_number")
    if number.country_code != 44:
        return _no("not_uk")
    significant = str(number.national_number)
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    if is_drama(e164) and len(significant) == _SIGNIFICANT:
        return {
            "e164": e164,
            "kind": "mobile" if significant.startswith("7") else "landline",
            "ok": True,
            "why": "drama",
        }
    kind = phonenumbers.number_type(number)
    if kind in _REFUSED or (significant[:2] in {"70", "76"} and kind not in _CALLABLE):
        return _no(_REFUSED.get(kind, "pager" if significant.startswith("76") else "personal_number"))
    if kind not in _CALLABLE:
        return _no(_length(significant))
    return {"e164": e164, "kind": _CALLABLE[kind], "ok": True, "why": "ok"}


def in_national_form(e164: str) -> str:
    """+447700900123 as one writes it in Britain: 07700 900123. Anything else is given back as it is."""
    try:
        number = phonenumbers.parse(e164, "GB")
    except phonenumbers.NumberParseException:
        return e164
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)


def is_drama(e164: str) -> bool:
    """Whether a number is from the ranges that Ofcom keeps for drama: fit for trying things out, nobody's phone."""
    return e164.removeprefix("+44").startswith(DRAMA)


def _as_dialled(typed: str) -> str:
    """Digits as one would dial them: 0+44(0)7, 0044 and +44 (0) all become +44."""
    digits = "".join(char for char in typed if char.isdigit())
    for prefix in ("0044", "044", "44"):
        if digits.startswith(prefix) and len(digits) - len(prefix) >= 9:
            return "+44" + digits[len(prefix) :].lstrip("0")
    if digits.startswith("00"):
        return "+" + digits[2:]
    return "+" + digits if typed.lstrip("( ").startswith("+") else digits


def _length(significant: str) -> str:
    if len(significant) < 9:
        return "too_short"
    return "too_long" if len(significant) > 10 else "not_a_number"


def _no(why: str) -> dict[str, str | bool | None]:
    return {"e164": None, "kind": None, "ok": False, "why": why}
