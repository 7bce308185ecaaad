"""One referral's card, to be read in a minute; whoever is shown it has the reading audited in the same transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import (
    alerts,
    audit,
    call_backs,
    call_fit,
    caseload,
    check_ins,
    endings,
    notes,
    people,
    scopes,
    transcript,
    transfers,
    unanswered,
    waiting_list,
)
from services.alerts import AlertPage
from services.caseload import PlanRow
from services.check_ins import CheckInRow
from services.clock import LONDON
from services.desk_rows import (
    CallBackRow,
    CallRow,
    call_back_row,
    call_row,
    coach_name,
    needs_of,
    person_name,
    team_name,
    way_of,
)
from services.endings import Ending
from services.models import (
    Appointment,
    Consent,
    Conversation,
    EligibilityDecision,
    Person,
    Referral,
)
from services.notes import Note
from services.referrals import CLOSED, HANDED
from services.scopes import Viewer
from services.transcript import Line
from services.transfers import TransferRow


@dataclass(frozen=True, slots=True)
class Talk:
    """Who talks in the person's chat: the assistant, or a coach since a moment."""

    conversation: int
    channel: str
    coach: str | None
    since: datetime | None
    waits_since: datetime | None


@dataclass(frozen=True, slots=True)
class Waits:
    """A place on the waiting list: for what, since when, the how manieth; what is offered just now and until when."""

    reason: str
    since: datetime
    turn: int
    offered: datetime | None
    answer_by: datetime | None


@dataclass(frozen=True, slots=True)
class Card:
    """One referral, to be read in a minute."""

    id: int
    reference: str
    person: str
    phone: str | None
    answers: Mapping[str, Any]
    team: str
    coach_id: int | None
    coach: str | None
    channel: str
    way: str
    at: datetime
    status: str
    outcome: str | None
    decision: str | None
    rules: Sequence[Mapping[str, Any]]
    consents: tuple[tuple[str, bool, datetime], ...]
    voicemail_ok: bool
    no_texts: bool
    calls: tuple[CallRow, ...]
    call_back: CallBackRow | None
    waits: Waits | None
    arrange: tuple[str, ...]
    alerts: tuple[AlertPage, ...]
    talk: Talk
    notes: tuple[Note, ...]
    tries: int
    plan: PlanRow | None
    check_ins: tuple[CheckInRow, ...]
    transfers: tuple[TransferRow, ...]
    takers: tuple[tuple[str, str], ...]
    colleagues: tuple[tuple[int, str], ...]
    lines: tuple[Line, ...]
    ends: tuple[Ending, ...]

    @property
    def open_alerts(self) -> tuple[AlertPage, ...]:
        return tuple(each for each in self.alerts if each.alert.closed is None)

    @property
    def plan_mark(self) -> str:
        return caseload.plan_mark(self.plan)

    @property
    def is_handed(self) -> bool:
        """Whether another team has this person now."""
        return self.outcome == HANDED

    @property
    def to_record(self) -> CallRow | None:
        """The newest call that stands, whose outcome can be recorded or put right."""
        return next((call for call in self.calls if call.status not in ("moved", "called_off")), None)


def read(session: Session, referral_id: int, viewer: Viewer, now: datetime, action: str = "read") -> Card | None:
    """A referral's card; None when there is none for this team, and the try is audited."""
    row = scopes.find(session, Referral, referral_id, viewer, now)
    if row is None:
        return None
    audit.record(session, viewer.actor, action, f"referral:{row.id}", now)
    return _card(session, row, viewer, now)


def _card(session: Session, row: Referral, viewer: Viewer, now: datetime) -> Card:
    decision = session.get(EligibilityDecision, row.decision_id) if row.decision_id else None
    person = session.get_one(Person, row.person_id)
    address = people.address_row(session, row.conversation_id)
    calls = _calls_of(session, row)
    kind = next((call.kind for call in calls if call.status == "booked"), "phone")
    return Card(
        id=row.id,
        reference=row.reference,
        person=person_name(session, row.person_id),
        phone=person.phone,
        answers=row.card or {},
        team=team_name(session, row.team_id),
        coach_id=row.coach_id,
        coach=coach_name(session, row.coach_id),
        channel=address.channel,
        way=way_of(session, row, row.person_id),
        at=row.created_at,
        status=row.status,
        outcome=row.outcome,
        decision=decision.answer if decision else None,
        rules=decision.rules if decision else [],
        consents=_consents(session, row.person_id),
        voicemail_ok=person.voicemail_ok,
        no_texts=address.stopped_at is not None,
        calls=calls,
        call_back=_promise(session, row, now.astimezone(LONDON).date()),
        waits=_waits(session, row),
        arrange=tuple(call_fit.to_arrange(needs_of(row), kind)),
        alerts=alerts.of_conversation(session, viewer, row.conversation_id, now),
        talk=_talk(session, row, now),
        notes=notes.of(session, row.id),
        tries=notes.tries(session, row.id),
        plan=caseload.plan_of(session, row.id),
        check_ins=check_ins.of(session, row.id, now),
        transfers=transfers.of(session, row.id, now),
        takers=() if row.status in CLOSED else tuple((t.id, t.name) for t in transfers.teams_for(session, row, now)),
        colleagues=caseload.colleagues(session, row.team_id, but=row.coach_id),
        lines=_lines(session, row, now),
        ends=endings.of(row.card, now.astimezone(LONDON).date()),
    )


def _lines(session: Session, row: Referral, now: datetime) -> tuple[Line, ...]:
    """What was said; to a team that has handed the person on, only what was said until then."""
    lines = transcript.read(session, row.conversation_id, now, all_sent=True)
    handed = row.closed_at if row.outcome == HANDED else None
    return tuple(line for line in lines if handed is None or line.at <= handed)


def _promise(session: Session, row: Referral, today: date) -> CallBackRow | None:
    promise = call_backs.waiting_for(session, row.person_id)
    ours = promise is not None and promise.team_id == row.team_id
    return call_back_row(session, promise, today) if promise and ours else None


def _waits(session: Session, row: Referral) -> Waits | None:
    place = waiting_list.place_of(session, row.person_id)
    if place is None or place.team_id != row.team_id:
        return None
    offer = waiting_list.open_offer(session, place.id)
    turn = waiting_list.turn_of(session, place)
    return Waits(
        place.reason,
        place.joined_at,
        turn,
        offer.starts_at if offer else None,
        offer.answer_by if offer else None,
    )


def _talk(session: Session, row: Referral, now: datetime) -> Talk:
    thread = session.get_one(Conversation, row.conversation_id)
    waits = unanswered.of_referral(session, row.id, now)
    return Talk(
        conversation=thread.id,
        channel=thread.channel,
        coach=scopes.name_of(session, thread.coach_takeover_by) if thread.coach_takeover_at else None,
        since=thread.coach_takeover_at,
        waits_since=waits.since if waits else None,
    )


def _calls_of(session: Session, row: Referral) -> tuple[CallRow, ...]:
    calls = select(Appointment).where(Appointment.referral_id == row.id).order_by(Appointment.starts_at.desc())
    return tuple(call_row(session, call) for call in session.scalars(calls))


def _consents(session: Session, person_id: int) -> tuple[tuple[str, bool, datetime], ...]:
    """The newest word on each purpose."""
    rows = select(Consent).where(Consent.person_id == person_id).order_by(Consent.id)
    newest = {row.purpose: (row.purpose, row.given, row.at) for row in session.scalars(rows)}
    return tuple(newest.values())
