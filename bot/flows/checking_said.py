"""Where words stand in a conversation: what is wrong with words is shown where somebody meets them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeAlias

from bot.flows.definition import Collect, Utter
from bot.flows.proof_values import MAYBE

if TYPE_CHECKING:
    from bot.flows.definition import Book, Finding
    from bot.flows.proof_walk import Walk

Ways: TypeAlias = "dict[tuple[str, str], tuple[str, ...]]"
"""Flow and step -> a shortest conversation that comes to it; empty while none is known."""
WRITES: Final = "you write: "
SAID_AFTER: Final[Mapping[str, tuple[str, ...]]] = {
    "text": (), "sms": (), "easier": (f"{WRITES}mmhm",), "why": (f"{WRITES}why do you ask?",),
}  # fmt: skip
"""Part of words -> what the person writes at the question before they hear it. Other parts are not said by text."""
SWALLOWED: Final = "(By text that answer may never come: the phone company can keep it for itself, and send no more.)"


def asked_for(book: Book, findings: Sequence[Finding]) -> Ways:
    """The steps at which the words are said that these findings are about."""
    return {step: () for one in findings for step, _ in said_at(book, one)}


def find(walk: Walk, ways: Ways) -> None:
    """Puts in a shortest conversation that comes to each of these steps; to a question, where it is asked."""
    for node in walk.came_from if ways else ():
        at, step = (node.visit.flow, node.step), walk.step(node)
        if at not in ways:
            continue
        held = dict(node.known).get(step.slot, MAYBE) if isinstance(step, Collect) else MAYBE
        if held == MAYBE or (isinstance(step, Collect) and step.ask_before_filling):
            way = walk.conversation(node)
            ways[at] = min(ways[at] or way, way, key=len)


def shown(book: Book, findings: Sequence[Finding], ways: Ways) -> Iterator[Finding]:
    """The findings, each with a conversation where one comes to its words: the shortest of those."""
    for one in findings:
        talks = [(ways[step], after) for step, after in said_at(book, one) if ways.get(step)]
        if talks:
            way, after = min(talks, key=lambda talk: len(talk[0]))
            kept = (SWALLOWED,) if "may swallow" in one.message else ()
            one = replace(one, conversation=(*way, *after, *kept))
        yield one


def said_at(book: Book, finding: Finding) -> Iterator[tuple[tuple[str, str], tuple[str, ...]]]:
    """The steps where what the finding is about is said, and what has to be written there first."""
    if finding.severity != "error":
        return
    place = (finding.file, finding.line)
    slots = {spec.name for spec in book.slots.values() if (spec.place.file, spec.place.line) == place}
    parts = {
        said.name: part
        for said in book.responses.values()
        for part in said.parts
        if (said.place.file, said.lines.get(part, said.place.line)) == place and part in SAID_AFTER
    }
    for flow in book.flows.values():
        for step in flow.steps.values():
            name = step.utter if isinstance(step, Collect) else step.response if isinstance(step, Utter) else ""
            if name in parts:
                after = SAID_AFTER[parts[name]]
                if isinstance(step, Collect) or not after:
                    yield (flow.id, step.id), after
            elif isinstance(step, Collect) and step.slot in slots:
                yield (flow.id, step.id), ()
