"""Listed phrases found in free text, and what is left once denials and other people's troubles are taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from bot.nlu.recognisers import scope
from bot.nlu.recognisers.guesses import is_a_name
from bot.nlu.recognisers.lexicon import read, word_set
from bot.nlu.recognisers.phrases import Hit, PhraseBook
from bot.nlu.recognisers.text import FEW, Token, clean, tokens


@dataclass(frozen=True, slots=True)
class Mention:
    """A phrase found in the text and how it was meant."""

    hit: Hit
    denied: bool
    someone_elses: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A clean text, its tokens, and every listed phrase in it."""

    text: str
    found: Sequence[Token]
    mentions: Sequence[Mention]

    def meant(self, own_only: bool) -> list[Hit]:
        """The phrases that are not denied and, where asked, not about somebody else."""
        return [m.hit for m in self.mentions if not m.denied and not (own_only and m.someone_elses)]

    def told(self, hits: Sequence[Hit]) -> bool:
        """Whether at least one of the phrases is no part of a mere question."""
        return any(not scope.in_a_question(self.found, hit) for hit in hits)

    def whole(self) -> bool:
        """Whether the phrases and words that add nothing are all there is."""
        return scope.only_filler(self.found, [mention.hit for mention in self.mentions])

    def span(self, hits: Sequence[Hit]) -> tuple[int, int]:
        """Where the phrases stand in the clean text, from the first to the last."""
        if not hits:
            return (0, len(self.text))
        return (self.found[hits[0].start].start, max(self.found[hit.end - 1].end for hit in hits))


WHOLE_ONLY = "none"  # phrases under this key count only as the whole message


@cache
def book(name: str) -> PhraseBook:
    """The phrases of one word list, ready to search."""
    phrases = {value: listed for value, listed in read(name).items() if value != WHOLE_ONLY}
    return PhraseBook(phrases, _not_slips())


@cache
def _not_slips() -> frozenset[str]:
    return word_set("ordinary_words", "words") | word_set("ordinary_words", "look_alikes")


@cache
def _whole_book(name: str) -> PhraseBook:
    return PhraseBook({WHOLE_ONLY: read(name)[WHOLE_ONLY]}, word_set("ordinary_words", "words"))


def says_none(name: str, text: str) -> bool:
    """Whether the message, politeness aside, is made of the list's ways to say "none of them"."""
    found = [token for token in _written(clean(text)) if not token.is_mark]
    return _whole_book(name).made_of(found, word_set("small_words", "courtesy"))


TOLD_OF_ONESELF = frozenset({"health", "barriers"})


@lru_cache(maxsize=5 * FEW)
def read_passage(name: str, text: str) -> Passage:
    """Every phrase of a word list in a person's raw words."""
    cleaned = clean(text)
    found = _written(cleaned)
    hits = [hit for hit in book(name).find(found) if name not in TOLD_OF_ONESELF or not is_a_name(found, hit)]
    owned = scope.owners(hits)
    mentions = (Mention(hit, scope.denied(found, owned, hit), scope.someone_elses(found, hit)) for hit in hits)
    return Passage(cleaned, found, tuple(mentions))


@lru_cache(maxsize=FEW)
def _written(cleaned: str) -> tuple[Token, ...]:
    return tuple(written_out(tokens(cleaned)))


def written_out(found: Sequence[Token]) -> list[Token]:
    """The tokens with textspeak and dialect forms as the word lists have them: "wrk" is "work", "cannae" is "cant"."""
    short = _written_short()
    return [token._replace(word=short[token.word]) if token.word in short else token for token in found]


@cache
def _written_short() -> dict[str, str]:
    """Each line of the list is the word meant and then the ways of writing it."""
    lines = (line.split() for line in read("small_words")["written_short"])
    return {written: meant for meant, *ways in lines for written in ways}


def without_courtesy(found: Sequence[Token]) -> list[Token]:
    """The tokens without marks, and without greetings and thanks at either end."""
    kept = [token for token in found if not token.is_mark]
    courtesy = word_set("small_words", "courtesy")
    while kept and kept[-1].word in courtesy:
        kept.pop()
    start = next((i for i, token in enumerate(kept) if token.word not in courtesy), len(kept))
    return kept[start:]


def in_order(hits: Sequence[Hit]) -> list[str]:
    """The values of some hits, each once, in the order said."""
    return list(dict.fromkeys(hit.value for hit in hits))
