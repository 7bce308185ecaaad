"""The number at which a member of staff is texted about safety alerts: theirs once they typed in the code sent to it."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, crypto, locks, rate_limits, staff_texts
from services.models import StaffMember

CODE_DIGITS = 6
GOOD_FOR = timedelta(minutes=10)
CODES_A_DAY = 5
TRIES = 5


def ask(session: Session, member: StaffMember, number: str, now: datetime) -> Literal["asked", "taken", "too_often"]:
    """Send a code to a number (+447700900123) that somebody says is theirs; the old one stays until it is typed in."""
    if _owner(session, number) not in (None, member.id):
        return "taken"
    if not rate_limits.allow(session, f"staff-number:{member.id}", CODES_A_DAY, timedelta(days=1), now):
        return "too_often"
    code = "".join(secrets.choice("0123456789") for _ in range(CODE_DIGITS))
    until = now + GOOD_FOR
    member.phone_waiting = {"number": number, "code": code, "until": until.isoformat(), "tries": 0}
    staff_texts.queue(session, member, "confirm", {"code": code}, now, not_after=until, number=number)
    audit.record(session, f"staff:{member.id}", "number_asked", f"staff:{member.id}", now)
    return "asked"


def confirm(session: Session, member: StaffMember, code: str, now: datetime) -> bool:
    """Whether the code fits; then alerts are texted to the number from now on. Five tries, ten minutes (ASVS 6.5.5)."""
    member = locks.get_one(session, StaffMember, member.id)  # of many guesses at once each counts
    waiting = member.phone_waiting
    if not waiting or datetime.fromisoformat(waiting["until"]) <= now or waiting["tries"] >= TRIES:
        return False
    if not secrets.compare_digest(waiting["code"].encode(), code.strip().encode()):
        member.phone_waiting = {**waiting, "tries": waiting["tries"] + 1}
        session.flush()
        return False
    if _owner(session, waiting["number"]) not in (None, member.id):
        return False
    member.phone, member.phone_waiting = waiting["number"], None
    member.phone_index = crypto.keys_of(session.get_bind()).blind_index("phone", waiting["number"])
    session.flush()
    audit.record(session, f"staff:{member.id}", "number_on", f"staff:{member.id}", now)
    return True


def forget(session: Session, member: StaffMember, now: datetime) -> None:
    """No alert is texted to this account any more."""
    member.phone = member.phone_index = member.phone_waiting = None
    session.flush()
    audit.record(session, f"staff:{member.id}", "number_off", f"staff:{member.id}", now)


def member_at(session: Session, number: str) -> StaffMember | None:
    """The open account whose number this is; None for everybody else's."""
    owner = _owner(session, number)
    return session.get(StaffMember, owner) if owner is not None else None


def _owner(session: Session, number: str) -> int | None:
    indexes = crypto.keys_of(session.get_bind()).blind_indexes("phone", number)
    mine = select(StaffMember.id).where(StaffMember.phone_index.in_(indexes), StaffMember.disabled_at.is_(None))
    return session.scalars(mine.order_by(StaffMember.id)).first()
