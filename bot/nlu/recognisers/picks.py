"""Where a text points at lines of a list: numbers, places in the list, letters, titles and parts of titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.numbers import number_at, ordinal_at
from bot.nlu.recognisers.phrases import Hit, PhraseBook
from bot.nlu.recognisers.text import Token, clean, tokens

DAYS = {
    "mon": "mon/monday", "tue": "tue/tues/tuesday", "wed": "wed/weds/wednesday", "thu": "thu/thur/thurs/thursday",
    "fri": "fri/friday", "sat": "sat/saturday", "sun": "sun/sunday",
}  # fmt: skip
ENDS_A_PICK = frozenset(
    {"", ",", ".", ";", ")", "!", "-", ":", "but", "because", "cos", "coz", "cause", "please", "pls", "plz"}
)
JOINS = frozenset({"and", "&", "+", ",", "/", "n", "or", "plus", "also", ".", ";"})


@dataclass(frozen=True, slots=True)
class Option:
    """One line of a list: its value, the title shown, and other words for it."""

    value: str
    title: str
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pick:
    """Tokens that point at lines of the list (counted from 0); `firm` = also in the midst of other words."""

    lines: tuple[int, ...]
    start: int
    end: int
    firm: bool
    just_one: bool = False  # "one" or "1", which after a title is no number


def picks(found: Sequence[Token], options: Sequence[Option]) -> list[Pick]:
    """Everything in the text that points at a line, in reading order and without overlaps; titles first."""
    titled = [Pick((int(hit.value[1:]),), hit.start, hit.end, hit.value[0] == "t") for hit in _titles(found, options)]
    counted = _letters(found, len(options)) or [*_counted(found, len(options))]
    taken = {i for pick in titled for i in range(pick.start, pick.end)}
    ones = {pick.start for pick in counted if pick.just_one and pick.start - 1 in taken}
    titled = [replace(pick, end=pick.end + (pick.end in ones)) for pick in titled]  # "the thursday 1"
    rest = [pick for pick in counted if pick.start not in ones and not taken & set(range(pick.start, pick.end))]
    return sorted(titled + rest, key=lambda pick: pick.start)


def shared(found: Sequence[Token], options: Sequence[Option]) -> dict[int, frozenset[int]]:
    """The tokens that several titles hold, with the lines of those titles: "tuesday" where two openings are that day."""
    owners: dict[str, set[int]] = {}
    for line, option in enumerate(options):
        for word in _content(option):
            for name in DAYS.get(word[:3], word).split("/") if word in _day_words() else (word,):
                owners.setdefault(name, set()).add(line)
    lines = {i: owners.get(token.word, set()) for i, token in enumerate(found)}
    return {i: frozenset(held) for i, held in lines.items() if len(held) > 1}


# --- titles ------------------------------------------------------------------------------------------------------------


def _titles(found: Sequence[Token], options: Sequence[Option]) -> list[Hit]:
    """Hits whose value is "t3" for a title (or one of its parts) and "w3" for a single word of it."""
    hits = sorted(_title_book(tuple(options)).find(found), key=lambda hit: (hit.start, hit.end, hit.value))
    return [hit for i, hit in enumerate(hits) if i == 0 or (hit.start, hit.end) != (hits[i - 1].start, hits[i - 1].end)]


@lru_cache(maxsize=256)
def _title_book(options: tuple[Option, ...]) -> PhraseBook:
    phrases: dict[str, list[str]] = {}
    for line, option in enumerate(options):
        phrases[f"t{line}"] = list(_parts(option))
    owners = Counter(word for option in options for word in _content(option))
    for line, option in enumerate(options):
        alone = [word for word in _content(option) if owners[word] == 1 and not _is_a_line(word, len(options))]
        phrases[f"w{line}"] = [DAYS.get(word[:3], word) if word in _day_words() else word for word in alone]
    shared = Counter(phrase for listed in phrases.values() for phrase in set(listed))
    return PhraseBook(
        {
            value: [phrase for phrase in listed if shared[phrase] == 1 or value[0] == "w"]
            for value, listed in phrases.items()
        },
        word_set("ordinary_words", "words"),
    )


def _day_words() -> frozenset[str]:
    return frozenset(name for listed in DAYS.values() for name in listed.split("/"))


def _is_a_line(word: str, count: int) -> bool:
    return word.isdigit() and int(word[:9]) <= count


def _parts(option: Option) -> Iterator[str]:
    """The title, what stands between its commas and "or"s, and the other words for it."""
    title = [token.word for token in tokens(clean(option.title)) if not token.is_mark]
    yield " ".join(title)
    yield " ".join(DAYS.get(word[:3], word) if word in _day_words() else word for word in title)
    for other in option.also:
        yield " ".join(token.word for token in tokens(clean(other)) if not token.is_mark)
    part: list[str] = []
    for token in [*tokens(clean(option.title)), Token(",", 0, 0)]:
        if token.is_mark or token.word in {"or", "and"}:
            if part and not all(_too_common(word) for word in part):
                yield " ".join(part)
            part = []
        else:
            part.append(token.word)


def _too_common(word: str) -> bool:
    return word in word_set("choice", "common") or (word.isdigit() and len(word) < 2)


def _content(option: Option) -> list[str]:
    said = [option.title, *option.also]
    listed = [token.word for text in said for token in tokens(clean(text)) if not token.is_mark]
    return [word for word in dict.fromkeys(listed) if not _too_common(word) and (len(word) > 2 or word.isdigit())]


# --- numbers and places ------------------------------------------------------------------------------------------------


def _counted(found: Sequence[Token], count: int) -> Iterator[Pick]:
    i = 0
    opening = next((i for i, token in enumerate(found) if not _opens(token)), len(found))
    while i < len(found):
        number = _number(found, i, count, opening)
        pick = _place(found, i, count) or _range(found, i, count) or number or _glued(found, i, count)
        if pick:
            yield pick
        i = pick.end if pick else i + 1


def _number(found: Sequence[Token], i: int, count: int, opening: int) -> Pick | None:
    """2; two; option 2; no. 2; #2."""
    number = number_at(found, i)
    if number is None or not 1 <= number[0] <= count or _word(found, i) in {"0"}:
        return None
    value, end = number
    if _word(found, i) == "one" and _word(found, i - 1) in {
        "the",
        "this",
        "that",
        "which",
        "either",
        "any",
        "no",
        "only",
    }:
        return None
    start = _cue_before(found, i)
    return Pick(
        (value - 1,),
        start,
        end,
        start < i or (i <= opening and _stops_after(found, end)),
        found[i].word in {"1", "one"},
    )


def _cue_before(found: Sequence[Token], i: int) -> int:
    """Where the words that make it a pick begin: "no.", "option", "#"."""
    j = i - 1
    if j >= 1 and found[j].word in {".", ":"} and found[j].end <= found[i].start:
        j -= 1
    if j >= 0 and (found[j].word in word_set("choice", "cue") or found[j].word == "#"):
        return j
    return i


def _opens(token: Token) -> bool:
    """Whether a token may stand before a number that opens the message."""
    return token.is_mark or token.is_number or token.word in JOINS


def _stops_after(found: Sequence[Token], end: int) -> bool:
    """Whether the number ends there: "1 but ...", "2. because"."""
    return _word(found, end) in ENDS_A_PICK | JOINS


def _range(found: Sequence[Token], i: int, count: int) -> Pick | None:
    """1-3; 1 to 3."""
    first = number_at(found, i)
    if first is None or _word(found, first[1]) not in {"-", "to", "thru", "through", "til", "till"}:
        return None
    last = number_at(found, first[1] + 1)
    if last is None or not 1 <= first[0] < last[0] <= count:
        return None
    return Pick(tuple(range(first[0] - 1, last[0])), i, last[1], i == 0)


def _glued(found: Sequence[Token], i: int, count: int) -> Pick | None:
    """ "13" on a list of eight is 1 and 3."""
    word = _word(found, i)
    if not found[i].is_number or int(word[:9]) <= count or not 1 < len(word) <= count or count > 9:
        return None
    lines = tuple(int(char) - 1 for char in word)
    if len(set(lines)) < len(lines) or not all(0 <= line < count for line in lines) or list(lines) != sorted(lines):
        return None
    return Pick(lines, i, i + 1, False)


def _place(found: Sequence[Token], i: int, count: int) -> Pick | None:
    """first, 2nd one, the last, the last two, top, bottom, middle."""
    word = _word(found, i)
    if word in {"first", "last", "top", "bottom"}:
        several = number_at(found, i + 1)
        if several and 1 < several[0] <= count:
            lines = range(several[0]) if word in {"first", "top"} else range(count - several[0], count)
            return Pick(tuple(lines), i, several[1], True)
    ends = {"last": count, "bottom": count, "final": count, "top": 1}
    if word in {"middle", "centre"} and count % 2:
        ends[word] = (count + 1) // 2
    place = (ends[word], i + 1) if word in ends else ordinal_at(found, i)
    if place is None or not 1 <= place[0] <= count:
        return None
    end = place[1] + (_word(found, place[1]) in {"one", "option", "choice"})
    return Pick((place[0] - 1,), i, end, end > place[1] and _word(found, i - 1) == "the")


def _letters(found: Sequence[Token], count: int) -> list[Pick]:
    """a; b); a and c; option B: only where letters are all that is said."""
    letters = "abcdefghij"[:count]
    bare = [(i, token.word) for i, token in enumerate(found) if not token.is_mark]
    said = [(i, word) for i, word in bare if word not in JOINS and word not in word_set("choice", "cue")]
    courtesy = word_set("small_words", "courtesy")
    said = [(i, word) for i, word in said if word not in courtesy]
    if not said or not all(len(word) == 1 and word in letters for _, word in said):
        return []
    return [Pick((letters.index(word),), i, i + 1, True) for i, word in said]


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
