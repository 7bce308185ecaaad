"""The small words between the times of a message: "not", "or", "but", "so", "the rest", and what makes a day a busy one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import takewhile

from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.phrases import Hit
from bot.nlu.recognisers.text import Token, bag
from bot.nlu.recognisers.when_reasons import without_reasons
from bot.nlu.recognisers.when_values import ALL_HOURS, Days, Hours, Item, Kind
from bot.nlu.recognisers.when_words import ALONE, EVENTS, PLURALS

MARKS: dict[str, Kind] = {
    ",": "comma",
    ".": "stop",
    ";": "stop",
    "!": "stop",
    "?": "stop",
    "&": "join",
    "/": "join",
    "+": "join",
    "(": "comma",
}
JOINS = bag("or and plus also n then")
SIGNS: dict[str, Kind] = {
    "not": "not",
    "no_good": "no_good",
    "good": "good",
    "prefer": "prefer",
    "asap": "asap",
    "any_day": "any",
    "some_day": "vague",
    "own_day": "own",
    "others": "others",
    "not_that": "not_that",
    "busy": "busy",
    "so": "so",
    "soon": "soon",
    "mended": "mended",
    "if_not": "join",
    "undecided": "undecided",
}
ENDS: frozenset[Kind] = frozenset({"comma", "stop", "so", "but", "join", "not", "prefer", "any", "others"})
GREETED = bag("morning afternoon evening night day")
STOPS: frozenset[Kind] = frozenset({"comma", "stop", "so", "but", "join", "good", "not_that", "others"})
AGREED = bag("yes yeah yep yh ok okay fine good")


def sign_at(found: Sequence[Token], i: int, phrases: dict[int, Hit]) -> Item:
    """The sign, mark or other word at this token."""
    phrase = phrases.get(i)
    word = found[i].word
    if word == "good" and i <= 1 and _word(found, i + 1) in GREETED:
        return Item("filler", i, i + 2)
    if word == "any" and _word(found, i + 1) in {"later", "earlier", "sooner"}:
        return Item("filler", i, i + 1)
    if phrase and phrase.value in SIGNS:
        return Item(SIGNS[phrase.value], i, phrase.end)
    if phrase and phrase.value in {"anytime", ALONE, "all_day"}:
        alone = phrase.value != "anytime" or (word == "any" and phrase.end == i + 1)
        return Item("any" if not alone else "all", i, phrase.end, hours=Hours(ALL_HOURS, tentative=alone))
    if phrase and phrase.value in EVENTS:
        return Item("filler", i, phrase.end)
    if word == "but":
        return Item("but", i, i + 1)
    if word in JOINS:
        return Item("join", i, i + 1)
    if found[i].is_mark:
        return Item(MARKS.get(word, "filler"), i, i + 1)
    kind: Kind = "filler" if word in word_set("when", "filler") or word in PLURALS else "other"
    return Item(kind, i, i + 1)


def settled(items: list[Item], found: Sequence[Token]) -> list[Item]:
    """The items, with each sign that hangs on its place told apart: "physio on mondays", "friday no, monday yes"."""
    items = without_reasons(items, found)
    return [replace(item, kind=_settled(items, n, found)) for n, item in enumerate(items)]


def _settled(items: Sequence[Item], n: int, found: Sequence[Token]) -> Kind:
    item = items[n]
    if item.kind == "busy":
        before = [token.word for token in found[max(item.start - 2, 0) : item.start]]
        event = bool({"after", "once"} & set(before)) or ("when" in before and not _time_on(items, n, -1))
        return _busy(items, n) if not event else "filler" if any(one.hours for one in items) else "own"
    if item.kind == "time" and any(one.kind in {"not", "no_good"} for one in items[:n]) and _is_the_rest(item, found):
        return "others"
    if item.kind == "mended" and not (_time_anywhere(items[:n]) and _time_anywhere(items[n + 1 :])):
        return "filler"
    alone = found[item.start].word if item.end == item.start + 1 else ""
    if item.kind == "no_good" and _time_on(items, n, 1) and found[item.end - 1].word in WORKS:
        return "not"  # "weekend only i work mon to fri"
    if (
        item.kind == "no_good"
        and alone in {"isnt", "arent", "aint"}
        and found[item.start - 1].word in {"that", "which", "it"}
    ):
        return "not"  # "any day that isnt a monday"
    if (alone == "no" and _is_a_slip(items, n)) or (alone == "sorry" and _puts_right(items, n)):
        return "mended"
    if item.kind == "not" and _is_any_day_but(items, n, found):
        return "any"
    if item.kind == "no_good" and n and items[n - 1].kind == "mended" and items[n + 1 : n + 2] and items[n + 1].days:
        return "not"  # "monday, oh no, can't do monday"
    beside = n > 0 and items[n - 1].kind == "time"
    if alone in {"no", "never", "nope", "out"} and beside and _is_an_answer(items, n, found):
        return "no_good"
    if alone in AGREED and beside and any(token.word == "no" for token in found):
        return "good"
    return item.kind


WORKS = bag("work working")


def _time_anywhere(items: Sequence[Item]) -> bool:
    return any(item.kind == "time" for item in items)


def _is_any_day_but(items: Sequence[Item], n: int, found: Sequence[Token]) -> bool:
    """ "Any day but before 12": the hours are wanted, no day is left out."""
    said = [token.word for token in found[items[n].start : items[n].end]]
    after = items[n + 1] if n + 1 < len(items) else None
    day = bool({"day", "days", "anyday", "everyday"} & set(said)) and said[-1] == "but"
    return day and after is not None and after.hours is not None and after.hours.bound and not after.days


def _is_a_slip(items: Sequence[Item], n: int) -> bool:
    """ "Thursday no friday", "4 no 5": one for another; "evenings no fridays" leaves out."""
    before, after = _beside(items, n, -1), _beside(items, n, 1)
    straight = items[n + 1 : n + 2] and items[n + 1].kind in {"time", "comma"}
    if not (before and after and straight) or any(item.days for item in items[n + 1 :] if item is not after):
        return False
    if before.hours and after.hours and not after.days:
        return before.hours.clock and after.hours.clock
    days = [item.days for item in (before, after) if item.days and not item.hours]
    return len(days) == 2 and all(_is_one_day(day) for day in days)


def _is_one_day(days: Days) -> bool:
    return len(days.weekdays | frozenset().union(*days.readings)) == 1 and not days.recurring


def _puts_right(items: Sequence[Item], n: int) -> bool:
    """ "Fri at 10, sorry 11", "weds 2pm. sorry, thurs": the same kind of time again."""
    before, after = _beside(items, n, -1), _beside(items, n, 1)
    if not (before and after):
        return False
    hours = bool(after.hours and any(item.hours for item in items[:n]))
    return hours or bool(after.days and any(item.days for item in items[:n]))


def _beside(items: Sequence[Item], n: int, step: int) -> Item | None:
    """The time on this side with nothing but marks and words without meaning between."""
    at = n + step
    while 0 <= at < len(items) and items[at].kind in {"comma", "stop", "filler", "prefer"}:
        at += step
    return items[at] if 0 <= at < len(items) and items[at].kind == "time" else None


def _busy(items: Sequence[Item], n: int) -> Kind:
    """Whether what keeps somebody busy stands before its time or after it: "physio till 12", "tuesdays is physio"."""
    ahead, behind = _time_on(items, n, 1), _time_on(items, n, -1)
    if ahead and behind:
        return "not" if ahead.hours and ahead.hours.bound and not ahead.days else "no_good"
    return "not" if ahead else "no_good" if behind else "other"


def _is_an_answer(items: Sequence[Item], n: int, found: Sequence[Token]) -> bool:
    """Whether "no" judges the day before it: "friday no, monday yes"; not in "evenings no fridays"."""
    if n + 1 == len(items) or items[n + 1].kind in ENDS:
        return True
    return n + 2 < len(items) and items[n + 1].kind == "time" and found[items[n + 2].start].word in AGREED


def _is_the_rest(item: Item, found: Sequence[Token]) -> bool:
    """ "Fridays no, rest of the week fine": the other days, not what is left of this week."""
    words = [token.word for token in found[item.start : item.end]]
    return "rest" in words and "this" not in words


def _time_on(items: Sequence[Item], n: int, step: int) -> Item | None:
    """The time that stands on this side within the same part of the sentence."""
    at = n + step
    while 0 <= at < len(items) and items[at].kind not in ENDS:
        if items[at].kind == "time":
            return items[at]
        at += step
    return None


def is_doubtful(items: Sequence[Item], found: Sequence[Token]) -> bool:
    """Whether words that were not understood may deny or limit the times that were."""
    if {"start", "finish"} <= {token.word for token in found}:
        return True  # somebody tells the hours of a shift
    if any(item.kind == "undecided" for item in items):
        return True
    signs = word_set("when", "denials") | word_set("when", "limits")
    for said in _segments(items):
        unheard = {found[i].word for item in _outside_if(said, found) for i in range(item.start, item.end)}
        unheard = {word for word in unheard - (word_set("when", "chat") - signs) if word.isalnum()}
        if unheard & signs or (unheard and any(item.kind in {"time", "any"} for item in said)):
            return True
    return any(_is_own(items, n, found) for n in range(len(items))) or _denies_nothing(items)


def _outside_if(said: Sequence[Item], found: Sequence[Token]) -> list[Item]:
    """What was not understood, less what stands behind "if": "friday at 1 if I'm up to it" is Friday at one."""
    conditions = [n for n, item in enumerate(said) if found[item.start].word == "if"]
    start = next((n for n in conditions if not _time_anywhere(said[n:])), len(said))
    return [item for item in said[:start] if item.kind == "other"]


def _segments(items: Sequence[Item]) -> Iterator[list[Item]]:
    """The parts of a message between commas; what stands before "so" is only the reason for what comes after it."""
    said: list[Item] = []
    for n, item in enumerate(items):
        if item.kind == "so" and any(one.kind in {"time", "any", "others", "not_that"} for one in items[n:]):
            said = []
        elif item.kind == "not_that":
            said = [item]
        elif item.kind in {"comma", "stop", "but"}:
            yield said
            said = []
        else:
            said.append(item)
    yield said


def _is_own(items: Sequence[Item], n: int, found: Sequence[Token]) -> bool:
    """Whether a day of their own limits the times; in "not when I have physio on mondays" it only explains one."""
    if items[n].kind != "own" or found[items[n].start].word not in {"when", "whenever", "once"}:
        return items[n].kind == "own"
    before = [item.kind for item in items[:n]]
    return not (_time_on(items, n, 1) or ("not" in before and "time" in before))


def _denies_nothing(items: Sequence[Item]) -> bool:
    """Whether what a "not" denies was not understood: "weekdays except when he is home"."""
    for n, item in enumerate(items):
        if item.kind == "not":
            after = [one.kind for one in takewhile(lambda one: one.kind not in STOPS, items[n + 1 :])]
            if "other" in after and not {"time", "any", "all"} & set(after):
                return True
    return False


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
