"""The name somebody wants to be called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

from bot.nlu.recognisers import name_or_words as names
from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.phrases import Hit, PhraseBook
from bot.nlu.recognisers.text import Token, bag, clean, fold, tokens
from bot.nlu.recognisers.values import Found

LONGEST = 40
MOST_WORDS = 4
_NAME = re.compile(r"(?:[^\W\d_]\.){2,}|[^\W\d_]+\.?(?:['-][^\W\d_]+)*")
_WORD = r"([^\W\d_]+(?:['-][^\W\d_]+)*)"
# "Sarah but everyone says Saz": what follows is the name to use.
_INSTEAD = re.compile(
    r"(?:^|\b(?:but|and|or)|[,.(-]| (?=aka )) ?(?:i was born [^\W\d_]+ but )?(?:(?:my |most |all )?(?:everyone|everybody|people|mates|friends|family|they)"
    r"(?: just| all)? (?:say|says|know me as|knows me as|use|uses)|(?:i'?d|i would|would) (?:like|prefer|rather) (?:to be|be) (?:called|known as)|(?:just )?(?:put|put me down as|use|stick with|go with)|just|i'?d? (?:just )?(?:prefer|like|go by|use|answer to)|prefer|please use|"
    r"you can use|use|aka|a\.k\.a\.?|known as|i'?m|i am|it'?s|nickname(?:'?s| is)?|go(?:es)? by|"
    r"not [^\W\d_]+,) " + _WORD,
    re.I,
)
_FOR_SHORT = re.compile(
    r"(?:^|[,.(-]|\bbut|\bor) ?(?:just |i like |its? )?"
    + _WORD
    + r" (?:(?:is|would be) (?:fine|ok|okay|better|good|great|grand|easier|quicker|simpler|enough)|for short|will do|works|"
    r"to (?:my |me )?(?:mates?|friends?|family|pals)|please\b|they call me|everyone calls me)",
    re.I,
)
_SHORT_IS_FINE = re.compile(
    r"(?:^|[,.(-]|\bbut|\bor) ?([^\W\d_]+)'?(?:s|ll) (?:fine|ok|okay|good|easier|better|do)\b", re.I
)
_AT_LAST = re.compile(r"\bbut (?:just |it'?s |its )?([^\W\d_]+)[.!]?$", re.I)  # "Raymond but Ray"
_BRACKETED = re.compile(r"^\W*(?:my |me )?(?:name'?s? )?(?:is )?([^\W\d_]+) ?\(([^\W\d_]+)\)", re.I)
_SURNAME = re.compile(r"\b(?:sur|last |second |family )name(?: is|:|'s)?", re.I)
# Not part of a name: how it is spelt, and what people say after it.
_NO_PART = re.compile(
    r"[.,]? (?:and )?not [^\W\d_]+.*| (?:with|without|no|minus) (?:a |an |the )?[a-z]\b.*|(?:'s|s')? (?:spelt|spelled|spelling|as in)\b.*|'ll\b.*|(?:'s|s')? (?:will do|speaking|is fine|here|fine|they call me|the name|aka)\b.*| but .*",
    re.I,
)
_KEPT_SMALL = bag("van der de la von bin binti al el ap ab ferch da dos del di ten")
_TITLES = names.TITLES


@cache
def _openings() -> PhraseBook:
    return PhraseBook({"outright": read("name")["outright"], "hint": read("name")["hint"]})


def read_name(text: str, asked: bool = True) -> Found | None:
    """One to four words that can be a name; unasked only after "my name is" and the like."""
    cleaned = _MATE.sub("mate", clean(text).lstrip(_EMPHASIS))
    cleaned = _SURNAME.sub(lambda word: " " * len(word.group()), cleaned)
    opening = (_preferred(cleaned) if asked else None) or _last_opening(cleaned, asked)
    if opening is None and not asked:
        return _in_a_list(cleaned)
    start = opening[1] if opening else 0
    parts = _up_to_another_thought(cleaned, _name_words(cleaned, start), opening)
    if not parts or not _can_be_name([cleaned[a:b] for a, b in parts]):
        return None
    if not names.stands_for_a_name(cleaned, parts, opening, asked=asked):
        return None
    if opening and len(parts) == 1 and _is_doing(cleaned, opening, parts[0]):
        return None
    span = (parts[0][0], parts[-1][1])
    if opening is None and not _begins_the_answer(cleaned, span):
        return None
    value = _without_stop(" ".join(_capital(cleaned[a:b]) for a, b in parts))
    if not asked and (short := _a_short_form(cleaned, value)):
        return Found(_capital(cleaned[slice(*short)]), False, short)
    return Found(value, _nothing_else(cleaned, span, opening), span) if len(value) <= LONGEST else None


def _a_short_form(cleaned: str, name: str) -> tuple[int, int] | None:
    """ "Name is Mohammed but Mo": where the short form stands, a first name or a piece of the long one; nothing of "but busy"."""
    told = _AT_LAST.search(cleaned)
    said = fold(told[1]) if told else ""
    is_one = said in word_set("name", "first_names") or (len(said) > 1 and fold(name).startswith(said))
    return told.span(1) if told and is_one else None


def _up_to_another_thought(
    cleaned: str, parts: list[tuple[int, int]], opening: tuple[int, int] | None
) -> list[tuple[int, int]]:
    """The words up to one that no name holds, where it is clear that a name stands first: "my name is dave off sick"."""
    folded = [fold(cleaned[a:b]).rstrip(".") for a, b in parts]
    clear = bool(folded) and (opening is not None or folded[0] in word_set("name", "first_names"))
    if not clear and not any(word in THOUGHTS for word in folded[1:]):
        return parts
    ends = word_set("name", "never") | THOUGHTS if clear else THOUGHTS
    surname = len(parts) > 1 and names.is_a_surname(cleaned, parts[:1], parts[1])
    end = next((i for i, word in enumerate(folded) if i > surname and word in ends), len(parts))
    return [] if end < len(parts) and folded[end] == "or" else parts[:end]  # "dave or david" names neither


THOUGHTS = bag("thats that why what if so you u because cos though but spelt its it and im my same here there is")


def _is_doing(cleaned: str, opening: tuple[int, int], word: tuple[int, int]) -> bool:
    """ "Im struggling" tells no name."""
    said = fold(cleaned[slice(*word)])
    return (
        said.endswith(("ing", "in")) and len(said) > len("colin") and _IM.search(cleaned[slice(*opening)]) is not None
    )


_IM = re.compile(r"\b(?:i'?m|i am)\b", re.I)
# "Kerry, 41, off sick" and "Tony here. On the sick": told though nobody asked.
_LISTED = re.compile(r"^([^\W\d_]+)(?: (?!here)[^\W\d_]+)?(?=[,.;] ?\d\d\b| \d\d\b|,? here\b)", re.I)


def _in_a_list(cleaned: str) -> Found | None:
    told = _LISTED.match(cleaned)
    if told is None or not _is_first_name(told[0]) or not _can_be_name(told[0].split()):
        return None
    return Found(" ".join(_capital(word) for word in told[0].split()), False, told.span())


NO_PROSE = frozenset("<>={}[]|\\/@#$%^&+")
_EMPHASIS = "*_~`\"'"
_MATE = re.compile(r"\bm8\b", re.IGNORECASE)
# After a name that no "my name is" led to: a stop, or words that begin another thought.
_ANOTHER_THOUGHT = re.compile(
    r"\s*(?:$|[^\w\s]|_|(?:but|and|or|as|though|tho|cos|coz|because|if|who|how|what|why|when|where|is|are|will|can|could|do|does|"
    r"i|im|its|spelt|spelled|with|without|minus|no|for|to|aka|they|everyone|people|will|the|he|she|not|either|which|that|yes|my|me|"
    r"please|if|thats|that's|you|u|same|here)\b)", re.IGNORECASE
)  # fmt: skip


def _begins_the_answer(cleaned: str, span: tuple[int, int]) -> bool:
    """Whether the words stand first, small talk apart, and no unknown word goes on after them: not "to keep my job"."""
    before = [token.word for token in tokens(cleaned[: span[0]]) if not token.is_mark]
    leads = bag("to for my your the so and me you i")
    if before and before[-1] in leads:
        return False
    after = [token.word for token in tokens(cleaned[span[1] :])]
    if cleaned[span[1] - 1] == "." or (after and after[0].isdigit() and _is_first_name(cleaned[slice(*span)])):
        return True
    return (bool(after) and after[0] in word_set("name", "courtesy")) or _ANOTHER_THOUGHT.match(
        cleaned[span[1] :]
    ) is not None


def _is_first_name(words: str) -> bool:
    return fold(words.partition(" ")[0]) in word_set("name", "first_names")


def _preferred(cleaned: str) -> tuple[int, int] | None:
    """Where the name to use begins after another: "Sarah but everyone says Saz", "Elizabeth, Liz for short"."""
    bracketed = _BRACKETED.match(cleaned)
    if bracketed and len(bracketed[2]) < len(bracketed[1]) and _can_be_name([bracketed[2]]):
        return 0, bracketed.start(2)
    patterns = (_INSTEAD, _FOR_SHORT, _SHORT_IS_FINE, _AT_LAST)
    matches = [match for pattern in patterns for match in pattern.finditer(cleaned)]
    matches = [
        match for match in matches if _can_be_name([match[1]]) and fold(match[1]) not in word_set("name", "courtesy")
    ]
    return (matches[-1].start(), matches[-1].start(1)) if matches else None


def _last_opening(cleaned: str, asked: bool) -> tuple[int, int] | None:
    """The last "my name is" or "call me" in the text: where it begins, and where the name begins."""
    found = tokens(cleaned)
    lead = next((i for i, token in enumerate(found) if not _leads(token)), len(found))
    hits: list[Hit] = [
        hit
        for hit in _openings().find(found)
        if hit.value == "outright" or hit.start <= lead or _opens_a_sentence(found, hit)
    ]
    hits = [hit for hit in hits if hit.end < len(found) and found[hit.end].word not in {")", "?"}]
    known = word_set("name", "first_names")
    if not asked:
        hits = [
            hit
            for hit in hits
            if hit.value == "outright" or (found[hit.end].word in known and not _of_a_place(found, hit))
        ]
    if not hits:
        return None
    return found[hits[-1].start].start, found[hits[-1].end - 1].end


def _opens_a_sentence(found: Sequence[Token], hit: Hit) -> bool:
    """ "What is this for? Im Gwen": a later sentence that begins so and goes on with a name that is known, or a title."""
    if found[hit.start - 1].word not in STOPS or hit.end >= len(found):
        return False
    return found[hit.end].word in word_set("name", "first_names") | _TITLES


STOPS = frozenset(".?!;")


def _of_a_place(found: Sequence[Token], hit: Hit) -> bool:
    """ "This is Jane from the surgery" is no person who asks for help."""
    words = [token.word for token in found[hit.end + 1 : hit.end + 2 + MOST_WORDS]]
    return any(pair[0] == "from" and pair[1] in {"the", "a", "work", "your", "our"} for pair in pairwise(words))


NOES = bag("no nope nah")
OPEN_A_NAME = bag("its it im i is am my name")


def _leads(token: Token) -> bool:
    return (
        token.is_mark
        or token.word in NOES
        or (token.word in word_set("name", "courtesy") and token.word not in OPEN_A_NAME)
    )


def _name_words(cleaned: str, start: int) -> list[tuple[int, int]]:
    """Words in a row that are not small talk, up to the first stop."""
    spans: list[tuple[int, int]] = []
    courtesy = word_set("name", "courtesy")
    cleaned = cleaned[:start] + _NO_PART.sub(lambda tail: "," + " " * (len(tail.group()) - 1), cleaned[start:])
    for match in _NAME.finditer(cleaned, start):
        between = cleaned[spans[-1][1] if spans else start : match.start()]
        if (spans and between.strip()) or cleaned[match.end() : match.end() + 1].isdigit():
            return [] if not between.strip() else spans
        if any(char.isalnum() or char in NO_PROSE for char in between):
            break
        if spans and _ends_a_sentence(cleaned[slice(*spans[-1])]):
            break
        if fold(match.group()).rstrip(".") in courtesy and not names.is_a_surname(cleaned, spans, match.span()):
            if spans:
                break
            start = match.end()
            continue
        spans.append(match.span())
    return spans


def _ends_a_sentence(word: str) -> bool:
    """A stop after a word that is no initial and no title."""
    return word.endswith(".") and len(word) > len("J.") and "." not in word[:-1] and fold(word[:-1]) not in _TITLES


def _can_be_name(words: Sequence[str]) -> bool:
    folded = [fold(word).rstrip(".") for word in words]
    if any(word.lower().endswith("'s") for word in words):  # "chris's mum"
        return False
    if len(words) > MOST_WORDS or all(word in _TITLES for word in folded):
        return False
    told = [word for n, word in enumerate(folded) if not (n and names.may_be_a_surname(words, n))]
    if any(part in word_set("name", "never") for word in told for part in word.split("-")):
        return False
    return any(len(word) > 1 for word in folded)


def _without_stop(name: str) -> str:
    """The full stop of a sentence is no part of a name, that of an initial or a title is."""
    last = name.removesuffix(".").rpartition(" ")[2].rpartition(".")[2]
    return name if len(last) == 1 or fold(last) in _TITLES else name.removesuffix(".")


def _capital(word: str) -> str:
    """Capitals where the person used none, or nothing else."""
    if "." in word[:-1]:
        return word.upper()
    if not (word.islower() or (word.isupper() and len(word) > 2)):
        return word
    if word in _KEPT_SMALL:
        return word
    return "-".join("'".join(_first(piece) for piece in part.split("'")) for part in word.split("-"))


def _first(piece: str) -> str:
    return piece[:1].upper() + piece[1:].lower()


def _nothing_else(cleaned: str, span: tuple[int, int], opening: tuple[int, int] | None) -> bool:
    before = cleaned[: opening[0]] if opening else cleaned[: span[0]]
    rest = tokens(before) + tokens(cleaned[span[1] :])
    return all(token.is_mark or token.word in word_set("name", "courtesy") for token in rest)
