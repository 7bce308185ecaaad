"""Who is on duty for safety when: the week of a team, the days that differ, and who is asked after whom.

A rota is read once and then asked. Days and minutes are those of the wall in England. Where nobody is on duty nothing
is promised, and the person is told so (docs/safety.md).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from services.bank_holidays import bank_holidays
from services.clock import LONDON
from services.models import DutyException, DutyRules, DutyShift, StaffMember, Team

DAY_MINUTES = 24 * 60
LOOK_AHEAD = 28
"""Days in which the next cover is looked for."""
MAY_BE_ON_DUTY = ("coach", "lead", "safety")
ANSWER_MINUTES = 30


@dataclass(frozen=True, slots=True)
class Duty:
    """One stretch of one day: minutes after midnight, who is on duty, who stands in. `differs`: not as in other weeks."""

    starts: int
    ends: int
    staff_id: int
    deputy_id: int | None
    answer_minutes: int = ANSWER_MINUTES
    differs: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of the usual week; weekday 0 is Monday."""

    weekday: int
    starts: int
    ends: int
    staff_id: int
    deputy_id: int | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """Minutes each has to answer; whether bank holidays are like other days; alerts of people of no team; who comes then."""

    answer_minutes: int = ANSWER_MINUTES
    bank_holidays: bool = False
    unplaced: bool = False
    then: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Days that differ from the week. No `staff_id`: nobody is on duty. No hours: those of the week."""

    id: int
    first_day: date
    last_day: date
    staff_id: int | None
    deputy_id: int | None = None
    starts: int | None = None
    ends: int | None = None

    def holds(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day


@dataclass(frozen=True, slots=True)
class Rota:
    """A team's rota, to be asked without the database. `closed`: accounts that cannot sign in any more."""

    team_id: str
    week: tuple[Stretch, ...]
    differences: tuple[Difference, ...]
    rules: Rules
    closed: frozenset[int] = frozenset()

    def on(self, day: date) -> tuple[Duty, ...]:
        """The stretches of a day in order; of two differences that hold the later made one counts."""
        holding = [each for each in self.differences if each.holds(day)]
        if holding:
            return tuple(self._different(max(holding, key=lambda each: each.id), day))
        return () if self.is_free(day) else self._usual(day)

    def is_free(self, day: date) -> bool:
        """Whether a day is a bank holiday without cover."""
        return day in bank_holidays(day.year) and not self.rules.bank_holidays

    def _usual(self, day: date) -> tuple[Duty, ...]:
        own = sorted((each for each in self.week if each.weekday == day.weekday()), key=lambda each: each.starts)
        minutes = self.rules.answer_minutes
        return tuple(Duty(each.starts, each.ends, each.staff_id, each.deputy_id, minutes) for each in own)

    def _different(self, each: Difference, day: date) -> Iterator[Duty]:
        if each.staff_id is None:
            return
        if each.starts is not None and each.ends is not None:
            minutes = self.rules.answer_minutes
            yield Duty(each.starts, each.ends, each.staff_id, each.deputy_id, minutes, differs=True)
            return
        for usual in self._usual(day):
            deputy = each.deputy_id or (usual.deputy_id if usual.deputy_id != each.staff_id else None)
            yield replace(usual, staff_id=each.staff_id, deputy_id=deputy, differs=True)

    def at(self, moment: datetime) -> Duty | None:
        """Who is on duty at a moment; None where nobody is, or everybody who would be asked has a closed account."""
        wall = moment.astimezone(LONDON)
        minute = wall.hour * 60 + wall.minute
        found = next((each for each in self.on(wall.date()) if each.starts <= minute < each.ends), None)
        return found if found and self.order(found) else None

    def order(self, duty: Duty) -> tuple[int, ...]:
        """Whom an alert is put to, one after the other: on duty, deputy, then the team's list; nobody twice."""
        wanted = [duty.staff_id, *([duty.deputy_id] if duty.deputy_id else []), *self.rules.then]
        return tuple(dict.fromkeys(each for each in wanted if each not in self.closed))

    def next_cover(self, moment: datetime) -> tuple[datetime, Duty] | None:
        """When somebody is on duty next (UTC) after a moment without cover; None within `LOOK_AHEAD` days."""
        today = moment.astimezone(LONDON).date()
        for number in range(LOOK_AHEAD):
            day = today + timedelta(days=number)
            for duty in self.on(day):
                starts = moment_of(day, duty.starts)
                if starts > moment and self.order(duty):
                    return starts, duty
        return None

    def ends_at(self, moment: datetime, duty: Duty) -> datetime:
        """When a stretch of that moment's day ends (UTC)."""
        return moment_of(moment.astimezone(LONDON).date(), duty.ends)

    @property
    def named(self) -> frozenset[int]:
        """Everybody whom the rota names, whether asked or not."""
        week = [each for stretch in self.week for each in (stretch.staff_id, stretch.deputy_id)]
        days = [each for one in self.differences for each in (one.staff_id, one.deputy_id)]
        return frozenset(each for each in [*week, *days, *self.rules.then] if each)


def moment_of(day: date, minute: int) -> datetime:
    """A wall time in England in UTC; 24:00 is the next day's midnight."""
    wall = datetime(day.year, day.month, day.day, tzinfo=LONDON) + timedelta(minutes=minute)
    return wall.astimezone(UTC)


def read(session: Session, team_id: str) -> Rota:
    """A team's rota as it is now; an empty one where none was ever kept."""
    rules, shifts = session.get(DutyRules, team_id), _shifts(session, team_id)
    if rules is None:  # a rota from before there were rules carries the minutes in its stretches
        kept = Rules(answer_minutes=shifts[0].answer_minutes) if shifts else Rules()
    else:
        kept = Rules(rules.answer_minutes, rules.bank_holidays, rules.unplaced, tuple(rules.then))
    closed = select(StaffMember.id).where(StaffMember.disabled_at.is_not(None))
    week = tuple(Stretch(s.weekday, s.starts_minute, s.ends_minute, s.staff_id, s.deputy_id) for s in shifts)
    return Rota(team_id, week, _differences(session, team_id), kept, frozenset(session.scalars(closed)))


def _shifts(session: Session, team_id: str) -> list[DutyShift]:
    rows = select(DutyShift).where(DutyShift.team_id == team_id)
    return list(session.scalars(rows.order_by(DutyShift.weekday, DutyShift.starts_minute)))


def _differences(session: Session, team_id: str) -> tuple[Difference, ...]:
    rows = select(DutyException).where(DutyException.team_id == team_id).order_by(DutyException.first_day)
    return tuple(
        Difference(r.id, r.first_day, r.last_day, r.staff_id, r.deputy_id, r.starts_minute, r.ends_minute)
        for r in session.scalars(rows)
    )


def of_alert(session: Session, team_id: str | None, now: datetime) -> tuple[Rota, Duty] | None:
    """The rota that an alert goes to, and who is on duty; for people of no team one that has said it takes those."""
    found = [team_id] if team_id else _takes_unplaced(session, now)
    for each in found:
        rota = read(session, each)
        duty = rota.at(now)
        if duty is not None:
            return rota, duty
    return None


def _takes_unplaced(session: Session, now: datetime) -> list[str]:
    rows = select(DutyRules.team_id).join(Team, Team.id == DutyRules.team_id)
    not_closed = or_(Team.closed_at.is_(None), Team.closed_at > now)
    open_ones = rows.where(DutyRules.unplaced, Team.opened_at.is_not(None), not_closed)
    return list(session.scalars(open_ones.order_by(DutyRules.team_id)))


def candidates(session: Session, team_id: str) -> list[StaffMember]:
    """Who may be put on a team's rota: its open accounts of people who see alerts, and the site's safety officers."""
    rows = select(StaffMember).where(StaffMember.disabled_at.is_(None), StaffMember.role.in_(MAY_BE_ON_DUTY))
    found = [row for row in session.scalars(rows) if row.team_id == team_id or _sees_all(row)]
    return sorted(found, key=lambda row: (row.name or row.email).casefold())


def _sees_all(row: Any) -> bool:
    return row.role == "safety" and row.team_id is None
