"""Which slots are surely filled at each step, over calls and links; responses may write no others.

A forward analysis: at a step meet the slots filled on *every* path to it. A called flow is summed up by what it
surely fills and what it may clear. Actions are trusted to fill every slot they declare.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from bot.flows.checking_references import error
from bot.flows.conditions import Both, Compare, Const, Either, Not, Slot, Tree
from bot.flows.definition import END, SKIPPED, START_AGAIN, Action, Call, Collect, Link, Place, SetSlots, Utter
from bot.flows.responses import slots_needed

if TYPE_CHECKING:
    from bot.flows.definition import Book, Finding, Flow, Step

Filled = frozenset[str]
_GIVEN: Final = frozenset({"noted"})


@dataclass(frozen=True)
class Summary:
    """What calling a flow surely fills, and what it may clear."""

    fills: Filled
    clears: Filled


class Filling:
    """The analysis of one book. `looks`: what a condition tells counts as filled, not only what a step has filled."""

    def __init__(self, book: Book, *, looks: bool = True) -> None:
        self.book = book
        self._looks = looks
        self.everything: Filled = frozenset(book.slots)
        self.cleared_by = {slot: frozenset(self._dependants(slot)) for slot in book.slots}
        self.summaries = {flow_id: Summary(self.everything, frozenset()) for flow_id in book.flows}
        inner_first = sorted(book.flows.values(), key=lambda flow: len(book.reach[flow.id]))
        _until_stable(inner_first, self._sum_up)
        self.entries: dict[str, Filled] = dict.fromkeys(book.flows, self.everything)
        for flow_id in book.starts:
            self.entries[flow_id] = frozenset(book.defaults)
        _until_stable(inner_first[::-1], self._carry)

    def _dependants(self, slot: str) -> Iterator[str]:
        seen: set[str] = set()
        waiting = list(self.book.dependants.get(slot, ()))
        while waiting:
            name = waiting.pop()
            if name not in seen:
                seen.add(name)
                yield name
                waiting += self.book.dependants.get(name, ())

    # -- one flow --------------------------------------------------------------------------------------------------

    def at_steps(self, flow: Flow, entry: Filled) -> dict[str, Filled]:
        """What is surely filled on arriving at each step; END is included when it can be reached."""
        found: dict[str, Filled] = {flow.first: entry}
        waiting = [flow.first]
        while waiting:
            step_id = waiting.pop()
            step = flow.steps.get(step_id)
            if step is None:
                continue
            after = self._after(step, found[step_id])
            for target, filled in self._branches(step, after):
                met = found[target] & filled if target in found else filled
                if target not in found or met != found[target]:
                    found[target] = met
                    waiting.append(target)
        return found

    def _after(self, step: Step, filled: Filled) -> Filled:
        if isinstance(step, Collect):
            filled -= self._emptied(self._written(step))
            return filled - {step.slot} if step.skippable else filled | {step.slot}
        if isinstance(step, SetSlots):
            kept = filled - self._emptied(self._written(step)) - {slot for slot, value in step.values if value is None}
            return kept | {slot for slot, value in step.values if value is not None}
        if isinstance(step, Action):
            if step.action == START_AGAIN:
                return frozenset(self.book.defaults)
            written = self._written(step)
            return (filled - self._emptied(written)) | written
        if isinstance(step, Call) and step.flow in self.summaries:
            summary = self.summaries[step.flow]
            return (filled - summary.clears) | summary.fills
        return filled

    def _written(self, step: Step) -> Filled:
        """The slots that the step itself fills anew or empties: an open question that is asked once changes nothing."""
        if isinstance(step, Collect) and step.ask_before_filling:
            return frozenset({step.slot})
        if isinstance(step, SetSlots):
            return frozenset(slot for slot, _ in step.values)
        if isinstance(step, Action) and step.action in self.book.actions:
            return frozenset(self.book.actions[step.action].fills)
        return frozenset()

    def _emptied(self, written: Iterable[str]) -> Filled:
        """What hangs on slots whose value may change."""
        return frozenset().union(*(self.cleared_by.get(slot, ()) for slot in written))

    def _branches(self, step: Step, filled: Filled) -> Iterator[tuple[str, Filled]]:
        for branch in step.next:
            if branch.condition is None:
                yield branch.target, filled
                return
            if not self._looks:
                yield branch.target, filled
                continue
            yield branch.target, filled | known_when(branch.condition.tree, True)
            filled = filled | known_when(branch.condition.tree, False)

    # -- over flows ------------------------------------------------------------------------------------------------

    def _sum_up(self, flow: Flow) -> Iterable[str]:
        """Sums up a flow anew; gives the flows to sum up again because of it."""
        found = self.at_steps(flow, frozenset())
        ends = [found[END]] if END in found else []
        for step in _links(flow):
            if step.id in found and step.flow in self.summaries:
                beyond = self.summaries[step.flow]
                ends.append((found[step.id] - beyond.clears) | beyond.fills)
        fills = frozenset.intersection(*ends) if ends else self.everything
        summary = Summary(fills, self._clears(flow))
        if summary == self.summaries[flow.id]:
            return ()
        self.summaries[flow.id] = summary
        return self._callers.get(flow.id, ())

    @cached_property
    def _callers(self) -> Mapping[str, tuple[str, ...]]:
        """Flow -> the flows that hand over to it."""
        found: dict[str, dict[str, None]] = {}
        for flow in self.book.flows.values():
            for step in _hand_overs(flow):
                found.setdefault(step.flow, {})[flow.id] = None
        return {flow_id: tuple(callers) for flow_id, callers in found.items()}

    def _clears(self, flow: Flow) -> Filled:
        """What may be empty afterwards though it was filled before: emptied, skipped, or hanging on what may change."""
        found: set[str] = set()
        for step in flow.steps.values():
            if isinstance(step, SetSlots):
                found |= {slot for slot, value in step.values if value is None}
            elif isinstance(step, Collect) and step.skippable:
                found.add(step.slot)
            elif isinstance(step, Action) and step.action == START_AGAIN:
                found |= self.everything
            elif isinstance(step, Call | Link) and step.flow in self.summaries:
                found |= self.summaries[step.flow].clears
            found |= self._emptied(self._written(step))
        return frozenset(found)

    def _carry(self, flow: Flow) -> Iterable[str]:
        """Carries what is filled into the flows that this one hands over to; gives those that now have less."""
        found = self.at_steps(flow, self.entries[flow.id])
        for step in _hand_overs(flow):
            if step.id in found and step.flow in self.entries:
                met = self.entries[step.flow] & found[step.id]
                if met != self.entries[step.flow]:
                    self.entries[step.flow] = met
                    yield step.flow


def _until_stable(flows: Iterable[Flow], once: Callable[[Flow], Iterable[str]]) -> None:
    """Looks at every flow, then again at those that `once` names, until it names none.

    It begins from too much and only ever takes away, so it comes to an end; stopped before, it would pass what is not so.
    """
    named = {flow.id: flow for flow in flows}
    waiting = deque(named)
    queued = set(named)
    while waiting:
        flow_id = waiting.popleft()
        queued.discard(flow_id)
        for again in once(named[flow_id]):
            if again not in queued:
                queued.add(again)
                waiting.append(again)


@dataclass(frozen=True)
class Empty:
    """A step whose words write a slot that may be empty there, as far as conditions are not looked at."""

    flow: str
    step: str
    slot: str
    words: str
    finding: Finding

    def not_proved(self) -> Finding:
        """What is said where there were too many ways to look at."""
        message = f"Whether `{self.slot}` is always filled where `{self.flow}` says `{self.words}` takes too long to look at: not proved."
        advice = f"Write {{% if {self.slot} %}} round it, or make two flows of `{self.flow}`."
        return error(Place(self.finding.file, self.finding.line), message, advice)


def check_filled(book: Book, filling: Filling | None = None) -> list[Finding]:
    """Words that write a slot which some path leaves empty; jumps back to a question that will not be asked."""
    filling = filling or Filling(book)
    return [*(one.finding for one in perhaps_empty(book, filling)), *check_jumps(book, filling)]


def check_jumps(book: Book, filling: Filling | None = None) -> list[Finding]:
    """Jumps back to a question that will not be asked."""
    filling = filling or Filling(book)
    found: list[Finding] = []
    for flow in book.flows.values():
        at = filling.at_steps(flow, filling.entries[flow.id])
        for step in flow.steps.values():
            if step.id in at:
                found += _jumps_back(filling, flow, step, at[step.id])
    return found


def perhaps_empty(book: Book, filling: Filling | None = None) -> list[Empty]:
    """Words that write a slot which may be empty there. The proof drops those that no real path shows."""
    filling = filling or Filling(book)
    found: list[Empty] = []
    for flow in book.flows.values():
        at = filling.at_steps(flow, filling.entries[flow.id])
        for step in flow.steps.values():
            if step.id in at:
                found += _written(book, flow, step, at[step.id])
    return found


def _written(book: Book, flow: Flow, step: Step, filled: Filled) -> Iterator[Empty]:
    names = [step.response] if isinstance(step, Utter) else []
    if isinstance(step, Collect):
        names = [step.utter]
        for rejection in step.rejections:
            yield from _empty_slots(book, flow, step, rejection.utter, rejection.place, filled | {step.slot})
    for name in names:
        yield from _empty_slots(book, flow, step, name, step.place, filled)


def _empty_slots(book: Book, flow: Flow, step: Step, name: str, place: Place, filled: Filled) -> Iterator[Empty]:
    response = book.responses.get(name)
    for text in response.parts.values() if response else ():
        for slot, guarded in slots_needed(text):
            if slot in book.slots and slot not in filled | guarded | _GIVEN:
                message = f"`{name}` writes `{slot}`, which is not filled on every way through `{flow.id}` to here."
                advice = f"Fill it first, or write {{% if {slot} %}} round it."
                yield Empty(flow.id, step.id, slot, name, error(place, message, advice))


def _jumps_back(filling: Filling, flow: Flow, step: Step, filled: Filled) -> Iterator[Finding]:
    for branch, (_, known) in zip(step.next, filling._branches(step, filling._after(step, filled)), strict=False):
        target = flow.steps.get(branch.target)
        back = isinstance(target, Collect) and flow.order[target.id] <= flow.order[step.id]
        if back and isinstance(target, Collect) and not target.ask_before_filling and target.slot in known:
            message = f"`{flow.id}.{step.id}` jumps back to `{target.id}`, whose slot `{target.slot}` is filled: nothing is asked."
            yield error(branch.place, message, "Give that step `ask_before_filling: true`, or clear the slot first.")


def _hand_overs(flow: Flow) -> list[Call | Link]:
    return [step for step in flow.steps.values() if isinstance(step, Call | Link)]


def _links(flow: Flow) -> list[Link]:
    return [step for step in flow.steps.values() if isinstance(step, Link)]


def known_when(tree: Tree, holds: bool) -> Filled:
    """The slots that are surely filled when the condition holds (or does not)."""
    if isinstance(tree, Not):
        return known_when(tree.item, not holds)
    if isinstance(tree, Both | Either):
        parts = [known_when(item, holds) for item in tree.items]
        every = isinstance(tree, Both) == holds
        return frozenset().union(*parts) if every else frozenset.intersection(*parts)
    if isinstance(tree, Slot):
        return frozenset({tree.name}) if holds else frozenset()
    if isinstance(tree, Compare):
        return _known_by_comparing(tree, holds)
    return frozenset()


def _known_by_comparing(tree: Compare, holds: bool) -> Filled:
    slots = frozenset(side.name for side in (tree.left, tree.right) if isinstance(side, Slot))
    null = Const(None) in (tree.left, tree.right)
    if tree.op in ("=", "!=") and Const(SKIPPED) in (tree.left, tree.right):
        return frozenset()
    if tree.op == "!=":
        return slots if holds == null else frozenset()
    if tree.op == "=":
        return slots if holds != null else frozenset()
    return slots if holds else frozenset()
