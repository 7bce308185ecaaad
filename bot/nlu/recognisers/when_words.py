"""Words about time: day and month names in any spelling, and the phrases of nlu_data/lexicon/when.yml."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from bot.nlu.recognisers.birth_dates import MONTHS
from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.phrases import Hit, PhraseBook
from bot.nlu.recognisers.text import Token, clean, tokens
from bot.nlu.recognisers.typos import Speller
from bot.nlu.recognisers.when_values import CLOSES, OPENS, Minutes

DAY_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "monday": ("mon", "munday", "mondy", "monda", "moday"),
    "tuesday": ("tue", "tues", "teusday", "tuseday", "tuesdy", "chewsday", "tusday"),
    "wednesday": ("wed", "weds", "wednes", "wensday", "wendsday", "wednsday", "wedneday", "wens", "wensdy", "wendsdy", "wenesday", "weds day", "wedensday"),
    "thursday": ("thu", "thur", "thurs", "thrs", "thursdy", "thirsday", "thersday", "thurday", "thrusday"),
    "friday": ("fri", "firday", "fryday", "frid", "frday", "fridy"),
    "saturday": ("sat", "saterday", "satday", "saturdy"),
    "sunday": ("sun", "sundy", "suday"),
    "tomorrow": ("tomorow", "tommorow", "tommorrow", "tomoz", "tomo", "tomoro", "tmrw", "tmr", "tmrow", "tmoz", "tomorro", "tomoza", "tomos",
                 "2moro", "2morrow", "2moz", "2mora", "2mz", "2mrw", "2mo", "2mrow", "tomrw", "tomorrows", "tomora", "tomorra", "morra", "tmw"),
    "today": ("2day", "tday", "todays"),
    "tonight": ("2nite", "2night", "tonite", "2nyt"),
    "week": ("wk", "weeks", "wks", "weak"),
    "weekend": ("wkend", "wknd", "weekends", "wkends", "weekand"),
    "weekday": ("weekdays", "wkday", "wkdays", "weekdy", "weekdys", "wkdys", "weekdaya"),
    "fortnight": ("fortnite", "4tnight"),
    "christmas": ("xmas", "crimbo", "chrimbo", "chrismas", "xmass"),
    "before": ("b4", "befor", "bfore"),
    "after": ("aftr", "afta", "arfter"),
    "until": ("til", "till", "untill", "untl"),
    "next": ("nxt", "nex"),
    "between": ("betwen", "btween", "btwn"),
    "quarter": ("qtr", "1/4", "quater"),
    "half": ("haf", "arf"),
    "oclock": ("o'clock", "oclok"),
    "someone": ("any1", "some1"),
    "early": ("erly", "ealry", "eraly"), "latter": (), "or": (), "end": (), "beginning": ("begining",), "month": (), "day": (),
}  # fmt: skip
PLURALS = {f"{day}s": f"{day}s" for day in DAY_NAMES} | {"weekends": "weekends", "weekdays": "weekdays"}
PLURALS |= {f"{short}s": f"{day}s" for day in DAY_NAMES for short in (day[:3],) if short not in {"tue", "wed", "thu"}}
PLURALS |= {"wkends": "weekends", "wkdays": "weekdays"}
PARTS: dict[str, Minutes] = {
    "morning": (OPENS, 720),
    "afternoon": (720, 1020),
    "evening": (1020, CLOSES),
    "lunchtime": (720, 840),
    "lunch_break": (720, 840),
    "early_morning": (OPENS, 600),
    "mid_morning": (600, 660),
    "late_morning": (600, 720),
    "early_afternoon": (720, 840),
    "mid_afternoon": (840, 960),
    "late_afternoon": (900, 1020),
    "early_evening": (1020, 1110),
    "late_evening": (1110, CLOSES),
    "not_early": (600, CLOSES),
    "not_late": (OPENS, 1080),
    "early": (OPENS, 600),
    "late": (960, CLOSES),
    "midday": (720, 750),
    "outside_work": (1020, CLOSES),
    "daytime": (540, 1020),
    "school_hours": (570, 900),
    "after_school": (960, CLOSES),
    "before_school": (OPENS, 510),
    "bedtime": (1140, CLOSES),
    "office_hours": (540, 1020),
}
UNSURE_PARTS: dict[str, tuple[Minutes, ...]] = {
    "dinner_time": ((720, 840), (1020, 1140)),  # midday in the North and the Midlands, evening elsewhere
    "tea_time": ((1020, 1110), (930, 1050)),
    "before_tea": ((OPENS, 1020), (OPENS, 930)),
    "after_tea": ((1080, CLOSES), (1020, CLOSES)),
    "after_work": ((1020, CLOSES), (900, CLOSES)),
    "before_work": ((OPENS, 540), (OPENS, 720)),
    "after_shift": ((1020, CLOSES), (900, CLOSES)),
    "before_shift": ((OPENS, 540), (OPENS, 720)),
    "last_thing": ((960, 1020), (1080, CLOSES)),
    "supper_time": ((1020, 1110), (1110, CLOSES)),
    "after_school_run": ((570, 900), (960, CLOSES)),
    "before_school_run": ((OPENS, 510), (OPENS, 900)),
    "sooner_or_earlier": ((OPENS, 600), (OPENS, CLOSES)),
    "before_dinner": ((OPENS, 720), (900, 1050)),
    "after_dinner": ((780, 1020), (1080, CLOSES)),
}
# When these begin and end, for "after", "before" and "between" them.
EVENTS: dict[str, Minutes] = {"breakfast": (540, 540), "school_run": (510, 570), "pick_up": (900, 960)}
ON_WEEKDAYS = frozenset(
    {
        "outside_work",
        "after_school_run",
        "before_school_run",
        "after_work",
        "after_shift",
        "before_shift",
        "lunch_break",
        "before_work",
        "school_hours",
        "before_school",
        "after_school",
        "office_hours",
    }
)
ALONE = "anytime_if_alone"


@cache
def _canonical() -> dict[str, str]:
    known = {name: name for name in _SPELLINGS}
    known |= {spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings}
    return known | {f"{day}s": day for day in DAY_NAMES} | {month: month for month in MONTHS}


@cache
def _speller() -> Speller:
    names = [*_SPELLINGS, *(f"{day}s" for day in DAY_NAMES), *MONTHS]
    long_enough = [word for word in names if len(word) >= 5]
    return Speller(
        long_enough, word_set("ordinary_words", "words") - frozenset(long_enough) | {"second", "seconds", "money"}
    )


@cache
def phrase_book() -> PhraseBook:
    """The phrases of when.yml, each under its key; the word lists `filler` apart."""
    return PhraseBook(
        {
            key: listed
            for key, listed in read("when").items()
            if key not in {"filler", "denials", "limits", "habit", "chat"}
        },
        word_set("ordinary_words", "words"),
    )


@cache
def _habits() -> PhraseBook:
    return PhraseBook({"habit": read("when")["habit"]}, word_set("ordinary_words", "words"))


def tells_of_each_week(found: Sequence[Token]) -> bool:
    """Whether days named are those of each week: "my days off are", "usually"."""
    return bool(_habits().find(found))


def concepts(found: Sequence[Token]) -> dict[int, Hit]:
    """The longest phrase that begins at each token."""
    return {hit.start: hit for hit in phrase_book().find(found)}


FOR_WHOM = frozenset({"me", "u", "us"})  # "best 4 me"


def time_tokens(cleaned: str) -> list[Token]:
    """Tokens with day and month names in one spelling; "2moro" and "3rd" kept sensible."""
    found = _glue(tokens(cleaned))
    ahead = [*found[1:], *found[:1]]
    found = [
        token for token, after in zip(found, ahead, strict=True) if token.word != "4" or after.word not in FOR_WHOM
    ]
    return [Token(plain(token.word), token.start, token.end) for token in found]


def plain(word: str) -> str:
    """The usual spelling of a word about time; plurals of days keep their s."""
    if word in PLURALS:
        return PLURALS[word]
    known = _canonical().get(word)
    if known:
        return known
    if not word.isalpha() or len(word) < 5 or word in phrase_words():
        return word
    near = _speller().nearest(word)
    return _canonical()[near] + ("s" if near in PLURALS else "") if near else word


@cache
def phrase_words() -> frozenset[str]:
    """Every word that some phrase of when.yml uses."""
    listed = (phrase for phrases in read("when").values() for phrase in phrases)
    return frozenset(token.word for phrase in listed for part in phrase.split("/") for token in tokens(clean(part)))


def _glue(found: Sequence[Token]) -> list[Token]:
    """Text-speak that mixes a digit with letters becomes one token again: 2moro, b4."""
    glued: list[Token] = []
    for token in found:
        last = glued[-1] if glued else None
        together = last.word + token.word if last and last.end == token.start else ""
        if last and last.is_number and together and token.word == "s":
            continue  # "8s too early"
        if last and together in _canonical() and not token.is_mark and (last.is_number or token.is_number):
            glued[-1] = Token(together, last.start, token.end)
        else:
            glued.append(token)
    return glued
