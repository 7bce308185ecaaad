"""Changing where the answers of a question lead, what the coach sees of it, and taking a question out again."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.flows.adding import ONWARD, next_lines, own_id
from bot.flows.conditions import Compare, Const, Slot
from bot.flows.definition import END, Book, Collect, Flow, Link
from bot.flows.editing import EditError, child_of, end_of, entry_of, quoted, root_of
from bot.flows.responses import slots_read

BY_FORM = re.compile(r"answer_\d+")
"""The value of an answer that was written in a form."""
NO_FORM = "This is written in its file in a way that no form can change. Ask whoever keeps the files."


@dataclass(frozen=True, slots=True)
class Splice:
    """Characters of a file, from and to, and what is put in their place."""

    start: int
    end: int
    text: str = ""


def spliced(file: str, splices: Sequence[Splice]) -> str:
    for one in sorted(splices, key=lambda each: -each.start):
        file = file[: one.start] + one.text + file[one.end :]
    return file


def is_added(book: Book, flow: Flow, step: Collect) -> bool:
    """Whether a question was added by form: nothing but the conversation itself knows of its answer."""
    spec = book.slots.get(step.slot)
    fixed = bool(spec and spec.type == "choice" and spec.choices and not flow.locked and step.id == step.slot)
    return fixed and all(BY_FORM.fullmatch(one.value) for one in spec.choices) if spec else False


# -- where answers lead ------------------------------------------------------------------------------------------------


def leads_of(book: Book, flow: Flow, step: Collect) -> dict[str, str] | None:
    """Where each answer leads, as the form has it; None where that is more than one list an answer."""
    spec = book.slots.get(step.slot)
    if spec is None or spec.type != "choice" or spec.choices_from or not spec.choices or "." in step.id or flow.locked:
        return None
    found = dict.fromkeys((one.value for one in spec.options), ONWARD)
    for branch in step.next:
        value = _value(branch.condition.tree, step.slot) if branch.condition else None
        leads = _leads(flow, branch.target)
        if branch.condition is not None and (value not in found or leads is None):
            return None
        if value in found and found[value] == ONWARD:
            found[value] = str(leads)
    return found if _leads(flow, onward_of(step)) else None


def _value(tree: Any, slot: str) -> Any:
    plain = isinstance(tree, Compare) and tree.op == "=" and isinstance(tree.left, Slot) and tree.left.name == slot
    return tree.right.value if plain and isinstance(tree.right, Const) else None


def _leads(flow: Flow, target: str) -> str | None:
    if target == END:
        return END
    step = flow.steps.get(target)
    if "." not in target:
        return f"at:{target}"
    return f"topic:{step.flow}" if isinstance(step, Link) else None


def onward_of(step: Collect) -> str:
    """Where an answer leads that is named in no way on."""
    return next((branch.target for branch in step.next if branch.condition is None), END)


def write_leads(file: str, flow: Flow, step: Collect, leads: Mapping[str, str]) -> str:
    """The file with the answers of a question leading elsewhere. EditError where no form can do that."""
    node = _step_of(file, flow, step.id)
    onward, below = onward_of(step), _below(flow, step.id)
    away = {value: where for value, where in leads.items() if where != ONWARD}
    pad = " " * int(node.start_mark.column)
    lines = next_lines(step.slot, away, onward, pad) if away else [] if onward == below else [f"{pad}next: {onward}"]
    there = next(((key, value) for key, value in node.value if key.value == "next"), None)
    if there is None:
        end = end_of(file, node)
        return file[:end] + "".join(f"\n{line}" for line in lines) + file[end:]
    start = _line_start(file, there[0])
    end = _line_end(file, end_of(file, there[1]))
    return file[:start] + "".join(f"{line}\n" for line in lines) + file[end:]


def _below(flow: Flow, step: str) -> str:
    order = [one for one in flow.steps if "." not in one]
    return dict(zip(order, [*order[1:], END], strict=True))[step]


def _sequence(file: str, flow: Flow) -> SequenceNode:
    steps = child_of(entry_of(root_of(file), ("flows", flow.id))[1], "steps")
    if not isinstance(steps, SequenceNode) or steps.flow_style:
        raise EditError(NO_FORM)
    return steps


def _step_of(file: str, flow: Flow, step: str) -> MappingNode:
    for node in _sequence(file, flow).value:
        if own_id(node) == step and isinstance(node, MappingNode) and not node.flow_style:
            return node
    raise EditError(NO_FORM)


def _line_start(file: str, node: Node) -> int:
    return file.rfind("\n", 0, int(node.start_mark.index)) + 1


def _line_end(file: str, index: int) -> int:
    line = file.find("\n", index)
    return len(file) if line < 0 else line + 1


# -- what the coach sees -----------------------------------------------------------------------------------------------


def write_keys(file: str, path: Sequence[str], keys: Mapping[str, str | None]) -> str:
    """The file with keys of one entry written anew, as YAML; None takes a key out."""
    _, value = entry_of(root_of(file), path)
    if not isinstance(value, MappingNode) or value.flow_style or not value.value:
        raise EditError(NO_FORM)
    pad, splices, first = " " * int(value.start_mark.column), list[Splice](), value.value[0]
    there = {key.value: (key, each) for key, each in value.value}
    for name, text in keys.items():
        line = f"{pad}{name}: {text}\n" if text is not None else ""
        if name in there:
            key, each = there[name]
            splices.append(Splice(_line_start(file, key), _line_end(file, end_of(file, each)), line))
        elif line:
            at = _line_end(file, end_of(file, first[1]))
            splices.append(Splice(at, at, line))
    return spliced(file, splices)


def write_card(file: str, slot: str, title: str, private: bool) -> str:
    """The file with what the coach sees of an answer, and whether it may go out by text."""
    return write_keys(
        file, ("slots", slot), {"on_card": quoted(title) if title else None, "sensitive": "true" if private else None}
    )


# -- taking out --------------------------------------------------------------------------------------------------------


def take_out(files: Mapping[str, str], book: Book, flow: Flow, step: Collect) -> dict[str, str]:
    """The files that change when a question that was added is taken out; what led to it leads to what stands below it."""
    _refuse(book, flow, step)
    name, words = flow.place.file, f"utter_ask_{step.slot}"
    onward = onward_of(step)
    node = _step_of(files[name], flow, step.id)
    splices = [Splice(_line_start(files[name], node), _line_end(files[name], end_of(files[name], node)))]
    splices += [
        Splice(int(one.start_mark.index), int(one.end_mark.index), onward)
        for one in _targets(_sequence(files[name], flow), step.id)
        if not splices[0].start <= one.start_mark.index < splices[0].end
    ]
    changed = {name: spliced(files[name], splices)}
    for file, path in _entries(book, step.slot, words):
        changed[file] = without_entry(changed.get(file, files[file]), path)
    return changed


def _entries(book: Book, slot: str, words: str) -> Iterator[tuple[str, tuple[str, str]]]:
    yield book.slots[slot].place.file, ("slots", slot)
    yield book.responses[words].place.file, ("responses", words)
    for responses in book.languages.values():
        if words in responses:
            yield responses[words].place.file, ("responses", words)


def _refuse(book: Book, flow: Flow, step: Collect) -> None:
    if not is_added(book, flow, step) or leads_of(book, flow, step) is None:
        raise EditError(
            "The assistant needs this question, so it cannot be taken out by form. Its words can be changed."
        )
    if sum("." not in one for one in flow.steps) == 1:
        raise EditError("It is all that there is in this topic. Put something else in first.")
    if onward_of(step) != _below(flow, step.id) or "." in onward_of(step):
        raise EditError(NO_FORM)
    used = sorted(readers(book, flow, step))
    if used:
        raise EditError(f"Its answer is used elsewhere: {', '.join(used)}. Change that first.")


def readers(book: Book, flow: Flow, step: Collect) -> Iterator[str]:
    """What else reads the answer: topics, words, other answers."""
    for other in book.flows.values():
        for one in other.steps.values():
            if (other.id, one.id) == (flow.id, step.id):
                continue
            conditions = [each.condition for each in (*one.next, *getattr(one, "rejections", ())) if each.condition]
            if getattr(one, "slot", "") == step.slot or any(step.slot in each.slots for each in conditions):
                yield f"“{other.name}”"
    for said in book.responses.values():
        if any(step.slot in slots_read(text) for text in said.parts.values()):
            yield f"“{said.parts.get('text', '')[:40]}”"
    for spec in book.slots.values():
        if step.slot in (spec.choices_from, *spec.depends_on):
            yield f"“{spec.name.replace('_', ' ')}”"


def _targets(node: Node, name: str) -> Iterator[ScalarNode]:
    """Where steps, also those within ways on, lead to this one."""
    if isinstance(node, SequenceNode):
        for each in node.value:
            yield from _targets(each, name)
    for key, value in node.value if isinstance(node, MappingNode) else ():
        if key.value not in ("next", "then", "else"):
            continue
        if isinstance(value, ScalarNode) and value.value == name:
            yield value
        yield from _targets(value, name)


def without_entry(file: str, path: tuple[str, str]) -> str:
    """The file without one entry of a section; without the section where that was all of it."""
    section = path[0]
    key, value = entry_of(root_of(file), (section,))
    if not isinstance(value, MappingNode) or value.flow_style:
        raise EditError(NO_FORM)
    if len(value.value) > 1:
        key, value = entry_of(root_of(file), path)
    return spliced(file, [Splice(_line_start(file, key), _line_end(file, end_of(file, value)))])


def expect(before: Book, after: Book | None, flow: Flow, step: str, *, gone: bool) -> None:
    """Reads again what was written: nothing but this question is otherwise. EditError where something is."""
    if after is None or before.flows.keys() != after.flows.keys():
        raise EditError(NO_FORM)
    ours, theirs = list(flow.steps), list(after.flows[flow.id].steps)
    mine = [one for one in ours if one.split(".")[0] != step]
    if mine != [one for one in theirs if one.split(".")[0] != step] or (step in theirs) == gone:
        raise EditError(NO_FORM)
