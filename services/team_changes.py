"""Teams made and changed in the browser.

Nothing follows from a team that is not open, so one administrator makes it ready alone. Somebody else has to agree before it opens, and from
then on to whatever changes whom it takes, whom people share with, or how it reaches them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final, Literal, TypeAlias

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, going_live, locks
from services.footprints import Footprint
from services.journeys import day_of
from services.models import Team, TeamChange
from services.tables_of_teams import KEY, area_cells, area_of, areas_of, midnight
from services.teams import footprint_rows

Fact: TypeAlias = "str | int | bool | None"
Area: TypeAlias = "tuple[str, ...]"
"""kind, code, accepts, starts_on, ends_on, as in the table of areas."""
Done = Literal["kept", "waits", "both", "same", "overtaken"]
Agreed = Literal["agreed", "own", "gone", "overtaken", "lacks"]

FACTS: Final = (
    "name", "short_name", "board", "controller", "privacy_url", "caller_number", "email", "min_age", "asks_months",
    "accepts_call_back", "call_back_days", "telegram_allowed",
)  # fmt: skip
AT_ONCE: Final = frozenset({"name", "short_name", "email", "accepts_call_back", "call_back_days"})
"""What one person may change of a team that is open."""
FACTS_OF, AREAS_OF, OPENING = "facts", "areas", "opening"


def facts_of(team: Team) -> dict[str, Fact]:
    """What can be changed of a team, but for its areas and when it is open."""
    return {name: getattr(team, name) for name in FACTS}


def mark_of(session: Session, team: Team) -> str:
    """Tells whether a team still is as somebody saw it."""
    seen = [
        facts_of(team),
        [area_cells(row) for row in areas_of(session, team.id)],
        str(team.opened_at),
        str(team.closed_at),
    ]
    return hashlib.sha256(json.dumps(seen).encode()).hexdigest()[:16]


def is_served(team: Team, now: datetime) -> bool:
    """Whether people come to this team, or will once its day comes."""
    return team.opened_at is not None and not team.has_closed(now)


def make(
    session: Session, key: str, facts: Mapping[str, Fact], staff_id: int, now: datetime, place: Footprint | None = None
) -> bool:
    """Make a team that is not open yet, with the places of its file of rules; False when there is one of this id.

    ValueError for an id that cannot be.
    """
    if not KEY.fullmatch(key):
        raise ValueError(key)
    locks.alone(session, f"team:{key}")
    if session.get(Team, key) is not None:
        return False
    session.add(Team(id=key, **facts))
    session.flush()
    session.add_all(footprint_rows(place) if place else ())
    session.flush()
    audit.record(session, f"staff:{staff_id}", "team.make", f"team:{key}", now)
    return True


def change(
    session: Session, team_id: str, facts: Mapping[str, Fact], seen: Mapping[str, Fact], staff_id: int, now: datetime
) -> Done:
    """Change facts of a team from what was `seen`: at once, or (also) put to a second person.

    "overtaken": somebody else has changed one of them otherwise meanwhile, and nothing is done.
    """
    team = locks.get_one(session, Team, team_id)
    before = facts_of(team)
    changed = {name: value for name, value in facts.items() if value not in (seen.get(name), before[name])}
    if any(before[name] != seen.get(name) for name in changed):
        return "overtaken"
    waits = {name: value for name, value in changed.items() if is_served(team, now) and name not in AT_ONCE}
    at_once = {name: value for name, value in changed.items() if name not in waits}
    if at_once:
        _set(session, team, at_once, staff_id, now)
    if waits:
        said = {"facts": waits, "before": {name: before[name] for name in waits}}
        _propose(session, team_id, FACTS_OF, said, staff_id, now)
    return "both" if at_once and waits else "kept" if at_once else "waits" if waits else "same"


def _set(session: Session, team: Team, facts: Mapping[str, Fact], staff_id: int, now: datetime) -> None:
    for name, value in facts.items():
        setattr(team, name, value)
    session.flush()
    audit.record(
        session, f"staff:{staff_id}", "team.change", f"team:{team.id}", now, {"facts": ",".join(sorted(facts))}
    )


def change_areas(
    session: Session, team_id: str, more: Iterable[Area], fewer: Iterable[Area], staff_id: int, now: datetime
) -> Done:
    """Add places to a team's footprint and take others away: at once, or put to a second person."""
    team = locks.get_one(session, Team, team_id)
    there = {area_cells(row) for row in areas_of(session, team_id)}
    added = [area for area in dict.fromkeys(more) if area not in there]
    gone = [area for area in dict.fromkeys(fewer) if area in there]
    if not added and not gone:
        return "same"
    if is_served(team, now):
        _propose(session, team_id, AREAS_OF, {"more": added, "fewer": gone}, staff_id, now)
        return "waits"
    _set_areas(session, team_id, added, gone, staff_id, now)
    return "kept"


def _set_areas(
    session: Session, team_id: str, more: Iterable[Area], fewer: Iterable[Area], staff_id: int, now: datetime
) -> None:
    gone, rows = set(fewer), areas_of(session, team_id)
    there = {area_cells(row) for row in rows}
    for row in rows:
        if area_cells(row) in gone:
            session.delete(row)
    added = [area for area in more if area not in there]
    session.add_all(area_of(team_id, area) for area in added)
    session.flush()
    detail = {"more": len(added), "fewer": len(gone & there)}
    audit.record(session, f"staff:{staff_id}", "team.areas", f"team:{team_id}", now, detail)


def lacking(session: Session, team: Team, on: date) -> list[str]:
    """What has to be there before this team opens, and is not."""
    return [point.key for point in going_live.checklist(session, team, on) if not point.done]


def propose_opening(session: Session, team_id: str, on: date, signed_by: str, staff_id: int, now: datetime) -> bool:
    """Put it to a second person that a team opens on a day; False while something is missing. `signed_by`: the safety sign-off."""
    team = locks.get_one(session, Team, team_id)
    if lacking(session, team, day_of(now)) or is_served(team, now):
        return False
    _propose(session, team_id, OPENING, {"on": on.isoformat(), "signed_by": signed_by}, staff_id, now)
    return True


def close(session: Session, team_id: str, on: date | None, staff_id: int, now: datetime) -> None:
    """From this day on the team takes nobody new; None: a team that was to close stays open."""
    team = locks.get_one(session, Team, team_id)
    if is_served(team, now):
        team.closed_at = midnight(on.isoformat()) if on else None
        session.flush()
        detail = {"on": on.isoformat() if on else ""}
        audit.record(session, f"staff:{staff_id}", "team.close", f"team:{team_id}", now, detail)


def _propose(
    session: Session, team_id: str, kind: str, said: Mapping[str, Any], staff_id: int, now: datetime
) -> TeamChange:
    row = TeamChange(team_id=team_id, kind=kind, said=dict(said), proposed_by=staff_id, proposed_at=now)
    session.add(row)
    session.flush()
    audit.record(session, f"staff:{staff_id}", "team.propose", f"change:{row.id}", now, {"team": team_id, "kind": kind})
    return row


def agree(session: Session, change_id: int, seen: str, staff_id: int, now: datetime) -> Agreed:
    """A second person agrees to what they saw: it counts from now on. "lacks": the team may not open as it is."""
    row = locks.get(session, TeamChange, change_id)
    if row is None or not _waits(row):
        return "gone"
    team = locks.get_one(session, Team, row.team_id)
    if row.proposed_by == staff_id:
        audit.record(session, f"staff:{staff_id}", "refused", f"change:{change_id}", now, {"why": "own"})
        return "own"
    if mark_of(session, team) != seen or is_overtaken(row, team, now):
        return "overtaken"
    if row.kind == OPENING and lacking(session, team, day_of(now)):
        return "lacks"
    row.agreed_by, row.agreed_at = staff_id, now
    audit.record(session, f"staff:{staff_id}", "team.agree", f"change:{change_id}", now, {"team": row.team_id})
    _follow(session, row, team, staff_id, now)
    return "agreed"


def is_overtaken(row: TeamChange, team: Team, now: datetime) -> bool:
    """Whether what a change would change has been changed otherwise since; what is open is not opened again."""
    if row.kind == OPENING and is_served(team, now):
        return True
    before: Mapping[str, Fact] = row.said.get("before", {})
    return any(getattr(team, name) != value for name, value in before.items())


def _follow(session: Session, row: TeamChange, team: Team, staff_id: int, now: datetime) -> None:
    said = row.said
    if row.kind == FACTS_OF:
        _set(session, team, said["facts"], staff_id, now)
    elif row.kind == AREAS_OF:
        _set_areas(session, team.id, map(tuple, said["more"]), map(tuple, said["fewer"]), staff_id, now)
    else:
        on = first_day(row).isoformat()
        team.opened_at, team.closed_at = midnight(on), None
        audit.record(session, f"staff:{staff_id}", "team.open", f"team:{team.id}", now, {"on": on})
    session.flush()


def first_day(row: TeamChange) -> date:
    """From when a team is open: the day that was asked for, or the one on which it was agreed to where that is later."""
    wanted = date.fromisoformat(row.said["on"])
    return max(wanted, day_of(row.agreed_at)) if row.agreed_at else wanted


def drop(session: Session, change_id: int, staff_id: int, now: datetime) -> bool:
    """Take a change back that nobody has agreed to yet; False when nothing waits any more."""
    row = locks.get(session, TeamChange, change_id)
    if row is None or not _waits(row):
        return False
    row.dropped_at = now
    session.flush()
    audit.record(session, f"staff:{staff_id}", "team.drop", f"change:{change_id}", now, {"team": row.team_id})
    return True


def _waits(row: TeamChange) -> bool:
    return row.agreed_at is None and row.dropped_at is None


def waiting(session: Session) -> Sequence[TeamChange]:
    """Changes that nobody has agreed to yet, nor taken back, the oldest first."""
    rows = select(TeamChange).where(TeamChange.agreed_at.is_(None), TeamChange.dropped_at.is_(None))
    return session.scalars(rows.order_by(TeamChange.id)).all()


def waiting_for(session: Session, staff_id: int) -> int:
    """How many changes wait for somebody other than who wrote them."""
    return len([row for row in waiting(session) if row.proposed_by != staff_id])


def listed(session: Session, team_id: str) -> list[TeamChange]:
    """The changes of a team: those that wait, then the ten agreed to last."""
    rows = select(TeamChange).where(TeamChange.team_id == team_id, TeamChange.dropped_at.is_(None))
    found = session.scalars(rows.order_by(TeamChange.id.desc())).all()
    return [*(row for row in found if _waits(row)), *[row for row in found if not _waits(row)][:10]]
