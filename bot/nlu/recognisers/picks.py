"""Where a text points at lines of a list: numbers, places in the list, letters, titles and parts of titles."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from bot.nlu.recognisers.counted import counted_picks
from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.none_said import NO, is_none_line
from bot.nlu.recognisers.options import Option, Pick
from bot.nlu.recognisers.phrases import Hit, PhraseBook
from bot.nlu.recognisers.text import Token, bag, clean, fold, tokens
from bot.nlu.recognisers.topics import means_something_else, topic_hits

_FEW_LETTERS = 5
DAYS = {
    "mon": "mon/monday", "tue": "tue/tues/tuesday", "wed": "wed/weds/wednesday", "thu": "thu/thur/thurs/thursday",
    "fri": "fri/friday", "sat": "sat/saturday", "sun": "sun/sunday",
}  # fmt: skip


def picks(found: Sequence[Token], options: Sequence[Option]) -> list[Pick]:
    """Everything in the text that points at a line, in reading order and without overlaps; titles first."""
    hits = [hit for hit in _titles(found, options) if not _is_a_bare_no(found, hit, options)]
    titled = [Pick((int(hit.value[1:]),), hit.start, hit.end, hit.value[0] == "t") for hit in hits]
    titled = [pick for pick in titled if pick.firm or not means_something_else(found, pick.start, pick.end, options)]
    common = shared(found, options)  # "call" is of no one line where two titles hold it
    topical = [
        (line, hit) for line, hit in topic_hits(found, options) if not set(range(hit.start, hit.end)) <= set(common)
    ]
    titled = _with_topics(titled, [Pick((line,), hit.start, hit.end, False) for line, hit in topical])
    counted = _past_the_way_round(found, counted_picks(found, len(options)), options)
    taken = {i for pick in titled for i in range(pick.start, pick.end)}
    ones = {pick.start for pick in counted if pick.just_one and pick.start - 1 in taken}
    titled = [pick._replace(end=pick.end + (pick.end in ones)) for pick in titled]  # "the thursday 1"
    counted = [pick for pick in counted if not (found[pick.start].word == "centre" and pick.start in common)]
    begins = {pick.start: pick.lines for pick in titled}
    counted = [pick for pick in counted if not _counts_things(found, pick, begins)]
    rest = [pick for pick in counted if pick.start not in ones and not taken & set(range(pick.start, pick.end))]
    return sorted(titled + rest, key=lambda pick: pick.start)


def _is_a_bare_no(found: Sequence[Token], hit: Hit, options: Sequence[Option]) -> bool:
    """ "No" among other words denies; it is the line "None" only where it is all that was said."""
    line = options[int(hit.value[1:])]
    return is_none_line(line) and len(found) > 1 and all(token.word in NO for token in found[hit.start : hit.end])


def _counts_things(found: Sequence[Token], pick: Pick, begins: Mapping[int, tuple[int, ...]]) -> bool:
    """ "One knee", "2 kids", "1 of my knees": how many there are of a thing that another line has."""
    if pick.firm or pick.end - pick.start > 1 or len(pick.lines) > 1 or pick.end >= len(found):
        return False
    of = found[pick.end].word == "of" and pick.end + 1 < len(found) and found[pick.end + 1].word in WHOSE
    return of or begins.get(pick.end, pick.lines) != pick.lines


WHOSE = bag("my our his her their your")
LASTS = bag("last bottom final end lowest")


def _past_the_way_round(found: Sequence[Token], counted: list[Pick], options: Sequence[Option]) -> list[Pick]:
    """Where the list ends in "Other times", the last one may be that or the line before; the middle does not count it."""
    end = len(options) - 1
    if end < _FEWEST or not (options[end].value == "other_times" or fold(options[end].title).startswith("other times")):
        return counted
    both = [
        pick._replace(lines=(end - 1, end))
        if pick.lines == (end,) and any(token.word in LASTS for token in found[pick.start : pick.end])
        else pick
        for pick in counted
    ]
    middle = [i for i, token in enumerate(found) if token.word in {"middle", "centre"}] if end % 2 else []
    return both or [Pick((end // 2,), i, i + 1, False, by_count=True) for i in middle]


_FEWEST = 2


def _with_topics(titled: Sequence[Pick], topical: Sequence[Pick]) -> list[Pick]:
    """The titles, and wordings of a line's subject; a longer wording wins over a word of some title inside it."""
    kept: list[Pick] = []
    for pick in titled:
        over = [other for other in topical if other.start <= pick.start and pick.end <= other.end]
        if not any(other.end - other.start > pick.end - pick.start for other in over):
            kept.append(pick)
    taken = {i for pick in kept for i in range(pick.start, pick.end)}
    return kept + [pick for pick in topical if not taken & set(range(pick.start, pick.end))]


def shared(found: Sequence[Token], options: Sequence[Option]) -> dict[int, frozenset[int]]:
    """The tokens that several titles hold, with the lines of those titles: "tuesday" where two openings are that day."""
    held = _held_by_several(tuple(options))
    return {i: held[token.word] for i, token in enumerate(found) if token.word in held}


@lru_cache(maxsize=256)
def _held_by_several(options: tuple[Option, ...]) -> dict[str, frozenset[int]]:
    owners: dict[str, set[int]] = {}
    for line, option in enumerate(options):
        for word in _content(option):
            for name in DAYS.get(word[:3], word).split("/") if word in _day_words() else (word,):
                owners.setdefault(name, set()).add(line)
    return {word: frozenset(lines) for word, lines in owners.items() if len(lines) > 1}


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
        alone = [] if denies(option) else _content(option)
        alone = [word for word in alone if owners[word] == 1 and not _is_a_line(word, len(options))]
        phrases[f"w{line}"] = [DAYS.get(word[:3], word) if word in _day_words() else word for word in alone]
    shared = Counter(phrase for listed in phrases.values() for phrase in set(listed))
    return PhraseBook(
        {
            value: [phrase for phrase in listed if shared[phrase] == 1 or value[0] == "w"]
            for value, listed in phrases.items()
        },
        word_set("ordinary_words", "words"),
    )


@cache
def _day_words() -> frozenset[str]:
    return frozenset(name for listed in DAYS.values() for name in listed.split("/"))


@lru_cache(maxsize=1024)
def denies(option: Option) -> bool:
    """Whether a title says that something is not so: a word of it alone ("safe") would say the contrary."""
    said = tokens(clean(option.title))
    return bool(said) and said[0].word in word_set("small_words", "negators")


def _is_a_line(word: str, count: int) -> bool:
    return word.isdigit() and int(word[:9]) <= count


def _parts(option: Option) -> Iterator[str]:
    """The title, what stands between its commas and "or"s, and the other words for it."""
    title = [token.word for token in tokens(clean(option.title)) if not token.is_mark]
    yield " ".join(title)
    if len(title) > 1 and all(word.isalpha() for word in title):
        yield "".join(title)  # "inperson"
    yield from (a + b for a, b in pairwise(title) if len(a + b) > _FEW_LETTERS and (a + b).isalpha())  # "parkview"
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
