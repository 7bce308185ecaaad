"""Putting a new question into a topic: where it stands, its words, its answers, and where each answer leads."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ruamel.yaml.nodes import MappingNode, SequenceNode

from bot.flows.definition import END, Book, Flow
from bot.flows.editing import EditError, add_entry, add_response, child_of, end_of, entry_of, quoted, root_of

ONWARD = "onward"
"""An answer that goes on with what stands below."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; `leads`: ONWARD, END, `at:<step>` in the topic, or `topic:<flow>`."""

    title: str
    leads: str = ONWARD


@dataclass(frozen=True, slots=True)
class Question:
    """A question as it was filled in; `after`: the step above it, "" for the top."""

    after: str
    words: Mapping[str, str]
    answers: Sequence[Answer]
    on_card: str = ""
    """What it is called on the coach's card; "" where the coach does not see the answer."""
    private: bool = False


def places(flow: Flow) -> list[str]:
    """After which steps a question can be put: those that go on to what stands below, and the top ("")."""
    order = list(flow.steps)
    following = dict(zip(order, [*order[1:], END], strict=True))
    plain = [
        step.id
        for step in flow.steps.values()
        if "." not in step.id and len(step.next) == 1 and step.next[0].target == following[step.id]
    ]
    return ["", *plain]


def named(book: Book, words: str) -> str:
    """A name for the question that nothing has yet, out of its words."""
    plain = "_".join(re.findall(r"[a-z0-9]+", words.lower())[:5])[:40] or "question"
    base = plain if plain[0].isalpha() else f"q_{plain}"
    taken = {*book.slots, *(step for flow in book.flows.values() for step in flow.steps)}
    taken |= {name.removeprefix("utter_ask_") for name in book.responses}
    return next(name for name in (base, *(f"{base}_{n}" for n in range(2, 1000))) if name not in taken)


def add_question(file: str, flow: Flow, name: str, question: Question) -> str:
    """The file with the question in it. EditError where it cannot stand there."""
    if question.after not in places(flow):
        raise EditError(
            "A question cannot be put there, since what stands there leads on elsewhere. Pick another place."
        )
    file = _with_step(file, flow, name, question)
    file = add_entry(file, "slots", _slot(name, question))
    return add_response(file, f"utter_ask_{name}", question.words)


def _slot(name: str, question: Question) -> str:
    answers = question.answers
    lines = [
        f"      - {{value: {value}, title: {quoted(one.title)}}}"
        for value, one in zip(_values(answers), answers, strict=True)
    ]
    card = [f"    on_card: {quoted(question.on_card)}"] if question.on_card else []
    private = ["    sensitive: true"] if question.private else []
    return "\n".join([f"{name}:", "    type: choice", *card, *private, "    choices:", *lines])


def _values(answers: Sequence[Answer]) -> list[str]:
    return [f"answer_{number}" for number, _ in enumerate(answers, start=1)]


def _with_step(file: str, flow: Flow, name: str, question: Question) -> str:
    steps = child_of(entry_of(root_of(file), ("flows", flow.id))[1], "steps")
    if not isinstance(steps, SequenceNode) or steps.flow_style:
        raise EditError("This topic is written in a way that only the text of the file can change.")
    indent = int(steps.value[0].start_mark.column) - 2
    ids = [own_id(node) for node in steps.value]
    number = ids.index(question.after) + 1 if question.after in ids else 0
    below = ids[number] if number < len(ids) else END
    text = _step(name, question.answers, below, " " * indent)
    if number == 0:
        at = file.rfind("\n", 0, int(steps.value[0].start_mark.index)) + 1
        return file[:at] + text + "\n" + file[at:]
    at = end_of(file, steps.value[number - 1])
    line = file.find("\n", at)
    at = len(file) if line < 0 else line
    return file[:at] + "\n" + text + file[at:]


def own_id(node: object) -> str:
    """The id that a step is written with."""
    found = child_of(node, "id") if isinstance(node, MappingNode) else None
    return str(found.value) if found is not None else ""


def _step(name: str, answers: Sequence[Answer], below: str, pad: str) -> str:
    lines = [
        f"{pad}- id: {name}",
        f"{pad}  collect: {name}",
        f"{pad}  silence: {{nudge: pattern_nudge, after: 24h, expires: 30d}}",
    ]
    pairs = zip(_values(answers), answers, strict=True)
    away = {value: one.leads for value, one in pairs if one.leads != ONWARD}
    if away and not below:
        raise EditError("What stands below has no name yet, so an answer cannot lead past it. Pick another place.")
    return "\n".join([*lines, *(next_lines(name, away, below, f"{pad}  ") if away else [])])


def next_lines(slot: str, away: Mapping[str, str], otherwise: str, pad: str) -> list[str]:
    """What happens next after each answer of a question, as its step says it."""
    lines = [f"{pad}next:"]
    for value, leads in away.items():
        lines += [f'{pad}  - if: slots.{slot} = "{value}"', f"{pad}    then: {_target(leads)}"]
    return [*lines, f"{pad}  - else: {otherwise}"]


def _target(leads: str) -> str:
    kind, _, where = leads.partition(":")
    return f"[{{link: {where}}}]" if kind == "topic" else where if kind == "at" else END
