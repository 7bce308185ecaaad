"""Clock times and stretches of the day: "half ten", "quarter past 3", "2-4pm", "after 3", "before 11"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.nlu.recognisers.numbers import ORDINAL_ENDINGS, TENS, UNITS
from bot.nlu.recognisers.text import Token, bag
from bot.nlu.recognisers.when_values import CLOSES, OPENS, SHORTEST, Hours
from bot.nlu.recognisers.when_words import PLURALS

NOON = 12 * 60
AFTER = bag("after gone past from later post since beyond following")
BEFORE = bag("before by until pre")
ENDS = bag("finish finished finishes home")
STARTS = bag("start starts leave")
BACK_HOME = frozenset((a, b) for a in bag("get wake im") for b in bag("up in home back")) - {("wake", "in")}
AT = bag("at around about approx roughly circa round roundabout roundabouts towards say @ for")
STRETCHES = bag(
    "free available availability any anytime between from hours weekday every all work working open days most"
)
_TO = frozenset({"-", "to", "until", "and", "thru", "through", "&", "n", "or"})
_UNITS = bag(
    "minute minutes min mins day days week month months year years yr yrs kids children times people weeks st nd rd th mile miles "
    "% stone more mates other others lots of"
)


@dataclass(frozen=True, slots=True)
class Clock:
    """A time read off the text: minutes after midnight, the index after it, whether am or pm was said."""

    minutes: int
    end: int
    half_said: bool
    bare: bool  # a plain number without am, pm, minutes or o'clock


def hours_at(found: Sequence[Token], i: int) -> tuple[Hours, int] | None:
    """A time or stretch that begins at token `i`, and the index after it."""
    return _between(found, i) or _bounded(found, i) or _at_most(found, i) or _cued(found, i) or _single(found, i)


def _between(found: Sequence[Token], i: int) -> tuple[Hours, int] | None:
    """between 2 and 4; from 10 until 12; 2-4pm; 10am to 12."""
    cue = _word(found, i) in {"between", "from", "betw"} or _word(found, i) in AT
    at = i + 1 if cue else i
    at += _word(found, at) in AT
    first = clock_at(found, at)
    if (
        first is None
        or _word(found, first.end) not in _TO
        or (_word(found, first.end) in {"and", "&", "n", "or"} and _word(found, i) != "between")
    ):
        return None
    second_at = first.end + 1 + (_word(found, first.end + 1) in AT)
    if _word(found, second_at) == "late":
        return from_clock(first), second_at + 1
    second = clock_at(found, second_at)
    if second is None:
        return None
    start, end = _in_order(first, second)
    sharp = None if cue else _minutes_to(found, at, first, second)
    if sharp is not None and (start < OPENS or not start < end):
        return Hours(((sharp, sharp + SHORTEST),), clock=True, turnable=not second.half_said), second.end
    if not start < end:
        return None
    plain = not (first.half_said or second.half_said)
    others = () if sharp is None or _is_a_stretch(found) else (((sharp, sharp + SHORTEST),),)
    if first.minutes % NOON < OPENS < second.minutes % NOON and plain and start < CLOSES:
        others = (*others, ((OPENS, second.minutes % NOON),))  # "7 to 9"
    bare = first.bare and second.bare and not cue
    hours = Hours(((start, end),), True, tentative=bare and _word(found, first.end) == "and", others=others)
    return hours, second.end


def _minutes_to(found: Sequence[Token], i: int, first: Clock, second: Clock) -> int | None:
    """ "ten to four", "5 to 2pm": also a clock time, ten or five minutes before the hour."""
    minutes = _count(found, i)
    if minutes not in {5, 10} or not first.bare or first.end != i + 1 or _word(found, i + 1) != "to":
        return None
    return None if second.minutes % 60 else second.minutes - minutes


def _is_a_stretch(found: Sequence[Token]) -> bool:
    """Whether other words say that "10 to 4" is a stretch of the day."""
    return any(token.word in STRETCHES or token.word in PLURALS for token in found)


def _in_order(first: Clock, second: Clock) -> tuple[int, int]:
    """The two ends with the am or pm of one lent to the other: 2-4pm, 9-11, 11-2, 10am-12."""
    start, end = first.minutes, second.minutes
    if second.half_said and not first.half_said:
        same_half = start % NOON + (NOON if end >= NOON else 0)
        start = same_half if same_half < end else start
    elif first.half_said and not second.half_said and end <= start:
        end = (end + NOON) % (2 * NOON)
    elif not first.half_said and end <= start:
        end = (end + NOON) % (2 * NOON) if (end + NOON) % (2 * NOON) > start else end
        start = start - NOON if end <= start and start >= NOON else start
    return start, end


def _bounded(found: Sequence[Token], i: int) -> tuple[Hours, int] | None:
    """after 3; before 11; from 3 onwards; no later than 2; any time up to 4."""
    word, at = _work_hours(found, i)
    word = "earlier" if word == "sooner" else word
    if word in {"later", "earlier"} and _word(found, at) == "than":
        at += 1
    elif word == "up" and _word(found, at) in {"to", "until"}:
        word, at = "before", at + 1
    elif word in {"later", "following"}:
        return None
    elif word == "until" and _word(found, at) == "after":
        word, at = "before", at + 1  # "not until after 10"
    if word == "earlier":
        word = "before" if at > i + 1 else ""
    if word not in AFTER | BEFORE:
        return None
    at += _word(found, at) in AT | {"the"}
    clock = clock_at(found, at)
    if clock is None:
        return None
    if word in AFTER:
        return from_clock(clock), _past_onwards(found, clock.end)
    return until_clock(clock), clock.end


SO_FAR = bag("i can could do is would be its at about for me id we you manage make it talk ring call thats will s us")


def at_most(found: Sequence[Token], i: int) -> tuple[str, int]:
    """ "The earliest I can do is": the bounding word, and the index of what bounds."""
    at = i + (_word(found, i) in {"at", "the"}) + (_word(found, i) == "at" and _word(found, i + 1) == "the")
    word = {"earliest": "from", "soonest": "from", "latest": "until"}.get(_word(found, at), "")
    at += 1
    while word and _word(found, at) in SO_FAR:
        at += 1
    return word, at


def _at_most(found: Sequence[Token], i: int) -> tuple[Hours, int] | None:
    """the earliest i can do is 11; latest would be half 5."""
    word, at = at_most(found, i)
    clock = clock_at(found, at) if word else None
    if clock is None:
        return None
    return (from_clock(clock) if word == "from" else until_clock(clock)), clock.end


def _work_hours(found: Sequence[Token], i: int) -> tuple[str, int]:
    """The bounding word and the index after it; "I finish work at 5" bounds like "after"."""
    word, at = _word(found, i), i + 1
    home = i + (word in {"once", "when", "after"}) + (_word(found, at) == "i")
    if (_word(found, home), _word(found, home + 1)) in BACK_HOME and _word(found, home + 2) in AT:
        return "after", home + 2
    if word in ENDS | STARTS:
        at += _word(found, at) in {"work", "my", "college", "school", "from"}
        at += _word(found, at) in {"work", "shift"}
        if _word(found, at) in AT or (word == "home" and _word(found, at) == "by"):
            return "after" if word in ENDS else "before", at + (_word(found, at) == "by")
    return word, i + 1


def from_clock(clock: Clock) -> Hours:
    """From this time on."""
    return Hours(((clock.minutes, max(CLOSES, clock.minutes + 1)),), bound=True)


def until_clock(clock: Clock) -> Hours:
    """Up to this time."""
    end = clock.minutes
    if end <= OPENS and not clock.half_said:
        end += NOON
    return Hours(((0, end),), bound=True)


def _past_onwards(found: Sequence[Token], i: int) -> int:
    return i + 1 if _word(found, i) in {"onwards", "onward", "on", "plus"} else i


def _cued(found: Sequence[Token], i: int) -> tuple[Hours, int] | None:
    """at 3; around half ten."""
    if _word(found, i) not in AT:
        return None
    at = i + 1 + (_word(found, i + 1) in AT)
    clock = clock_at(found, at)
    if clock is None:
        return None
    single = _single(found, at)
    if single is None:
        return None
    return replace(single[0], tentative=_word(found, i) == "for" and clock.bare), single[1]


def _single(found: Sequence[Token], i: int) -> tuple[Hours, int] | None:
    """3pm; 14:30; half ten; 3 onwards; 3 or later; a bare 3 (tentative)."""
    clock = clock_at(found, i)
    if clock is None:
        return None
    after = _word(found, clock.end)
    if after in {"onwards", "onward", "+"} or (
        after == "on" and clock.half_said and _word(found, clock.end + 1) in {"", ","}
    ):
        return from_clock(clock), clock.end + 1
    end = clock.end + (after == "at")
    end += after == "at" and _word(found, end) == "the"
    if _word(found, end) in {"earliest", "latest", "min", "max"}:
        first = _word(found, end) in {"earliest", "min"}
        return (from_clock(clock) if first else until_clock(clock)), end + 1  # "11 at the earliest"
    if after == "or" and _word(found, clock.end + 1) in {"later", "after", "onwards"}:
        return from_clock(clock), clock.end + 2
    if after == "or" and _word(found, clock.end + 1) in {"earlier", "before"}:
        return until_clock(clock), clock.end + 2
    hours = Hours(((clock.minutes, clock.minutes + SHORTEST),), True, not clock.half_said, clock.bare)
    return hours, clock.end


def clock_at(found: Sequence[Token], i: int) -> Clock | None:
    """One clock time that begins at token `i`."""
    read = _named(found, i) or _past_or_to(found, i) or _digits(found, i)
    if read is None:
        return None
    minutes, end, form = read
    said = _half_of_day(found, end)
    if said:
        minutes, end = _with_half(minutes, said), end + _half_length(found, end)
    elif form not in {"24", "four"}:
        minutes = daytime(minutes)
    end += _word(found, end) == "ish"
    end += _word(found, end) in {"hrs", "hours"} and form == "24"
    plain = form in {"bare", "four"} and not said
    if plain and _word(found, end) in _UNITS:
        return None
    return Clock(minutes, end, bool(said) or form in {"24", "noon", "four"}, plain and found[end - 1].word != "ish")


def daytime(minutes: int) -> int:
    """Without am or pm, 1 to 7 is in the afternoon or evening and 8 to 12 as it stands."""
    return minutes + NOON if minutes < OPENS else minutes


def _with_half(minutes: int, said: str) -> int:
    base = minutes % NOON if minutes < 13 * 60 else minutes
    return base + NOON if said == "pm" and base < NOON else base


def _half_of_day(found: Sequence[Token], i: int) -> str:
    word = _word(found, i)
    if word in {"am", "pm"}:
        return word
    if word in {"a", "p"} and _word(found, i + 1) == "." and _word(found, i + 2) == "m":
        return word + "m"
    if word in {"a", "p"} and _word(found, i + 1) == "m":
        return word + "m"
    return ""


def _half_length(found: Sequence[Token], i: int) -> int:
    word = _word(found, i)
    if word in {"am", "pm"}:
        return 1
    dotted = _word(found, i + 1) == "."
    length = 3 if dotted else 2
    return length + (dotted and _word(found, i + 3) == ".")


def _named(found: Sequence[Token], i: int) -> tuple[int, int, str] | None:
    word = _word(found, i)
    if word == "12" and _word(found, i + 1) in {"noon", "midday"}:
        return NOON, i + 2, "noon"
    return (NOON, i + 1, "noon") if word.removesuffix("ish") in {"noon", "midday"} else None


def _past_or_to(found: Sequence[Token], i: int) -> tuple[int, int, str] | None:
    """half ten, half past 3, quarter to 4, twenty past 2, 20 to 3, five to three after "at"."""
    word = _word(found, i)
    if word == "half":
        hour = _hour(found, i + 1 + (_word(found, i + 1) == "past"))
        return (hour[0] * 60 + 30, hour[1], "said") if hour else None
    i += word in {"a"} and _word(found, i + 1) == "quarter"
    minutes = 15 if _word(found, i) == "quarter" else _count(found, i)
    at = i + 1 + (_word(found, i + 1) in {"minutes", "mins", "min"})
    relation = _word(found, at)
    if relation not in {"past", "to"} or minutes not in {5, 10, 15, 20, 25}:
        return None
    if relation == "to" and minutes in {5, 10} and not (found[i].word.isalpha() and _word(found, i - 1) in AT):
        return None  # "10 to 4" is a stretch of the day
    hour = _hour(found, at + 1)
    if hour is None:
        return None
    return daytime(hour[0] * 60) + (minutes if relation == "past" else -minutes), hour[1], "said"


def _hour(found: Sequence[Token], i: int) -> tuple[int, int] | None:
    count = _count(found, i)
    return (count % 12 or 12, i + 1) if 1 <= count <= 12 else None


def _count(found: Sequence[Token], i: int) -> int:
    """A small number in digits or one word, "threeish" too; -1 for anything else."""
    word = _word(found, i)
    if word.isascii() and word.isdigit() and len(word) <= 2:
        return int(word)
    word = word.removesuffix("ish") if word not in UNITS else word
    return UNITS.get(word, TENS.get(word, -1))


def _digits(found: Sequence[Token], i: int) -> tuple[int, int, str] | None:
    """14:30, 2.30, 1430hrs, 3 oclock, 3."""
    word = _word(found, i)
    if len(word) == 4 and word.isdigit() and int(word[:2]) < 24 and int(word[2:]) < 60:
        minutes = int(word[:2]) * 60 + int(word[2:])
        if _sure_four(found, i):
            return minutes, i + 1, "24"
        return (minutes, i + 1, "four") if minutes % 5 == 0 and OPENS <= minutes < CLOSES else None
    hour = _count(found, i)
    if not 0 <= hour <= 23:
        return None
    minute = _minute(found, i)
    if minute is not None:
        twenty_four = hour > 12 or hour == 0 or (word.startswith("0") and hour >= 7)
        return hour * 60 + minute, i + 3, "24" if twenty_four else "said"
    if hour > 12 and word.isdigit():
        return (
            (hour * 60, i + 1, "24")
            if _word(found, i - 1) in AT | AFTER | BEFORE
            and _word(found, i + 1) not in _UNITS | ORDINAL_ENDINGS | {"/", ":"}
            else None
        )
    if not 1 <= hour <= 12:
        return None
    spoken = _spoken_minutes(found, i + 1) or _spaced_minutes(found, i + 1)
    if spoken is not None:
        return hour * 60 + spoken, i + 2, "said"
    if _word(found, i + 1) == "oclock":
        return hour * 60, i + 2, "said"
    if (_word(found, i + 1), _word(found, i + 2)) in {("o", "clock"), ("o", "clk")}:
        return hour * 60, i + 3, "said"
    return hour * 60, i + 1, "said" if word.endswith("ish") else "bare"


def _spaced_minutes(found: Sequence[Token], i: int) -> int | None:
    """12 30, 9 15, 10 00: figures with a space where no mark or word follows that makes them a number of something."""
    word = _word(found, i)
    if not (found[i - 1].is_number and word in {"00", "15", "30", "45"}) or _is_number(found, i + 1):
        return None
    return None if _word(found, i + 1) in _UNITS | {"/", "."} else int(word)


def _spoken_minutes(found: Sequence[Token], i: int) -> int | None:
    """two thirty, three fifteen, ten forty five."""
    word = _word(found, i)
    return {"fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "fourty": 40, "fifty": 50}.get(word)


def _minute(found: Sequence[Token], i: int) -> int | None:
    """The two figures after a colon or full stop that touches the hour."""
    if i + 2 >= len(found) or found[i + 1].word not in {":", ".", ";", "-"} or not found[i].is_number:
        return None
    minute = found[i + 2].word
    touching = found[i].end == found[i + 1].start and found[i + 1].end == found[i + 2].start
    dash = found[i + 1].word == "-" and int(minute[:2] if minute.isdigit() else 0) < 13
    another = _word(found, i + 3) == found[i + 1].word and _is_number(found, i + 4)
    good = minute.isdigit() and minute.isascii() and len(minute) == 2 and int(minute) < 60
    return int(minute) if touching and good and not dash and not another else None


def _sure_four(found: Sequence[Token], i: int) -> bool:
    around = {_word(found, i - 1), _word(found, i + 1)}
    return bool(around & (AT | AFTER | BEFORE | {"hrs", "hours", "h", "between", "to", "-"})) or len(found) == 1


def _is_number(found: Sequence[Token], i: int) -> bool:
    return 0 <= i < len(found) and found[i].is_number


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
