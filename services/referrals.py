"""The record handed to a team, and why: made in the same transaction as the call."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from services import crypto
from services.models import Appointment, Conversation, EligibilityDecision, Referral, WaitingPlace
from services.prepared import Prepared

_LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"  # nothing that reads like something else, no vowels, no words
CLOSED = ("closed", "withdrawn", "declined")
HANDED = "another_team"
"""A referral's outcome once another team has it; also why that team has promised to ring."""


def create(
    session: Session,
    conversation: Conversation,
    team_id: str,
    card: Mapping[str, Any],
    now: datetime,
    *,
    consent_id: int | None,
    decision_id: int | None = None,
) -> Referral:
    """Share a referral with a team in the caller's transaction; the card is sealed.

    The person's open referral to the same team is brought up to date instead of made twice.
    """
    row = current(session, conversation.person_id, team_id)
    if row is None:
        row = _new(session, conversation, team_id, now)
        session.add(row)
    row.card, row.changed_at = dict(card), now
    row.consent_id, row.decision_id = consent_id, decision_id or row.decision_id
    session.flush()
    return row


def _new(session: Session, conversation: Conversation, team_id: str, now: datetime) -> Referral:
    reference = "WW-" + "".join(secrets.choice(_LETTERS) for _ in range(7))
    return Referral(
        reference=reference,
        reference_index=crypto.keys_of(session.get_bind()).blind_index("reference", reference),
        person_id=conversation.person_id,
        conversation_id=conversation.id,
        team_id=team_id,
        created_at=now,
    )


def _newest() -> Any:
    rows = select(Referral.id).where(Referral.person_id == bindparam("person"), Referral.status.not_in(CLOSED))
    return rows.order_by(Referral.id.desc()).limit(1)


def current(session: Session, person_id: int, team_id: str | None = None) -> Referral | None:
    """The person's newest referral that is not closed (to this team, if one is named); None when there is none."""
    if team_id is None:
        return _NEWEST.found(session, Referral, {"person": person_id})
    return _NEWEST_TO.found(session, Referral, {"person": person_id, "team": team_id})


_NEWEST = Prepared(_newest())
_NEWEST_TO = Prepared(_newest().where(Referral.team_id == bindparam("team")))


def is_with(session: Session, team_id: str, conversation_id: int) -> bool:
    """Whether a team has whoever writes there: by an open referral, a booked call, or a place on its waiting list."""
    them = select(Conversation.person_id).where(Conversation.id == conversation_id).scalar_subquery()
    shared = exists().where(Referral.person_id == them, Referral.team_id == team_id, Referral.status.not_in(CLOSED))
    call = exists().where(Appointment.person_id == them, Appointment.team_id == team_id, Appointment.status == "booked")
    waits = exists().where(
        WaitingPlace.person_id == them, WaitingPlace.team_id == team_id, WaitingPlace.ended_at.is_(None)
    )
    return bool(session.scalar(select(or_(shared, call, waits))))


def find_by_reference(session: Session, reference: str) -> Referral | None:
    """The referral with exactly this reference, however it was typed; None when there is none."""
    tidy = reference.strip().upper()
    indexes = crypto.keys_of(session.get_bind()).blind_indexes("reference", tidy)
    return session.scalars(select(Referral).where(Referral.reference_index.in_(indexes))).first()


def of_team(session: Session, team_id: str | None, limit: int = 200) -> list[Referral]:
    """A team's open referrals, newest first; None = of all teams. Whoever shows one records the reading."""
    rows = select(Referral).where(Referral.status.not_in(CLOSED))
    if team_id is not None:
        rows = rows.where(Referral.team_id == team_id)
    return list(session.scalars(rows.order_by(Referral.id.desc()).limit(limit)))


def add_to_card(session: Session, referral: Referral, more: Mapping[str, Any], now: datetime) -> None:
    """Add to what the coach reads (a need named after booking)."""
    referral.card = {**referral.card, **more}
    referral.changed_at = now
    session.flush()


def give_to(session: Session, referral: Referral, coach_id: int) -> None:
    """The coach whose call it is reads it first."""
    referral.coach_id = coach_id
    session.flush()


def close(session: Session, referral: Referral, status: str, now: datetime) -> None:
    """End a referral: closed, withdrawn or declined (ValueError for anything else)."""
    if status not in CLOSED:
        raise ValueError(f"a referral ends as one of {', '.join(CLOSED)}")
    referral.status, referral.closed_at, referral.changed_at = status, now, now
    session.flush()


def record_decision(
    session: Session,
    conversation_id: int,
    team_id: str | None,
    answer: str,
    rules: Sequence[Mapping[str, Any]],
    now: datetime,
) -> EligibilityDecision:
    """Keep an answer of the rules (yes, no or ask_a_person) with each rule's id, version and result."""
    row = EligibilityDecision(
        conversation_id=conversation_id, team_id=team_id, answer=answer, rules=[dict(rule) for rule in rules], at=now
    )
    session.add(row)
    session.flush()
    return row
