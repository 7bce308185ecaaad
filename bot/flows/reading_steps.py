"""Reading the steps of a flow; inline steps of branches get ids of their own, like offer.then1.2."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from bot.flows.definition import (
    END,
    OUTCOMES,
    Action,
    Branch,
    Call,
    Collect,
    Link,
    Outcome,
    Rejection,
    SetSlots,
    Silence,
    Step,
    Utter,
)
from bot.flows.reading_fields import ID, Notes, constant
from bot.flows.yaml_tree import Items, Node, Scalar, Table

_KINDS: Final = ("collect", "action", "set_slots", "call", "link", "outcome")
_SHARED: Final = ("id", "next", "description")
_OWN: Final = {
    "collect": ("utter", "ask_before_filling", "skippable", "tries", "gives_up", "rejections", "silence"),
}
_SEE: Final = "See docs/flow-language.md."
NO_STEP: Final = ""
"""Target of a branch that could not be read; a finding says so."""


class StepReader:
    """Reads one flow's steps into a flat table of step id -> step, in the order of the file."""

    def __init__(self, notes: Notes, flow: str) -> None:
        self._notes = notes
        self._flow = flow
        self._taken: set[str] = set()
        self.steps: dict[str, Step] = {}

    def read(self, nodes: Sequence[Node]) -> dict[str, Step]:
        self._sequence(nodes, prefix="", last=END)
        self._check_targets()
        return self.steps

    def _sequence(self, nodes: Sequence[Node], prefix: str, last: str | None) -> str:
        """Reads the steps of one list and gives the id of its first; `last` is where its end leads."""
        tables = [node for node in nodes if isinstance(node, Table)]
        for node in nodes:
            if not isinstance(node, Table):
                self._notes.error(node.line, "A step is written `- collect: slot` or the like.", _SEE)
        ids = self._ids(tables, prefix)
        for position, (step_id, table) in enumerate(zip(ids, tables, strict=True)):
            self._step(step_id, table, ids[position + 1] if position + 1 < len(ids) else last)
        return ids[0] if ids else NO_STEP

    def _ids(self, tables: Sequence[Table], prefix: str) -> list[str]:
        found: list[str] = []
        for position, table in enumerate(tables, start=1):
            own = self._notes.text(table, "id")
            if own is not None and (not ID.fullmatch(own) or own == END):
                self._notes.error(table.line, f"`{own}` is not a step id.", "Use small letters, digits and _ only.")
            step_id = own or (f"{prefix}.{position}" if prefix else self._made_id(table, found))
            if step_id in self._taken:
                self._notes.error(table.line, f"Two steps of `{self._flow}` are called `{step_id}`.", "Rename one.")
                step_id = f"{step_id}.again{position}"
            self._taken.add(step_id)
            found.append(step_id)
        return found

    def _made_id(self, table: Table, taken: Sequence[str]) -> str:
        """The id of a step that has none: what it does, numbered when it is not the first to do it."""
        kind = _kind(table)
        name = self._notes.text(table, kind) if kind and kind != "set_slots" else kind
        base = name or "step"
        return base if base not in taken else f"{base}.{sum(one.split('.')[0] == base for one in taken) + 1}"

    def _step(self, step_id: str, table: Table, following: str | None) -> None:
        kind = _kind(table)
        if kind is None:
            keys = ", ".join(table.items) or "nothing"
            self._notes.error(
                table.line,
                f"This step says {keys}: not one thing that it does.",
                f"It needs one of: {', '.join(_KINDS)}.",
            )
            kind = "set_slots"
        self._notes.keys(table, (kind, *_SHARED, *_OWN.get(kind, ())), f"A {kind} step")
        shared: dict[str, Any] = {"id": step_id, "place": self._notes.place(table.line), "next": ()}
        step = _MAKERS[kind](self, table, shared)
        if step is None:
            step = SetSlots(**shared, values=())
        self.steps[step_id] = step
        self.steps[step_id] = replace(step, next=self._next(step_id, table, following, kind))

    # -- where it goes ---------------------------------------------------------------------------------------------

    def _next(self, step_id: str, table: Table, following: str | None, kind: str) -> tuple[Branch, ...]:
        node = table.items.get("next")
        place = self._notes.place(table.lines.get("next", table.line))
        if kind == "link":
            if node is not None:
                self._notes.error(
                    place.line, "A link does not come back, so it has no `next`.", "Use call, or drop next."
                )
            return ()
        if node is None:
            if following is None:
                self._notes.error(
                    table.line,
                    "The last step of a branch does not say where to go.",
                    "Add `next: END` or `next: <step>`.",
                )
            return (Branch(None, following if following is not None else END, place),)
        if isinstance(node, Scalar):
            return (Branch(None, node.text or NO_STEP, self._notes.place(node.line)),)
        return self._branches(step_id, node)

    def _branches(self, step_id: str, node: Node) -> tuple[Branch, ...]:
        found: list[Branch] = []
        for entry in self._notes.items(node, "`next`"):
            if found and found[-1].condition is None:
                self._notes.error(entry.line, "Nothing can come after `else`.", "Move the else to the end.")
            branch = self._branch(step_id, entry, len(found) + 1)
            if branch:
                found.append(branch)
        if found and found[-1].condition is not None:
            self._notes.error(
                node.line, f"The step `{step_id}` has an `if` without an `else`.", "Add `- else: <step>`."
            )
        return tuple(found)

    def _branch(self, step_id: str, entry: Node, number: int) -> Branch | None:
        if not isinstance(entry, Table) or not ("if" in entry.items or "else" in entry.items):
            self._notes.error(entry.line, "A branch is `- if: … then: …` or `- else: …`.", _SEE)
            return None
        self._notes.keys(entry, ("if", "then") if "if" in entry.items else ("else",), "A branch")
        place = self._notes.place(entry.line)
        if "else" in entry.items and "if" not in entry.items:
            return Branch(None, self._target(entry.items["else"], f"{step_id}.else"), place)
        condition = self._notes.condition(entry, "if")
        if "then" not in entry.items:
            self._notes.error(entry.line, "This `if` has no `then`.", "Add `then: <step>`.")
            return None
        target = self._target(entry.items["then"], f"{step_id}.then{number}")
        return Branch(condition, target, place) if condition else None

    def _target(self, node: Node, prefix: str) -> str:
        if isinstance(node, Items):
            if not node.items:
                self._notes.error(node.line, "This branch has no steps.", "Add a step, or write END.")
            return self._sequence(node.items, prefix, None)
        if isinstance(node, Scalar) and node.text:
            return node.text
        self._notes.error(node.line, "A branch leads to a step id, END, or a list of steps.", _SEE)
        return NO_STEP

    def _check_targets(self) -> None:
        for step in self.steps.values():
            for branch in step.next:
                if branch.target not in (END, NO_STEP) and branch.target not in self.steps:
                    self._notes.error(
                        branch.place.line,
                        f"`{self._flow}` has no step `{branch.target}`.",
                        f"Its steps are: {', '.join(one for one in self.steps if '.' not in one)}, END.",
                    )

    # -- what it does ----------------------------------------------------------------------------------------------

    def collect(self, table: Table, shared: dict[str, Any]) -> Step | None:
        slot = self._notes.identifier(table, "collect")
        if slot is None:
            return None
        tries = self._notes.number(table, "tries", 1, 9)
        return Collect(
            **shared,
            slot=slot,
            utter=self._notes.identifier(table, "utter") or f"utter_ask_{slot}",
            ask_before_filling=self._notes.true(table, "ask_before_filling"),
            skippable=self._notes.true(table, "skippable"),
            tries=3 if tries is None else tries,
            gives_up=self._notes.identifier(table, "gives_up"),
            rejections=self._rejections(table),
            silence=self._silence(table),
        )

    def _rejections(self, table: Table) -> tuple[Rejection, ...]:
        found: list[Rejection] = []
        for node in self._notes.items(table.items.get("rejections"), "`rejections`"):
            entry = self._notes.table(node, "A rejection")
            if entry:
                self._notes.keys(entry, ("if", "utter"), "A rejection")
                condition, utter = self._notes.condition(entry, "if"), self._notes.identifier(entry, "utter")
                if condition and utter:
                    found.append(Rejection(condition, utter, self._notes.place(entry.line)))
                elif condition:
                    self._notes.error(entry.line, "This rejection says nothing.", "Add `utter: <response>`.")
        return tuple(found)

    def _silence(self, table: Table) -> Silence | None:
        if "silence" not in table.items:
            return None
        entry = self._notes.table(table.items["silence"], "`silence`")
        if entry is None:
            return None
        self._notes.keys(entry, ("nudge", "after", "expires"), "`silence`")
        after, expires = self._notes.seconds(entry, "after"), self._notes.seconds(entry, "expires")
        return Silence(self._notes.identifier(entry, "nudge"), after, expires)

    def action(self, table: Table, shared: dict[str, Any]) -> Step | None:
        name = self._notes.identifier(table, "action")
        if name is None:
            return None
        return Utter(**shared, response=name) if name.startswith("utter_") else Action(**shared, action=name)

    def set_slots(self, table: Table, shared: dict[str, Any]) -> Step | None:
        found: list[tuple[str, Any]] = []
        for node in self._notes.items(table.items.get("set_slots"), "`set_slots`"):
            entry = self._notes.table(node, "An entry of set_slots")
            found += [(slot, constant(value)) for slot, value in (entry.items if entry else {}).items()]
        return SetSlots(**shared, values=tuple(found))

    def call(self, table: Table, shared: dict[str, Any]) -> Step | None:
        name = self._notes.identifier(table, "call")
        return Call(**shared, flow=name) if name else None

    def link(self, table: Table, shared: dict[str, Any]) -> Step | None:
        name = self._notes.identifier(table, "link")
        return Link(**shared, flow=name) if name else None

    def outcome(self, table: Table, shared: dict[str, Any]) -> Step | None:
        name = self._notes.text(table, "outcome")
        if name not in OUTCOMES:
            self._notes.error(table.line, f"`{name}` is not an outcome.", f"It can be: {', '.join(OUTCOMES)}.")
            return None
        return Outcome(**shared, outcome=name)


def _kind(table: Table) -> str | None:
    """What a step does; the rest of its keys only say how."""
    found = [kind for kind in _KINDS if kind in table.items]
    return found[0] if len(found) == 1 else None


_MAKERS: Final = {
    "collect": StepReader.collect,
    "action": StepReader.action,
    "set_slots": StepReader.set_slots,
    "call": StepReader.call,
    "link": StepReader.link,
    "outcome": StepReader.outcome,
}
