"""The states of one flow, told apart only by slots still to be read, and every move from each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from math import prod
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from bot.flows.conditions import NUMBERS
from bot.flows.definition import END, SKIPPED, START_AGAIN, Action, Collect, SetSlots
from bot.flows.proof_live import EXACTLY, Live, Reads, conditions_read, mentioned, reads, slots_of, surely_filled
from bot.flows.proof_values import (
    ANY,
    FILLED,
    KEPT,
    MAYBE,
    domain,
    flat,
    implied,
    numbers_apart,
    title,
    told_apart,
    truth,
    values_named,
)

if TYPE_CHECKING:
    from bot.flows.conditions import Condition
    from bot.flows.definition import Book, Branch, Step

MAX_RESULTS: Final = 60
"""Results of one action that are told apart."""
_UNSURE: Final = frozenset({ANY, MAYBE, FILLED, KEPT})
_ASSUMED: Final = "?"
"""Before a condition's slots and text: which way it went, so that it goes the same way until its slots change."""
Known: TypeAlias = "dict[str, Any]"
Frozen: TypeAlias = frozenset[tuple[str, Any]]
Alike: TypeAlias = "dict[str, frozenset[Any] | None]"


@dataclass(frozen=True, slots=True)
class Result:
    """What a step does to the slots: `said` for the conversation, `waits` when the person answered."""

    known: Known
    said: str = ""
    waits: bool = False
    given: Mapping[str, Any] = field(default_factory=dict)
    passes: str = ""
    """What has to be said where it matters that nothing was asked."""


class States:
    """What steps do to what is known, and what of it still matters where."""

    def __init__(
        self,
        book: Book,
        watched: Mapping[str, Collection[str]] | None = None,
        written: Mapping[tuple[str, str], frozenset[str]] | None = None,
        narrow: bool = False,
    ) -> None:
        """`watched`: values to tell apart although no condition names them. `written`: by the words of a step (see Live)."""
        self.book = book
        self._named = values_named(book)
        for slot, values in (watched or {}).items():
            self._named.setdefault(slot, set()).update(values)
        self.conditions = conditions_read(book)
        self.mentioned = mentioned(book)
        surely = surely_filled(book)
        self._values = Live(book, filled=False, surely=surely, written=written, narrow=narrow)
        self._promised = frozenset(slot for slots in (written or {}).values() for slot in slots)
        self._filled = Live(book, filled=True, surely=surely, written=written)
        self._watched = dict(watched or {})
        self._above: dict[str, tuple[str, ...]] = {spec.name: spec.depends_on for spec in book.slots.values()}
        self._after: dict[tuple[str, str], Mapping[str, set[Any]]] = {}
        self._gives: dict[tuple[str, str], list[tuple[Known, str, Known]]] = {}
        self._needed: dict[tuple[str, str], tuple[Alike, frozenset[str]]] = {}

    def start(self, flow_id: str, perhaps: frozenset[str] = frozenset()) -> Frozen:
        """A flow begun by itself: slots that it does not fill itself may hold anything, and so may `perhaps`."""
        first = self.book.flows[flow_id].first
        inside: set[str] = set()
        for one in self.book.reach[flow_id]:
            for step in self.book.flows[one].steps.values():
                inside |= self._fillable(step)
        held = frozenset().union(self._needs(flow_id, first)[1], self.conditions - inside, perhaps)
        return self.trim(flow_id, first, dict.fromkeys(held - self.book.never_filled, MAYBE))

    def enter(self, caller: str, flow_id: str, known: Known) -> Frozen:
        """What is known on entering a flow: any answer may have been given before, but for those the caller clears."""
        first = self.book.flows[flow_id].first
        forgotten = self._values.forgotten(caller, flow_id)
        entered = dict(self.trim(flow_id, first, {n: v for n, v in known.items() if not _about(n, forgotten)}))
        values, asked = self._needs(flow_id, first)
        entered.update(dict.fromkeys((values.keys() | asked) & forgotten, MAYBE))
        return frozenset(entered.items())

    def trim(self, flow_id: str, step_id: str, known: Known) -> Frozen:
        """What is known, without what nothing reads any more. On leaving a flow, answers may or may not be there."""
        values, asked = self._needs(flow_id, step_id)
        kept: Known = {}
        for name, value in known.items():
            if value == KEPT:
                kept[name] = KEPT
            elif name in values:
                alike = values[name]
                kept[name] = ANY if alike is not None and value in alike else value
            elif name in asked:
                kept[name] = MAYBE if value == MAYBE else FILLED
            elif name[0] == _ASSUMED and not values.keys().isdisjoint(_assumed_slots(name)):
                kept[name] = value
        if step_id == END:
            beside = [name for name, value in kept.items() if value == KEPT]
            kept.update(dict.fromkeys(asked, MAYBE))
            kept.update(dict.fromkeys(beside, KEPT))
        return frozenset(kept.items())

    def _needs(self, flow_id: str, step_id: str) -> tuple[Alike, frozenset[str]]:
        """The slots whose value is read from a step on, and those of which only whether they are filled."""
        key = (flow_id, step_id)
        if key not in self._needed:
            values = self._alike(self._values.at(flow_id, step_id))
            asked = slots_of(self._filled.within(flow_id, step_id))
            self._needed[key] = (values, (asked | self._hung_on(frozenset(values))) - values.keys())
        return self._needed[key]

    def _hung_on(self, slots: frozenset[str]) -> frozenset[str]:
        """What some of the slots hang on: whether it was there tells whether a change of it empties them."""
        found: set[str] = set()
        waiting = list(slots)
        while waiting:
            for above in self._above.get(waiting.pop(), ()):
                if above not in found:
                    found.add(above)
                    waiting.append(above)
        return frozenset(found)

    def _alike(self, found: Reads) -> Alike:
        """For each slot that is read: the values that nothing tells from one another any more, None for no such."""
        against: dict[str, set[Any]] = {}
        for slot, value in found:
            against.setdefault(slot, set()).add(value)
        return {slot: self._others(slot, values) for slot, values in against.items()}

    def _others(self, slot: str, named: set[Any]) -> frozenset[Any] | None:
        spec = self.book.slots.get(slot)
        if spec is None or EXACTLY in named or spec.type == "flag" or not named - {None, SKIPPED} <= set(domain(spec)):
            return None
        return frozenset(value for value in domain(spec) if value not in named)

    def split(self, flow_id: str, known: Known) -> tuple[Known, Known]:
        """What a called flow can read or change, and the rest. What it can only empty is KEPT there, and stays beside."""
        scope, emptied = self.mentioned[flow_id]
        inside: Known = {}
        beside: Known = {}
        for name, value in known.items():
            if _about(name, scope):
                inside[name] = value
                continue
            beside[name] = value
            if name in emptied:
                inside[name] = KEPT
        return inside, beside

    def joined(self, flow_id: str, beside: Known, back: Frozen) -> Known:
        """What is known once a called flow has come back with `back`."""
        known = dict(back)
        left = {name: known.pop(name, None) for name in self.mentioned[flow_id][1] if name in beside}
        known |= {name: MAYBE for name, value in left.items() if value == MAYBE}
        emptied = {name for name, value in left.items() if value != KEPT}
        return {**{name: value for name, value in beside.items() if not _about(name, emptied)}, **known}

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
                told = before if step.slot in self.conditions else ""
                yield Result({**known, step.slot: value}, told, passes=before)
            after = self._answered(known, step.slot, value)
            if held != FILLED and not any(truth(one.condition.tree, after, self.book) for one in step.rejections):
                after = self._with(known, {step.slot: value}) if step.ask_before_filling else after
                said = f"you answer {step.slot}: {title(self.book.slots[step.slot], value)}"
                yield Result(after, said, True)

    @staticmethod
    def _answered(known: Known, slot: str, value: Any) -> Known:
        """An open question is empty when it is answered, so nothing changes that others could hang on: they stay."""
        kept = {name: one for name, one in known.items() if name[0] != _ASSUMED or slot not in _assumed_slots(name)}
        return {**kept, slot: value}

    def _possible(self, step: Collect) -> list[Any]:
        """The answers to a question, as far as they are told apart."""
        if step.slot not in self.conditions:
            return [ANY]
        named = self._named.get(step.slot, set())
        numbers = numbers_apart(named) if self.book.slots[step.slot].type in NUMBERS else []
        answers = numbers or told_apart(domain(self.book.slots[step.slot]), named)
        return [*answers, *([SKIPPED] if step.skippable else [])]

    def _read_after(self, flow_id: str, step: Step) -> Mapping[str, set[Any]]:
        """The slots whose value is read once the step is done, or watched, with what each is compared with."""
        key = (flow_id, step.id)
        if key not in self._after:
            ahead = [self._values.at(flow_id, branch.target) for branch in step.next]
            conditions = [reads(branch.condition.tree) for branch in step.next if branch.condition]
            against: dict[str, set[Any]] = {slot: set(values) for slot, values in self._watched.items()}
            for slot, value in frozenset[tuple[str, Any]]().union(*ahead, *conditions):
                against.setdefault(slot, set()).add(value)
            for slot, values in against.items():
                against[slot] = values | self._named.get(slot, set()) if EXACTLY in values else values
            self._after[key] = against
        return self._after[key]

    def _given(self, flow_id: str, step: Action, known: Known) -> Iterator[Result]:
        if step.action == START_AGAIN:
            yield Result(dict(self.book.defaults))
            return
        key = (flow_id, step.id)
        if key not in self._gives:
            self._gives[key] = list(self._given_always(flow_id, step))
        for changes, said, given in self._gives[key]:
            yield Result(self._with(known, changes), said, False, given)

    def _given_always(self, flow_id: str, step: Action) -> Iterator[tuple[Known, str, Known]]:
        """What the action may change, whatever is known before it, with how that is said and what is told apart of it."""
        fills = self.book.actions[step.action].fills if step.action in self.book.actions else {}
        read = self._read_after(flow_id, step)
        told = {slot: self._tell(slot, values, read[slot]) for slot, values in fills.items() if slot in read}
        told = {slot: values for slot, values in told.items() if values}
        unknown = {slot: MAYBE for slot, values in fills.items() if not values and slot not in told}
        unknown |= dict.fromkeys(self._promised & unknown.keys(), FILLED)
        told = self._few(told)
        unknown |= {slot: FILLED for slot, values in fills.items() if slot not in told and slot not in unknown}
        for combination in product(*told.values()):
            given = dict(zip(told, combination, strict=True))
            said = ", ".join(f"{slot} = {value}" for slot, value in given.items())
            yield {**unknown, **given}, f"({step.action} gives {said})" if said else "", given

    def _few(self, told: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
        """As many of the slots as can be told apart at once: of the others any value is possible, and none is left out."""
        kept: dict[str, list[Any]] = {}
        for slot, values in sorted(told.items(), key=lambda one: (one[0] not in self._watched, len(one[1]))):
            if prod(map(len, kept.values())) * len(values) <= MAX_RESULTS:
                kept[slot] = values
        return {slot: values for slot, values in told.items() if slot in kept}

    def _tell(self, slot: str, values: Sequence[Any] | None, against: set[Any]) -> list[Any]:
        """The results that something reads apart; none where an action fills the slot with what is not known."""
        if values:
            return told_apart(values, against)
        spec = self.book.slots.get(slot)
        return list(numbers_apart(against)) if spec is not None and spec.type in NUMBERS else []

    def _with(self, known: Known, changes: Mapping[str, Any]) -> Known:
        """What is known after the changes, and of what was assumed only what they leave alone."""
        after = changed(self.book, known, changes)
        assumed = [name for name in after if name[0] == _ASSUMED]
        if assumed:
            touched = changes.keys() | {name for name in known if after.get(name) != known[name]}
            for name in assumed:
                if not touched.isdisjoint(_assumed_slots(name)):
                    del after[name]
        return after

    def targets(self, branches: tuple[Branch, ...], known: Known) -> Iterator[tuple[str, Known]]:
        """Every branch that may be taken, with what taking it tells."""
        for branch in branches:
            if branch.condition is None:
                yield branch.target, known
                return
            key = _assumption(branch.condition)
            holds = known[key] if key in known else truth(branch.condition.tree, known, self.book)
            if holds is None:
                yield branch.target, self._assuming(branch.condition, known, True)
                known = self._assuming(branch.condition, known, False)
            elif holds:
                yield branch.target, known
                return

    def _assuming(self, condition: Condition, known: Known, holds: bool) -> Known:
        """What is known besides when the condition went one way: the value itself where that tells it."""
        told = implied(condition.tree, holds, self.book)
        if told is not None and all(known.get(slot) in (MAYBE, FILLED) for slot, _ in told):
            return {**known, **dict(told)}
        return {**known, _assumption(condition): holds}


def changed(book: Book, known: Known, changes: Mapping[str, Any]) -> Known:
    """What is known after the changes: what hangs on a slot is emptied when its value is another than before."""
    after = dict(known)
    for slot, value in changes.items():
        before = after.pop(slot, None)
        if value is not None:
            after[slot] = value
        if before is not None and slot in book.dependants:
            gone = [name for name in book.dependants[slot] if name in after]
            if value is not None and not _UNSURE.isdisjoint((before, value)):  # the same as before, or another
                after = changed(book, after, dict.fromkeys(gone, MAYBE))
            elif before != value:
                after = changed(book, after, dict.fromkeys(gone))
    return after


def _about(name: str, slots: frozenset[str] | set[str]) -> bool:
    """Whether this is one of the slots, or an assumption about one."""
    return name in slots or (name[0] == _ASSUMED and not slots.isdisjoint(_assumed_slots(name)))


@lru_cache(maxsize=4096)
def _assumption(condition: Condition) -> str:
    """The name under which it is kept which way a condition went."""
    return f"{_ASSUMED}{'+'.join(sorted(condition.slots))} {condition.text}"


@lru_cache(maxsize=4096)
def _assumed_slots(name: str) -> tuple[str, ...]:
    """The slots that an assumption is about."""
    return tuple(name[1:].split(" ", 1)[0].split("+"))
