"""Whether a slot is filled where words write it, looked at on a slice: that slot and the conditions nearest to it.

Every other condition may go either way, and flows that touch the slice may follow one another in any order. So more can
happen in a slice than can really happen: what never shows itself there never does. What shows itself proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from bot.flows.checking_filled import known_when
from bot.flows.definition import END, SKIPPED, START_AGAIN, Action, Call, Collect, Link, SetSlots
from bot.flows.proof_live import asks_again, conditions_of
from bot.flows.proof_states import changed
from bot.flows.proof_values import FILLED, MAYBE, domain, flat, implied, told_apart, truth, values_named

if TYPE_CHECKING:
    from bot.flows.checking_filled import Empty
    from bot.flows.conditions import Tree
    from bot.flows.definition import Book, Branch, Flow, Step
    from bot.flows.proof_states import Frozen, Known

Slots = frozenset[str]
MOST: Final = 3_000
"""States of one slice; what needs more is left to the walk through everything."""
LEVELS: Final = (1, 2, 4)
"""How many conditions back from the words are looked at: one after the other, while the doubt stands."""
_ANY_ORDER: Final = ""


class _Visit(NamedTuple):
    flow: str
    known: Frozen
    within: Slots
    """For any order: the flows that may be visited."""


class _Node(NamedTuple):
    visit: _Visit
    step: str
    known: Frozen


class Slices:
    """The slices of one book."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.named = values_named(book)
        self.above: dict[str, set[str]] = {}
        for slot, names in book.dependants.items():
            for name in names:
                self.above.setdefault(name, set()).add(slot)
        self.touched = {flow.id: frozenset(self._touched(flow)) for flow in book.flows.values()}
        self.filled_by_flows = frozenset().union(*self.touched.values())
        self._asked: dict[str, Slots] = {}
        self.left = MOST * max(100, 4 * len(book.flows))
        """States that all slices together may still look at."""

    def _touched(self, flow: Flow) -> Iterator[str]:
        for step in flow.steps.values():
            if isinstance(step, Collect):
                yield step.slot
            elif isinstance(step, SetSlots):
                yield from (slot for slot, _ in step.values)
            elif isinstance(step, Action):
                spec = self.book.actions.get(step.action)
                yield from self.book.slots if step.action == START_AGAIN else spec.fills if spec else ()

    def asked(self, flow_id: str) -> Slots:
        """The questions, in a flow and all that it hands over to, that are passed when they are answered already."""
        if flow_id not in self._asked:
            self._asked[flow_id] = asks_again(self.book, flow_id, frozenset(self.book.slots))
        return self._asked[flow_id]

    def standing(self, doubts: Sequence[Empty]) -> list[Empty]:
        """The doubts that no slice takes away."""
        by_flow: dict[str, list[Empty]] = {}
        for doubt in doubts:
            by_flow.setdefault(doubt.flow, []).append(doubt)
        for level in LEVELS:
            for flow_id, those in by_flow.items():
                left = self._shown(flow_id, those, level)
                if len(left) > 1:
                    left = [one for one in left if self._shown(flow_id, [one], level)]
                by_flow[flow_id] = left
        standing = {id(one) for those in by_flow.values() for one in those}
        return [one for one in doubts if id(one) in standing]

    def _shown(self, flow_id: str, doubts: Sequence[Empty], level: int) -> list[Empty]:
        if not doubts or self.left <= 0:
            return list(doubts)
        tracked = {doubt.slot for doubt in doubts}
        for doubt in doubts:
            tracked |= _nearest(self.book.flows[flow_id], doubt.step, level)
        walk = _Walk(self, flow_id, frozenset(tracked & self.book.slots.keys()))
        whole = walk.through(MOST)
        self.left -= len(walk.seen)
        if not whole:
            return list(doubts)
        return [doubt for doubt in doubts if walk.empty_at(doubt)]


def _nearest(flow: Flow, step_id: str, level: int) -> Slots:
    """The slots of the conditions passed last on the ways to a step, so many of them back."""
    before: dict[str, list[str]] = {}
    for step in flow.steps.values():
        for branch in step.next:
            before.setdefault(branch.target, []).append(step.id)
    found: set[str] = set()
    seen = {step_id}
    waiting = [(step_id, level)]
    while waiting:
        at, left = waiting.pop(0)
        for name in before.get(at, ()):
            if name in seen or not left:
                continue
            seen.add(name)
            slots = frozenset[str]().union(*(one.condition.slots for one in flow.steps[name].next if one.condition))
            found |= slots
            waiting.append((name, left - 1 if slots else left))
    return frozenset(found & conditions_of(flow))


class _View(dict[str, Any]):
    """What is known; of slots outside the slice nothing is."""

    def __init__(self, known: Mapping[str, Any], tracked: Slots) -> None:
        super().__init__(known)
        self._tracked = tracked

    def get(self, name: str, default: Any = None) -> Any:
        return super().get(name, default) if name in self._tracked else MAYBE


@dataclass
class _Walk:
    """All that can happen to the slots of one slice."""

    slices: Slices
    doubted: str
    """The flow that is doubted: it is looked at, whatever it touches."""
    tracked: Slots
    seen: dict[_Node, None] = field(default_factory=dict)
    _waiting: list[_Node] = field(default_factory=list)
    _callers: dict[_Visit, list[_Node]] = field(default_factory=dict)
    _exits: dict[_Visit, set[Frozen]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.book = self.slices.book
        above, waiting = set[str](), list(self.tracked)
        while waiting:
            for name in self.slices.above.get(waiting.pop(), ()):
                if name not in above | self.tracked:
                    above.add(name)
                    waiting.append(name)
        self.above = frozenset(above)
        touching = self.tracked | self.above
        those = (name for name, slots in self.slices.touched.items() if not slots.isdisjoint(touching))
        self.touching = frozenset({self.doubted, *those})

    def through(self, most: int) -> bool:
        """Walks it; whether that was all."""
        first = {slot: value for slot, value in self.book.defaults.items() if slot in self.tracked}
        first |= dict.fromkeys(self.tracked - self.slices.filled_by_flows, MAYBE)
        self._enter(_Visit(_ANY_ORDER, frozenset(first.items()), self.touching))
        while self._waiting:
            if len(self.seen) > most:
                return False
            self._go(self._waiting.pop())
        return True

    def empty_at(self, doubt: Empty) -> bool:
        return any(
            node.step == doubt.step
            and node.visit.flow == doubt.flow
            and dict(node.known).get(doubt.slot) in (None, MAYBE)
            for node in self.seen
        )

    # -- moving ----------------------------------------------------------------------------------------------------

    def _enter(self, visit: _Visit) -> None:
        first = _ANY_ORDER if visit.flow == _ANY_ORDER else self.book.flows[visit.flow].first
        self._reach(_Node(visit, first, visit.known))

    def _reach(self, node: _Node) -> None:
        if node not in self.seen:
            self.seen[node] = None
            self._waiting.append(node)

    def _go(self, node: _Node) -> None:
        if node.visit.flow == _ANY_ORDER:
            for flow_id in node.visit.within:
                self._call(node, flow_id)
            self._exit(node)
        elif node.step == END:
            self._exit(node)
        else:
            step = self.book.flows[node.visit.flow].steps[node.step]
            if not isinstance(step, Call | Link):
                for known in self._results(step, dict(node.known)):
                    self._on(node, step.next, known)
            else:
                self._hand_over(node, step)

    def _hand_over(self, node: _Node, step: Call | Link) -> None:
        within = self.book.reach[step.flow] & self.touching
        if step.flow in self.touching:
            self._call(node, step.flow)
        elif within:
            self._visit(node, _Visit(_ANY_ORDER, node.known, within))
        else:
            self._back(node, node.known)

    def _call(self, node: _Node, flow_id: str) -> None:
        """Into a flow: whether its questions were answered before is not known then."""
        known = dict(node.known)
        known |= dict.fromkeys(self.slices.asked(flow_id) & self.tracked, MAYBE)
        self._visit(node, _Visit(flow_id, frozenset(known.items()), frozenset()))

    def _visit(self, node: _Node, visit: _Visit) -> None:
        self._callers.setdefault(visit, []).append(node)
        self._enter(visit)
        for known in list(self._exits.get(visit, ())):
            self._back(node, known)

    def _exit(self, node: _Node) -> None:
        exits = self._exits.setdefault(node.visit, set())
        if node.known not in exits:
            exits.add(node.known)
            for caller in list(self._callers.get(node.visit, ())):
                self._back(caller, node.known)

    def _back(self, caller: _Node, known: Frozen) -> None:
        if caller.visit.flow == _ANY_ORDER:
            self._reach(_Node(caller.visit, _ANY_ORDER, known))
            return
        step = self.book.flows[caller.visit.flow].steps[caller.step]
        if isinstance(step, Link):
            self._reach(_Node(caller.visit, END, known))
        else:
            self._on(caller, step.next, dict(known))

    # -- what a step does, and where it leads ----------------------------------------------------------------------

    def _results(self, step: Step, known: Known) -> Iterator[Known]:
        if isinstance(step, Collect):
            yield from self._answered(step, known)
        elif isinstance(step, SetSlots):
            yield self._with(known, {slot: flat(value) for slot, value in step.values})
        elif isinstance(step, Action) and step.action == START_AGAIN:
            yield {slot: value for slot, value in self.book.defaults.items() if slot in self.tracked}
        elif isinstance(step, Action) and step.action in self.book.actions:
            fills = self.book.actions[step.action].fills
            told = [self._told(slot, values) for slot, values in fills.items()]
            for values in product(*told):
                yield self._with(known, dict(zip(fills, values, strict=True)))
        else:
            yield known

    def _told(self, slot: str, values: Iterable[Any] | None) -> list[Any]:
        if slot not in self.tracked or not values:
            return [FILLED]
        return told_apart(list(values), self.slices.named.get(slot, set()))

    def _answered(self, step: Collect, known: Known) -> Iterator[Known]:
        slot = step.slot
        held = None if step.ask_before_filling else known.get(slot)
        if slot not in self.tracked or held not in (None, MAYBE, FILLED):
            yield self._with(known, {slot: FILLED}) if step.ask_before_filling else known
            return
        spec = self.book.slots[slot]
        listed = told_apart(domain(spec), self.slices.named.get(slot, set()))
        for value in (*listed, *([SKIPPED] if step.skippable else ())):
            yield self._with(known, {slot: value}) if step.ask_before_filling else {**known, slot: value}

    def _with(self, known: Known, changes: Mapping[str, Any]) -> Known:
        """Slots outside the slice that others hang on may hold anything: what hangs on them may be emptied, or not."""
        after = changed(self.book, {**known, **dict.fromkeys(self.above, MAYBE)}, changes)
        return {slot: value for slot, value in after.items() if slot in self.tracked}

    def _on(self, node: _Node, branches: tuple[Branch, ...], known: Known) -> None:
        for branch in branches:
            if branch.condition is None:
                self._reach(_Node(node.visit, branch.target, frozenset(known.items())))
                return
            tree = branch.condition.tree
            holds = truth(tree, _View(known, self.tracked), self.book)
            if holds is not False:
                told = self._telling(tree, known, True) if holds is None else known
                self._reach(_Node(node.visit, branch.target, frozenset(told.items())))
            if holds:
                return
            known = self._telling(tree, known, False) if holds is None else known

    def _telling(self, tree: Tree, known: Known, holds: bool) -> Known:
        """What is known besides when a condition went this way."""
        unsure = {slot for slot in self.tracked if known.get(slot) in (MAYBE, FILLED)}
        filled = dict.fromkeys(known_when(tree, holds) & unsure, FILLED)
        told = implied(tree, holds, self.book) or ()
        return {**known, **filled, **{slot: value for slot, value in told if slot in unsure}}
