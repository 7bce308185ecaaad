"""What coaches write into a referral's record: notes, tries to reach the person, outcomes, hand-overs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services import scopes
from services.models import DeskNote, Referral

MOST_CHARACTERS = 2000
Kind = Literal["note", "try", "outcome", "hand_over", "alert"]
IN_VAIN = ("not_reached", "written")
"""Results of a try after which nobody has been reached yet."""


@dataclass(frozen=True, slots=True)
class Note:
    """One line of the record, by whom and when; `result` is a code."""

    at: datetime
    by: str
    kind: str
    result: str | None
    words: str


def add(
    session: Session,
    referral: Referral,
    kind: Kind,
    staff_id: int,
    now: datetime,
    *,
    words: str = "",
    result: str | None = None,
    appointment_id: int | None = None,
    call_back_id: int | None = None,
) -> DeskNote:
    """Write one line in the caller's transaction; words over 2,000 characters are a ValueError."""
    if len(words) > MOST_CHARACTERS:
        raise ValueError(f"a note has {MOST_CHARACTERS} characters at most")
    row = DeskNote(
        referral_id=referral.id,
        person_id=referral.person_id,
        team_id=referral.team_id,
        staff_id=staff_id,
        at=now,
        kind=kind,
        result=result,
        appointment_id=appointment_id,
        call_back_id=call_back_id,
        words=words.strip() or None,
    )
    session.add(row)
    session.flush()
    return row


def of(session: Session, referral_id: int) -> tuple[Note, ...]:
    """The record, newest first."""
    rows = select(DeskNote).where(DeskNote.referral_id == referral_id).order_by(DeskNote.id.desc())
    return tuple(_note(session, row) for row in session.scalars(rows))


def _note(session: Session, row: DeskNote) -> Note:
    return Note(row.at, scopes.name_of(session, row.staff_id) or "", row.kind, row.result, row.words or "")


def outcome_of(session: Session, appointment_id: int) -> DeskNote | None:
    """The outcome written down for a call, to be corrected; None when there is none."""
    rows = select(DeskNote).where(DeskNote.appointment_id == appointment_id, DeskNote.kind == "outcome")
    return session.scalars(rows.order_by(DeskNote.id.desc())).first()


def tries(session: Session, referral_id: int) -> int:
    """How often somebody rang or wrote and did not reach the person since they were last reached."""
    rang = select(DeskNote.id, DeskNote.result).where(
        DeskNote.referral_id == referral_id, DeskNote.kind.in_(("try", "outcome"))
    )
    count = 0
    for _, result in session.execute(rang.order_by(DeskNote.id.desc())):
        if result not in IN_VAIN:
            break
        count += 1
    return count


def any_try(session: Session, referral_id: int) -> bool:
    """Whether somebody has tried at all; a call that was moved is no try."""
    made = select(func.count()).where(
        DeskNote.referral_id == referral_id, DeskNote.kind.in_(("try", "outcome")), DeskNote.result != "moved"
    )
    return bool(session.scalar(made))
