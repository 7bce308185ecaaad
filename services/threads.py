"""A conversation as it reads, both ways in order, and what is new for a page that watches."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.messages import Choice
from services.models import MessageIn, MessageOut

_SHOWN = ("queued", "sending", "sent", "delivered")


@dataclass(frozen=True, slots=True)
class Line:
    """One message of a thread; `ours` is False for what the person wrote."""

    id: int
    ours: bool
    text: str
    choices: tuple[Choice, ...]
    at: datetime
    purpose: str
    status: str
    by_staff_id: int | None = None


def read(session: Session, conversation_id: int) -> list[Line]:
    """Everything said, in order of time; who shows a person's words to staff records that in the audit."""
    theirs = session.scalars(select(MessageIn).where(MessageIn.conversation_id == conversation_id))
    ours = session.scalars(select(MessageOut).where(MessageOut.conversation_id == conversation_id))
    lines = [_theirs(row) for row in theirs] + [_ours(row) for row in ours if row.status != "dropped"]
    return sorted(lines, key=lambda line: (line.at, line.ours, line.id))


def since(session: Session, conversation_id: int, after_id: int) -> list[Line]:
    """What was said to the person after a message of ours, for the web chat (0 = everything)."""
    new = select(MessageOut).where(MessageOut.conversation_id == conversation_id, MessageOut.id > after_id)
    rows = session.scalars(new.where(MessageOut.status.in_(_SHOWN)).order_by(MessageOut.id))
    return [_ours(row) for row in rows]


def newest(session: Session, conversation_ids: Collection[int]) -> dict[int, int]:
    """For each conversation that somebody watches, the id of our newest message: one query a poll.

    By conversation, because only there ids are committed in order.
    """
    ours = select(MessageOut.conversation_id, func.max(MessageOut.id))
    watched = ours.where(MessageOut.conversation_id.in_(conversation_ids)).group_by(MessageOut.conversation_id)
    return {row[0]: row[1] for row in session.execute(watched)}


def _theirs(row: MessageIn) -> Line:
    text = row.body or row.pressed or ""
    return Line(row.id, False, text, (), row.received_at, row.kind, "taken" if row.taken_at else "waiting")


def _ours(row: MessageOut) -> Line:
    choices = tuple(Choice(value, title) for value, title in row.choices or ())
    return Line(row.id, True, row.body or "", choices, row.run_at, row.purpose, row.status, row.by_staff_id)
