"""Changing a duty rota: the week, the days that differ, the rules. Each change is whole, checked and audited."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, Literal

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services import audit, rota, scopes
from services.clock import LONDON
from services.models import DutyException, DutyRules, DutyShift, Team
from services.rota import DAY_MINUTES, Rules, Stretch
from services.scopes import Viewer

ANSWER_LIMITS = (5, 240)
LONGEST_ORDER = 8
SYSTEM = Viewer(0, None)


def may_change(session: Session, team_id: str, viewer: Viewer, now: datetime) -> bool:
    """Whether a team is this viewer's to look at or change; if not, that is audited."""
    if session.get(Team, team_id) is not None and viewer.scope in (None, team_id):
        return True
    scopes.refuse(session, viewer, f"team:{team_id}"[:80], "not_theirs", now)
    return False


def mark(session: Session, team_id: str) -> str:
    """Another one whenever the week is: two people may have the same page open."""
    week = rota.read(session, team_id).week
    return hashlib.sha256(repr(sorted(map(repr, week))).encode()).hexdigest()[:16]


def keep_week(
    session: Session, team_id: str, week: Sequence[Stretch], viewer: Viewer, now: datetime, seen: str = ""
) -> Literal["kept", "changed"]:
    """Let the usual week be this from now on; "changed", and nothing kept, when it is not the one that was `seen`.

    ValueError for stretches that overlap or end before they start, and for somebody who may not be on duty here.
    """
    _check(week)
    _check_people(session, team_id, [each for one in week for each in (one.staff_id, one.deputy_id)])
    _lock(session, team_id)
    if seen and seen != mark(session, team_id):
        return "changed"
    minutes = rota.read(session, team_id).rules.answer_minutes
    session.execute(delete(DutyShift).where(DutyShift.team_id == team_id))
    session.add_all(_shift(team_id, each, minutes) for each in week)
    session.flush()
    _note(session, viewer, "change_rota", team_id, now, {"stretches": len(week)})
    return "kept"


def _shift(team_id: str, each: Stretch, minutes: int) -> DutyShift:
    return DutyShift(
        team_id=team_id,
        weekday=each.weekday,
        starts_minute=each.starts,
        ends_minute=each.ends,
        staff_id=each.staff_id,
        deputy_id=each.deputy_id,
        answer_minutes=minutes,
    )


def _check(week: Iterable[Stretch]) -> None:
    ordered = sorted(week, key=lambda each: (each.weekday, each.starts))
    for each in ordered:
        if not (0 <= each.weekday < 7 and 0 <= each.starts < each.ends <= DAY_MINUTES):
            raise ValueError("a stretch ends after it starts, on the same day")
        if each.deputy_id == each.staff_id:
            raise ValueError("the deputy is somebody else")
    if any(a.weekday == b.weekday and a.ends > b.starts for a, b in pairwise(ordered)):
        raise ValueError("stretches of a day do not overlap")


def _check_people(session: Session, team_id: str, wanted: Iterable[int | None]) -> None:
    allowed = {row.id for row in rota.candidates(session, team_id)}
    if not {each for each in wanted if each is not None} <= allowed:
        raise ValueError("on a rota are coaches, leads and safety officers of the team, with an open account")


def rules_mark(rules: Rules) -> str:
    """Another one whenever the rules are, as `mark`."""
    return hashlib.sha256(repr(rules).encode()).hexdigest()[:16]


def keep_rules(
    session: Session, team_id: str, rules: Rules, viewer: Viewer, now: datetime, seen: str = ""
) -> Literal["kept", "changed"]:
    """How alerts are put to people from now on; one that is under way goes on as it began. ValueError out of limits.

    "changed", and nothing kept, when the rules are not those that were `seen` (`rules_mark`).
    """
    least, most = ANSWER_LIMITS
    if not least <= rules.answer_minutes <= most or len(rules.then) > LONGEST_ORDER:
        raise ValueError("a rule is out of its limits")
    _check_people(session, team_id, rules.then)
    _lock(session, team_id)
    if seen and seen != rules_mark(rota.read(session, team_id).rules):
        return "changed"
    row = session.get(DutyRules, team_id)
    if row is None:
        row = DutyRules(team_id=team_id, then=[])
        session.add(row)
    row.answer_minutes, row.bank_holidays, row.unplaced = rules.answer_minutes, rules.bank_holidays, rules.unplaced
    row.then = list(dict.fromkeys(rules.then))
    session.flush()
    detail = {"minutes": rules.answer_minutes, "then": row.then, "unplaced": rules.unplaced}
    _note(session, viewer, "change_rota_rules", team_id, now, detail)
    return "kept"


def add_exception(
    session: Session,
    team_id: str,
    days: tuple[date, date],
    viewer: Viewer,
    now: datetime,
    *,
    staff_id: int | None,
    deputy_id: int | None = None,
    hours: tuple[int, int] | None = None,
) -> int:
    """Let some days (the last included) differ: nobody on duty, somebody else, other hours. Its id.

    ValueError for days that are over or the wrong way round, hours that end before they start, a person who may not
    be on duty here, and somebody without hours on days that have none in the week.
    """
    first, last = days
    if last < first or last < now.astimezone(LONDON).date():
        raise ValueError("an exception ends after it starts, and is not over")
    if hours and not 0 <= hours[0] < hours[1] <= DAY_MINUTES:
        raise ValueError("hours end after they start")
    if staff_id is not None and deputy_id == staff_id:
        raise ValueError("the deputy is somebody else")
    _check_people(session, team_id, (staff_id, deputy_id))
    _lock(session, team_id)
    row = DutyException(team_id=team_id, first_day=first, last_day=last, staff_id=staff_id, created_at=now)
    row.deputy_id = deputy_id if staff_id else None
    row.starts_minute, row.ends_minute = hours if hours and staff_id else (None, None)
    session.add(row)
    session.flush()
    detail = {"from": first.isoformat(), "until": last.isoformat(), "staff": staff_id}
    _note(session, viewer, "add_rota_exception", team_id, now, detail)
    return row.id


def end_exception(session: Session, team_id: str, exception_id: int, viewer: Viewer, now: datetime) -> bool:
    """Let the days be like the week again; False, and audited, when it is not this team's."""
    row = session.get(DutyException, exception_id)
    if row is None or row.team_id != team_id:
        scopes.refuse(session, viewer, f"rota_exception:{exception_id}", "not_theirs", now)
        return False
    detail = {"from": row.first_day.isoformat(), "until": row.last_day.isoformat()}
    session.delete(row)
    session.flush()
    _note(session, viewer, "end_rota_exception", team_id, now, detail)
    return True


def _lock(session: Session, team_id: str) -> None:
    session.scalars(select(Team.id).where(Team.id == team_id).with_for_update(key_share=True)).one()


def _note(session: Session, viewer: Viewer, action: str, team_id: str, now: datetime, detail: dict[str, Any]) -> None:
    """Changes from the command line are the system's."""
    actor = viewer.actor if viewer.staff_id else "system"
    audit.record(session, actor, action, f"team:{team_id}", now, detail)
