"""Demonstration teams: one for each board, two coaches each, plainly marked, never beside a live provider.

Names are invented, numbers come from the ranges that Ofcom keeps for drama (they reach nobody).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services.boards import Board, Boards
from services.clock import LONDON, real_now
from services.eligibility_files import load_rules
from services.footprints import Footprint
from services.models import Coach, Team, WorkingHours
from services.models import Footprint as FootprintRow
from services.teams import footprint_rows

SHORT_NAME = "WorkWell demo team"
CONTROLLER = "Demonstration only: nobody receives this"
CALL_KINDS = "phone,video"
EVENING = 3  # Thursday
LONGEST_PLACE = 40  # a team's name fits in one line of a text
SHORTER = {
    "E54000039": "Bristol and around",
    "E54000040": "Bath, Swindon and Wiltshire",
}
DRAMA = {  # the drama range of the town where there is one; else 01632, which is no town's
    "E54000008": "0151 496 0",
    "E54000015": "0116 496 0",
    "E54000029": "020 7946 0",
    "E54000030": "020 7946 0",
    "E54000031": "020 7946 0",
    "E54000039": "0117 496 0",
    "E54000050": "0191 498 0",
    "E54000054": "0113 496 0",
    "E54000055": "0121 496 0",
    "E54000057": "0161 496 0",
    "E54000060": "0115 496 0",
    "E54000061": "0114 496 0",
    "E54000070": "0118 496 0",
    "E54000071": "020 7946 0",
}
NAMES = (
    "Sam Priya Tom Aisha Grace Daniel Meera Callum Ruth Yusuf Hannah Kofi Ellie Marcus Nadia Owen Joy Imran Beth Leon "
    "Farah Jack Amara Simon Lucy Tariq Megan Paul Zainab Harry Chloe Ravi Olivia Ben Sadia Neil"
)


@dataclass(frozen=True, slots=True)
class DemoHours:
    """One stretch of a week: weekday (0 is Monday) and minutes after midnight on the wall in England."""

    weekday: int
    starts_minute: int
    ends_minute: int
    break_starts_minute: int = 12 * 60
    break_ends_minute: int = 12 * 60 + 30


@dataclass(frozen=True, slots=True)
class DemoCoach:
    """An invented coach."""

    name: str
    hours: tuple[DemoHours, ...]


@dataclass(frozen=True, slots=True)
class DemoTeam:
    """An invented team for a board; its rules are services/eligibility_rules/<key>.yml or the demonstration's."""

    key: str
    board: str
    name: str
    short_name: str
    caller_number: str
    coaches: tuple[DemoCoach, DemoCoach]
    footprint: Footprint
    min_age: int
    asks_months: bool
    demonstration: bool = True


def week(starts: int, ends: int, evening: int | None = None) -> tuple[DemoHours, ...]:
    """Monday to Friday between two full hours; `evening` is the end on Thursdays."""
    return tuple(
        DemoHours(day, starts * 60, (evening if evening and day == EVENING else ends) * 60) for day in range(5)
    )


def demo_teams(on: date) -> Iterator[DemoTeam]:
    """One team for each board in charge on a day, always the same."""
    names = NAMES.split()  # as many as there are boards; each board has two of them
    for number, board in enumerate(Boards.load().on(on)):
        first, second = names[number % len(names)], names[(number + 5) % len(names)]
        coaches = (DemoCoach(first, week(9, 17)), DemoCoach(second, week(8, 16, evening=19)))
        yield _team(board, number, coaches, on)


def _team(board: Board, number: int, coaches: tuple[DemoCoach, DemoCoach], on: date) -> DemoTeam:
    key = "demo_" + board.short_name.lower().replace(",", "").replace(" ", "_").replace("-", "_")
    rules = load_rules(key, on)
    place = SHORTER.get(board.code, board.short_name)
    return DemoTeam(
        key,
        board.code,
        f"Demonstration team: {place}",
        SHORT_NAME,
        f"{DRAMA.get(board.code, '01632 960')}{number + 100:03}",
        coaches,
        Footprint(key, boards=frozenset({board.code}), accepts=frozenset(rules.ways)),
        rules.min_age or 18,
        rules.asks_months,
    )


def install_demo(session: Session, now: datetime | None = None) -> int:
    """Put the demonstration teams of today's boards into the tables, or bring them up to date; how many there are.

    Run it as often as you like: booked calls, absences and holds stay. `now`: aware; the machine's time if not given.
    """
    now = now or real_now()
    teams = list(demo_teams(now.astimezone(LONDON).date()))
    for team in teams:
        _put_team(session, team, now)
    session.flush()
    for team in teams:
        _put_footprint(session, team)
        _put_coaches(session, team, now)
    session.flush()
    return len(teams)


def _put_team(session: Session, team: DemoTeam, now: datetime) -> None:
    row = session.get(Team, team.key)
    if row is None:
        row = Team(id=team.key, opened_at=now, controller=CONTROLLER, demo=True, call_kinds=CALL_KINDS)
        session.add(row)
    row.name, row.short_name, row.board = team.name, team.short_name, team.board
    row.caller_number, row.min_age, row.asks_months = team.caller_number, team.min_age, team.asks_months
    row.telegram_allowed, row.closed_at = True, None


def _put_footprint(session: Session, team: DemoTeam) -> None:
    session.execute(delete(FootprintRow).where(FootprintRow.team_id == team.key))
    session.add_all(footprint_rows(team.footprint))


def _put_coaches(session: Session, team: DemoTeam, now: datetime) -> None:
    present = {coach.name: coach for coach in session.scalars(select(Coach).where(Coach.team_id == team.key))}
    for coach in team.coaches:
        row = present.get(coach.name)
        if row is None:
            row = Coach(team_id=team.key, name=coach.name, created_at=now)
            session.add(row)
            session.flush()
        _put_hours(session, row.id, coach.hours)


def _put_hours(session: Session, coach: int, hours: tuple[DemoHours, ...]) -> None:
    session.execute(delete(WorkingHours).where(WorkingHours.coach_id == coach))
    session.add_all(
        WorkingHours(
            coach_id=coach,
            weekday=each.weekday,
            starts_minute=each.starts_minute,
            ends_minute=each.ends_minute,
            break_starts_minute=each.break_starts_minute,
            break_ends_minute=each.break_ends_minute,
        )
        for each in hours
    )
