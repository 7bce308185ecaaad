"""Accounts of staff as a table, in and out: email, name, role, team. Passwords and codes never leave the database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from pathlib import Path
from typing import cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, staff
from services.models import StaffMember, Team
from services.tables_in_out import EMAIL, LONGEST_NAME, MEGABYTE, BadRows, Taken, csv_bytes, read_rows

STAFF = ("email", "name", "role", "team")
MOST_OF_STAFF = 5 * MEGABYTE
LONGEST_EMAIL = 254
ONE_TEAM = ("coach", "lead")  # they see their own team's people, so they need one


@dataclass(frozen=True, slots=True)
class Wanted:
    """One account as a row or a command names it; `team` empty = none."""

    email: str
    name: str
    role: str
    team: str


def problem(session: Session, wanted: Wanted) -> str | None:
    """Why this account cannot be made, with what to do; None when it can."""
    if not EMAIL.fullmatch(wanted.email) or len(wanted.email) > LONGEST_EMAIL:
        return f"this is not an e-mail address: {wanted.email[:60] or 'empty'}"
    if len(wanted.name) > LONGEST_NAME:
        return f"the name has more than {LONGEST_NAME} characters"
    if wanted.role not in staff.ROLES:
        return f"a role is one of {', '.join(staff.ROLES)}, not {wanted.role or 'empty'}"
    if not wanted.team:
        return f"a {wanted.role} needs a team" if wanted.role in ONE_TEAM else None
    return None if session.get(Team, wanted.team) else unknown_team(session, wanted.team)


def unknown_team(session: Session, team: str) -> str:
    """There is no such team, and which ones come near."""
    teams = {row.id: row.name for row in session.scalars(select(Team).order_by(Team.id))}
    if not teams:
        return f"there is no team {team}: no team is set up yet (`anydoor serve --demo` makes demonstration teams)"
    named = {name.lower(): key for key, name in teams.items()} | {key: key for key in teams}
    near = dict.fromkeys(named[word] for word in get_close_matches(team.lower(), named, 5, 0.4))
    inside = [key for key in teams if team.lower().replace(" ", "_") in key]
    offered = list(dict.fromkeys([*inside, *near]))[:5] or list(teams)[:5]
    return f"there is no team {team}. The nearest: {', '.join(offered)}"


def import_staff(session: Session, file: Path, now: datetime) -> tuple[Taken, list[tuple[str, str]]]:
    """Make the accounts of a table and bring the others up to date, in the caller's transaction.

    Answers what was done, and e-mail and set-up token of each new account. Accounts that the table does not name stay
    as they are. Raises TableRefused with every bad row.
    """
    bad, found = BadRows(file), dict[str, Wanted]()
    for row, cells in read_rows(file, STAFF, MOST_OF_STAFF, bad):
        wanted = Wanted(cells[0].lower(), cells[1], cells[2].lower(), cells[3])
        why = "this e-mail is in the file twice" if wanted.email in found else _row_problem(session, wanted)
        if why:
            bad.add(row, why)
        found.setdefault(wanted.email, wanted)
    bad.refuse()
    tokens: list[tuple[str, str]] = []
    changed = 0
    for wanted in found.values():
        present = staff.find(session, wanted.email)
        if present is None:
            tokens.append((wanted.email, add(session, wanted, now)))
        elif _differs(present, wanted):
            _change(session, present, wanted, now)
            changed += 1
    return Taken(len(found), len(tokens), changed), tokens


def _row_problem(session: Session, wanted: Wanted) -> str | None:
    present = staff.find(session, wanted.email)
    if present is not None and present.disabled_at is not None:
        return "this account is disabled; open it again on the staff pages first"
    return problem(session, wanted)


def add(session: Session, wanted: Wanted, now: datetime) -> str:
    """Make one account, audited; answers the token of its set-up link (good once, for two days)."""
    role = cast(staff.Role, wanted.role)
    member = staff.add(session, wanted.email, role, now, team_id=wanted.team or None, name=wanted.name)
    audit.record(session, "system", "staff.add", f"staff:{member.id}", now, {"role": wanted.role, "team": wanted.team})
    return staff.make_set_up_link(session, member.id, now)


def _differs(present: StaffMember, wanted: Wanted) -> bool:
    return (present.name, present.role, present.team_id or "") != (wanted.name, wanted.role, wanted.team)


def _change(session: Session, present: StaffMember, wanted: Wanted, now: datetime) -> None:
    """A changed role or team ends the sign-ins: nobody goes on with what they may no longer see."""
    if (present.role, present.team_id or "") != (wanted.role, wanted.team):
        staff.end_all(session, present.id, now)
    present.name, present.role, present.team_id = wanted.name, wanted.role, wanted.team or None
    detail = {"role": wanted.role, "team": wanted.team}
    audit.record(session, "system", "staff.change", f"staff:{present.id}", now, detail)


def export_staff(session: Session) -> bytes:
    """The accounts that are not disabled, as CSV."""
    rows = session.scalars(select(StaffMember).where(StaffMember.disabled_at.is_(None)).order_by(StaffMember.id))
    return csv_bytes(STAFF, ([row.email, row.name, row.role, row.team_id or ""] for row in rows))
