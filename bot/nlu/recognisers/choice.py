"""Picking from a numbered list: by number, word, letter, place or title; one or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from bot.nlu.recognisers import scope
from bot.nlu.recognisers.asides import is_aside, says_wrong
from bot.nlu.recognisers.free_text import book, without_courtesy
from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.opening_words import read_opening
from bot.nlu.recognisers.options import Option, Pick
from bot.nlu.recognisers.phrases import Hit, PhraseBook
from bot.nlu.recognisers.picks import picks, shared
from bot.nlu.recognisers.sounds import heard
from bot.nlu.recognisers.text import Token, clean, fold, tokens
from bot.nlu.recognisers.title_words import as_yes_no, by_words, title_words
from bot.nlu.recognisers.topics import GENERAL, read_topic
from bot.nlu.recognisers.values import Found

NONE = "none"
TAKEN_BACK = "taken_back"
LONGEST = 150  # tokens: an answer that picks from a list is shorter
NEVER_IN_ALL = frozenset({NONE, "rather_not_say", "other_times"})


@cache
def _totals() -> PhraseBook:
    return PhraseBook({key: read("choice")[key] for key in ("all", "both", TAKEN_BACK)})


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
    if says_wrong(found) or _all_hits(found) or is_aside(text, found, options):
        return []
    pointed = picks(found, options)
    common = shared(found, options)
    if not pointed and common and _only_said(found, set(common)):
        lines = sorted(frozenset.intersection(*common.values()))
    else:
        lines = (
            sorted({line for pick in _meant(found, pointed) for line in pick.lines}) if _whole(found, pointed) else []
        )
    return [options[line].value for line in lines] if 1 < len(lines) <= MOST_CANDIDATES else []


MOST_CANDIDATES = 3


def _only_said(found: Sequence[Token], places: set[int]) -> bool:
    filler = word_set("choice", "filler") | word_set("choice", "cue")
    return all(token.is_mark or i in places or token.word in filler for i, token in enumerate(found))


def _answering(text: str, found: Sequence[Token], options: Sequence[Option]) -> list[Pick]:
    """What points at a line; in a question or a request only whole titles and numbers do."""
    pointed = picks(found, options)
    aside = not all(pick.firm or pick.by_count for pick in pointed) and is_aside(text, found, options)
    return [pick for pick in pointed if pick.firm or pick.by_count] if aside else pointed


def _listened(cleaned: str, options: Sequence[Option]) -> list[Token]:
    """The tokens as they sound, cut where nobody answers at such length."""
    found = tokens(cleaned)
    if len(found) > LONGEST:
        found = [*found[:LONGEST], Token("unread", found[-1].start, found[-1].end)]
    return heard(found, title_words(tuple(options)))


def _one_pointed_at(
    cleaned: str, found: Sequence[Token], pointed: Sequence[Pick], options: Sequence[Option]
) -> Found | None:
    common = shared(found, options)
    pointed = _joined(pointed, common)
    meant = [pick for pick in _meant(found, pointed) if not (len(pick.lines) > 1 and pick.start in common)]
    lines = {line for pick in meant for line in pick.lines}
    if len(lines) == 1 and not all(lines <= held for held in common.values()):
        return None
    if len(lines) == 1 and not _all_hits(found):
        return _found(found, pointed, meant, options[lines.pop()].value)
    if not meant and _says_none(found):
        return _nothing_listed(options, len(cleaned))
    return None


def _nothing_listed(options: Sequence[Option], length: int) -> Found | None:
    """ "None of these" on a list without such a line is its "something else", if it has one."""
    nones = [option.value for option in options if _is_none(option) or option.value == "no"]
    others = [option.value for option in options if fold(option.title).startswith(("something else", "other"))]
    value = next(iter(nones or others), None)
    return Found(value, True, (0, length)) if value else None


def _in_other_words(
    text: str, found: Sequence[Token], pointed: Sequence[Pick], options: Sequence[Option]
) -> Found | None:
    """The answer where nothing points at one line: yes and no, words left out or swapped, or the list's own subject."""
    if any(pick.firm for pick in pointed) or _all_hits(found):
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
    if _says_none(found):
        none = [option.value for option in options if _is_none(option)]
        return Found(none, True, (0, len(cleaned)))
    pointed = _answering(text, found, options)
    whole = _whole(found, pointed)
    total = _total(found, options, pointed) if whole else None
    if total is not None:
        return Found([options[line].value for line in total], True, (0, len(cleaned))) if total else None
    meant = _meant(found, pointed)
    lines = dict.fromkeys(line for pick in meant for line in pick.lines)
    if lines:
        return _found(found, pointed, meant, _without_none([options[line].value for line in lines]))
    return _several_in_other_words(text, found, pointed, options)


def _several_in_other_words(
    text: str, found: Sequence[Token], pointed: Sequence[Pick], options: Sequence[Option]
) -> Found | None:
    if any(pick.firm for pick in pointed) or _all_hits(found) or is_aside(text, found, options):
        return None
    topic = read_topic(text, options)
    if topic:
        return replace(topic[1], value=[options[line].value for line in topic[0]])
    line = by_words(found, options)
    return None if line is None else Found([options[line].value], True, (found[0].start, found[-1].end))


def _without_none(values: list[str]) -> list[str]:
    """ "None" beside something named says nothing."""
    return [value for value in values if value != NONE] or values


def _found(found: Sequence[Token], pointed: Sequence[Pick], meant: Sequence[Pick], value: str | list[str]) -> Found:
    whole = _whole(found, pointed)
    span = (found[0].start, found[-1].end) if whole else (found[meant[0].start].start, found[meant[-1].end - 1].end)
    glued = any(len(pick.lines) > 1 and pick.end == pick.start + 1 for pick in meant)
    return Found(value, whole, span, sure=not glued and all(pick.firm or whole for pick in meant))


def _meant(found: Sequence[Token], pointed: Sequence[Pick]) -> list[Pick]:
    """The picks that are not denied or taken back; in the midst of other words only the firm ones."""
    whole = _whole(found, pointed)
    hits = [Hit("", pick.start, pick.end) for pick in pointed]
    owned = scope.owners(hits)
    excepted = _only_these_excepted(found)
    out = [not excepted and scope.denied(found, owned, hit) for hit in hits]
    back = _taken_back(found, pointed)
    kept = [pick for pick, denied in zip(pointed, out, strict=True) if not denied and pick.start >= back]
    gone = {line for pick, denied in zip(pointed, out, strict=True) if denied for line in pick.lines}
    left = [replace(pick, lines=tuple(line for line in pick.lines if line not in gone)) for pick in kept]
    return [pick for pick in left if pick.lines and (whole or pick.firm)]


def _only_these_excepted(found: Sequence[Token]) -> bool:
    """ "none apart from money" is money."""
    opens = bool(found) and found[0].word in {"none", "nothing", "not"}
    return opens and any(token.word in {"apart", "except"} for token in found[1:])


def _taken_back(found: Sequence[Token], pointed: Sequence[Pick]) -> int:
    """Where the answer begins anew: "1, no sorry 3"."""
    slips = [hit.end for hit in _totals().find(found) if hit.value == TAKEN_BACK]
    before_and_after = [i for i in slips if any(p.end <= i for p in pointed) and any(p.start >= i for p in pointed)]
    return before_and_after[-1] if before_and_after else 0


def _all_hits(found: Sequence[Token]) -> list[Hit]:
    """ "All", "both"; not inside a longer wording for one line, such as "can't do any of them"."""
    hits = [hit for hit in _totals().find(found) if hit.value != TAKEN_BACK]
    longer = book(GENERAL).find(found) if hits else []
    return [hit for hit in hits if not any(one.start < hit.start and hit.end <= one.end for one in longer)]


def _whole(found: Sequence[Token], pointed: Sequence[Pick]) -> bool:
    covered = {i for pick in pointed for i in range(pick.start, pick.end)}
    covered |= {i for hit in _totals().find(found) for i in range(hit.start, hit.end)}
    filler = word_set("choice", "filler") | word_set("choice", "cue")
    return all(token.is_mark or i in covered or token.word in filler for i, token in enumerate(found))


def _total(found: Sequence[Token], options: Sequence[Option], pointed: Sequence[Pick]) -> list[int] | None:
    """All lines, less those named after "but", "except", "apart from"; None where "all" was not said."""
    hits = _all_hits(found)
    if not hits:
        return None
    every = [line for line, option in enumerate(options) if not _never_in_all(option)]
    if hits[0].value == "both" and len(every) != 2:
        return None
    excepted = [i for i, token in enumerate(found) if token.word in word_set("choice", "left_out")]
    but = next((i for i in excepted if i >= hits[0].end or i == 0), len(found))  # "apart from 2, all of them"
    out = {line for pick in pointed if pick.start >= but for line in pick.lines}
    if any(hits[0].end <= pick.start < but for pick in pointed):
        return None
    return [line for line in every if line not in out]


def _is_none(option: Option) -> bool:
    """Whether the line says that nothing on the list fits."""
    return option.value == NONE or fold(option.title).startswith(("none", "neither"))


def _never_in_all(option: Option) -> bool:
    """Whether the line is a way round the list, which "all of them" does not mean."""
    around = ("rather not", "prefer not", "other times")
    return option.value in NEVER_IN_ALL or _is_none(option) or fold(option.title).startswith(around)


def _says_none(found: Sequence[Token]) -> bool:
    bare = without_courtesy(found)
    return bool(bare and _nones().exactly(bare))
