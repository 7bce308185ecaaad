"""The states of one flow, told apart only by slots still to be read, and every move from each."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice, product
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bot.flows.definition import END, SKIPPED, START_AGAIN, Action, Collect, SetSlots
from bot.flows.proof_live import Live, conditions_read, mentioned
from bot.flows.proof_values import ANY, FILLED, MAYBE, domain, flat, title, told_apart, truth, values_named

if TYPE_CHECKING:
    from bot.flows.conditions import Condition
    from bot.flows.definition import Book, Branch, Flow, Step

MAX_RESULTS: Final = 60
_ASSUMED: Final = "?"
"""Before a condition's slots and text: which way it went, so that it goes the same way until its slots change."""
Known: TypeAlias = "dict[str, Any]"
Frozen: TypeAlias = frozenset[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Result:
    """What a step does to the slots: `said` for the conversation, `waits` when the person answered."""

    known: Known
    said: str = ""
    waits: bool = False
    given: Mapping[str, Any] = field(default_factory=dict)


class States:
    """What steps do to what is known, and what of it still matters where."""

    def __init__(self, book: Book, watched: Mapping[str, str] | None = None) -> None:
        """`watched`: values to tell apart although no condition names them."""
        self.book = book
        self._named = values_named(book)
        for slot, value in (watched or {}).items():
            self._named.setdefault(slot, set()).add(value)
        self.conditions = conditions_read(book)
        self.mentioned = mentioned(book)
        self._cleared = {flow.id: frozenset(_cleared(flow)) for flow in book.flows.values()}
        self._values = Live(book, filled=False)
        self._filled = Live(book, filled=True)
        self._watched = frozenset(watched or ())
        self._after: dict[tuple[str, str], frozenset[str]] = {}
        self._needed: dict[tuple[str, str], tuple[frozenset[str], frozenset[str]]] = {}

    def start(self, flow_id: str) -> Frozen:
        """A flow begun by itself: slots that it does not fill itself may hold anything."""
        inside: set[str] = set()
        for one in self.book.reach[flow_id]:
            for step in self.book.flows[one].steps.values():
                inside |= self._fillable(step)
        first = self.book.flows[flow_id].first
        asked = self._filled.at(flow_id, first) - self._values.at(flow_id, first)
        known = dict.fromkeys([*asked, *(self.conditions - inside)], MAYBE)
        return self.trim(flow_id, first, known)

    def enter(self, caller: str, flow_id: str, known: Known) -> Frozen:
        """What is known on entering a flow: any answer may have been given before, but for those the caller clears."""
        first = self.book.flows[flow_id].first
        entered = dict(self.trim(flow_id, first, known))
        for name in self._needs(flow_id, first)[1]:
            if name in entered or name not in self._cleared[caller]:
                entered[name] = MAYBE
        return frozenset(entered.items())

    def trim(self, flow_id: str, step_id: str, known: Known) -> Frozen:
        """What is known, without what nothing reads any more. On leaving a flow, answers may or may not be there."""
        values, asked = self._needs(flow_id, step_id)
        kept = {name: value for name, value in known.items() if name in values}
        if step_id == END:
            kept.update(dict.fromkeys(asked, MAYBE))
        else:
            kept.update({name: MAYBE if known[name] == MAYBE else FILLED for name in asked if name in known})
        for name in known:
            if name[0] == _ASSUMED and not values.isdisjoint(_assumed_slots(name)):
                kept[name] = known[name]
        return frozenset(kept.items())

    def _needs(self, flow_id: str, step_id: str) -> tuple[frozenset[str], frozenset[str]]:
        """The slots whose value is read from a step on, and those of which only whether they are filled."""
        key = (flow_id, step_id)
        if key not in self._needed:
            values = self._values.at(flow_id, step_id)
            self._needed[key] = (values, self._filled.at(flow_id, step_id) - values)
        return self._needed[key]

    def split(self, flow_id: str, known: Known) -> tuple[Known, Known]:
        """What a called flow can read or change, and the rest, which passes it by."""
        scope = self.mentioned[flow_id]
        inside: Known = {}
        beside: Known = {}
        for name, value in known.items():
            within = name in scope or (name[0] == _ASSUMED and not scope.isdisjoint(_assumed_slots(name)))
            (inside if within else beside)[name] = value
        return inside, beside

    # -- what a step can give --------------------------------------------------------------------------------------

    def _fillable(self, step: Step) -> set[str]:
        if isinstance(step, Collect):
            return {step.slot}
        if isinstance(step, SetSlots):
            return {slot for slot, _ in step.values}
        if isinstance(step, Action) and step.action in self.book.actions:
            return set(self.book.actions[step.action].fills)
        return set()

    def results(self, flow_id: str, step: Step, known: Known) -> Iterator[Result]:
        """Every way the step can turn out."""
        if isinstance(step, Collect):
            yield from self._answers(step, known)
        elif isinstance(step, SetSlots):
            yield Result(self._with(known, {slot: flat(value) for slot, value in step.values}))
        elif isinstance(step, Action):
            yield from self._given(flow_id, step, known)
        else:
            yield Result(known)

    def _answers(self, step: Collect, known: Known) -> Iterator[Result]:
        held = None if step.ask_before_filling else known.get(step.slot)
        if held not in (None, MAYBE, FILLED):
            yield Result(known)
            return
        for value in self._possible(step):
            if held is not None:
                before = f"({step.slot} was answered before: {title(self.book.slots[step.slot], value)})"
                yield Result({**known, step.slot: value}, before if step.slot in self.conditions else "")
            after = self._with(known, {step.slot: value})
            if held != FILLED and not any(truth(one.condition.tree, after, self.book) for one in step.rejections):
                said = f"you answer {step.slot}: {title(self.book.slots[step.slot], value)}"
                yield Result(after, said, True)

    def _possible(self, step: Collect) -> list[Any]:
        """The answers to a question, as far as they are told apart."""
        if step.slot not in self.conditions:
            return [ANY]
        answers = told_apart(domain(self.book.slots[step.slot]), self._named.get(step.slot, set()))
        return [*answers, *([SKIPPED] if step.skippable else [])]

    def _read_after(self, flow_id: str, step: Step) -> frozenset[str]:
        """The slots whose value is read once the step is done, or watched."""
        key = (flow_id, step.id)
        if key not in self._after:
            ahead = [self._values.at(flow_id, branch.target) for branch in step.next]
            conditions = [branch.condition.slots for branch in step.next if branch.condition]
            self._after[key] = self._watched.union(*ahead, *conditions)
        return self._after[key]

    def _given(self, flow_id: str, step: Action, known: Known) -> Iterator[Result]:
        if step.action == START_AGAIN:
            yield Result(dict(self.book.defaults))
            return
        fills = self.book.actions[step.action].fills if step.action in self.book.actions else {}
        told = {
            slot: told_apart(values, self._named.get(slot, set()))
            for slot, values in fills.items()
            if values and slot in self._read_after(flow_id, step)
        }
        unknown = {slot: MAYBE for slot, values in fills.items() if not values}
        unknown |= {slot: FILLED for slot, values in fills.items() if values and slot not in told}
        for combination in islice(product(*told.values()), MAX_RESULTS):
            given = dict(zip(told, combination, strict=True))
            said = ", ".join(f"{slot} = {value}" for slot, value in given.items())
            yield Result(
                self._with(known, {**unknown, **given}), f"({step.action} gives {said})" if said else "", False, given
            )

    def _with(self, known: Known, changes: Mapping[str, Any]) -> Known:
        """What is known after the changes; dependants of a slot that changes are cleared."""
        after = dict(known)
        assumed = [name for name in known if name[0] == _ASSUMED]
        for slot, value in changes.items():
            before = after.pop(slot, None)
            if value is not None:
                after[slot] = value
            for name in assumed:
                if slot in _assumed_slots(name):
                    after.pop(name, None)
            if before is not None and before != value and slot in self.book.dependants:
                gone = [name for name in self.book.dependants[slot] if name in after]
                after = self._with(after, dict.fromkeys(gone))
        return after

    def targets(self, branches: tuple[Branch, ...], known: Known) -> Iterator[tuple[str, Known]]:
        """Every branch that may be taken, with what taking it tells."""
        for branch in branches:
            if branch.condition is None:
                yield branch.target, known
                return
            key = _assumption(branch.condition)
            holds = known[key] if key in known else truth(branch.condition.tree, known, self.book)
            if holds is not False:
                yield branch.target, known if holds else {**known, key: True}
            if holds is True:
                return
            known = known if holds is False else {**known, key: False}


def _cleared(flow: Flow) -> Iterator[str]:
    for step in flow.steps.values():
        if isinstance(step, SetSlots):
            yield from (slot for slot, value in step.values if value is None)


@lru_cache(maxsize=4096)
def _assumption(condition: Condition) -> str:
    """The name under which it is kept which way a condition went."""
    return f"{_ASSUMED}{'+'.join(sorted(condition.slots))} {condition.text}"


@lru_cache(maxsize=4096)
def _assumed_slots(name: str) -> tuple[str, ...]:
    """The slots that an assumption is about."""
    return tuple(name[1:].split(" ", 1)[0].split("+"))
