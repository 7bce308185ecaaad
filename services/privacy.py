"""What a person may see and have deleted, and the ledger that a restored backup is held to (invariant 17).

Erasure has two halves. `erase` runs in the turn: words, answers and what was waiting to be sent go at once, so
that the last reply ("we deleted this chat") can still be sent. `finish_erasures` then removes the rows themselves.
What a team took on (referral, calls, promises, their consents) is the team's record and follows its retention.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from services import booking, introductions, journeys, team_hooks, transcript, waiting_list
from services.clock import real_now
from services.models import (
    AddressRow,
    Appointment,
    Base,
    CallBack,
    CheckIn,
    Consent,
    Conversation,
    DeskNote,
    DueWork,
    EligibilityDecision,
    Introduction,
    LastOutcome,
    MessageIn,
    MessageOut,
    NotUnderstood,
    Person,
    Plan,
    Referral,
    Transfer,
    WaitingPlace,
)
from services.models.base import UNSETTLED, is_unsettled

EVER, EVERYTHING = timedelta(days=3650), 1_000_000
"""Nothing that is held is left out of what a person may see."""
_Row = TypeVar("_Row", bound=Base)


def export(session: Session, person_id: int) -> dict[str, Any]:
    """Everything held about a person, in plain words, for them; NoResultFound when there is nobody."""
    person = session.get_one(Person, person_id)
    return {
        "name": person.name,
        "phone": person.phone,
        "voicemail_ok": person.voicemail_ok,
        "addresses": [f"{a.channel}:{a.value}" for a in _rows(session, AddressRow, person_id) if a.value],
        "conversations": [_conversation(session, row) for row in _rows(session, Conversation, person_id)],
        "consents": [
            _columns(row, "purpose given wording version channel team_id at")
            for row in _rows(session, Consent, person_id)
        ],
        "referrals": [
            _columns(row, "reference team_id status card created_at") for row in _rows(session, Referral, person_id)
        ],
        "calls": [
            _columns(row, "kind status starts_at ends_at team_id") for row in _rows(session, Appointment, person_id)
        ],
        "call_backs": [_columns(row, "reason promised_by result note") for row in _rows(session, CallBack, person_id)],
        "waiting_list": [
            _columns(row, "reason kind windows joined_at ended_at result")
            for row in _rows(session, WaitingPlace, person_id)
        ],
        "notes": [_columns(row, "at kind result words") for row in _rows(session, DeskNote, person_id)],
        "passed_on": [
            _columns(row, "at by source name postcode note") for row in _rows(session, Introduction, person_id)
        ],
        "check_ins": [
            _columns(row, "question due_at asked_at answer words answered_at")
            for row in _rows(session, CheckIn, person_id)
        ],
        "transfers": [
            _columns(row, "from_team_id to_team_id reason asked_at answer answered_at")
            for row in _rows(session, Transfer, person_id)
        ],
        "plans": [_columns(row, "words next_on next_what") for row in _rows(session, Plan, person_id)],
    }


def _conversation(session: Session, row: Conversation) -> dict[str, Any]:
    said = [
        {"at": line.at.isoformat(), "from_us": line.by != "person", "text": line.text}
        for line in transcript.read(session, row.id, real_now() + EVER, all_sent=True, most=EVERYTHING)
    ]
    answers = row.state.get("slots", {}) if isinstance(row.state, dict) else {}
    decisions = select(EligibilityDecision).where(EligibilityDecision.conversation_id == row.id)
    return {
        "channel": row.channel,
        "opened_at": row.opened_at.isoformat(),
        "answers": answers,
        "messages": said,
        "eligibility": [_columns(found, "team_id answer rules at") for found in session.scalars(decisions)],
    }


def _rows(session: Session, model: type[_Row], person_id: int) -> list[_Row]:
    key = model.__mapper__.c["person_id"]
    return list(session.scalars(select(model).where(key == person_id).order_by(model.__mapper__.c["id"])))


def _columns(row: Base, names: str) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in names.split()}
    return {name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in values.items()}


def erase(session: Session, person_id: int, now: datetime, ledger: Path) -> None:
    """Delete a person's words and answers in the caller's turn; the rows go with `finish_erasures`.

    The ledger is written first: should the turn fail, a person who asked to be deleted is on record as having asked.
    The caller keeps no answers in the state that it saves afterwards.
    """
    person = session.get_one(Person, person_id)
    _write_ledger(session, person, now, ledger)
    _forget(session, person, now)


def _forget(session: Session, person: Person, now: datetime) -> None:
    ids = _conversation_ids(session, person.id)
    session.flush()
    mine_in, mine_out = MessageIn.conversation_id.in_(ids), MessageOut.conversation_id.in_(ids)
    session.execute(update(MessageIn).where(mine_in).values(body=None, pressed=None))
    waiting = update(MessageOut).where(mine_out, MessageOut.status == "queued")
    session.execute(waiting.values(status="dropped", reason="erased", settled_at=now))
    settled = update(MessageOut).where(mine_out, MessageOut.status.not_in(UNSETTLED))
    session.execute(settled.values(body=None, choices=None))
    session.execute(delete(NotUnderstood).where(NotUnderstood.conversation_id.in_(ids)))
    session.execute(delete(DueWork).where(DueWork.conversation_id.in_(ids)))
    session.execute(delete(LastOutcome).where(LastOutcome.conversation_id.in_(ids)))
    session.execute(update(Conversation).where(Conversation.id.in_(ids)).values(state=None))
    introductions.forget(session, ids)
    journeys.forget(session, ids)
    waiting_list.forget(session, ids)
    team_hooks.forget(session, [person.id])
    for conversation_id in ids:
        booking.release(session, conversation_id)
    person.erase_asked_at = now
    if not _has_team_record(session, person.id):
        person.name = person.surname_index = person.phone = person.phone_index = None
    session.flush()


def forget_silent(session: Session, before: datetime, now: datetime) -> int:
    """Whoever was passed on to us before a moment and never wrote goes whole; how many.

    Only the keyed hash of the number stays. No ledger: a restored backup finds them silent again.
    """
    silent = select(Person).join(Conversation, Conversation.person_id == Person.id)
    passed_on = Introduction.conversation_id == Conversation.id
    silent = silent.where(exists().where(passed_on, Introduction.at < before), Conversation.last_in_at.is_(None))
    found = list(session.scalars(silent))
    for person in found:
        _forget(session, person, now)
    return len(found)


def finish_erasures(session: Session, now: datetime) -> int:
    """Remove the rows of people who were erased, once their last reply is settled and no call is to come; how many."""
    asked = select(Person).where(Person.erase_asked_at.is_not(None))
    return sum(_finish(session, person, now) for person in list(session.scalars(asked)))


def _finish(session: Session, person: Person, now: datetime) -> bool:
    ids = _conversation_ids(session, person.id)
    if _is_busy(session, ids) or booking.coming_call(session, person.id, now) is not None:
        return False
    if any(row.stopped_at for row in _rows(session, AddressRow, person.id)):
        _forget(session, person, now)  # STOP outlives the words: the keyed hash stays, and nothing else
        _empty(session, person, ids)
        if not _has_team_record(session, person.id):
            _delete_agreed(session, person.id, ids)
        return True
    for model in (MessageIn, MessageOut, DueWork):
        session.execute(delete(model).where(model.conversation_id.in_(ids)))
    session.execute(delete(Conversation).where(Conversation.id.in_(ids)))
    session.execute(delete(AddressRow).where(AddressRow.person_id == person.id))
    person.erase_asked_at = None
    session.flush()
    _delete_person(session, person, ids)
    return True


def _empty(session: Session, person: Person, ids: Sequence[int]) -> None:
    for model in (MessageIn, MessageOut):
        session.execute(delete(model).where(model.conversation_id.in_(ids)))
    session.execute(update(AddressRow).where(AddressRow.person_id == person.id).values(value=None))
    person.erase_asked_at = None
    session.flush()


def _delete_person(session: Session, person: Person, ids: Sequence[int]) -> None:
    if _has_team_record(session, person.id):
        return
    _delete_agreed(session, person.id, ids)
    session.execute(delete(Person).where(Person.id == person.id))


def _delete_agreed(session: Session, person_id: int, ids: Sequence[int]) -> None:
    """What a person agreed to, and what the rules said of them: of no use where no team took them on."""
    session.execute(delete(Consent).where(Consent.person_id == person_id))
    session.execute(delete(EligibilityDecision).where(EligibilityDecision.conversation_id.in_(ids)))


def _is_busy(session: Session, ids: Sequence[int]) -> bool:
    sending = exists().where(MessageOut.conversation_id.in_(ids), is_unsettled(MessageOut.status))
    waiting = exists().where(MessageIn.conversation_id.in_(ids), MessageIn.taken_at.is_(None))
    return bool(session.scalar(select(sending | waiting)))


def _has_team_record(session: Session, person_id: int) -> bool:
    held = [exists().where(model.person_id == person_id) for model in (Referral, Appointment, CallBack)]
    return bool(session.scalar(select(held[0] | held[1] | held[2])))


def _conversation_ids(session: Session, person_id: int) -> list[int]:
    return list(session.scalars(select(Conversation.id).where(Conversation.person_id == person_id)))


def _write_ledger(session: Session, person: Person, now: datetime, ledger: Path) -> None:
    indexes = [row.value_index for row in _rows(session, AddressRow, person.id)]
    line = {"at": now.isoformat(), "person": person.id, "made": person.created_at.isoformat(), "addresses": indexes}
    ledger.parent.mkdir(parents=True, exist_ok=True)
    with ledger.open("a", encoding="ascii") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def replay(session: Session, ledger: Path, now: datetime) -> int:
    """Erase again, in a restored database, everybody whom the ledger names; answers how many were there."""
    found = [person for line in _lines(ledger) if (person := _named(session, line))]
    for person in found:
        _forget(session, person, now)
    return len(found)


def erased_at(ledger: Path, indexes: Sequence[str]) -> datetime | None:
    """When whoever wrote from an address (its keyed hashes) was last erased; None when never."""
    times = [line["at"] for line in _lines(ledger) if set(indexes) & set(line.get("addresses", ()))]
    return max(map(datetime.fromisoformat, times), default=None)


def _named(session: Session, line: dict[str, Any]) -> Person | None:
    """The very person of a ledger line: an id may belong to somebody else after a restore."""
    person = session.get(Person, line["person"])
    return person if person and person.created_at.isoformat() == line["made"] else None


def _lines(ledger: Path) -> Iterator[dict[str, Any]]:
    if ledger.exists():
        for text in ledger.read_text(encoding="ascii").splitlines():
            try:
                yield json.loads(text)
            except ValueError:  # a line torn by a crash: its erasure did not commit either, for the ledger comes first
                continue


def erasures_waiting(session: Session) -> bool:
    """Whether somebody asked to be erased and rows of theirs remain."""
    return session.connection().scalar(_TO_ERASE) is not None


_TO_ERASE = select(Person.id).where(Person.erase_asked_at.is_not(None)).limit(1)
