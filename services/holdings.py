"""What is held about one person, for the people who answer their requests: an overview, everything, erasure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, people, privacy
from services.messages import Address
from services.models import (
    AddressRow,
    Appointment,
    Base,
    CallBack,
    Consent,
    Conversation,
    DueWork,
    DutyAlert,
    Introduction,
    MessageIn,
    MessageOut,
    NotUnderstood,
    Person,
    Referral,
)
from services.settings import Settings

_Row = TypeVar("_Row", bound=Base)


def ledger(settings: Settings) -> Path:
    """The erasures, outside the database: every restored backup is held to them (invariant 17)."""
    return settings.home / "erasures.ledger"


def person_at(session: Session, address: Address) -> int:
    """The id of the person with this address; ValueError when nobody has it, or it was erased."""
    row = people.find_address(session, address)
    if row is None:
        raise ValueError("Nobody is known by this address.")
    return row.person_id


def looked(session: Session, person_id: int, action: str, now: datetime) -> None:
    """Every look at a person's record is audited, also one from the command line."""
    audit.record(session, "system", action, f"person:{person_id}", now)


def overview(session: Session, person_id: int) -> dict[str, Any]:
    """Ids, states and counts; no words, names or numbers."""
    person = session.get_one(Person, person_id)
    conversations = _of(session, Conversation, Conversation.person_id == person_id)
    ids = [row.id for row in conversations]
    return {
        "person": person_id,
        "since": _plain(person.created_at),
        "erasure_asked": _plain(person.erase_asked_at),
        "addresses": [_address(row) for row in _of(session, AddressRow, AddressRow.person_id == person_id)],
        "conversations": [_conversation(session, row) for row in conversations],
        "consents": _columns(_of(session, Consent, Consent.person_id == person_id), "id purpose given team_id at"),
        "referrals": _columns(
            _of(session, Referral, Referral.person_id == person_id), "id team_id status outcome created_at closed_at"
        ),
        "calls": _columns(
            _of(session, Appointment, Appointment.person_id == person_id), "id team_id coach_id kind status starts_at"
        ),
        "call_backs": _columns(
            _of(session, CallBack, CallBack.person_id == person_id), "id team_id reason promised_by done_at result"
        ),
        "passed_on": _columns(_of(session, Introduction, Introduction.person_id == person_id), "id by source at"),
        "duty_alerts": _columns(
            _of(session, DutyAlert, DutyAlert.conversation_id.in_(ids)), "id kind raised_at accepted_at closed_at"
        ),
    }


def _address(row: AddressRow) -> dict[str, Any]:
    marks = {
        "stopped": row.stopped_at,
        "no_nudges": row.nudges_stopped_at,
        "not_safe_to_text": row.unsafe_at,
        "wrong_number": row.wrong_number_at,
    }
    since = {name: _plain(at) for name, at in marks.items() if at}
    return {"id": row.id, "channel": row.channel, "known_since": _plain(row.created_at), **since}


def _conversation(session: Session, row: Conversation) -> dict[str, Any]:
    frame = (row.state or {}).get("stack") or [{}]
    ours = MessageOut.conversation_id == row.id
    return {
        "id": row.id,
        "channel": row.channel,
        "team": row.team_id,
        "flow": frame[-1].get("flow"),
        "step": frame[-1].get("step"),
        "outcome": row.outcome,
        "last_heard": _plain(row.last_in_at),
        "coach_talks_since": _plain(row.coach_takeover_at),
        "messages_received": len(_of(session, MessageIn, MessageIn.conversation_id == row.id)),
        "messages_sent": dict(Counter(message.status for message in _of(session, MessageOut, ours))),
        "still_to_do": _columns(
            _of(session, DueWork, DueWork.conversation_id == row.id, DueWork.done_at.is_(None)), "kind due_at"
        ),
    }


def _of(session: Session, model: type[_Row], *where: Any) -> list[_Row]:
    return list(session.scalars(select(model).where(*where).order_by(model.__mapper__.c["id"])))


def _columns(rows: Iterable[Base], names: str) -> list[dict[str, Any]]:
    return [{name: _plain(getattr(row, name)) for name in names.split()} for row in rows]


def _plain(value: Any) -> Any:
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else value


def everything(session: Session, person_id: int) -> dict[str, Any]:
    """All that is held, words too: to hand over to the person after somebody has looked at it."""
    ids = select(Conversation.id).where(Conversation.person_id == person_id)
    unclear = _of(session, NotUnderstood, NotUnderstood.conversation_id.in_(ids))
    alerts = _of(session, DutyAlert, DutyAlert.conversation_id.in_(ids))
    return {
        **privacy.export(session, person_id),
        "not_understood": _columns(unclear, "at words"),
        "duty_alerts": _columns(alerts, "raised_at reason accepted_at closed_at note"),
        "ids_and_states": overview(session, person_id),
    }


def erase(session: Session, person_id: int, now: datetime, settings: Settings) -> list[str]:
    """Erase a person, audited; answers which records of a team stay (none = nothing stays).

    Rows of a person who is written to or rung just now follow within a minute, by the server.
    """
    audit.record(session, "system", "person.erase", f"person:{person_id}", now)
    privacy.erase(session, person_id, now, ledger(settings))
    privacy.finish_erasures(session, now)
    kept = {"referral": Referral, "calls": Appointment, "promised call-backs": CallBack}
    return [name for name, model in kept.items() if _of(session, model, model.__mapper__.c["person_id"] == person_id)]
