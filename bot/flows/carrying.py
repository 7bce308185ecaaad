"""Whether somebody in the middle of something may go on with newer content: only where nothing but words has changed.

A flow's plan is its steps without the words and the places in files; a conversation is carried over when the plans of
everything it stands in, came through and may still reach are the same in both, and so are the answers asked for.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from bot.flows.definition import Place

if TYPE_CHECKING:
    from bot.flows.definition import Book, Branch, Flow, SlotSpec, Step
    from bot.flows.state import DialogueState

NOWHERE: Final = Place("", 0)


def may_carry(old: Book, new: Book, state: DialogueState) -> bool:
    """Whether the state, begun on `old`, means the same on `new`."""
    return Carrying(old, new).may(state)


class Carrying:
    """From one book to another, for many: what is the same in both is found out once."""

    def __init__(self, old: Book, new: Book) -> None:
        self.old, self.new = old, new
        self._same: dict[str, bool] = {}
        self._slots: bool | None = None

    def may(self, state: DialogueState) -> bool:
        """Whether this state means the same in both."""
        flows = {frame.flow for frame in state.stack} | {came for frame in state.stack for came in frame.came}
        flows |= {visit.flow for visit in state.trail}
        if not flows <= self.old.flows.keys():
            return False
        return all(self._is_same(flow) for flow in _reached(self.old, flows)) and self._same_answers()

    def _is_same(self, flow: str) -> bool:
        if flow not in self._same:
            self._same[flow] = _same_flow(self.old, self.new, flow)
        return self._same[flow]

    def _same_answers(self) -> bool:
        if self._slots is None:
            self._slots = _same_slots(self.old, self.new)
        return self._slots


def _reached(book: Book, flows: set[str]) -> set[str]:
    return {one for flow in flows for one in book.reach[flow]}


def _same_flow(old: Book, new: Book, flow: str) -> bool:
    ours, theirs = old.flows.get(flow), new.flows.get(flow)
    return ours is not None and theirs is not None and (ours is theirs or plan(ours) == plan(theirs))


def _same_slots(old: Book, new: Book) -> bool:
    return all(name in new.slots and bare(spec) == bare(new.slots[name]) for name, spec in old.slots.items())


def plan(flow: Flow) -> Any:
    """What a flow does, step by step, without its name, its words and where it stands in a file."""
    return (tuple(map(_step, flow.steps.values())), flow.keeps_place, flow.waits)


def bare(spec: SlotSpec) -> SlotSpec:
    """A slot without its place in a file."""
    return replace(spec, place=NOWHERE)


def _step(step: Step) -> Step:
    changed: dict[str, Any] = {"place": NOWHERE, "next": tuple(map(_branch, step.next))}
    if hasattr(step, "rejections"):
        changed["rejections"] = tuple(replace(one, place=NOWHERE) for one in step.rejections)
    return replace(step, **changed)


def _branch(branch: Branch) -> Branch:
    return replace(branch, place=NOWHERE)
