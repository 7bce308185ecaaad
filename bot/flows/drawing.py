"""Drawing a flow: as nodes and arrows in JSON for the editor's graph, and as Mermaid text for documents."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from bot.flows.definition import END, Action, Call, Collect, Link, Outcome, SetSlots, Utter

if TYPE_CHECKING:
    from bot.flows.definition import Book, Flow, Step

_SHAPES: Final = {
    "collect": ("([", "])"), "action": ("[[", "]]"), "utter": ("[", "]"), "set_slots": ("[/", "/]"),
    "call": ("{{", "}}"), "link": ("{{", "}}"), "outcome": ("((", "))"), "end": ("((", "))"),
}  # fmt: skip


def graph(flow: Flow) -> dict[str, Any]:
    """`nodes` (id, kind, label, line) and `arrows` (from, to, label) in the order of the file; JSON as it stands."""
    nodes = [
        {"id": step.id, "kind": kind(step), "label": label(step), "line": step.place.line}
        for step in flow.steps.values()
    ]
    arrows = [{"from": start, "to": to, "label": words} for start, to, words in _arrows(flow)]
    if any(arrow["to"] == END for arrow in arrows):
        nodes.append({"id": END, "kind": "end", "label": END, "line": flow.place.line})
    return {"flow": flow.id, "name": flow.name, "description": flow.description, "nodes": nodes, "arrows": arrows}


def mermaid(flow: Flow) -> str:
    """The flow as a Mermaid flowchart."""
    drawn = graph(flow)
    lines = ["flowchart TD"]
    for node in drawn["nodes"]:
        before, after = _SHAPES[node["kind"]]
        lines.append(f'    {_name(node["id"])}{before}"{_plain(node["label"])}"{after}')
    for arrow in drawn["arrows"]:
        words = f'|"{_plain(arrow["label"])}"|' if arrow["label"] else ""
        lines.append(f"    {_name(arrow['from'])} -->{words} {_name(arrow['to'])}")
    return "\n".join(lines) + "\n"


def hand_overs(book: Book) -> str:
    """Which flow calls (solid) or links to (dotted) which, as a Mermaid flowchart."""
    lines = ["flowchart LR"]
    for flow in book.flows.values():
        for step in flow.steps.values():
            if isinstance(step, Call | Link):
                line = f"    {flow.id} {'-->' if isinstance(step, Call) else '-.->'} {step.flow}"
                lines += [line] if line not in lines else []
    return "\n".join(lines) + "\n"


def kind(step: Step) -> str:
    """The flow language's word for what a step does; `utter` for an action that says a response."""
    kinds = {
        Collect: "collect", Action: "action", Utter: "utter", SetSlots: "set_slots",
        Call: "call", Link: "link", Outcome: "outcome",
    }  # fmt: skip
    return kinds[type(step)]


def label(step: Step) -> str:
    """What a step does, in a few words."""
    if isinstance(step, SetSlots):
        return ", ".join(f"{slot} = {'null' if value is None else value}" for slot, value in step.values)
    names = {"collect": "slot", "action": "action", "utter": "response", "call": "flow", "link": "flow"}
    return str(getattr(step, names.get(kind(step), "outcome")))


def _arrows(flow: Flow) -> Iterator[tuple[str, str, str]]:
    for step in flow.steps.values():
        for branch in step.next:
            words = branch.condition.text if branch.condition else "else" if len(step.next) > 1 else ""
            yield step.id, branch.target, words


def _name(step_id: str) -> str:
    """An id that Mermaid takes; `end` is a word of its own there."""
    return "step_" + re.sub(r"\W", "_", step_id)


def _plain(words: str) -> str:
    return words.replace('"', "'").replace("\n", " ")
