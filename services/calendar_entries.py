"""Calls as calendar entries (RFC 5545): times in UTC, and not one word about health or a person."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from services.models import Appointment, Referral

if TYPE_CHECKING:
    from icalendar import Calendar
    from icalendar import Event as Entry

TITLE = "WorkWell call"
OURS = "@anydoor"
"""How every entry of ours ends its UID; what is read from a coach's own calendar is told apart by it."""


@dataclass(frozen=True)
class Event:
    """One entry. `uid` stays the same when the call is moved, and `sequence` rises."""

    uid: str
    title: str
    starts: datetime
    ends: datetime
    sequence: int = 0


def chain_of(session: Session, call: Appointment) -> Appointment:
    """The first call of a chain of moves."""
    while call.moved_from_id is not None:
        call = session.get_one(Appointment, call.moved_from_id)
    return call


def uid_of(first: Appointment) -> str:
    """The UID of every call of a chain, from its first one; the time of booking tells two sites apart."""
    return f"call-{first.id}-{int(first.created_at.timestamp())}{OURS}"


def reference_of(session: Session, call: Appointment) -> str:
    """What a coach finds the person by: the referral's reference, else the number of the call."""
    referral = session.get(Referral, call.referral_id) if call.referral_id else None
    return referral.reference if referral else str(call.id)


def event_of(session: Session, call: Appointment, title: str = "") -> Event:
    """A call as an entry, for its coach unless a title is given."""
    told = title or f"{TITLE} {reference_of(session, call)}"
    return Event(uid_of(chain_of(session, call)), told, call.starts_at, call.ends_at, call.moves)


def calendar(events: Iterable[Event], now: datetime) -> Calendar:
    """The entries as a calendar."""
    from icalendar import Calendar  # 3 MB that waits until somebody wants a file

    made = Calendar()
    made.add("prodid", "-//Anydoor//Calls//EN")
    made.add("version", "2.0")
    for event in events:
        made.add_component(entry(event, now))
    return made


def entry(event: Event, now: datetime) -> Entry:
    """One entry as icalendar writes it; `now` is when it was made."""
    from icalendar import Event as Entry

    made = Entry()
    made.add("uid", event.uid)
    made.add("dtstamp", now)
    made.add("dtstart", event.starts)
    made.add("dtend", event.ends)
    made.add("summary", event.title)
    made.add("sequence", event.sequence)
    made.add("class", "PRIVATE")
    return made
