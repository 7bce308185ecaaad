"""Lines of a list named by number, place or letter: "2", "option two", "the last but one", "b)", "iv"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.numbers import ORDINAL_ENDINGS, number_at, opens_a_number, ordinal_at
from bot.nlu.recognisers.options import Pick
from bot.nlu.recognisers.text import Token, bag

ENDS_A_PICK = frozenset(
    {"", ",", ".", ";", ")", "!", "-", ":", "but", "because", "cos", "coz", "cause", "please", "pls", "plz"}
)
JOINS = frozenset({"and", "&", "+", ",", "/", "n", "or", "plus", "also", ".", ";"})
LONGEST_FIGURE = 6  # tokens to either side: a date has three numbers
STANDS_FOR_TO = bag("want wanna need like going got have able trying try used used nice easy hard ready")
ROMAN = {"ii": 2, "iii": 3, "iv": 4, "v": 5, "vi": 6, "vii": 7, "viii": 8}
LEADS_TO_A_LETTER = bag("with say pick choose take do for its be is thats prefer want answer letter option go opt")
MOST_OF_A_LIST = bag("them these those em")
ONES = bag("one 1 option choice un uns yin wan ane yun")
NOT_A_NUMBER_ONE = bag(
    "the this that which either any no only do good great nice a back another other same best bad next big easy"
)
SAYS_AN_AGE = bag("im am iam age aged be turned its")
OPENS_A_PICK = bag(
    "first last top bottom middle centre mid final end lowest former highest latter later other next one penultimate"
)
"""A pick by count begins with one of these or with a number."""
NO_PLAIN_NUMBERS = frozenset("{}<>=%$")


def counted_picks(found: Sequence[Token], count: int) -> list[Pick]:
    """The letters, where letters are all that is said; else the numbers and places."""
    if any(token.word in NO_PLAIN_NUMBERS for token in found):
        return []
    counted = _letters(found, count) or list(_counted(found, count)) or _one_letter(found, count)
    return [pick._replace(by_count=True) for pick in counted]


def _counted(found: Sequence[Token], count: int) -> Iterator[Pick]:
    i = 0
    opening = next((i for i, token in enumerate(found) if not _opens(token)), len(found))
    firm = -1  # where a number ended that counts among other words: what is joined to it counts too
    while i < len(found):
        if not (found[i].word in OPENS_A_PICK or opens_a_number(found[i])):
            i += 1
            continue
        number = _number(found, i, count, opening)
        pick = _place(found, i, count) or _range(found, i, count) or number or _glued(found, i, count)
        if pick:
            joined = firm >= 0 and all(token.word in JOINS for token in found[firm : pick.start])
            pick = pick._replace(firm=pick.firm or joined)
            firm = pick.end if pick.firm else -1
            yield pick
        i = pick.end if pick else i + 1


def _number(found: Sequence[Token], i: int, count: int, opening: int) -> Pick | None:
    """2; two; option 2; no. 2; #2."""
    number = number_at(found, i)
    if number is None or not 1 <= number[0] <= count or _word(found, i) in {"0"} or _part_of_a_figure(found, i):
        return None
    if _inside_a_code(found, i):
        return None
    value, end = number
    if _word(found, i) == "one" and (
        _word(found, i - 1) in NOT_A_NUMBER_ONE or _word(found, end) in {"at", "in", "on"}
    ):
        return None
    start = _cue_before(found, i)
    if start == i and _says_to_or_for(found, i):
        return None
    if _word(found, end) == "of" and _word(found, end + 1) in MOST_OF_A_LIST:
        return None
    if _word(found, start) == "no" and value == 1 and _word(found, end).isalpha() and not _stops_after(found, end):
        return None  # "no 1 cares"
    firm = start < i or (i <= opening and _stops_after(found, end))
    return Pick((value - 1,), start, end, firm, found[i].word in {"1", "one"})


def _says_to_or_for(found: Sequence[Token], i: int) -> bool:
    """Textspeak: "i need 2 go", "b 4 me"; a figure that stands for a word."""
    before, after = _word(found, i - 1), _word(found, i + 1)
    if found[i].word == "2":
        return before in STANDS_FOR_TO and after.isalpha() and after not in ENDS_A_PICK | JOINS
    return found[i].word == "4" and i > 0 and (after in {"me", "now", "us", "sure"} or _is_number(found, i + 1))


def _inside_a_code(found: Sequence[Token], i: int) -> bool:
    """EH1 1BE, 2pm, JOBS1: a figure that touches letters, unless they are "no", "nd", "pls" or the like."""
    if not found[i].is_number:
        return False
    touches_before = i > 0 and found[i - 1].end == found[i].start and found[i - 1].word.isalpha()
    touches_after = i + 1 < len(found) and found[i].end == found[i + 1].start and found[i + 1].word.isalpha()
    courtesy = word_set("small_words", "courtesy")
    if (
        touches_before
        and not (found[i - 1].word in courtesy and len(found[i - 1].word) > 1)
        and found[i - 1].word not in word_set("choice", "cue")
        and not (found[i - 1].word in JOINS and _is_number(found, i - 2))
    ):
        return True
    return touches_after and found[i + 1].word not in courtesy | ORDINAL_ENDINGS | JOINS


def _part_of_a_figure(found: Sequence[Token], i: int) -> bool:
    """2.30, 3/4/83, 10:30: figures with marks between them and no space, of which one is no line's number."""
    for step in (1, -1):
        at = i
        while abs(at - i) < LONGEST_FIGURE and _glued_to(found, at, step):
            at += 2 * step
            if _is_other(found, at):
                return True
    return False


def _glued_to(found: Sequence[Token], i: int, step: int) -> bool:
    other = i + 2 * step
    if not (0 <= other < len(found) and found[i].is_number and found[other].is_number):
        return False
    mark = found[i + step]
    first, last = sorted((i, other))
    return mark.word in {".", ":", "/"} and found[first].end == mark.start and mark.end == found[last].start


def _is_other(found: Sequence[Token], i: int) -> bool:
    """A figure of two digits or more, or nought, beside a mark: the minutes of a time, the year of a date."""
    return len(found[i].word) > 1 or found[i].word == "0"


def _is_number(found: Sequence[Token], i: int) -> bool:
    return 0 <= i < len(found) and found[i].is_number


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
    if first is None or _word(found, first[1]) not in {"-", "to", "thru", "through", "til", "till", "upto"}:
        return None
    last = number_at(found, first[1] + 1 + (_word(found, first[1] + 1) == "to"))
    if last is None or not 1 <= first[0] < last[0] <= count:
        return None
    return Pick(tuple(range(first[0] - 1, last[0])), i, last[1], i == 0)


def _glued(found: Sequence[Token], i: int, count: int) -> Pick | None:
    """ "13" on a list of eight is 1 and 3."""
    word = _word(found, i)
    if sum(token.is_number for token in found) > 1 or _word(found, i - 1) in SAYS_AN_AGE:
        return None
    if not found[i].is_number or int(word[:9]) <= count or not 1 < len(word) <= count or count > 9:
        return None
    lines = tuple(int(char) - 1 for char in word)
    if len(set(lines)) < len(lines) or not all(0 <= line < count for line in lines) or list(lines) != sorted(lines):
        return None
    return Pick(lines, i, i + 1, False)


def _place(found: Sequence[Token], i: int, count: int) -> Pick | None:
    """first, 2nd one, the last, the last two, top, bottom, middle; not "take it from the top"."""
    word = _word(found, i)
    if _words(found, i - 2, i) == ("from", "the") and _word(found, i - 3) not in {"apart", "aside"}:
        return None
    if word in {"first", "last", "top", "bottom"}:
        several = number_at(found, i + 1)
        if several and 1 < several[0] <= count:
            lines = range(several[0]) if word in {"first", "top"} else range(count - several[0], count)
            return Pick(tuple(lines), i, several[1], True)
    middle = number_at(found, i + 1) if word == "middle" else None
    if middle and 1 < middle[0] < count and (count - middle[0]) % 2 == 0:
        first = (count - middle[0]) // 2
        return Pick(tuple(range(first, first + middle[0])), i, middle[1], True)
    place = _from_the_end(found, i, count) or _end_or_middle(found, i, count) or ordinal_at(found, i)
    if place is None or not 1 <= place[0] <= count:
        return None
    end = _past_where(found, place[1])
    end += _word(found, end) in ONES
    start = i - (_word(found, i - 1) in {"one", "1"})
    start = (
        i - 3
        if _words(found, i - 3, i) in {("one", "at", "the"), ("one", "in", "the"), ("one", "on", "the")}
        else start
    )
    return Pick((place[0] - 1,), start, end, end > place[1] and _word(found, i - 1) == "the")


def _end_or_middle(found: Sequence[Token], i: int, count: int) -> tuple[int, int] | None:
    word = _word(found, i)
    ends = {
        "last": count,
        "bottom": count,
        "final": count,
        "end": count,
        "lowest": count,
        "top": 1,
        "former": 1,
        "highest": 1,
    }
    if count == 2:
        ends |= {"latter": 2, "later": 2, "other": 0}
    else:
        ends.pop("former")
    if word in {"middle", "centre", "mid"} and count % 2:
        return (count + 1) // 2, i + 1
    return (ends[word], i + 1) if ends.get(word) else None


def _from_the_end(found: Sequence[Token], i: int, count: int) -> tuple[int, int] | None:
    """last but one, next to last, penultimate, second last, second from the bottom."""
    word, three = _word(found, i), _words(found, i, i + 3)
    if three in {("last", "but", "one"), ("last", "but", "1"), ("next", "to", "last"), ("one", "before", "last")}:
        return count - 1, i + 3
    if word == "penultimate":
        return count - 1, i + 1
    place = ordinal_at(found, i)
    if place is None:
        return None
    at = place[1] + (_word(found, place[1]) in {"from", "to", "off"})
    at += _word(found, at) == "the"
    return (count + 1 - place[0], at + 1) if _word(found, at) in {"last", "bottom", "end"} else None


def _past_where(found: Sequence[Token], end: int) -> int:
    """After "second from the top", "third one down"."""
    at = end + (_word(found, end) in ONES)
    if _word(found, at) == "down":
        return at + 1
    at += _word(found, at) in {"from", "on", "in"}
    at += _word(found, at) == "the"
    return at + 1 if at > end and _word(found, at) in {"top", "list"} else end


def _letters(found: Sequence[Token], count: int) -> list[Pick]:
    """a; b); a and c; option B; ii and iv: only where letters are all that is said."""
    bare = [(i, token.word) for i, token in enumerate(found) if not token.is_mark]
    if [word for _, word in bare] == ["n", "a"]:
        return []  # "n/a"
    said = [(i, word) for i, word in bare if word not in JOINS and word not in word_set("choice", "cue")]
    courtesy = word_set("small_words", "courtesy")
    said = [(i, word) for i, word in said if word not in courtesy]
    letters = _as_letters([word for _, word in said], count) or _as_roman([word for _, word in said], count)
    return [Pick((line,), i, i + 1, True) for (i, _), line in zip(said, letters, strict=True)] if letters else []


def _as_letters(said: Sequence[str], count: int) -> list[int]:
    letters = "abcdefghij"[:count]
    return [letters.index(word) for word in said] if all(len(word) == 1 and word in letters for word in said) else []


def _as_roman(said: Sequence[str], count: int) -> list[int]:
    numerals = ROMAN | ({"i": 1} if len(said) > 1 else {})
    return [numerals[word] - 1 for word in said] if all(0 < numerals.get(word, 0) <= count for word in said) else []


def _one_letter(found: Sequence[Token], count: int) -> list[Pick]:
    """ "I'll go with b": a letter after words that lead to one, at the end of what is said."""
    courtesy = word_set("small_words", "courtesy")
    bare = [i for i, token in enumerate(found) if not token.is_mark and token.word not in courtesy]
    if len(bare) < 2:
        return []
    last, before = bare[-1], found[bare[-2]].word
    line = _as_letters([found[last].word], count)
    leads = before in LEADS_TO_A_LETTER | word_set("choice", "cue")
    return [Pick((line[0],), last, last + 1, False)] if line and leads else []


def _words(found: Sequence[Token], start: int, end: int) -> tuple[str, ...]:
    return tuple(_word(found, i) for i in range(start, end))


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
