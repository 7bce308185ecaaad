"""The people a coach goes on with after the first call: the plan, the next contact, cover, handing over."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from services import audit, notes, scopes
from services.clock import LONDON
from services.desk_rows import coach_name, person_name
from services.models import Absence, CheckIn, Coach, Cover, Plan, Referral, StaffMember
from services.scopes import Viewer

ACTIVE = "active"
"""A referral's status once its person was reached; before that it is "shared"."""
MOST_CHARACTERS = 2000
LOOK_AHEAD = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class PlanRow:
    """What was agreed, in the person's words, and the next contact."""

    words: str
    next_on: date | None
    next_what: str
    changed: datetime
    by: str


@dataclass(frozen=True, slots=True)
class Case:
    """One person of the caseload."""

    referral: int
    reference: str
    person: str
    coach_id: int | None
    coach: str | None
    plan: PlanRow | None
    late: bool


@dataclass(frozen=True, slots=True)
class CoverRow:
    """Who looks after whose people, from and until (both inside)."""

    id: int
    coach: str
    by: str
    by_coach_id: int
    starts: date
    ends: date


@dataclass(frozen=True, slots=True)
class Caseload:
    """The page: people by next contact, cover that runs or comes, colleagues who are away with nobody covering."""

    cases: tuple[Case, ...]
    covers: tuple[CoverRow, ...]
    uncovered: tuple[tuple[str, datetime, datetime], ...]
    colleagues: tuple[tuple[int, str], ...]


def read(session: Session, viewer: Viewer, now: datetime, *, own: bool) -> Caseload:
    """The caseload of the team, or with `own` of this coach and of those they cover for; the reading is audited."""
    audit.record(session, viewer.actor, "read_caseload", f"team:{viewer.scope or '*'}", now)
    today = now.astimezone(LONDON).date()
    rows = scopes.mine(viewer, Referral).where(Referral.status == ACTIVE)
    if own:
        rows = rows.where(Referral.coach_id.in_(looks_after(session, viewer, today)))
    cases = [_case(session, row, today) for row in session.scalars(rows)]
    return Caseload(
        cases=tuple(sorted(cases, key=_order)),
        covers=_covers(session, viewer, today),
        uncovered=_uncovered(session, viewer, now),
        colleagues=colleagues(session, viewer.scope) if viewer.scope else (),
    )


def _order(case: Case) -> tuple[date, str]:
    return (case.plan.next_on if case.plan and case.plan.next_on else date.min, case.person)


def _case(session: Session, row: Referral, today: date) -> Case:
    plan = plan_of(session, row.id)
    late = plan is None or plan.next_on is None or plan.next_on < today
    return Case(
        referral=row.id,
        reference=row.reference,
        person=person_name(session, row.person_id),
        coach_id=row.coach_id,
        coach=coach_name(session, row.coach_id),
        plan=plan,
        late=late,
    )


def looks_after(session: Session, viewer: Viewer, today: date) -> list[int]:
    """The coaches whose people are this one's today: their own, and those they cover for."""
    if viewer.coach_id is None:
        return []
    runs = Cover.by_coach_id == viewer.coach_id, Cover.starts_on <= today, Cover.ends_on >= today
    return [viewer.coach_id, *session.scalars(select(Cover.coach_id).where(*runs))]


def plan_of(session: Session, referral_id: int) -> PlanRow | None:
    """A referral's plan; None while there is none."""
    row = session.scalars(select(Plan).where(Plan.referral_id == referral_id)).first()
    if row is None:
        return None
    by = scopes.name_of(session, row.changed_by) or ""
    return PlanRow(row.words or "", row.next_on, row.next_what or "", row.changed_at, by)


def plan_mark(plan: PlanRow | None) -> str:
    """Another one whenever the plan is: two people may have the same page open."""
    return hashlib.sha256(repr(plan).encode()).hexdigest()[:16]


def keep_plan(
    session: Session,
    referral_id: int,
    viewer: Viewer,
    now: datetime,
    *,
    words: str,
    next_on: date | None,
    what: str,
    seen: str = "",
) -> Literal["kept", "plan_changed", "none"]:
    """Write the plan and the next contact; "none" when the referral is not theirs. Too long is a ValueError.

    "plan_changed", and nothing kept, when the plan is not the one that was `seen` (`plan_mark`).
    """
    referral = scopes.lock(session, Referral, referral_id, viewer, now)
    if referral is None:
        return "none"
    if len(words) > MOST_CHARACTERS or len(what) > MOST_CHARACTERS:
        raise ValueError(f"a plan has {MOST_CHARACTERS} characters at most")
    if seen and seen != plan_mark(plan_of(session, referral_id)):
        scopes.refuse(session, viewer, f"referral:{referral_id}", "changed", now)
        return "plan_changed"
    row = session.scalars(select(Plan).where(Plan.referral_id == referral_id)).first()
    if row is None:
        row = Plan(referral_id=referral_id, person_id=referral.person_id)
        session.add(row)
    row.words, row.next_on, row.next_what = words.strip() or None, next_on, what.strip() or None
    row.changed_at, row.changed_by = now, viewer.staff_id
    session.flush()
    audit.record(session, viewer.actor, "plan", f"referral:{referral_id}", now)
    return "kept"


def give(session: Session, referral_id: int, coach_id: int, viewer: Viewer, now: datetime, words: str = "") -> bool:
    """Hand a person to a colleague of the same team, with a word to them; calls stay in the diary they are in."""
    referral = scopes.lock(session, Referral, referral_id, viewer, now)
    if referral is None:
        return False
    if coach_id not in {number for number, _ in colleagues(session, referral.team_id)}:
        scopes.refuse(session, viewer, f"coach:{coach_id}", "not_of_the_team", now)
        return False
    referral.coach_id, referral.changed_at = coach_id, now
    notes.add(session, referral, "hand_over", viewer.staff_id, now, words=words, result=coach_name(session, coach_id))
    _take_check_ins_over(session, referral.id, coach_id)
    audit.record(session, viewer.actor, "give", f"referral:{referral_id}", now, {"coach": coach_id})
    return True


def _take_check_ins_over(session: Session, referral_id: int, coach_id: int) -> None:
    """What is planned and not asked yet is asked in the name of who has the person now, as far as they have an account."""
    account = select(StaffMember.id).where(StaffMember.coach_id == coach_id, StaffMember.disabled_at.is_(None))
    staff_id = session.scalars(account.order_by(StaffMember.id)).first()
    if staff_id is not None:
        planned = update(CheckIn).where(CheckIn.referral_id == referral_id, CheckIn.asked_at.is_(None))
        session.execute(planned.where(CheckIn.taken_back_at.is_(None)).values(staff_id=staff_id))


def colleagues(session: Session, team_id: str | None, but: int | None = None) -> tuple[tuple[int, str], ...]:
    """The coaches of a team who work now, by name."""
    rows = select(Coach.id, Coach.name).where(Coach.team_id == team_id, Coach.active).order_by(Coach.name)
    return tuple((row[0], row[1]) for row in session.execute(rows) if row[0] != but)


def cover(
    session: Session, coach_id: int, by_coach_id: int, starts: date, ends: date, viewer: Viewer, now: datetime
) -> bool:
    """One coach looks after another's people from a day to a day; False unless both are of the viewer's team."""
    ours = {number for number, _ in colleagues(session, viewer.scope)}
    if not {coach_id, by_coach_id} <= ours or coach_id == by_coach_id or ends < starts:
        scopes.refuse(session, viewer, f"coach:{coach_id}", "not_of_the_team", now)
        return False
    row = Cover(
        coach_id=coach_id,
        by_coach_id=by_coach_id,
        starts_on=starts,
        ends_on=ends,
        created_at=now,
        created_by=viewer.staff_id,
    )
    session.add(row)
    session.flush()
    audit.record(session, viewer.actor, "cover", f"coach:{coach_id}", now, {"by": by_coach_id})
    return True


def end_cover(session: Session, cover_id: int, viewer: Viewer, now: datetime) -> bool:
    """Take a cover back; False when it is another team's or gone."""
    row = session.get(Cover, cover_id)
    if row is None or row.coach_id not in {number for number, _ in colleagues(session, viewer.scope)}:
        scopes.refuse(session, viewer, f"cover:{cover_id}", "not_theirs", now)
        return False
    session.delete(row)
    audit.record(session, viewer.actor, "end_cover", f"coach:{row.coach_id}", now)
    return True


def _covers(session: Session, viewer: Viewer, today: date) -> tuple[CoverRow, ...]:
    rows = select(Cover).join(Coach, Coach.id == Cover.coach_id)
    rows = rows.where(viewer.within(Coach.team_id), Cover.ends_on >= today).order_by(Cover.starts_on)
    return tuple(_cover(session, row) for row in session.scalars(rows))


def _cover(session: Session, row: Cover) -> CoverRow:
    names = coach_name(session, row.coach_id) or "", coach_name(session, row.by_coach_id) or ""
    return CoverRow(row.id, *names, row.by_coach_id, row.starts_on, row.ends_on)


def _uncovered(session: Session, viewer: Viewer, now: datetime) -> tuple[tuple[str, datetime, datetime], ...]:
    """Coaches who will be away in the next two weeks and have people, with nobody named for them."""
    has_people = select(func.count(Referral.id)).where(Referral.coach_id == Coach.id, Referral.status == ACTIVE)
    away = (
        select(Coach.id, Coach.name, Absence.starts_at, Absence.ends_at)
        .join(Absence, Absence.coach_id == Coach.id)
        .where(viewer.within(Coach.team_id), Absence.ends_at > now, Absence.starts_at < now + LOOK_AHEAD)
        .where(has_people.scalar_subquery() > 0)
        .order_by(Absence.starts_at)
    )
    found = session.execute(away)
    return tuple((name, starts, ends) for coach, name, starts, ends in found if not _is_covered(session, coach, starts))


def _is_covered(session: Session, coach_id: int, starts: datetime) -> bool:
    day = starts.astimezone(LONDON).date()
    named = select(Cover.id).where(Cover.coach_id == coach_id, Cover.ends_on >= day, Cover.starts_on <= day)
    return session.scalars(named).first() is not None
