"""Names that lead nowhere, types that do not fit, steps nobody reaches: what `anydoor check` says step by step."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import TYPE_CHECKING, Final

from bot.flows.conditions import Condition, type_errors
from bot.flows.definition import (
    SKIPPED,
    START_AGAIN,
    Action,
    Book,
    Call,
    Collect,
    Finding,
    Flow,
    Link,
    Place,
    Response,
    SetSlots,
    SlotSpec,
    Step,
    Utter,
)
from bot.flows.engine_answers import acceptable
from bot.flows.proof_values import domain, named_in
from bot.flows.responses import slots_read

if TYPE_CHECKING:
    from bot.flows.definition import Json

ENGINE_RESPONSES: Final = (
    "utter_offer_person", "utter_cannot_skip", "utter_cannot_go_back", "utter_no_reason", "utter_clarify",
)  # fmt: skip
ENGINE_FLOWS: Final = (
    "pattern_stuck", "pattern_person", "pattern_start_again", "pattern_correct", "pattern_opt_out", "pattern_opt_in",
)  # fmt: skip
CRISIS_KINDS: Final = ("self_harm", "harm_by_others", "harm_to_others", "medical", "child")
_BY_NUMBER: Final = re.compile(r"\b(?:[Rr]eply|[Ss]end|[Tt]ext) (?:\d|with (?:one|the) number|the number)")
_HINTLESS: Final = ("choice", "choices", "yes_no", "opening", "text", "flag", "words", "place")
_PSEUDO: Final = {"utter_noted": {"noted"}}


def error(place: Place, message: str, what_to_do: str, conversation: Iterable[str] = ()) -> Finding:
    return Finding(place.file, place.line, message, what_to_do, "error", tuple(conversation))


def advice(place: Place, message: str, what_to_do: str) -> Finding:
    return Finding(place.file, place.line, message, what_to_do, "advice")


def check_references(book: Book) -> list[Finding]:
    """Point 5, as far as it can be seen without following paths."""
    found: list[Finding] = []
    for flow in book.flows.values():
        found += _unreachable(flow)
        for step in flow.steps.values():
            found += _step(book, step)
    for spec in book.slots.values():
        found += _slot(book, spec)
    for response in book.responses.values():
        found += _response(book, response)
    for code, responses in book.languages.items():
        found += _language(book, code, responses.values())
    return [*found, *_intents(book)]


def check_complete(book: Book) -> list[Finding]:
    """What the engine and the code start by name must be there."""
    file = next(iter(book.files), "dialogs")
    found = [
        error(Place(file, 1), f"There is no response `{name}`; the engine says it.", "Add it to dialogs/patterns.")
        for name in ENGINE_RESPONSES
        if name not in book.responses
    ]
    found += [
        error(
            step.place, "Whoever is not understood here is asked the same thing for ever.", "Add `gives_up: <choice>`."
        )
        for step in (book.flows["pattern_stuck"].steps.values() if "pattern_stuck" in book.flows else ())
        if isinstance(step, Collect) and not step.gives_up
    ]
    wanted = (*ENGINE_FLOWS, *(f"pattern_crisis_{kind}" for kind in CRISIS_KINDS))
    missing = [name for name in wanted if name not in book.flows]
    return found + [
        error(Place(file, 1), f"There is no pattern `{name}`; it must always be there.", "Add it to dialogs/patterns.")
        for name in missing
    ]


def _unreachable(flow: Flow) -> Iterator[Finding]:
    seen: set[str] = set()
    waiting = [flow.first]
    while waiting:
        step_id = waiting.pop()
        if step_id in seen or step_id not in flow.steps:
            continue
        seen.add(step_id)
        waiting += [branch.target for branch in flow.steps[step_id].next]
    for step in flow.steps.values():
        if step.id not in seen:
            advice_text = "Lead a branch to it, or remove it."
            yield error(step.place, f"Nothing leads to the step `{step.id}` of `{flow.id}`.", advice_text)


def _step(book: Book, step: Step) -> Iterator[Finding]:
    for branch in step.next:
        if branch.condition:
            yield from _condition(book, branch.condition, branch.place)
    if isinstance(step, Collect):
        yield from _collect(book, step)
    elif isinstance(step, Action) and step.action != START_AGAIN and step.action not in book.actions:
        yield error(step.place, f"There is no action `{step.action}`.", _near(step.action, book.actions))
    elif isinstance(step, Utter):
        yield from _named_response(book, step.response, step.place)
    elif isinstance(step, Call | Link) and step.flow not in book.flows:
        yield error(step.place, f"There is no flow `{step.flow}`.", _near(step.flow, book.flows))
    elif isinstance(step, SetSlots):
        for slot, value in step.values:
            yield from _set_slot(book, step.place, slot, value)


def _condition(book: Book, condition: Condition, place: Place) -> Iterator[Finding]:
    for message in type_errors(condition.tree, book.slots):
        yield error(place, f"In `{condition.text}`: {message}", "Change the condition or the slot.")
    for slot, value in named_in(condition.tree):
        if value == SKIPPED and slot not in book.skippable:
            message = f"In `{condition.text}`: `{slot}` can never be skipped."
            yield error(place, message, "Give its question `skippable: true`, or leave this out.")


def _named_response(book: Book, name: str, place: Place) -> Iterator[Finding]:
    if name not in book.responses:
        yield error(place, f"There is no response `{name}`.", _near(name, book.responses))


def _collect(book: Book, step: Collect) -> Iterator[Finding]:
    spec = book.slots.get(step.slot)
    if spec is None:
        yield error(step.place, f"There is no slot `{step.slot}`.", "Add it under `slots:` with its type.")
        return
    yield from _named_response(book, step.utter, step.place)
    if step.gives_up and step.gives_up not in {choice.value for choice in spec.options}:
        there_are = ", ".join(choice.value for choice in spec.options) or "none, so leave `gives_up` out"
        yield error(
            step.place, f"`{step.gives_up}` is no choice of `{step.slot}`.", f"Its choices' values: {there_are}."
        )
    response = book.responses.get(step.utter)
    if response and "easier" not in response.parts:
        yield error(response.place, f"`{step.utter}` has no `easier` words.", "Add `easier:` for the second try.")
    if response and "easier_chat" not in response.parts and _BY_NUMBER.search(response.parts.get("easier", "")):
        yield advice(
            response.place,
            f"`{step.utter}` asks for a number in its `easier` words, where answers are buttons too.",
            "Add `easier_chat:`, the same for Telegram and the web.",
        )
    if response and "why" not in response.parts:
        yield advice(response.place, f"`{step.utter}` has no `why`.", "Add `why:` for people who ask.")
    hint = f"utter_invalid_{spec.type}"
    if spec.type not in _HINTLESS and hint not in book.responses:
        yield error(step.place, f"There is no response `{hint}`.", "Add it: it is said when an answer does not fit.")
    for rejection in step.rejections:
        yield from _condition(book, rejection.condition, rejection.place)
        yield from _named_response(book, rejection.utter, rejection.place)
    if step.silence and step.silence.nudge and step.silence.nudge not in book.flows:
        yield error(step.place, f"There is no flow `{step.silence.nudge}`.", "Write the id of a pattern.")


def _set_slot(book: Book, place: Place, slot: str, value: Json) -> Iterator[Finding]:
    spec = book.slots.get(slot)
    if spec is None:
        yield error(place, f"There is no slot `{slot}`.", "Add it under `slots:` with its type.")
    elif value is not None and not spec.choices_from and not acceptable(spec, value, {}):
        yield error(place, f"The slot `{slot}` ({spec.type}) cannot hold `{value}`.", "Write a value it can hold.")


def _slot(book: Book, spec: SlotSpec) -> Iterator[Finding]:
    for name in (*spec.depends_on, *((spec.choices_from,) if spec.choices_from else ())):
        if name not in book.slots:
            yield error(spec.place, f"`{spec.name}` names the slot `{name}`, which is not there.", "Correct the name.")
    if spec.type in ("choice", "choices") and spec.set_by == "person" and not (spec.options or spec.choices_from):
        yield error(spec.place, f"`{spec.name}` has nothing to choose from.", "Add `choices:` or `choices_from:`.")
    if spec.choices_from in book.slots and not spec.options and spec.choices_from not in book.filled_somewhere:
        message = f"`{spec.name}` is picked from `{spec.choices_from}`, which nothing fills: a dead end."
        yield error(spec.place, message, "Name a slot that an action fills, or add `also:`.")
    fixed = domain(spec) if spec.type in ("choice", "yes_no") and not spec.choices_from else None
    if fixed is not None and spec.default not in (None, *fixed):
        message = f"`{spec.name}` begins as `{spec.default}`, which it can never be."
        yield error(spec.place, message, f"Choose one of: {', '.join(map(str, fixed))}.")


def _response(book: Book, response: Response) -> Iterator[Finding]:
    for part, text in response.parts.items():
        for name in sorted(slots_read(text) - book.slots.keys() - _PSEUDO.get(response.name, set())):
            place = Place(response.place.file, response.lines.get(part, response.place.line))
            yield error(place, f"`{response.name}` uses `{name}`, and there is no such slot.", "Correct the name.")


def _language(book: Book, code: str, responses: Iterable[Response]) -> Iterator[Finding]:
    for response in responses:
        if response.name not in book.responses:
            yield error(response.place, f"`{response.name}` ({code}) is not said in English.", "Correct the name.")
        yield from _response(book, response)


def _intents(book: Book) -> Iterator[Finding]:
    first: dict[str, str] = {}
    for flow in book.flows.values():
        for intent in flow.intents:
            if intent in first:
                message = f"The intent `{intent}` starts both `{first[intent]}` and `{flow.id}`."
                yield error(flow.place, message, "Leave it in one of them.")
            first.setdefault(intent, flow.id)


def _near(name: str, known: Iterable[str]) -> str:
    """Advice that names what was probably meant."""
    found = get_close_matches(name, list(known), n=3)
    return f"Did you mean {' or '.join(found)}?" if found else "Correct the name, or add it."
