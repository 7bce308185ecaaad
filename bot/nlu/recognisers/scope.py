"""Who and what a phrase is about: denied ("no debts"), all right ("my housing is fine"), or somebody else's."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.phrases import Hit
from bot.nlu.recognisers.text import Token, bag, tokens

FARTHEST = 14  # tokens looked back or ahead: more is another thought
Owners = dict[int, Hit]
CONTENT_WITH = frozenset({"with", "for", "about", "on"})
LEAVES_OUT = frozenset({"except", "excluding", "bar", "minus"})
NOTHING = frozenset({"nothing", "none", "no", "nope", "not", "never"})
STOPS = frozenset(".;!?()")


def _set(key: str) -> frozenset[str]:
    return word_set("small_words", key)


def denied(found: Sequence[Token], owned: Owners, hit: Hit) -> bool:
    """Whether the phrase is denied by a word before it or called all right after it."""
    return denied_before(found, owned, hit) or all_right_after(found, hit)


def owners(hits: Sequence[Hit]) -> Owners:
    """Which phrase each token belongs to."""
    return {i: hit for hit in hits for i in range(hit.start, hit.end)}


def denied_before(found: Sequence[Token], owned: Owners, hit: Hit, besides: frozenset[str] = frozenset()) -> bool:
    """Walk back over words that may stand between (and those in `besides`), until a negator or a new thought."""
    comma = joined = False
    i = hit.start - 1
    for _ in range(FARTHEST):
        if i < 0:
            return False
        word = found[i].word
        if i in owned:
            i = owned[i].start - 1
            continue
        if word == "used" and _word(found, i + 1) == "to":
            return True
        if word in _set("negators"):
            return _reaches(found, i, comma and not joined, bool(besides))
        if word in _set("content") and _word(found, i + 1) in CONTENT_WITH:
            return not comma and _word(found, i - 1) not in _set("negators")
        if word == "," and not _new_subject(found, i + 1):
            comma = True
        elif word in {"or", "nor", "/", "&"} or (word == "and" and not _new_subject(found, i + 1)):
            joined = joined or not comma  # "not 1 or 2, 3": what stands before a comma joins nothing after it
        elif word not in _set("between") and word not in besides:
            return False
        i -= 1
    return False


def _reaches(found: Sequence[Token], i: int, bare_comma: bool, picking: bool) -> bool:
    """Whether the negator at `i` is a denial; "not just", and "not money, housing", are not; nor "dont ring, text"."""
    if found[i].word == "nothing" and _word(found, i + 1) == "but":
        return False
    if found[i].word in LEAVES_OUT and NOTHING & {token.word for token in found[max(0, i - FARTHEST) : i]}:
        return False  # "nothing except the debts"
    if _word(found, i + 1) in _set("not_a_denial") or (found[i].word in {"no", "nope"} and _word(found, i + 1) == ","):
        return False
    return not (bare_comma and (picking or found[i].word == "not"))


def _new_subject(found: Sequence[Token], i: int) -> bool:
    return _word(found, i) in _set("new_subject")


def all_right_after(found: Sequence[Token], hit: Hit) -> bool:
    """Whether it is called all right: "my housing is fine", "debt is not a problem"."""
    for i in range(hit.end, min(hit.end + 6, len(found))):
        word = found[i].word
        if word in _set("all_right"):
            return _ends_there(found, i)
        if _not_the_problem(found, i) or (word == "used" and _word(found, i + 1) == "to"):
            return True
        if word not in _set("before_all_right"):
            return False
    return False


def _ends_there(found: Sequence[Token], i: int) -> bool:
    """ "no" closes a phrase only before a stop ("housing no, money yes"); "fine" does so anywhere but "fine until"."""
    after = _word(found, i + 1)
    if found[i].word in {"no", "nope"}:
        return after in {"", ",", ".", ";", "-", "but"}
    return after not in {"until", "till", "before"}


def _not_the_problem(found: Sequence[Token], i: int) -> bool:
    """... is not a problem, isn't the issue."""
    if found[i].word not in {"not", "isnt", "arent", "wasnt", "aint"}:
        return False
    tail = [_word(found, j) for j in range(i + 1, i + 5)]
    return bool(
        {"problem", "issue", "reason", "worry", "concern", "bother", "problems", "issues"} & set(tail[:4])
    ) and (tail[0] in {"a", "an", "the", "my", "really", "any"} or tail[0] in {"problem", "issue"})


def belongs_to_another(found: Sequence[Token], hit: Hit) -> bool:
    """Whether it is said of somebody else and of nobody besides: "my sister is homeless", "me mates got debts"."""
    if OWN & {token.word for token in found[hit.start : hit.end]}:
        return False
    i = hit.start - 1
    while i >= 0 and found[i].word in _set("between") | {"s"}:
        i -= 1
    if _word(found, i) not in _set("relatives") or _cared_for(found, i):
        return False
    return _word(found, i - 1) in OWN | {""} and _word(found, i + 1) not in {"with", "from", "to", "about"}


OWN = frozenset({"my", "me", "mine", "our", "us", "i", "im", "ive"})


def someone_elses(found: Sequence[Token], hit: Hit) -> bool:
    """Whether the words before it in the same thought speak of a relative or friend and not of the person."""
    if _word(found, hit.start - 1) in {"my", "me"}:
        return False
    for i in range(hit.start - 1, max(-1, hit.start - FARTHEST), -1):
        word = found[i].word
        if word in _set("first_person") or word in STOPS or word in {"but", ","}:
            return False
        if word == "and" and _new_subject(found, i + 1):
            return False
        if word in _set("relatives") and not _is_oneself(found, i):
            return not _cared_for(found, i)
    return False


def _is_oneself(found: Sequence[Token], i: int) -> bool:
    """ "Im a single mum with depression"."""
    return bool({"im", "am"} & {token.word for token in found[max(0, i - 4) : i]}) and _word(found, i - 1) not in OWN


def _cared_for(found: Sequence[Token], i: int) -> bool:
    """ "depression since my mum died": the relative is the reason, not the one who has it."""
    return any(_word(found, j) in {"since", "after", "when", "because", "lost"} for j in range(max(0, i - 3), i))


def in_a_question(found: Sequence[Token], hit: Hit) -> bool:
    """Whether its sentence asks something and tells nothing of the person: "do i get sick pay", "why my age"."""
    start = max((i + 1 for i in range(hit.start) if found[i].word in STOPS), default=0)
    end = next((i for i in range(hit.end, len(found)) if found[i].word in STOPS), len(found))
    said = [token.word for token in found[start:end] if not token.is_mark]
    if not said or TELLS & set(said):
        return False
    opens = said[0] in QUESTION_WORDS or (said[0] in VERBS_THAT_ASK and said[1:2] and said[1] in ASKED_ABOUT)
    return bool(opens) or _word(found, end) == "?"


def opens_as_a_question(text: str) -> bool:
    """Whether the first word asks: "is my boss told?", "who gets this"."""
    first = next((token.word for token in tokens(text) if not token.is_mark), "")
    return first in QUESTION_WORDS or first in VERBS_THAT_ASK


TELLS = frozenset({"im", "ive", "am"})
QUESTION_WORDS = bag("what whats how hows why whys who whos where wheres when which whose")
VERBS_THAT_ASK = bag("do does did can could will would is are should shall may am has have cld cud wud")
ASKED_ABOUT = bag("you u ya yous i it this that there they we a the someone anyone somebody anybody my your people")


@cache
def _spare() -> frozenset[str]:
    return _set("filler") | _set("negators") | _set("new_thought")


def only_filler(found: Sequence[Token], hits: Sequence[Hit]) -> bool:
    """Whether the phrases and words that add nothing are the whole text."""
    covered = {i for hit in hits for i in range(hit.start, hit.end)}
    return all(token.is_mark or i in covered or token.word in _spare() for i, token in enumerate(found))


def _word(found: Sequence[Token], i: int) -> str:
    return found[i].word if 0 <= i < len(found) else ""
