"""Openings: free times in the coaches' diaries (invariants 7 to 9).

Working hours on the wall in England, less breaks, absences, bank holidays, calls, holds, notice and buffer. All
times are UTC; five-minute cells (`Unix time // 300`) are what a call or a hold occupies, its buffer included.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Protocol, TypeAlias

from sqlalchemy import bindparam, or_, select, union_all
from sqlalchemy.orm import Session

from services import capacity
from services.bank_holidays import bank_holidays
from services.call_fit import Speaker, fitting
from services.clock import LONDON
from services.models import Absence, BusyTime, Coach, DiaryCell, Hold, Team, WorkingHours
from services.prepared import Prepared, PreparedList
from services.referrals import is_with

CELL = timedelta(minutes=5)
_CELL_SECONDS = 300

Window: TypeAlias = tuple[datetime, datetime]


@dataclass(frozen=True, slots=True)
class Opening:
    """A free time of one coach, in UTC; its id can be kept in a conversation's state."""

    coach_id: int
    coach_name: str
    team_id: str
    kind: str
    starts_at: datetime
    ends_at: datetime

    @property
    def id(self) -> str:
        """For example `o12-29012340-phone`: coach, Unix minutes, kind."""
        return f"o{self.coach_id}-{int(self.starts_at.timestamp()) // 60}-{self.kind}"


@dataclass(frozen=True, slots=True)
class OpeningId:
    """What an opening's id says."""

    coach_id: int
    starts_at: datetime
    kind: str

    @classmethod
    def parse(cls, text: str) -> OpeningId | None:
        """Read an id; None when it is not one."""
        coach, _, rest = text.removeprefix("o").partition("-")
        minutes, _, kind = rest.partition("-")
        if not (text.startswith("o") and coach.isdecimal() and minutes.isdecimal() and kind.isidentifier()):
            return None
        if len(coach) > 18 or len(minutes) > 9:
            return None
        return cls(int(coach), datetime.fromtimestamp(int(minutes) * 60, UTC), kind)


def openings(
    session: Session,
    team_id: str,
    *,
    now: datetime,
    windows: Sequence[Window] | None = None,
    kind: str | None = None,
    limit: int = 3,
    own_conversation: int | None = None,
    needs: Mapping[str, Any] | None = None,
    has_them: bool = False,
) -> list[Opening]:
    """The soonest openings of a team, at different times, that start within the windows (UTC, half-open; None = any).

    Nothing is held. `own_conversation` sees its own hold as free. Of coaches free at the same time the one with the
    least in the diary is offered. `needs` (of a card): coaches who speak what was asked for come alone, unless they have
    nothing to offer. Empty when the team is unknown, has nothing within its horizon, or has closed and not got them.
    """
    team = session.get(Team, team_id)
    if team is None or limit < 1 or not (has_them or _rings(session, team, now, own_conversation)):
        return []
    week = _week(session, team, now, own_conversation)
    able = fitting(week.coaches, needs) if needs else []
    first = _soonest(week, able, kind, windows, limit) if able else []
    return first or _soonest(week, week.coaches, kind, windows, limit)


def by_coach(
    session: Session,
    team_id: str,
    *,
    now: datetime,
    windows: Sequence[Window],
    kind: str,
    own_conversation: int | None = None,
) -> dict[int, list[Opening]]:
    """Every opening of each coach of a team that starts within the windows (UTC, half-open), in order of time."""
    team = session.get(Team, team_id)
    if team is None or not _rings(session, team, now, own_conversation):
        return {}
    week = _week(session, team, now, own_conversation)
    return {coach.id: sorted(week.free(coach, kind, windows), key=_starts) for coach in week.coaches}


def _rings(session: Session, team: Team, now: datetime, own_conversation: int | None) -> bool:
    """Whether a team rings whoever writes there: one that has closed goes on with the people whom it has."""
    return not team.has_closed(now) or (own_conversation is not None and is_with(session, team.id, own_conversation))


def _starts(opening: Opening) -> datetime:
    return opening.starts_at


def _soonest(
    week: _Week, coaches: Sequence[Diarist], kind: str | None, windows: Sequence[Window] | None, limit: int
) -> list[Opening]:
    """One opening a time, in order, day by day until there are enough."""
    found: list[Opening] = []
    for day in week.days(windows):
        by_start: dict[datetime, Opening] = {}
        for coach in coaches:
            for opening in week.free_on(day, coach, kind, windows):
                rival = by_start.get(opening.starts_at)
                if rival is None or week.load(coach.id) < week.load(rival.coach_id):
                    by_start[opening.starts_at] = opening
        found += [by_start[start] for start in sorted(by_start)]
        if len(found) >= limit:
            break
    return found[:limit]


def find(session: Session, opening_id: str, now: datetime, own_conversation: int | None = None) -> Opening | None:
    """The opening with this id if it is still one (hours, notice, absences, calls and holds considered), else None."""
    wanted = OpeningId.parse(opening_id)
    coach = session.get(Coach, wanted.coach_id) if wanted else None
    team = session.get(Team, coach.team_id) if coach else None
    if wanted is None or coach is None or team is None or not coach.active:
        return None
    if not _rings(session, team, now, own_conversation):
        return None
    moment = _week(session, team, now, own_conversation, only=wanted, coach=coach)
    return next(moment.free(coach, wanted.kind, None), None)


def fits(session: Session, coach_id: int, kind: str, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether a coach offers such a call then: in their hours, no break, not away or busy, no bank holiday (times UTC)."""
    coach = session.get_one(Coach, coach_id)
    team = session.get_one(Team, coach.team_id)
    wall = starts_at.astimezone(LONDON)
    day, starts = wall.date(), wall.hour * 60 + wall.minute
    ends = starts + int((ends_at - starts_at).total_seconds()) // 60
    session.flush()
    if day in bank_holidays(day.year) or _away(session, [coach_id], starts_at, ends_at):
        return False
    return any(
        _works(hours, day)
        and hours.starts_minute <= starts
        and ends <= hours.ends_minute
        and not _in_break(hours, starts, ends)
        and _kind(hours, team, kind) is not None
        for hours in _hours(session, [coach_id]).get((coach_id, day.weekday()), ())
    )


def is_away(session: Session, coach_id: int, starts_at: datetime, ends_at: datetime) -> bool:
    """Whether leave of this coach falls into the time (UTC, half-open); what their own calendar says is not asked."""
    rows = select(Absence.id).where(Absence.coach_id == coach_id)
    inside = rows.where(Absence.starts_at < ends_at, Absence.ends_at > starts_at)
    return session.scalars(inside).first() is not None


def cells(starts_at: datetime, ends_at: datetime, buffer: timedelta = timedelta()) -> range:
    """The cells that a call and its buffer occupy."""
    first = int(starts_at.timestamp()) // _CELL_SECONDS
    return range(first, -(-int((ends_at + buffer).timestamp()) // _CELL_SECONDS))


def is_working_day(day: date) -> bool:
    """Monday to Friday, no bank holiday in England."""
    return day.weekday() < 5 and day not in bank_holidays(day.year)


def working_days_after(day: date, number: int) -> date:
    """The day that is `number` working days after `day` (England)."""
    while number > 0:
        day += timedelta(days=1)
        number -= is_working_day(day)
    return day


class Diarist(Speaker, Protocol):
    """What a search needs of a coach, read for it or there already."""

    @property
    def id(self) -> int: ...
    @property
    def name(self) -> str: ...


@dataclass(frozen=True, slots=True)
class _Week:
    """Everything of one team's diary that a search needs, read once."""

    team: Team
    first: datetime
    last: datetime
    coaches: Sequence[Diarist]
    hours: dict[tuple[int, int], list[Any]]
    """By coach and day of the week."""
    away: dict[int, list[Window]]
    busy: dict[int, set[int]]
    full: capacity.Full
    buffer: timedelta
    """The pause that the team keeps after each call."""

    def load(self, coach_id: int) -> int:
        return len(self.busy.get(coach_id, ()))

    def days(self, windows: Sequence[Window] | None) -> Iterator[date]:
        """The days in England that have any of it, no further than the windows reach."""
        first, last = self.first, self.last
        if windows is not None:
            first = max(first, min((begins for begins, _ in windows), default=last))
            last = min(last, max((ends for _, ends in windows), default=first))
        return _days(first, last)

    def free(self, coach: Diarist, kind: str | None, windows: Sequence[Window] | None) -> Iterator[Opening]:
        """What this coach can still offer, day after day, in no order within a day."""
        return (opening for day in self.days(windows) for opening in self.free_on(day, coach, kind, windows))

    def free_on(
        self, day: date, coach: Diarist, kind: str | None, windows: Sequence[Window] | None
    ) -> Iterator[Opening]:
        """What this coach can still offer on a day, in no order."""
        if not self.full.takes_on(coach.id, day):
            return
        for hours in self.hours.get((coach.id, day.weekday()), ()):
            offered = _kind(hours, self.team, kind) if _works(hours, day) else None
            if offered:
                minutes = self.team.minutes_of(offered)
                length = timedelta(minutes=minutes)
                for start in self._starts(hours, day, minutes):
                    end = start + length
                    if _within(start, windows) and self._is_free(coach.id, start, end):
                        yield Opening(coach.id, coach.name, self.team.id, offered, start, end)

    def _starts(self, hours: Any, day: date, length: int) -> Iterator[datetime]:
        step = max(self.team.step_minutes, 5)
        for minute in range(hours.starts_minute, hours.ends_minute - length + 1, step):
            start = None if _in_break(hours, minute, minute + length) else _utc(day, minute)
            if start is not None and self.first <= start <= self.last:
                yield start

    def _is_free(self, coach_id: int, start: datetime, end: datetime) -> bool:
        away, taken = self.away.get(coach_id), self.busy.get(coach_id)
        if away and any(begins < end and start < ends for begins, ends in away):
            return False
        return not taken or taken.isdisjoint(cells(start, end, self.buffer))


def buffer_of(team: Team) -> timedelta:
    """The pause a team keeps after each call."""
    return timedelta(minutes=team.buffer_minutes)


def _week(
    session: Session,
    team: Team,
    now: datetime,
    own_conversation: int | None,
    *,
    only: OpeningId | None = None,
    coach: Coach | None = None,
) -> _Week:
    """The diary from the team's notice to its horizon, or no more of it than one opening of one coach needs."""
    first = now + timedelta(minutes=team.notice_minutes)
    last = now + timedelta(days=team.horizon_days)
    if only:
        first, last = max(first, only.starts_at), min(last, only.starts_at)
    session.flush()
    coaches = _ACTIVE.all(session, {"team": team.id}) if coach is None else [coach]
    ids = [coach.id for coach in coaches]
    return _Week(
        team=team,
        first=first,
        last=last,
        coaches=coaches,
        hours=_hours(session, ids),
        away=_away(session, ids, first, last + timedelta(days=1)),
        busy=_busy(session, ids, cells(first, last + timedelta(days=1)), now, own_conversation),
        full=capacity.full(session, team, first, last, now, own=own_conversation),
        buffer=buffer_of(team),
    )


_ACTIVE = Prepared(
    select(Coach.id, Coach.name, Coach.languages)
    .where(Coach.team_id == bindparam("team"), Coach.active)
    .order_by(Coach.id)
)
_HOURS = PreparedList(
    lambda ids: select(WorkingHours.__table__).where(WorkingHours.coach_id.in_(ids)).order_by(WorkingHours.id)
)
_AWAY = PreparedList(
    lambda ids: union_all(
        *(
            select(kind.coach_id, kind.starts_at, kind.ends_at).where(
                kind.coach_id.in_(ids), kind.starts_at < bindparam("last"), kind.ends_at > bindparam("first")
            )
            for kind in (Absence, BusyTime)
        )
    )
)
_TAKEN = PreparedList(
    lambda ids: (
        select(DiaryCell.coach_id, DiaryCell.cell)
        .outerjoin(Hold, Hold.id == DiaryCell.hold_id)
        .where(DiaryCell.coach_id.in_(ids), DiaryCell.cell >= bindparam("start"), DiaryCell.cell < bindparam("stop"))
        .where(
            or_(Hold.id.is_(None), (Hold.expires_at > bindparam("now")) & (Hold.conversation_id != bindparam("own")))
        )
    )
)


def _hours(session: Session, ids: list[int]) -> dict[tuple[int, int], list[Any]]:
    found: dict[tuple[int, int], list[Any]] = {}
    for row in _HOURS.all(session, ids):
        found.setdefault((row.coach_id, row.weekday), []).append(row)
    return found


def _away(session: Session, ids: list[int], first: datetime, last: datetime) -> dict[int, list[Window]]:
    """Leave, and what the coaches' own calendars say."""
    found: dict[int, list[Window]] = {}
    for coach_id, starts, ends in _AWAY.all(session, ids, {"first": first, "last": last}):
        found.setdefault(coach_id, []).append((starts, ends))
    return found


def _busy(session: Session, ids: list[int], span: range, now: datetime, own: int | None) -> dict[int, set[int]]:
    """Cells of calls and of holds that still run; a hold that ran out is as good as free."""
    found: dict[int, set[int]] = {}
    named = {"start": span.start, "stop": span.stop, "now": now, "own": own or 0}
    for coach_id, cell in _TAKEN.all(session, ids, named):
        found.setdefault(coach_id, set()).add(cell)
    return found


def _days(first: datetime, last: datetime) -> Iterator[date]:
    day, end = first.astimezone(LONDON).date(), last.astimezone(LONDON).date()
    while day <= end:
        if day not in bank_holidays(day.year):
            yield day
        day += timedelta(days=1)


def _works(hours: Any, day: date) -> bool:
    return (hours.valid_from is None or hours.valid_from <= day) and (hours.valid_to is None or day <= hours.valid_to)


def _kind(hours: Any, team: Team, wanted: str | None) -> str | None:
    kinds = (hours.call_kinds or team.call_kinds).split(",")
    return (wanted if wanted in kinds else None) if wanted else kinds[0]


def _in_break(hours: Any, starts: int, ends: int) -> bool:
    if hours.break_starts_minute is None or hours.break_ends_minute is None:
        return False
    return bool(starts < hours.break_ends_minute and hours.break_starts_minute < ends)


@lru_cache(maxsize=8192)
def _utc(day: date, minute: int) -> datetime | None:
    """A wall time in UTC; None for one that the clocks leave out (the repeated hour means its first pass)."""
    wall = datetime(day.year, day.month, day.day, minute // 60, minute % 60, tzinfo=LONDON)
    moment = wall.astimezone(UTC)
    return moment if moment.astimezone(LONDON).replace(tzinfo=None) == wall.replace(tzinfo=None) else None


def _within(start: datetime, windows: Iterable[Window] | None) -> bool:
    return windows is None or any(begins <= start < ends for begins, ends in windows)
