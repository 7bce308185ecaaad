"""Values as the proof knows them: those that are told apart, "something else", and "perhaps nothing"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from bot.flows.conditions import Both, Compare, Const, Either, Not, Slot, Tree, compared
from bot.flows.definition import SKIPPED

if TYPE_CHECKING:
    from bot.flows.definition import Book, SlotSpec

ANY: Final = "\0any"
"""A value that is there, and is none of those that are told apart."""
MAYBE: Final = "\0maybe"
"""A value that may be there or not."""
FILLED: Final = "\0filled"
"""A value that is there; which one matters only once its question is passed."""
KEPT: Final = "\0kept"
"""Whatever the caller knows of it, in a flow that does not read it and may only empty it."""
_YES_NO: Final = ("yes", "no", "unsure")


def flat(value: Any) -> Any:
    """A value that can be compared and kept in a set."""
    return ANY if isinstance(value, list | tuple | dict) else value


def domain(spec: SlotSpec) -> list[Any]:
    """The answers that the proof tells apart."""
    values: list[Any] = [choice.value for choice in spec.options]
    if spec.type == "choices":
        return [ANY]
    if spec.type == "flag":
        return [True, False]
    if spec.type == "yes_no":
        return list(dict.fromkeys((*_YES_NO, *values)))
    return values if spec.type == "choice" and values and not spec.choices_from else [*values, ANY]


def title(spec: SlotSpec, value: Any) -> str:
    """The answer as it stands in a conversation that shows a finding."""
    if value == ANY:
        return {"choices": "some of them"}.get(spec.type, "anything else" if spec.options else "anything")
    return f"{spec.title_of(value) or value}"


def values_named(book: Book) -> dict[str, set[Any]]:
    """Slot -> the values that conditions compare it with: the others are all alike."""
    found: dict[str, set[Any]] = {}
    for flow in book.flows.values():
        for step in flow.steps.values():
            for branch in [*step.next, *getattr(step, "rejections", ())]:
                for slot, value in named_in(branch.condition.tree) if branch.condition else ():
                    found.setdefault(slot, set()).add(value)
    return found


def named_in(tree: Tree) -> Iterator[tuple[str, Any]]:
    """Slots with the constants that a condition compares them with."""
    if isinstance(tree, Both | Either):
        for item in tree.items:
            yield from named_in(item)
    elif isinstance(tree, Not):
        yield from named_in(tree.item)
    elif isinstance(tree, Slot):
        yield tree.name, 0  # alone, a number is false when it is none at all
    elif isinstance(tree, Compare):
        sides = (tree.left, tree.right)
        for slot in sides:
            for const in sides:
                if isinstance(slot, Slot) and isinstance(const, Const):
                    values = const.value if isinstance(const.value, tuple) else (const.value,)
                    yield from ((slot.name, value) for value in values)


def told_apart(values: Sequence[Any], named: set[Any]) -> list[Any]:
    """Those that a condition names, and one that stands for all the others."""
    others = [value for value in values if value not in named]
    return [value for value in values if value in named or value == others[0]]


def numbers_apart(named: set[Any]) -> list[float]:
    """Numbers from nothing upwards, one for each that a condition names and one for each gap between them."""
    limits = sorted({n for n in named if isinstance(n, int | float) and not isinstance(n, bool)})
    if not limits:
        return []
    gaps = [(low + high) / 2 for low, high in pairwise(limits)]
    below = [limits[0] / 2] if limits[0] > 0 else []
    return sorted([*below, *limits, *gaps, limits[-1] + 1])


def truth(tree: Tree, known: Mapping[str, Any], book: Book) -> bool | None:
    """Whether a condition holds; None when that is not known."""
    if isinstance(tree, Compare):
        return _compared(tree, known, book)
    if isinstance(tree, Not):
        inner = truth(tree.item, known, book)
        return None if inner is None else not inner
    if isinstance(tree, Both | Either):
        settles = isinstance(tree, Either)
        found = [truth(item, known, book) for item in tree.items]
        if settles in found:
            return settles
        return None if None in found else not settles
    value = known.get(tree.name) if isinstance(tree, Slot) else tree.value
    if value in (MAYBE, FILLED):
        return None
    return True if value == ANY else bool(value)


def implied(tree: Tree, holds: bool, book: Book) -> tuple[tuple[str, Any], ...] | None:
    """The values that a condition says when it went one way; None when it says less than it asks."""
    if isinstance(tree, Not):
        return implied(tree.item, not holds, book)
    if isinstance(tree, Both | Either):
        parts = [implied(item, holds, book) for item in tree.items]
        whole = isinstance(tree, Both) == holds and None not in parts
        return tuple(value for part in parts for value in part or ()) if whole else None
    if isinstance(tree, Slot):
        spec = book.slots.get(tree.name)
        return ((tree.name, holds),) if spec is not None and spec.type == "flag" else None
    if isinstance(tree, Compare) and isinstance(tree.left, Slot) and isinstance(tree.right, Const):
        value = tree.right.value
        if (tree.op == "=") == holds and tree.op in ("=", "!=") and isinstance(value, str) and value:
            return ((tree.left.name, value),)
    return None


def _compared(tree: Compare, known: Mapping[str, Any], book: Book) -> bool | None:
    sides = [known.get(side.name) if isinstance(side, Slot) else side.value for side in (tree.left, tree.right)]
    if MAYBE in sides or FILLED in sides:
        return None
    if ANY not in sides:
        return compared(tree.op, *sides)
    slot, other = (tree.left, tree.right) if sides[0] == ANY else (tree.right, tree.left)
    if tree.op not in ("=", "!=", "in") or not isinstance(slot, Slot) or not isinstance(other, Const):
        return None
    spec = book.slots.get(slot.name)
    values = other.value if isinstance(other.value, tuple) else (other.value,)
    listed = domain(spec) if spec is not None and spec.type != "choices" else ()
    apart = all(value in (None, SKIPPED) or value in listed for value in values)
    return tree.op == "!=" if apart else None
