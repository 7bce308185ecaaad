"""Which account works in which diary. An account finds its own when that is plain; else a lead of the team links them.

Plain: one active diary of the account's team has its e-mail address, or else (where it has none) its very name, and no open
account works in it already. Nothing is guessed beyond that. Every link is audited.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, locks, scopes
from services.models import Coach, StaffMember
from services.scopes import Viewer
from services.tables_in_out import EMAIL, LONGEST_NAME

WITH_A_DIARY = ("coach", "lead")


@dataclass(frozen=True, slots=True)
class Unlinked:
    """A team's accounts of coaches that work in no diary, and its diaries that nobody's account works in: (id, name)."""

    accounts: tuple[tuple[int, str], ...]
    diaries: tuple[tuple[int, str], ...]


def link_plain_one(session: Session, member: StaffMember, now: datetime) -> int | None:
    """Link an account that has no diary to its own where that is plain; the coach's id, or None."""
    if member.coach_id is not None or member.role not in WITH_A_DIARY or not member.team_id:
        return None
    locks.alone(session, f"diaries:{member.team_id}")
    free = _free(session, member.team_id)
    mail, name = _tidy(member.email), _tidy(member.name)
    found = [each for each in free if each.email and _tidy(each.email) == mail]
    if not found and name and _is_only_one(session, member):
        found = [each for each in free if not each.email and _tidy(each.name) == name]
    if len(found) != 1:
        return None
    _link(session, member, found[0], f"staff:{member.id}", now)
    return found[0].id


def _tidy(text: str | None) -> str:
    return " ".join((text or "").split()).casefold()


def _is_only_one(session: Session, member: StaffMember) -> bool:
    """Whether no other open account of the team has this name."""
    return [_tidy(each.name) for each in _accounts(session, member.team_id or "")].count(_tidy(member.name)) == 1


def _accounts(session: Session, team_id: str) -> Sequence[StaffMember]:
    rows = select(StaffMember).where(StaffMember.team_id == team_id, StaffMember.disabled_at.is_(None))
    return session.scalars(rows.order_by(StaffMember.id)).all()


def _free(session: Session, team_id: str) -> Sequence[Coach]:
    """The active diaries of a team that no open account works in."""
    taken = select(StaffMember.coach_id).where(StaffMember.coach_id.is_not(None), StaffMember.disabled_at.is_(None))
    rows = select(Coach).where(Coach.team_id == team_id, Coach.active, Coach.id.not_in(taken))
    return session.scalars(rows.order_by(Coach.name)).all()


def _link(session: Session, member: StaffMember, coach: Coach, actor: str, now: datetime) -> None:
    member.coach_id = coach.id
    session.flush()
    audit.record(session, actor, "link_diary", f"staff:{member.id}", now, {"coach": coach.id})


def unlinked(session: Session, team_id: str) -> Unlinked:
    """What a lead can link."""
    accounts = [each for each in _accounts(session, team_id) if each.coach_id is None and each.role == "coach"]
    return Unlinked(
        tuple((each.id, each.name or each.email) for each in accounts),
        tuple((each.id, each.name) for each in _free(session, team_id)),
    )


def add(session: Session, name: str, email: str, viewer: Viewer, now: datetime) -> Coach:
    """A new diary in the viewer's team, without hours yet; its own account finds it at the next signing in.

    ValueError with a code: `no_name`, `not_mail`, or `diary_twice` where the team has a diary of that address or, without
    one, of that name.
    """
    name, email = " ".join(name.split()), email.strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise ValueError("no_name")
    if email and not EMAIL.fullmatch(email):
        raise ValueError("not_mail")
    team = viewer.scope or ""
    locks.alone(session, f"diaries:{team}")
    known = session.scalars(select(Coach).where(Coach.team_id == team, Coach.active)).all()
    if _tidy(email or name) in {_tidy(each.email or each.name) for each in known}:
        raise ValueError("diary_twice")
    made = Coach(team_id=team, name=name, email=email or None, created_at=now)
    session.add(made)
    session.flush()
    audit.record(session, viewer.actor, "diary.keep", f"coach:{made.id}", now)
    return made


def link(session: Session, staff_id: int, coach_id: int, viewer: Viewer, now: datetime) -> bool:
    """A lead links an account of their team to a free diary of it; False, and audited, for any other."""
    team = viewer.scope or ""
    locks.alone(session, f"diaries:{team}")
    member = next((each for each in _accounts(session, team) if each.id == staff_id and each.coach_id is None), None)
    coach = next((each for each in _free(session, team) if each.id == coach_id), None)
    if member is None or coach is None or member.role not in WITH_A_DIARY:
        scopes.refuse(session, viewer, f"staff:{staff_id}", "not_theirs", now)
        return False
    _link(session, member, coach, viewer.actor, now)
    return True
