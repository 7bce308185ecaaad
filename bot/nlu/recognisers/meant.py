"""Which of the lines a text points at are meant: not those denied or taken back, nor those only spoken of."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from bot.nlu.recognisers import scope
from bot.nlu.recognisers.free_text import book
from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.numbers import ORDINAL_ENDINGS
from bot.nlu.recognisers.options import Option, Pick
from bot.nlu.recognisers.phrases import Hit, PhraseBook
from bot.nlu.recognisers.text import Token, bag
from bot.nlu.recognisers.topics import GENERAL, topic_hits

TAKEN_BACK = "taken_back"
BEFORE_THE_ONE_MEANT = bag(
    "prefer choose pick pref with its thats be its go guess say its now so then actually instead just fancy like"
)
OPENS_BEFORE = bag(
    "i im ive id mostly mainly really sadly unfortunately suits works any probably definitely definately obviously"
)
AFTER_THE_ONE_MEANT = bag("please pls plz one because cos coz cuz as if since but though cheers thanks ta")
DISLIKES = bag("than hate hates loathe dread avoid stopped left quit scrap forget ditch")
DOES_NOT_DO = bag("like do does face manage stand use handle fancy make mean be get take have go going with for say")
ORDERS = bag("ring call text phone email book move keep change cancel leave ask show share")
LEADS_TO_THE_ONE = bag("see with at got like want need prefer try its to by via use using have having a an my")
MOVED = bag("moved changed switched transferred swapped")
NO_GOOD = {
    ("no", "good"), ("no", "use"), ("is", "out"), ("wont", "do"), ("wont", "work"), ("doesnt", "work"), ("doesnt", "suit"),
    ("dont", "work"), ("dont", "suit"), ("not", "good"), ("isnt", "good"), ("no", "way"), ("not", "possible"), ("is", "impossible"),
}  # fmt: skip


@cache
def totals() -> PhraseBook:
    """ "All", "both", and words that take an answer back."""
    phrases = {key: read("choice")[key] for key in ("all", "both", "rest", TAKEN_BACK)}
    return PhraseBook(phrases, word_set("ordinary_words", "words"))  # "nothing" is no slip of "anything"


def all_hits(found: Sequence[Token], options: Sequence[Option]) -> list[Hit]:
    """ "All", "both"; not "the 2nd", nor inside a longer wording for one line, such as "can't do any of them"."""
    hits = [hit for hit in totals().find(found) if hit.value != TAKEN_BACK]
    hits = [hit for hit in hits if hit.end >= len(found) or found[hit.end].word not in ORDINAL_ENDINGS]
    hits = [hit for hit in hits if hit.end - hit.start > 1 or not _in_an_idiom(found, hit.start)]
    said = book(GENERAL).find(found) if hits else []
    lines = [(one.start, one.end) for _, one in topic_hits(found, options)] if hits else []
    longer = [(one.start, one.end) for one in said if (one.start, one.end) in lines]
    longer += [(one.start + 1, one.end) for one in said]
    return [hit for hit in hits if not any(start <= hit.start and hit.end <= end for start, end in longer)]


def _in_an_idiom(found: Sequence[Token], i: int) -> bool:
    """ "All day", "at all", "any more" speak of no list."""
    return _word(found, i - 1) in {"at", "after", "not", "nearly"} or _word(found, i + 1) in WITH_ALL


WITH_ALL = bag(
    "day days week night time year mine my right over more longer way good ok fine i that else sorts hours alone about"
)


def is_stray(found: Sequence[Token], every: Hit) -> bool:
    """ "All going well", "thats all", "it all got too much": an "all" in a sentence of its own, and not of the list."""
    if every.end - every.start > 1:
        return False
    after = _word(found, every.end)
    goes_on = after[:1].isalpha() and after not in AFTER_ALL | word_set("small_words", "courtesy")
    return goes_on or _word(found, every.start - 1) in BEFORE_ALL


BEFORE_ALL = bag("thats that is im is am we you were are be been without hardly if no dont")
AFTER_ALL = bag(
    "but except apart bar besides minus excluding without apply applies and to really honestly tbf lol yes yeah yep please of the these those "
    "them above options both or together bud pal babe bro hen me i reckon suppose guess too probably n else other one two three four five six "
    "seven eight nine"
)


def is_whole(found: Sequence[Token], pointed: Sequence[Pick]) -> bool:
    """Whether picks, "all" and words that add nothing are all there is."""
    covered = {i for pick in pointed for i in range(pick.start, pick.end)}
    covered |= {i for hit in totals().find(found) for i in range(hit.start, hit.end)}
    return all(token.is_mark or i in covered or token.word in fillers() for i, token in enumerate(found))


@cache
def fillers() -> frozenset[str]:
    """Words that add nothing to an answer from a list."""
    return word_set("choice", "filler") | word_set("choice", "cue")


def those_meant(found: Sequence[Token], pointed: Sequence[Pick], *, fine_denies: bool) -> list[Pick]:
    """The picks that are not denied or taken back; in the midst of other words only those that answer.

    `fine_denies`: on a list of troubles "housing is fine" says no, on any other "phone is fine" says yes.
    """
    whole = is_whole(found, pointed)
    denials = denied(found, pointed, fine_denies=fine_denies)
    back = _taken_back(found, pointed, denials)
    kept = [pick for pick, gone in zip(pointed, denials, strict=True) if not gone and pick.end > back]
    out = {line for pick, gone in zip(pointed, denials, strict=True) if gone for line in pick.lines}
    left = [pick._replace(lines=tuple(line for line in pick.lines if line not in out)) for pick in kept]
    chosen = whole or any(denials)  # who turns one line down is choosing
    return [pick for pick in left if pick.lines and (chosen or pick.firm or _answers(found, pick, pointed))]


def denied(found: Sequence[Token], pointed: Sequence[Pick], *, fine_denies: bool) -> list[bool]:
    """Of each pick whether it is denied: "not 1", "I hate phones", "1 is no good"."""
    owned = scope.owners([Hit("", pick.start, pick.end) for pick in pointed])
    if _only_these_excepted(found):
        return [False] * len(pointed)
    return [
        (
            scope.denied_before(found, owned, Hit("", pick.start, pick.end), DOES_NOT_DO)
            and not _no_and_then(found, pick)
        )
        or (fine_denies and not pick.by_count and scope.all_right_after(found, Hit("", pick.start, pick.end)))
        or _disliked(found, pick)
        or (not fine_denies and _cannot(found, pick))
        for pick in pointed
    ]


def _cannot(found: Sequence[Token], pick: Pick) -> bool:
    """ "I cant do tuesday"; on a list of troubles "cant get about" is an answer instead."""
    i = pick.start - 1
    while _word(found, i) in DOES_NOT_DO | {"the", "on", "really"}:
        i -= 1
    return _word(found, i) in {"cant", "cannot", "couldnt"}


def _no_and_then(found: Sequence[Token], pick: Pick) -> bool:
    """ "No ring me": the no answers what went before. "No debt" denies it."""
    return pick.start == 1 and found[0].word == "no" and found[1].word in ORDERS


def _disliked(found: Sequence[Token], pick: Pick) -> bool:
    before = {_word(found, i) for i in (pick.start - 1, pick.start - 2)}
    after = [(_word(found, i), _word(found, i + 1)) for i in (pick.end, pick.end + 1)]
    left = _word(found, pick.start - 1) == "from" and _word(found, pick.start - 2) in MOVED
    return left or bool(before & DISLIKES) or any(pair in NO_GOOD for pair in after)


def _answers(found: Sequence[Token], pick: Pick, pointed: Sequence[Pick]) -> bool:
    """Whether the words about a pick make it an answer though there are others: "the broadgate one on the corner"."""
    before, after = _word(found, pick.start - 1), _word(found, pick.end)
    if before in {"the", "a", "my"}:
        before = _word(found, pick.start - 2) or before
    reason = after != "as" or _word(found, pick.end + 1) in {"i", "im", "my", "its", "the"}
    opens = pick.start == 0 and reason and (after in AFTER_THE_ONE_MEANT | OPENS_BEFORE or not after[:1].isalnum())
    closes = pick.end == len(found) and (before in BEFORE_THE_ONE_MEANT or before == ",") and len(pointed) > 1
    named = before in BEFORE_THE_ONE_MEANT and after in AFTER_THE_ONE_MEANT
    ends = (
        pick.end == len(found)
        and not pick.by_count
        and before in LEADS_TO_THE_ONE
        and {p.lines for p in pointed} == {pick.lines}
    )
    twice = any(pick.lines == other.lines and pick.start in {other.end, other.start - 1} for other in pointed)
    return opens or closes or ends or named or twice or (after == "one" and _word(found, pick.start - 1) == "the")


def _only_these_excepted(found: Sequence[Token]) -> bool:
    """ "none apart from money" is money."""
    opens = bool(found) and found[0].word in {"none", "nothing", "not", "no"}
    return opens and any(token.word in {"apart", "except"} for token in found[1:])


def _taken_back(found: Sequence[Token], pointed: Sequence[Pick], denials: Sequence[bool]) -> int:
    """Where the answer begins anew: "1, no sorry 3", "2 no 3"; not before a mere denial, "actually not 2"."""
    slips = [hit.end for hit in totals().find(found) if hit.value == TAKEN_BACK]
    slips += [
        pick.start + 1
        for last, pick in pairwise(pointed)
        if last.end == pick.start and found[pick.start].word in {"no", "nope"} and pick.end - pick.start > 1
    ]
    said = [pick for pick, gone in zip(pointed, denials, strict=True) if not gone]
    begins = [i for i in slips if any(p.end <= i for p in pointed) and any(p.end > i for p in said)]
    return max(begins, default=0)


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
