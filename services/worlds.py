"""The demonstration's state for trying things: worlds, and what somebody else does meanwhile. Never on a live database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from services import booking, check_ins, diary, transfers
from services.clock import LONDON
from services.messages import Address
from services.models import Absence, Appointment, Coach, DutyShift, Footprint, Referral, Team, WorkingHours
from services.people import find_or_make_conversation
from services.scopes import Viewer

ALL_DAY = 24 * 60
FAR = timedelta(days=60)
SOMEBODY = 1


@dataclass(frozen=True, slots=True)
class World:
    """How a world differs from the demonstration; `openings` None = plenty, () = none, else London wall times."""

    teams: bool = True
    without_team: tuple[str, ...] = ()
    call_backs_by: dict[str, str] = field(default_factory=dict)
    openings: tuple[datetime, ...] | None = None
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    duty: bool = True


def set_up(session: Session, world: World, now: datetime) -> None:
    """Bring freshly installed demonstration teams into a world's state."""
    teams = list(session.scalars(select(Team).where(Team.demo)))
    by_board = {team.board: team for team in teams}
    gone = teams if not world.teams else [by_board[board] for board in world.without_team]
    for team in gone:
        team.closed_at = now - timedelta(days=2)
    for board, helper in world.call_backs_by.items():
        session.add(
            Footprint(team_id=by_board[helper].id, kind="board", code=board, edition="2026", accepts="call_back")
        )
    for board, rules in world.rules.items():
        change_rules(session, by_board[board], rules)
    set_openings(session, world.openings, now)
    set_duty(session, teams if world.duty else [])
    session.flush()


def change_rules(session: Session, team: Team, rules: dict[str, Any]) -> None:
    team.min_age = int(rules.get("min_age", team.min_age))
    if "registration" in rules:
        lives = select(Footprint).where(Footprint.team_id == team.id, Footprint.accepts == "lives")
        for row in list(session.scalars(lives)):
            way = str(rules["registration"])
            session.add(Footprint(team_id=team.id, kind=row.kind, code=row.code, edition=row.edition, accepts=way))


def set_openings(session: Session, openings: Sequence[datetime] | None, now: datetime) -> None:
    if openings is None:
        return
    coaches = list(session.scalars(select(Coach)))
    if not openings:
        session.add_all(Absence(coach_id=coach.id, starts_at=now - FAR, ends_at=now + FAR) for coach in coaches)
        return
    session.execute(delete(WorkingHours))
    first = {coach.team_id: coach for coach in reversed(coaches)}
    minutes = {team.id: team.call_minutes for team in session.scalars(select(Team))}
    for coach in first.values():
        session.add_all(hours_at(coach.id, moment, minutes[coach.team_id]) for moment in openings)


def hours_at(coach_id: int, moment: datetime, minutes: int) -> WorkingHours:
    starts, day = moment.hour * 60 + moment.minute, moment.date()
    return WorkingHours(
        coach_id=coach_id,
        weekday=day.weekday(),
        starts_minute=starts,
        ends_minute=starts + minutes,
        valid_from=day,
        valid_to=day,
    )


def set_duty(session: Session, teams: Sequence[Team]) -> None:
    session.execute(delete(DutyShift))
    session.add_all(
        DutyShift(team_id=team.id, weekday=day, starts_minute=0, ends_minute=ALL_DAY, staff_id=SOMEBODY)
        for team in teams
        for day in range(7)
    )


def stranger(session: Session, number: int, now: datetime) -> Any:
    """Somebody else's conversation, locked."""
    from services import conversations

    address = Address("sms", f"+4477009009{number:02}")
    return conversations.lock(session, find_or_make_conversation(session, address, now))


def book_for_somebody(session: Session, opening_id: str, now: datetime) -> bool:
    """Somebody else holds and books an opening; False when it is gone already."""
    wanted = diary.OpeningId.parse(opening_id)
    conversation = stranger(session, (wanted.coach_id if wanted else 0) % 100, now)
    if booking.hold(session, conversation, opening_id, now, booking.LONGEST_HOLD) != "held":
        return False
    return isinstance(booking.book(session, conversation, now), Appointment)


def take_every_opening(session: Session, team_id: str, now: datetime) -> None:
    for coach in session.scalars(select(Coach).where(Coach.team_id == team_id)):
        session.add(Absence(coach_id=coach.id, starts_at=now - FAR, ends_at=now + FAR))


def take_the_day_off(session: Session, conversation_id: int) -> None:
    """The coach of the opening that a conversation holds enters leave for its day."""
    mine = booking.held(session, conversation_id)
    if mine is not None:
        day = mine.starts_at.astimezone(LONDON).date()
        begins, ends = (datetime.combine(each, time(), LONDON) for each in (day, day + timedelta(days=1)))
        session.add(Absence(coach_id=mine.coach_id, starts_at=begins.astimezone(UTC), ends_at=ends.astimezone(UTC)))


def close_team(session: Session, team_id: str, now: datetime) -> None:
    """It takes nobody new from today on, as a team closes with a day; whom it has it keeps."""
    today = datetime.combine(now.astimezone(LONDON).date(), time(), LONDON)
    session.get_one(Team, team_id).closed_at = today.astimezone(UTC)


def free_an_opening(session: Session, team_id: str, now: datetime) -> None:
    """The next working day at 10am comes free for the team's first coach."""
    day = diary.working_days_after(now.astimezone(LONDON).date(), 1)
    ten = datetime(day.year, day.month, day.day, 10, tzinfo=LONDON)
    coach = session.scalars(select(Coach).where(Coach.team_id == team_id).order_by(Coach.id)).first()
    if coach is None:
        return
    session.execute(delete(Absence).where(Absence.coach_id == coach.id))
    session.add(Absence(coach_id=coach.id, starts_at=now - FAR, ends_at=ten))
    session.add(Absence(coach_id=coach.id, starts_at=ten + timedelta(minutes=40), ends_at=now + FAR))


def record_outcome(session: Session, person_id: int, outcome: str, now: datetime) -> bool:
    """The coach says what came of the person's newest call."""
    call = booking.last_call(session, person_id)
    return call is not None and booking.record_outcome(session, call.id, outcome, now)


def plan_check_in(session: Session, conversation_id: int, question: str, staff_id: int, now: datetime) -> None:
    """A coach asks something tomorrow of whoever is handed over."""
    mine = select(Referral).where(Referral.conversation_id == conversation_id)
    referral = session.scalars(mine.order_by(Referral.id.desc())).first()
    if referral is not None:
        tomorrow = now.astimezone(LONDON).date() + timedelta(days=1)
        check_ins.plan(session, referral.id, question, tomorrow, Viewer(staff_id, None), now)


def ask_to_transfer(session: Session, conversation_id: int, staff_id: int, now: datetime) -> None:
    """A lead would hand whoever is handed over here to the first other team that takes the area."""
    mine = select(Referral).where(Referral.conversation_id == conversation_id)
    referral = session.scalars(mine.order_by(Referral.id.desc())).first()
    others = transfers.teams_for(session, referral, now) if referral else []
    if referral is not None and others:
        transfers.ask(session, referral.id, others[0].id, "no_time", Viewer(staff_id, None), now)


def take_transfer_back(session: Session, conversation_id: int, staff_id: int, now: datetime) -> None:
    """The lead keeps them after all."""
    row = transfers.newest_of(session, conversation_id)
    if row is not None:
        transfers.take_back(session, row.id, Viewer(staff_id, None), now)


def reopen(session: Session) -> None:
    """Back to plenty: teams open, nobody away, no call-backs for other areas."""
    session.execute(delete(Absence))
    session.execute(delete(Footprint).where(Footprint.accepts == "call_back"))
    session.execute(update(Team).where(Team.demo).values(closed_at=None))
