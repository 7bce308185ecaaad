"""From the files under dialogs/ to a Book. Every mistake is a Finding with file, line and what to do; all at once."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final, TypeVar

from bot.flows.definition import (
    SLOT_TYPES,
    ActionSpec,
    Book,
    Choice,
    ContentErrors,
    Finding,
    Flow,
    Response,
    SlotSpec,
)
from bot.flows.reading_fields import ID, Notes, constant
from bot.flows.reading_steps import StepReader
from bot.flows.responses import ResponseError, parse
from bot.flows.yaml_tree import Node, Scalar, Table, YamlError, read_yaml

T = TypeVar("T", Flow, SlotSpec, Response)
FOLDERS: Final = ("flows", "patterns", "languages")
PARTS: Final = ("text", "sms", "telegram", "web", "why", "easier", "easier_chat")
_FLOW_KEYS: Final = ("name", "description", "nlu_trigger", "steps", "keeps_place", "waits", "locked")
_SLOT_KEYS: Final = (
    "type", "choices", "choices_from", "also", "sensitive", "unlisted", "retention", "depends_on", "default", "volunteered",
    "max_length", "set_by", "description", "on_card",
)  # fmt: skip
SETTERS: Final = ("person", "action", "code")
"""Who may fill a slot: the person, actions and steps, or the program beside the flows at any time."""
_WAITING: Final = ("pattern_crisis", "pattern_opt_out")
"""After these the interrupted question waits until the person writes again, unless the flow says otherwise."""
_ASKED_ONLY: Final = ("yes_no", "opening")
"""Types whose answers mean nothing before the question is put."""


def read_book(folder: Path, actions: Mapping[str, ActionSpec]) -> Book:
    """The book in a dialogs folder. Raises ContentErrors with every finding."""
    texts, findings = read_texts(folder)
    return read_files(texts, actions, findings)


def read_texts(folder: Path) -> tuple[dict[str, str], list[Finding]]:
    """The texts of a dialogs folder by their path below it, and what keeps a file from being read."""
    texts: dict[str, str] = {}
    findings: list[Finding] = []
    for path in sorted(path for part in FOLDERS for path in (folder / part).glob("*.yml")):
        name = path.relative_to(folder).as_posix()
        try:
            texts[name] = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            findings.append(Finding(name, 1, "The file is not UTF-8 text.", "Save it as UTF-8."))
    if not texts and not findings:
        findings.append(Finding(folder.as_posix(), 1, "There are no flows here.", "Give the dialogs folder."))
    return texts, findings


def read_files(
    files: Mapping[str, str], actions: Mapping[str, ActionSpec], findings: list[Finding] | None = None
) -> Book:
    """The book in these texts, by path below dialogs/ (as a revision row keeps them). Raises ContentErrors."""
    reader = _Reader(actions)
    for name in sorted(files):
        reader.file(name, files[name])
    found = (findings or []) + reader.findings
    if any(finding.severity == "error" for finding in found):
        raise ContentErrors(found)
    return replace(reader.book(revision(files)), files=dict(files))


def revision(files: Mapping[str, str]) -> str:
    """The hash of all the content: the same texts give the same revision."""
    digest = hashlib.sha256()
    for name in sorted(files):
        for part in (name, files[name]):
            data = part.encode("utf-8", "surrogatepass")
            digest.update(len(data).to_bytes(8, "big") + data)
    return digest.hexdigest()[:16]


class _Reader:
    """Collects flows, slots and responses over all files."""

    def __init__(self, actions: Mapping[str, ActionSpec]) -> None:
        self.findings: list[Finding] = []
        self._actions = actions
        self._flows: dict[str, Flow] = {}
        self._slots: dict[str, SlotSpec] = {}
        self._responses: dict[str, Response] = {}
        self._languages: dict[str, dict[str, Response]] = {}

    def book(self, revision: str) -> Book:
        slots = {**_action_slots(self._actions), **self._slots}
        return Book(revision, self._flows, slots, self._responses, self._languages, self._actions)

    def file(self, name: str, text: str) -> None:
        notes = Notes(name)
        try:
            table = notes.table(read_yaml(text), "The file")
        except YamlError as error:
            notes.error(error.line, error.message, error.what_to_do)
            table = None
        if table:
            self._content(notes, table, name.startswith("languages/"))
        self.findings += notes.findings

    def _content(self, notes: Notes, table: Table, translated: bool) -> None:
        known = ("version", "responses", "locked", *(("language",) if translated else ("flows", "slots")))
        notes.keys(table, known, "The file")
        if notes.text(table, "version") != "1":
            notes.error(table.lines.get("version", 1), "The file must begin with `version: 1`.", "Add that line.")
        locked = notes.true(table, "locked")
        if translated:
            code = notes.text(table, "language") or Path(notes.file).stem
            self._each(notes, table, "responses", _responses(locked), self._languages.setdefault(code, {}))
            return
        self._each(notes, table, "flows", _flow, self._flows)
        self._each(notes, table, "slots", _slot, self._slots)
        file_locked = locked or _all_locked(notes, table)
        self._each(notes, table, "responses", _responses(file_locked), self._responses)

    def _each(
        self,
        notes: Notes,
        table: Table,
        key: str,
        make: Callable[[Notes, str, Node, int], T | None],
        into: dict[str, T],
    ) -> None:
        part = notes.table(table.items[key], f"`{key}`") if key in table.items else None
        for name, node in part.items.items() if part else ():
            assert part is not None
            line = part.lines[name]
            if not ID.fullmatch(name):
                notes.error(line, f"`{name}` is not an id.", "Use small letters, digits and _ only.")
            elif name in into:
                other = into[name].place
                notes.error(line, f"`{name}` is defined twice.", f"The first is in {other.file} line {other.line}.")
            else:
                made = make(notes, name, node, line)
                if made is not None:
                    into[name] = made


def _all_locked(notes: Notes, table: Table) -> bool:
    """Whether every flow of the file is locked: then its words are too."""
    flows = table.items.get("flows")
    tables = [node for node in flows.items.values() if isinstance(node, Table)] if isinstance(flows, Table) else []
    return bool(tables) and all(notes.true(node, "locked") for node in tables)


def _flow(notes: Notes, name: str, node: Node, line: int) -> Flow | None:
    table = notes.table(node, f"The flow `{name}`", line)
    if table is None:
        return None
    notes.keys(table, _FLOW_KEYS, f"The flow `{name}`")
    steps = StepReader(notes, name).read(notes.items(table.items.get("steps"), "`steps`"))
    if not steps:
        notes.error(line, f"The flow `{name}` has no steps.", "Add at least one under `steps:`.")
    return Flow(
        id=name,
        name=notes.text(table, "name") or name,
        description=notes.text(table, "description") or "",
        steps=steps,
        intents=_intents(notes, table),
        keeps_place=notes.true(table, "keeps_place", True),
        waits=notes.true(table, "waits", name.startswith(_WAITING)),
        locked=notes.true(table, "locked"),
        place=notes.place(line),
    )


def _intents(notes: Notes, table: Table) -> tuple[str, ...]:
    found: list[str] = []
    for node in notes.items(table.items.get("nlu_trigger"), "`nlu_trigger`"):
        if isinstance(node, Scalar):
            found.append(node.text)
        elif entry := notes.table(node, "An entry of nlu_trigger"):
            notes.keys(entry, ("intent",), "An entry of nlu_trigger")
            intent = notes.identifier(entry, "intent")
            found += [intent] if intent else []
    return tuple(found)


def _slot(notes: Notes, name: str, node: Node, line: int) -> SlotSpec | None:
    table = notes.table(node, f"The slot `{name}`", line)
    if table is None:
        return None
    notes.keys(table, _SLOT_KEYS, f"The slot `{name}`")
    kind = notes.text(table, "type") or ""
    if kind not in SLOT_TYPES:
        notes.error(line, f"`{kind}` is not a type of slot.", f"It can be: {', '.join(sorted(SLOT_TYPES))}.")
    set_by = notes.text(table, "set_by") or ("action" if kind in ("flag", "words") else "person")
    if set_by not in SETTERS:
        notes.error(line, f"`set_by: {set_by}` is not known.", "Write person, action or code.")
    return SlotSpec(
        name=name,
        type=kind,
        choices=notes.choices(table, "choices"),
        choices_from=notes.identifier(table, "choices_from"),
        also=notes.choices(table, "also"),
        sensitive=notes.true(table, "sensitive"),
        unlisted=notes.true(table, "unlisted"),
        retention=notes.text(table, "retention"),
        depends_on=notes.words(table, "depends_on"),
        default=constant(table.items["default"]) if "default" in table.items else None,
        volunteered=notes.true(table, "volunteered", kind not in _ASKED_ONLY and set_by == "person"),
        max_length=notes.number(table, "max_length", 1, 2000),
        set_by=set_by,
        place=notes.place(line),
        on_card=notes.text(table, "on_card"),
    )


def _responses(locked: bool) -> Callable[[Notes, str, Node, int], Response | None]:
    def make(notes: Notes, name: str, node: Node, line: int) -> Response | None:
        return _response(notes, name, node, line, locked)

    return make


def _response(notes: Notes, name: str, node: Node, line: int, locked: bool) -> Response | None:
    if not name.startswith("utter_"):
        notes.error(line, f"The response `{name}` needs a name that begins with utter_.", f"Call it utter_{name}.")
    if isinstance(node, Scalar) and not node.is_null:
        parts, lines = {"text": node.text}, {"text": node.line}
    else:
        table = notes.table(node, f"The response `{name}`", line)
        if table is None:
            notes.error(line, f"The response `{name}` has no words.", "Write them in quotes.")
            return None
        notes.keys(table, (*PARTS, "locked"), f"The response `{name}`")
        locked = notes.true(table, "locked", locked)
        lines = {part: table.lines[part] for part in PARTS if part in table.items}
        parts = {part: notes.text(table, part) or "" for part in lines}
    if not any(parts.get(part) for part in ("text", "sms")):
        notes.error(line, f"The response `{name}` has no `text`.", "Add `text:`; it is said on every channel.")
    for part, text in parts.items():
        _check_template(notes, text, lines[part])
    return Response(name, parts, notes.place(line), lines, locked)


def _check_template(notes: Notes, text: str, line: int) -> None:
    try:
        parse(text)
    except ResponseError as error:
        notes.error(line, str(error), "See the responses in docs/flow-language.md.")


def _action_slots(actions: Mapping[str, ActionSpec]) -> dict[str, SlotSpec]:
    """The slots that actions fill with one of a few results need no declaration in the files."""
    found: dict[str, SlotSpec] = {}
    for action in actions.values():
        for slot, values in action.fills.items():
            if values:
                earlier = [choice.value for choice in found[slot].choices] if slot in found else []
                choices = tuple(Choice(value, value) for value in dict.fromkeys((*earlier, *values)))
                found[slot] = SlotSpec(slot, "choice", choices, volunteered=False, set_by="action", declared=False)
    return found
