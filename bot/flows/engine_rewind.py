"""Changing an earlier answer, going back, and going into another flow while the open question waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from bot.flows.definition import Call, Collect
from bot.flows.engine_run import _ONCE, _UNTIL, Run
from bot.flows.state import Frame

if TYPE_CHECKING:
    from bot.flows.definition import Json, Step

CORRECT: Final = "pattern_correct"


def digress(run: Run, flow_id: str) -> bool:
    """Goes into a flow and walks it; false when there is no such flow. One already under way is returned to."""
    if flow_id not in run.book.flows:
        return False
    depth = next((place for place, frame in enumerate(run.stack) if frame.flow == flow_id), None)
    on_top = depth is not None and depth == len(run.stack) - 1
    if depth is not None and not (on_top and run.book.flows[flow_id].is_pattern):
        del run.stack[depth + 1 :]
        if run.open_question() is None:  # what it calls is to be called again, not passed
            run.stack[-1] = replace(run.stack[-1], asked=False)
        run.open = run.halted = False
        return True
    enter(run, flow_id)
    return True


def enter(run: Run, flow_id: str) -> None:
    """Puts a flow on top, afresh, and walks it until it asks something or ends."""
    depth = next((place for place, frame in enumerate(run.stack) if frame.flow == flow_id), len(run.stack))
    del run.stack[depth:]
    within = run.book.reach[flow_id]
    run.quiet = [key for key in run.quiet if key.split(".")[0] not in within]
    run.trail = [visit for visit in run.trail if visit.flow not in within]
    floor = len(run.stack)
    run.push(flow_id)
    run.walk(floor)


def correct(run: Run, slot: str, value: Json) -> bool:
    """Changes an answer and rewinds to where it was given; a value of None asks again."""
    if slot not in run.book.slots:
        return False
    question = run.open_question()
    target = _find(run, slot) if not (question and question.slot == slot) else None
    changed = value is None or run.slots.get(slot) != value
    run.set(slot, value)
    if target and changed and not _comes_later(run, *target):
        _rewind(run, *target, kept=slot if value is not None else None)
    elif not target and value is None and not (question and question.slot == slot):
        return digress(run, CORRECT)
    run.open = False
    return True


def _comes_later(run: Run, depth: int, target: Frame) -> bool:
    """Whether the walk comes to it anyway: an earlier question is open again, and the slot's is further down the same flow."""
    here = run.stack[depth]
    order = list(run.book.flows[here.flow].steps)
    return target.flow == here.flow and order.index(target.step) > order.index(here.step)


def back(run: Run) -> bool:
    """Unfills the answer before and asks for it again; false when there is none."""
    floor = _digression(run)
    within = run.book.reach[run.stack[floor].flow] if floor else None
    for visit in [visit for visit in reversed(run.trail) if visit.asked]:
        step = run.book.flows[visit.flow].steps.get(visit.step) if visit.flow in run.book.flows else None
        filled = isinstance(step, Collect) and run.slots.get(step.slot) is not None
        if isinstance(step, Collect) and filled and (within is None or visit.flow in within) and _find(run, step.slot):
            return correct(run, step.slot, None)
    if floor:
        del run.stack[floor:]
        run.open = False
    return bool(floor)


def _digression(run: Run) -> int:
    """Where on the stack the digression begins that is on top; 0 when there is none."""
    for place in range(len(run.stack) - 1, 0, -1):
        below = run.stack[place - 1]
        if isinstance(run.book.flows[below.flow].steps.get(below.step), Collect):
            return place
    return 0


def _find(run: Run, slot: str) -> tuple[int, Frame] | None:
    """The lowest frame, and the earliest step passed in it, at which the slot is asked for."""
    passed = {(visit.flow, visit.step) for visit in run.trail}
    for depth, frame in enumerate(run.stack):
        passed.add((frame.flow, frame.step))
        for number, flow_id in enumerate((*frame.came, frame.flow)):
            for step in _asking(run, flow_id, slot):
                if (flow_id, step.id) in passed:
                    return depth, Frame(flow_id, step.id, frame.came[:number])
    return None


def _asking(run: Run, flow_id: str, slot: str) -> Iterator[Step]:
    flow = run.book.flows.get(flow_id)
    for step in flow.steps.values() if flow else ():
        if (isinstance(step, Collect) and step.slot == slot) or (
            isinstance(step, Call) and slot in run.book.collects.get(step.flow, ())
        ):
            yield step


def _rewind(run: Run, depth: int, frame: Frame, kept: str | None) -> None:
    """Puts the frame back; what was said on the way is not said again, and a chosen opening is not asked again."""
    run.quiet = [_UNTIL + run.key()]
    del run.stack[depth:]
    run.stack.append(frame)
    within = run.book.reach[frame.flow]
    run.quiet += [key for key in run.said if key.split(".")[0] in within]
    run.quiet += [_ONCE + slot for slot in run.slots if slot == kept or _is_chosen_opening(run, slot)]
    run.halted = False


def _is_chosen_opening(run: Run, slot: str) -> bool:
    spec = run.book.slots.get(slot)
    return bool(spec and spec.type == "opening" and run.slots[slot] not in [choice.value for choice in spec.also])
