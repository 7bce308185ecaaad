"""Builds of the product that are wrong on purpose: the harness must notice each, else its silence says nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from services import delivery, faults, inbox
from services.db import Session
from services.messages import Receipt, Send

CONTROLS = {
    "answers_first": "before_accept_commit",
    "sends_first": "after_send",
    "two_commits": "before_turn_commit",
}
"""Each broken build, and the point at which a kill shows it. `answers_first` is played by who writes (`Life.write`)."""


def build(control: str, send: Send) -> None:
    """Break this process, a life that will be killed."""
    if control == "sends_first":
        delivery._claim = _claim_and_send(delivery._claim, send)
        delivery._try = lambda _send, outbound, _already: Receipt(f"P{outbound.id}")
    if control == "two_commits":
        inbox.lock_and_take = _take_at_once(inbox.lock_and_take)


def _claim_and_send(claim: Callable[..., Any], send: Send) -> Callable[..., Any]:
    """Sends inside the transaction that claims: killed there, it forgets what was sent."""

    def both(session: Session, now: datetime, channels: Any) -> Any:
        found = claim(session, now, channels)
        if found:
            send(found.outbound)
            faults.point("after_send")
        return found

    return both


def _take_at_once(take: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a message taken in a transaction of its own, before the rest of its turn (on SQLite)."""

    def alone(session: Session, *message: Any) -> Any:
        taken = take(session, *message)
        session.connection().exec_driver_sql("COMMIT")
        session.connection().exec_driver_sql("BEGIN IMMEDIATE")
        return taken

    return alone
