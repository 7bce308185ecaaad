"""Plain requests that turn the conversation: go back, why, start again, talk to a person."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from bot.nlu.recognisers.free_text import without_courtesy
from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.phrases import PhraseBook
from bot.nlu.recognisers.text import FEW, Token, clean, tokens

LONGEST = 14  # words: a longer message is a story, not a plain request


@cache
def _book() -> PhraseBook:
    return PhraseBook(read("acts"), word_set("ordinary_words", "words"))


@lru_cache(maxsize=FEW)
def read_act(text: str) -> tuple[str, ...]:
    """The acts that the whole message is a plain wording of, in the order of acts.yml; mostly none or one."""
    found = [token for token in tokens(clean(text)) if not token.is_mark]
    if len(found) > LONGEST:
        return ()
    wordings = [found, without_courtesy(found), *_trimmed(found)]
    said = {act for wording in wordings if wording for act in _book().exactly(wording)}
    return tuple(act for act in read("acts") if act in said)


def _trimmed(found: list[Token]) -> Iterator[list[Token]]:
    """The message with courtesy cut from its end word by word: "thanks x" keeps its thanks."""
    courtesy = word_set("small_words", "courtesy")
    while len(found) > 1 and found[-1].word in courtesy:
        found = found[:-1]
        yield found
