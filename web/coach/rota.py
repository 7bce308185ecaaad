"""Who is on duty for safety: everybody of the team sees it, a lead or a safety officer changes it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services import rota, rota_changes, rota_page
from services.db import Session
from services.scopes import Viewer
from web import state
from web.coach import rota_form
from web.coach.hours_form import Errors
from web.coach.rota_form import Typed
from web.coach.times import clock
from web.coach.viewing import member_of, once, page, viewer_of

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MAY_CHANGE = ("lead", "safety")
RULES_CHANGED = "rules_changed"


def show(request: Request) -> Response:
    """Who is on duty now and in the next two weeks; for whom several teams are open, first which."""
    team = team_of(request)
    if team is None:
        return choose(request)
    return rota_show(request, team, {}, {})


def team_of(request: Request) -> str | None:
    """The team of the page: one's own, or the one that was picked by who sees every team."""
    scope = member_of(request).scope
    picked = str(request.query_params.get("team") or "")
    if request.method == "POST":
        picked = str(request.state.form.get("team") or "")
    return scope or picked[:80] or None


def choose(request: Request) -> Response:
    assistant, viewer = state.assistant(request), viewer_of(request)
    if viewer.scope is not None:  # an account without a team has no rota
        return page(request, "coach/rota_choose.html", teams=[])
    with assistant.db.read() as session:
        teams = list(rota_page.teams(session, viewer, assistant.clock.london().date()))
    return page(request, "coach/rota_choose.html", teams=teams)


def rota_show(request: Request, team: str, typed: Typed, errors: Errors) -> Response:
    assistant, viewer, now = state.assistant(request), viewer_of(request), state.assistant(request).clock.now()
    with assistant.db.write() as session:  # the reading is audited
        read = rota_page.read(session, team, viewer, now)
    if read is None:
        raise HTTPException(404)
    fields = {**rota_form.of_week(read.rota), **rota_form.of_rules(read.rota.rules)}
    fields |= {**dict.fromkeys(rota_form.DIFFERENT, ""), **typed}
    done = "" if errors else request.query_params.get("done", "")
    may_change = member_of(request).role in MAY_CHANGE
    values: dict[str, Any] = {"rota": read, "typed": fields, "errors": errors, "done": done, "may_change": may_change}
    numbers = [rota_form.rows_of(fields, day) for day in range(7)]
    shown = {"bars": [bar(day) for day in read.days], "rows": numbers, "listed": rota_form.LISTED}
    return page(request, "coach/rota.html", 400 if errors else 200, days=DAYS, clock=clock, now=now, **shown, **values)


def bar(day: rota_page.DayRow) -> list[tuple[int, int]]:
    """Where somebody is on duty in the picture of a day: start and length in minutes after midnight."""
    return [(each.starts, each.ends - each.starts) for each in day.stretches]


Change = Callable[[Session, str, Viewer, datetime], str]


def theirs(request: Request) -> tuple[str, rota.Rota, set[int]]:
    """The team whose rota this viewer may change, its rota, and who may be on it; 404 for any other, audited."""
    assistant, team = state.assistant(request), team_of(request) or ""
    with assistant.db.write() as session:
        if not rota_changes.may_change(session, team, viewer_of(request), assistant.clock.now()):
            team = ""
        else:
            found, people = rota.read(session, team), {row.id for row in rota.candidates(session, team)}
    if not team:
        raise HTTPException(404)
    return team, found, people


def settle(request: Request, team: str, typed: Typed, change: Change, changed: str = "rota_changed") -> Response:
    """Make a change in one transaction and lead back to the page; what `changed` meanwhile is said there."""
    assistant, now = state.assistant(request), state.assistant(request).clock.now()
    with assistant.db.write() as session:
        done = change(session, team, viewer_of(request), now)
    if done == "changed":
        return rota_show(request, team, typed, {"rules" if changed == RULES_CHANGED else "week": changed})
    return RedirectResponse(f"/coach/rota?team={team}&done={done}", status_code=303)


@once
def keep_week(request: Request) -> Response:
    """Keep the week that was typed, or say what is wrong with it."""
    team, _, people = theirs(request)
    errors, form = Errors(), request.state.form
    typed = rota_form.typed_week(form)
    week = rota_form.read_week(typed, people, errors)
    if errors:
        return rota_show(request, team, typed, errors)

    def change(session: Session, team: str, viewer: Viewer, now: datetime) -> str:
        kept = rota_changes.keep_week(session, team, week, viewer, now, str(form.get("seen") or ""))
        return "rota" if kept == "kept" else kept

    return settle(request, team, typed, change)


@once
def keep_rules(request: Request) -> Response:
    """Minutes to answer, who is asked after the deputy, bank holidays, people of no team."""
    team, _, people = theirs(request)
    errors, typed = Errors(), rota_form.typed_rules(request.state.form)
    rules = rota_form.read_rules(typed, people, errors)
    if rules is None:
        return rota_show(request, team, typed, errors)

    def change(session: Session, team: str, viewer: Viewer, now: datetime) -> str:
        kept = rota_changes.keep_rules(session, team, rules, viewer, now, str(request.state.form.get("seen") or ""))
        return "rota_rules" if kept == "kept" else kept

    return settle(request, team, typed, change, RULES_CHANGED)


@once
def add_days(request: Request) -> Response:
    """Days on which somebody else, or nobody, is on duty."""
    team, found, people = theirs(request)
    errors, typed = Errors(), rota_form.typed_days(request.state.form)
    today = state.assistant(request).clock.london().date()
    days = rota_form.read_days(typed, found, people, today, errors)
    if days is None:
        return rota_show(request, team, typed, errors)

    def change(session: Session, team: str, viewer: Viewer, now: datetime) -> str:
        rota_changes.add_exception(
            session,
            team,
            (days.first, days.last),
            viewer,
            now,
            staff_id=days.staff_id,
            deputy_id=days.deputy_id,
            hours=days.hours,
        )
        return "rota_days"

    return settle(request, team, typed, change)


@once
def end_days(request: Request) -> Response:
    """Let the days be like the week again."""
    team, _, _ = theirs(request)
    assistant = state.assistant(request)
    with assistant.db.write() as session:
        now, number = assistant.clock.now(), request.path_params["id"]
        ended = rota_changes.end_exception(session, team, number, viewer_of(request), now)
    if not ended:
        raise HTTPException(404)
    return RedirectResponse(f"/coach/rota?team={team}&done=rota_back", status_code=303)
