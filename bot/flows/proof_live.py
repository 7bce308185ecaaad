"""Which slots may still be read from a step on: only these tell two states of the proof apart."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bot.flows.definition import END, START_AGAIN, Action, Call, Collect, Link, SetSlots

if TYPE_CHECKING:
    from bot.flows.definition import Book, Flow, Step

Slots = frozenset[str]
_NONE: Slots = frozenset()


class Live:
    """Slots read at or after each step, over calls and links, until nothing changes."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.conditions = frozenset().union(
            *(_read(step) for flow in book.flows.values() for step in flow.steps.values())
        )
        self._at: dict[tuple[str, str], Slots] = {}
        while self._round():
            pass

    def at(self, flow_id: str, step_id: str) -> Slots:
        """Read from this step on within its flow and the flows it hands over to."""
        return self._at.get((flow_id, step_id), _NONE)

    def after(self, flow_id: str, step_id: str) -> Slots:
        """Read once the called flow has come back to this step."""
        step = self.book.flows[flow_id].steps.get(step_id)
        return self._beyond(self.book.flows[flow_id], step) if step else _NONE

    def in_stack(self, stack: tuple[tuple[str, str], ...]) -> Slots:
        """Read from here on by any flow under way."""
        if not stack:
            return _NONE
        below = [self.after(flow_id, step_id) for flow_id, step_id in stack[:-1]]
        return self.at(*stack[-1]).union(*below)

    def _round(self) -> bool:
        changed = False
        for flow in self.book.flows.values():
            for step in reversed(list(flow.steps.values())):
                found = self._before(flow, step)
                changed = changed or found != self._at.get((flow.id, step.id))
                self._at[flow.id, step.id] = found
        return changed

    def _beyond(self, flow: Flow, step: Step) -> Slots:
        ahead = [self._at.get((flow.id, branch.target), _NONE) for branch in step.next if branch.target != END]
        conditions = [branch.condition.slots for branch in step.next if branch.condition]
        return _NONE.union(*ahead, *conditions)

    def _before(self, flow: Flow, step: Step) -> Slots:
        later = self._beyond(flow, step)
        if isinstance(step, Call | Link):
            target = self.book.flows.get(step.flow)
            return later | (self._at.get((target.id, target.first), _NONE) if target else _NONE)
        written = self._written(step)
        kept = frozenset(slot for slot in written if not later.isdisjoint(self.book.dependants.get(slot, ())))
        own = frozenset({step.slot}) if isinstance(step, Collect) and not step.ask_before_filling else _NONE
        refused = _NONE.union(*(one.condition.slots for one in step.rejections)) if isinstance(step, Collect) else _NONE
        return (later - written) | kept | own | (refused - written)

    def _written(self, step: Step) -> Slots:
        if isinstance(step, Collect):
            return frozenset({step.slot})
        if isinstance(step, SetSlots):
            return frozenset(slot for slot, _ in step.values)
        if isinstance(step, Action):
            if step.action == START_AGAIN:
                return frozenset(self.book.slots)
            fills: Mapping[str, object] = (
                self.book.actions[step.action].fills if step.action in self.book.actions else {}
            )
            return frozenset(fills)
        return _NONE


def _read(step: Step) -> Slots:
    found = [branch.condition.slots for branch in step.next if branch.condition]
    if isinstance(step, Collect):
        found += [one.condition.slots for one in step.rejections]
    return _NONE.union(*found)
