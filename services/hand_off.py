"""A referral for another system: FHIR R4 (JSON) and one row of CSV. Only while the person agrees to share; audited.

The resources are those that the NHS Booking and Referral Standard uses (ServiceRequest, Patient, Appointment, and a
QuestionnaireResponse for the answers), in a plain collection: the standard's message header names the sending and the
receiving system, which we do not know. Codes are ours, with the words the person saw beside them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, consent, scopes
from services.models import Appointment, Coach, Consent, Person, Referral, Team
from services.scopes import Viewer
from services.tables_in_out import csv_bytes

CODES = "urn:anydoor:answers"
STATUS = {"shared": "active", "active": "active", "closed": "completed", "declined": "revoked", "withdrawn": "revoked"}
CALLS = {
    "booked": "booked",
    "reached": "fulfilled",
    "not_reached": "noshow",
    "declined": "cancelled",
    "moved": "cancelled",
    "called_off": "cancelled",
}
Format = Literal["fhir", "csv"]


@dataclass(frozen=True, slots=True)
class Call:
    """One call: number, when (UTC), how, what became of it, with whom."""

    id: int
    starts: datetime
    ends: datetime
    kind: str
    status: str
    coach: str


@dataclass(frozen=True, slots=True)
class HandOff:
    """What leaves: the person's answers (`card`), and what is known of them and their calls."""

    reference: str
    team: str
    status: str
    at: datetime
    changed_at: datetime
    agreed_at: datetime
    person: str
    phone: str
    calls: tuple[Call, ...]
    card: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Answer:
    """One question and what was said: codes, each with its words."""

    id: str
    question: str
    values: tuple[tuple[str, str], ...]


def take_out(
    session: Session, referral_id: int, viewer: Viewer, now: datetime, form: Format
) -> HandOff | Literal["no_consent"] | None:
    """Read a referral to hand it out, audited. None for another team's, "no_consent" once sharing was taken back."""
    row = scopes.find(session, Referral, referral_id, viewer, now)
    if row is None:
        return None
    agreed = consent.current(session, row.person_id, "share", row.team_id)
    if agreed is None:
        scopes.refuse(session, viewer, f"referral:{row.id}", "no_consent", now)
        return "no_consent"
    audit.record(session, viewer.actor, "hand_out", f"referral:{row.id}", now, {"as": form})
    return of(session, row, agreed)


def of(session: Session, row: Referral, agreed: Consent) -> HandOff:
    """What of a referral may leave; the caller has made sure of the consent, and audits that it leaves."""
    person, team = session.get_one(Person, row.person_id), session.get_one(Team, row.team_id)
    return HandOff(
        reference=row.reference,
        team=team.name,
        status=row.status,
        at=row.created_at,
        changed_at=row.changed_at,
        agreed_at=agreed.at,
        person=person.name or "",
        phone=person.phone or "",
        calls=tuple(_calls(session, row)),
        card=row.card or {},
    )


def _calls(session: Session, row: Referral) -> list[Call]:
    rows = select(Appointment).where(Appointment.referral_id == row.id).order_by(Appointment.starts_at)
    names = {coach.id: coach.name for coach in session.scalars(select(Coach).where(Coach.team_id == row.team_id))}
    return [
        Call(each.id, each.starts_at, each.ends_at, each.kind, each.status, names.get(each.coach_id, ""))
        for each in session.scalars(rows)
    ]


def bundle(out: HandOff, answers: Sequence[Answer], now: datetime) -> dict[str, Any]:
    """The referral as a FHIR R4 Bundle; resources name each other by `urn:`."""
    resources = [
        _request(out),
        _patient(out),
        _response(out, answers),
        *(_appointment(out, call) for call in out.calls),
    ]
    entries = [{"fullUrl": f"urn:anydoor:{each['resourceType']}:{each['id']}", "resource": each} for each in resources]
    return {"resourceType": "Bundle", "type": "collection", "timestamp": _instant(now), "entry": entries}


def _instant(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")


def _of(out: HandOff, kind: str) -> dict[str, str]:
    return {"reference": f"urn:anydoor:{kind}:{out.reference}"}


def _request(out: HandOff) -> dict[str, Any]:
    return {
        "resourceType": "ServiceRequest",
        "id": out.reference,
        "identifier": [{"system": "urn:anydoor:reference", "value": out.reference}],
        "status": STATUS.get(out.status, "unknown"),
        "intent": "proposal",
        "code": {"text": "Self-referral to WorkWell"},
        "subject": _of(out, "Patient"),
        "requester": _of(out, "Patient"),
        "performer": [{"display": out.team}],
        "authoredOn": _instant(out.at),
        "supportingInfo": [_of(out, "QuestionnaireResponse")],
    }


def _patient(out: HandOff) -> dict[str, Any]:
    """No NHS number: it is never asked."""
    found: dict[str, Any] = {"resourceType": "Patient", "id": out.reference}
    if out.person:
        found["name"] = [{"use": "usual", "text": out.person}]
    if out.phone:
        found["telecom"] = [{"system": "phone", "value": out.phone, "use": "mobile"}]
    if out.card.get("postcode"):
        found["address"] = [{"postalCode": str(out.card["postcode"])}]
    return found


def _response(out: HandOff, answers: Sequence[Answer]) -> dict[str, Any]:
    return {
        "resourceType": "QuestionnaireResponse",
        "id": out.reference,
        "status": "completed",
        "subject": _of(out, "Patient"),
        "basedOn": [_of(out, "ServiceRequest")],
        "authored": _instant(out.changed_at),
        "item": [
            {
                "linkId": each.id,
                "text": each.question,
                "answer": [_value(code, words) for code, words in each.values],
            }
            for each in answers
        ],
    }


def _value(code: str, words: str) -> dict[str, Any]:
    """What was picked is a code with its words; what was typed is words."""
    return (
        {"valueString": words} if code == words else {"valueCoding": {"system": CODES, "code": code, "display": words}}
    )


def _appointment(out: HandOff, call: Call) -> dict[str, Any]:
    return {
        "resourceType": "Appointment",
        "id": str(call.id),
        "status": CALLS.get(call.status, "booked"),
        "description": f"First call ({call.kind})",
        "start": _instant(call.starts),
        "end": _instant(call.ends),
        "basedOn": [_of(out, "ServiceRequest")],
        "participant": [
            {"actor": _of(out, "Patient"), "status": "accepted"},
            {"actor": {"display": call.coach}, "status": "accepted"},
        ],
    }


def table(out: HandOff, answers: Sequence[Answer]) -> bytes:
    """The referral as CSV: a row of names, a row of values, of the calls the newest that stands; no cell is a formula."""
    standing = [call for call in out.calls if call.status not in ("moved", "called_off")]
    call = standing[-1] if standing else None
    row = {
        "reference": out.reference,
        "team": out.team,
        "status": out.status,
        "referred_at": _instant(out.at),
        "agreed_to_share_at": _instant(out.agreed_at),
        "person": out.person,
        "phone_number": out.phone,
        "call_at": _instant(call.starts) if call else "",
        "call_kind_booked": call.kind if call else "",
        "call_status": call.status if call else "",
        "coach": call.coach if call else "",
        **{each.id: "; ".join(words for _, words in each.values) for each in answers},
    }
    on_one_line = [" ".join(value.split()) for value in row.values()]  # what begins with a blank is a formula to some
    return csv_bytes(list(row), [on_one_line])
