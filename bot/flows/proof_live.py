"""Which slots may still be read from a step on: only these tell two states of the proof apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.flows.checking_filled import Filling
from bot.flows.definition import END, START_AGAIN, Action, Call, Collect, Link, SetSlots

if TYPE_CHECKING:
    from bot.flows.definition import Book, Flow, Step

Slots = frozenset[str]
_NONE: Slots = frozenset()


class Live:
    """Slots read at or after each step, over calls and links, until nothing changes.

    With `filled`, a question that is passed when its slot is filled counts as reading it; without, only conditions do.
    """

    def __init__(self, book: Book, *, filled: bool) -> None:
        self.book = book
        self._filled = filled
        self._surely = {flow_id: summary.fills for flow_id, summary in Filling(book).summaries.items()}
        self._within: dict[tuple[str, str], Slots] = {}
        self._beyond: dict[str, Slots] = dict.fromkeys(book.flows, _NONE)
        while self._round():
            pass
        while self._carry():
            pass
        self._at = {(flow_id, step): slots | self._beyond[flow_id] for (flow_id, step), slots in self._within.items()}

    def at(self, flow_id: str, step_id: str) -> Slots:
        """Read from this step on: here, in flows called from here, and once this flow has come back."""
        return self._at.get((flow_id, step_id)) or self._beyond[flow_id]

    def _round(self) -> bool:
        changed = False
        for flow in self.book.flows.values():
            for step in reversed(list(flow.steps.values())):
                found = self._before(flow, step)
                changed = changed or found != self._within.get((flow.id, step.id))
                self._within[flow.id, step.id] = found
        return changed

    def _carry(self) -> bool:
        """What a flow's callers read once it has come back."""
        changed = False
        for flow in self.book.flows.values():
            for step in flow.steps.values():
                if isinstance(step, Call | Link) and step.flow in self._beyond:
                    back = self._after(flow, step) if isinstance(step, Call) else _NONE
                    found = self._beyond[step.flow] | back | self._beyond[flow.id]
                    changed = changed or found != self._beyond[step.flow]
                    self._beyond[step.flow] = found
        return changed

    def _after(self, flow: Flow, step: Step) -> Slots:
        ahead = [self._within.get((flow.id, branch.target), _NONE) for branch in step.next if branch.target != END]
        conditions = [branch.condition.slots for branch in step.next if branch.condition]
        return _NONE.union(*ahead, *conditions)

    def _before(self, flow: Flow, step: Step) -> Slots:
        later = self._after(flow, step)
        if isinstance(step, Call | Link):
            target = self.book.flows.get(step.flow)
            inside = self._within.get((target.id, target.first), _NONE) if target else _NONE
            return (later - self._surely.get(step.flow, _NONE)) | inside
        written = self._written(step)
        found = later - written
        if isinstance(step, Collect):
            found |= _NONE.union(*(one.condition.slots for one in step.rejections)) - written
        if self._filled:
            if isinstance(step, Collect) and not step.ask_before_filling:
                found |= {step.slot}
            found |= {slot for slot in written if not later.isdisjoint(self.book.dependants.get(slot, ()))}
        return found

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


def conditions_read(book: Book) -> Slots:
    """Every slot that some condition reads."""
    found: Slots = _NONE
    for flow in book.flows.values():
        for step in flow.steps.values():
            found = found.union(*(branch.condition.slots for branch in step.next if branch.condition))
            if isinstance(step, Collect):
                found = found.union(*(one.condition.slots for one in step.rejections))
    return found


def mentioned(book: Book) -> Mapping[str, Slots]:
    """Flow -> every slot read or written in it or in a flow it hands over to: the rest passes it by unchanged."""
    own: dict[str, set[str]] = {}
    for flow in book.flows.values():
        found: set[str] = set()
        for step in flow.steps.values():
            found = found.union(*(branch.condition.slots for branch in step.next if branch.condition))
            found |= _touched(book, step)
        own[flow.id] = found
    return {flow_id: frozenset().union(*(own[one] for one in book.reach[flow_id])) for flow_id in book.flows}


def _touched(book: Book, step: Step) -> set[str]:
    slots: set[str] = set()
    if isinstance(step, Collect):
        slots = {step.slot}.union(*(one.condition.slots for one in step.rejections))
    elif isinstance(step, SetSlots):
        slots = {slot for slot, _ in step.values}
    elif isinstance(step, Action):
        known = step.action in book.actions
        slots = set(book.slots) if step.action == START_AGAIN else set(book.actions[step.action].fills if known else ())
    waiting = list(slots)
    while waiting:
        for name in book.dependants.get(waiting.pop(), ()):
            if name not in slots:
                slots.add(name)
                waiting.append(name)
    return slots
