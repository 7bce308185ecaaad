"""Which slots may still be read from a step on, and against what: only this tells two states of the proof apart."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from bot.flows.checking_filled import Filling
from bot.flows.conditions import Both, Compare, Const, Either, Not, Slot, Tree
from bot.flows.definition import END, START_AGAIN, Action, Call, Collect, Link, SetSlots

if TYPE_CHECKING:
    from bot.flows.definition import Book, Flow, Step

Slots = frozenset[str]
Reads = frozenset[tuple[str, Any]]
"""Slots with what they are compared with; EXACTLY where any difference may matter."""
EXACTLY: Final = "\0exactly"
_NONE: Slots = frozenset()
_NOTHING: Reads = frozenset()


class Live:
    """Slots read at or after each step, over calls and links, until nothing changes.

    With `filled`, a question that is passed when its slot is filled counts as reading it; without, only conditions do.
    What a flow forgets on being entered (`asks_again`) is not read from before it.
    """

    def __init__(
        self,
        book: Book,
        *,
        filled: bool,
        surely: Mapping[str, Slots],
        written: Mapping[tuple[str, str], Slots] | None = None,
        narrow: bool = False,
    ) -> None:
        """`surely`: by flow, what its steps fill on every way. `written`: slots that the words of a step write, where it matters whether they are filled.

        `narrow`: of the marks that are set, only those that these steps' own flows read are still known later.
        """
        self.book = book
        self._words = written or {}
        self._filled = filled
        marks = frozenset(book.slots) if self._words and not narrow else _NONE
        if narrow:
            marks = marks.union(*(conditions_of(book.flows[flow_id]) for flow_id, _ in self._words))
        self._forgets = {flow_id: asks_again(book, flow_id, marks) for flow_id in book.flows}
        self._clears = {flow.id: frozenset(cleared(flow)) for flow in book.flows.values()}
        self._surely = surely
        self._conditions = {
            (flow.id, step.id): _NOTHING.union(*(reads(one.condition.tree) for one in step.next if one.condition))
            for flow in book.flows.values()
            for step in flow.steps.values()
        }
        self._within: dict[tuple[str, str], Reads] = {}
        self._beyond: dict[str, Reads] = dict.fromkeys(book.flows, _NOTHING)
        self._inner_first = sorted(book.flows.values(), key=lambda flow: len(book.reach[flow.id]))
        while self._round():
            pass
        while self._carry():
            pass
        self._at = {(flow_id, step): found | self._beyond[flow_id] for (flow_id, step), found in self._within.items()}

    def at(self, flow_id: str, step_id: str) -> Reads:
        """Read from this step on: here, in flows called from here, and once this flow has come back."""
        return self._at.get((flow_id, step_id)) or self._beyond[flow_id]

    def within(self, flow_id: str, step_id: str) -> Reads:
        """Read from this step on before this flow has come back; at its end, what is read after that."""
        return self._beyond[flow_id] if step_id == END else self._within.get((flow_id, step_id), _NOTHING)

    def forgotten(self, caller: str, flow_id: str) -> Slots:
        """What is no longer known on entering a flow: its questions may have been answered before, or not."""
        return self._forgets.get(flow_id, _NONE) - self._clears[caller]

    def _round(self) -> bool:
        changed = False
        for flow in self._inner_first:
            for step in reversed(list(flow.steps.values())):
                found = self._before(flow, step)
                changed = changed or found != self._within.get((flow.id, step.id))
                self._within[flow.id, step.id] = found
        return changed

    def _carry(self) -> bool:
        """What a flow's callers read once it has come back."""
        changed = False
        for flow in reversed(self._inner_first):
            for step in flow.steps.values():
                if isinstance(step, Call | Link) and step.flow in self._beyond:
                    back = self._after(flow, step) if isinstance(step, Call) else _NOTHING
                    found = self._beyond[step.flow] | back | self._beyond[flow.id]
                    changed = changed or found != self._beyond[step.flow]
                    self._beyond[step.flow] = found
        return changed

    def _after(self, flow: Flow, step: Step) -> Reads:
        ahead = [self._within.get((flow.id, branch.target), _NOTHING) for branch in step.next if branch.target != END]
        return self._conditions[flow.id, step.id].union(*ahead)

    def _before(self, flow: Flow, step: Step) -> Reads:
        later = self._after(flow, step)
        if isinstance(step, Call | Link):
            target = self.book.flows.get(step.flow)
            inside = self._within.get((target.id, target.first), _NOTHING) if target else _NOTHING
            surely, forgotten = self._surely.get(step.flow, _NONE), self.forgotten(flow.id, step.flow)
            return _without(later, surely) | _without(inside, forgotten)
        written = self._written(step)
        found = _without(later, written)
        if isinstance(step, Collect):
            found |= _without(_NOTHING.union(*(reads(one.condition.tree) for one in step.rejections)), written)
        if self._filled:
            if isinstance(step, Collect) and not step.ask_before_filling:
                found |= {(step.slot, EXACTLY)}
            read = slots_of(later)
            cleared_too = {slot for slot in written if not read.isdisjoint(self.book.dependants.get(slot, ()))}
            found |= {(slot, EXACTLY) for slot in cleared_too}
        return found | {(slot, EXACTLY) for slot in self._words.get((flow.id, step.id), ())}

    def _written(self, step: Step) -> Slots:
        if isinstance(step, Collect):
            return frozenset({step.slot})
        if isinstance(step, SetSlots):
            return frozenset(slot for slot, _ in step.values)
        if isinstance(step, Action):
            if step.action == START_AGAIN:
                return frozenset(self.book.slots)
            known = step.action in self.book.actions
            fills: Mapping[str, object] = self.book.actions[step.action].fills if known else {}
            return frozenset(fills)
        return _NONE


def surely_filled(book: Book) -> Mapping[str, Slots]:
    """By flow, what its steps themselves fill on every way: what a condition only found there keeps its value."""
    return {flow_id: summary.fills for flow_id, summary in Filling(book, looks=False).summaries.items()}


def _without(found: Reads, slots: Slots) -> Reads:
    return found if not slots else frozenset(read for read in found if read[0] not in slots)


def slots_of(found: Reads) -> Slots:
    """The slots that are read at all."""
    return frozenset(slot for slot, _ in found)


@lru_cache(maxsize=4096)
def reads(tree: Tree) -> Reads:
    """What a condition reads, and what it compares it with."""
    return frozenset(_reads(tree))


def _reads(tree: Tree) -> Iterator[tuple[str, Any]]:
    if isinstance(tree, Both | Either):
        for item in tree.items:
            yield from _reads(item)
    elif isinstance(tree, Not):
        yield from _reads(tree.item)
    elif isinstance(tree, Slot):
        yield tree.name, EXACTLY
    elif isinstance(tree, Compare):
        sides = (tree.left, tree.right)
        for slot, other in (sides, sides[::-1]):
            if isinstance(slot, Slot):
                plain = isinstance(other, Const) and tree.op in ("=", "!=", "in")
                values = other.value if isinstance(other, Const) and plain else EXACTLY
                yield from ((slot.name, value) for value in (values if isinstance(values, tuple) else (values,)))


def asks_again(book: Book, flow_id: str, kept: Slots) -> Slots:
    """Slots of questions, in a flow and all that it hands over to, that are passed when filled; and marks it sets, but for `kept`."""
    found: set[str] = set()
    for step in (step for one in book.reach[flow_id] for step in book.flows[one].steps.values()):
        if isinstance(step, Collect) and not step.ask_before_filling:
            found.add(step.slot)
        elif isinstance(step, SetSlots):
            found |= {slot for slot, value in step.values if value is not None and slot not in kept}
    return frozenset(found)


def cleared(flow: Flow) -> Iterator[str]:
    """The slots that some step of the flow empties."""
    for step in flow.steps.values():
        if isinstance(step, SetSlots):
            yield from (slot for slot, value in step.values if value is None)


def conditions_read(book: Book) -> Slots:
    """Every slot that some condition reads."""
    return _NONE.union(*(conditions_of(flow) for flow in book.flows.values()))


def conditions_of(flow: Flow) -> Slots:
    """The slots that the flow's own conditions read."""
    found: Slots = _NONE
    for step in flow.steps.values():
        found = found.union(*(branch.condition.slots for branch in step.next if branch.condition))
        if isinstance(step, Collect):
            found = found.union(*(one.condition.slots for one in step.rejections))
    return found


def mentioned(book: Book) -> Mapping[str, tuple[Slots, Slots]]:
    """Flow -> the slots read or written in it or in a flow it hands over to, and those that may only be emptied there.

    The rest passes it by unchanged.
    """
    own: dict[str, set[str]] = {}
    for flow in book.flows.values():
        found = set(conditions_of(flow))
        for step in flow.steps.values():
            found |= _touched(book, step)
        own[flow.id] = found
    named = {flow_id: frozenset().union(*(own[one] for one in book.reach[flow_id])) for flow_id in book.flows}
    return {flow_id: (slots, _dependants(book, slots) - slots) for flow_id, slots in named.items()}


def _touched(book: Book, step: Step) -> set[str]:
    if isinstance(step, Collect):
        return {step.slot}.union(*(one.condition.slots for one in step.rejections))
    if isinstance(step, SetSlots):
        return {slot for slot, _ in step.values}
    if isinstance(step, Action):
        known = step.action in book.actions
        return set(book.slots) if step.action == START_AGAIN else set(book.actions[step.action].fills if known else ())
    return set()


def _dependants(book: Book, of: Slots) -> Slots:
    slots = set(of)
    waiting = list(slots)
    while waiting:
        for name in book.dependants.get(waiting.pop(), ()):
            if name not in slots:
                slots.add(name)
                waiting.append(name)
    return frozenset(slots)
