"""When coaches are busy by their own calendars: an address each, read regularly; only times are kept.

What was read last holds until it is read again: an outside meeting is not booked over because a server is down.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from services import audit, busy_files, coach_calendars, guarded_fetch, locks
from services.busy_files import Window
from services.db import Database
from services.errors import CalendarUnread
from services.models import Appointment, BusyTime, Coach, CoachCalendar
from services.scopes import Viewer

EVERY = timedelta(minutes=15)
STALE = timedelta(hours=3)
AHEAD = timedelta(days=100)
"""Longer than a team may offer calls ahead."""


@dataclass(frozen=True, slots=True)
class Busy:
    """How it stands with a coach's own calendar. `times`: how many busy times are kept."""

    site: str
    read_at: datetime | None
    tried_at: datetime | None
    problem: str | None
    times: int
    stale: bool


def state(session: Session, coach_id: int, now: datetime) -> Busy | None:
    """None when no address is given; of the address only the site is told."""
    row = session.get(CoachCalendar, coach_id)
    if row is None or row.busy_address is None:
        return None
    times = len(session.scalars(select(BusyTime.id).where(BusyTime.coach_id == coach_id)).all())
    site = guarded_fetch.place(row.busy_address, loopback=True).host
    return Busy(site, row.busy_read_at, row.busy_tried_at, row.busy_problem, times, _is_stale(row, now))


def _is_stale(row: CoachCalendar, now: datetime) -> bool:
    return row.busy_tried_at is not None and (row.busy_read_at is None or row.busy_read_at < now - STALE)


def stale(session: Session, now: datetime) -> int | None:
    """How many calendars have not been read for long; None when nobody gave one."""
    given = select(CoachCalendar).join(Coach, Coach.id == CoachCalendar.coach_id)
    rows = list(session.scalars(given.where(Coach.active, CoachCalendar.busy_address.is_not(None))))
    return sum(_is_stale(row, now) for row in rows) if rows else None


def unread(session: Session, viewer: Viewer, now: datetime) -> frozenset[int]:
    """The coaches of the viewer's teams whose own calendar has not been read for long."""
    given = select(CoachCalendar).join(Coach, Coach.id == CoachCalendar.coach_id)
    rows = given.where(viewer.within(Coach.team_id), Coach.active, CoachCalendar.busy_address.is_not(None))
    return frozenset(row.coach_id for row in session.scalars(rows) if _is_stale(row, now))


def give(
    session: Session, coach_id: int, address: str, viewer: Viewer, now: datetime, *, loopback: bool = False
) -> None:
    """Keep the address of a coach's own calendar; it is read within a moment. CalendarUnread `not_https` for a wrong one."""
    tidy = guarded_fetch.tidy(address)
    guarded_fetch.place(tidy, loopback=loopback)
    _set(session, coach_id, tidy)
    audit.record(session, viewer.actor, "give_calendar", f"coach:{coach_id}", now)


def take_away(session: Session, coach_id: int, viewer: Viewer, now: datetime) -> None:
    """Forget the address and every busy time that came from it."""
    _set(session, coach_id, None)
    audit.record(session, viewer.actor, "take_calendar_away", f"coach:{coach_id}", now)


def _set(session: Session, coach_id: int, address: str | None) -> None:
    row = coach_calendars.chosen(session, coach_id)
    row.busy_address = address
    row.busy_tried_at = row.busy_read_at = row.busy_problem = None
    session.execute(delete(BusyTime).where(BusyTime.coach_id == coach_id))
    session.flush()


def due(session: Session, now: datetime) -> int | None:
    """The coach whose calendar is to be read next; None when none is."""
    waits = or_(CoachCalendar.busy_tried_at.is_(None), CoachCalendar.busy_tried_at <= now - EVERY)
    rows = select(CoachCalendar.coach_id).join(Coach, Coach.id == CoachCalendar.coach_id)
    given = rows.where(Coach.active, CoachCalendar.busy_address.is_not(None), waits)
    return session.scalars(given.order_by(CoachCalendar.busy_tried_at.nulls_first()).limit(1)).first()


def read(db: Database, coach_id: int, now: datetime, *, loopback: bool = False) -> str | None:
    """Read one coach's calendar with no transaction open and keep its times; the code of what went wrong, or None."""
    with db.read() as session:
        row = session.get(CoachCalendar, coach_id)
        address = row.busy_address if row else None
    if address is None:
        return None
    try:
        found = busy_files.read(guarded_fetch.fetch(address, loopback=loopback), now, now + AHEAD)
    except CalendarUnread as wrong:
        _keep(db, coach_id, address, None, wrong.code, now)
        return wrong.code
    _keep(db, coach_id, address, found, None, now)
    return None


def _keep(
    db: Database, coach_id: int, address: str, found: list[Window] | None, problem: str | None, now: datetime
) -> None:
    """Nothing is kept when the address was changed meanwhile."""
    with db.write() as session:
        session.scalars(select(Coach.id).where(Coach.id == coach_id).with_for_update(key_share=True)).one()
        row = locks.get(session, CoachCalendar, coach_id, key_share=True)
        if row is None or row.busy_address != address:
            return
        row.busy_tried_at, row.busy_problem = now, problem
        if found is not None:
            row.busy_read_at = now
            _replace(session, coach_id, merged(_without_our_calls(session, coach_id, found)))


def _replace(session: Session, coach_id: int, times: list[Window]) -> None:
    rows = session.scalars(select(BusyTime).where(BusyTime.coach_id == coach_id)).all()
    if sorted((row.starts_at, row.ends_at) for row in rows) == times:
        return
    session.execute(delete(BusyTime).where(BusyTime.coach_id == coach_id))
    session.add_all(BusyTime(coach_id=coach_id, starts_at=starts, ends_at=ends) for starts, ends in times)


def _without_our_calls(session: Session, coach_id: int, found: list[Window]) -> list[Window]:
    """Some programs give our invitation another UID: an event of exactly a booked call's times is that call."""
    booked = select(Appointment.starts_at, Appointment.ends_at)
    ours = booked.where(Appointment.coach_id == coach_id, Appointment.status == "booked")
    calls = {(starts, ends) for starts, ends in session.execute(ours)}
    return [window for window in found if window not in calls]


def merged(windows: list[Window]) -> list[Window]:
    """Times that touch or overlap as one, in order."""
    joined: list[Window] = []
    for starts, ends in sorted(windows):
        if joined and starts <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(ends, joined[-1][1])
        else:
            joined.append((starts, ends))
    return joined
