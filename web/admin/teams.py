"""Teams in the browser: made, changed, given the places they serve, opened and closed (services/team_changes.py)."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services import eligibility_files, team_changes
from services.boards import Boards
from services.db import Session
from services.eligibility_files import RulesFile
from services.models import Team
from services.tables_of_places import lad_names
from services.team_changes import Area
from web import state
from web.admin.places import day_in, team_of, today_of
from web.admin.team_form import (
    AREA_FIELDS,
    FIELDS,
    NEW,
    NUMBERS,
    TICKS,
    read_areas,
    read_facts,
    shown_of,
    typed_area,
    typed_of,
)
from web.admin.team_view import cells_of, place_name
from web.admin.viewing import desk_of, member_of, on, page

ELSEWHERE = "elsewhere"
"""What is picked for a place that no file of rules is about."""
LONGEST_SIGNED = 120
MOST_SEEN = 4_000


def new(request: Request) -> Response:
    """The form for a new team."""
    return facts_page(request, None, dict.fromkeys(FIELDS, "") | NEW)


def facts(request: Request) -> Response:
    """The form of a team that is there."""
    with state.assistant(request).db.read() as session:
        team = own_team(session, request)
        return facts_page(request, team, shown_of(team), seen=shown_of(team))


def own_team(session: Session, request: Request) -> Team:
    """The team of the address, if it may be changed here; 404 otherwise: the demonstration's stay as they are."""
    team = team_of(session, request)
    if team.demo:
        raise HTTPException(404)
    return team


def facts_page(
    request: Request,
    team: Team | None,
    typed: Mapping[str, str],
    wrong: tuple[str, ...] = (),
    *,
    seen: Mapping[str, str] | None = None,
    now_says: Mapping[str, str] | None = None,
    place: str = "",
) -> Response:
    """The form with what was typed; `now_says`: what somebody else has written there meanwhile."""
    assistant = state.assistant(request)
    with assistant.db.read() as session:
        files = [] if team else free_files(session)
    return page(
        request,
        "team_facts",
        desk_of(request),
        409 if now_says is not None or "taken" in wrong else 400 if wrong else 200,
        team=team,
        typed=typed,
        wrong=wrong,
        seen=json.dumps(dict(seen or {})),
        now_says=now_says or {},
        served=team is not None and team_changes.is_served(team, assistant.clock.now()),
        at_once=team_changes.AT_ONCE,
        files=files,
        place=place,
        boards=Boards.load().on(today_of(request)),
        limits=NUMBERS,
        ticks=TICKS,
    )


def free_files(session: Session) -> list[RulesFile]:
    """The files of rules that no team has taken yet."""
    return [file for file in eligibility_files.known_teams() if session.get(Team, file.team) is None]


def make(request: Request) -> Response:
    """Make a team that is not open yet."""
    form, assistant = request.state.form, state.assistant(request)
    typed, picked = typed_of(form), str(form.get("place") or "")
    wanted, wrong = read_facts(typed, today_of(request))
    with assistant.db.read() as session:
        files = {file.team: file for file in free_files(session)}
    if picked != ELSEWHERE and picked not in files:
        wrong.insert(0, "place")
    key = picked if picked in files else key_of(typed["short_name"])
    if picked == ELSEWHERE and not wrong and (not key or any(file.team == key for file in files.values())):
        wrong.append("taken")
    if wrong:
        return facts_page(request, None, typed, tuple(wrong), place=picked)
    place = files[key].footprint if key in files else None
    with assistant.db.write() as session:
        made = team_changes.make(session, key, wanted, member_of(request).id, assistant.clock.now(), place)
    if not made:
        return facts_page(request, None, typed, ("taken",), place=picked)
    return on(f"/admin/places/{key}", "team_made")


def key_of(name: str) -> str:
    """An id from a team's short name; empty where none can be made."""
    words = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")[:60]
    return words if re.fullmatch(r"[a-z][a-z0-9_]+", words) and not words.startswith("demo_") else ""


def keep(request: Request) -> Response:
    """Change a team: at once, or put to a second person. What nobody touched here stays as others have made it."""
    form, assistant, today = request.state.form, state.assistant(request), today_of(request)
    typed, seen = typed_of(form), seen_in(str(form.get("seen") or ""))
    wanted, wrong = read_facts(typed, today)
    with assistant.db.write() as session:
        team = own_team(session, request)
        done = None
        if not wrong:
            staff, before = member_of(request).id, read_facts(seen, today)[0]
            done = team_changes.change(session, team.id, wanted, before, staff, assistant.clock.now())
        if done not in (None, "overtaken"):
            return on(f"/admin/places/{team.id}", f"team_{done}")
        says = shown_of(team)
    if done is None:
        return facts_page(request, team, typed, tuple(wrong), seen=seen)
    other = {name: now for name, now in says.items() if now not in (seen[name], typed[name])}
    merged = {name: says[name] if typed[name] == seen[name] else typed[name] for name in FIELDS}
    return facts_page(request, team, merged, seen=says, now_says=other)


def seen_in(text: str) -> dict[str, str]:
    """What stood in the form when it was opened, as the form itself carries it; empty where it is none of ours."""
    try:
        found = json.loads(text[:MOST_SEEN])
    except (ValueError, RecursionError):
        found = {}
    return {name: str(found.get(name, "")) if isinstance(found, dict) else "" for name in FIELDS}


def areas(request: Request) -> Response:
    """The places that a team serves."""
    return areas_page(request, dict.fromkeys(AREA_FIELDS, ""), ["lives"])


def areas_page(request: Request, typed: Mapping[str, str], picked: list[str], wrong: tuple[str, ...] = ()) -> Response:
    with state.assistant(request).db.read() as session:
        team = own_team(session, request)
        rows = [(area, place_name(request, area)) for area in cells_of(session, team)]
    boards, lads = Boards.load().on(today_of(request)), sorted(lad_names().items(), key=lambda each: each[1])
    return form_page(request, "team_areas", team, typed, wrong, rows=rows, boards=boards, lads=lads, picked=picked)


def form_page(
    request: Request, template: str, team: Team, typed: Mapping[str, str], wrong: tuple[str, ...], **shown: object
) -> Response:
    """A form about a team that is there, with what was typed."""
    served = team_changes.is_served(team, state.assistant(request).clock.now())
    status = 400 if wrong else 200
    return page(
        request, template, desk_of(request), status, team=team, typed=typed, wrong=wrong, served=served, **shown
    )


def change_areas(request: Request) -> Response:
    """Add a place, or take those away that were ticked."""
    form, assistant = request.state.form, state.assistant(request)
    more: list[Area] = []
    fewer = [tuple(str(each).split("|")) for each in form.getlist("gone")]
    if form.get("do") == "add":
        typed, picked = typed_area(form), [str(each) for each in form.getlist("accepts")]
        fewer, (more, wrong) = [], read_areas(typed, picked, form.get("part") == "yes")
        if wrong:
            return areas_page(request, typed, [*picked, *(["part"] if form.get("part") == "yes" else [])], tuple(wrong))
    with assistant.db.write() as session:
        team = own_team(session, request).id
        done = team_changes.change_areas(session, team, more, fewer, member_of(request).id, assistant.clock.now())
    return on(f"/admin/places/{team}/areas", f"team_{done}")


def opening(request: Request) -> Response:
    """The form that opens a team, or closes it."""
    return opening_page(request, {"on": today_of(request).isoformat(), "signed_by": "", "last": ""})


def opening_page(request: Request, typed: Mapping[str, str], wrong: tuple[str, ...] = ()) -> Response:
    with state.assistant(request).db.read() as session:
        team = own_team(session, request)
        lacks = team_changes.lacking(session, team, today_of(request))
    return form_page(request, "team_opening", team, typed, wrong, lacks=lacks)


def open_or_close(request: Request) -> Response:
    """Put an opening to a second person; close a team, or let it stay open."""
    form, assistant, errors = request.state.form, state.assistant(request), list[str]()
    typed = {
        name: " ".join(str(form.get(name) or "").split())[: LONGEST_SIGNED + 1] for name in ("on", "signed_by", "last")
    }
    what, staff, now = str(form.get("do") or ""), member_of(request).id, assistant.clock.now()
    name = "on" if what == "open" else "last"
    day = day_in(typed, name, errors) if what != "stay" else None
    if what != "stay" and not errors and (day is None or day < today_of(request)):
        errors.append(name)
    if what == "open" and not 0 < len(typed["signed_by"]) <= LONGEST_SIGNED:
        errors.append("signed_by")
    if errors:
        return opening_page(request, typed, tuple(errors))
    with assistant.db.write() as session:
        team = own_team(session, request).id
        if what == "open" and day is not None:
            done = team_changes.propose_opening(session, team, day, typed["signed_by"], staff, now)
        else:
            done = True
            team_changes.close(session, team, day, staff, now)
    if not done:
        return opening_page(request, typed, ("lacks",))
    return on(f"/admin/places/{team}", "team_waits" if what == "open" else "team_kept")
