"""The proof: every way through every flow is walked, on slots reduced to what conditions still read.

Points 1 (no dead end), 2 (every loop waits for the person) and 3 (nobody is told only "no"). Each flow that can begin
by itself is walked from its start, patterns apart, for every answer and every result of every action. More states than
the budget is an error, "not proved", never a pass. Stop words, crisis help and silence change no state here: the engine
handles them at every question alike (point 4 is in checking_safety).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final

from bot.flows.checking_references import error
from bot.flows.definition import Action, Call, Collect, Finding, Flow, Link, Outcome, Place, Utter
from bot.flows.proof_states import States
from bot.flows.proof_walk import Marks, Node, OverBudget, Walk

if TYPE_CHECKING:
    from bot.flows.definition import Book, Step

BUDGET: Final = 120_000
DOORS: Final = frozenset({"doors_for", "signpost"})
PEOPLE: Final = frozenset({"ask_person", "queue_call_back"})
REFUSALS: Final = {"eligibility": ("no", "rule"), "team_result": ("none", "area")}
_NEEDED: Final = {"why": "says why", "doors": "names another door", "person": "offers a person"}


def prove(book: Book, budget: int = BUDGET) -> list[Finding]:
    """Findings of the proof; empty when all of it holds. Every flow and slot that a step names must be there."""
    watched = {slot: refusing for slot, (refusing, _) in REFUSALS.items()}
    walk = Walk(book, States(book, watched), _Marking(book).mark, budget)
    for flow_id in book.starts:
        try:
            walk.begin(flow_id)
        except OverBudget:
            message = f"There are more than {budget} states by the time `{flow_id}` is walked: not proved."
            advice = "Split it, or let fewer conditions read answers from far back."
            return [error(book.flows[flow_id].place, message, advice)]
    return [*_dead_ends(walk), *_loops(walk), *_refusals(walk)]


def _place(walk: Walk, node: Node) -> tuple[Place, str]:
    step, flow = walk.step(node), walk.book.flows[node.visit.flow]
    return (step.place, f"{flow.id}.{step.id}") if step else (flow.place, flow.id)


def _dead_ends(walk: Walk) -> Iterator[Finding]:
    """States from which nothing ends, however the person answers; the first of each flow."""
    reached = set(walk.ends)
    waiting = list(walk.ends)
    while waiting:
        for node in walk.back.get(waiting.pop(), []):
            if node not in reached:
                reached.add(node)
                waiting.append(node)
    told: set[str] = set()
    for node in walk.came_from:
        if node not in reached and node.visit.flow not in told:
            told.add(node.visit.flow)
            place, name = _place(walk, node)
            message = f"From `{name}` no answer ever leads to an end: a dead end."
            yield error(place, message, "Lead one branch on to an outcome or to END.", walk.conversation(node))


def _loops(walk: Walk) -> Iterator[Finding]:
    """A circle of steps that never waits for the person."""
    circle = _circle(walk.quick)
    if circle:
        place, name = _place(walk, circle[0])
        message = f"`{name}` can come back to itself without asking anything: an endless loop."
        round_it = [walk.said.get(pair, ()) for pair in zip(circle, [*circle[1:], circle[0]], strict=True)]
        conversation = dict.fromkeys((*walk.conversation(circle[0]), *(words for said in round_it for words in said)))
        yield error(place, message, "Put a question into the loop, or lead it on.", conversation)


def _circle(ways: Mapping[Node, list[Node]]) -> list[Node]:
    """The nodes of some circle, in order; none when there is no circle."""
    done: set[Node] = set()
    for root in ways:
        path: list[tuple[Node, int]] = [(root, 0)] if root not in done else []
        on_path = {root}
        while path:
            node, position = path.pop()
            ahead = ways.get(node, [])
            if position >= len(ahead):
                done.add(node)
                on_path.discard(node)
                continue
            path.append((node, position + 1))
            if ahead[position] in on_path:
                nodes = [one for one, _ in path]
                return nodes[nodes.index(ahead[position]) :]
            if ahead[position] not in done:
                path.append((ahead[position], 0))
                on_path.add(ahead[position])
    return []


def _refusals(walk: Walk) -> Iterator[Finding]:
    """Point 3: a path that refuses and ends without a reason, another door and a person."""
    told: set[tuple[str, frozenset[str]]] = set()
    ends = set(walk.ends)
    for node in walk.came_from:
        missing = _needed(node.marks)
        step = walk.step(node)
        over = node in ends or (isinstance(step, Outcome) and step.outcome not in ("booked", "call_back"))
        if not over or not missing or not any(mark.startswith("refused") for mark in node.marks):
            continue
        place, name = _place(walk, node)
        if (name, missing) not in told:
            told.add((name, missing))
            lacks = ", nor ".join(words for key, words in _NEEDED.items() if key in missing)
            message = f"Somebody whom this team cannot take reaches `{name}`, and nothing on the way {lacks}."
            advice = "Pass doors_for, say eligibility_reason, and ask whether a person should look."
            yield error(place, message, advice, walk.conversation(node))


def _needed(marks: Marks) -> frozenset[str]:
    """What is still owed; where no team has taken the area on, there may be nobody to offer (journey.md: promises no call)."""
    owed = frozenset(_NEEDED) - marks
    return owed - {"person"} if "refused_area" in marks else owed


class _Marking:
    """What a path has met: a refusal, and since then a reason, another door, the offer of a person."""

    def __init__(self, book: Book) -> None:
        self._reasons = {
            name for name, one in book.responses.items() if any("eligibility_reason" in t for t in one.parts.values())
        }
        self._people = {flow_id for flow_id in book.flows if _reaches_person(book, flow_id)}
        self._offers = {
            (flow.id, step.id)
            for flow in book.flows.values()
            for step in flow.steps.values()
            if isinstance(step, Collect) and self._leads_to_person(flow, step)
        }

    def mark(self, flow_id: str, step: Step, marks: Marks, given: Mapping[str, Any]) -> Marks:
        for slot, (refusing, kind) in REFUSALS.items():
            if given.get(slot) == refusing:
                marks = frozenset({f"refused_{kind}"})
            elif slot in given:
                marks = marks - {f"refused_{kind}"}
        if "refused_area" in marks and given.get("team_accepts_call_back") == "no":
            marks |= {"person"}  # no team has taken this area on, so no call may be promised: national help instead
        if given.get("appointment_result") == "one":
            return frozenset()
        if isinstance(step, Outcome) or not any(mark.startswith("refused") for mark in marks):
            return frozenset()
        said = step.response if isinstance(step, Utter) else step.utter if isinstance(step, Collect) else None
        if said and (said in self._reasons or "refused_area" in marks):
            marks |= {"why"}
        if isinstance(step, Action) and step.action in DOORS:
            marks |= {"doors"}
        if (isinstance(step, Action) and step.action in PEOPLE) or (flow_id, step.id) in self._offers:
            marks |= {"person"}
        return marks if _needed(marks) else frozenset()

    def _leads_to_person(self, flow: Flow, question: Collect) -> bool:
        """Whether one of the answers leads to a person before the next question."""
        waiting = [branch.target for branch in question.next]
        seen: set[str] = set()
        while waiting:
            step = flow.steps.get(waiting.pop())
            if step is None or step.id in seen or isinstance(step, Collect):
                continue
            seen.add(step.id)
            if isinstance(step, Action) and step.action in PEOPLE:
                return True
            if isinstance(step, Call | Link) and step.flow in self._people:
                return True
            waiting += [branch.target for branch in step.next]
        return False


def _reaches_person(book: Book, flow_id: str) -> bool:
    steps = [step for one in book.reach[flow_id] for step in book.flows[one].steps.values()]
    return any(isinstance(step, Action) and step.action in PEOPLE for step in steps)
