"""The desk's first pages: today and the week. Whoever is shown one has the reading audited in the same transaction."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, and_, cast, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from services import alerts, audit, booking, busy, caseload, scopes, waiting, working_time
from services.alerts import AlertRow
from services.clock import LONDON
from services.desk_rows import CallRow, call_row, coach_name, person_name, team_name
from services.models import (
    Absence,
    Appointment,
    BusyTime,
    CallBack,
    CheckIn,
    Coach,
    Conversation,
    DutyAlert,
    DutyAsk,
    MessageIn,
    MessageOut,
    Plan,
    Referral,
)
from services.referrals import CLOSED
from services.scopes import Viewer
from services.waiting import Queue

NEW_FOR = timedelta(days=7)
MOST_NEW = 30
LATELY = 2000
"""Messages, of everybody's; an older one that is settled only now shows at the next change."""


@dataclass(frozen=True, slots=True)
class HandOff:
    """A referral that was shared."""

    id: int
    reference: str
    person: str
    coach: str | None
    team: str
    at: datetime
    calls: int


@dataclass(frozen=True, slots=True)
class Day:
    """Everything on the first page. `opens`: when the desk is next open, None while it is."""

    alerts: tuple[AlertRow, ...]
    today: tuple[CallRow, ...]
    queue: Queue
    hand_offs: tuple[HandOff, ...]
    opens: datetime | None


@dataclass(frozen=True, slots=True)
class AwayRow:
    """Who is away on a day; `starts`, `ends` where they fall inside it."""

    name: str
    starts: datetime | None
    ends: datetime | None


@dataclass(frozen=True, slots=True)
class BusyRow:
    """When a coach is busy by their own calendar; `stale`: it has not been read for long, so newer meetings are missing."""

    name: str
    starts: datetime | None
    ends: datetime | None
    stale: bool


@dataclass(frozen=True, slots=True)
class Column:
    """One day of the week's page. `covered`: booked calls that a meeting of the coach's own calendar covers, by id."""

    day: date
    calls: tuple[CallRow, ...]
    contacts: tuple[tuple[int, str, str], ...]
    away: tuple[AwayRow, ...]
    busy: tuple[BusyRow, ...]
    covered: frozenset[int]
    works: bool


def read_day(session: Session, viewer: Viewer, now: datetime, *, own: bool = False) -> Day:
    """Today of a team, or with `own` of one coach and of those they cover for."""
    audit.record(session, viewer.actor, "read_day", f"team:{viewer.scope or '*'}", now)
    today = now.astimezone(LONDON).date()
    calls = _calls(session, viewer, today, today + timedelta(days=1), own=own)
    return Day(
        alerts=alerts.open_ones(session, viewer, now, words=True),
        today=tuple(calls),
        queue=waiting.read(session, viewer, now, own=own),
        hand_offs=_new_ones(session, viewer, now),
        opens=None if working_time.is_open(now) else working_time.opens_next(now),
    )


def read_queue(session: Session, viewer: Viewer, now: datetime, *, own: bool = False) -> Queue:
    """All that waits; the reading is audited."""
    audit.record(session, viewer.actor, "read_queue", f"team:{viewer.scope or '*'}", now)
    return waiting.read(session, viewer, now, own=own, words=True)


def read_week(
    session: Session, viewer: Viewer, monday: date, now: datetime, *, own: bool = False
) -> tuple[Column, ...]:
    """The seven days from a Monday on; Saturday and Sunday only where something is in them."""
    audit.record(session, viewer.actor, "read_week", f"team:{viewer.scope or '*'}", now)
    days = [monday + timedelta(days=number) for number in range(7)]
    unread = busy.unread(session, viewer, now)
    columns = [_column(session, viewer, day, unread, own=own) for day in days]
    return tuple(column for column in columns if column.day.weekday() < 5 or column.calls or column.contacts)


def _column(session: Session, viewer: Viewer, day: date, unread: Collection[int], *, own: bool) -> Column:
    calls = _calls(session, viewer, day, day + timedelta(days=1), own=own)
    works = working_time.is_open(datetime.combine(day, working_time.OPENS, LONDON))
    times = _busy_times(session, viewer, day, own=own)
    begins, over = _bounds(day)
    return Column(
        day,
        tuple(calls),
        _contacts(session, viewer, day, own=own),
        _away(session, viewer, day),
        tuple(BusyRow(coach.name, *_inside(row, begins, over), coach.id in unread) for row, coach in times),
        frozenset(call.id for call in calls if any(_covers(row, call) for row, _ in times)),
        works,
    )


def _bounds(day: date) -> tuple[datetime, datetime]:
    begins, over = (datetime.combine(each, time(), LONDON) for each in (day, day + timedelta(days=1)))
    return begins, over


def _busy_times(session: Session, viewer: Viewer, day: date, *, own: bool) -> list[tuple[BusyTime, Coach]]:
    begins, over = _bounds(day)
    rows = select(BusyTime, Coach).join(Coach, Coach.id == BusyTime.coach_id)
    rows = rows.where(viewer.within(Coach.team_id), Coach.active, BusyTime.starts_at < over, BusyTime.ends_at > begins)
    if own:
        rows = rows.where(Coach.id.in_(caseload.looks_after(session, viewer, day)))
    return [(row[0], row[1]) for row in session.execute(rows.order_by(BusyTime.starts_at, Coach.name))]


def _inside(row: BusyTime, begins: datetime, over: datetime) -> tuple[datetime | None, datetime | None]:
    starts, ends = row.starts_at, row.ends_at
    return starts if starts > begins else None, ends if ends < over else None


def _covers(row: BusyTime, call: CallRow) -> bool:
    overlaps = row.starts_at < call.ends and call.starts < row.ends_at
    return call.status == "booked" and row.coach_id == call.coach_id and overlaps


def _calls(session: Session, viewer: Viewer, first: date, last: date, *, own: bool) -> list[CallRow]:
    starts, ends = (datetime.combine(day, time(), LONDON) for day in (first, last))
    coaches = caseload.looks_after(session, viewer, first) if own else []
    rows = booking.calls_between(session, viewer.scope, starts, ends)
    return [call_row(session, row) for row in rows if not own or row.coach_id in coaches]


def _contacts(session: Session, viewer: Viewer, day: date, *, own: bool) -> tuple[tuple[int, str, str], ...]:
    rows = select(Referral, Plan).join(Plan, Plan.referral_id == Referral.id)
    rows = rows.where(viewer.within(Referral.team_id), Referral.status == caseload.ACTIVE, Plan.next_on == day)
    if own:
        rows = rows.where(Referral.coach_id.in_(caseload.looks_after(session, viewer, day)))
    found = session.execute(rows.order_by(Referral.id))
    return tuple((row.id, person_name(session, row.person_id), plan.next_what or "") for row, plan in found)


def _away(session: Session, viewer: Viewer, day: date) -> tuple[AwayRow, ...]:
    begins, over = _bounds(day)
    away = select(Coach.name, Absence.starts_at, Absence.ends_at).join(Absence, Absence.coach_id == Coach.id)
    away = away.where(viewer.within(Coach.team_id), Coach.active, Absence.starts_at < over, Absence.ends_at > begins)
    found = session.execute(away.order_by(Coach.name, Absence.starts_at))
    return tuple(
        AwayRow(name, starts if starts > begins else None, ends if ends < over else None)
        for name, starts, ends in found
    )


def _new_ones(session: Session, viewer: Viewer, now: datetime) -> tuple[HandOff, ...]:
    rows = scopes.mine(viewer, Referral).where(Referral.status.not_in(CLOSED), Referral.created_at > now - NEW_FOR)
    return tuple(_hand_off(session, row) for row in session.scalars(rows.order_by(Referral.id.desc()).limit(MOST_NEW)))


def _hand_off(session: Session, row: Referral) -> HandOff:
    stands = Appointment.status.not_in(("moved", "called_off"))
    calls = session.scalar(select(func.count(Appointment.id)).where(Appointment.referral_id == row.id, stands))
    return HandOff(
        id=row.id,
        reference=row.reference,
        person=person_name(session, row.person_id),
        coach=coach_name(session, row.coach_id),
        team=team_name(session, row.team_id),
        at=row.created_at,
        calls=calls or 0,
    )


def mark(session: Session, viewer: Viewer) -> str:
    """Changes whenever something on a team's desk does: ids, counts and times, no words. A few small queries."""
    theirs = and_(or_(viewer.within(DutyAlert.team_id), DutyAlert.team_id.is_(None)), DutyAlert.closed_at.is_(None))
    coaches = select(Coach.id).where(viewer.within(Coach.team_id))
    asked: list[Select[Any]] = [
        _last(Referral.id, Referral.changed_at, within=viewer.within(Referral.team_id)),
        _last(Appointment.id, Appointment.outcome_at, Appointment.ended_at, within=viewer.within(Appointment.team_id)),
        _newest(Coach.id, func.sum(cast(Coach.active, Integer)), within=viewer.within(Coach.team_id)),
        _newest(Absence.id, func.count(Absence.id), within=Absence.coach_id.in_(coaches)),
        _newest(CheckIn.id, func.count(CheckIn.answered_at), within=and_(CheckIn.seen_at.is_(None), _about(viewer))),
        _newest(BusyTime.id, func.count(BusyTime.id), within=BusyTime.coach_id.in_(coaches)),
        _newest(
            CallBack.id,
            func.count(CallBack.id),
            within=and_(viewer.within(CallBack.team_id), CallBack.done_at.is_(None)),
        ),
        _newest(DutyAlert.id, func.count(DutyAlert.accepted_at), within=theirs),
        _newest(DutyAsk.id, func.count(DutyAsk.id), within=DutyAsk.alert_id.in_(_alerts_of(viewer))),
        _newest(DutyAlert.id, func.count(DutyAlert.id), within=theirs),
        _newest(MessageIn.id, func.count(MessageIn.id), within=_lately(MessageIn, viewer)),
        _newest(MessageOut.id, func.count(MessageOut.settled_at), within=_lately(MessageOut, viewer)),
    ]
    return "|".join(str(tuple(session.execute(each).one())) for each in asked)


def _about(viewer: Viewer) -> ColumnElement[bool]:
    return select(Referral.id).where(Referral.id == CheckIn.referral_id, viewer.within(Referral.team_id)).exists()


def _lately(table: type[MessageIn] | type[MessageOut], viewer: Viewer) -> ColumnElement[bool]:
    """Those of the newest messages that are theirs: all that were ever sent are not counted every second."""
    newest = select(func.max(table.id)).scalar_subquery()
    talks = select(Conversation.id).where(Conversation.id == table.conversation_id, viewer.within(Conversation.team_id))
    unplaced = select(DutyAlert.conversation_id).where(DutyAlert.team_id.is_(None), DutyAlert.closed_at.is_(None))
    return and_(table.id > newest - LATELY, or_(talks.exists(), table.conversation_id.in_(unplaced)))


def _alerts_of(viewer: Viewer) -> Select[Any]:
    return select(DutyAlert.id).where(viewer.within(DutyAlert.team_id), DutyAlert.closed_at.is_(None))


def _last(*columns: InstrumentedAttribute[Any], within: ColumnElement[bool]) -> Select[Any]:
    """The last of each, every one by its own index."""
    return select(*(select(func.max(column)).where(within).scalar_subquery() for column in columns))


def _newest(number: object, more: object, *, within: ColumnElement[bool]) -> Select[Any]:
    return select(func.max(number), more).where(within)  # type: ignore[call-overload, no-any-return]
