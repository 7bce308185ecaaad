"""Whole numbers in digits or English words."""

from __future__ import annotations

from collections.abc import Sequence

from bot.nlu.recognisers.text import Token, listed

UNITS = {
    word: n
    for n, word in enumerate(
        listed(
            "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
            "seventeen eighteen nineteen"
        )
    )
}
UNITS |= {"forteen": 14, "fiveteen": 15, "ninteen": 19, "fourty": 40, "eightteen": 18, "thirdteen": 13}
TENS = {word: 10 * n for n, word in enumerate(listed("twenty thirty forty fifty sixty seventy eighty ninety"), 2)}
TENS |= {
    "fourty": 40,
    "fourthy": 40,
    "fivety": 50,
    "ninty": 90,
    "fity": 50,
    "fiftey": 50,
    "fivty": 50,
    "thirdy": 30,
    "thirtey": 30,
    "tweenty": 20,
    "twenny": 20,
    "sixtey": 60,
    "fourtey": 40,
    "fortey": 40,
    "sixy": 60,
    "tweny": 20,
}
UNITS.pop("fourty")

RUN_TOGETHER = {tens + unit: a + b for tens, a in TENS.items() for unit, b in UNITS.items() if 0 < b < 10}
SOUNDS_LIKE_A_UNIT = {"ate": 8, "tree": 3, "free": 3, "too": 2, "tow": 2, "to": 2, "won": 1, "fore": 4, "for": 4}

ORDINALS = {
    word: n
    for n, word in enumerate(
        listed(
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
            "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
        ),
        1,
    )
}
ORDINALS |= {"forth": 4, "fith": 5, "nineth": 9, "twelth": 12, "secound": 2, "thrid": 3, "thirtieth": 30}
OPENS_A_NUMBER = UNITS.keys() | TENS.keys() | RUN_TOGETHER.keys() | ORDINALS.keys() | {"hundred"}
ORDINAL_ENDINGS = frozenset({"st", "nd", "rd", "th"})
MOST_DIGITS = 9


def number_at(found: Sequence[Token], i: int) -> tuple[int, int] | None:
    """The number that begins at token `i` and the index after it: 43, forty three, forty-three, one hundred and two."""
    if i >= len(found) or not opens_a_number(found[i]):
        return None
    token = found[i]
    if token.is_number:
        return (int(token.word), i + 1) if len(token.word) <= MOST_DIGITS else None
    if token.word == "hundred":
        return 100, i + 1
    small = _below_hundred(found, i)
    if small is None:
        return None
    value, after = small
    if _word(found, after) == "hundred":
        rest = _below_hundred(found, after + 2 if _word(found, after + 1) == "and" else after + 1)
        return (value * 100 + rest[0], rest[1]) if rest else (value * 100, after + 1)
    return small


def _below_hundred(found: Sequence[Token], i: int) -> tuple[int, int] | None:
    word = _word(found, i)
    if word in UNITS:
        return UNITS[word], i + 1
    if word in RUN_TOGETHER:
        return RUN_TOGETHER[word], i + 1
    if word not in TENS:
        return None
    after = i + 2 if _word(found, i + 1) == "-" else i + 1
    unit = _unit(found, after)
    return (TENS[word] + unit, after + 1) if 0 < unit < 10 else (TENS[word], i + 1)


def _unit(found: Sequence[Token], i: int) -> int:
    """The units after tens: "two", "2", or "too" where no other number follows it."""
    word = _word(found, i)
    if word in SOUNDS_LIKE_A_UNIT and (
        _word(found, i + 1) in UNITS.keys() | TENS.keys() or _word(found, i + 1).isdigit()
    ):
        return 0
    return SOUNDS_LIKE_A_UNIT.get(
        word, UNITS.get(word, int(word) if word.isascii() and word.isdigit() and len(word) == 1 else 0)
    )


def opens_a_number(token: Token) -> bool:
    """Whether a whole number or an ordinal can begin there: of most words neither does."""
    return token.word in OPENS_A_NUMBER or token.is_number


def ordinal_at(found: Sequence[Token], i: int) -> tuple[int, int] | None:
    """1st, second, twenty-first; and the index after it."""
    word = _word(found, i)
    if word in ORDINALS:
        return ORDINALS[word], i + 1
    if i < len(found) and found[i].is_number and len(word) <= 2 and _word(found, i + 1) in ORDINAL_ENDINGS:
        return int(word), i + 2
    if word in TENS:
        after = i + 2 if _word(found, i + 1) == "-" else i + 1
        unit = ORDINALS.get(_word(found, after), 0)
        if 0 < unit < 10:
            return TENS[word] + unit, after + 1
    return None


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
