"""The link of a call, `/call/<token>`: whoever has it sees that call and may call it off."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import crypto
from services.models import Appointment

LINK_GOOD_FOR = timedelta(days=30)


def link_token(session: Session, appointment: Appointment) -> str:
    """The token of `/call/<token>`: an id and a mark that only this service can have made; nothing is stored."""
    mark = crypto.keys_of(session.get_bind()).sign("call", str(appointment.id))
    return f"{appointment.id}.{mark}"


def by_token(session: Session, token: str, now: datetime) -> Appointment | None:
    """The call a link stands for today: an old link leads to the call it was moved to.

    None for a wrong token, and `LINK_GOOD_FOR` after the end of the call.
    """
    number, _, mark = token.partition(".")
    if not (number.isdecimal() and len(number) < 19):
        return None
    if not crypto.keys_of(session.get_bind()).signed("call", str(int(number)), mark):
        return None
    row = session.get(Appointment, int(number))
    while row is not None:
        later = session.scalars(select(Appointment).where(Appointment.moved_from_id == row.id)).first()
        if later is None:
            return row if now < row.ends_at + LINK_GOOD_FOR else None
        row = later
    return None
