"""Point 4: crisis help, stopping and a person are there from every question, and safety words are locked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from bot.flows.checking_references import CRISIS_KINDS, error
from bot.flows.definition import Call, Collect, Link, Utter
from bot.flows.responses import always_a_helpline

if TYPE_CHECKING:
    from bot.flows.definition import Book, Finding, Flow, Response

LOCKED = (*(f"pattern_crisis_{kind}" for kind in CRISIS_KINDS), "pattern_opt_out", "pattern_opt_in")

SAFE_FIRST: Final = "pattern_crisis_harm_by_others"
"""The one help that may begin with a question: whether it is safe to text."""


def check_safety(book: Book) -> list[Finding]:
    """The engine goes into these patterns from any question; here, that they help at once and cannot be edited."""
    found: list[Finding] = []
    for name in LOCKED:
        flow = book.flows.get(name)
        if flow is not None:
            found += _locked(book, flow)
            found += _helps_at_once(book, flow) if flow.is_crisis else []
    person = book.flows.get("pattern_person")
    if person is not None and "person" not in person.intents:
        found.append(error(person.place, "Nobody can ask for a person.", "Add nlu_trigger: [{intent: person}]."))
    return found


def _locked(book: Book, flow: Flow) -> Iterator[Finding]:
    if not flow.locked:
        yield error(flow.place, f"`{flow.id}` is not locked.", "Add `locked: true`.")
    for step in flow.steps.values():
        name = step.response if isinstance(step, Utter) else step.utter if isinstance(step, Collect) else None
        response = book.responses.get(name) if name else None
        if response is not None and not response.locked:
            yield error(response.place, f"`{name}` is said in `{flow.id}` and is not locked.", "Add `locked: true`.")
        beyond = book.flows.get(step.flow) if isinstance(step, Call | Link) and flow.is_crisis else None
        if beyond is not None and not beyond.locked:
            yield error(step.place, f"`{flow.id}` leads to `{beyond.id}`, which is not locked.", "Lock it.")


def _helps_at_once(book: Book, flow: Flow) -> Iterator[Finding]:
    """Words with a number to ring must come before anything that can go wrong, and before any question."""
    first = flow.steps.get(flow.first)
    if isinstance(first, Utter) and first.response in book.responses:
        yield from _names_a_number(flow, book.responses[first.response])
    elif not isinstance(first, Utter) and not (isinstance(first, Collect) and flow.id == SAFE_FIRST):
        yield error(flow.place, f"`{flow.id}` does not begin with help.", "Say the words first.")
    if not flow.waits or not flow.keeps_place:
        yield error(flow.place, f"`{flow.id}` does not keep the place and wait.", "Remove `waits` and `keeps_place`.")


def _names_a_number(flow: Flow, response: Response) -> Iterator[Finding]:
    for part, text in response.parts.items():
        if part not in ("why", "easier", "easier_chat") and not always_a_helpline(text):
            message = f"`{response.name}` ({part}), the help of `{flow.id}`, can be said without a number to ring."
            advice = 'Write {{ "emergency"|helpline }} into it, on every way through its conditions.'
            yield error(response.place, message, advice)
