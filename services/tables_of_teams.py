"""Teams, their areas and their diaries as tables, in and out: what a site needs before its first call can be booked.

Rows that a table does not name stay as they are; only of areas, what the table says of a team is all that holds. A
diary begins without hours: they are kept at the desk (*Hours*). Demonstration teams never come in nor go out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services import audit, call_fit, going_live, leavers
from services.boards import Boards
from services.clock import LONDON
from services.journeys import day_of
from services.models import Coach, Footprint, Team
from services.tables_in_out import EMAIL, LONGEST_NAME, MEGABYTE, BadRows, Taken, csv_bytes, read_rows
from services.tables_of_places import PRACTICE_CODE, known_lads
from services.tables_of_staff import unknown_team
from services.teams import CALL_BACK, PART

TEAMS = (
    "team", "name", "short_name", "board", "controller", "privacy_url", "caller_number", "email", "min_age",
    "asks_months", "accepts_call_backs", "call_back_days", "telegram", "opens_on", "closes_on",
)  # fmt: skip
AREAS = ("team", "kind", "code", "accepts", "starts_on", "ends_on")
COACHES = ("team", "name", "email", "languages", "takes_calls")
MOST_BYTES = 5 * MEGABYTE
KEY = re.compile(r"[a-z][a-z0-9_]{1,60}", re.ASCII)
CALLER_NUMBER = re.compile(r"0(?: ?\d){9,10}", re.ASCII)
POSTCODE_PART = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?( [0-9]([A-Z]{2})?)?", re.ASCII)
ADDRESS = re.compile(r"https://[^\s<>\"]{4,300}", re.ASCII)
YES_NO = {"yes": True, "no": False}
LONGEST_SHORT_NAME = 40
AGES, DAYS = range(14, 100), range(1, 31)
EDITIONS = {"board": "2026", "board23": "2023"}
KINDS = ("board", "board23", "lad", "practice", "postcode")
ACCEPTS = ("lives", "gp", "jobcentre", CALL_BACK)


def import_teams(session: Session, file: Path, now: datetime) -> Taken:
    """Make the teams of a table and bring others up to date, in the caller's transaction. TableRefused with every bad row."""
    bad, found = BadRows(file), dict[str, dict[str, Any]]()
    for row, cells in read_rows(file, TEAMS, MOST_BYTES, bad):
        named = dict(zip(TEAMS, cells, strict=True))
        why = "this team is in the file twice" if named["team"] in found else _team_problem(session, named)
        if why:
            bad.add(row, why)
        else:
            found[named["team"]] = _team_values(named)
    bad.refuse()
    new = changed = 0
    for key, values in found.items():
        present = session.get(Team, key)
        if present is None:
            present = Team(id=key)
            session.add(present)
            new += 1
        elif any(getattr(present, name) != value for name, value in values.items()):
            changed += 1
        for name, value in values.items():
            setattr(present, name, value)
        audit.record(session, "system", "team.keep", f"team:{key}", now)
    session.flush()
    return Taken(len(found), new, changed, tuple(_missing(session, found, now)))


def _team_problem(session: Session, named: dict[str, str]) -> str | None:
    key, board = named["team"], named["board"]
    present = session.get(Team, key)
    checks = {
        f"team is small letters, digits and _, such as lancashire, not {key[:20] or 'empty'}": KEY.fullmatch(key),
        f"{key} is a demonstration team": not (present is not None and present.demo),
        f"name has 1 to {LONGEST_NAME} characters": 0 < len(named["name"]) <= LONGEST_NAME,
        f"short_name has 1 to {LONGEST_SHORT_NAME} characters": 0 < len(named["short_name"]) <= LONGEST_SHORT_NAME,
        f"board is empty or the ONS code of a board, not {board}": not board or Boards.load().get(board),
        "controller names who answers for the data; it is empty": named["controller"],
        "privacy_url is empty or begins with https://": not named["privacy_url"]
        or ADDRESS.fullmatch(named["privacy_url"]),
        "caller_number is the number that people see when a coach rings, such as 01632 960123": CALLER_NUMBER.fullmatch(
            named["caller_number"]
        ),
        "email is empty or an e-mail address": not named["email"] or EMAIL.fullmatch(named["email"]),
        f"min_age is a number from {AGES.start} to {AGES.stop - 1}": _is_in(named["min_age"], AGES),
        f"call_back_days is a number from {DAYS.start} to {DAYS.stop - 1}": _is_in(named["call_back_days"], DAYS),
        **{
            f"{column} is yes or no": named[column] in YES_NO
            for column in ("asks_months", "accepts_call_backs", "telegram")
        },
        **{
            f"{column} is empty or a day written 2026-12-01": _is_day(named[column])
            for column in ("opens_on", "closes_on")
        },
    }
    return next((why for why, fine in checks.items() if not fine), None)


def _is_in(cell: str, numbers: range) -> bool:
    return cell.isascii() and cell.isdecimal() and len(cell) < 4 and int(cell) in numbers


def _is_day(cell: str) -> bool:
    if not cell:
        return True
    try:
        return date.fromisoformat(cell).isoformat() == cell
    except ValueError:
        return False


def _team_values(named: dict[str, str]) -> dict[str, Any]:
    return {
        **{name: named[name] for name in ("name", "short_name", "controller", "caller_number")},
        **{name: named[name] or None for name in ("board", "privacy_url", "email")},
        "min_age": int(named["min_age"]),
        "call_back_days": int(named["call_back_days"]),
        "asks_months": YES_NO[named["asks_months"]],
        "accepts_call_back": YES_NO[named["accepts_call_backs"]],
        "telegram_allowed": YES_NO[named["telegram"]],
        "opened_at": midnight(named["opens_on"]),
        "closed_at": midnight(named["closes_on"]),
    }


def midnight(cell: str) -> datetime | None:
    """The beginning of a day in England."""
    return datetime.combine(date.fromisoformat(cell), time(), LONDON) if cell else None


def _missing(session: Session, keys: Iterable[str], now: datetime) -> Iterator[str]:
    """What a team that opens still lacks; the page says what to do about each."""
    for key in keys:
        team = session.get_one(Team, key)
        lacks = [point.key for point in going_live.checklist(session, team, day_of(now)) if not point.done]
        if team.opened_at is not None and lacks:
            yield f"{key} opens and still lacks: {', '.join(lacks)} (see /admin/places/{key})."


def export_teams(session: Session) -> bytes:
    """The teams of a site as CSV, without the demonstration's."""
    return csv_bytes(TEAMS, (_team_cells(team) for team in _own(session)))


def _own(session: Session) -> list[Team]:
    return list(session.scalars(select(Team).where(Team.demo.is_(False)).order_by(Team.id)))


def _team_cells(team: Team) -> list[str]:
    return [
        team.id, team.name, team.short_name, team.board or "", team.controller, team.privacy_url or "",
        team.caller_number, team.email or "", str(team.min_age), _yes(team.asks_months), _yes(team.accepts_call_back),
        str(team.call_back_days), _yes(team.telegram_allowed), _day(team.opened_at), _day(team.closed_at),
    ]  # fmt: skip


def _yes(said: bool) -> str:
    return "yes" if said else "no"


def _day(moment: datetime | None) -> str:
    return day_of(moment).isoformat() if moment else ""


def import_areas(session: Session, file: Path, now: datetime) -> Taken:
    """Give every team that a table names exactly the areas it says. TableRefused with every bad row."""
    bad, found, lads = BadRows(file), dict[str, list[tuple[str, ...]]](), known_lads()
    for row, cells in read_rows(file, AREAS, MOST_BYTES, bad):
        team, area = cells[0], tuple(cells[1:])
        why = _whose_problem(session, team) or area_problem(area, lads)
        if not why and area in found.get(team, []):
            why = "this row is in the file twice"
        if why:
            bad.add(row, why)
        else:
            found.setdefault(team, []).append(area)
    bad.refuse()
    new = changed = 0
    for team, areas in found.items():
        before = {area_cells(row) for row in areas_of(session, team)}
        new += len(set(areas) - before)
        changed += len(before - set(areas))
        if before != set(areas):
            session.execute(delete(Footprint).where(Footprint.team_id == team))
            session.add_all(area_of(team, area) for area in areas)
            audit.record(session, "system", "team.areas", f"team:{team}", now, {"rows": len(areas)})
    session.flush()
    notes = (f"{changed} earlier rows of these teams are gone or were replaced.",) if changed else ()
    return Taken(sum(map(len, found.values())), new, 0, notes)


def _whose_problem(session: Session, team: str) -> str | None:
    """Why nothing can be kept for this team."""
    present = session.get(Team, team)
    if present is None:
        return unknown_team(session, team)
    return f"{team} is a demonstration team" if present.demo else None


def area_problem(area: tuple[str, ...], lads: frozenset[str]) -> str | None:
    kind, code, accepts, starts, ends = area
    whole = kind.removesuffix(f"_{PART}")
    if whole not in KINDS:
        return f"kind is one of {', '.join(KINDS)}, with _{PART} behind it where only a part is meant; not {kind or 'empty'}"
    known = {
        "lad": code in lads,
        "practice": PRACTICE_CODE.fullmatch(code),
        "postcode": POSTCODE_PART.fullmatch(code),
    }.get(whole, Boards.load().get(code))
    if not known:
        return f"code is not one of a {whole}: {code[:20] or 'empty'}"
    if accepts not in ACCEPTS or (accepts == CALL_BACK and kind != "board"):
        return f"accepts is one of {', '.join(ACCEPTS)} ({CALL_BACK} for a board only), not {accepts or 'empty'}"
    if not (_is_day(starts) and _is_day(ends)) or (starts and ends and ends < starts):
        return "starts_on and ends_on are empty or days written 2026-12-01, the second not before the first"
    return None


def area_of(team: str, area: tuple[str, ...]) -> Footprint:
    kind, code, accepts, starts, ends = area
    whole, _, part = kind.partition("_")
    stored = "board" if whole in EDITIONS else whole
    return Footprint(
        team_id=team,
        kind=f"{stored}_{part}" if part else stored,
        code=code,
        edition=EDITIONS.get(whole),
        accepts=accepts,
        starts_on=date.fromisoformat(starts) if starts else None,
        ends_on=date.fromisoformat(ends) if ends else None,
    )


def areas_of(session: Session, team: str) -> list[Footprint]:
    return list(session.scalars(select(Footprint).where(Footprint.team_id == team).order_by(Footprint.id)))


def area_cells(row: Footprint) -> tuple[str, ...]:
    kind = row.kind
    if row.edition == EDITIONS["board23"]:
        kind = kind.replace("board", "board23", 1)
    days = (day.isoformat() if day else "" for day in (row.starts_on, row.ends_on))
    return (kind, row.code, row.accepts, *days)


def export_areas(session: Session) -> bytes:
    """The areas of a site's teams as CSV."""
    return csv_bytes(
        AREAS, ((team.id, *area_cells(row)) for team in _own(session) for row in areas_of(session, team.id))
    )


def import_coaches(session: Session, file: Path, now: datetime) -> Taken:
    """Make the diaries of a table and bring others up to date: one a coach, told by e-mail, or by name where there is none.

    `takes_calls` no closes a diary: what is booked stays, and waits on the desk. TableRefused with every bad row.
    """
    bad, found = BadRows(file), dict[tuple[str, str], tuple[str, ...]]()
    for row, cells in read_rows(file, COACHES, MOST_BYTES, bad):
        key = (cells[0], (cells[2] or cells[1]).casefold())
        why = "this coach is in the file twice" if key in found else _coach_problem(session, cells)
        if why:
            bad.add(row, why)
        else:
            found[key] = tuple(cells)
    bad.refuse()
    before = {(coach.team_id, (coach.email or coach.name).casefold()): coach for coach in _coaches(session)}
    new = changed = 0
    for key, said in found.items():
        present = before.get(key)
        if present is None:
            new += 1
            present = Coach(team_id=said[0], name=said[1], created_at=now)
            session.add(present)
        elif tuple(_coach_cells(present)) != _as_kept(said):
            changed += 1
        _keep_coach(session, present, said)
        audit.record(session, "system", "diary.keep", f"coach:{present.id}", now)
    notes = ("A new diary has no hours yet: a lead or the coach keeps them at the desk, under Hours.",) if new else ()
    return Taken(len(found), new, changed, notes)


def _coach_problem(session: Session, cells: list[str]) -> str | None:
    team, name, email, languages, takes = cells
    if why := _whose_problem(session, team):
        return why
    if not 0 < len(name) <= LONGEST_NAME:
        return f"name has 1 to {LONGEST_NAME} characters"
    if email and not EMAIL.fullmatch(email):
        return f"email is empty or an e-mail address, not {email[:60]}"
    if takes not in YES_NO:
        return "takes_calls is yes or no"
    try:
        call_fit.languages_of(languages)
    except ValueError:
        return f"languages are words with commas between, such as Polish, BSL, not {languages[:60]}"
    return None


def _as_kept(cells: tuple[str, ...]) -> tuple[str, ...]:
    return (*cells[:3], call_fit.languages_in_full(cells[3]), cells[4])


def _keep_coach(session: Session, coach: Coach, cells: tuple[str, ...]) -> None:
    coach.name, coach.email = cells[1], cells[2] or None
    coach.languages = call_fit.languages_in_full(cells[3])
    coach.active = True
    session.flush()
    if not YES_NO[cells[4]]:
        leavers.close_diary(session, coach.id)


def _coaches(session: Session) -> list[Coach]:
    own = select(Coach).join(Team, Team.id == Coach.team_id).where(Team.demo.is_(False))
    return list(session.scalars(own.order_by(Coach.team_id, Coach.id)))


def _coach_cells(coach: Coach) -> list[str]:
    return [coach.team_id, coach.name, coach.email or "", coach.languages, _yes(coach.active)]


def export_coaches(session: Session) -> bytes:
    """The diaries of a site's coaches as CSV, closed ones too."""
    return csv_bytes(COACHES, (_coach_cells(coach) for coach in _coaches(session)))
