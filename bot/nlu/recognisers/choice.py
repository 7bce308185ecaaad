"""Picking from a numbered list: by number, word, letter, place or title; one or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from bot.nlu.recognisers.asides import asks_which, is_aside, says_wrong
from bot.nlu.recognisers.free_text import without_courtesy, written_out
from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.meant import all_hits, denied, fillers, is_stray, is_whole, those_meant
from bot.nlu.recognisers.none_said import NONE, denies_the_list, is_none_line
from bot.nlu.recognisers.opening_words import read_opening
from bot.nlu.recognisers.options import Option, Pick
from bot.nlu.recognisers.phrases import Hit, PhraseBook
from bot.nlu.recognisers.picks import picks, shared
from bot.nlu.recognisers.refusals import told_all_the_same
from bot.nlu.recognisers.sounds import heard
from bot.nlu.recognisers.text import Token, clean, fold, tokens
from bot.nlu.recognisers.title_words import as_yes_no, by_words, title_words
from bot.nlu.recognisers.topics import read_topic, subject_of
from bot.nlu.recognisers.values import Found

REST = "rest"
LONGEST = 150  # tokens: an answer that picks from a list is shorter
NEVER_IN_ALL = frozenset({NONE, "rather_not_say", "other_times"})


@cache
def _nones() -> PhraseBook:
    return PhraseBook({NONE: read("choice")[NONE]})


def read_choice(text: str, options: Sequence[Option]) -> Found | None:
    """The value of the one option meant; None where none or several are."""
    cleaned = clean(text)
    found = _listened(cleaned, options)
    if says_wrong(found):
        return as_yes_no(text, options)
    opening = read_opening(found, options)
    if opening is not None:
        return Found(options[opening].value, True, (0, len(cleaned))) if isinstance(opening, int) else None
    pointed = _answering(text, found, options)
    return _one_pointed_at(cleaned, found, pointed, options) or _in_other_words(text, found, pointed, options)


@cache
def _whichevers() -> PhraseBook:
    return PhraseBook({"whichever": read("choice")["whichever"]})


def says_whichever(text: str) -> bool:
    """ "Either", "any of them": the whole message leaves the choice to us."""
    return bool(_whichevers().exactly(without_courtesy(tokens(clean(text)))))


def read_candidates(text: str, options: Sequence[Option]) -> list[str]:
    """The two or three options between which the words do not decide: "1 or 2", a street that two titles share."""
    found = _listened(clean(text), options)
    if says_wrong(found) or all_hits(found, options) or is_aside(text, found, options):
        return []
    pointed = picks(found, options)
    common = shared(found, options)
    if not pointed and common and _only_said(found, set(common)):
        lines = sorted(frozenset.intersection(*common.values()))
    else:
        lines = (
            sorted({line for pick in _meant(found, pointed, options) for line in pick.lines})
            if is_whole(found, pointed)
            else []
        )
    return [options[line].value for line in lines] if 1 < len(lines) <= MOST_CANDIDATES else []


MOST_CANDIDATES = 3


def _only_said(found: Sequence[Token], places: set[int]) -> bool:
    return all(token.is_mark or i in places or token.word in fillers() for i, token in enumerate(found))


def _answering(text: str, found: Sequence[Token], options: Sequence[Option]) -> list[Pick]:
    """What points at a line; in a question or a request only whole titles and numbers do."""
    pointed = picks(found, options)
    if asks_which(found) and not is_whole(found, pointed):
        return []  # "what does option 2 mean"
    aside = not all(pick.firm or pick.by_count for pick in pointed) and is_aside(text, found, options)
    return [pick for pick in pointed if pick.firm or pick.by_count] if aside else pointed


def _listened(cleaned: str, options: Sequence[Option]) -> list[Token]:
    """The tokens as they sound, cut where nobody answers at such length."""
    found = written_out(tokens(cleaned))
    if len(found) > LONGEST:
        found = [*found[:LONGEST], Token("unread", found[-1].start, found[-1].end)]
    return heard(found, title_words(tuple(options)))


def _one_pointed_at(
    cleaned: str, found: Sequence[Token], pointed: Sequence[Pick], options: Sequence[Option]
) -> Found | None:
    in_several = shared(found, options)
    common = _undenied(found, pointed, in_several)
    pointed = _joined(pointed, in_several)
    meant = [pick for pick in _meant(found, pointed, options) if not (len(pick.lines) > 1 and pick.start in in_several)]
    lines = {line for pick in meant for line in pick.lines}
    if len(lines) == 1 and not all(lines <= held for held in common.values()):
        return None
    if len(lines) == 1 and all(hit.value == REST for hit in all_hits(found, options)):
        return _found(found, pointed, meant, options[lines.pop()].value)
    if not meant and (_says_none(found) or (not pointed and denies_the_list(found, troubles=False))):
        return _nothing_listed(options, len(cleaned))
    return None if meant else _the_other_of_two(cleaned, found, pointed, options)


def _undenied(
    found: Sequence[Token], pointed: Sequence[Pick], common: Mapping[int, frozenset[int]]
) -> dict[int, frozenset[int]]:
    """The words several titles share, without those that are denied or stand in a pick."""
    taken = {i for pick in pointed for i in range(pick.start, pick.end)}
    loose = {i: held for i, held in common.items() if i not in taken}
    spots = sorted([*pointed, *(Pick(tuple(sorted(held)), i, i + 1, False) for i, held in loose.items())], key=_place)
    gone = {spot.start for spot, no in zip(spots, denied(found, spots, fine_denies=False), strict=True) if no}
    return {i: held for i, held in loose.items() if i not in gone}


def _place(pick: Pick) -> int:
    return pick.start


def _the_other_of_two(
    cleaned: str, found: Sequence[Token], pointed: Sequence[Pick], options: Sequence[Option]
) -> Found | None:
    """ "Not Lytham", where there are only two and neither says yes or no."""
    lines = {line for pick in pointed for line in pick.lines}
    if len(options) != _TWO or len(lines) != 1 or not is_whole(found, pointed) or as_yes_no("yes", options):
        return None
    return Found(options[1 - lines.pop()].value, True, (0, len(cleaned)))


_TWO = 2


def _nothing_listed(options: Sequence[Option], length: int) -> Found | None:
    """ "None of these" on a list without such a line is its "something else", if it has one."""
    nones = [option.value for option in options if is_none_line(option) or option.value == "no"]
    others = [option.value for option in options if fold(option.title).startswith(("something else", "other"))]
    value = next(iter(nones or others), None)
    return Found(value, True, (0, length)) if value else None


def _in_other_words(
    text: str, found: Sequence[Token], pointed: Sequence[Pick], options: Sequence[Option]
) -> Found | None:
    """The answer where nothing points at one line: yes and no, words left out or swapped, or the list's own subject."""
    if any(pick.firm for pick in _meant(found, pointed, options)) or all_hits(found, options):
        return None
    answer = as_yes_no(text, options)
    if answer:
        return answer
    if is_aside(text, found, options):
        return None
    topic = read_topic(text, options)
    if topic and len(topic[0]) == 1:
        return replace(topic[1], value=options[topic[0][0]].value)
    line = by_words(found, options)
    return None if line is None else Found(options[line].value, True, (found[0].start, found[-1].end))


def _joined(pointed: Sequence[Pick], common: Mapping[int, frozenset[int]]) -> list[Pick]:
    """The picks, and the words that several titles share: those only narrow a pick."""
    taken = {i for pick in pointed for i in range(pick.start, pick.end)}
    narrowing = [Pick(tuple(sorted(held)), i, i + 1, False) for i, held in common.items() if i not in taken]
    kept = [pick for pick in pointed if not (pick.just_one and pick.start - 1 in common)]  # "the tuesday one"
    return sorted([*kept, *narrowing], key=lambda pick: pick.start) if kept else []


def read_choices(text: str, options: Sequence[Option]) -> Found | None:
    """The values of the options meant, in the order said; [] for "none of these" where no option says that."""
    cleaned = clean(text)
    found = _listened(cleaned, options)
    if (_says_none(found) or _says_done(found, options)) or (denies_the_list(found) and not picks(found, options)):
        none = [option.value for option in options if is_none_line(option)]
        return Found(none, True, (0, len(cleaned)))
    pointed = _answering(text, found, options)
    whole = is_whole(found, pointed)
    total = _total(found, options, pointed) if whole else None
    if total is not None:
        return Found([options[line].value for line in total], True, (0, len(cleaned))) if total else None
    meant = _without_refused(found, _meant(found, pointed, options), options)
    lines = dict.fromkeys(line for pick in meant for line in pick.lines)
    if lines:
        return _found(found, pointed, meant, _without_none([options[line].value for line in lines]))
    return _several_in_other_words(text, found, pointed, options)


def _several_in_other_words(
    text: str, found: Sequence[Token], pointed: Sequence[Pick], options: Sequence[Option]
) -> Found | None:
    if any(pick.firm for pick in pointed) or all_hits(found, options) or is_aside(text, found, options):
        return None
    topic = read_topic(text, options)
    if topic:
        return replace(topic[1], value=[options[line].value for line in topic[0]])
    line = by_words(found, options)
    return None if line is None else Found([options[line].value], True, (found[0].start, found[-1].end))


def _without_refused(found: Sequence[Token], meant: list[Pick], options: Sequence[Option]) -> list[Pick]:
    """ "Rather not say" takes with it what it is said of; a line told all the same stands without it."""
    line = next((n for n, option in enumerate(options) if option.value == "rather_not_say"), None)
    refused = [pick for pick in meant if line in pick.lines and not pick.by_count]
    told = [pick for pick in meant if pick not in refused]
    spans = [(pick.start, pick.end) for pick in refused]
    kept = [pick for pick in told if told_all_the_same(found, (pick.start, pick.end), spans)]
    return kept or refused or meant


def _without_none(values: list[str]) -> list[str]:
    """ "None" beside something named says nothing."""
    return [value for value in values if value != NONE] or values


def _meant(found: Sequence[Token], pointed: Sequence[Pick], options: Sequence[Option]) -> list[Pick]:
    return those_meant(found, pointed, fine_denies=subject_of(tuple(options)) in OF_TROUBLES)


OF_TROUBLES = frozenset({"barriers", "health"})
"""Subjects of which "fine" says that there is no trouble with it."""


def _found(found: Sequence[Token], pointed: Sequence[Pick], meant: Sequence[Pick], value: str | list[str]) -> Found:
    whole = is_whole(found, pointed)
    span = (found[0].start, found[-1].end) if whole else (found[meant[0].start].start, found[meant[-1].end - 1].end)
    glued = any(len(pick.lines) > 1 and pick.end == pick.start + 1 for pick in meant)
    return Found(value, whole, span, sure=not glued and all(pick.firm or whole for pick in meant))


def _total(found: Sequence[Token], options: Sequence[Option], pointed: Sequence[Pick]) -> list[int] | None:
    """All lines, less those named after "but", "except", "apart from"; None where "all" was not said."""
    hits = all_hits(found, options)
    if not hits or is_stray(found, hits[0]) or _is_denied(found, hits[0]):
        return None
    every = [line for line, option in enumerate(options) if not _never_in_all(option)]
    if hits[0].value == "both" and len(every) != 2:
        return None
    excepted = [i for i, token in enumerate(found) if token.word in word_set("choice", "left_out")]
    but = next((i for i in excepted if i >= hits[0].end or i == 0), len(found))  # "apart from 2, all of them"
    named = [pick for pick in pointed if not hits[0].start <= pick.start < hits[0].end]
    out = {line for pick in named if pick.start >= but for line in pick.lines}
    if any(hits[0].end <= pick.start < but for pick in named) or (hits[0].value == REST and not out):
        return None
    return [line for line in every if line not in out]


def _is_denied(found: Sequence[Token], every: Hit) -> bool:
    """ "Not all of them" leaves open which."""
    return every.value != REST and any(token.word in NOT_ALL for token in found[max(0, every.start - 2) : every.start])


NOT_ALL = frozenset({"not", "isnt", "arent", "dont", "hardly"})


def _never_in_all(option: Option) -> bool:
    """Whether the line is a way round the list, which "all of them" does not mean."""
    around = ("rather not", "prefer not", "other times")
    return option.value in NEVER_IN_ALL or is_none_line(option) or fold(option.title).startswith(around)


def _says_none(found: Sequence[Token]) -> bool:
    bare = without_courtesy(found)
    return bool(bare and _nones().exactly(bare))


def _says_done(found: Sequence[Token], options: Sequence[Option]) -> bool:
    """ "Thats all" on a list with a line for nothing more."""
    bare = without_courtesy(found)
    return bool(bare and _dones().exactly(bare)) and any(map(is_none_line, options))


@cache
def _dones() -> PhraseBook:
    return PhraseBook({"done": read("choice")["done"]}, word_set("ordinary_words", "words"))
