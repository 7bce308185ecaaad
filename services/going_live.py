"""What has to be there before a team opens to the public, and whether it is (journey.md, docs/running.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from services import helpline_checks, team_rules
from services.models import Coach, DutyShift, Footprint, Team, WorkingHours


@dataclass(frozen=True, slots=True)
class Point:
    """One point of the list, by its id; `done`: whether it is met. What to do about it stands on the page."""

    key: str
    done: bool


def checklist(session: Session, team: Team, on: date) -> list[Point]:
    """Every point for a team on a day, in the order in which they are worked off. The safety sign-off is on paper."""
    rules = team_rules.of(session, team.id, on)
    coaches = select(Coach.id).where(Coach.team_id == team.id, Coach.active)
    points = {
        "controller": bool(team.controller and team.privacy_url),
        "caller_number": bool(team.caller_number),
        "footprint": bool(session.scalar(select(exists().where(Footprint.team_id == team.id)))),
        "rules": rules.local_rules == "known" and all(rule.confirmed for rule in rules.rules),
        "hours": bool(session.scalar(select(exists().where(WorkingHours.coach_id.in_(coaches))))),
        "rota": bool(session.scalar(select(exists().where(DutyShift.team_id == team.id)))),
        "helplines": not helpline_checks.unchecked(session),
    }
    return [Point(key, done) for key, done in points.items()]
