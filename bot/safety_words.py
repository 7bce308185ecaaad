"""Words as people type them, made comparable: accents, spelling, text-speak and spaced-out letters folded away."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from bot.safety_scripts import same_letters

BEGIN, END = "\x02", "\x03"
_STOP, _PAUSE = "\ue000", "\ue001"  # private characters: those a person types become spaces
_SENTENCE_ENDS = frozenset(".!?;…。！？؟۔।\n\r")
_APOSTROPHES = frozenset("'’‘`´ʼ′＇*")
_LEET_INSIDE = ((re.compile(r"(?<=[a-z])[!|](?=[a-z])"), "i"), (re.compile(r"@(?=[a-z])|(?<=[a-z])@"), "a"),
                (re.compile(r"\$(?=[a-z])|(?<=[a-z])\$"), "s"))  # fmt: skip
_WILL = re.compile(r"(?<![^\W_])(i|he|she|it|they|you|we|that)['’]ll(?![^\W_])")
_OVERDOSED = re.compile(r"(?<![^\W_])od['’`]e?d(?![^\W_])")
_SPACED_LETTERS = re.compile(r"(?<![^\W_])(?:[a-z][ .\-_]{1,2}){2,}[a-z](?![^\W_])")
_LONG_RUN = re.compile(r"(.)\1{2,}")
FEW = 8
"""Messages whose words are remembered, since each list of rewritings reads the same."""
_LEET = str.maketrans("013457", "oieast")


class _Table(dict[int, str | None]):
    """What becomes of each character; filled as characters turn up."""

    def __missing__(self, code: int) -> str | None:
        result = self[code] = _fate(chr(code))
        return result


def _fate(char: str) -> str | None:
    category = unicodedata.category(char)
    if char in _SENTENCE_ENDS:
        return f" {_STOP} "
    if char in _APOSTROPHES or category in ("Cf", "Sk", "Lm"):
        return None
    if "\u3040" <= char <= "\u30ff" or "\u4e00" <= char <= "\u9fff":
        return f" {char} "  # written without spaces: each character is a word
    if category[0] in "LMN":
        return char
    return " " if category[0] in "ZC" else f" {_PAUSE} "


_TABLE = _Table()


@dataclass(frozen=True, slots=True)
class Words:
    """Comparable words, with BEGIN first and END last; `stops` are where a sentence ends, `pauses` where a clause may."""

    words: tuple[str, ...]
    stops: frozenset[int]
    pauses: frozenset[int]

    @property
    def text(self) -> str:
        return " ".join(self.words[1:-1])


def fold(text: str) -> str:
    """Lower case without accents, joined-up spaced letters, marks of sentence and clause ends kept as tokens."""
    text = text.casefold()
    text = _WILL.sub(r"\1 will", text if text.isascii() else same_letters(text))
    text = _OVERDOSED.sub("oded", text)  # not "odd", of which there is the odd one in every tale
    for pattern, letter in _LEET_INSIDE:
        text = pattern.sub(letter, text)
    text = _SPACED_LETTERS.sub(lambda m: re.sub(r"[ .\-_]", "", m.group()), text)
    return text.translate(_TABLE)


def read_words(text: str, rewrites: Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]) -> Words:
    """The words of a message; never fails, whatever the characters."""
    return _rewritten(*_typed(text), rewrites)


@lru_cache(maxsize=FEW)
def _typed(text: str) -> tuple[tuple[str, ...], frozenset[int], frozenset[int]]:
    """The words as they were typed, and where sentences and clauses end."""
    words, stops, pauses = [BEGIN], set[int](), set[int]()
    for token in fold(text).split():
        if token == _STOP:
            stops.add(len(words))
        elif token == _PAUSE:
            pauses.add(len(words))
        else:
            words.append(_LONG_RUN.sub(r"\1\1", token)[:40])
    words.append(END)
    return tuple(words), frozenset(stops), frozenset(pauses)


def _rewritten(
    words: tuple[str, ...],
    stops: frozenset[int],
    pauses: frozenset[int],
    rewrites: Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]],
) -> Words:
    """ "wanna" -> "want to", "do not" -> "dont"; positions of sentence ends move along."""
    if rewrites.keys().isdisjoint(words):
        return Words(words, stops, pauses)
    out: list[str] = []
    moved: dict[int, int] = {}
    at = 0
    while at < len(words):
        moved[at] = len(out)
        taken, said = _rewrite_at(words, at, stops, rewrites)
        out.extend(said)
        at += taken
    keep = [frozenset(moved[i] for i in marks if i in moved) for marks in (stops, pauses)]
    return Words(tuple(out), keep[0], keep[1])


def _rewrite_at(
    words: tuple[str, ...],
    at: int,
    stops: frozenset[int],
    rewrites: Mapping[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]],
) -> tuple[int, tuple[str, ...]]:
    for said, meant in rewrites.get(words[at], ()):
        if words[at : at + len(said)] == said and not any(at + i in stops for i in range(1, len(said))):
            return len(said), meant
    return 1, (words[at],)


def rewrites_from(table: Mapping[str, str]) -> dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]]:
    """Rewriting rules by first word, the longest first."""
    rules: dict[str, list[tuple[tuple[str, ...], tuple[str, ...]]]] = {}
    for said, meant in table.items():
        key = tuple(fold(str(said)).split())
        rules.setdefault(key[0], []).append((key, tuple(fold(str(meant)).split())))
    return {first: tuple(sorted(found, key=lambda rule: -len(rule[0]))) for first, found in rules.items()}


class Spelling:
    """Which listed words a typed word may stand for: itself, a known short form, or a typing mistake on a long word."""

    def __init__(
        self,
        vocabulary: Iterable[str],
        *,
        fuzzy: Iterable[str],
        also: Mapping[str, tuple[str, ...]],
        never: Iterable[str],
    ) -> None:
        self._vocabulary = frozenset(vocabulary)
        self._also = also
        self._never = frozenset(never)
        self._deletes: dict[str, tuple[str, ...]] = {}  # tuples, mostly shared: sets took twice the memory
        self._sounds: dict[str, tuple[str, ...]] = {}
        for word in dict.fromkeys(fuzzy):
            alone = (word,)
            if len(sound(word)) >= 3:
                _add(self._sounds, sound(word), alone)
            if len(word) >= 5 and word.isascii() and word.isalpha():
                for shorter in _deletions(word, 2 if len(word) >= 9 else 1):
                    _add(self._deletes, shorter, alone)
        self._known: dict[str, tuple[str, ...]] = {}

    def candidates(self, word: str) -> tuple[str, ...]:
        found = self._known.get(word)
        if found is None:
            if len(self._known) > 20_000:  # bounded, whatever people type
                self._known.clear()
            found = self._known[word] = (word, *sorted(self._meant(word) - {word}))
        return found

    def corrected(self, word: str) -> str:
        """The one listed word that an unknown word most likely is, or the word itself."""
        return word if word in self._vocabulary else (*self.candidates(word)[1:], word)[0]

    def _meant(self, word: str) -> set[str]:
        meant = set(self._also.get(word, ()))
        if word in self._vocabulary or word in self._never:
            return meant
        plain = re.sub(r"(.)\1+", r"\1", word)
        meant.update({plain} & self._vocabulary)
        if any(c.isdigit() for c in word) and any(c.isalpha() for c in word):
            meant.update({word.translate(_LEET)} & self._vocabulary)
        return meant or self._corrected(word)

    def _corrected(self, word: str) -> set[str]:
        if len(word) < 4 or not (word.isascii() and word.isalpha()):
            return set()
        near: set[str] = set()
        for shorter in _deletions(word, 2 if len(word) >= 8 else 1):
            near.update(self._deletes.get(shorter, ()))
        close = {w for w in near if w[0] == word[0] and _distance(word, w) <= (2 if len(w) >= 9 else 1)}
        return close.union(self._sounds.get(sound(word), ()))


def _add(words: dict[str, tuple[str, ...]], key: str, alone: tuple[str, ...]) -> None:
    words[key] = (*words[key], *alone) if key in words else alone


_HEARD = tuple((re.compile(written), heard) for written, heard in (
    ("^(?:kn|gn)", "n"), ("^wr", "r"), ("ph", "f"), ("[cs]h", "x"), ("ck", "k"), ("c(?=[eiy])", "s"), ("c", "k"), ("q", "k"),
    ("z", "s"), ("ght", "t"), ("th", "f"), ("dg", "j"), ("(?<=m)b$", ""), ("ing?$", "in"), (r"(.)\1+", r"\1"),
))  # fmt: skip


@lru_cache(maxsize=20_000)
def sound(word: str) -> str:
    """What is left of a word that is written as it is heard, or without its vowels: "strngld" and "strangled" are one."""
    for written, heard in _HEARD:
        word = written.sub(heard, word)
    return word[:1] + re.sub("[aeiouyhw]", "", word[1:])


def _deletions(word: str, depth: int) -> set[str]:
    found, edge = {word}, {word}
    for _ in range(depth):
        edge = {w[:i] + w[i + 1 :] for w in edge for i in range(len(w))}
        found |= edge
    return found


def _distance(a: str, b: str) -> int:
    """Edits between two words; swapping two neighbouring letters is one (optimal string alignment)."""
    before, row = [0] * (len(b) + 1), list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i] + [0] * len(b)
        for j, y in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], older[j - 2] + 1)
    return row[-1]
