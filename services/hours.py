"""When coaches work, and when they are away: read and changed at the desk.

A change is tried in a savepoint first. Calls that are booked and would not fit any more come back, each with times to
move it to, and nothing is kept until somebody has said for each: move it, or let it stand. No call is called off here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Literal

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, diary, moving, scopes
from services.clock import LONDON
from services.desk_rows import CallRow, call_row
from services.diary import Opening, Window
from services.models import Absence, Appointment, Coach, WorkingHours
from services.scopes import Viewer

KEEP = "keep"
"""What is said for a call that stays where it is although its coach is away."""
LONGEST_AWAY = timedelta(days=400)
EVER = date.max

Decided = Mapping[int, str]


@dataclass(frozen=True, slots=True)
class Stretch:
    """Work on one weekday (0 is Monday) in minutes after midnight on the wall; no kinds = all of the team's."""

    weekday: int
    starts: int
    ends: int
    break_starts: int | None = None
    break_ends: int | None = None
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Later:
    """Hours of one weekday that begin on a day to come, or (none) end then."""

    weekday: int
    first_day: date
    stretches: tuple[Stretch, ...]


@dataclass(frozen=True, slots=True)
class Away:
    """Time away; `ends` is exclusive, in UTC. `whole_days`: from midnight to midnight on the wall."""

    id: int
    starts: datetime
    ends: datetime

    @property
    def whole_days(self) -> bool:
        return all(moment.astimezone(LONDON).time() == datetime.min.time() for moment in (self.starts, self.ends))

    @property
    def last(self) -> datetime:
        """The last moment of it, so that its day can be shown."""
        return self.ends - timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Touched:
    """A booked call that does not fit (any more), and where it could go."""

    call: CallRow
    openings: tuple[Opening, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """The change is kept. `moves`: which call is to go to which opening; the caller moves them, and tells people."""

    moves: tuple[tuple[int, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Undecided:
    """Nothing is kept: of these calls somebody has to say what becomes of them."""

    calls: tuple[Touched, ...]
    twice: bool = False


@dataclass(frozen=True, slots=True)
class Hours:
    """One coach's page."""

    coach_id: int
    name: str
    team_id: str
    mark: str
    week: tuple[Stretch, ...]
    later: tuple[Later, ...]
    away: tuple[Away, ...]
    misfits: tuple[Touched, ...]


def coaches(session: Session, viewer: Viewer) -> list[Coach]:
    """The coaches who work now and whom this viewer may see, by name."""
    rows = select(Coach).where(viewer.within(Coach.team_id), Coach.active)
    return list(session.scalars(rows.order_by(Coach.name, Coach.id)))


def find(session: Session, coach_id: int, viewer: Viewer, now: datetime, *, lead: bool) -> Coach | None:
    """The coach whose hours these are; None, and audited, for another team's, and for a colleague's unless a lead asks."""
    coach = session.get(Coach, coach_id)
    if coach is None or not coach.active or viewer.scope not in (None, coach.team_id):
        scopes.refuse(session, viewer, f"coach:{coach_id}", "not_theirs", now)
        return None
    if not lead and coach_id != viewer.coach_id:
        scopes.refuse(session, viewer, f"coach:{coach_id}", "role", now)
        return None
    return coach


def read(session: Session, coach_id: int, viewer: Viewer, now: datetime, *, lead: bool) -> Hours | None:
    """Hours, leave, and calls that do not fit them; the reading is audited. None when they are not this viewer's."""
    coach = find(session, coach_id, viewer, now, lead=lead)
    if coach is None:
        return None
    audit.record(session, viewer.actor, "read_hours", f"coach:{coach_id}", now)
    today = now.astimezone(LONDON).date()
    misfits = [_touched(session, call, now) for call in _unfit(session, coach_id, now)]
    week, later = week_on(session, coach_id, today), _later(session, coach_id, today)
    return Hours(
        coach_id,
        coach.name,
        coach.team_id,
        mark(session, coach_id),
        week,
        later,
        _away(session, coach_id, now),
        tuple(misfits),
    )


def mark(session: Session, coach_id: int) -> str:
    """Another one whenever the hours are: two people may have the same page open."""
    rows = [(_stretch(row), row.valid_from, row.valid_to) for row in _rows(session, coach_id)]
    return hashlib.sha256(repr(sorted(rows, key=repr)).encode()).hexdigest()[:16]


def week_on(session: Session, coach_id: int, day: date) -> tuple[Stretch, ...]:
    """The stretches that hold on a day, by weekday and time."""
    return tuple(_stretch(row) for row in _rows(session, coach_id) if _holds(row, day))


def _rows(session: Session, coach_id: int) -> Sequence[WorkingHours]:
    rows = select(WorkingHours).where(WorkingHours.coach_id == coach_id)
    return session.scalars(rows.order_by(WorkingHours.weekday, WorkingHours.starts_minute)).all()


def _holds(row: WorkingHours, day: date) -> bool:
    return (row.valid_from or date.min) <= day <= (row.valid_to or EVER)


def _stretch(row: WorkingHours) -> Stretch:
    kinds = tuple(row.call_kinds.split(",")) if row.call_kinds else ()
    times = row.starts_minute, row.ends_minute, row.break_starts_minute, row.break_ends_minute
    return Stretch(row.weekday, *times, kinds)


def _later(session: Session, coach_id: int, today: date) -> tuple[Later, ...]:
    """What changes after today: each weekday's hours from the day of the change on."""
    rows = _rows(session, coach_id)
    begins = {(row.weekday, row.valid_from) for row in rows if row.valid_from and row.valid_from > today}
    ends = {(row.weekday, row.valid_to + timedelta(days=1)) for row in rows if row.valid_to and row.valid_to >= today}
    changes = sorted(begins | ends, key=lambda each: (each[1], each[0]))
    return tuple(
        Later(weekday, day, tuple(_stretch(row) for row in rows if row.weekday == weekday and _holds(row, day)))
        for weekday, day in changes
    )


def _away(session: Session, coach_id: int, now: datetime) -> tuple[Away, ...]:
    rows = select(Absence).where(Absence.coach_id == coach_id, Absence.ends_at > now)
    return tuple(Away(row.id, row.starts_at, row.ends_at) for row in session.scalars(rows.order_by(Absence.starts_at)))


def keep_week(
    session: Session,
    coach: Coach,
    viewer: Viewer,
    now: datetime,
    week: Mapping[int, tuple[Stretch, ...]],
    first_day: date,
    decided: Decided,
    seen: str = "",
) -> Saved | Undecided | Literal["changed"]:
    """Let a coach's week be this from a day on; weekdays that stay as they were are not touched, nor is the past.

    "changed" when the hours are not those any more that were seen (`mark`). ValueError for stretches that overlap or end before they start, and for a day that is past.
    """
    if first_day < now.astimezone(LONDON).date():
        raise ValueError("hours change today or later")
    for stretches in week.values():
        _check(stretches)
    _lock(session, coach)
    if seen and seen != mark(session, coach.id):
        return "changed"
    before = week_on(session, coach.id, first_day)
    changed = {day: each for day, each in week.items() if each != tuple(one for one in before if one.weekday == day)}

    def apply() -> None:
        for weekday, stretches in changed.items():
            _replace(session, coach.id, weekday, stretches, first_day)

    done = _try(session, coach, now, apply, decided)
    if isinstance(done, Saved) and changed:
        detail = {"weekdays": sorted(changed), "from": first_day.isoformat()}
        audit.record(session, viewer.actor, "change_hours", f"coach:{coach.id}", now, detail)
    return done


def _check(stretches: Sequence[Stretch]) -> None:
    ordered = sorted(stretches, key=lambda each: each.starts)
    for each in ordered:
        if not 0 <= each.starts < each.ends <= 24 * 60:
            raise ValueError("a stretch ends after it starts, on the same day")
        if each.break_starts is not None and not each.starts < each.break_starts < (each.break_ends or 0) < each.ends:
            raise ValueError("a break lies inside its stretch")
    if any(first.ends > then.starts for first, then in pairwise(ordered)):
        raise ValueError("stretches of a day do not overlap")


def _replace(session: Session, coach_id: int, weekday: int, stretches: Sequence[Stretch], first_day: date) -> None:
    """End what holds on the day, drop what would begin later, and write the new stretches from the day on."""
    place = None
    for row in [each for each in _rows(session, coach_id) if each.weekday == weekday]:
        if row.valid_to is not None and row.valid_to < first_day:
            continue
        place = place or row.place
        if row.valid_from is not None and row.valid_from >= first_day:
            session.delete(row)
        else:
            row.valid_to = first_day - timedelta(days=1)
    session.add_all(_row(coach_id, each, first_day, place) for each in stretches)


def _row(coach_id: int, each: Stretch, first_day: date, place: str | None) -> WorkingHours:
    return WorkingHours(
        coach_id=coach_id,
        weekday=each.weekday,
        starts_minute=each.starts,
        ends_minute=each.ends,
        break_starts_minute=each.break_starts,
        break_ends_minute=each.break_ends,
        call_kinds=",".join(each.kinds) or None,
        place=place,
        valid_from=first_day,
    )


def add_absence(
    session: Session, coach: Coach, viewer: Viewer, now: datetime, starts: datetime, ends: datetime, decided: Decided
) -> Saved | Undecided:
    """Close a coach's diary from a moment until another (UTC, exclusive). The reason is nobody's business and not kept.

    ValueError when it is over already, ends before it starts, or is longer than `LONGEST_AWAY`.
    """
    if ends <= starts or ends <= now or ends - starts > LONGEST_AWAY:
        raise ValueError("an absence ends after it starts, and is not over")
    row = Absence(coach_id=coach.id, starts_at=starts, ends_at=ends)
    done = _try(session, coach, now, lambda: session.add(row), decided, (starts, ends))
    if isinstance(done, Saved):
        detail = {"from": starts.isoformat(), "until": ends.isoformat()}
        audit.record(session, viewer.actor, "add_absence", f"coach:{coach.id}", now, detail)
    return done


def end_absence(session: Session, coach: Coach, absence_id: int, viewer: Viewer, now: datetime) -> bool:
    """Take an absence back, or end it now when it has begun; False, and audited, when it is not this coach's or over."""
    row = session.get(Absence, absence_id)
    if row is None or row.coach_id != coach.id or row.ends_at <= now:
        scopes.refuse(session, viewer, f"absence:{absence_id}", "not_theirs", now)
        return False
    detail = {"from": row.starts_at.isoformat(), "until": row.ends_at.isoformat()}
    if row.starts_at < now:
        row.ends_at = now
    else:
        session.delete(row)
    audit.record(session, viewer.actor, "end_absence", f"coach:{coach.id}", now, detail)
    return True


def _try(
    session: Session,
    coach: Coach,
    now: datetime,
    apply: Callable[[], None],
    decided: Decided,
    inside: Window | None = None,
) -> Saved | Undecided:
    """Make the change, see which calls it leaves in the lurch, and undo it unless each of them is decided.

    The coach is locked: no call is booked meanwhile into the time that closes.
    """
    _lock(session, coach)
    before = {call.id for call in _unfit(session, coach.id, now)}
    trial = session.begin_nested()
    apply()
    session.flush()
    hit = [call for call in _unfit(session, coach.id, now) if call.id not in before or _overlaps(call, inside)]
    touched = tuple(_touched(session, call, now) for call in hit)
    chosen = [decided.get(each.call.id, "") for each in touched]
    moves = tuple((each.call.id, to) for each, to in zip(touched, chosen, strict=True) if to != KEEP)
    twice = len({to for _, to in moves if to}) < len([to for _, to in moves if to])
    if twice or not all(_is_answer(each, to) for each, to in zip(touched, chosen, strict=True)):
        trial.rollback()
        return Undecided(touched, twice)
    trial.commit()
    return Saved(moves)


def _overlaps(call: Appointment, window: Window | None) -> bool:
    return window is not None and call.starts_at < window[1] and window[0] < call.ends_at


def _lock(session: Session, coach: Coach) -> None:
    session.scalars(select(Coach.id).where(Coach.id == coach.id).with_for_update(key_share=True)).one()


def _is_answer(each: Touched, to: str) -> bool:
    return to == KEEP or to in {opening.id for opening in each.openings}


def _unfit(session: Session, coach_id: int, now: datetime) -> list[Appointment]:
    """Calls to come that do not lie in their coach's hours; those of a bank holiday among them."""
    rows = select(Appointment).where(Appointment.coach_id == coach_id, Appointment.status == "booked")
    calls = session.scalars(rows.where(Appointment.ends_at > now).order_by(Appointment.starts_at))
    return [call for call in calls if not diary.fits(session, coach_id, call.kind, call.starts_at, call.ends_at)]


def _touched(session: Session, call: Appointment, now: datetime) -> Touched:
    """A call, with a colleague at the same time first and then the team's soonest times."""
    same = [(call.starts_at, call.starts_at + diary.CELL)]
    colleague = diary.openings(
        session, call.team_id, now=now, windows=same, kind=call.kind, limit=1, own_conversation=call.conversation_id
    )
    others = moving.openings_for(session, call, now)
    found = {each.id: each for each in [*colleague, *others] if (each.coach_id, each.starts_at) != _place(call)}
    return Touched(call_row(session, call), tuple(found.values()))


def _place(call: Appointment) -> tuple[int, datetime]:
    return call.coach_id, call.starts_at


def moment(day: date, minute: int) -> datetime:
    """A wall time in England in UTC; 24:00 is the next day's midnight. A time the clocks leave out is the one after."""
    wall = datetime(day.year, day.month, day.day, tzinfo=LONDON) + timedelta(minutes=minute)
    return wall.astimezone(UTC)
