"""Picking from a numbered list: by number, word, letter, place or title; one or several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from bot.nlu.recognisers import scope
from bot.nlu.recognisers.free_text import without_courtesy
from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.phrases import Hit, PhraseBook
from bot.nlu.recognisers.picks import Option, Pick, picks, shared
from bot.nlu.recognisers.text import Token, clean, tokens
from bot.nlu.recognisers.values import Found
from bot.nlu.recognisers.yes_no import read_yes_no

NONE = "none"
NEVER_IN_ALL = frozenset({NONE, "rather_not_say", "other_times"})


@cache
def _totals() -> PhraseBook:
    return PhraseBook({key: read("choice")[key] for key in ("all", "both")})


@cache
def _nones() -> PhraseBook:
    return PhraseBook({NONE: read("choice")[NONE]})


def read_choice(text: str, options: Sequence[Option]) -> Found | None:
    """The value of the one option meant; None where none or several are."""
    cleaned = clean(text)
    found = tokens(cleaned)
    common = shared(found, options)
    pointed = _joined(picks(found, options), common)
    meant = [pick for pick in _meant(found, pointed) if not (len(pick.lines) > 1 and pick.start in common)]
    lines = {line for pick in meant for line in pick.lines}
    if len(lines) == 1 and not all(lines <= held for held in common.values()):
        return None
    if len(lines) == 1 and not _totals().find(found):
        return _found(found, pointed, meant, options[lines.pop()].value)
    if not meant and _says_none(found):
        none = next((option.value for option in options if option.value in {NONE, "no"}), None)
        return Found(none, True, (0, len(cleaned))) if none else None
    return None if meant else _as_yes_no(text, options)


def _joined(pointed: Sequence[Pick], common: Mapping[int, frozenset[int]]) -> list[Pick]:
    """The picks, and the words that several titles share: those only narrow a pick."""
    taken = {i for pick in pointed for i in range(pick.start, pick.end)}
    narrowing = [Pick(tuple(sorted(held)), i, i + 1, False) for i, held in common.items() if i not in taken]
    kept = [pick for pick in pointed if not (pick.just_one and pick.start - 1 in common)]  # "the tuesday one"
    return sorted([*kept, *narrowing], key=lambda pick: pick.start) if kept else []


def read_choices(text: str, options: Sequence[Option]) -> Found | None:
    """The values of the options meant, in the order said; [] for "none of these" where no option says that."""
    cleaned = clean(text)
    found = tokens(cleaned)
    if _says_none(found):
        none = [option.value for option in options if option.value == NONE]
        return Found(none, True, (0, len(cleaned)))
    pointed = picks(found, options)
    whole = _whole(found, pointed)
    total = _total(found, options, pointed) if whole else None
    if total is not None:
        return Found([options[line].value for line in total], True, (0, len(cleaned))) if total else None
    meant = _meant(found, pointed)
    lines = dict.fromkeys(line for pick in meant for line in pick.lines)
    if not lines:
        return None
    return _found(found, pointed, meant, _without_none([options[line].value for line in lines]))


def _without_none(values: list[str]) -> list[str]:
    """ "None" beside something named says nothing."""
    return [value for value in values if value != NONE] or values


def _found(found: Sequence[Token], pointed: Sequence[Pick], meant: Sequence[Pick], value: str | list[str]) -> Found:
    whole = _whole(found, pointed)
    span = (found[0].start, found[-1].end) if whole else (found[meant[0].start].start, found[meant[-1].end - 1].end)
    glued = any(len(pick.lines) > 1 and pick.end == pick.start + 1 for pick in meant)
    return Found(value, whole, span, sure=not glued and all(pick.firm or whole for pick in meant))


def _meant(found: Sequence[Token], pointed: Sequence[Pick]) -> list[Pick]:
    """The picks that are not denied; in the midst of other words only the firm ones."""
    whole = _whole(found, pointed)
    hits = [Hit("", pick.start, pick.end) for pick in pointed]
    only = next((i for i, token in enumerate(found) if token.word in {"apart", "except"}), 0)
    excepted = only and found[0].word in {"none", "nothing", "not"}  # "none apart from money"
    owned = scope.owners(hits)
    kept = [pick for pick, hit in zip(pointed, hits, strict=True) if excepted or not scope.denied(found, owned, hit)]
    return [pick for pick in kept if whole or pick.firm]


def _whole(found: Sequence[Token], pointed: Sequence[Pick]) -> bool:
    covered = {i for pick in pointed for i in range(pick.start, pick.end)}
    covered |= {i for hit in _totals().find(found) for i in range(hit.start, hit.end)}
    filler = word_set("choice", "filler")
    return all(token.is_mark or i in covered or token.word in filler for i, token in enumerate(found))


def _total(found: Sequence[Token], options: Sequence[Option], pointed: Sequence[Pick]) -> list[int] | None:
    """All lines, less those named after "but", "except", "apart from"; None where "all" was not said."""
    hits = _totals().find(found)
    if not hits:
        return None
    every = [line for line, option in enumerate(options) if option.value not in NEVER_IN_ALL]
    if hits[0].value == "both" and len(every) != 2:
        return None
    but = next(
        (i for i in range(hits[0].end, len(found)) if found[i].word in word_set("choice", "left_out")), len(found)
    )
    out = {line for pick in pointed if pick.start >= but for line in pick.lines}
    named = {line for pick in pointed if hits[0].end <= pick.start < but for line in pick.lines}
    if named:
        return None
    return [line for line in every if line not in out]


def _says_none(found: Sequence[Token]) -> bool:
    bare = without_courtesy(found)
    return bool(bare and _nones().exactly(bare))


def _as_yes_no(text: str, options: Sequence[Option]) -> Found | None:
    """A list whose lines are yes and no takes any wording of them."""
    if not {"yes", "no"} <= {option.value for option in options}:
        return None
    answer = read_yes_no(text)
    return answer if answer and any(option.value == answer.value for option in options) else None
