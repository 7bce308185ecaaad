"""Walking every way through every flow, a flow at a time: a flow entered twice with the same knowledge is walked once.

A *visit* is a flow entered with what is known of the slots it can read or change, and with what the path has met. What
a visit can end with is its summary; every caller goes on from each of these ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

from bot.flows.definition import END, HANDS_OVER, Call, Link
from bot.flows.proof_states import Frozen, Known, Result, States

if TYPE_CHECKING:
    from bot.flows.definition import Book, Step

Marks: TypeAlias = frozenset[str]
Targets: TypeAlias = "list[tuple[str, Frozen]]"
Mark: TypeAlias = Callable[[str, "Step", Marks, Mapping[str, Any]], Marks]


@dataclass(frozen=True, eq=False, slots=True)
class Visit:
    """A flow entered: what is known then, and what the path has met. A walk makes only one of those that are alike."""

    flow: str
    known: Frozen
    marks: Marks


@dataclass(frozen=True, eq=False, slots=True)
class Node:
    """A state within a visit. A walk makes only one of those that are alike, so that to find one again costs little."""

    visit: Visit
    step: str
    known: Frozen
    marks: Marks


@dataclass(frozen=True, slots=True)
class _Caller:
    node: Node
    beside: Known
    links: bool


class OverBudget(Exception):
    """There are more states than may be looked at."""


@dataclass
class Walk:
    """All nodes reached from the flows begun, how each was reached first, and the moves between them."""

    book: Book
    states: States
    mark: Mark
    budget: int
    came_from: dict[Node, tuple[Node | None, tuple[str, ...]]] = field(default_factory=dict)
    moves: dict[Node, dict[Node, bool]] = field(default_factory=dict)
    """From a state to those after it: within a flow, and into a flow that is called. True where the person answers."""
    returns: dict[Node, list[tuple[Node, Node]]] = field(default_factory=dict)
    """From an end of a called flow: who called it, and where that goes on."""
    said: dict[tuple[Node, Node], tuple[str, ...]] = field(default_factory=dict)
    answers: dict[tuple[Node, Node], tuple[str, ...]] = field(default_factory=dict)
    """The same where it waits: what the person answers."""
    ends: list[Node] = field(default_factory=list)
    seen: set[tuple[str, str]] = field(default_factory=set)
    """The steps that somebody comes to."""
    _callers: dict[Visit, list[_Caller]] = field(default_factory=dict)
    _exits: dict[Visit, list[Node]] = field(default_factory=dict)
    started: set[Visit] = field(default_factory=set)
    _inside: dict[Node, tuple[str, ...]] = field(default_factory=dict)
    _outcome: dict[tuple[str, str, Frozen], list[tuple[Result, Targets]]] = field(default_factory=dict)
    _turned: dict[tuple[str, str, Frozen, Marks], list[tuple[Result, Marks, Targets]]] = field(default_factory=dict)
    _handed: dict[tuple[str, str, Frozen], tuple[Frozen, Known]] = field(default_factory=dict)
    _came_back: dict[tuple[str, str, Frozen, Frozen], Targets] = field(default_factory=dict)
    _waiting: list[Node] = field(default_factory=list)
    _visits: dict[tuple[str, Frozen, Marks], Visit] = field(default_factory=dict)
    _nodes: dict[tuple[Visit, str, Frozen, Marks], Node] = field(default_factory=dict)
    _known: dict[Frozen, Frozen] = field(default_factory=dict)
    """What is known, each but once: to compare two of them is to see that they are one."""

    def begin(self, flow_id: str, perhaps: frozenset[str] = frozenset()) -> None:
        """Walks everything that can follow when the flow begins by itself. Raises OverBudget."""
        visit = self._visit(flow_id, self._once(self.states.start(flow_id, perhaps)), frozenset())
        self.started.add(visit)
        self._reach(self.entry(visit), None, (f"start: {self.book.flows[flow_id].name}",))
        for end in self._exits.get(visit, []):
            self._finish(end)
        while self._waiting:
            if len(self.came_from) > self.budget:
                raise OverBudget
            waiting, self._waiting = self._waiting, []
            for node in waiting:
                self._go(node)

    def conversation(self, node: Node) -> tuple[str, ...]:
        """A shortest conversation that leads to the node."""
        said: list[str] = []
        at: Node | None = node
        while at is not None:
            at, words = self.came_from[at]
            said[:0] = words
        return tuple(said)

    def step(self, node: Node) -> Step | None:
        return None if node.step == END else self.book.flows[node.visit.flow].steps[node.step]

    def exits(self, visit: Visit) -> list[Node]:
        """What a visit can end with."""
        return self._exits.get(visit, [])

    # -- moving ----------------------------------------------------------------------------------------------------

    def _once(self, known: Frozen) -> Frozen:
        return self._known.setdefault(known, known)

    def _visit(self, flow_id: str, known: Frozen, marks: Marks) -> Visit:
        key = (flow_id, known, marks)
        found = self._visits.get(key)
        if found is None:
            found = self._visits[key] = Visit(flow_id, known, marks)
        return found

    def _node(self, visit: Visit, step: str, known: Frozen, marks: Marks) -> Node:
        key = (visit, step, known, marks)
        found = self._nodes.get(key)
        if found is None:
            found = self._nodes[key] = Node(visit, step, known, marks)
        return found

    def entry(self, visit: Visit) -> Node:
        """Where a visit begins."""
        return self._node(visit, self.book.flows[visit.flow].first, visit.known, visit.marks)

    def entries(self) -> list[Node]:
        """Where every visit begins."""
        return [self.entry(visit) for visit in dict.fromkeys((*self.started, *self._callers))]

    def _reach(self, node: Node, origin: Node | None, said: tuple[str, ...]) -> None:
        if node not in self.came_from:
            self.came_from[node] = (origin, said)
            self.seen.add((node.visit.flow, node.step))
            self._waiting.append(node)

    def _move(self, origin: Node, node: Node, moves: dict[Node, bool], said: tuple[str, ...], waits: bool) -> None:
        self._reach(node, origin, said)
        moves[node] = moves.get(node, True) and waits
        if said:
            (self.answers if waits else self.said)[origin, node] = said

    def _go(self, node: Node) -> None:
        step = self.step(node)
        if step is None:
            self._exit(node)
        elif isinstance(step, HANDS_OVER):
            self._hand_over(node, step)
        else:
            visit, moves = node.visit, self.moves.setdefault(node, {})
            for result, marks, targets in self._marked(visit.flow, step, node):
                said = (result.said,) if result.said else ()
                for target, known in targets:
                    after = self._node(visit, target, known, marks)
                    self._move(node, after, moves, said, result.waits)
                    if result.passes:
                        self.said[node, after] = (result.passes,)

    def _marked(self, flow_id: str, step: Step, node: Node) -> list[tuple[Result, Marks, Targets]]:
        """How the step can turn out, with what the path has met by then."""
        key = (flow_id, step.id, node.known, node.marks)
        found = self._turned.get(key)
        if found is None:
            outcomes = self._outcomes(flow_id, step, node.known)
            found = [(one, self.mark(flow_id, step, node.marks, one.given), targets) for one, targets in outcomes]
            self._turned[key] = found
        return found

    def _outcomes(self, flow_id: str, step: Step, known: Frozen) -> list[tuple[Result, Targets]]:
        """How the step can turn out: the same in every visit that knows the same by then."""
        key = (flow_id, step.id, known)
        found = self._outcome.get(key)
        if found is None:
            results = self.states.results(flow_id, step, dict(known))
            found = [(result, self._targets(flow_id, step, result.known)) for result in results]
            self._outcome[key] = found
        return found

    def _targets(self, flow_id: str, step: Step, known: Known) -> Targets:
        found = self.states.targets(step.next, known)
        return [(to, self._once(self.states.trim(flow_id, to, told))) for to, told in found]

    def _hand_over(self, node: Node, step: Call | Link) -> None:
        marks = self.mark(node.visit.flow, step, node.marks, {})
        key = (node.visit.flow, step.id, node.known)
        found = self._handed.get(key)
        if found is None:
            inside, beside = self.states.split(step.flow, dict(node.known))
            found = self._handed[key] = (self._once(self.states.enter(node.visit.flow, step.flow, inside)), beside)
        visit = self._visit(step.flow, found[0], marks)
        caller = _Caller(node, found[1], isinstance(step, Link))
        self._callers.setdefault(visit, []).append(caller)
        self._move(node, self.entry(visit), self.moves.setdefault(node, {}), (), False)
        for end in list(self._exits.get(visit, [])):
            self._return(caller, end)

    def _exit(self, node: Node) -> None:
        visit = node.visit
        self._exits.setdefault(visit, []).append(node)
        if visit in self.started or not self.book.flows[visit.flow].keeps_place:
            self._finish(node)
        if self.book.flows[visit.flow].keeps_place:
            for caller in list(self._callers.get(visit, [])):
                self._return(caller, node)

    def _finish(self, node: Node) -> None:
        self.ends.append(node)

    def _return(self, caller: _Caller, end: Node) -> None:
        """Goes on in a caller from one end of the flow it called."""
        node, said = caller.node, self.within(end)
        for target, known in self._back(caller, end):
            after = self._node(node.visit, target, known, end.marks)
            self._reach(after, node, said)
            self.returns.setdefault(end, []).append((node, after))
            if said:
                self.said.setdefault((node, after), said)

    def _back(self, caller: _Caller, end: Node) -> Targets:
        node = caller.node
        key = (node.visit.flow, node.step, node.known, end.known)
        found = self._came_back.get(key)
        if found is None:
            known = self.states.joined(end.visit.flow, caller.beside, end.known)
            step = self.step(node)
            if caller.links or step is None:
                found = [(END, self._once(self.states.trim(node.visit.flow, END, known)))]
            else:
                found = self._targets(node.visit.flow, step, known)
            self._came_back[key] = found
        return found

    def within(self, end: Node) -> tuple[str, ...]:
        """What is said between entering the visit and this state of it."""
        if end in self._inside:
            return self._inside[end]
        said: list[str] = []
        at, entry = end, self.entry(end.visit)
        while at != entry:
            origin, words = self.came_from[at]
            if origin is None:
                break
            said[:0] = words
            at = origin
        self._inside[end] = tuple(said)
        return self._inside[end]
