"""What was said in one conversation, in the order it was said: for the web page and for the coach."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services.messages import Choice
from services.models import MessageIn, MessageOut

MOST_LINES = 300
UNSEEN = ("dropped", "failed", "undelivered")

Mark = tuple[int, int]
"""The newest `seq` in and out: it grows whenever there is something new to show."""


@dataclass(frozen=True, slots=True)
class Line:
    """One thing said. `key` is unique in its conversation and never changes."""

    key: str
    by: Literal["person", "assistant", "coach"]
    text: str
    choices: tuple[Choice, ...]
    at: datetime
    purpose: str
    seq: int
    media: str | None = None
    status: str = ""


def read(
    session: Session, conversation_id: int, now: datetime, *, all_sent: bool = False, most: int = MOST_LINES
) -> tuple[Line, ...]:
    """The newest lines (300 unless told), oldest first. `now` hides what is not due yet; `all_sent` shows what failed, too."""
    said = _said(session, conversation_id, most)
    sent = _sent(session, conversation_id, now, most, all_sent=all_sent)
    titles = {choice.value: choice.title for line in sent for choice in line.choices}
    lines = [*(_line(row, titles) for row in said), *sent]
    shown = [line for line in lines if line.text or line.media]
    return tuple(sorted(shown, key=lambda line: (line.at, line.by != "person", line.seq))[-most:])


def _said(session: Session, conversation_id: int, most: int) -> Sequence[MessageIn]:
    newest = select(MessageIn).where(MessageIn.conversation_id == conversation_id).order_by(MessageIn.seq.desc())
    return session.scalars(newest.limit(most)).all()


def _line(row: MessageIn, titles: Mapping[str, str]) -> Line:
    pressed = [titles[value] for value in (row.pressed or "").split("\n") if value in titles]
    text = row.body or ", ".join(pressed)
    return Line(f"in-{row.seq}", "person", text, (), row.received_at, "", row.seq, media=row.media)


def _sent(session: Session, conversation_id: int, now: datetime, most: int, *, all_sent: bool) -> list[Line]:
    rows = select(MessageOut).where(MessageOut.conversation_id == conversation_id, MessageOut.run_at <= now)
    if not all_sent:
        rows = rows.where(MessageOut.status.not_in(UNSEEN))
    return [_sent_line(row) for row in session.scalars(rows.order_by(MessageOut.seq.desc()).limit(most))]


def _sent_line(row: MessageOut) -> Line:
    choices = tuple(Choice(value, title) for value, title in row.choices or ())
    by: Literal["coach", "assistant"] = "coach" if row.by_staff_id else "assistant"
    return Line(
        f"out-{row.seq}",
        by,
        row.body or "",
        choices,
        max(row.created_at, row.run_at),
        row.purpose,
        row.seq,
        status=row.status,
    )


def marks(session: Session, conversation_ids: Iterable[int], now: datetime) -> dict[int, Mark]:
    """The mark of each conversation; two queries, however many there are."""
    ids = list(conversation_ids)
    said = select(MessageIn.conversation_id, func.max(MessageIn.seq)).where(MessageIn.conversation_id.in_(ids))
    sent = select(MessageOut.conversation_id, func.max(MessageOut.seq)).where(
        MessageOut.conversation_id.in_(ids), MessageOut.run_at <= now, MessageOut.status.not_in(UNSEEN)
    )
    newest_in: dict[int, int] = {row[0]: row[1] for row in session.execute(said.group_by(MessageIn.conversation_id))}
    newest_out: dict[int, int] = {row[0]: row[1] for row in session.execute(sent.group_by(MessageOut.conversation_id))}
    return {number: (newest_in.get(number, 0), newest_out.get(number, 0)) for number in ids}
