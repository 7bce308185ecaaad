"""How many calls a coach takes a day, and a team a week (Monday to Sunday, in England), where a lead set a limit.

What counts: calls that stand, whatever came of them, and holds that run. Whoever books under a limit of the week locks
the team before the coach, so that of two who book at once the second counts the first.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import TypeVar

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from services.clock import LONDON
from services.models import Appointment, Coach, Hold, Team
from services.prepared import Prepared

_Key = TypeVar("_Key")
GONE = ("moved", "called_off")


@dataclass(frozen=True, slots=True)
class Full:
    """Where no more calls fit: days of a coach, weeks (by their Monday) of the team."""

    days: frozenset[tuple[int, date]] = frozenset()
    weeks: frozenset[date] = frozenset()

    def takes(self, coach_id: int, starts_at: datetime) -> bool:
        """Whether there is room for a call of this coach then."""
        return self.takes_on(coach_id, _day(starts_at))

    def takes_on(self, coach_id: int, day: date) -> bool:
        """Whether there is room for a call of this coach on a day in England."""
        return (coach_id, day) not in self.days and not (self.weeks and _monday(day) in self.weeks)


NOTHING_FULL = Full()


def lock(session: Session, coach_id: int) -> None:
    """Lock a coach's team if it has a limit of the week: after the conversation and before the coach."""
    session.flush()
    _LIMITED.all(session, {"coach": coach_id})


_LIMITED = Prepared(
    select(Team.id)
    .where(Team.id == select(Coach.team_id).where(Coach.id == bindparam("coach")).scalar_subquery())
    .where(Team.most_a_week.is_not(None))
    .with_for_update(key_share=True)
)


def full(
    session: Session,
    team: Team,
    first: datetime,
    last: datetime,
    now: datetime,
    *,
    own: int | None = None,
    replaces: int | None = None,
) -> Full:
    """What is full between two moments. A conversation's `own` hold and coming call count not, since it has one at most.

    `replaces`: nor does this call, which goes when the new one is booked.
    """
    if team.most_a_day is None and team.most_a_week is None:
        return NOTHING_FULL
    days: Counter[tuple[int, date]] = Counter()
    weeks: Counter[date] = Counter()
    for coach_id, starts_at in _taken(session, team.id, _span(first, last), now, own or 0, replaces or 0):
        day = _day(starts_at)
        days[coach_id, day] += 1
        weeks[_monday(day)] += 1
    return Full(frozenset(_reached(days, team.most_a_day)), frozenset(_reached(weeks, team.most_a_week)))


def _reached(counted: Counter[_Key], most: int | None) -> Iterator[_Key]:
    return (each for each, number in counted.items() if most is not None and number >= most)


def _taken(
    session: Session, team_id: str, span: tuple[datetime, datetime], now: datetime, own: int, replaces: int
) -> list[tuple[int, datetime]]:
    starts, ends = span
    calls = select(Appointment.coach_id, Appointment.starts_at).where(
        Appointment.team_id == team_id,
        Appointment.status.not_in(GONE),
        Appointment.starts_at >= starts,
        Appointment.starts_at < ends,
        Appointment.id != replaces,
        ~((Appointment.conversation_id == own) & (Appointment.status == "booked") & (Appointment.ends_at > now)),
    )
    holds = select(Hold.coach_id, Hold.starts_at).join(Coach, Coach.id == Hold.coach_id)
    holds = holds.where(Coach.team_id == team_id, Hold.starts_at >= starts, Hold.starts_at < ends)
    running = holds.where(Hold.expires_at > now, Hold.conversation_id != own)
    return [(row[0], row[1]) for rows in (calls, running) for row in session.execute(rows)]


def _span(first: datetime, last: datetime) -> tuple[datetime, datetime]:
    """The whole weeks in which the two moments lie."""
    starts, ends = _monday(_day(first)), _monday(_day(last)) + timedelta(days=7)
    return _midnight(starts), _midnight(ends)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON).astimezone(UTC)


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())
