"""An outcome recorded by one press can be taken back for a few minutes, by who recorded it: their last one, all of it.

What the person would be told because of it is held for those minutes (`booking.HELD_BACK`), so nothing has to be unsaid. A
team's own system that was told meanwhile is told again how it stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from services import audit, booking, conversations, due_work, journeys, locks, scopes, team_hooks
from services.models import Appointment, CallBack, DeskNote, LastOutcome, Referral
from services.scopes import Viewer

FIELDS: Mapping[type[Any], tuple[str, ...]] = {
    Referral: ("status", "outcome", "coach_id", "closed_at", "changed_at"),
    Appointment: ("status", "outcome_at"),
    CallBack: ("done_at", "done_by", "result"),
    DeskNote: ("kind", "result", "at", "staff_id"),
}
NAMES: Mapping[str, type[Any]] = {row.__tablename__: row for row in FIELDS}
TAKEN_BACK = "taken_back"


@dataclass
class Touched:
    """The rows that recording an outcome may change; `note` is the line that is written."""

    referral: Referral | None = None
    call: Appointment | None = None
    promise: CallBack | None = None
    note: DeskNote | None = None

    @property
    def rows(self) -> list[Any]:
        return [row for row in (self.referral, self.call, self.promise, self.note) if row is not None]


@dataclass(frozen=True, slots=True)
class Undo:
    """What can be taken back just now, and until when."""

    referral: int | None
    result: str
    until: datetime


@contextmanager
def kept(
    session: Session, viewer: Viewer, conversation_id: int, result: str, touched: Touched, now: datetime
) -> Iterator[Touched]:
    """Keep how everything stood before the block, so that what it records can be taken back."""
    before = _picture(touched)
    waits = due_work.open_one(session, conversation_id, booking.MISSED_CALL)
    due = [waits.due_at.isoformat(), waits.not_after.isoformat() if waits.not_after else None] if waits else None
    attended = journeys.attended_on(session, conversation_id)
    yield touched
    session.flush()
    locks.alone(session, f"outcome:{viewer.staff_id}")
    row = session.get(LastOutcome, viewer.staff_id) or LastOutcome(staff_id=viewer.staff_id)
    row.conversation_id, row.result, row.at = conversation_id, result, now
    row.referral_id = touched.referral.id if touched.referral else None
    row.before = {"rows": before, "due": due, "attended_on": attended.isoformat() if attended else None}
    row.after = _picture(touched)
    session.add(row)
    session.flush()


def _picture(touched: Touched) -> dict[str, Any]:
    return {
        row.__tablename__: [row.id, {name: _plain(getattr(row, name)) for name in FIELDS[type(row)]}]
        for row in touched.rows
    }


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def last(session: Session, viewer: Viewer, now: datetime) -> Undo | None:
    """What this member of staff recorded last, while it can be taken back."""
    row = session.get(LastOutcome, viewer.staff_id)
    if row is None or now >= row.at + booking.HELD_BACK:
        return None
    return Undo(row.referral_id, row.result, row.at + booking.HELD_BACK)


def take_back(session: Session, viewer: Viewer, now: datetime) -> str:
    """All stands as it did before; "changed" where it is too late or somebody has changed it since. Audited."""
    row = session.get(LastOutcome, viewer.staff_id)
    if row is None or now >= row.at + booking.HELD_BACK:
        scopes.refuse(session, viewer, "outcome:last", "changed", now)
        return "changed"
    of = row.conversation_id
    conversations.lock(session, of)
    row = session.get(LastOutcome, viewer.staff_id, populate_existing=True)
    if row is None or row.conversation_id != of:
        scopes.refuse(session, viewer, "outcome:last", "changed", now)
        return "changed"
    found = {name: session.get(NAMES[name], number) for name, (number, _) in row.after.items()}
    if any(each is None or _has_changed(each, row.after[name][1]) for name, each in found.items()):
        scopes.refuse(session, viewer, f"referral:{row.referral_id}", "changed", now)
        return "changed"
    for name, each in found.items():
        _restore(each, row.before["rows"].get(name, [0, None])[1])
    _restore_message(session, row, now)
    journeys.set_attended(session, row.conversation_id, row.before["attended_on"])
    _tell_systems(session, found, now)
    audit.record(
        session, viewer.actor, "take_outcome_back", f"referral:{row.referral_id}", now, {"outcome": row.result}
    )
    session.delete(row)
    session.flush()
    return "kept"


def _fields(row: Any) -> dict[str, Any]:
    return {name: _plain(getattr(row, name)) for name in FIELDS[type(row)]}


def _has_changed(row: Any, after: Mapping[str, Any]) -> bool:
    """Whether it does not stand any more as it was left; that the person said more meanwhile is no change of an outcome."""
    return any(value != after[name] for name, value in _fields(row).items() if name != "changed_at")


def _restore(row: Any, before: Mapping[str, Any] | None) -> None:
    """As it was; a line that was not there before stays in the record, and says that it was taken back."""
    if before is None:
        row.kind, row.result = "note", TAKEN_BACK
        return
    for name in FIELDS[type(row)]:
        value = before[name]
        setattr(row, name, datetime.fromisoformat(value) if value and name.endswith(("at", "_at")) else value)


def _restore_message(session: Session, row: LastOutcome, now: datetime) -> None:
    """What the person would have been told is not said; what was to be said before still is."""
    due_work.cancel(session, row.conversation_id, (booking.MISSED_CALL,), now)
    if row.before["due"]:
        at, until = row.before["due"]
        not_after = datetime.fromisoformat(until) if until else None
        due_work.schedule(
            session, row.conversation_id, booking.MISSED_CALL, datetime.fromisoformat(at), not_after=not_after
        )


def _tell_systems(session: Session, found: Mapping[str, Any], now: datetime) -> None:
    call, referral = found.get(Appointment.__tablename__), found.get(Referral.__tablename__)
    if call is not None:
        team_hooks.happened(session, "outcome", call, now)
    elif referral is not None:
        team_hooks.told(session, "outcome", referral, now)
