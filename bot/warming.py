"""What a process loads before it takes its first turn: else the first people wait some seconds for word lists."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from datetime import datetime

from bot import understanding
from bot.flows.definition import Book, Collect
from bot.flows.engine import expecting
from bot.flows.state import DialogueState, Frame
from services.messages import Address, Inbound

TEXTS = ("hello", "34 off sick back ring me tuesday after 5 not phone please?")
"""The second has a word of nearly every kind: each reader looks whether it concerns it."""

OUTCOMES = ("booked", "call_back", "signposted")
_WARMED: set[str] = set()


def questions(book: Book) -> Iterator[DialogueState]:
    """A state at each question, the first that asks for its slot; and where no question is open, by what came of it."""
    for outcome in (None, *OUTCOMES):
        yield DialogueState(revision=book.revision, outcome=outcome)
    seen: set[str] = set()
    for flow in book.flows.values():
        for name, step in flow.steps.items():
            if isinstance(step, Collect) and step.slot not in seen:
                seen.add(step.slot)
                yield DialogueState(revision=book.revision, stack=(Frame(flow.id, name, asked=True),))


def warm(book: Book, now: datetime) -> None:
    """Load every word list by reading a text at each question, once for a revision. `now` is Europe/London."""
    if book.revision in _WARMED:
        return
    _WARMED.add(book.revision)
    for state in questions(book):
        for text in TEXTS:
            inbound = Inbound(Address("web", "nobody"), "warm", text=text)
            heard = understanding.hear(inbound, expecting(book, state), now, None)
            understanding.read(heard, state, book)


def keep() -> None:
    """What is loaded by now stays: the search for garbage passes over it, which took a third of a second each time."""
    gc.collect()
    gc.freeze()
