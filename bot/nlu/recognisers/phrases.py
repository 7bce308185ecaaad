"""Finding listed phrases in free text: typos forgiven, longest phrase first.

In a phrase `/` separates words of which any will do, `*` ends the beginning of a word, and `...` stands for up to
three words in between.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import NamedTuple

from bot.nlu.recognisers.text import Token, clean, tokens
from bot.nlu.recognisers.typos import Speller

GAP = "..."
WIDEST_GAP = 3
MOST_KEPT = 2000
"""Words whose forms and phrases are kept, so that they are not looked for anew in every message."""
IGNORED = "ignore"  # phrases under this key look like a value and are none


class Hit(NamedTuple):
    """A phrase found: its value and the tokens it covers, half-open."""

    value: str
    start: int
    end: int


_Ways = dict[str, "_Node"]


class _Node:
    """Where the parts of a phrase so far lead; what a node lacks is None, as an empty table of each would be 15 MB."""

    __slots__ = ("beginnings", "gap", "values", "words")

    def __init__(self) -> None:
        self.words: _Ways | None = None
        self.beginnings: _Ways | None = None
        self.gap: _Node | None = None
        self.values: tuple[str, ...] = ()

    def step(self, part: str) -> _Node:
        """The node after one part of a phrase, made if it is new."""
        if part == GAP:
            self.gap = self.gap or _Node()
            return self.gap
        if part.endswith("*"):
            self.beginnings = {} if self.beginnings is None else self.beginnings
            table, part = self.beginnings, part.removesuffix("*")
        else:
            self.words = {} if self.words is None else self.words
            table = self.words
        if part not in table:
            table[part] = _Node()
        return table[part]

    def joined(self, known: dict[object, _Node]) -> _Node:
        """The first of `known` nodes from which the same leads on: "i/we had/got a/the flu" ends eight times alike."""
        for table in (self.words, self.beginnings):
            if table:
                table.update({part: after.joined(known) for part, after in table.items()})
        self.gap = self.gap.joined(known) if self.gap else None
        words = frozenset((part, id(after)) for part, after in (self.words or {}).items())
        beginnings = tuple((part, id(after)) for part, after in (self.beginnings or {}).items())
        return known.setdefault((words, beginnings, id(self.gap), self.values), self)


class PhraseBook:
    """Phrases compiled to a tree; `find` takes time in proportion to the text."""

    def __init__(self, phrases: Mapping[str, Iterable[str]], ordinary: Iterable[str] = ()) -> None:
        root = _Node()
        vocabulary: set[str] = set()
        for value, listed in phrases.items():
            for phrase in listed:
                for parts in _spelled_out(phrase):
                    vocabulary.update(part for part in parts if part != GAP and not part.endswith("*"))
                    _add(root, parts, value)
        self._root = root.joined({})
        self._speller = Speller(vocabulary, ordinary)
        self._forms: dict[str, tuple[str, ...]] = {}
        self._begun: dict[str, tuple[_Node, ...]] = {}

    @property
    def known(self) -> frozenset[str]:
        """Every word that stands in a phrase."""
        return self._speller.known

    def find(self, found: Sequence[Token]) -> list[Hit]:
        """The phrases in a text in reading order; where two overlap the longer stays, then the later."""
        hits: list[Hit] = []
        for i, token in enumerate(found):
            if self._begins(token.word):
                hits += self._from(found, i)
        return _apart(hits) if hits else hits

    def values_in(self, found: Sequence[Token]) -> frozenset[str]:
        """Every value of which a phrase stands in a text, also where phrases overlap."""
        return frozenset(
            hit.value for i, token in enumerate(found) if self._begins(token.word) for hit in self._from(found, i)
        )

    def exactly(self, found: Sequence[Token]) -> list[str]:
        """The values of the phrases that are the whole text."""
        return [hit.value for hit in self._from(found, 0) if hit.end == len(found)]

    def made_of(self, found: Sequence[Token], spare: frozenset[str]) -> bool:
        """Whether the text is phrases and spare words and nothing else: "nothing really thanks, just my health"."""
        ends, said = {0}, False
        for i in range(len(found)):
            if i not in ends:
                continue
            after = {hit.end for hit in self._from(found, i)}
            said = said or bool(after)
            ends |= after | ({i + 1} if found[i].word in spare else set())
        return said and len(found) in ends

    def _from(self, found: Sequence[Token], start: int) -> list[Hit]:
        begun = self._begins(found[start].word) if start < len(found) else ()
        if not begun:
            return []
        hits: list[Hit] = []
        open_ends = [(after, start + 1) for after in begun]
        while open_ends:
            node, i = open_ends.pop()
            hits += [Hit(value, start, i) for value in node.values]
            if node.gap:
                open_ends += [(after, j) for after, j in _over_gap(node.gap, i) if j <= len(found)]
            if i < len(found):
                open_ends += [(after, i + 1) for after in self._next(node, found[i].word)]
                open_ends += [(node, i + 1)] if i > start and _is_hyphen(found, i) else []
        return [hit for hit in hits if found[hit.end - 1].word != "-"]

    def _begins(self, word: str) -> tuple[_Node, ...]:
        """Where the phrases that begin with a word go on: of most words none does."""
        begun = self._begun.get(word)
        if begun is None:
            if len(self._begun) > MOST_KEPT:
                self._begun.clear()
            begun = self._begun[word] = tuple(self._next(self._root, word))
        return begun

    def _next(self, node: _Node, word: str) -> list[_Node]:
        after = [node.words[form] for form in self._forms_of(word) if form in node.words] if node.words else []
        if not after and node.beginnings:
            after = [child for start, child in node.beginnings.items() if word.startswith(start)]
        return after

    def _forms_of(self, word: str) -> tuple[str, ...]:
        """The word as listed, its singular, or what it is a misspelling of."""
        if word in self._speller.known:
            return (word,) if len(word) < 4 or not word.endswith("s") else (word, word[:-1])
        forms = self._forms.get(word)
        if forms is None:
            if len(self._forms) > MOST_KEPT:
                self._forms.clear()  # perhaps while another thread reads
            forms = self._forms[word] = self._unlisted(word)
        return forms

    def _unlisted(self, word: str) -> tuple[str, ...]:
        if word.endswith("s") and word[:-1] in self._speller.known and len(word) > 3:
            return (word[:-1],)
        if word.endswith("in") and word + "g" in self._speller.known:
            return (word + "g",)
        return self._speller.nearest_all(word)


def _add(node: _Node, parts: Sequence[str], value: str) -> None:
    for part in parts:
        node = node.step(part)
    if value not in node.values:
        node.values = (*node.values, value)


def _is_hyphen(found: Sequence[Token], i: int) -> bool:
    """A dash that joins two words: "long-term"."""
    if found[i].word != "-" or i + 1 >= len(found):
        return False
    return found[i - 1].end == found[i].start and found[i].end == found[i + 1].start and found[i + 1].word.isalpha()


def _over_gap(after: _Node, i: int) -> list[tuple[_Node, int]]:
    return [(after, i + skipped) for skipped in range(WIDEST_GAP + 1)]


def _spelled_out(phrase: str) -> list[list[str]]:
    """Every wording of a phrase with choices in it."""
    slots = [_part(choice) for choice in clean(phrase).split()]
    return [[part for parts in wording for part in parts] for wording in product(*slots)]


def _part(choice: str) -> list[list[str]]:
    if choice == GAP:
        return [[GAP]]
    return [_words(option) for option in choice.split("/") if option] if choice != "/" else [["/"]]


def _words(option: str) -> list[str]:
    star = option.endswith("*")
    parts = [token.word for token in tokens(option.removesuffix("*"))]
    return [*parts[:-1], parts[-1] + "*"] if star and parts else parts


def _apart(hits: list[Hit]) -> list[Hit]:
    """Hits that do not overlap, except several values of the very same words."""
    taken: dict[int, tuple[int, int]] = {}
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.start - hit.end, -hit.end)):
        owners = {taken.get(i) for i in range(hit.start, hit.end)}
        if owners <= {None} or owners == {(hit.start, hit.end)}:
            taken |= dict.fromkeys(range(hit.start, hit.end), (hit.start, hit.end))
            if hit not in kept[-4:]:
                kept.append(hit)
    ignored = {(hit.start, hit.end) for hit in kept if hit.value == IGNORED}  # "lets go" is not "let go"
    return sorted((hit for hit in kept if (hit.start, hit.end) not in ignored), key=lambda hit: (hit.start, hit.end))
