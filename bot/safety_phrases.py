"""The phrase language of nlu_data/safety, compiled to one word automaton that reads a message once.

`word`, `(this|that thing)`, `[maybe]`, `...` (up to three words of one sentence), `<list>`, `BEGIN`, `END`.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from bot.safety_words import BEGIN, END, Words
from bot.safety_words import fold as same

GAP = 3
_ROOT = 0
_TOKEN = re.compile(r"\s*(\.\.\.|[()\[\]|]|<[\w-]+>|[^\s()\[\]|<>]+)")


class PhraseError(ValueError):
    """A phrase in nlu_data/safety cannot be read; says which and why. `phrase`: its words as they stand in the file."""

    def __init__(self, message: str, phrase: str = "") -> None:
        super().__init__(message)
        self.phrase = phrase


@dataclass(frozen=True, slots=True)
class Group:
    """One of several ways to say it; `optional` adds saying nothing."""

    ways: tuple[tuple[Part, ...], ...]
    optional: bool = False


Part = str | Group


def parse(phrase: str, lists: Mapping[str, str], fold: Callable[[str], list[str]]) -> tuple[Part, ...]:
    """Reads one written phrase; `fold` makes its words comparable with those of messages."""
    tokens = _TOKEN.findall(phrase)
    if "?" in phrase or "".join(tokens).replace(" ", "") != re.sub(r"\s+", "", phrase):
        raise PhraseError(f"cannot read {phrase!r}", phrase)
    ways, rest = _ways(tokens, lists, fold, phrase)
    if rest or len(ways) != 1 or not ways[0] or ways[0][0] == "...":
        raise PhraseError(f"brackets do not match, or nothing comes first, in {phrase!r}", phrase)
    return ways[0]


def _ways(
    tokens: list[str], lists: Mapping[str, str], fold: Callable[[str], list[str]], phrase: str
) -> tuple[tuple[tuple[Part, ...], ...], list[str]]:
    ways: list[list[Part]] = [[]]
    run: list[str] = []

    def flush() -> None:
        ways[-1].extend(_folded(run, fold))
        run.clear()

    while tokens:
        token, tokens = tokens[0], tokens[1:]
        if token in (")", "]"):
            flush()
            return _full(ways, phrase), [token, *tokens]
        if token in ("(", "[", "|", "...", "BEGIN", "END") or token.startswith("<"):
            flush()
        if token in ("(", "["):
            inner, tokens = _ways(tokens, lists, fold, phrase)
            if not tokens or tokens[0] != {"(": ")", "[": "]"}[token]:
                raise PhraseError(f"a bracket is not closed in {phrase!r}", phrase)
            tokens = tokens[1:]
            ways[-1].append(Group(inner, optional=token == "["))
        elif token == "|":
            ways.append([])
        elif token.startswith("<"):
            ways[-1].append(_named(token[1:-1], lists, fold, phrase))
        elif token in ("...", "BEGIN", "END"):
            ways[-1].append({"...": "...", "BEGIN": BEGIN, "END": END}[token])
        else:
            run.append(token)
    flush()
    return _full(ways, phrase), []


def _folded(run: list[str], fold: Callable[[str], list[str]]) -> Iterator[str]:
    """Words made comparable, those next to one another together; of a stem ("umr~") what stands before its mark."""
    plain: list[str] = []
    for word in run:
        if word.endswith("~"):
            yield from fold(" ".join(plain)) if plain else ()
            plain.clear()
            if not (stem := same(word[:-1]).split()):
                raise PhraseError(f"nothing stands before the ~ in {' '.join(run)!r}", word)
            yield stem[0] + "~"
        else:
            plain.append(word)
    yield from fold(" ".join(plain)) if plain else ()


def _full(ways: list[list[Part]], phrase: str) -> tuple[tuple[Part, ...], ...]:
    """An empty way would make everything around it optional without anybody seeing it."""
    if not all(ways):
        raise PhraseError(f"one of the ways of saying it is empty in {phrase!r}", phrase)
    return tuple(tuple(way) for way in ways)


def _named(name: str, lists: Mapping[str, str], fold: Callable[[str], list[str]], phrase: str) -> Group:
    if name not in lists:
        raise PhraseError(f"no list called <{name}> for {phrase!r}", phrase)
    ways, rest = _ways(_TOKEN.findall(lists[name]), {k: v for k, v in lists.items() if k != name}, fold, phrase)
    if rest:
        raise PhraseError(f"brackets do not match in list <{name}>", f"{name}:")
    return Group(ways)


def words_of(parts: tuple[Part, ...]) -> Iterator[str]:
    """Every word that a phrase mentions."""
    for part in parts:
        if isinstance(part, Group):
            for way in part.ways:
                yield from words_of(way)
        elif part not in ("...", BEGIN, END):
            yield part


def mapped(parts: tuple[Part, ...], change: Callable[[str], str]) -> tuple[Part, ...]:
    """The same phrase with every word changed."""
    return tuple(
        Group(tuple(mapped(way, change) for way in part.ways), part.optional)
        if isinstance(part, Group)
        else part
        if part in ("...", BEGIN, END)
        else change(part)
        for part in parts
    )


def examples(parts: tuple[Part, ...], most: int = 40) -> list[str]:
    """Some ways of saying a phrase, its gaps left out: for tests and for the clinician's page."""
    said = [""]
    for part in parts:
        if part in ("...", BEGIN, END):
            continue
        if isinstance(part, Group):
            more = [text for way in part.ways for text in (examples(way, most) if way else [""])]
            said = [f"{a} {b}".strip() for b in more for a in said][:most]
        else:
            said = [f"{text} {part.strip('~=')}".strip() for text in said]
    return said


@dataclass(frozen=True, slots=True)
class Span:
    """Phrase number `entry` was said from word `start` up to, not including, `end`."""

    entry: int
    start: int
    end: int


Ways = tuple["array[int]", "array[int]"]
"""Numbers that lead somewhere, and where each leads."""
Run = tuple[int, int]
"""A word's part of the number lists, up to but not including the second."""


class Automaton:
    """All phrases at once; time grows with the length of the message, not with its wording.

    Nodes are numbers and the ways between them two number lists for all words, each word's part sorted: as objects they
    took 40 MB, as lists of their own for each word 4 MB more.
    """

    def __init__(self, phrases: Iterable[tuple[Part, ...]]) -> None:
        """Raises PhraseError for a phrase without a word. A phrase's number is its place among them."""
        builder = _Builder()
        for entry, parts in enumerate(phrases):
            builder.add(parts, entry)
        self._sources, self._targets = array("i"), array("i")
        self._by_word = {word: self._lay_down(*ways) for word, ways in builder.by_word.items()}
        self._by_any = self._lay_down(*builder.by_any)
        self._ends = builder.ends

    def _lay_down(self, sources: array[int], targets: array[int]) -> Run:
        order = sorted(range(len(sources)), key=sources.__getitem__)
        first = len(self._sources)
        self._sources.extend(sources[n] for n in order)
        self._targets.extend(targets[n] for n in order)
        return first, len(self._sources)

    def vocabulary(self) -> frozenset[str]:
        """Every word that leads anywhere."""
        return frozenset(self._by_word)

    def knows(self, ways: Iterable[str]) -> bool:
        """Whether one of the words leads anywhere."""
        return any(way in self._by_word for way in ways)

    @property
    def leaves_gaps(self) -> bool:
        """Whether some phrase lets words stand in between that are none of its own."""
        return self._by_any[0] < self._by_any[1]

    def find(self, words: Words, candidates: Callable[[str], tuple[str, ...]], *, longest: bool = False) -> list[Span]:
        """Every phrase said: for each ending its shortest reading, or its longest."""
        found: list[Span] = []
        active: dict[int, int] = {}
        for at, word in enumerate(words.words):
            ways = [self._by_word[way] for way in candidates(word) if way in self._by_word]
            if at not in words.stops and word not in (BEGIN, END):
                ways.append(self._by_any)
            active = self._advance(active, at, ways, longest)
            for node, start in active.items():
                found.extend(Span(entry, start, at + 1) for entry in self._ends.get(node, ()))
        return found

    def _advance(self, active: dict[int, int], at: int, ways: list[Run], longest: bool) -> dict[int, int]:
        after: dict[int, int] = {}
        better = min if longest else max
        sources, targets = self._sources, self._targets
        for node, start in (*active.items(), (_ROOT, at)):
            for first, last in ways:
                place = bisect_left(sources, node, first, last) if node else first  # the root is the least of numbers
                while place < last and sources[place] == node:
                    target = targets[place]
                    after[target] = better(start, after[target]) if target in after else start
                    place += 1
        return after


class _Builder:
    """Lays the phrases out; those that begin alike share their nodes as long as only one path leads there."""

    def __init__(self) -> None:
        self.by_word: dict[str, Ways] = {}
        self.by_any: Ways = (array("i"), array("i"))
        self.ends: dict[int, tuple[int, ...]] = {}
        self._shared: dict[tuple[int, str], int] = {}
        self._one_path = bytearray([True])

    def add(self, parts: tuple[Part, ...], entry: int) -> None:
        for node in self._walk(parts, {_ROOT}):
            if node == _ROOT:
                raise PhraseError("a phrase must have at least one word")
            self.ends[node] = (*self.ends.get(node, ()), entry)

    def _walk(self, parts: tuple[Part, ...], front: set[int]) -> set[int]:
        for part in parts:
            if isinstance(part, Group):
                front = (set(front) if part.optional else set[int]()) | self._ways(part.ways, front)
            elif part == "...":
                front = self._gap(front)
            else:
                front = {self._step(part, front)}
        return front

    def _ways(self, ways: tuple[tuple[Part, ...], ...], front: set[int]) -> set[int]:
        """Where the ways of a group lead; those that end in a word and share nothing with other phrases end in one node."""
        if len(front) == 1 and self._one_path[next(iter(front))]:
            return set[int]().union(*(self._walk(way, front) for way in ways))
        together, after = self._node(False), set[int]()
        for way in ways:
            if isinstance(way[-1], Group) or way[-1] == "...":
                after |= self._walk(way, front)
            else:
                self._join(way[-1], self._walk(way[:-1], front), together)
                after.add(together)
        return after

    def _step(self, word: str, front: set[int]) -> int:
        only = next(iter(front)) if len(front) == 1 else None
        one_path = only is not None and bool(self._one_path[only])
        if only is not None and one_path and (only, word) in self._shared:
            return self._shared[only, word]
        target = self._node(one_path)
        if only is not None and one_path:
            self._shared[only, word] = target
        self._join(word, front, target)
        return target

    def _join(self, word: str, front: set[int], target: int) -> None:
        _append(self.by_word.setdefault(word, (array("i"), array("i"))), front, target)

    def _gap(self, front: set[int]) -> set[int]:
        reached, edge = set(front), front
        for _ in range(GAP):
            target = self._node(False)
            _append(self.by_any, edge, target)
            edge = {target}
            reached.add(target)
        return reached

    def _node(self, one_path: bool) -> int:
        self._one_path.append(one_path)
        return len(self._one_path) - 1


def _append(ways: Ways, sources: Collection[int], target: int) -> None:
    ways[0].extend(sources)
    ways[1].extend([target] * len(sources))
