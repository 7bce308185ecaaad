"""Texts to staff: a code for an alert, and what became of it. Queued with the commit, sent with no transaction open.

They name no person and no reason. Kinds are here, words in dialogs/staff_texts.yml. A number gets nothing before its
owner has typed in the code that was sent to it (services/staff_phones.py).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.orm import Session

from services import locks
from services.clock import real_now
from services.db import Database
from services.messages import Address, Outbound, PersonStopped, Receipt, Send, SendError, SendFailed, SendLater
from services.models import DutyAlert, DutyAsk, StaffMember, StaffText
from services.prepared import Prepared

KINDS = ("alert", "taken", "yours", "too_late", "unknown", "confirm")
GOOD_FOR = timedelta(minutes=30)
LEASE = timedelta(seconds=60)
FIRST_PAUSE = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=2)
OUTBOX_IDS = 1 << 40
"""Added to the id, so that no text to staff is ever taken for one to a person."""

Render = Callable[[str, Mapping[str, Any]], str]


@dataclass(frozen=True, slots=True)
class _Claimed:
    id: int
    kind: str
    filled: Mapping[str, Any]
    number: str
    repeat: bool
    first_attempt_at: datetime


def queue(
    session: Session,
    member: StaffMember,
    kind: str,
    filled: Mapping[str, Any],
    now: datetime,
    *,
    not_after: datetime | None = None,
    alert_id: int | None = None,
    number: str | None = None,
    answers: str | None = None,
) -> None:
    """Queue one text to a member of staff's number (`number`: one that is still to be confirmed).

    `answers`: the provider's id of the text that this one answers; a second answer to the same one is an IntegrityError.
    """
    to = number or member.phone
    if kind not in KINDS or not to:
        raise ValueError("a text to staff has a known kind and a number")
    row = StaffText(staff_id=member.id, alert_id=alert_id, kind=kind, number=to, filled=dict(filled), answers=answers)
    row.created_at, row.not_after = now, not_after or now + GOOD_FOR
    session.add(row)
    session.flush()


def drop_waiting(session: Session, alert_id: int, staff_id: int, now: datetime) -> int:
    """An alert's text that was not tried yet is not needed any more; how many."""
    session.flush()
    dropped = update(StaffText).where(
        StaffText.alert_id == alert_id,
        StaffText.staff_id == staff_id,
        StaffText.kind == "alert",
        StaffText.status == "queued",
        StaffText.attempts == 0,
    )
    done = session.connection().execute(dropped.values(status="dropped", reason="not_needed", settled_at=now))
    return done.rowcount


def answered(session: Session, provider_id: str) -> bool:
    """Whether a text of a member of staff was answered before: the provider delivers it again after a failure."""
    return session.scalars(select(StaffText.id).where(StaffText.answers == provider_id)).first() is not None


def of_alert(session: Session, alert_id: int) -> dict[int, str]:
    """What became of an alert's texts, by member of staff: queued, sending, sent, failed or dropped."""
    rows = select(StaffText.staff_id, StaffText.status).where(StaffText.alert_id == alert_id, StaffText.kind == "alert")
    return {row.staff_id: row.status for row in session.execute(rows)}


def deliver(db: Database, send: Send, render: Render, now: datetime, limit: int = 20) -> int:
    """Send what waits; answers how many were tried. The same lease and repeat rules as the outbox to people."""
    tried = 0
    while tried < limit:
        with db.read() as session:
            if _ANY_FREE.first(session, {"real": real_now()}) is None:
                return tried
        with db.write() as session:
            claimed = _claim(session, now)
        if claimed is not None:
            answer = _try(send, render, claimed)
            with db.write() as session:
                _settle(session, claimed.id, answer, now)
        tried += 1
    return tried


_FREE = (
    select(StaffText)
    .where(StaffText.status.in_(("queued", "sending")))
    .where(or_(StaffText.lease_until.is_(None), StaffText.lease_until <= bindparam("real")))
    .order_by(StaffText.id)
)
_NEXT = locks.on(_FREE.limit(1), skip_locked=True)
_ANY_FREE = Prepared(_FREE.with_only_columns(StaffText.id).limit(1))


def _claim(session: Session, now: datetime) -> _Claimed | None:
    row = session.scalars(_NEXT, {"real": real_now()}).first()
    if row is None:
        return None
    why = _not_needed(session, row, now)
    if why:
        row.status, row.reason, row.settled_at = "dropped", why, now
        return None
    repeat = row.status == "sending"
    row.status, row.attempts, row.lease_until = "sending", row.attempts + 1, real_now() + LEASE
    row.first_attempt_at = row.first_attempt_at or now
    return _Claimed(row.id, row.kind, dict(row.filled), row.number, repeat, row.first_attempt_at)


def _not_needed(session: Session, row: StaffText, now: datetime) -> str | None:
    """Too late, an account that was closed since, or an alert that somebody has by now."""
    member = session.get(StaffMember, row.staff_id)
    if row.not_after < now or member is None or member.disabled_at is not None:
        return "late" if row.not_after < now else "closed"
    alert = session.get(DutyAlert, row.alert_id) if row.alert_id and row.kind == "alert" else None
    return "not_needed" if alert is not None and alert.accepted_at is not None else None


def _try(send: Send, render: Render, claimed: _Claimed) -> Receipt | SendError:
    address = Address("sms", claimed.number)
    words = render(claimed.kind, claimed.filled)
    number = OUTBOX_IDS + claimed.id
    outbound = Outbound(number, address, words, (), "staff", claimed.repeat, claimed.first_attempt_at)
    try:
        return send(outbound)
    except SendError as wrong:
        return wrong
    except Exception as unexpected:  # a channel's mistake must not stop the others; the row is tried again
        return SendError(type(unexpected).__name__)


def _settle(session: Session, text_id: int, answer: Receipt | SendError, now: datetime) -> None:
    row = locks.get_one(session, StaffText, text_id)
    if isinstance(answer, Receipt):
        row.status, row.settled_at, row.lease_until = "sent", now, None
    elif isinstance(answer, SendFailed | PersonStopped):
        row.status, row.settled_at, row.lease_until = "failed", now, None
        row.reason = answer.reason if isinstance(answer, SendFailed) else "stopped"
        _ask_the_next(session, row, now)
    else:
        asked = answer.retry_after if isinstance(answer, SendLater) else None
        row.status = "queued" if isinstance(answer, SendLater) else "sending"
        pause = min(FIRST_PAUSE * (1 << min(row.attempts - 1, 10)), LONGEST_PAUSE)
        row.lease_until = real_now() + max(pause, timedelta(seconds=min(asked or 0, 600)))


def _ask_the_next(session: Session, row: StaffText, now: datetime) -> None:
    """A text that cannot arrive is not waited for: the alert goes to the next in line, and stays on this one's desk."""
    if row.kind == "alert":
        asked = update(DutyAsk).where(DutyAsk.alert_id == row.alert_id, DutyAsk.staff_id == row.staff_id)
        session.execute(asked.where(DutyAsk.answer_by > now).values(answer_by=now))
