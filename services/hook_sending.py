"""Sending a team's events: claim, close the transaction, send, settle, as the outbox does (leases on real time).

Each team's messages are its own: one that is slow or down holds up nobody else. What does not arrive is tried for about
a day, ever more rarely, and is then given up ("dead"), to be replayed by hand. After a crash a message may come twice;
it has the same id then. Signed as Standard Webhooks says: HMAC-SHA256 over `id.timestamp.body`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from services import audit, consent, faults, guarded_fetch, hand_off, locks
from services.clock import real_now
from services.db import Database
from services.errors import CalendarUnread
from services.hand_off import HandOff
from services.models import Appointment, HookEvent, Referral, Team, TeamHook
from services.models.base import is_unsettled

LEASE = timedelta(seconds=60)
PAUSES = tuple(
    timedelta(seconds=seconds) for seconds in (5, 30, 120, 600, 1800, 3600, 3600, 7200, 7200, 14400, 14400, 28800)
)
AT_ONCE = 20

Describe = Callable[[HandOff], Mapping[str, Any]]
"""Makes the FHIR bundle of a referral; the words of the questions are content."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it is to be sent."""

    row_id: int
    lease: str
    address: str
    secret: str
    event_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Tried:
    """How sending went: `reason` None = it arrived."""

    reason: str | None


def deliver(db: Database, describe: Describe, now: datetime, *, loopback: bool = False) -> int:
    """Send what is due of every team, one after the other; a team that does not answer waits. How many were tried."""
    with db.read() as session:
        teams = list(session.scalars(_due(real_now()).with_only_columns(HookEvent.team_id).distinct().order_by(None)))
    return sum(_deliver_team(db, team_id, describe, now, loopback) for team_id in teams)


def _deliver_team(db: Database, team_id: str, describe: Describe, now: datetime, loopback: bool) -> int:
    for number in range(AT_ONCE):
        with db.write() as session:
            message = _claim(session, team_id, describe, now)
        if message is None:
            return number
        faults.point("after_claim_commit")
        tried = _send(message, loopback)
        faults.point("after_send")
        with db.write() as session:
            _settle(session, message, tried, now)
        if tried.reason is not None:
            return number + 1
    return AT_ONCE


def _due(real: datetime) -> Select[HookEvent]:
    """What may be sent; what is about the same person waits for what came before."""
    earlier = aliased(HookEvent)
    behind = exists().where(
        earlier.team_id == HookEvent.team_id,
        earlier.person_id == HookEvent.person_id,
        earlier.id < HookEvent.id,
        is_unsettled(earlier.status),
    )
    free = or_(HookEvent.lease_until.is_(None), HookEvent.lease_until <= real)
    ready = and_(is_unsettled(HookEvent.status), HookEvent.run_at <= real, free)
    return select(HookEvent).where(ready, ~behind).order_by(HookEvent.id)


def _claim(session: Session, team_id: str, describe: Describe, now: datetime) -> Message | None:
    """Claim the team's next message that may be sent; what may not, on the way to it, is dropped."""
    mine = _due(real_now()).where(HookEvent.team_id == team_id).limit(1)
    while (
        row := session.scalars(locks.on(mine, of=[HookEvent], skip_locked=True, key_share=True)).first()
    ) is not None:
        hook = session.get(TeamHook, team_id)
        body = _body(session, row, hook, describe, now) if hook and hook.active else "stopped"
        if hook is not None and isinstance(body, bytes):
            row.status, row.attempts = "sending", row.attempts + 1
            row.lease, row.lease_until = secrets.token_hex(8), real_now() + LEASE
            session.flush()
            return Message(row.id, row.lease, hook.address, hook.secret, row.event_id, body)
        row.status, row.reason, row.settled_at, row.lease, row.lease_until = "dropped", str(body), now, None, None
        session.flush()
    return None


def _body(session: Session, row: HookEvent, hook: TeamHook, describe: Describe, now: datetime) -> bytes | str:
    """What is sent, as things stand now; a word that says why nothing is."""
    if row.kind == "test":
        return _json({"id": row.event_id, "type": "test", "occurred_at": row.happened_at.isoformat()})
    referral = session.get(Referral, row.referral_id) if row.referral_id else None
    if referral is None or referral.team_id != row.team_id:
        return "no_referral"
    agreed = consent.current(session, referral.person_id, "share", referral.team_id)
    if agreed is None:
        return "no_consent"
    if row.attempts == 0:
        detail = {"as": f"hook:{hook.form}", "event": row.event_id}
        audit.record(session, "system", "hand_out", f"referral:{referral.id}", now, detail)
    told: dict[str, Any] = {
        "id": row.event_id,
        "type": row.kind,
        "occurred_at": row.happened_at.isoformat(),
        "team": session.get_one(Team, row.team_id).name,
        "reference": referral.reference,
        "status": referral.status,
        "outcome": referral.outcome,
        "call": _call(session.get(Appointment, row.appointment_id)) if row.appointment_id else None,
    }
    if hook.form == "fhir":
        told["fhir"] = describe(hand_off.of(session, referral, agreed))
    return _json(told)


def _call(row: Appointment | None) -> dict[str, str] | None:
    if row is None:
        return None
    starts, ends = row.starts_at.isoformat(), row.ends_at.isoformat()
    return {"id": str(row.id), "starts": starts, "ends": ends, "kind": row.kind, "status": row.status}


def _json(told: Mapping[str, Any]) -> bytes:
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def signature(secret: str, event_id: str, timestamp: str, body: bytes) -> str:
    """`v1,` and the base64 of HMAC-SHA256 over id, timestamp (Unix seconds) and body."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    mark = hmac.new(key, f"{event_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(mark).decode()


def _send(message: Message, loopback: bool) -> Tried:
    timestamp = str(int(real_now().timestamp()))
    headers = {
        "Content-Type": "application/json",
        "webhook-id": message.event_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": signature(message.secret, message.event_id, timestamp, message.body),
    }
    try:
        status = guarded_fetch.post(message.address, message.body, headers, loopback=loopback)
    except CalendarUnread as wrong:
        return Tried(wrong.code)
    return Tried(None if 200 <= status < 300 else f"status_{status}")


def _settle(session: Session, message: Message, tried: Tried, now: datetime) -> None:
    row = locks.get(session, HookEvent, message.row_id, key_share=True)
    if row is None or row.lease != message.lease:
        return  # erased meanwhile, or somebody else's to settle by now
    row.lease = row.lease_until = None
    row.reason = tried.reason
    if tried.reason is None:
        row.status, row.settled_at = "sent", now
    elif row.attempts > len(PAUSES):
        row.status, row.settled_at = "dead", now
    else:
        row.status, row.run_at = "queued", real_now() + PAUSES[row.attempts - 1]
    session.flush()
