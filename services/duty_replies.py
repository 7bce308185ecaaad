"""An alert taken on by text: the code that was sent, from the number it was sent to. Everything else is no business here.

Only a message that is nothing but a code, from a number that a member of staff has shown to be theirs, is taken; any
other text from that number is a person's, and is heard like everybody's.
"""

from __future__ import annotations

import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, duty, rate_limits, staff_phones, staff_texts
from services.db import Database
from services.messages import Inbound
from services.models import DutyAlert, DutyAsk, StaffMember

CODE = re.compile(
    r"\W*(?:(?:yes|ok|okay|taken?|accept(?:ed)?|mine)\b\W*)?(\d{3})[ -]?(\d{3})\W*", re.ASCII | re.IGNORECASE
)
TRIES_AN_HOUR = 10
STALE = timedelta(days=2)
"""An older code is answered as unknown."""


def code_in(text: str) -> str | None:
    """The six digits of a message that says nothing else ("482 913", "OK 482913"); None for any other."""
    found = CODE.fullmatch(text)
    return found[1] + found[2] if found else None


def may_be_code(inbound: Inbound) -> bool:
    """Whether a message could be a member of staff's, by its words alone: hardly any is."""
    return inbound.address.channel == "sms" and inbound.kind == "text" and code_in(inbound.text) is not None


def take(db: Database, inbound: Inbound, now: datetime) -> bool:
    """Take a code from a member of staff, whole in one transaction; False when the message is for somebody else.

    The same message delivered again changes nothing, and is answered once.
    """
    code = code_in(inbound.text) if may_be_code(inbound) else None
    if code is None:
        return False
    with db.read() as session:
        if staff_phones.member_at(session, inbound.address.value) is None:
            return False
    with db.write() as session:
        member = staff_phones.member_at(session, inbound.address.value)
        if member is None:
            return False
        if not staff_texts.answered(session, inbound.provider_id):
            _answer(session, member, code, inbound.provider_id, now)
    return True


def _answer(session: Session, member: StaffMember, code: str, provider_id: str, now: datetime) -> None:
    if not rate_limits.allow(session, f"duty-code:{member.id}", TRIES_AN_HOUR, timedelta(hours=1), now):
        audit.record(session, f"staff:{member.id}", "refused", "duty_code", now, {"why": "too_often"})
        return
    ask = _asked(session, member, code, now)
    if ask is None:
        audit.record(session, f"staff:{member.id}", "refused", "duty_code", now, {"why": "unknown"})
    kind = _take_on(session, ask, member, now) if ask else "unknown"
    number = ask.alert_id if ask else None
    staff_texts.queue(session, member, kind, {}, now, alert_id=number, answers=provider_id)


def _asked(session: Session, member: StaffMember, code: str, now: datetime) -> DutyAsk | None:
    """What this code was sent for; the newest where chance gave two the same."""
    rows = select(DutyAsk).where(DutyAsk.staff_id == member.id, DutyAsk.asked_at > now - STALE)
    mine = session.scalars(rows.order_by(DutyAsk.id.desc()))
    return next((row for row in mine if row.code and secrets.compare_digest(row.code, code)), None)


def _take_on(session: Session, ask: DutyAsk, member: StaffMember, now: datetime) -> str:
    """After its deadline a code is still good while nobody has taken the alert on: late help is help."""
    if not duty.accept(session, ask.alert_id, member.id, now):
        mine = session.get_one(DutyAlert, ask.alert_id).accepted_by == member.id
        return "yours" if mine else "too_late"
    audit.record(session, f"staff:{member.id}", "accept", f"alert:{ask.alert_id}", now, {"by": "text"})
    return "yours"
