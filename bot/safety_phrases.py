"""The phrase language of nlu_data/safety, compiled to one word automaton that reads a message once.

`word`, `(this|that thing)`, `[maybe]`, `...` (up to three words of one sentence), `<list>`, `BEGIN`, `END`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bot.safety_words import BEGIN, END, Words

GAP = 3
_TOKEN = re.compile(r"\s*(\.\.\.|[()\[\]|]|<[\w-]+>|[^\s()\[\]|<>]+)")


class PhraseError(ValueError):
    """A phrase in nlu_data/safety cannot be read; says which and why."""


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
        raise PhraseError(f"cannot read {phrase!r}")
    ways, rest = _ways(tokens, lists, fold, phrase)
    if rest or len(ways) != 1 or not ways[0] or ways[0][0] == "...":
        raise PhraseError(f"brackets do not match, or nothing comes first, in {phrase!r}")
    return ways[0]


def _ways(
    tokens: list[str], lists: Mapping[str, str], fold: Callable[[str], list[str]], phrase: str
) -> tuple[tuple[tuple[Part, ...], ...], list[str]]:
    ways: list[list[Part]] = [[]]
    run: list[str] = []

    def flush() -> None:
        ways[-1].extend(fold(" ".join(run)) if run else ())
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
                raise PhraseError(f"a bracket is not closed in {phrase!r}")
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


def _full(ways: list[list[Part]], phrase: str) -> tuple[tuple[Part, ...], ...]:
    """An empty way would make everything around it optional without anybody seeing it."""
    if not all(ways):
        raise PhraseError(f"one of the ways of saying it is empty in {phrase!r}")
    return tuple(tuple(way) for way in ways)


def _named(name: str, lists: Mapping[str, str], fold: Callable[[str], list[str]], phrase: str) -> Group:
    if name not in lists:
        raise PhraseError(f"no list called <{name}> for {phrase!r}")
    ways, rest = _ways(_TOKEN.findall(lists[name]), {k: v for k, v in lists.items() if k != name}, fold, phrase)
    if rest:
        raise PhraseError(f"brackets do not match in list <{name}>")
    return Group(ways)


def words_of(parts: tuple[Part, ...]) -> Iterator[str]:
    """Every word that a phrase mentions."""
    for part in parts:
        if isinstance(part, Group):
            for way in part.ways:
                yield from words_of(way)
        elif part not in ("...", BEGIN, END):
            yield part


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
            said = [f"{text} {part}".strip() for text in said]
    return said


@dataclass(slots=True)
class _Node:
    """Tuples, which nodes share: lists of one number each took 15 MB."""

    by_word: dict[str, tuple[int, ...]] = field(default_factory=dict)
    by_any: tuple[int, ...] = ()
    ends: tuple[int, ...] = ()
    tree: bool = True  # reached by one path only, so other phrases may share it


@dataclass(frozen=True, slots=True)
class Span:
    """Phrase number `entry` was said from word `start` up to, not including, `end`."""

    entry: int
    start: int
    end: int


class Automaton:
    """All phrases at once; time grows with the length of the message, not with its wording."""

    def __init__(self) -> None:
        self._nodes = [_Node()]

    def add(self, parts: tuple[Part, ...], entry: int) -> None:
        for node in self._walk(parts, {0}):
            if node == 0:
                raise PhraseError("a phrase must have at least one word")
            self._nodes[node].ends += (entry,)

    def _walk(self, parts: tuple[Part, ...], front: set[int]) -> set[int]:
        for part in parts:
            if isinstance(part, Group):
                after = set(front) if part.optional else set[int]()
                for way in part.ways:
                    after |= self._walk(way, front)
                front = after
            elif part == "...":
                front = self._gap(front)
            else:
                front = {self._step(part, front)}
        return front

    def _step(self, word: str, front: set[int]) -> int:
        only = self._nodes[next(iter(front))] if len(front) == 1 else None
        if only is not None and only.tree:
            for target in only.by_word.get(word, ()):
                if self._nodes[target].tree:
                    return target
        self._nodes.append(_Node(tree=only is not None and only.tree))
        target = len(self._nodes) - 1
        alone = (target,)
        for node in front:
            by_word = self._nodes[node].by_word
            by_word[word] = (*by_word[word], target) if word in by_word else alone
        return target

    def _gap(self, front: set[int]) -> set[int]:
        reached, edge = set(front), front
        for _ in range(GAP):
            self._nodes.append(_Node(tree=False))
            target = len(self._nodes) - 1
            for node in edge:
                self._nodes[node].by_any += (target,)
            edge = {target}
            reached.add(target)
        return reached

    def find(self, words: Words, candidates: Callable[[str], tuple[str, ...]], *, longest: bool = False) -> list[Span]:
        """Every phrase said: for each ending its shortest reading, or its longest."""
        found: list[Span] = []
        active: dict[int, int] = {}
        for at, word in enumerate(words.words):
            active = self._advance(active, at, word, candidates(word), at in words.stops, longest)
            for node, start in active.items():
                found.extend(Span(entry, start, at + 1) for entry in self._nodes[node].ends)
        return found

    def _advance(
        self, active: dict[int, int], at: int, word: str, said: tuple[str, ...], new_sentence: bool, longest: bool
    ) -> dict[int, int]:
        after: dict[int, int] = {}
        better = min if longest else max
        for node, start in (*active.items(), (0, at)):
            by_word = self._nodes[node].by_word
            for way in said:
                for target in by_word.get(way, ()):
                    after[target] = better(start, after.get(target, start))
            if not new_sentence and word not in (BEGIN, END):
                for target in self._nodes[node].by_any:
                    after[target] = better(start, after.get(target, start))
        return after
