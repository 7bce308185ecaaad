"""The thread with one address: locked for a turn, saved with a version, pinned to a revision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.exc import NoResultFound
from sqlalchemy.orm import Session

from services.errors import Stale
from services.messages import Address
from services.models import AddressRow, Conversation
from services.people import find_address
from services.prepared import Prepared, written

__all__ = ["Seen", "find", "give_to", "hand_back", "lock", "pin", "save", "see", "take_over"]

SEEN = Prepared(
    select(
        Conversation.id,
        Conversation.person_id,
        Conversation.channel,
        Conversation.state,
        Conversation.state_version,
        Conversation.revision,
        Conversation.team_id,
        Conversation.outcome,
        Conversation.coach_takeover_at,
        Conversation.source,
        Conversation.last_in_at,
        AddressRow.value.label("address"),
    )
    .join(AddressRow, AddressRow.id == Conversation.address_id)
    .where(Conversation.id == bindparam("id"))
)
LOCKED = Prepared(select(Conversation).where(Conversation.id == bindparam("id")).with_for_update(key_share=True))
_SAVED = Prepared(
    update(Conversation)
    .where(Conversation.id == bindparam("of"))
    .values(
        state=bindparam("kept"),
        outcome=bindparam("end"),
        state_version=bindparam("version"),
        next_out_seq=bindparam("after"),
    )
)
_PINNED = Prepared(update(Conversation).where(Conversation.id == bindparam("of")).values(revision=bindparam("to")))
_GIVEN = Prepared(update(Conversation).where(Conversation.id == bindparam("of")).values(team_id=bindparam("team")))


@dataclass(frozen=True, slots=True)
class Seen:
    """A conversation as it was when somebody looked: what `hear` works from, outside any transaction."""

    id: int
    person_id: int
    address: Address | None
    channel: str
    state: Mapping[str, Any] | None
    state_version: int
    revision: str | None
    team_id: str | None
    outcome: str | None
    coach_takes_over: bool
    source: str | None
    last_in_at: datetime | None


def find(session: Session, address: Address) -> int | None:
    """The id of an address's conversation; None when it never wrote."""
    row = find_address(session, address)
    return session.scalars(select(Conversation.id).where(Conversation.address_id == row.id)).first() if row else None


def see(session: Session, conversation_id: int) -> Seen:
    """The conversation as it is now, without locking it; NoResultFound when there is none."""
    session.flush()
    return seen(SEEN.all(session, {"id": conversation_id}))


def seen(rows: Sequence[Any]) -> Seen:
    """What `SEEN` found."""
    if not rows:
        raise NoResultFound("there is no such conversation")
    row = rows[0]
    return Seen(
        id=row.id,
        person_id=row.person_id,
        address=Address.parse(f"{row.channel}:{row.address}") if row.address else None,
        channel=row.channel,
        state=row.state,
        state_version=row.state_version,
        revision=row.revision,
        team_id=row.team_id,
        outcome=row.outcome,
        coach_takes_over=row.coach_takeover_at is not None,
        source=row.source,
        last_in_at=row.last_in_at,
    )


def lock(session: Session, conversation_id: int, expected_version: int | None = None) -> Conversation:
    """Lock one conversation until the transaction ends (lock order: conversation, then coach).

    On PostgreSQL the lock lets foreign keys be checked (FOR NO KEY UPDATE): a claim of the outbox must not wait here.
    Stale when `expected_version` is given and the state has moved on: hear the message again.
    """
    session.flush()
    return locked(session, LOCKED.all(session, {"id": conversation_id}), conversation_id, expected_version)


def locked(session: Session, rows: Sequence[Any], conversation_id: int, expected_version: int | None) -> Conversation:
    """What `LOCKED` found, as the session's own."""
    found: list[Conversation] = LOCKED.objects_of(session, rows, anew=True)
    if not found:
        raise NoResultFound(f"there is no conversation {conversation_id}")
    row = found[0]
    if expected_version is not None and row.state_version != expected_version:
        raise Stale(f"conversation {conversation_id} is at {row.state_version}, not {expected_version}")
    return row


def latest_states(session: Session, revision: str, limit: int) -> list[Mapping[str, Any]]:
    """The states of the newest conversations that go by this revision of the content."""
    rows = select(Conversation.state).where(Conversation.revision == revision, Conversation.state.is_not(None))
    return [state for state in session.scalars(rows.order_by(Conversation.id.desc()).limit(limit)) if state]


def save(session: Session, conversation: Conversation, state: Mapping[str, Any], outcome: str | None) -> int:
    """Keep the state of a locked conversation, and its counter of what goes out; answers the new version."""
    kept, version = dict(state), conversation.state_version + 1
    counted = {"version": version, "after": conversation.next_out_seq}
    _SAVED.do(session, {"of": conversation.id, "kept": kept, "end": outcome, **counted})
    written(conversation, state=kept, outcome=outcome, state_version=version)
    return version


def pin(session: Session, conversation: Conversation, revision: str) -> None:
    """Tie a locked conversation to a dialog revision until it is pinned anew."""
    _PINNED.do(session, {"of": conversation.id, "to": revision})
    written(conversation, revision=revision)


def give_to(session: Session, conversation: Conversation, team_id: str | None) -> None:
    """The team that a locked conversation is with; None when no team serves it."""
    if conversation.team_id != team_id:
        _GIVEN.do(session, {"of": conversation.id, "team": team_id})
        written(conversation, team_id=team_id)


def take_over(session: Session, conversation: Conversation, staff_id: int, now: datetime) -> None:
    """A coach talks: the assistant keeps quiet (but for safety and STOP) until `hand_back`."""
    conversation.coach_takeover_at, conversation.coach_takeover_by = now, staff_id
    session.flush()


def hand_back(session: Session, conversation: Conversation) -> None:
    """The assistant answers again."""
    conversation.coach_takeover_at = conversation.coach_takeover_by = None
    session.flush()
