"""A team's rota as a page shows it: who is on duty now, the next two weeks, who is asked after whom, what is amiss."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy.orm import Session

from services import audit, rota, rota_changes, scopes
from services.clock import LONDON
from services.models import StaffMember, Team
from services.rota import Difference, Duty, Rota
from services.scopes import Viewer
from services.teams import not_closed

DAYS_SHOWN = 14


@dataclass(frozen=True, slots=True)
class OnDuty:
    """A stretch of a day with names; `now`: it is running."""

    starts: int
    ends: int
    name: str
    deputy: str | None
    differs: bool
    now: bool = False


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of the rota. `why` where nobody is on duty: bank_holiday, exception or week."""

    day: date
    stretches: tuple[OnDuty, ...]
    why: Literal["", "bank_holiday", "exception", "week"]


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """Days that differ; no name: nobody is on duty."""

    id: int
    first_day: date
    last_day: date
    name: str | None
    deputy: str | None
    hours: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Candidate:
    """Who may be put on the rota, and whether a text reaches them."""

    id: int
    name: str
    has_number: bool


@dataclass(frozen=True, slots=True)
class RotaPage:
    """Everything of the page. `until`: when what holds now ends; `next_on`, `next_at`: the next cover where there is none."""

    team_id: str
    team: str
    mark: str
    rules_mark: str
    rota: Rota
    running: OnDuty | None
    until: datetime | None
    next_on: str | None
    next_at: datetime | None
    days: tuple[DayRow, ...]
    then: tuple[str, ...]
    differences: tuple[DifferenceRow, ...]
    candidates: tuple[Candidate, ...]
    closed: tuple[str, ...]
    silent: tuple[str, ...]


def read(session: Session, team_id: str, viewer: Viewer, now: datetime) -> RotaPage | None:
    """The page of a team; the reading is audited, as is the refusal (None) for another team."""
    if not rota_changes.may_change(session, team_id, viewer, now):
        return None
    audit.record(session, viewer.actor, "read_rota", f"team:{team_id}", now)
    found = rota.read(session, team_id)
    today, running = now.astimezone(LONDON).date(), found.at(now)
    coming = None if running else found.next_cover(now)
    people = [session.get(StaffMember, each) for each in sorted(found.named)]
    named = [each for each in people if each]
    return RotaPage(
        team_id=team_id,
        team=session.get_one(Team, team_id).name,
        mark=rota_changes.mark(session, team_id),
        rules_mark=rota_changes.rules_mark(found.rules),
        rota=found,
        running=_on_duty(session, found, running) if running else None,
        until=found.ends_at(now, running) if running else None,
        next_on=_name(session, found.order(coming[1])[0]) if coming else None,
        next_at=coming[0] if coming else None,
        days=tuple(
            _day(session, found, today + timedelta(days=n), running if n == 0 else None) for n in range(DAYS_SHOWN)
        ),
        then=tuple(_name(session, each) for each in found.rules.then),
        differences=tuple(_difference(session, each) for each in found.differences if each.last_day >= today),
        candidates=tuple(
            Candidate(row.id, row.name or row.email, bool(row.phone)) for row in rota.candidates(session, team_id)
        ),
        closed=tuple(each.name or each.email for each in named if each.disabled_at),
        silent=tuple(each.name or each.email for each in named if not each.disabled_at and not each.phone),
    )


def _name(session: Session, staff_id: int | None) -> str:
    return scopes.name_of(session, staff_id) or "Somebody"


def _on_duty(session: Session, found: Rota, duty: Duty, now: bool = False) -> OnDuty:
    """The names of who is really asked: where an account is closed the next in line stands there."""
    order = found.order(duty)
    deputy = order[1] if len(order) > 1 and order[1] == duty.deputy_id else None
    name = _name(session, order[0] if order else None)
    return OnDuty(duty.starts, duty.ends, name, _name(session, deputy) if deputy else None, duty.differs, now)


def _day(session: Session, found: Rota, day: date, running: Duty | None) -> DayRow:
    stretches = tuple(_on_duty(session, found, duty, duty == running) for duty in found.on(day) if found.order(duty))
    return DayRow(day, stretches, "" if stretches else _why(found, day))


def _why(found: Rota, day: date) -> Literal["bank_holiday", "exception", "week"]:
    if any(each.holds(day) for each in found.differences):
        return "exception"
    return "bank_holiday" if found.is_free(day) else "week"


def _difference(session: Session, each: Difference) -> DifferenceRow:
    hours = (each.starts, each.ends) if each.starts is not None and each.ends is not None else None
    deputy = _name(session, each.deputy_id) if each.deputy_id else None
    name = _name(session, each.staff_id) if each.staff_id else None
    return DifferenceRow(each.id, each.first_day, each.last_day, name, deputy, hours)


def teams(session: Session, viewer: Viewer, on: date) -> Iterator[tuple[str, str]]:
    """The teams this viewer may see, by id and name, but for closed ones: a team has its rota before it opens."""
    return ((team.id, team.name) for team in not_closed(session, on) if viewer.scope in (None, team.id))
