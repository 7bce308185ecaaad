"""What a message answers: the open question read by its slot's type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache, partial
from typing import Any

from bot.flows.engine import CLARIFY, Expecting
from bot.nlu.openings import DENIES, MEANT_A_DATE, NEXT, NONE_OF_THEM, on_the_day_shown, picked_by_time, shown_openings
from bot.nlu.recognisers import (
    Found,
    Option,
    read_age,
    read_barriers,
    read_candidates,
    read_choice,
    read_choices,
    read_health,
    read_months,
    read_name,
    read_phone,
    read_postcode,
    read_situation,
    read_when,
    read_yes_no,
    says_whichever,
    set_aside,
)
from bot.nlu.recognisers.acts import read_act
from bot.nlu.recognisers.age import read_their_age
from bot.nlu.recognisers.by_the_way import is_deaf_only, read_call_needs, ruled_out, says, with_address_as_words
from bot.nlu.recognisers.name_or_words import declines_to_say, names_an_illness
from bot.nlu.recognisers.postcode import postcodes_to_choose_from
from bot.nlu.recognisers.safe_here import asks_if_safe, read_safe
from bot.nlu.recognisers.said_again import taken_back, without_reminder
from bot.nlu.recognisers.situation import is_of_another
from bot.nlu.recognisers.spelt_aloud import is_spelt_aloud
from bot.nlu.recognisers.when_values import is_sharp
from bot.nlu.recognisers.whose import as_own
from bot.nlu.which_time import which_time

OTHER_TIMES = "other_times"
COSTLY = frozenset({"personal_number", "pager", "premium"})
"""Reasons for refusing a number that has to do with what it costs to ring, not with how it was typed."""
SAYS_TOO_LITTLE = (["none"], ["rather_not_say"], ["other"])
"""Said of the open question alone these answer it; they are no news about another: "other time no"."""
YOUNGEST = 5
"""A smaller age is a slip, or the number of a choice: asked again, since a child's way ends the conversation."""
FREE_TEXT: dict[str, Callable[[str], Found | None]] = {
    "work_situation": read_situation,
    "health": read_health,
    "barriers": read_barriers,
    "call_needs": partial(read_call_needs, phone=True),
}


@dataclass(frozen=True)
class Answer:
    """A reading of the open question. `whole`: it used the whole message; `first`: the message begins with it."""

    value: Any
    whole: bool
    first: bool = True
    also: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Reading:
    """The answer if there is one, else the response id that says why it did not look like one.

    `several`: the options between which the words do not decide.
    """

    answer: Answer | None = None
    hint: str | None = None
    several: tuple[str, ...] = ()


def options_of(expecting: Expecting) -> tuple[Option, ...]:
    return tuple(Option(value, title, tuple(also)) for value, title, also in expecting.choices)


def read_answer(text: str, expecting: Expecting, now: datetime) -> Reading:
    """Read `text` as an answer to the open question; one that it puts right or repeats counts as it stands at last."""
    reading = read_once(text, expecting, now)
    kind, answer = expecting.spec.type, reading.answer
    if kind in WORDS_OF_ANY_KIND or (answer and answer.whole and kind in TAKE_BACK_THEMSELVES) or reading.several:
        return reading
    for before, after in taken_back(text):
        last = read_once(in_the_same_measure(before, after) if kind == "duration" else after, expecting, now)
        if last.answer and last.answer.whole and is_answer(read_once(before, expecting, now)):
            return last
    done = (answer and answer.whole) or read_act(text)  # "start again" reminds of nothing
    rest = None if done else without_reminder(text)
    again = read_once(rest, expecting, now) if rest else reading
    return again if is_answer(again) else reading


def in_the_same_measure(before: str, after: str) -> str:
    """ "6 months", "8": a bare number is of the measure named before."""
    return re.sub(r"\d+", after, before, count=1) if after.isdecimal() else after


WORDS_OF_ANY_KIND = frozenset({"text", "place", "practice"})
TAKE_BACK_THEMSELVES = frozenset({"choice", "choices", "opening"})
"""Types whose readers know a taking back in the midst of other words."""


def is_answer(reading: Reading) -> bool:
    """Whether all of the words were an answer."""
    return reading.answer is not None and reading.answer.whole


def read_once(text: str, expecting: Expecting, now: datetime) -> Reading:
    """Read words as one answer; fixed options win over the type's own reader."""
    kind = expecting.spec.type
    options = options_of(expecting)
    text = with_address_as_words(text) if expecting.slot == NEEDS else text
    if expecting.slot == SAFE and asks_if_safe(text):
        return Reading()
    if expecting.slot == NEEDS and is_deaf_only(text):
        return Reading(several=WAYS_FOR_THE_DEAF)
    if may_be_an_age(text, expecting) or is_none_of_the_list(text, expecting):
        return Reading()
    text = set_aside.without_supposing(text) if expecting.slot == WORK else text
    chosen = read_options(text, options, several=kind == "choices")
    if chosen and expecting.slot == NEEDS:
        chosen = without(chosen, ruled_out(text))
    safe = read_safe(text) if expecting.slot == SAFE else None
    plain_no = chosen is not None and chosen.value == "no" and safe is not None and safe.value == "yes"
    if kind == "opening" and MEANT_A_DATE.search(text):
        chosen = None  # "no i meant the 3rd": of the month, whatever the third line says
    if chosen and chosen.whole and not plain_no:
        return Reading(Answer(chosen.value, True))
    if expecting.slot == SAFE and not safe and chosen and chosen.value == "yes" and set_aside.says_no_yes(text):
        chosen = None
    if safe:
        return Reading(Answer(safe.value, bare(text) == bare(text[slice(*safe.span)])))
    several = tuple(read_candidates(text, options)) if kind == "opening" else ()
    if several:
        return Reading(hint="utter_invalid_opening", several=several)
    own = READERS.get(kind, read_nothing)(text, expecting, now)
    if own.answer or own.several:
        return own
    if chosen and not (expecting.slot == WORK and not speaks_for_another(expecting) and is_of_another(text)):
        return Reading(Answer(chosen.value, chosen.whole, chosen.span[0] == 0))
    return replace(own, several=tuple(read_candidates(text, options))) if options and kind != "choices" else own


def may_be_an_age(text: str, expecting: Expecting | None) -> bool:
    """ "34" at a list, while no age is known: not the third and the fourth line."""
    if expecting is None or expecting.spec.type not in {"choice", "choices"} or "age" in expecting.filled:
        return False
    figure = bare(text)
    titled = any(figure in title for _, title, _ in expecting.choices)
    return figure.isdecimal() and len(figure) == 2 and int(figure) in AGES and not titled


def is_none_of_the_list(text: str, expecting: Expecting) -> bool:
    """Digits of a phone number at a list; at the one about work, what tells nothing of it."""
    at_a_list = expecting.spec.type in {"choice", "choices"}
    return at_a_list and (
        set_aside.is_part_of_a_number(text) or (expecting.slot == WORK and set_aside.tells_no_situation(text))
    )


AGES = range(16, 100)
NEEDS, SAFE, WORK = "call_needs", "safe_to_text", "work_situation"
WAYS_FOR_THE_DEAF = ("bsl", "text_relay", "messages")
"""Of these somebody who is deaf is asked which; not everybody signs."""


def without(chosen: Found, out: set[str]) -> Found | None:
    """The lines picked, but for those that the same words turn down: "text only, no phone calls"."""
    kept = [value for value in chosen.value if value not in out] if isinstance(chosen.value, list) else []
    return replace(chosen, value=kept) if kept else None


def read_options(text: str, options: tuple[Option, ...], *, several: bool) -> Found | None:
    if not options:
        return None
    said = exact_wordings(options).get(bare(text))
    if said is not None:
        return Found([said] if several else said, True, (0, len(text)))
    return read_choices(text, options) if several else read_choice(text, options)


@lru_cache(maxsize=256)
def exact_wordings(options: tuple[Option, ...]) -> dict[str, str]:
    """Bare wording of a line -> its value; of two lines worded alike the first."""
    said = [(bare(wording), option.value) for option in options for wording in (option.title, *option.also)]
    return dict(reversed(said))


def bare(words: str) -> str:
    """For comparing a whole answer with a wording: as typed without capitals, apostrophes and marks around it."""
    return words.casefold().replace("'", "").replace("\u2019", "").strip(" .!,?")


def from_found(found: Found | None, hint: str | None = None) -> Reading:
    return Reading(Answer(found.value, found.whole)) if found else Reading(hint=hint)


def speaks_for_another(expecting: Expecting) -> bool:
    """Whether the questions are about somebody else, so that "hes off sick" answers them."""
    return "for_someone_else" in expecting.filled


def read_nothing(text: str, expecting: Expecting, now: datetime) -> Reading:
    return Reading()


def yes_in_their_language(text: str, expecting: Expecting) -> Found | None:
    """ "Tak", from somebody who began in another language."""
    short = len(text.split()) <= SHORT_YES
    said = short and "language" in expecting.filled and says("yes_elsewhere", text)
    return Found("yes", True, (0, len(text))) if said else None


SHORT_YES = 2


def read_own_words(text: str, expecting: Expecting, now: datetime) -> Reading:
    """A choice answered in the person's own words, by the reader kept for that slot; yes and no where both are options."""
    reader = FREE_TEXT.get(expecting.slot)
    found = reader(text) if reader else None
    if found is None and expecting.slot == WORK and speaks_for_another(expecting):
        found = read_situation(text, own_only=False) or read_situation(as_own(text))
    if found:
        return from_found(found)
    if expecting.slot == CLARIFY:
        named = which_time(text, options_of(expecting), now)
        return Reading(Answer(named, True)) if named else Reading()
    values = {value for value, _, _ in expecting.choices}
    plain = read_yes_no(text) or yes_in_their_language(text, expecting) if {"yes", "no"} <= values else None
    return from_found(plain if plain and plain.value in values else None)


def read_text(text: str, expecting: Expecting, now: datetime) -> Reading:
    """Any words; the number of a line alone ("1") answers a list that is gone, and tells a coach nothing."""
    words = text.strip()
    return Reading() if not words or LINE.fullmatch(words) else Reading(Answer(words, False))


LINE = re.compile(r"\d{1,2}\W?")


def postcode_reading(text: str, expecting: Expecting, now: datetime) -> Reading:
    several = postcodes_to_choose_from(text)
    if several:
        return Reading(several=tuple(several))
    found = read_postcode(text)
    if not found:
        return Reading(hint="utter_invalid_postcode")
    if set_aside.is_of_work(text):
        return Reading(hint="utter_invalid_postcode_work")
    value: Any = found.value
    exact = (
        value["postcode"] if found.sure or is_spelt_aloud(value["as_typed"] or "") else None
    )  # a slip is put right only after asking
    given = exact or value["as_typed"] or value["outcode"]
    return Reading(Answer(given, found.whole))


def age_reading(text: str, expecting: Expecting, now: datetime) -> Reading:
    theirs = read_their_age(text) if speaks_for_another(expecting) else None
    found = theirs or read_age(without_postcode(text), now.date(), True)
    believable = found if found and isinstance(found.value, int) and found.value >= YOUNGEST else None
    return from_found(believable, "utter_invalid_age")


def without_postcode(text: str) -> str:
    """The words without a postcode in them, whose figures are nobody's age: "oh found it, pr71dp"."""
    found = read_postcode(text)
    if not found or any(char in "/-" for char in text[slice(*found.span)]):
        return text
    return f"{text[: found.span[0]]},{text[found.span[1] :]}"


def name_reading(text: str) -> Reading:
    """A name; who does not want to give one hears that any will do."""
    found = None if names_an_illness(text) else read_name(text, True)
    return from_found(found, "utter_any_name" if declines_to_say(text) else "utter_invalid_name")


def phone_reading(text: str, expecting: Expecting, now: datetime) -> Reading:
    found = read_phone(text)
    if not found:
        return Reading(hint="utter_invalid_phone")
    value: Any = found.value
    if not value["ok"]:
        return Reading(hint="utter_invalid_phone_cost" if value["why"] in COSTLY else "utter_invalid_phone")
    return Reading(Answer(value["e164"], found.whole))


def opening_reading(text: str, expecting: Expecting, now: datetime) -> Reading:
    """A time said in words is a wish: the flow offers openings that fit it."""
    shown = shown_openings([one for one in expecting.choices if one[0] != OTHER_TIMES], now)
    if shown and says_whichever(text):
        return Reading(Answer(shown[0][0], True))
    wanted = NONE_OF_THEM.sub("", text)
    when = read_when(wanted, now) or read_when(text, now)
    if when is None:
        return only_one_offered(text, expecting)
    if wanted != text or DENIES.match(text):
        when = on_the_day_shown(when, shown)
    if when.ambiguous and not NEXT.search(text):
        fits = [one for one in when.ambiguous if any(a <= start < b for _, start in shown for a, b in one)]
        when = replace(when, windows=fits[0], ambiguous=None) if len(fits) == 1 and is_sharp(fits[0]) else when
    picked = picked_by_time(when, shown, beside_the_list=DENIES.search(text) is not None)
    picked = picked or picked_first(text, shown, now)
    if picked:
        return Reading(Answer(picked, when.whole))
    return Reading(Answer(OTHER_TIMES, when.whole, also={"opening_wish": wish_of(when, text)}))


def picked_first(text: str, shown: Sequence[tuple[str, datetime]], now: datetime) -> str | None:
    """ "Two o'clock then. My sister will be here": the first sentence picks, and the next tells why."""
    first, stop, _ = text.partition(". ")
    when = read_when(first, now) if stop else None
    return picked_by_time(when, shown, beside_the_list=False) if when else None


def only_one_offered(text: str, expecting: Expecting) -> Reading:
    """ "Yes" where a single time is on offer means that one."""
    times = [value for value, _, _ in expecting.choices if value != OTHER_TIMES]
    agreed = read_yes_no(text)
    if agreed and agreed.value == "yes" and len(times) == 1:
        return Reading(Answer(times[0], agreed.whole))
    return Reading(hint="utter_invalid_opening")


def wish_of(when: Any, text: str) -> dict[str, Any]:
    """A `When` as JSON for the slot `opening_wish`: London wall-clock windows, half-open."""
    spans = [[start.isoformat(), end.isoformat()] for start, end in when.windows]
    readings = None
    if when.ambiguous:
        readings = [[[start.isoformat(), end.isoformat()] for start, end in reading] for reading in when.ambiguous]
    return {"windows": spans, "asap": when.asap, "ambiguous": readings}


def number_reading(text: str, expecting: Expecting, now: datetime) -> Reading:
    found = re.findall(r"-?\d+(?:\.\d+)?", text)
    if len(found) != 1:
        return Reading(hint="utter_invalid_number")
    number = float(found[0])
    return Reading(Answer(int(number) if number.is_integer() else number, text.strip() == found[0]))


def date_reading(text: str, expecting: Expecting, now: datetime) -> Reading:
    """The one day that the words mean, as an ISO date."""
    when = read_when(text, now)
    days = sorted({start.date() for start, _ in when.windows}) if when and not when.ambiguous else []
    if when is None or len(days) != 1:
        return Reading(hint="utter_invalid_date")
    return Reading(Answer(days[0].isoformat(), when.whole))


def time_reading(text: str, expecting: Expecting, now: datetime) -> Reading:
    """The one time of day that the words mean, as HH:MM."""
    when = read_when(text, now)
    times = sorted({start.time() for start, _ in when.windows}) if when and not when.ambiguous else []
    if when is None or len(times) != 1:
        return Reading(hint="utter_invalid_time")
    return Reading(Answer(times[0].strftime("%H:%M"), when.whole))


READERS: dict[str, Callable[[str, Expecting, datetime], Reading]] = {
    "yes_no": lambda text, expecting, now: from_found(read_yes_no(text), "utter_invalid_yes_no"),
    "choice": read_own_words,
    "choices": read_own_words,
    "postcode": postcode_reading,
    "age": age_reading,
    "duration": lambda text, expecting, now: from_found(read_months(text, now.date(), True), "utter_invalid_duration"),
    "phone": phone_reading,
    "name": lambda text, expecting, now: name_reading(text),
    "opening": opening_reading,
    "number": number_reading,
    "date": date_reading,
    "time": time_reading,
    "text": read_text,
    "place": read_text,
    "practice": read_text,
}
