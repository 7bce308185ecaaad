"""Rows of the desk's lists: calls and promises, with the names a coach reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from services import call_fit, diary, people, referrals
from services.models import Appointment, CallBack, Coach, Person, Referral, Team


@dataclass(frozen=True, slots=True)
class CallRow:
    """A call; `no_texts`: the person said STOP; `clashes`: codes of what does not suit what they need.

    `in_leave`: the coach is away then, and the call was kept; `way`: how this person is got in touch with (`call_fit.WAYS`).
    """

    id: int
    referral: int | None
    person: str
    coach_id: int
    coach: str
    team: str
    starts: datetime
    ends: datetime
    kind: str
    status: str
    no_texts: bool = False
    clashes: tuple[str, ...] = ()
    in_leave: bool = False
    way: str = "phone"


@dataclass(frozen=True, slots=True)
class CallBackRow:
    """A promise to be in touch by a date (inclusive, in England); `way`: how, one of `call_fit.WAYS`."""

    id: int
    referral: int | None
    person: str
    team: str
    reason: str
    due: date
    late: bool
    way: str


def person_name(session: Session, person_id: int) -> str:
    """The name to use, or a number where none is known."""
    person = session.get(Person, person_id)
    return (person.name if person else None) or f"Person {person_id}"


def coach_name(session: Session, coach_id: int | None) -> str | None:
    """A coach's name, also of one who left."""
    coach = session.get(Coach, coach_id) if coach_id else None
    return coach.name if coach else None


def team_name(session: Session, team_id: str) -> str:
    """A team's name in full."""
    return session.get_one(Team, team_id).name


def call_row(session: Session, row: Appointment) -> CallRow:
    """A call as a row."""
    referral = session.get(Referral, row.referral_id) if row.referral_id else None
    stopped = people.is_stopped(session, row.conversation_id)
    return CallRow(
        id=row.id,
        referral=row.referral_id,
        person=person_name(session, row.person_id),
        coach_id=row.coach_id,
        coach=coach_name(session, row.coach_id) or "",
        team=team_name(session, row.team_id),
        starts=row.starts_at,
        ends=row.ends_at,
        kind=row.kind,
        status=row.status,
        no_texts=stopped,
        clashes=tuple(_clashes(session, row, referral, stopped)) if row.status == "booked" else (),
        in_leave=row.status == "booked" and diary.is_away(session, row.coach_id, row.starts_at, row.ends_at),
        way=way_of(session, referral, row.person_id),
    )


def way_of(session: Session, referral: Referral | None, person_id: int) -> str:
    """How this person is got in touch with; where nothing was handed over, by phone, or in writing without a number."""
    card = (referral.card or {}) if referral else {}
    return call_fit.way(card, has_number=bool(session.get_one(Person, person_id).phone or card.get("phone")))


def _clashes(session: Session, row: Appointment, referral: Referral | None, stopped: bool) -> list[str]:
    needs = needs_of(referral)
    number = session.get_one(Person, row.person_id).phone
    return call_fit.clashes(needs, row.kind, has_number=bool(number), no_texts=stopped)


def needs_of(referral: Referral | None) -> list[str]:
    """How the person said they can talk: codes of the answer `call_needs`."""
    found = (referral.card or {}).get("call_needs") if referral else None
    return [str(each) for each in found] if isinstance(found, list) else []


def call_back_row(session: Session, row: CallBack, today: date) -> CallBackRow:
    """A promise as a row; late after its day."""
    referral = referrals.current(session, row.person_id, row.team_id)
    return CallBackRow(
        id=row.id,
        referral=referral.id if referral else None,
        person=person_name(session, row.person_id),
        team=team_name(session, row.team_id),
        reason=row.reason,
        due=row.promised_by,
        late=row.promised_by < today,
        way=way_of(session, referral, row.person_id),
    )
