"""Which coach is whose: by what the person needs, by language, and then by who has the least.

Nobody is turned away for want of a coach who fits: then every coach of the team counts, and the card says what to
arrange. Which team is whose is in services/teams.py. Two people with the same needs at the same time get the same
answer: nothing here is left to chance.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from services import audit, bank_holidays, call_backs, rota, scopes
from services.call_fit import fitting, languages_in_full
from services.clock import LONDON
from services.models import (
    Absence,
    Appointment,
    CallBack,
    Coach,
    Conversation,
    DutyAlert,
    Referral,
    StaffMember,
    Team,
    WorkingHours,
)
from services.referrals import CLOSED
from services.scopes import Viewer

READ_A_DESK = ("coach", "lead", "safety")


def coach_for(session: Session, team_id: str, card: Mapping[str, Any], now: datetime, by: date) -> int | None:
    """Who is to ring somebody by a day: of the coaches at work until then those who fit, of those the least booked.

    The one longest with the team where two have the same. None where no coach of the team works until then.
    """
    rows = select(Coach).where(Coach.team_id == team_id, Coach.active).order_by(Coach.id)
    at_work = [coach for coach in session.scalars(rows) if works_until(session, coach.id, now, by)]
    able = fitting(at_work, card) or at_work
    booked = load(session, [coach.id for coach in able], now)
    return min((coach.id for coach in able), key=lambda each: (booked[each], each), default=None)


def promise(session: Session, conversation: Conversation, referral: Referral, reason: str, now: datetime) -> CallBack:
    """Promise that the referral's team rings by a day, and say who of the team: an owner and a date, both at once."""
    row = call_backs.queue(session, conversation, referral.team_id, reason, now)
    if referral.coach_id is None:
        referral.coach_id = coach_for(session, referral.team_id, referral.card, now, row.promised_by)
        session.flush()
    return row


def load(session: Session, coaches: Collection[int], now: datetime) -> dict[int, int]:
    """How much each coach has before them: booked calls to come, and people who are theirs."""
    calls = select(Appointment.coach_id, func.count()).where(Appointment.status == "booked", Appointment.ends_at > now)
    people = select(Referral.coach_id, func.count()).where(Referral.status.not_in(CLOSED))
    found = dict.fromkeys(coaches, 0)
    for coach_id, number in session.execute(calls.group_by(Appointment.coach_id)).all():
        found[coach_id] = found.get(coach_id, 0) + number
    for owner, number in session.execute(people.where(Referral.coach_id.is_not(None)).group_by(Referral.coach_id)):
        found[int(owner or 0)] = found.get(int(owner or 0), 0) + number
    return found


def works_until(session: Session, coach_id: int, now: datetime, by: date) -> bool:
    """Whether a coach has a stretch of work from now until the end of a day in which they are not away throughout."""
    hours = list(session.scalars(select(WorkingHours).where(WorkingHours.coach_id == coach_id)))
    away = list(session.scalars(select(Absence).where(Absence.coach_id == coach_id, Absence.ends_at > now)))
    first = now.astimezone(LONDON).date()
    days = [first + timedelta(days=number) for number in range((by - first).days + 1)]
    stretches = [
        (max(now, rota.moment_of(day, each.starts_minute)), rota.moment_of(day, each.ends_minute))
        for day in days
        for each in hours
        if each.weekday == day.weekday() and _holds(each, day) and day not in bank_holidays.bank_holidays(day.year)
    ]
    return any(
        starts < ends and not any(one.starts_at <= starts and ends <= one.ends_at for one in away)
        for starts, ends in stretches
    )


def _holds(each: WorkingHours, day: date) -> bool:
    return (each.valid_from or date.min) <= day <= (each.valid_to or date.max)


def keep_languages(session: Session, coach: Coach, text: str, viewer: Viewer, now: datetime) -> bool:
    """Let a coach hold calls in these languages; False, and audited, for another team's. ValueError as `languages_of`."""
    if viewer.scope not in (None, coach.team_id):
        scopes.refuse(session, viewer, f"coach:{coach.id}", "not_theirs", now)
        return False
    coach.languages = languages_in_full(text)
    session.flush()
    audit.record(session, viewer.actor, "change_languages", f"coach:{coach.id}", now)
    return True


def between_teams(session: Session, now: datetime) -> tuple[set[int], set[int]]:
    """The conversations of people who are with a team that is not open: those it goes on with, those whom nobody has.

    A team that has closed goes on with whom it has while an account of it reads its desk; a call also while its coach
    still rings. Everybody else is on a desk: as a booked call, a promise with a date, one of a caseload, or what waits.
    """
    desks = select(StaffMember.team_id).where(StaffMember.disabled_at.is_(None), StaffMember.role.in_(READ_A_DESK))
    ended = select(Team.id).where(Team.opened_at.is_not(None), Team.closed_at <= now)
    all_with = _with(now, or_(Team.opened_at.is_(None), Team.closed_at <= now))
    kept = _with(now, Team.id.in_(ended), Team.id.in_(desks))
    rings = Appointment.coach_id.in_(select(Coach.id).where(Coach.active))
    kept.append(_booked(now).where(Appointment.team_id.in_(ended), rings))
    has = {number for query in kept for number in session.scalars(query)}
    return has, {number for query in all_with for number in session.scalars(query)} - has


def _with(now: datetime, *which: ColumnElement[bool]) -> list[Select[Any]]:
    """Everything open with these teams, one query a kind, each of conversations."""
    those = select(Team.id).where(*which)
    return [
        select(Referral.conversation_id).where(Referral.status.not_in(CLOSED), Referral.team_id.in_(those)),
        select(CallBack.conversation_id).where(CallBack.done_at.is_(None), CallBack.team_id.in_(those)),
        select(DutyAlert.conversation_id).where(DutyAlert.closed_at.is_(None), DutyAlert.team_id.in_(those)),
        _booked(now).where(Appointment.team_id.in_(those)),
    ]


def _booked(now: datetime) -> Select[Any]:
    return select(Appointment.conversation_id).where(Appointment.status == "booked", Appointment.ends_at > now)
