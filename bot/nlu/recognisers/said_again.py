"""An answer given twice in one message, put right or only repeated: "29 sorry no 28", "i told you, amy lewis"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.phrases import PhraseBook
from bot.nlu.recognisers.text import clean, tokens

MIDDLE, REMINDER = "in_the_middle", "reminder"
_STARRED = re.compile(r"^(.*\S)[ ,.;]+(?:\*+ ?(.+)|(\S+?)\*+)$")
_NOT_THAT = re.compile(
    r"^(?:no,? |nope,? |sorry,? )?(?:i'?m |it'?s )?not (.+?)(?:[,;.]| but| it'?s| i'?m) ?(.+)$", re.IGNORECASE
)
LONGEST = 24  # words: a longer message tells a story


@cache
def _book(kind: str) -> PhraseBook:
    return PhraseBook({kind: read("corrections")[kind]}, word_set("ordinary_words", "words"))


def taken_back(text: str) -> Iterator[tuple[str, str]]:
    """What is said first and what it is put right to, from the last taking back on: "29 sorry no 28", "29 *28"."""
    cleaned = clean(text)
    found = tokens(cleaned)
    if len(found) > LONGEST:
        return
    starred, against = _STARRED.match(cleaned), _NOT_THAT.match(cleaned)
    if starred:
        yield starred[1], starred[2] or starred[3]
    if against:
        yield against[1], against[2]
    for hit in reversed(_book(MIDDLE).find(found)):
        head, tail = cleaned[: found[hit.start].start], cleaned[found[hit.end - 1].end :]
        if head.strip(" ,.-") and tail.strip(" ,.-"):
            yield head.strip(" ,.-"), tail.strip(" ,.-")


def without_reminder(text: str) -> str | None:
    """The answer alone, where the message reminds us that it was given before; None where it does not."""
    cleaned = clean(text)
    found = tokens(cleaned)
    hits = _book(REMINDER).find(found) if len(found) <= LONGEST else []
    for hit in hits:
        before, after = cleaned[: found[hit.start].start], cleaned[found[hit.end - 1].end :]
        rest = f"{before.strip(' ,.-')} {after.strip(' ,.-!')}".strip()
        if rest:
            return rest
    return None
