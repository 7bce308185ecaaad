"""Changing one thing in a file of dialogs/ and leaving every other character of it as it was.

What was written is read again before it is handed back: an edit that would mean anything else than was asked is refused.
"""

from __future__ import annotations

import io
import json
import re
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bot.flows.definition import Choice
from bot.flows.yaml_tree import Items, Scalar, Table, YamlError, read_yaml
from bot.flows.yaml_tree import Node as Read

WIDE: Final = 150
LONGEST: Final = 2000
"""Characters of one piece of words."""
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ud800-\udfff\ufffe\uffff]")


class EditError(ValueError):
    """The edit cannot be made like this; the message says what to do."""


def tidy(words: str) -> str:
    """Words as a browser sends them, made fit for a file. EditError for what no message can hold."""
    text = "\n".join(line.rstrip() for line in words.replace("\r\n", "\n").replace("\r", "\n").split("\n")).strip()
    if len(text) > LONGEST:
        raise EditError(f"This is {len(text)} characters long. Keep it under {LONGEST}.")
    if found := _CONTROL.search(text):
        raise EditError(f"There is a character that cannot be shown (U+{ord(found[0]):04X}). Type the words anew.")
    return text.replace("\t", " ")


def odd(words: str) -> bool:
    """Whether there is a character in it that no file can hold."""
    return _CONTROL.search(words) is not None


def write_response(file: str, name: str, parts: Mapping[str, str]) -> str:
    """The file with a response's words changed; parts that are empty are left out. EditError when it is not there."""
    wanted = {part: text for part, text in parts.items() if text}
    key, value = entry_of(root_of(file), ("responses", name))
    there = _as_written(file, value)
    indent = value.start_mark.column if there else key.start_mark.column + 2
    written = _mapping(wanted, indent, there)
    changed = file[: key.end_mark.index] + ":" + written + file[end_of(file, value) :]
    _expect(changed, ("responses", name), wanted)
    return changed


def add_response(file: str, name: str, parts: Mapping[str, str]) -> str:
    """The file with one more response at the end of its responses."""
    wanted = {part: text for part, text in parts.items() if text}
    entry = f"{name}:" + _mapping(wanted, 4, {})
    changed = add_entry(file, "responses", entry)
    _expect(changed, ("responses", name), wanted)
    return changed


def add_entry(file: str, section: str, entry: str) -> str:
    """The file with `entry` (its first line without indent) as the last thing of a section, which is made if it is not there."""
    value = child_of(root_of(file), section)
    body = "  " + entry
    if value is None:
        return f"{file.rstrip()}\n{section}:\n{body}\n"
    if not isinstance(value, MappingNode) or value.flow_style or not value.value:
        raise EditError(f"`{section}:` is written in a way that only the text of the file can change.")
    end = end_of(file, value)
    line_end = file.find("\n", end)
    at = len(file) if line_end < 0 else line_end
    return file[:at].rstrip("\n") + "\n" + body + file[at:]


def write_choices(file: str, slot: str, choices: Sequence[Choice]) -> str:
    """The file with the answers of a question changed."""
    key, value = entry_of(root_of(file), ("slots", slot, "choices"))
    indent = key.start_mark.column + 2
    lines = [" " * indent + _choice(choice) for choice in choices]
    changed = file[: key.end_mark.index] + ":\n" + "\n".join(lines) + file[end_of(file, value) :]
    if key.start_mark.line == entry_of(root_of(file), ("slots", slot))[0].start_mark.line:
        raise EditError("These answers stand in one line with others. Change them in the text of the file.")
    _expect_choices(changed, slot, choices)
    return changed


def _choice(choice: Choice) -> str:
    also = f", also: [{', '.join(map(quoted, choice.also))}]" if choice.also else ""
    return f"- {{value: {quoted(choice.value)}, title: {quoted(choice.title)}{also}}}"


def quoted(text: str) -> str:
    """One line of YAML that means exactly this text."""
    return json.dumps(text, ensure_ascii=False)


def _mapping(parts: Mapping[str, str], indent: int, there: Mapping[str, tuple[str, str]]) -> str:
    """What stands after `name:`; what means the same as before is written as it was."""
    if parts.keys() == {"text"} and not there:
        return " " + _scalar(parts["text"], indent)
    lines: list[str] = []
    for part, text in parts.items():
        before, written = there.get(part, ("", ""))
        lines.append(written if written and before == text else f"{part}: {_scalar(text, indent + 2)}")
    if "locked" in there:
        lines.append(there["locked"][1])
    return "".join("\n" + " " * indent + line for line in lines)


def _as_written(file: str, value: Node) -> dict[str, tuple[str, str]]:
    """Each key of a block with what it means and the very characters it is written with."""
    if not isinstance(value, MappingNode) or value.flow_style:
        return {}
    return {
        key.value: (str(each.value).strip(), file[key.start_mark.index : end_of(file, each)])
        for key, each in _pairs(value)
        if isinstance(each, ScalarNode)
    }


def _scalar(text: str, indent: int) -> str:
    """In quotes where it is short; else folded or line by line, as the files are written by hand."""
    pad = "\n" + " " * indent
    lines = text.split("\n")
    plain = all(line == line.strip() and line for line in lines)
    if len(lines) > 1 and plain:
        return "|-" + "".join(pad + line for line in lines)
    folded = textwrap.wrap(text, WIDE - indent, break_long_words=False, break_on_hyphens=False)
    if len(text) + indent > WIDE and plain and " ".join(folded) == text:
        return ">-" + "".join(pad + line for line in folded)
    return quoted(text)


# -- where things stand in a file --------------------------------------------------------------------------------------


def root_of(file: str) -> Node:
    try:
        read_yaml(file)  # refuses aliases, tags and depth before anything is built
    except YamlError as error:
        raise EditError(f"Line {error.line} of the file: {error.message} {error.what_to_do}") from None
    root = YAML(typ="safe", pure=True).compose(io.StringIO(file))
    if not isinstance(root, MappingNode):
        raise EditError("The file is empty.")
    return root


def _pairs(node: Node | None) -> list[tuple[Any, Node]]:
    return list(node.value) if isinstance(node, MappingNode) else []


def child_of(node: Node | None, name: str) -> Node | None:
    return next((value for key, value in _pairs(node) if key.value == name), None)


def entry_of(root: Node, path: Sequence[str]) -> tuple[Any, Node]:
    node: Node = root
    found: tuple[Any, Node] | None = None
    for name in path:
        found = next(((key, value) for key, value in _pairs(node) if key.value == name), None)
        if found is None or (isinstance(node, MappingNode) and node.flow_style):
            raise EditError(f"`{'.'.join(path)}` is not in this file in a way that can be changed here.")
        node = found[1]
    assert found is not None
    return found


def end_of(file: str, node: Node) -> int:
    """Where a value ends: the parser's own mark of a block lies behind the empty lines and comments after it."""
    if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return end_of(file, last[1] if isinstance(last, tuple) else last)
    end = int(node.end_mark.index)
    return len(file[:end].rstrip()) if isinstance(node, ScalarNode) and node.style in ("|", ">") else end


# -- what was written is read again ------------------------------------------------------------------------------------


def _read(file: str, path: Sequence[str]) -> Read | None:
    try:
        node: Read | None = read_yaml(file)
    except YamlError as error:
        raise EditError(f"The words cannot be kept like this: {error.message} {error.what_to_do}") from None
    for name in path:
        node = node.items.get(name) if isinstance(node, Table) else None
    return node


def _expect(file: str, path: Sequence[str], parts: Mapping[str, str]) -> None:
    node = _read(file, path)
    if isinstance(node, Scalar):
        found = {"text": node.text}
    else:
        items = node.items if isinstance(node, Table) else {}
        found = {part: each.text for part, each in items.items() if isinstance(each, Scalar) and part != "locked"}
    if found != dict(parts):
        raise EditError("The words cannot be kept like this. Change them in the text of the file.")


def _expect_choices(file: str, slot: str, choices: Sequence[Choice]) -> None:
    node = _read(file, ("slots", slot, "choices"))
    titles = [_text(each, "title") for each in node.items] if isinstance(node, Items) else []
    if titles != [choice.title for choice in choices]:
        raise EditError("The answers cannot be kept like this. Change them in the text of the file.")


def _text(node: Read, key: str) -> str:
    item = node.items.get(key) if isinstance(node, Table) else None
    return item.text if isinstance(item, Scalar) else ""
