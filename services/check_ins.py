"""Check-ins: a coach plans a question ("How did the meeting with your manager go?"), the person is asked on that day.

Sent at 10am in England on the day, never after 8pm, and not to who said STOP, wants no nudges or is talking with a coach.
A person has one planned check-in at most: another takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, conversations, due_work, people, reminders, scopes
from services.clock import LONDON
from services.models import CheckIn, Referral
from services.referrals import CLOSED
from services.scopes import Viewer

KIND = "check_in"
AT = time(10)
LONGEST_QUESTION, MOST_WORDS = 100, 500
AHEAD = timedelta(days=120)
ANSWERS = ("good", "hard", "ring", "no")


@dataclass(frozen=True, slots=True)
class CheckInRow:
    """One check-in as the card shows it. `state`: planned, asked, answered, taken_back or not_asked (the day has gone by)."""

    id: int
    question: str
    by: str
    due: datetime
    state: str
    answer: str | None
    words: str
    answered: datetime | None
    seen: bool


def plan(session: Session, referral_id: int, question: str, on: date, viewer: Viewer, now: datetime) -> bool | str:
    """Ask a question on a day. False when the referral is not theirs, "changed" when it is closed, "stopped" after STOP.

    ValueError for no question, one longer than `LONGEST_QUESTION`, or a day that is past or too far off.
    """
    referral = scopes.lock(session, Referral, referral_id, viewer, now)
    if referral is None:
        return False
    words, due = " ".join(question.split()), _due_at(on, now)
    if not words or len(words) > LONGEST_QUESTION or due is None:
        raise ValueError("a check-in has a question and a day to come")
    if referral.status in CLOSED:
        return "changed"
    if people.unwanted(session, referral.conversation_id, "reminder"):
        return "stopped"
    _take_back_planned(session, referral.conversation_id, now)
    row = CheckIn(referral_id=referral.id, person_id=referral.person_id, conversation_id=referral.conversation_id)
    row.staff_id, row.question, row.due_at, row.planned_at = viewer.staff_id, words, due, now
    session.add(row)
    session.flush()
    until = reminders.quiet_from(due)
    due_work.schedule(session, referral.conversation_id, KIND, due, not_after=until, subject_id=row.id)
    audit.record(session, viewer.actor, "plan_check_in", f"referral:{referral_id}", now, {"on": on.isoformat()})
    return True


def _due_at(on: date, now: datetime) -> datetime | None:
    """10am of the day; at once, between 8am and 8pm, when it is today and later already; None for a day that cannot be."""
    due = datetime.combine(on, AT, LONDON).astimezone(UTC)
    if due < now and on == now.astimezone(LONDON).date() and not reminders.is_quiet(now):
        return now
    return due if now <= due <= now + AHEAD else None


def _take_back_planned(session: Session, conversation_id: int, now: datetime) -> None:
    planned = select(CheckIn).where(CheckIn.conversation_id == conversation_id, CheckIn.asked_at.is_(None))
    for row in session.scalars(planned.where(CheckIn.taken_back_at.is_(None))):
        row.taken_back_at = now


def take_back(session: Session, check_in_id: int, viewer: Viewer, now: datetime) -> bool | str:
    """The question is not asked any more; False when it is not theirs, "changed" when it was asked already."""
    row = _theirs(session, check_in_id, viewer, now)
    if row is None:
        return False
    conversations.lock(session, row.conversation_id)
    session.refresh(row)
    if row.asked_at is not None or row.taken_back_at is not None:
        return "changed"
    row.taken_back_at = now
    due_work.cancel(session, row.conversation_id, (KIND,), now)
    audit.record(session, viewer.actor, "take_check_in_back", f"referral:{row.referral_id}", now)
    return True


def seen(session: Session, check_in_id: int, viewer: Viewer, now: datetime) -> bool:
    """A coach has read the answer: it waits no more. False when it is not theirs."""
    row = _theirs(session, check_in_id, viewer, now)
    if row is None:
        return False
    row.seen_at = row.seen_at or now
    audit.record(session, viewer.actor, "read_check_in", f"referral:{row.referral_id}", now)
    return True


def _theirs(session: Session, check_in_id: int, viewer: Viewer, now: datetime) -> CheckIn | None:
    row = session.get(CheckIn, check_in_id)
    referral = scopes.find(session, Referral, row.referral_id if row else 0, viewer, now)
    return row if referral is not None else None


def begin(session: Session, conversation_id: int, now: datetime) -> CheckIn | None:
    """The check-in to ask now, marked as asked in the turn that asks it; None when it was taken back meanwhile."""
    row = open_one(session, conversation_id, asked=False)
    if row is not None and row.due_at <= now:
        row.asked_at = now
        session.flush()
        return row
    return None


def open_one(session: Session, conversation_id: int, *, asked: bool) -> CheckIn | None:
    """The newest check-in of a conversation that is planned, or (`asked`) was asked."""
    rows = select(CheckIn).where(CheckIn.conversation_id == conversation_id, CheckIn.taken_back_at.is_(None))
    rows = rows.where(CheckIn.asked_at.is_not(None) if asked else CheckIn.asked_at.is_(None))
    return session.scalars(rows.order_by(CheckIn.id.desc())).first()


def keep_answer(session: Session, row: CheckIn, answer: str, words: str, now: datetime) -> None:
    """What the person said, in the turn in which they say it; said again, it is brought up to date and waits anew."""
    row.answer, row.words, row.answered_at, row.seen_at = answer, words[:MOST_WORDS] or None, now, None
    session.flush()


def of(session: Session, referral_id: int, now: datetime) -> tuple[CheckInRow, ...]:
    """A referral's check-ins, newest first."""
    rows = select(CheckIn).where(CheckIn.referral_id == referral_id).order_by(CheckIn.id.desc())
    return tuple(_row(session, row, now) for row in session.scalars(rows))


def _row(session: Session, row: CheckIn, now: datetime) -> CheckInRow:
    return CheckInRow(
        id=row.id,
        question=row.question,
        by=scopes.name_of(session, row.staff_id) or "",
        due=row.due_at,
        state=_state(row, now),
        answer=row.answer,
        words=row.words or "",
        answered=row.answered_at,
        seen=row.seen_at is not None,
    )


def _state(row: CheckIn, now: datetime) -> str:
    if row.taken_back_at is not None:
        return "taken_back"
    if row.answered_at is not None:
        return "answered"
    if row.asked_at is not None:
        return "asked"
    return "planned" if now <= reminders.quiet_from(row.due_at) else "not_asked"
