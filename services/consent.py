"""What a person agreed to, in which words, and what they took back."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from services.models import Consent, Conversation
from services.prepared import Prepared

Purpose = Literal["start", "share", "follow_up"]


def record(
    session: Session,
    conversation: Conversation,
    purpose: Purpose,
    *,
    wording: str,
    version: str,
    now: datetime,
    team_id: str | None = None,
) -> Any:
    """Keep a consent with the very words shown and the revision they came from; the same one twice is one row."""
    latest = current(session, conversation.person_id, purpose, team_id)
    if latest and latest.wording == wording and latest.conversation_id == conversation.id:
        return latest
    return _add(session, conversation, purpose, True, wording, version, now, team_id)


def withdraw(
    session: Session, conversation: Conversation, purpose: Purpose, now: datetime, team_id: str | None = None
) -> bool:
    """Take back every consent of a purpose, whichever team it named, or only that for `team_id`; False when there was none."""
    given = _latest(session, conversation.person_id, purpose)
    standing = [row for row in given.values() if row.given and team_id in {None, row.team_id}]
    for row in standing:
        _add(session, conversation, purpose, False, row.wording, row.version, now, row.team_id)
    return bool(standing)


def current(session: Session, person_id: int, purpose: Purpose, team_id: str | None = None) -> Any | None:
    """The consent (a row with the columns of `Consent`) that stands for a purpose and team; None where none does."""
    row = _latest(session, person_id, purpose).get(team_id)
    return row if row and row.given else None


def history(session: Session, person_id: int) -> list[Consent]:
    """Everything a person agreed to or took back, oldest first."""
    return list(session.scalars(select(Consent).where(Consent.person_id == person_id).order_by(Consent.id)))


_OF = Prepared(
    select(Consent.__table__)
    .where(Consent.person_id == bindparam("person"), Consent.purpose == bindparam("purpose"))
    .order_by(Consent.id)
)


def _latest(session: Session, person_id: int, purpose: str) -> dict[str | None, Any]:
    session.flush()
    return {row.team_id: row for row in _OF.all(session, {"person": person_id, "purpose": purpose})}


def _add(
    session: Session,
    conversation: Conversation,
    purpose: str,
    given: bool,
    wording: str,
    version: str,
    now: datetime,
    team_id: str | None,
) -> Any:
    values = {"purpose": purpose, "given": given, "wording": wording, "version": version, "team_id": team_id, "at": now}
    of = {"person_id": conversation.person_id, "conversation_id": conversation.id, "channel": conversation.channel}
    return _ADDED.one(session, {**values, **of})


_ADDED = Prepared(
    insert(Consent).returning(*Consent.__table__.columns),
    inserted=(
        "person_id", "conversation_id", "purpose", "given", "wording", "version", "channel", "team_id", "at",
    ),
)  # fmt: skip
