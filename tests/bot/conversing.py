"""A conversation stood at one of its questions, with answers given before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any

from bot import understanding
from bot.actions.catalogue import SPECS
from bot.assistant import DIALOGS
from bot.flows.commands import Command
from bot.flows.definition import Book, Collect
from bot.flows.engine import Expecting
from bot.flows.reading import read_book
from bot.flows.responses import listed
from bot.flows.state import DialogueState, Frame, Visit
from bot.nlu.parsed import Nlu
from services.messages import Address, Inbound

NOW = datetime(2026, 11, 24, 10, 0)  # noqa: DTZ001 - London wall clock


@cache
def book() -> Book:
    return read_book(DIALOGS, SPECS)


@cache
def asked_at() -> Mapping[str, tuple[str, str]]:
    """The first flow and step at which each slot is asked for."""
    found: dict[str, tuple[str, str]] = {}
    for flow_id, flow in book().flows.items():
        for step_id, step in flow.steps.items():
            if isinstance(step, Collect):
                found.setdefault(step.slot, (flow_id, step_id))
    return found


def standing_at(slot: str, answers: Mapping[str, Any], last: Sequence[str] = ()) -> tuple[DialogueState, Expecting]:
    """The state with the question about `slot` open; `last` names the slots asked before, in order."""
    flow, step = asked_at()[slot]
    state = DialogueState(
        revision=book().revision,
        stack=(Frame(flow, step, asked=True),),
        slots={"safe_to_text": "yes", **answers},
        trail=tuple(Visit(*asked_at()[one], asked=True) for one in last),
    )
    spec = book().slots[slot]
    filled = frozenset(name for name, value in state.slots.items() if value is not None)
    return state, Expecting(slot, spec, listed(spec, state.slots), flow, step, filled)


def said(
    text: str,
    slot: str,
    answers: Mapping[str, Any],
    last: Sequence[str] = (),
    nlu: Nlu | None = None,
    outcome: str | None = None,
) -> list[Command]:
    """What a message at that question is taken for."""
    state, expecting = standing_at(slot, answers, last)
    state = replace(state, outcome=outcome)
    heard = understanding.hear(Inbound(Address("sms", "+447700900123"), "-", text=text), expecting, NOW, nlu)
    return understanding.read(heard, state, book())
