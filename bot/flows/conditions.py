"""The condition language: `slots.x`, constants, = != < <= > >= in contains and or not, parentheses.

Words are split by our own rules first (so nothing but these reaches Python's parser), the parsed tree is copied
through an allow-list into the small tree below, and only that is evaluated. Nothing is ever given to eval.
"""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, TypeAlias

if TYPE_CHECKING:
    from bot.flows.definition import Json, SlotSpec

MAX_LENGTH: Final = 500
MAX_DEPTH: Final = 20
Constant: TypeAlias = "bool | int | float | str | tuple[Constant, ...] | None"


class ConditionError(ValueError):
    """The condition cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class Slot:
    name: str


@dataclass(frozen=True, slots=True)
class Const:
    value: Constant


@dataclass(frozen=True, slots=True)
class Compare:
    op: str
    left: Slot | Const
    right: Slot | Const


@dataclass(frozen=True, slots=True)
class Not:
    item: Tree


@dataclass(frozen=True, slots=True)
class Both:
    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Either:
    items: tuple[Tree, ...]


Tree: TypeAlias = Slot | Const | Compare | Not | Both | Either


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition as written and as understood: two that are written alike are understood alike."""

    text: str
    tree: Tree = field(compare=False)

    def holds(self, slots: Mapping[str, Json]) -> bool:
        return evaluate(self.tree, slots)

    @property
    def slots(self) -> frozenset[str]:
        """The slots it reads."""
        return frozenset(_slots_of(self.tree))


_WORD: Final = re.compile(
    r"""\s*(?:(?P<text>"[^"\\\n]*"|'[^'\\\n]*')|(?P<number>\d{1,9}(?:\.\d{1,6})?)(?![\w.])
    |(?P<slot>slots\.[a-z][a-z0-9_]*)|(?P<name>[A-Za-z_]+)|(?P<op><=|>=|!=|==|=|<|>|-|\(|\)|\[|\]|,))""",
    re.VERBOSE,
)
_NOT_CONTAINS: Final = re.compile(r"""\bnot is\b(?=(?:[^"']|"[^"]*"|'[^']*')*$)""")
_NAMES: Final = {
    "and": "and", "or": "or", "not": "not", "in": "in", "contains": "is",
    "true": "True", "false": "False", "null": "None", "none": "None", "True": "True", "False": "False", "None": "None",
}  # fmt: skip


_ONE_AT_A_TIME: Final = threading.Lock()
"""CPython 3.11 counts the depth of all threads' trees together, and takes two at once for a mistake of its own (SystemError)."""


def parse(text: str) -> Condition:
    """Reads a condition. Raises ConditionError with a sentence for whoever wrote it."""
    if len(text) > MAX_LENGTH:
        raise ConditionError(f"the condition is longer than {MAX_LENGTH} characters")
    source = _NOT_CONTAINS.sub("is not", " ".join(_words(text)), count=MAX_DEPTH)
    if max(source.count("("), source.count("["), source.count("not"), source.count("-")) > MAX_DEPTH:
        raise ConditionError("the condition is nested too deeply")
    try:
        with _ONE_AT_A_TIME:
            parsed = ast.parse(source, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise ConditionError("the condition does not read as `slots.name = value` joined by and, or, not") from None
    return Condition(text.strip(), _tree(parsed.body))


def _words(text: str) -> Iterator[str]:
    position, end = 0, len(text.rstrip())
    while position < end:
        found = _WORD.match(text, position)
        if not found:
            raise ConditionError(f"`{text[position : position + 12].strip()}` is not part of a condition")
        position = found.end()
        yield _python_word(found)


def _python_word(found: re.Match[str]) -> str:
    word = found.group().strip()
    if found.lastgroup == "op":
        return "==" if word == "=" else word
    if found.lastgroup == "name":
        if word not in _NAMES:
            raise ConditionError(f'`{word}` is not known here: write slots.{word} for a slot, or "{word}" for a word')
        return _NAMES[word]
    return word


def _tree(node: ast.expr) -> Tree:
    if isinstance(node, ast.BoolOp):
        items = tuple(_tree(value) for value in node.values)
        return Both(items) if isinstance(node.op, ast.And) else Either(items)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return Not(_tree(node.operand))
    if isinstance(node, ast.Compare):
        return _comparison(node)
    return _leaf(node)


_OPS: Final[Mapping[type[ast.cmpop], str]] = {
    ast.Eq: "=", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
    ast.In: "in", ast.NotIn: "not in", ast.Is: "contains", ast.IsNot: "not contains",
}  # fmt: skip


def _comparison(node: ast.Compare) -> Tree:
    if len(node.ops) != 1:
        raise ConditionError("compare two things at a time: join them with and")
    op = _OPS[type(node.ops[0])]
    made = Compare(op.removeprefix("not "), _leaf(node.left), _leaf(node.comparators[0]))
    return Not(made) if op.startswith("not ") else made


def _leaf(node: ast.expr) -> Slot | Const:
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "slots":
        return Slot(node.attr)
    return Const(_constant(node))


def _constant(node: ast.expr) -> Constant:
    if isinstance(node, ast.Constant) and (node.value is None or isinstance(node.value, bool | int | float | str)):
        return node.value
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        value = _constant(node.operand)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return -value
    if isinstance(node, ast.List | ast.Tuple):
        return tuple(_constant(item) for item in node.elts)
    raise ConditionError("only slots, words in quotes, numbers, true, false and null can be compared")


def evaluate(tree: Tree, slots: Mapping[str, Json]) -> bool:
    """Whether the condition holds. An unfilled slot is null; an impossible comparison is false."""
    if isinstance(tree, Both):
        return all(evaluate(item, slots) for item in tree.items)
    if isinstance(tree, Either):
        return any(evaluate(item, slots) for item in tree.items)
    if isinstance(tree, Not):
        return not evaluate(tree.item, slots)
    if isinstance(tree, Compare):
        return compared(tree.op, _value(tree.left, slots), _value(tree.right, slots))
    return bool(_value(tree, slots))


def compared(op: str, left: Json, right: Json) -> bool:
    """Whether a comparison holds; an impossible one does not."""
    return _COMPARE[op](left, right)


def _value(leaf: Slot | Const, slots: Mapping[str, Json]) -> Json:
    return slots.get(leaf.name) if isinstance(leaf, Slot) else leaf.value


def _equal(left: Json, right: Json) -> bool:
    if isinstance(left, list | tuple) and isinstance(right, list | tuple):
        return list(left) == list(right)
    return isinstance(left, bool) == isinstance(right, bool) and left == right


def _inside(item: Json, group: Json) -> bool:
    if isinstance(group, str):
        return isinstance(item, str) and item in group
    return isinstance(group, Sequence) and any(_equal(item, member) for member in group)


def _numbers(compare: Callable[[float, float], bool]) -> Callable[[Json, Json], bool]:
    def compared(left: Json, right: Json) -> bool:
        return _is_number(left) and _is_number(right) and compare(left, right)  # type: ignore[arg-type]

    return compared


def _is_number(value: Json) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


_COMPARE: Final[Mapping[str, Callable[[Json, Json], bool]]] = {
    "=": _equal,
    "!=": lambda left, right: not _equal(left, right),
    "<": _numbers(lambda left, right: left < right),
    "<=": _numbers(lambda left, right: left <= right),
    ">": _numbers(lambda left, right: left > right),
    ">=": _numbers(lambda left, right: left >= right),
    "in": _inside,
    "contains": lambda left, right: _inside(right, left),
}


def _slots_of(tree: Tree) -> Iterator[str]:
    if isinstance(tree, Slot):
        yield tree.name
    elif isinstance(tree, Compare):
        yield from _slots_of(tree.left)
        yield from _slots_of(tree.right)
    elif isinstance(tree, Not):
        yield from _slots_of(tree.item)
    elif isinstance(tree, Both | Either):
        for item in tree.items:
            yield from _slots_of(item)


NUMBERS: Final = frozenset({"number", "age", "duration"})
LISTS: Final = frozenset({"choices"})


def type_errors(tree: Tree, specs: Mapping[str, SlotSpec]) -> list[str]:
    """What is wrong with the condition against the slots, as sentences; empty when it makes sense."""
    if isinstance(tree, Both | Either):
        return [message for item in tree.items for message in type_errors(item, specs)]
    if isinstance(tree, Not):
        return type_errors(tree.item, specs)
    unknown = [f"There is no slot `{name}`." for name in sorted(frozenset(_slots_of(tree)) - specs.keys())]
    if unknown:
        return unknown
    if isinstance(tree, Compare):
        return _comparison_errors(tree, specs)
    if isinstance(tree, Slot) and specs[tree.name].type == "yes_no":
        return [f'`slots.{tree.name}` alone is true for "no" as well: write slots.{tree.name} = "yes".']
    if isinstance(tree, Const) and not isinstance(tree.value, bool):
        return ["A constant alone is not a condition."]
    return []


def _comparison_errors(tree: Compare, specs: Mapping[str, SlotSpec]) -> list[str]:
    left, right, op = tree.left, tree.right, tree.op
    if isinstance(left, Const) and isinstance(right, Const):
        return ["This compares two constants: it is always the same."]
    if op == "in" and isinstance(right, Const) and not isinstance(right.value, tuple):
        return ['After `in` goes a list, like ["a", "b"].']
    if op == "contains" and isinstance(left, Slot) and specs[left.name].type not in LISTS | {"text", "words"}:
        return [f"`{left.name}` holds one value, not several: write = instead of contains."]
    if op in ("<", "<=", ">", ">="):
        return [message for side in (left, right) for message in _number_errors(side, specs)]
    slot, const = (left, right) if isinstance(left, Slot) else (right, left)
    if isinstance(slot, Slot) and isinstance(const, Const):
        return _value_errors(specs[slot.name], const.value, op)
    return []


def _number_errors(side: Slot | Const, specs: Mapping[str, SlotSpec]) -> list[str]:
    if isinstance(side, Slot):
        spec = specs[side.name]
        return [] if spec.type in NUMBERS else [f"`{side.name}` is not a number, so more or less means nothing."]
    return [] if _is_number(side.value) else [f"`{side.value}` is not a number, so more or less means nothing."]


def _value_errors(spec: SlotSpec, value: Constant, op: str) -> list[str]:
    values = value if op == "in" and isinstance(value, tuple) else (value,)
    return [message for item in values for message in _one_value_errors(spec, item, op)]


def _one_value_errors(spec: SlotSpec, value: Constant, op: str) -> list[str]:
    if value is None or value == "skipped":
        return []
    if spec.type in NUMBERS:
        return [] if _is_number(value) else [f"`{spec.name}` is a number, `{value}` is not."]
    if spec.type == "flag":
        return [] if isinstance(value, bool) else [f"`{spec.name}` is true or false, never `{value}`."]
    if spec.type in LISTS and op in ("=", "!="):
        return [f'`{spec.name}` holds several values: write slots.{spec.name} contains "{value}".']
    allowed = _allowed(spec)
    if allowed is not None and value not in allowed:
        return [f"`{spec.name}` can never be `{value}`; it can be: {', '.join(allowed)}."]
    return [] if isinstance(value, str) else [f"`{spec.name}` is words, `{value}` is not."]


def _allowed(spec: SlotSpec) -> tuple[str, ...] | None:
    """The values a slot can be equal to, where they are known."""
    if spec.type == "yes_no":
        return ("yes", "no", "unsure", *(choice.value for choice in spec.options))
    if spec.type in ("choice", "choices") and not spec.choices_from and spec.options:
        return tuple(choice.value for choice in spec.options)
    return None
