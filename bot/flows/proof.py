"""The proof: every way through every flow is walked, on slots reduced to what conditions read.

Points 1 (no dead end), 2 (every loop waits for the person) and 3 (nobody is told only "no"). Each flow that can begin
by itself is walked from its start, patterns apart, for every answer and every result of every action. More states than
the budget is an error, "not proved", never a pass. Stop words, crisis help and silence change no state here: the engine
handles them at every question alike (point 4 is in checking_safety).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from bot.flows.checking_references import error
from bot.flows.definition import END, Action, Call, Collect, Finding, Link, Outcome, Place, Utter
from bot.flows.proof_states import States, Where

if TYPE_CHECKING:
    from bot.flows.definition import Book, Flow, Step

BUDGET: Final = 20_000
DOORS: Final = frozenset({"doors_for", "signpost"})
PEOPLE: Final = frozenset({"ask_person", "queue_call_back"})
REFUSALS: Final = {"eligibility": ("no", "rule"), "team_result": ("none", "area")}
_NEEDED: Final = {"why": "says why", "doors": "names another door", "person": "offers a person"}


@dataclass
class Walk:
    """All states reached from one flow's start, and how each was reached first."""

    flow: Flow
    came_from: dict[Where, tuple[Where, str] | None] = field(default_factory=dict)
    quick: dict[Where, list[Where]] = field(default_factory=dict)
    back: dict[Where, list[Where]] = field(default_factory=dict)
    ends: list[Where] = field(default_factory=list)

    def conversation(self, where: Where) -> tuple[str, ...]:
        """The shortest conversation that leads there."""
        said: list[str] = []
        step = self.came_from.get(where)
        while step:
            said.append(step[1])
            step = self.came_from.get(step[0])
        return (f"start: {self.flow.name}", *(one for one in reversed(said) if one))


def prove(book: Book, budget: int = BUDGET) -> list[Finding]:
    """Findings of the proof; empty when all of it holds. The book's references must be sound."""
    states = States(book)
    offers = _person_offers(book)
    reasons = _reasons(book)
    found: list[Finding] = []
    for flow in book.flows.values():
        if _starts(book, flow):
            found += _prove_flow(_Prover(book, states, offers, reasons, budget), flow)
    return found


def _starts(book: Book, flow: Flow) -> bool:
    called = {step.flow for one in book.flows.values() for step in one.steps.values() if isinstance(step, Call | Link)}
    return bool(flow.intents) or flow.is_pattern or flow.id not in called


@dataclass
class _Prover:
    book: Book
    states: States
    offers: frozenset[tuple[str, str]]
    reasons: frozenset[str]
    budget: int

    def walk(self, flow: Flow) -> Walk | None:
        """Every state from the flow's start, shortest first; None when there are more than the budget."""
        walk = Walk(flow)
        start = self.states.start(flow.id)
        walk.came_from[start] = None
        waiting = [start]
        for where in waiting:
            if not where.stack:
                walk.ends.append(where)
                continue
            if len(waiting) > self.budget:
                return None
            for move in self.states.moves(where):
                to = self.states.where(move.stack, move.known, self._marks(where, move.given or {}))
                if to not in walk.came_from:
                    walk.came_from[to] = (where, move.said)
                    waiting.append(to)
                walk.back.setdefault(to, []).append(where)
                if not move.waits:
                    walk.quick.setdefault(where, []).append(to)
        return walk

    def step(self, where: Where) -> Step | None:
        flow_id, step_id = where.stack[-1] if where.stack else ("", END)
        return self.book.flows[flow_id].steps[step_id] if step_id != END else None

    def _marks(self, where: Where, given: Mapping[str, object]) -> frozenset[str]:
        """What the path has met: a refusal, and since then a reason, another door, the offer of a person."""
        marks, step = where.marks, self.step(where)
        for slot, (refusing, kind) in REFUSALS.items():
            if given.get(slot) == refusing:
                marks = frozenset({f"refused_{kind}"})
            elif slot in given:
                marks = marks - {f"refused_{kind}"}
        if not any(mark.startswith("refused") for mark in marks):
            return frozenset()
        if isinstance(step, Outcome):
            return frozenset()
        said = step.response if isinstance(step, Utter) else step.utter if isinstance(step, Collect) else None
        if said and (said in self.reasons or "refused_area" in marks):
            marks |= {"why"}
        if isinstance(step, Action) and step.action in DOORS:
            marks |= {"doors"}
        if (isinstance(step, Action) and step.action in PEOPLE) or where.stack[-1] in self.offers:
            marks |= {"person"}
        return marks


def _prove_flow(prover: _Prover, flow: Flow) -> Iterator[Finding]:
    walk = prover.walk(flow)
    if walk is None:
        message = f"`{flow.id}` has more than {prover.budget} states: not proved."
        yield error(flow.place, message, "Split it, or let fewer conditions read answers from far back.")
        return
    yield from _dead_ends(prover, walk)
    yield from _loops(prover, walk)
    yield from _refusals(prover, walk)


def _place(prover: _Prover, where: Where, flow: Flow) -> tuple[Place, str]:
    step = prover.step(where)
    if step is None:
        return flow.place, flow.id
    return step.place, f"{where.stack[-1][0]}.{step.id}"


def _dead_ends(prover: _Prover, walk: Walk) -> Iterator[Finding]:
    """States from which nothing ends, however the person answers."""
    reached = set(walk.ends)
    waiting = list(walk.ends)
    while waiting:
        for where in walk.back.get(waiting.pop(), []):
            if where not in reached:
                reached.add(where)
                waiting.append(where)
    stuck = next((where for where in walk.came_from if where not in reached), None)
    if stuck is not None:
        place, name = _place(prover, stuck, walk.flow)
        message = f"From `{name}` no answer ever leads to an end: a dead end."
        yield error(place, message, "Lead one branch on to an outcome or to END.", walk.conversation(stuck))


def _loops(prover: _Prover, walk: Walk) -> Iterator[Finding]:
    """A circle of steps that never waits for the person."""
    looping = _on_a_circle(walk.quick)
    if looping is not None:
        place, name = _place(prover, looping, walk.flow)
        message = f"`{name}` can come back to itself without asking anything: an endless loop."
        yield error(place, message, "Put a question into the loop, or lead it on.", walk.conversation(looping))


def _on_a_circle(ways: dict[Where, list[Where]]) -> Where | None:
    done: set[Where] = set()
    for root in ways:
        path: list[tuple[Where, int]] = [(root, 0)]
        on_path = {root}
        while path:
            where, position = path.pop()
            ahead = ways.get(where, [])
            if where in done or position >= len(ahead):
                done.add(where)
                on_path.discard(where)
                continue
            path.append((where, position + 1))
            if ahead[position] in on_path:
                return ahead[position]
            if ahead[position] not in done:
                path.append((ahead[position], 0))
                on_path.add(ahead[position])
    return None


def _refusals(prover: _Prover, walk: Walk) -> Iterator[Finding]:
    """Point 3: a path that refuses and ends without a reason, another door and a person."""
    told: set[tuple[str, frozenset[str]]] = set()
    for where in walk.came_from:
        step = prover.step(where) if where.stack else None
        refused = any(mark.startswith("refused") for mark in where.marks)
        missing = frozenset(_NEEDED) - where.marks
        if not refused or not missing or not (isinstance(step, Outcome) or not where.stack):
            continue
        place, name = _place(prover, where, walk.flow)
        if (name, missing) not in told:
            told.add((name, missing))
            lacks = ", nor ".join(words for key, words in _NEEDED.items() if key in missing)
            message = (
                f"Somebody whom this team cannot take reaches the end at `{name}`, and nothing on the way {lacks}."
            )
            advice = "Pass doors_for, say eligibility_reason, and ask whether a person should look."
            yield error(place, message, advice, walk.conversation(where))


def _reasons(book: Book) -> frozenset[str]:
    return frozenset(
        name for name, one in book.responses.items() if any("eligibility_reason" in text for text in one.parts.values())
    )


def _person_offers(book: Book) -> frozenset[tuple[str, str]]:
    """Questions one of whose answers leads to a person before the next question."""
    people = {flow_id for flow_id in book.flows if _reaches_person(book, flow_id)}
    found: set[tuple[str, str]] = set()
    for flow in book.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Collect) and _leads_to_person(flow, step, people):
                found.add((flow.id, step.id))
    return frozenset(found)


def _reaches_person(book: Book, flow_id: str) -> bool:
    steps = [step for one in book.reach[flow_id] for step in book.flows[one].steps.values()]
    return any(isinstance(step, Action) and step.action in PEOPLE for step in steps)


def _leads_to_person(flow: Flow, question: Collect, people: set[str]) -> bool:
    waiting = [branch.target for branch in question.next]
    seen: set[str] = set()
    while waiting:
        step = flow.steps.get(waiting.pop())
        if step is None or step.id in seen or isinstance(step, Collect):
            continue
        seen.add(step.id)
        if (isinstance(step, Action) and step.action in PEOPLE) or (
            isinstance(step, Call | Link) and step.flow in people
        ):
            return True
        waiting += [branch.target for branch in step.next]
    return False
