"""What a coach chose for their own calendar: invitations by mail or none."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, crypto, invitations, locks
from services.calendar_entries import reference_of
from services.models import Appointment, Coach, CoachCalendar, Invitation, StaffMember
from services.scopes import Viewer


@dataclass(frozen=True, slots=True)
class Refused:
    """A call whose invitation the mail server would not take."""

    reference: str
    starts: datetime
    method: str


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a coach's page shows of their calendar."""

    coach_id: int
    address: str
    wants_mail: bool
    feed_token: str
    refused: tuple[Refused, ...]


def read(session: Session, coach_id: int, now: datetime) -> Calendar:
    """One coach's calendar as it is now."""
    failed = tuple(_refused(session, row) for row in invitations.refused(session, now, coach_id))
    token = feed_token(session, coach_id)
    return Calendar(coach_id, address_of(session, coach_id), wants_mail(session, coach_id), token, failed)


def _refused(session: Session, row: Invitation) -> Refused:
    call = session.get_one(Appointment, row.appointment_id)
    return Refused(reference_of(session, call), call.starts_at, row.method)


def address_of(session: Session, coach_id: int) -> str:
    """Where mail to a coach goes: the address in the team's table, else that of their account; "" for none."""
    coach = session.get_one(Coach, coach_id)
    if coach.email:
        return coach.email
    accounts = select(StaffMember).where(StaffMember.coach_id == coach_id, StaffMember.disabled_at.is_(None))
    account = session.scalars(accounts.order_by(StaffMember.id)).first()
    return account.email if account else ""


def wants_mail(session: Session, coach_id: int) -> bool:
    """Whether a coach wants invitations: yes, until they say no."""
    row = session.get(CoachCalendar, coach_id)
    return row is None or row.mails


def feed_token(session: Session, coach_id: int) -> str:
    """The secret of a coach's feed: an id and a mark that only this service can have made; nothing is stored."""
    return f"{coach_id}.{crypto.keys_of(session.get_bind()).sign('calendar', _feed_of(session, coach_id))}"


def coach_of_feed(session: Session, token: str) -> Coach | None:
    """The coach whose feed this is; None for a wrong token, one that was replaced, and a coach who has left."""
    number, _, mark = token.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    coach = session.get(Coach, int(number))
    if coach is None or not coach.active:
        return None
    signed = crypto.keys_of(session.get_bind()).signed("calendar", _feed_of(session, coach.id), mark)
    return coach if signed else None


def _feed_of(session: Session, coach_id: int) -> str:
    """What is signed: the coach, and how often the address was made anew."""
    row = session.get(CoachCalendar, coach_id)
    return f"{coach_id}/{row.feed}" if row and row.feed else str(coach_id)


def renew_feed(session: Session, coach_id: int, viewer: Viewer, now: datetime) -> None:
    """Make a new address for the feed; the old one is good no more."""
    chosen(session, coach_id).feed += 1
    session.flush()
    audit.record(session, viewer.actor, "renew_feed", f"coach:{coach_id}", now)


def chosen(session: Session, coach_id: int) -> CoachCalendar:
    """The row of a coach's choices, locked; made when there is none yet."""
    locks.alone(session, f"calendar:{coach_id}")
    row = locks.get(session, CoachCalendar, coach_id)
    if row is None:
        row = CoachCalendar(coach_id=coach_id, mails=True, feed=0)
        session.add(row)
        session.flush()
    return row


def want_mail(session: Session, coach_id: int, wanted: bool, viewer: Viewer, now: datetime) -> None:
    """Turn invitations on or off; those that already wait go by what is chosen when their turn comes."""
    chosen(session, coach_id).mails = wanted
    detail = {"mails": "yes" if wanted else "no"}
    audit.record(session, viewer.actor, "choose_calendar", f"coach:{coach_id}", now, detail)
