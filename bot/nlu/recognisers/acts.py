"""Plain requests that turn the conversation: go back, why, start again, talk to a person."""

from __future__ import annotations

from functools import cache

from bot.nlu.recognisers.free_text import without_courtesy
from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.phrases import PhraseBook
from bot.nlu.recognisers.text import clean, tokens

LONGEST = 14  # words: a longer message is a story, not a plain request


@cache
def _book() -> PhraseBook:
    return PhraseBook(read("acts"), word_set("ordinary_words", "words"))


def read_act(text: str) -> list[str]:
    """The acts that the whole message is a plain wording of, in the order of acts.yml; mostly none or one."""
    found = [token for token in tokens(clean(text)) if not token.is_mark]
    if len(found) > LONGEST:
        return []
    said = set(_book().exactly(found)) | set(_book().exactly(without_courtesy(found)))
    return [act for act in read("acts") if act in said]
