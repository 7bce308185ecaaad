"""Values as the proof knows them: those that are told apart, "something else", and "perhaps nothing"."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from bot.flows.conditions import Both, Compare, Const, Either, Not, Slot, Tree, evaluate
from bot.flows.definition import SKIPPED

if TYPE_CHECKING:
    from bot.flows.definition import Book, SlotSpec

ANY: Final = "\0any"
"""A value that is there, and is none of those that are told apart."""
MAYBE: Final = "\0maybe"
"""A value that may be there or not."""
FILLED: Final = "\0filled"
"""A value that is there; which one matters only once its question is passed."""
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
                for slot, value in _named(branch.condition.tree) if branch.condition else ():
                    found.setdefault(slot, set()).add(value)
    return found


def _named(tree: Tree) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Both | Either):
        for item in tree.items:
            yield from _named(item)
    elif isinstance(tree, Not):
        yield from _named(tree.item)
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


def truth(tree: Tree, known: Mapping[str, Any], book: Book) -> bool | None:
    """Whether a condition holds; None when that is not known."""
    if isinstance(tree, Not):
        inner = truth(tree.item, known, book)
        return None if inner is None else not inner
    if isinstance(tree, Both | Either):
        settles = isinstance(tree, Either)
        found = [truth(item, known, book) for item in tree.items]
        if settles in found:
            return settles
        return None if None in found else not settles
    if isinstance(tree, Compare):
        return _compared(tree, known, book)
    value = known.get(tree.name) if isinstance(tree, Slot) else tree.value
    if value in (MAYBE, FILLED):
        return None
    return True if value == ANY else bool(value)


def _compared(tree: Compare, known: Mapping[str, Any], book: Book) -> bool | None:
    sides = [known.get(side.name) if isinstance(side, Slot) else side.value for side in (tree.left, tree.right)]
    if MAYBE in sides or FILLED in sides:
        return None
    if ANY not in sides:
        return evaluate(tree, known)
    slot, other = (tree.left, tree.right) if sides[0] == ANY else (tree.right, tree.left)
    if tree.op not in ("=", "!=") or not isinstance(slot, Slot) or not isinstance(other, Const):
        return None
    spec = book.slots.get(slot.name)
    apart = other.value in (None, SKIPPED)
    apart = apart or (spec is not None and spec.type != "choices" and other.value in domain(spec))
    return tree.op == "!=" if apart else None
