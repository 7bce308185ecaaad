"""YAML 1.2 as a tree of plain text with line numbers: nothing is guessed to be a number, a date or a truth value.

Read from the parser's events, so that anchors, aliases, tags, duplicate keys and deep nesting are refused before
anything is built.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

MAX_BYTES: Final = 256 * 1024
MAX_DEPTH: Final = 24
MAX_MARKS: Final = 2500
"""Keys and items in a file, counted roughly before it is parsed: the parser takes some 40 microseconds for each."""
_MARKS: Final = (",", "[", "{", ":", "- ")
_DEEP: Final = re.compile(r"(?:[\[{]\s{0,9}){25}")


class YamlError(Exception):
    """The file is not YAML that is accepted here: line, what is wrong, what to do."""

    def __init__(self, line: int, message: str, what_to_do: str) -> None:
        super().__init__(message)
        self.line, self.message, self.what_to_do = line, message, what_to_do


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value as it was typed; `plain` when it had no quotes round it."""

    text: str
    line: int
    plain: bool

    @property
    def is_null(self) -> bool:
        return self.plain and self.text in ("", "null", "~", "Null", "NULL")


@dataclass(frozen=True, slots=True)
class Items:
    items: Sequence[Node]
    line: int


@dataclass(frozen=True, slots=True)
class Table:
    items: Mapping[str, Node]
    lines: Mapping[str, int]
    line: int


Node: TypeAlias = Scalar | Items | Table


@lru_cache(maxsize=512)
def read_yaml(text: str) -> Node | None:
    """The tree of one document; None when it is empty. Raises YamlError. Cached: parsing is slow."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise YamlError(1, "The file is larger than 256 KB.", "Split it into several files.")
    if deep := _DEEP.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        raise YamlError(line, "This is nested too deeply.", "Move the inner steps to a flow of their own.")
    if sum(text.count(mark) for mark in _MARKS) > MAX_MARKS:
        raise YamlError(1, f"The file holds more than {MAX_MARKS} keys and items.", "Split it into several files.")
    try:
        return _Reader(text).document()
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = error.problem or error.context or "it cannot be parsed"
        raise YamlError(mark.line + 1 if mark else 1, f"This is not YAML: {what}.", _ADVICE) from None
    except YAMLError as error:
        raise YamlError(1, f"This is not YAML: {str(error).splitlines()[0]}.", _ADVICE) from None
    except (ValueError, IndexError, KeyError, AttributeError, AssertionError, RecursionError, TypeError):
        raise YamlError(1, "This is not YAML.", _ADVICE) from None


_ADVICE: Final = "Look at the spaces at the start of the line, and put words that hold : or # in quotes."


class _Reader:
    def __init__(self, text: str) -> None:
        self._events: Iterator[Any] = iter(YAML(typ="safe", pure=True).parse(io.StringIO(text)))

    def document(self) -> Node | None:
        found: Node | None = None
        for event in self._events:
            if isinstance(event, DocumentStartEvent):
                if found is not None:
                    raise YamlError(_line(event), "The file holds several documents.", "Remove the `---` line.")
            elif isinstance(event, ScalarEvent | MappingStartEvent | SequenceStartEvent | AliasEvent):
                found = self._node(event, 0)
        return None if isinstance(found, Scalar) and found.is_null else found

    def _node(self, event: Any, depth: int) -> Node:
        line = _line(event)
        if isinstance(event, AliasEvent) or event.anchor:
            raise YamlError(
                line, "Anchors (&) and aliases (*) are not used here.", "Write the words out, or in quotes."
            )
        if event.tag and event.tag != "!":
            raise YamlError(line, f"The tag `{event.tag}` is not used here.", "Put the words in quotes.")
        if depth > MAX_DEPTH:
            raise YamlError(line, "This is nested too deeply.", "Move the inner steps to a flow of their own.")
        if isinstance(event, ScalarEvent):
            return Scalar(event.value.strip(), line, bool(event.implicit[0]) and event.style in (None, ""))
        return self._table(line, depth) if isinstance(event, MappingStartEvent) else self._items(line, depth)

    def _items(self, line: int, depth: int) -> Items:
        found: list[Node] = []
        for event in self._events:
            if isinstance(event, SequenceEndEvent):
                break
            found.append(self._node(event, depth + 1))
        return Items(tuple(found), line)

    def _table(self, line: int, depth: int) -> Table:
        items: dict[str, Node] = {}
        lines: dict[str, int] = {}
        for event in self._events:
            if isinstance(event, MappingEndEvent):
                break
            key = self._node(event, depth + 1)
            if not isinstance(key, Scalar):
                raise YamlError(key.line, "A key must be a word.", "Put templates such as {{ slot }} in quotes.")
            if key.text in items:
                raise YamlError(key.line, f"`{key.text}` is here twice.", f"The first is in line {lines[key.text]}.")
            items[key.text], lines[key.text] = self._node(next(self._events), depth + 1), key.line
        return Table(items, lines, line)


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
