"""Dates by which somebody's work or sick leave ends, where they say one plainly: "my sick note runs out on friday"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from bot.nlu.recognisers.birth_dates import MONTHS
from bot.nlu.recognisers.text import Token, bag, clean
from bot.nlu.recognisers.when_dates import DAY, Calendar
from bot.nlu.recognisers.when_values import Days
from bot.nlu.recognisers.when_weeks import days_at
from bot.nlu.recognisers.when_words import time_tokens

What = Literal["fit_note", "sick_pay", "job"]
LONGEST = 600  # characters
FURTHEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Ending:
    """What ends and on which day; `on` is None where the date that stood before is void: a new note, without its date."""

    what: What
    on: date | None


NOTE = (
    r"(?:(?:fit|sick|med|medical|gp|doctors|drs) ?(?:notes?|line|certificate|cert)|(?:fit|sick)notes?"
    r"|notes? from (?:my |the )?(?:gp|doctors?|dr|hospital))"
)
PAY = r"(?:ssp|(?:statutory |company |occupational )?sick pay)"
JOB = r"(?:contract|job|employment|notice(?: period)?|work placement|placement|temp work)"
SUBJECTS: tuple[tuple[What, str], ...] = (("fit_note", NOTE), ("sick_pay", PAY), ("job", JOB))
ENDS = (
    r"(?:(?:ends?|ending|finish(?:es|ing)?|runs? out|running out|expires?|expiring|stops?|stopping|(?:is )?up|comes to an end)"
    r"(?: (?:on|by|from|as of|for good|again|now|is|me))*"
    r"|(?:(?:is|are|lasts?|lasting|goes|good|valid|covers me|signs me off|been|extended|renewed|up|only) )*"
    r"(?:until|to)(?: (?:on|end of))?)"
)
BETWEEN = r"(?: (?!(?:{}) )\w+){{0,4}}?"
PAST_OR_DOUBT = (
    "not no never isnt doesnt didnt wont dont cant havent hasnt if unless might may could would should maybe perhaps "
    "possibly probably before after ended finished expired ran stopped had was were last ago since interview starts start i"
)
SAYS = {
    what: re.compile(rf"\b{subject}{BETWEEN.format('|'.join(PAST_OR_DOUBT.split()))} {ENDS} ?(?=[^ ])")
    for what, subject in SUBJECTS
}
LET_GO = re.compile(
    r"\b(?:(?:letting me go|laying me off|making me redundant|sacking me|dismissing me|finishing me"
    r"|(?:will|going to|gonna|want to|to) (?:let me go|lay me off|make me redundant|sack me|dismiss me|finish me))"
    r"|(?:im|i am|i will be|ill be|to be|gonna be|i get|im getting|im being|being|getting) "
    r"(?:made redundant|laid off|let go|dismissed|redundant)"
    r"|(?:i|im|ill|will|i am|to) (?:lose|losing|leave|leaving) (?:my|the) (?:job|work)"
    r"|my last day(?: (?:at|of|in) (?:my |the )?(?:work|job|employment))? (?:is|will be)"
    r"|(?:i|im) (?:finish|finishing)(?: work)? for good)(?: (?:on|by|from|as of))* (?=[^ ])"
)
SIGNED_OFF = re.compile(r"\b(?:signed|signs) (?:me )?off(?: (?:work|sick|by|my|the|gp|doctor))* until (?=[^ ])")
LAST_DAY_OF = re.compile(rf"\blast day (?:of|on|for) (?:my |the )?(?:(?P<note>{NOTE})|(?P<pay>{PAY})) is (?=[^ ])")
BARE = {what: re.compile(rf"\b{subject} (?:ends?|finishes|runs out|expires|stops|is up)(?= [^\w ]| (?:and|so|but|then) |$)")
        for what, subject in SUBJECTS}  # fmt: skip
RENEWED = re.compile(
    rf"\b(?:got|gave me|given me|been given|sorted) (?:a |an |me |my )*(?:new|another|fresh|longer) (?P<note>{NOTE})"
    rf"|\b(?:(?P<of_note>{NOTE})|{JOB}) (?:has |have |is |was |got |been |now )*(?:extended|renewed)\b"
    r"|\b(?:extended|renewed) my (?:(?P<same>" + NOTE + r")|contract)\b"
)
DENIED = re.compile(r"\b(?:not|never|havent|hasnt|if|want|need|hoping|hope|might|unless|can|could|will|asked?)\b")
NEVER_MINE = bag(
    "phone mobile car gym sky broadband energy gas electric house rent tenancy insurance sim tv job does did should can would if "
    "unless hope hoping wish once"
)
OTHERS = bag(
    "his her their hubbys husbands wifes partners mums dads sons daughters brothers sisters friends mates managers colleagues boss "
    "bosss bosses nans your"
)
OF_ONE = bag("his her their")
SMALL = bag("my the a this current work last new temp temporary fixed term latest short")
TOO_LOOSE = bag("or ish to - / maybe roughly approx")
VAGUE = bag("couple few about around roughly")
JOINS = bag("is when , my the that thats day until")


def read_endings(text: str, now: datetime, *, of_another: bool = False) -> tuple[Ending, ...]:
    """What ends when, as said on the day of `now` (London): one for each kind, the last said; none where nothing is plain.

    `of_another`: the person speaks for somebody else, so "her fit note" is the one that counts.
    """
    found = time_tokens(clean(text)[:LONGEST])
    said = _Said(found, now, OTHERS - OF_ONE if of_another else OTHERS)
    ends = {ending.what: ending for ending in said.endings()}
    for what in said.renewed():
        ends.setdefault(what, Ending(what, None))
    return tuple(ends.values())


class _Said:
    """The words of a message, to be searched as one line and read as tokens."""

    def __init__(self, found: Sequence[Token], now: datetime, others: frozenset[str]) -> None:
        self.found, self.others = found, others
        self.calendar = Calendar(now.date(), (), now.hour * 60 + now.minute)
        self.line = " ".join(token.word for token in found)
        self.starts: dict[int, int] = {}
        at = 0
        for number, token in enumerate(found):
            self.starts[at] = number
            at += len(token.word) + 1

    def endings(self) -> Iterator[Ending]:
        """In no order but that of the kinds: several of one kind, the last counts."""
        for what, pattern in SAYS.items():
            for hit in pattern.finditer(self.line):
                if self._is_mine(hit.start()):
                    yield from self._on(what, self.starts.get(hit.end()))
        for hit in SIGNED_OFF.finditer(self.line):
            if not DENIED.search(self._before(hit.start())) and self._word_before(hit.start()) not in {"hes", "shes"}:
                yield from self._on("fit_note", self.starts.get(hit.end()))
        for hit in LET_GO.finditer(self.line):
            if not DENIED.search(self._before(hit.start())):
                yield from self._on("job", self.starts.get(hit.end()))
        for hit in LAST_DAY_OF.finditer(self.line):
            yield from self._on("fit_note" if hit["note"] else "sick_pay", self.starts.get(hit.end()))
        for what, pattern in BARE.items():
            for hit in pattern.finditer(self.line):
                if self._is_mine(hit.start()):
                    yield from self._date_before(what, self.starts[hit.start()])

    def renewed(self) -> Iterator[What]:
        for hit in RENEWED.finditer(self.line):
            if not DENIED.search(self._before(hit.start())):
                yield "fit_note" if hit["note"] or hit["of_note"] or hit["same"] else "job"

    def _before(self, at: int) -> str:
        """The three words before a place; a mark ends them."""
        return " ".join(re.split(r"[^\w ]", self.line[:at])[-1].split()[-3:])

    def _word_before(self, at: int) -> str:
        return (self.line[:at].split() or [""])[-1]

    def _is_mine(self, at: int) -> bool:
        words = self.line[:at].split()
        while words and words[-1] in SMALL:
            words.pop()
        theirs = bool(words) and words[-1] in NEVER_MINE | self.others
        return not theirs and not DENIED.search(self._before(at))

    def _on(self, what: What, at: int | None) -> Iterator[Ending]:
        read = _date_at(self.found, at, self.calendar) if at is not None else None
        if read is not None and self.calendar.today <= read[0] <= self.calendar.today + FURTHEST:
            yield Ending(what, read[0])

    def _date_before(self, what: What, at: int) -> Iterator[Ending]:
        """ "The 12th is when my ssp stops": the date that the words follow."""
        end = at
        while end and self.found[end - 1].word in JOINS:
            end -= 1
        for start in range(max(0, end - 5), end):
            read = _date_at(self.found, start, self.calendar)
            if read and read[1] == end and _word(self.found, start - 1) not in VAGUE | TOO_LOOSE | {"before", "after"}:
                yield Ending(what, read[0])
                return


def _date_at(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[date, int] | None:
    """One plain day at a token and the index after it; None for a stretch, a rough one, or one of two meanings."""
    read = _end_of_month(found, i, calendar)
    if read is None and _word(found, i) not in {"from", "by", "until", "before", "after", "between"}:
        named = days_at(found, i, calendar)
        words = {token.word for token in found[i : named[1]]} if named else set()
        day = _one(named[0], calendar) if named and not words & VAGUE else None
        read = (day, named[1]) if named and day else None
    return None if read is None or _word(found, read[1]) in TOO_LOOSE else read


def _one(days: Days, calendar: Calendar) -> date | None:
    if days.recurring or days.left_out:
        return None
    if days.weekdays and not days.readings:
        weekday = min(days.weekdays)
        return calendar.coming(weekday) if len(days.weekdays) == 1 and weekday != calendar.today.weekday() else None
    first = days.readings[0] if days.readings else frozenset()
    counted = days.span and len(days.readings) > 1  # "in 2 weeks": that day, or its week where a call is wished for
    if len(first) != 1 or not (len(days.readings) == 1 or (counted and all(first <= each for each in days.readings))):
        return None
    return min(first)


END_OF = re.compile(r"(?:at )?(?:the )?end of (?:(?P<which>the|this|next) )?(?P<month>\w+)(?: |$)")


def _end_of_month(found: Sequence[Token], i: int, calendar: Calendar) -> tuple[date, int] | None:
    """ "End of the month", "end of december": its last day."""
    hit = END_OF.match(" ".join(token.word for token in found[i : i + 7]))
    if hit is None or not (hit["month"] == "month" or (hit["month"] in MONTHS and hit["which"] is None)):
        return None
    today = calendar.today
    ahead = int(hit["which"] == "next") if hit["month"] == "month" else (MONTHS[hit["month"]] - today.month) % 12
    year, month = divmod(today.year * 12 + today.month - 1 + ahead + 1, 12)
    return date(year, month + 1, 1) - DAY, i + len(hit[0].split())


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
