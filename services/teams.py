"""The teams that take referrals, and which of them serves a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Literal

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from services import models
from services.areas import Area, Areas
from services.clock import LONDON
from services.footprints import Footprint, Match, match, team_for
from services.models import Team
from services.practices import Practice
from services.prepared import Prepared

PART = "part"
CALL_BACK = "call_back"


@dataclass(frozen=True, slots=True)
class FoundTeam:
    """The team to go on with, if there is one, and how it was found (or what is missing)."""

    result: Literal["found", "none", "ask_practice", "ask_person"]
    team: Team | None


def find(
    session: Session, area: Area | None, practice: Practice | None, on: date, *, asked_practice: bool = False
) -> FoundTeam:
    """The open team that serves a home or a practice on a day in England.

    The postcode counts as confirmed by the person, also where it is not in the table. `asked_practice`: the practice
    was asked for already. With `ask_person` the team is the only candidate, or None where there are several.
    """
    area = area.confirmed() if area else None
    around = Areas.load().around(area) if area else frozenset()
    finding = team_for(footprints(session, on), area, practice, on, around=around, asked_practice=asked_practice)
    return FoundTeam(finding.result, session.get(Team, finding.team) if finding.team else None)


def match_of(session: Session, team: str, area: Area | None, practice: Practice | None, on: date) -> Match | None:
    """How a person stands to one team: whether home and practice belong to any part of its footprint."""
    area = area.confirmed() if area else None
    own = [match(footprint, area, practice, on) for footprint in footprints(session, on) if footprint.team == team]
    if not own:
        return None
    return replace(own[0], lives=_either(m.lives for m in own), gp=_either(m.gp for m in own))


def _either(answers: Iterable[bool | None]) -> bool | None:
    """Yes if any is, no if all are not, else not known."""
    known = list(answers)
    return True if True in known else None if None in known else False


def call_back_team(session: Session, area: Area | None, on: date) -> Team | None:
    """The open team that has accepted call-backs for an area without a team of its own; None when none has.

    Of several the one with the fewest open promises, so that no team gets everybody.
    """
    able = [team for team in _promising(session, area, on) if team.accepts_call_back]
    promised = _promised(session, [team.id for team in able])
    return min(able, key=lambda team: (promised.get(team.id, 0), team.id), default=None)


def accepting(session: Session, area: Area | None, on: date) -> list[Team]:
    """The open teams that have accepted an area, by name: it is in their own footprint, or they take call-backs of it."""
    if area is None:
        return []
    own = {each.team for each in footprints(session, on) if match(each, area, None, on).lives}
    helping = {team.id for team in _promising(session, area, on)}
    return [team for team in open_teams(session, on) if team.accepts_call_back and team.id in own | helping]


def _promising(session: Session, area: Area | None, on: date) -> list[Team]:
    """The open teams that have accepted call-backs for an area's board."""
    if area is None or area.board is None:
        return []
    rows = select(models.Footprint).where(models.Footprint.accepts == CALL_BACK, models.Footprint.code == area.board)
    accepted = {row.team_id for row in session.scalars(rows) if _in_force(row, on)}
    return [team for team in open_teams(session, on) if team.id in accepted]


def _in_force(row: models.Footprint, on: date) -> bool:
    return (row.starts_on or date.min) <= on <= (row.ends_on or date.max)


def _promised(session: Session, team_ids: list[str]) -> dict[str, int]:
    """How many promises to ring each team has open."""
    open_ones = select(models.CallBack.team_id, func.count()).where(models.CallBack.done_at.is_(None))
    mine = open_ones.where(models.CallBack.team_id.in_(team_ids)).group_by(models.CallBack.team_id)
    return {team_id: number for team_id, number in session.execute(mine)}  # noqa: C416  a row is not a pair to dict()


def open_teams(session: Session, on: date) -> list[Team]:
    """The teams open on a day in England, by name: from the day on that they open, until the one that they close."""
    start, over = (datetime.combine(day, time.min, LONDON) for day in (on, on + timedelta(days=1)))
    found = session.scalars(select(Team).where(Team.opened_at < over).order_by(Team.name))
    return [team for team in found if team.closed_at is None or team.closed_at > start]


def not_closed(session: Session, on: date) -> list[Team]:
    """The teams that are open on a day in England or are made ready for it, by name."""
    start = datetime.combine(on, time.min, LONDON)
    return [team for team in every(session) if team.closed_at is None or team.closed_at > start]


def every(session: Session) -> list[Team]:
    """Every team, also those that are closed or not open yet, by name."""
    return list(session.scalars(select(Team).order_by(Team.name)))


def open_demonstrations(session: Session) -> int:
    """How many demonstration teams are open in this database."""
    return len(
        [team for team in session.scalars(select(Team).where(Team.demo)) if team.opened_at and not team.closed_at]
    )


def footprints(session: Session, on: date) -> tuple[Footprint, ...]:
    """The footprints of the open teams; rows of a team with the same dates and editions make one."""
    session.flush()
    start, over = (datetime.combine(day, time.min, LONDON) for day in (on, on + timedelta(days=1)))
    opened = (row for row in _OPENED.all(session, {}) if row.opened_at < over)
    open_ids = {row.id for row in opened if row.closed_at is None or row.closed_at > start}
    grouped: dict[tuple[str, date | None, date | None], list[Any]] = defaultdict(list)
    for row in _FOOTPRINTS.all(session, {}):
        if row.team_id in open_ids and row.accepts != CALL_BACK:
            grouped[(row.team_id, row.starts_on, row.ends_on)].append(row)
    return tuple(_footprint(*key, tuple(rows)) for key, rows in grouped.items())


_OPENED = Prepared(select(Team.id, Team.opened_at, Team.closed_at).where(Team.opened_at.is_not(None)))
_FOOTPRINTS = Prepared(select(models.Footprint.__table__).order_by(models.Footprint.id))


@lru_cache(maxsize=1024)
def _footprint(team: str, starts: date | None, ends: date | None, rows: tuple[Any, ...]) -> Footprint:
    """Of rows as they were just read; the same rows make the same footprint. Kinds: board, lad, practice, postcode, each with "_part" behind it where only a part of it is meant."""

    def codes(kind: str, edition: str | None = None) -> frozenset[str]:
        found = (row for row in rows if row.kind.removesuffix(f"_{PART}") == kind)
        return frozenset(row.code for row in found if edition is None or row.edition == edition)

    return Footprint(
        team,
        boards=codes("board", "2026"),
        boards_old=codes("board", "2023"),
        lads=codes("lad"),
        practices=codes("practice"),
        postcodes=tuple(sorted(codes("postcode"))),
        accepts=frozenset(row.accepts for row in rows),
        part=any(row.kind.endswith(PART) for row in rows),
        starts=starts,
        ends=ends,
    )


def footprint_rows(footprint: Footprint) -> list[models.Footprint]:
    """The rows that stand for a footprint: one a code and accepted way."""
    kinds = [
        ("board", "2026", sorted(footprint.boards)),
        ("board", "2023", sorted(footprint.boards_old)),
        ("lad", None, sorted(footprint.lads)),
        ("practice", None, sorted(footprint.practices)),
        ("postcode", None, list(footprint.postcodes)),
    ]
    return [
        models.Footprint(
            team_id=footprint.team,
            kind=f"{kind}_{PART}" if footprint.part else kind,
            code=code,
            edition=edition,
            accepts=way,
            starts_on=footprint.starts,
            ends_on=footprint.ends,
        )
        for kind, edition, codes in kinds
        for code in codes
        for way in sorted(footprint.accepts)
    ]
