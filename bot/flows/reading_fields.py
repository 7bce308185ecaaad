"""Reading single fields out of a YAML tree; what is wrong is noted with its line and reading goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from bot.flows.conditions import Condition, ConditionError, parse
from bot.flows.definition import Choice, Finding, Place
from bot.flows.yaml_tree import Items, Node, Scalar, Table

if TYPE_CHECKING:
    from bot.flows.definition import Json

ID: Final = re.compile(r"[a-z][a-z0-9_]{0,79}")
_DURATION: Final = re.compile(r"(\d{1,4})\s*(m|h|d)")
_SECONDS: Final = {"m": 60, "h": 3600, "d": 86400}
_TRUE, _FALSE = ("true", "yes"), ("false", "no")


class Notes:
    """The findings of one file."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def error(self, line: int, message: str, what_to_do: str) -> None:
        self.findings.append(Finding(self.file, line, message, what_to_do))

    def place(self, line: int) -> Place:
        return Place(self.file, line)

    def table(self, node: Node | None, what: str, line: int = 1) -> Table | None:
        if isinstance(node, Table):
            return node
        if node is not None and not (isinstance(node, Scalar) and node.is_null):
            self.error(node.line, f"{what} must be written as `key: value` lines.", "See docs/flow-language.md.")
        elif node is None:
            self.error(line, f"{what} is missing.", "Add it, or remove the key.")
        return None

    def items(self, node: Node | None, what: str) -> tuple[Node, ...]:
        if isinstance(node, Items):
            return tuple(node.items)
        if node is not None and not (isinstance(node, Scalar) and node.is_null):
            self.error(node.line, f"{what} must be a list.", "Put each entry on a line that begins with `- `.")
        return ()

    def keys(self, table: Table, known: Iterable[str], what: str) -> None:
        """Every key must be one that is known."""
        known = list(known)
        for key in table.items:
            if key not in known:
                self.error(table.lines[key], f"{what} has no key `{key}`.", f"It can have: {', '.join(known)}.")

    def text(self, table: Table, key: str) -> str | None:
        node = table.items.get(key)
        if node is None or (isinstance(node, Scalar) and node.is_null):
            return None
        if isinstance(node, Scalar):
            return node.text
        self.error(node.line, f"`{key}` must be words.", "Put them in quotes on one line.")
        return None

    def identifier(self, table: Table, key: str) -> str | None:
        """An id: small letters, digits and _."""
        found = self.text(table, key)
        if found is not None and not ID.fullmatch(found):
            self.error(table.lines[key], f"`{found}` is not an id.", "Use small letters, digits and _ only.")
            return None
        return found

    def true(self, table: Table, key: str, otherwise: bool = False) -> bool:
        found = self.text(table, key)
        if found is None:
            return otherwise
        if found.lower() not in _TRUE + _FALSE:
            self.error(table.lines[key], f"`{key}` is true or false, never `{found}`.", "Write true or false.")
        return found.lower() in _TRUE

    def number(self, table: Table, key: str, low: int, high: int) -> int | None:
        found = self.text(table, key)
        if found is None:
            return None
        if not found.isascii() or not found.isdigit() or len(found) > 6 or not low <= int(found) <= high:
            self.error(table.lines[key], f"`{key}` must be a whole number.", f"Write a number from {low} to {high}.")
            return None
        return int(found)

    def seconds(self, table: Table, key: str) -> int | None:
        """A duration such as 20m, 24h or 30d."""
        found = self.text(table, key)
        if found is None:
            return None
        read = _DURATION.fullmatch(found)
        if not read:
            self.error(table.lines[key], f"`{found}` is not a length of time.", "Write it like 20m, 24h or 30d.")
            return None
        return int(read[1]) * _SECONDS[read[2]]

    def words(self, table: Table, key: str) -> tuple[str, ...]:
        """A list of texts, or one text."""
        node = table.items.get(key)
        if isinstance(node, Scalar):
            return () if node.is_null else (node.text,)
        found = self.items(node, f"`{key}`")
        for item in found:
            if not isinstance(item, Scalar):
                self.error(item.line, f"`{key}` must be a list of words.", "Put each in quotes.")
        return tuple(item.text for item in found if isinstance(item, Scalar))

    def condition(self, table: Table, key: str) -> Condition | None:
        node = table.items.get(key)
        if not isinstance(node, Scalar) or node.is_null:
            self.error(table.line, f"`{key}` has no condition.", 'Write one like slots.age >= 18 or slots.x = "y".')
            return None
        try:
            return parse(node.text)
        except ConditionError as error:
            self.error(node.line, f"In `{node.text[:80]}`: {error}.", "See the conditions in docs/flow-language.md.")
            return None

    def choices(self, table: Table, key: str) -> tuple[Choice, ...]:
        """`[{value, title, also: [phrases]}]`; a bare word is a value that is its own title."""
        found: list[Choice] = []
        for node in self.items(table.items.get(key), f"`{key}`"):
            choice = self._choice(node)
            if choice and any(choice.value == other.value for other in found):
                self.error(node.line, f"The value `{choice.value}` is here twice.", "Give each choice its own value.")
            elif choice:
                found.append(choice)
        return tuple(found)

    def _choice(self, node: Node) -> Choice | None:
        if isinstance(node, Scalar):
            return Choice(node.text, node.text)
        if not isinstance(node, Table):
            self.error(node.line, "A choice is written {value: …, title: …}.", "See docs/flow-language.md.")
            return None
        self.keys(node, ("value", "title", "also"), "A choice")
        value, title = self.text(node, "value"), self.text(node, "title")
        if value is None:
            self.error(node.line, "A choice has no value.", "Write {value: …, title: …}.")
            return None
        return Choice(value, title or value, self.words(node, "also"))


def constant(node: Node) -> Json:
    """A value typed in set_slots: null, true, false, a plain number, a list, else the words."""
    if isinstance(node, Items):
        return [constant(item) for item in node.items]
    if isinstance(node, Table):
        return {key: constant(item) for key, item in node.items.items()}
    if node.is_null:
        return None
    if node.plain and node.text in ("true", "false"):
        return node.text == "true"
    if node.plain and re.fullmatch(r"0|-?[1-9]\d{0,8}", node.text):
        return int(node.text)
    return node.text
