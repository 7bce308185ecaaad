"""What a turn adds to the figures."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from bot.flows.engine import Expecting, Turn
from services import journeys
from services.db import Session


def count(
    session: Session, conversation: Any, turn: Turn, asked: Expecting | None, *, received: bool, now: datetime
) -> None:
    """Count the turn, last of all in it: who sends locks messages before journeys too. Nothing of who was just erased."""
    if turn.state.slots.get("delete_result") == "done":
        return
    age = turn.state.slots.get("age")
    passed = journeys.Passed(
        tuple(event.name for event in turn.events),
        question=asked.slot if asked else None,
        age=age if isinstance(age, int) else None,
        outcome=turn.state.outcome,
        received=received,
    )
    journeys.pass_on(session, conversation, passed, now)
