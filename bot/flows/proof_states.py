"""The states a flow can be in, told apart only by slots still to be read, and every move between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice, product
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bot.flows.conditions import Both, Compare, Const, Either, Not, Slot, Tree, evaluate
from bot.flows.definition import END, SKIPPED, START_AGAIN, Action, Call, Collect, Link, SetSlots
from bot.flows.proof_live import Live

if TYPE_CHECKING:
    from bot.flows.definition import Book, Branch, SlotSpec, Step

ANY: Final = "\0any"
"""A value that is there, and is none of those that are told apart."""
MAYBE: Final = "\0maybe"
"""A value that may be there or not."""
MAX_RESULTS: Final = 60
_YES_NO: Final = ("yes", "no", "unsure")
_ASSUMED: Final = "?"
"""Before a condition's text: which way it went, so that it goes the same way until its slots change."""
Stack: TypeAlias = tuple[tuple[str, str], ...]
Known: TypeAlias = "dict[str, Any]"


@dataclass(frozen=True, slots=True)
class Where:
    """A state: frames from the bottom up, what is known of the slots, and what the path has met (see marks.py)."""

    stack: Stack
    known: tuple[tuple[str, Any], ...]
    marks: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Move:
    """A way on: what the person answers or an action gives, whether it waited, and what it meant for the slots."""

    stack: Stack
    known: Known
    said: str = ""
    waits: bool = False
    given: Mapping[str, Any] | None = None


class States:
    """The moves of one book."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.live = Live(book)

    def start(self, flow_id: str) -> Where:
        """A flow begun by itself: slots that it does not fill itself may hold anything."""
        inside: set[str] = set()
        for one in self.book.reach[flow_id]:
            for step in self.book.flows[one].steps.values():
                inside |= self._fillable(step)
        known = {slot: MAYBE for slot in self.live.conditions if slot not in inside}
        return self.where(((flow_id, self.book.flows[flow_id].first),), known, frozenset())

    def where(self, stack: Stack, known: Known, marks: frozenset[str]) -> Where:
        """The state with everything dropped that nothing reads any more."""
        live = self.live.in_stack(stack)
        kept = {name: value for name, value in known.items() if self._matters(name, live)}
        return Where(stack, tuple(sorted(kept.items(), key=lambda item: item[0])), marks)

    def _matters(self, name: str, live: frozenset[str]) -> bool:
        return (
            name in live if not name.startswith(_ASSUMED) else not live.isdisjoint(name[1:].split(" ", 1)[0].split("+"))
        )

    def moves(self, where: Where) -> Iterator[Move]:
        flow_id, step_id = where.stack[-1]
        known = dict(where.known)
        if step_id == END:
            yield from self._return(where.stack, known)
            return
        step = self.book.flows[flow_id].steps[step_id]
        if isinstance(step, Call):
            yield Move((*where.stack, (step.flow, self.book.flows[step.flow].first)), known)
        elif isinstance(step, Link):
            below = where.stack[:-1] if self.book.flows[flow_id].keeps_place else ()
            yield Move((*below, (step.flow, self.book.flows[step.flow].first)), known)
        else:
            for move in self._results(step, known):
                for target, after in self._targets(step.next, move.known):
                    yield Move((*where.stack[:-1], (flow_id, target)), after, move.said, move.waits, move.given)

    def _return(self, stack: Stack, known: Known) -> Iterator[Move]:
        below = stack[:-1] if self.book.flows[stack[-1][0]].keeps_place else ()
        if not below:
            yield Move((), known)
            return
        flow_id, step_id = below[-1]
        step = self.book.flows[flow_id].steps[step_id]
        for target, after in self._targets(step.next, known):
            yield Move((*below[:-1], (flow_id, target)), after)

    # -- what a step can give --------------------------------------------------------------------------------------

    def _fillable(self, step: Step) -> set[str]:
        if isinstance(step, Collect):
            return {step.slot}
        if isinstance(step, SetSlots):
            return {slot for slot, _ in step.values}
        if isinstance(step, Action) and step.action in self.book.actions:
            return set(self.book.actions[step.action].fills)
        return set()

    def _results(self, step: Step, known: Known) -> Iterator[Move]:
        if isinstance(step, Collect):
            yield from self._answers(step, known)
        elif isinstance(step, SetSlots):
            yield Move((), self._with(known, {slot: _flat(value) for slot, value in step.values}))
        elif isinstance(step, Action):
            yield from self._given(step, known)
        else:
            yield Move((), known)

    def _answers(self, step: Collect, known: Known) -> Iterator[Move]:
        held = known.get(step.slot)
        if held is not None and not step.ask_before_filling:
            yield Move((), known)
            if held != MAYBE:
                return
        spec = self.book.slots[step.slot]
        told_apart = step.slot in self.live.conditions
        for value in [*(domain(spec) if told_apart else [ANY]), *([SKIPPED] if step.skippable and told_apart else [])]:
            after = self._with(known, {step.slot: value})
            if not any(truth(one.condition.tree, after, self.book) for one in step.rejections):
                yield Move((), after, f"you answer {step.slot}: {_title(spec, value)}", True)

    def _given(self, step: Action, known: Known) -> Iterator[Move]:
        if step.action == START_AGAIN:
            yield Move((), dict(self.book.defaults))
            return
        fills = self.book.actions[step.action].fills if step.action in self.book.actions else {}
        read = {slot: values for slot, values in fills.items() if slot in self.live.conditions}
        told = {slot: values for slot, values in read.items() if values}
        unknown = {slot: MAYBE for slot in read if slot not in told}
        for combination in islice(product(*told.values()), MAX_RESULTS):
            given = dict(zip(told, combination, strict=True))
            said = ", ".join(f"{slot} = {value}" for slot, value in given.items())
            after = self._with(known, {**unknown, **given})
            yield Move((), after, f"({step.action} gives {said})" if said else "", False, given)

    def _with(self, known: Known, changes: Mapping[str, Any]) -> Known:
        """What is known after the changes; dependants of a slot that changes are cleared."""
        after = dict(known)
        for slot, value in changes.items():
            before = after.pop(slot, None)
            if value is not None:
                after[slot] = value
            if before != value or value in (ANY, MAYBE):
                for name in [name for name in after if name.startswith(_ASSUMED) and slot in _assumed_slots(name)]:
                    del after[name]
            if before is not None and before != value:
                gone = [name for name in self.book.dependants.get(slot, ()) if name in after]
                after = self._with(after, dict.fromkeys(gone))
        return after

    def _targets(self, branches: tuple[Branch, ...], known: Known) -> Iterator[tuple[str, Known]]:
        """Every branch that may be taken, with what taking it tells."""
        for branch in branches:
            if branch.condition is None:
                yield branch.target, known
                return
            key = f"{_ASSUMED}{'+'.join(sorted(branch.condition.slots))} {branch.condition.text}"
            holds = known[key] if key in known else truth(branch.condition.tree, known, self.book)
            if holds is not False:
                yield branch.target, known if holds else {**known, key: True}
            if holds is True:
                return
            known = known if holds is False else {**known, key: False}


def _assumed_slots(name: str) -> list[str]:
    return name[1:].split(" ", 1)[0].split("+")


def _flat(value: Any) -> Any:
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


def _title(spec: SlotSpec, value: Any) -> str:
    if value == ANY:
        return {"choices": "some of them"}.get(spec.type, "anything" if not spec.options else "anything else")
    return f"{spec.title_of(value) or value}"


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
    if value == MAYBE:
        return None
    return True if value == ANY else bool(value)


def _compared(tree: Compare, known: Mapping[str, Any], book: Book) -> bool | None:
    sides = [known.get(side.name) if isinstance(side, Slot) else side.value for side in (tree.left, tree.right)]
    if MAYBE in sides:
        return None
    if ANY not in sides:
        return evaluate(tree, known)
    slot, other = (tree.left, tree.right) if sides[0] == ANY else (tree.right, tree.left)
    if tree.op not in ("=", "!=") or not isinstance(slot, Slot) or not isinstance(other, Const):
        return None
    spec = book.slots.get(slot.name)
    apart = other.value in (None, SKIPPED) or (
        spec is not None and spec.type != "choices" and other.value in domain(spec)
    )
    if not apart:
        return None
    return tree.op == "!="
