"""Openings by the plainest search there is: every coach, every stretch, every day to the horizon. What the quick one is held to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from services.bank_holidays import bank_holidays
from services.call_fit import fitting
from services.clock import LONDON
from services.diary import Opening, Window
from services.models import Absence, Appointment, BusyTime, Coach, DiaryCell, Hold, Team, WorkingHours


class PlainDiary:
    """One team's diary at a moment, as the conversation `own` sees it."""

    def __init__(self, session: Session, team: Team, now: datetime, own: int | None) -> None:
        self.session, self.team, self.now, self.own = session, team, now, own
        self.coaches = list(session.scalars(select(Coach).where(Coach.team_id == team.id).order_by(Coach.id)))
        self.coaches = [coach for coach in self.coaches if coach.active]
        self.away = {coach.id: self.away_of(coach.id) for coach in self.coaches}
        self.taken = {coach.id: self.taken_of(coach.id) for coach in self.coaches}
        self.days, self.weeks = self.counted()

    def openings(
        self, kind: str | None, windows: Sequence[Window] | None, needs: dict[str, Any] | None
    ) -> list[Opening]:
        """One a time: of the coach with the least in the diary, who speaks what is needed if anybody free does."""
        able = fitting(self.coaches, needs) if needs else []
        return self.soonest(able, kind, windows) or self.soonest(self.coaches, kind, windows)

    def soonest(self, coaches: Sequence[Coach], kind: str | None, windows: Sequence[Window] | None) -> list[Opening]:
        chosen: dict[datetime, Opening] = {}
        for coach in sorted(coaches, key=lambda coach: len(self.taken[coach.id])):  # the first of those with as much
            for opening in self.free(coach, kind, windows):
                chosen.setdefault(opening.starts_at, opening)
        return [chosen[start] for start in sorted(chosen)]

    def free(self, coach: Coach, kind: str | None, windows: Sequence[Window] | None = None) -> list[Opening]:
        """Every opening of a coach, stretch by stretch."""
        rows = select(WorkingHours).where(WorkingHours.coach_id == coach.id).order_by(WorkingHours.id)
        starts, ends = self.horizon()
        every = [starts.astimezone(LONDON).date() + timedelta(days=number) for number in range(100)]
        return [
            opening
            for hours in self.session.scalars(rows)
            for day in every
            if day <= ends.astimezone(LONDON).date()
            for opening in self.of_stretch(coach, hours, day, kind)
            if windows is None or any(begins <= opening.starts_at < ends for begins, ends in windows)
        ]

    def horizon(self) -> Window:
        team = self.team
        return self.now + timedelta(minutes=team.notice_minutes), self.now + timedelta(days=team.horizon_days)

    def of_stretch(self, coach: Coach, hours: WorkingHours, day: date, kind: str | None) -> list[Opening]:
        kinds = (hours.call_kinds or self.team.call_kinds).split(",")
        offered = kind or kinds[0]
        begun = (hours.valid_from or date.min) <= day <= (hours.valid_to or date.max)
        if offered not in kinds or not begun or hours.weekday != day.weekday() or day in bank_holidays(day.year):
            return []
        length = self.team.minutes_of(offered)
        found = []
        for minute in range(hours.starts_minute, hours.ends_minute, max(self.team.step_minutes, 5)):
            rest = hours.break_starts_minute, hours.break_ends_minute
            broken = None not in rest and minute < (rest[1] or 0) and (rest[0] or 0) < minute + length
            start = on_the_clock(day, minute)
            if start and minute + length <= hours.ends_minute and not broken:
                end = start + timedelta(minutes=length)
                found.append(Opening(coach.id, coach.name, self.team.id, offered, start, end))
        return [opening for opening in found if self.is_free(opening)]

    def is_free(self, opening: Opening) -> bool:
        starts, ends = self.horizon()
        if not starts <= opening.starts_at <= ends:
            return False
        if any(begins < opening.ends_at and opening.starts_at < until for begins, until in self.away[opening.coach_id]):
            return False
        pause = timedelta(minutes=self.team.buffer_minutes)
        cells = range(int(opening.starts_at.timestamp()) // 300, -(-int((opening.ends_at + pause).timestamp()) // 300))
        if self.taken[opening.coach_id] & {*cells}:
            return False
        day = opening.starts_at.astimezone(LONDON).date()
        a_day, a_week = self.team.most_a_day, self.team.most_a_week
        return (a_day is None or self.days[opening.coach_id, day] < a_day) and (
            a_week is None or self.weeks[day.isocalendar()[:2]] < a_week
        )

    def away_of(self, coach_id: int) -> list[Window]:
        tables: tuple[type[Absence] | type[BusyTime], ...] = (Absence, BusyTime)
        rows = (row for kind in tables for row in self.session.scalars(select(kind).where(kind.coach_id == coach_id)))
        return [(row.starts_at, row.ends_at) for row in rows]

    def taken_of(self, coach_id: int) -> set[int]:
        """The cells of a coach that are somebody's between notice and a day after the horizon."""
        starts, ends = self.horizon()
        last = -(-int((ends + timedelta(days=1)).timestamp()) // 300)
        found = set()
        for cell in self.session.scalars(select(DiaryCell).where(DiaryCell.coach_id == coach_id)):
            hold = self.session.get(Hold, cell.hold_id) if cell.hold_id else None
            if hold and (hold.expires_at <= self.now or hold.conversation_id == self.own):
                continue
            if int(starts.timestamp()) // 300 <= cell.cell < last:
                found.add(cell.cell)
        return found

    def counted(self) -> tuple[Counter[Any], Counter[Any]]:
        """Calls and holds of each coach's days and of the team's weeks."""
        days: Counter[Any] = Counter()
        weeks: Counter[Any] = Counter()
        team_of = {coach.id: coach.team_id for coach in self.session.scalars(select(Coach))}
        calls = [
            (call.coach_id, call.starts_at)
            for call in self.session.scalars(select(Appointment).where(Appointment.team_id == self.team.id))
            if call.status not in ("moved", "called_off")
            and not (call.conversation_id == self.own and call.status == "booked" and call.ends_at > self.now)
        ]
        holds = [
            (hold.coach_id, hold.starts_at)
            for hold in self.session.scalars(select(Hold))
            if team_of[hold.coach_id] == self.team.id
            and hold.expires_at > self.now
            and hold.conversation_id != self.own
        ]
        for coach_id, starts_at in calls + holds:
            day = starts_at.astimezone(LONDON).date()
            days[coach_id, day] += 1
            weeks[day.isocalendar()[:2]] += 1
        return days, weeks


def on_the_clock(day: date, minute: int) -> datetime | None:
    """A wall time in England as a moment; None for one that the clocks leave out."""
    wall = datetime.combine(day, time(minute // 60, minute % 60), LONDON)
    moment = wall.astimezone(UTC)
    return moment if moment.astimezone(LONDON).time() == wall.time() else None
