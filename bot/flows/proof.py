"""The proof: every way through every flow is walked, on slots reduced to what conditions still read.

Points 1 (no dead end), 2 (every loop waits for the person) and 3 (nobody is told only "no"). Each flow that can begin
by itself is walked from its start, patterns apart, for every answer and every result of every action. More states than
the budget is an error, "not proved", never a pass. Stop words, crisis help and silence change no state here: the engine
handles them at every question alike (point 4 is in checking_safety).
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

from bot.flows.checking_filled import perhaps_empty
from bot.flows.checking_references import error
from bot.flows.checking_said import find
from bot.flows.conditions import Compare, Const
from bot.flows.definition import Action, Call, Collect, Finding, Flow, Link, Outcome, Place, SetSlots, Utter
from bot.flows.proof_live import conditions_of
from bot.flows.proof_slices import Slices
from bot.flows.proof_states import States
from bot.flows.proof_values import MAYBE
from bot.flows.proof_walk import Marks, Node, OverBudget, Walk
from bot.flows.proof_ways import Silence, backwards, can_end, circle, quick, traps, will_end

if TYPE_CHECKING:
    from bot.flows.checking_filled import Empty, Filling
    from bot.flows.checking_said import Ways
    from bot.flows.definition import Book, Step

BUDGET: Final = 120_000
AT_ONCE: Final = 6
"""Of the budget, the part that the look for empty slots may take before it is done a flow at a time: ours takes a few hundred."""
IN_ALL: Final = 3
"""Budgets that all of it may take."""
FOUND_DOORS: Final = "signpost_lines"
DOOR_WORDS: Final = ("_door", "_doors")
"""How the names of words end that name a door by themselves."""
PEOPLE: Final = frozenset({"ask_person", "queue_call_back"})
REFUSALS: Final[Mapping[str, Mapping[str, str]]] = {
    "eligibility": {"no": "rule"},
    "team_result": {"none": "area"},
    "area_result": {"outside_england": "nation"},
    "age_result": {"child": "child", "young": "young"},
    "call_back_result": {"no_team": "nobody"},
    "person_result": {"no_team": "nobody"},
}
"""Slot -> the values that refuse somebody, and what kind of refusal it is."""
NO_PERSON: Final = frozenset({"refused_area", "refused_nation", "refused_child", "refused_nobody"})
"""Where there may be nobody of ours to offer: no call is promised, other doors are named (journey.md)."""
_NEEDED: Final = {"why": "says why", "doors": "names another door", "person": "offers a person"}


def prove(book: Book, budget: int = BUDGET, filling: Filling | None = None, ways: Ways | None = None) -> list[Finding]:
    """Findings of the proof; empty when all of it holds. Every flow and slot that a step names must be there.

    `ways`: steps for which a shortest conversation that comes there is to be put in.
    """
    with _no_collecting():
        return _prove(book, budget, filling, ways or {})


@contextmanager
def _no_collecting() -> Iterator[None]:
    """A walk makes states by the hundred thousand and lets go of none: to look through them for rubbish is a third of it."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _prove(book: Book, budget: int, filling: Filling | None, ways: Ways) -> list[Finding]:
    walk = Walk(book, States(book, REFUSALS), _Marking(book).mark, budget)
    over = _walked(walk)
    if over:
        return [over]
    find(walk, ways)
    return [*_dead_ends(walk), *_loops(walk), *_refusals(walk), *_never(walk), *_empty(walk, budget, filling)]


def _walked(walk: Walk, midway: bool = True) -> Finding | None:
    """Walks all there is, also what begins `midway`; what is left unproved, if it is too much."""
    at = ""
    try:
        for at in walk.book.starts:
            walk.begin(at)
        for flow_id in _unseen(walk, walk.book.flows) if midway else ():
            for at in sorted(
                _leading_to(walk.book, flow_id), key=lambda one: (one != flow_id, len(walk.book.reach[one]))
            ):
                if _unseen(walk, [flow_id]):  # it may begin in the middle, with what it reads filled before
                    walk.begin(at, conditions_of(walk.book.flows[at]) | conditions_of(walk.book.flows[flow_id]))
    except OverBudget:
        message = f"There are more than {walk.budget} states by the time `{at}` is walked: not proved."
        advice = "Split it, or let fewer conditions read answers from far back."
        return error(walk.book.flows[at].place, message, advice)
    return None


def _leading_to(book: Book, flow_id: str) -> list[str]:
    return [one for one in book.starts if flow_id in book.reach[one]]


def _unseen(walk: Walk, flows: Iterable[str]) -> list[str]:
    """Which of the flows hold steps that nobody has come to."""
    return [flow for flow in flows if any((flow, step) not in walk.seen for step in walk.book.flows[flow].steps)]


def _never(walk: Walk) -> Iterator[Finding]:
    """Steps that something leads to, but only by conditions that never hold together."""
    seen = walk.seen
    for flow in walk.book.flows.values():
        led_to = {flow.first} | {
            b.target for step in flow.steps.values() if (flow.id, step.id) in seen for b in step.next
        }
        for step in flow.steps.values():
            if step.id in led_to and (flow.id, step.id) not in seen:
                shown = f"`{step.id}` of `{flow.id}`{_what(step)}"
                message = f"Nobody ever comes to the step {shown}: what leads to it never holds."
                unset = sorted(_read_before(flow, step.id) & walk.book.never_filled)
                advice = f" Nothing fills `{unset[0]}`, and it does not say `set_by: code`." if unset else ""
                yield error(step.place, message + advice, "Change the condition before it, or remove the step.")


def _read_before(flow: Flow, step_id: str) -> frozenset[str]:
    """The slots that the conditions read which lead to a step."""
    branches = [branch for step in flow.steps.values() for branch in step.next if branch.condition]
    return frozenset().union(*(one.condition.slots for one in branches if one.condition and one.target == step_id))


def _what(step: Step) -> str:
    name = getattr(step, "response", getattr(step, "flow", getattr(step, "action", "")))
    return f" ({name})" if name else ""


def _empty(walk: Walk, budget: int, filling: Filling | None) -> Iterator[Finding]:
    """Words that write an empty slot, with the way that shows it; those that no way shows are left out."""
    doubts = [one for one in perhaps_empty(walk.book, filling) if (one.flow, one.step) in walk.seen]
    doubts = Slices(walk.book).standing(doubts) if doubts else []
    if doubts:
        yield from _empty_of(walk.book, doubts, Left(budget // AT_ONCE, IN_ALL * budget), narrow=False)


@dataclass
class Left:
    """States that one walk may look at, and all walks together still may."""

    each: int
    of_all: int


def _empty_of(book: Book, doubts: Sequence[Empty], left: Left, narrow: bool) -> Iterator[Finding]:
    """Those of the doubts that a way shows. Where that is too much at once, a flow at a time; then by halves.

    Of a flow at a time only the marks count that it reads itself: to know less of the others can only find more. What is
    still doubted when nothing is left is not proved, which is an error.
    """
    if left.of_all <= 0:
        yield from (doubt.not_proved() for doubt in doubts)
        return
    written: dict[tuple[str, str], frozenset[str]] = {}
    for doubt in doubts:
        written[doubt.flow, doubt.step] = written.get((doubt.flow, doubt.step), frozenset()) | {doubt.slot}
    walk = Walk(book, States(book, None, written, narrow), lambda flow, step, marks, given: marks, left.each)
    over = _walked(walk, midway=False)
    left.of_all -= len(walk.came_from)
    if not over:
        for one, bad in _shown(walk, doubts):
            yield replace(one.finding, conversation=walk.conversation(bad) if bad else ())
    elif narrow and len(doubts) == 1:
        yield doubts[0].not_proved()
    else:
        flows = list(dict.fromkeys(doubt.flow for doubt in doubts))
        parts = [[doubt for doubt in doubts if doubt.flow == flow] for flow in flows]
        if narrow and len(parts) == 1:
            parts = [list(doubts[: len(doubts) // 2]), list(doubts[len(doubts) // 2 :])]
        for part in parts:
            yield from _empty_of(book, part, left, narrow=True)


def _shown(walk: Walk, doubts: Sequence[Empty]) -> Iterator[tuple[Empty, Node | None]]:
    """The doubts that stand once the walk is done: those that a way shows, and those that it never came to."""
    at: dict[tuple[str, str], list[Node]] = {(doubt.flow, doubt.step): [] for doubt in doubts}
    for node in walk.came_from:
        if (node.visit.flow, node.step) in at:
            at[node.visit.flow, node.step].append(node)
    for doubt in doubts:
        nodes = at[doubt.flow, doubt.step]
        bad = next((node for node in nodes if dict(node.known).get(doubt.slot) in (None, MAYBE)), None)
        if bad or not nodes:
            yield doubt, bad


def _place(walk: Walk, node: Node) -> tuple[Place, str]:
    step, flow = walk.step(node), walk.book.flows[node.visit.flow]
    return (step.place, f"{flow.id}.{step.id}") if step else (flow.place, flow.id)


def _dead_ends(walk: Walk) -> Iterator[Finding]:
    """Questions that nothing leads out of; then those that an action can lead back to for ever; then silence."""
    back = backwards(walk)
    out = can_end(walk, back)
    told: set[str] = set()
    lost = [node for node in walk.came_from if node not in out]
    for node in list(_trapped(walk, lost)) or lost:
        if node.visit.flow not in told:
            told.add(node.visit.flow)
            place, name = _place(walk, node)
            message = f"From `{name}` no answer ever leads to an end: a dead end."
            yield error(place, message, "Lead one branch on to an outcome or to END.", walk.conversation(node))
    good = will_end(walk, back)
    for node in _trapped(walk, [node for node in walk.came_from if node not in good]):
        if node in out:
            place, name = _place(walk, node)
            message = f"Whoever is at `{name}` comes back there whatever they answer, while an action gives the same."
            advice = "Give one of the answers a way on to a person or an outcome."
            yield Finding(place.file, place.line, message, advice, "advice", walk.conversation(node))
    silence = Silence(walk)
    for node in silence.ends()[:1]:
        place, name = _place(walk, node)
        if name not in told:
            message = f"`{name}` can end without a word to the person who has just written."
            yield error(place, message, "Say something before it ends, with a next step.", silence.conversation(node))


def _trapped(walk: Walk, stuck: list[Node]) -> Iterator[Node]:
    """Where those end up from whom an end is not sure: the first question of each flow there."""
    order = {node: number for number, node in enumerate(walk.came_from)} if stuck else {}
    asked = [
        min(questions, key=lambda node: order[node])
        for trap in traps(walk, set(stuck))
        if (questions := [node for node in trap if isinstance(walk.step(node), Collect)])
    ]
    told: set[str] = set()
    for node in sorted(asked, key=lambda node: order[node]):
        if node.visit.flow not in told:
            told.add(node.visit.flow)
            yield node


def _loops(walk: Walk) -> Iterator[Finding]:
    """A circle of steps that never waits for the person."""
    found = circle(quick(walk))
    if found:
        found = _from_what_leads_back(walk, found)
        place, name = _place(walk, found[0])
        message, advice = f"`{name}` can come back to itself without asking anything: an endless loop.", _UNLOOP
        answered = _answer_back(walk, found[0], found[1 % len(found)])
        if answered:
            message, advice = f"In `{name}` {answered}, which has its answer already: an endless loop.", _UNLOOP_ANSWER
        round_it = [walk.said.get(pair, ()) for pair in zip(found, [*found[1:], found[0]], strict=True)]
        conversation = dict.fromkeys((*walk.conversation(found[0]), *(words for said in round_it for words in said)))
        yield error(place, message, advice, conversation)


_UNLOOP: Final = "Put a question into the loop, or lead it on."
_UNLOOP_ANSWER: Final = "Let it lead on to something below, or to another topic."


def _from_what_leads_back(walk: Walk, found: list[Node]) -> list[Node]:
    """The circle, begun with the step that leads back in its own flow: that is the one to change. A question, if one does."""
    for kind in (Collect, object):
        for number, node in enumerate(found):
            after = found[(number + 1) % len(found)]
            if isinstance(walk.step(node), kind) and _is_above(walk, after, node):
                return [*found[number:], *found[:number]]
    return found


def _is_above(walk: Walk, after: Node, node: Node) -> bool:
    """Whether what comes next stands above in the same flow, or is the step itself."""
    order = list(walk.book.flows[node.visit.flow].steps)
    same = after.visit.flow == node.visit.flow and {after.step, node.step} <= set(order)
    return same and order.index(after.step) <= order.index(node.step)


def _answer_back(walk: Walk, node: Node, after: Node) -> str:
    """Which answer of a question leads back to which; nothing where it is no answer that does."""
    step, spec = walk.step(node), None
    if isinstance(step, Collect):
        spec = walk.book.slots[step.slot]
    for branch in step.next if step and spec else ():
        tree = branch.condition.tree if branch.condition else None
        picked = tree.right if isinstance(tree, Compare) and tree.op == "=" else None
        if branch.target == after.step and isinstance(picked, Const) and spec and spec.title_of(picked.value):
            return f'the answer "{spec.title_of(picked.value)}" leads back to `{after.visit.flow}.{after.step}`'
    return ""


def _refusals(walk: Walk) -> Iterator[Finding]:
    """Point 3: a path that refuses and ends without a reason, another door and a person."""
    told: set[tuple[str, frozenset[str]]] = set()
    ends = set(walk.ends)
    for node in walk.came_from:
        missing = _needed(node.marks)
        step = walk.step(node)
        over = node in ends or (isinstance(step, Outcome) and step.outcome not in ("booked", "call_back"))
        if not over or not missing or not _refused(node.marks):
            continue
        place, name = _place(walk, node)
        key = (name if step else "", missing)  # an end without words of its own is told once
        if key not in told:
            told.add(key)
            lacks = ", nor ".join(words for key, words in _NEEDED.items() if key in missing)
            message = f"Somebody whom this team cannot take reaches `{name}`, and nothing on the way {lacks}."
            advice = "Say why, say another door (signpost_lines, or words named ..._doors), and ask whether a person should look."
            yield error(place, message, advice, walk.conversation(node))


@lru_cache(maxsize=1024)
def _refused(marks: Marks) -> bool:
    return any(mark.startswith("refused") for mark in marks)


@lru_cache(maxsize=1024)
def _needed(marks: Marks) -> frozenset[str]:
    """What is still owed."""
    owed = frozenset(_NEEDED) - marks
    return owed if NO_PERSON.isdisjoint(marks) else owed - {"person"}


class _Marking:
    """What a path has met: a refusal, and since then a reason, another door, the offer of a person."""

    def __init__(self, book: Book) -> None:
        self._reasons = {
            name for name, one in book.responses.items() if any("eligibility_reason" in t for t in one.parts.values())
        }
        self._doors = {
            name
            for name, one in book.responses.items()
            if name.endswith(DOOR_WORDS) or any(FOUND_DOORS in text for text in one.parts.values())
        }
        self._people = {flow_id for flow_id in book.flows if _reaches_person(book, flow_id)}
        self._offers = {
            (flow.id, step.id)
            for flow in book.flows.values()
            for step in flow.steps.values()
            if isinstance(step, Collect) and self._leads_to_person(flow, step)
        }

    def mark(self, flow_id: str, step: Step, marks: Marks, given: Mapping[str, Any]) -> Marks:
        if isinstance(step, SetSlots):
            given = dict(step.values)
        if not marks and given.keys().isdisjoint(REFUSALS):
            return marks
        for slot in (slot for slot in given if slot in REFUSALS):
            kind = REFUSALS[slot].get(given[slot])
            marks = (
                frozenset({f"refused_{kind}"}) if kind else marks - {f"refused_{k}" for k in REFUSALS[slot].values()}
            )
        if not marks or given.get("appointment_result") == "one":
            return frozenset()
        if isinstance(step, Outcome) or not _refused(marks):
            return frozenset()
        said = step.response if isinstance(step, Utter) else step.utter if isinstance(step, Collect) else None
        if said and (said in self._reasons or "refused_rule" not in marks):
            marks |= {"why"}
        if said in self._doors:
            marks |= {"doors"}
        if (isinstance(step, Action) and step.action in PEOPLE) or (flow_id, step.id) in self._offers:
            marks |= {"person", "doors"} if "refused_area" in marks else {"person"}
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
