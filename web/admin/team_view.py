"""What the pages about a team show of it: facts, places, changes that wait or were agreed to."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request

from services import scopes, team_changes
from services.boards import Boards
from services.db import Session
from services.models import Team
from services.tables_of_places import lad_names
from services.tables_of_teams import EDITIONS, area_cells, areas_of
from services.team_changes import Area
from services.teams import PART
from web import state
from web.admin.team_form import shown_of
from web.admin.viewing import PUBLISHERS, SECONDS, member_of


def cells_of(session: Session, team: Team) -> list[Area]:
    return [area_cells(row) for row in areas_of(session, team.id)]


def place_name(request: Request, area: Area) -> str:
    """What the place of an area is called; a part of a postcode is called by itself."""
    kind, code = area[0].removesuffix(f"_{PART}"), area[1]
    if kind == "practice":
        found = state.assistant(request).practices.by_code.get(code)
        return found.title if found else code
    board = Boards.load().get(code) if kind in EDITIONS else None
    return board.short_name if board else lad_names().get(code, code)


def shown(session: Session, request: Request, team: Team) -> dict[str, Any]:
    """What the page of a team shows of this."""
    rows, now = team_changes.listed(session, team.id), state.assistant(request).clock.now()
    known = {n: scopes.name_of(session, n) for row in rows for n in (row.proposed_by, row.agreed_by) if n}
    return {
        "facts": shown_of(team),
        "areas": [(area, place_name(request, area)) for area in cells_of(session, team)],
        "team_changes": [(row, not row.agreed_at and team_changes.is_overtaken(row, team, now)) for row in rows],
        "first_day": team_changes.first_day,
        "change_people": known,
        "area_name": lambda area: place_name(request, tuple(area)),
        "seen": team_changes.mark_of(session, team),
        "may_change": member_of(request).role in PUBLISHERS and not team.demo,
        "may_agree_team": member_of(request).role in SECONDS,
    }
