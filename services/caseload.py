"""What a team has in front of it: calls, promises, alerts and hand-offs, and one referral's card.

`scope` is a team's id, None for every team, or "" for none. Whoever shows a person's record has it audited in the
same transaction (`read_card`, `read_day`); another team's record is not found, and that is audited, too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, booking, call_backs, duty, people, referrals, transcript
from services.clock import LONDON
from services.models import (
    Appointment,
    CallBack,
    Coach,
    Consent,
    DutyAlert,
    EligibilityDecision,
    Person,
    Referral,
    StaffMember,
    Team,
)
from services.transcript import Line

COMING = timedelta(days=14)
EARLIER = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class CallRow:
    """A booked call; `no_texts`: the person said STOP, so nothing reminds them."""

    id: int
    referral: int | None
    person: str
    coach: str
    team: str
    starts: datetime
    ends: datetime
    kind: str
    status: str
    no_texts: bool = False


@dataclass(frozen=True, slots=True)
class CallBackRow:
    """A promise to ring by a date (inclusive, in England)."""

    id: int
    referral: int | None
    person: str
    team: str
    reason: str
    due: date
    late: bool


@dataclass(frozen=True, slots=True)
class AlertRow:
    """A safety alert; `accepted_by` is a name once somebody took it on."""

    id: int
    referral: int | None
    person: str
    reason: str
    raised: datetime
    answer_by: datetime | None
    accepted_by: str | None
    late: bool


@dataclass(frozen=True, slots=True)
class HandOff:
    """A referral that was shared."""

    id: int
    reference: str
    person: str
    coach: str | None
    team: str
    at: datetime
    calls: int


@dataclass(frozen=True, slots=True)
class Day:
    """Everything on the first page."""

    today: tuple[CallRow, ...]
    coming: tuple[CallRow, ...]
    unrecorded: tuple[CallRow, ...]
    call_backs: tuple[CallBackRow, ...]
    alerts: tuple[AlertRow, ...]
    hand_offs: tuple[HandOff, ...]


@dataclass(frozen=True, slots=True)
class Card:
    """One referral, to be read in a minute."""

    id: int
    reference: str
    person: str
    phone: str | None
    answers: Mapping[str, Any]
    team: str
    coach: str | None
    channel: str
    at: datetime
    decision: str | None
    rules: Sequence[Mapping[str, Any]]
    consents: tuple[tuple[str, bool, datetime], ...]
    voicemail_ok: bool
    no_texts: bool
    calls: tuple[CallRow, ...]
    call_back: CallBackRow | None
    lines: tuple[Line, ...]


def read_day(session: Session, scope: str | None, staff_id: int, now: datetime) -> Day:
    """The first page of a team; the reading is audited."""
    audit.record(session, f"staff:{staff_id}", "read_day", f"team:{scope or '*'}", now)
    wall = now.astimezone(LONDON)
    midnight = datetime.combine(wall.date(), time(), LONDON)
    tomorrow = datetime.combine(wall.date() + timedelta(days=1), time(), LONDON)
    calls = [
        _call(session, row) for row in booking.calls_between(session, scope, midnight - EARLIER, tomorrow + COMING)
    ]
    return Day(
        today=tuple(call for call in calls if midnight <= call.starts < tomorrow),
        coming=tuple(call for call in calls if call.starts >= tomorrow),
        unrecorded=tuple(call for call in calls if call.starts < midnight and call.status == "booked"),
        call_backs=tuple(_call_back(session, row, wall.date()) for row in call_backs.waiting(session, scope)),
        alerts=tuple(_alert(session, row, now) for row in duty.open_alerts(session, scope)),
        hand_offs=tuple(_hand_off(session, row) for row in referrals.of_team(session, scope, limit=30)),
    )


def read_card(session: Session, referral_id: int, scope: str | None, staff_id: int, now: datetime) -> Card | None:
    """A referral's card; None when there is none for this team, and an attempt on another team's is audited."""
    row = in_scope(session, referral_id, scope, staff_id, now)
    if row is None:
        return None
    audit.record(session, f"staff:{staff_id}", "read", f"referral:{row.id}", now)
    return _card(session, row, now)


def in_scope(session: Session, referral_id: int, scope: str | None, staff_id: int, now: datetime) -> Referral | None:
    """The referral if it is this team's; another team's is audited as refused and not found."""
    row = session.get(Referral, referral_id)
    if row is not None and scope is not None and row.team_id != scope:
        audit.record(session, f"staff:{staff_id}", "refused", f"referral:{row.id}", now, {"team": scope})
        return None
    return row


def record_outcome(
    session: Session, appointment_id: int, outcome: str, scope: str | None, staff_id: int, now: datetime
) -> bool:
    """Record what came of a call (reached, not_reached, declined); False when it is not this team's or was moved."""
    call = session.get(Appointment, appointment_id)
    if call is None or (scope is not None and call.team_id != scope):
        audit.record(session, f"staff:{staff_id}", "refused", f"appointment:{appointment_id}", now)
        return False
    if not booking.record_outcome(session, appointment_id, outcome, now):
        return False
    audit.record(
        session, f"staff:{staff_id}", "record_outcome", f"appointment:{appointment_id}", now, {"outcome": outcome}
    )
    return True


def finish_call_back(
    session: Session, call_back_id: int, result: str, scope: str | None, staff_id: int, now: datetime
) -> bool:
    """Close a promise with what came of it (reached, not_reached); False when it is not this team's or was closed."""
    row = session.get(CallBack, call_back_id)
    if row is None or (scope is not None and row.team_id != scope):
        audit.record(session, f"staff:{staff_id}", "refused", f"call_back:{call_back_id}", now)
        return False
    if not call_backs.finish(session, call_back_id, result, now, staff_id):
        return False
    audit.record(session, f"staff:{staff_id}", "finish_call_back", f"call_back:{call_back_id}", now, {"result": result})
    return True


def accept_alert(session: Session, alert_id: int, scope: str | None, staff_id: int, now: datetime) -> bool:
    """Take an alert on; False when it is another team's or somebody has it. Alerts of no team are everybody's."""
    row = session.get(DutyAlert, alert_id)
    if row is None or (scope is not None and row.team_id not in (scope, None)):
        audit.record(session, f"staff:{staff_id}", "refused", f"alert:{alert_id}", now)
        return False
    if not duty.accept(session, alert_id, staff_id, now):
        return False
    audit.record(session, f"staff:{staff_id}", "accept", f"alert:{alert_id}", now)
    return True


def close_alert(session: Session, alert_id: int, scope: str | None, staff_id: int, now: datetime) -> bool:
    """Mark an alert as dealt with; False when it is another team's, nobody took it on, or it was closed before."""
    row = session.get(DutyAlert, alert_id)
    if row is None or (scope is not None and row.team_id not in (scope, None)):
        audit.record(session, f"staff:{staff_id}", "refused", f"alert:{alert_id}", now)
        return False
    if row.accepted_at is None or row.closed_at is not None:
        return False
    duty.close(session, alert_id, None, now)
    audit.record(session, f"staff:{staff_id}", "close", f"alert:{alert_id}", now)
    return True


def _person(session: Session, person_id: int) -> str:
    person = session.get(Person, person_id)
    return (person.name if person else None) or f"Person {person_id}"


def _coach(session: Session, coach_id: int | None) -> str | None:
    coach = session.get(Coach, coach_id) if coach_id else None
    return coach.name if coach else None


def _call(session: Session, row: Appointment) -> CallRow:
    return CallRow(
        id=row.id,
        referral=row.referral_id,
        person=_person(session, row.person_id),
        coach=_coach(session, row.coach_id) or "",
        team=session.get_one(Team, row.team_id).name,
        starts=row.starts_at,
        ends=row.ends_at,
        kind=row.kind,
        status=row.status,
        no_texts=people.is_stopped(session, row.conversation_id),
    )


def _call_back(session: Session, row: CallBack, today: date) -> CallBackRow:
    referral = referrals.current(session, row.person_id, row.team_id)
    return CallBackRow(
        id=row.id,
        referral=referral.id if referral else None,
        person=_person(session, row.person_id),
        team=session.get_one(Team, row.team_id).name,
        reason=row.reason,
        due=row.promised_by,
        late=row.promised_by < today,
    )


def _alert(session: Session, row: DutyAlert, now: datetime) -> AlertRow:
    person_id = people.address_row(session, row.conversation_id).person_id
    referral = referrals.current(session, person_id, row.team_id)
    taken = session.get(StaffMember, row.accepted_by) if row.accepted_by else None
    return AlertRow(
        id=row.id,
        referral=referral.id if referral else None,
        person=_person(session, person_id),
        reason=row.reason,
        raised=row.raised_at,
        answer_by=row.answer_by,
        accepted_by=(taken.name or taken.email) if taken else None,
        late=bool(row.answer_by and row.answer_by <= now and row.accepted_at is None),
    )


def _hand_off(session: Session, row: Referral) -> HandOff:
    calls = session.scalars(select(Appointment.id).where(Appointment.referral_id == row.id)).all()
    return HandOff(
        id=row.id,
        reference=row.reference,
        person=_person(session, row.person_id),
        coach=_coach(session, row.coach_id),
        team=session.get_one(Team, row.team_id).name,
        at=row.created_at,
        calls=len(calls),
    )


def _card(session: Session, row: Referral, now: datetime) -> Card:
    decision = session.get(EligibilityDecision, row.decision_id) if row.decision_id else None
    person = session.get_one(Person, row.person_id)
    promise = call_backs.waiting_for(session, row.person_id)
    ours = promise is not None and promise.team_id == row.team_id
    address = people.address_row(session, row.conversation_id)
    return Card(
        id=row.id,
        reference=row.reference,
        person=_person(session, row.person_id),
        phone=person.phone,
        answers=row.card or {},
        team=session.get_one(Team, row.team_id).name,
        coach=_coach(session, row.coach_id),
        channel=address.channel,
        at=row.created_at,
        decision=decision.answer if decision else None,
        rules=decision.rules if decision else [],
        consents=_consents(session, row.person_id),
        voicemail_ok=person.voicemail_ok,
        no_texts=address.stopped_at is not None,
        calls=_calls_of(session, row),
        call_back=_call_back(session, promise, now.astimezone(LONDON).date()) if promise and ours else None,
        lines=transcript.read(session, row.conversation_id, now, all_sent=True),
    )


def _calls_of(session: Session, row: Referral) -> tuple[CallRow, ...]:
    calls = select(Appointment).where(Appointment.referral_id == row.id).order_by(Appointment.starts_at.desc())
    return tuple(_call(session, call) for call in session.scalars(calls))


def _consents(session: Session, person_id: int) -> tuple[tuple[str, bool, datetime], ...]:
    """The newest word on each purpose."""
    rows = select(Consent).where(Consent.person_id == person_id).order_by(Consent.id)
    newest = {row.purpose: (row.purpose, row.given, row.at) for row in session.scalars(rows)}
    return tuple(newest.values())
