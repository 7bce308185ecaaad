"""Which of several processes leads in something (Telegram's polling, the sealing of the audit); real time."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from services import locks
from services.clock import real_now
from services.models import Lease


def lead(session: Session, name: str, holder: str, seconds: float = 30) -> bool:
    """Take or renew the lead for some seconds; False while another holder has it."""
    until = real_now() + timedelta(seconds=seconds)
    row = session.scalars(locks.on(select(Lease).where(Lease.name == name))).first()
    if row is None:
        try:
            with session.begin_nested():
                session.add(Lease(name=name, holder=holder, until=until))
        except IntegrityError:
            return False
        return True
    if row.holder != holder and row.until > real_now():
        return False
    row.holder, row.until = holder, until
    session.flush()
    return True


def resign(session: Session, name: str, holder: str) -> None:
    """Give the lead up, so that the next one need not wait."""
    session.execute(delete(Lease).where(Lease.name == name, Lease.holder == holder))
