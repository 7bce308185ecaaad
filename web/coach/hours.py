"""When a coach works and is away: a coach sees and changes their own, a lead those of every coach of the team."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot import coaching
from services import allocation, busy, call_rules, hours, staff_diaries, teams
from services.clock import LONDON
from services.db import Session
from services.hours import Hours, Saved, Undecided
from services.models import Coach
from services.scopes import Viewer
from web import state
from web.coach import hours_form
from web.coach.hours_form import Errors, Typed
from web.coach.times import clock
from web.coach.viewing import member_of, once, page, viewer_of

Change = Callable[[Session, Coach, Viewer, datetime], Saved | Undecided | Literal["changed"]]
DECIDED = "call-"
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
BAR = (6 * 60, 21 * 60)
"""The part of a day that the picture of a week shows."""


def is_lead(request: Request) -> bool:
    return member_of(request).role == "lead"


def all_coaches(request: Request) -> Response:
    """A lead's list of coaches and the team's rules; a coach is led to their own hours."""
    member = member_of(request)
    if not is_lead(request) and member.coach_id is not None:
        return RedirectResponse(f"/coach/hours/{member.coach_id}", status_code=303)
    return list_page(request, None, {})


def list_page(request: Request, typed: Typed | None, errors: Errors) -> Response:
    assistant, viewer = state.assistant(request), viewer_of(request)
    now = assistant.clock.now()
    with assistant.db.write() as session:  # the readings are audited
        found = hours.coaches(session, viewer) if is_lead(request) else []
        every = (hours.read(session, coach.id, viewer, now, lead=True) for coach in found)
        read = [one for one in every if one]
        rules = call_rules.read(session, viewer.scope) if viewer.scope and is_lead(request) else None
        free = staff_diaries.unlinked(session, viewer.scope) if viewer.scope and is_lead(request) else None
        of_teams = {} if viewer.scope else {team.id: team.name for team in teams.every(session)}
    typed = {"diary-name": "", "diary-email": "", **(hours_form.of_rules(rules) if rules else {}), **(typed or {})}
    read.sort(key=lambda each: (of_teams.get(each.team_id, ""), each.name))
    values = {
        "all": read,
        "rules": rules,
        "typed": typed,
        "kinds": kinds_of(rules),
        "rules_mark": call_rules.mark(rules) if rules else "",
        "teams": of_teams,
        "unlinked": free,
    }
    return show(request, "coach/hours_all.html", errors, **values)


def kinds_of(rules: call_rules.CallRules | None) -> tuple[str, ...]:
    """The kinds a lead may tick: the team's own first, in their order."""
    return tuple(dict.fromkeys((*(rules.kinds if rules else ()), *call_rules.KINDS)))


def show(request: Request, template: str, errors: Errors, **values: Any) -> Response:
    now = state.assistant(request).clock.now()
    done = "" if errors else request.query_params.get("done", "")
    texts = {"days": DAYS, "clock": clock, "limits": call_rules.LIMITS | call_rules.MOSTS, "lengths": call_rules.KINDS}
    return page(request, template, 400 if errors else 200, errors=errors, now=now, done=done, **texts, **values)


@once
def keep_rules(request: Request) -> Response:
    """How long calls are, how soon, how far ahead: for the team, by a lead."""
    assistant, viewer, errors = state.assistant(request), viewer_of(request), Errors()
    typed = hours_form.typed_rules(request.state.form)
    if not viewer.scope:
        raise HTTPException(404)
    seen = str(request.state.form.get("seen") or "")
    with assistant.db.write() as session:
        known = kinds_of(call_rules.read(session, viewer.scope))
        rules = hours_form.read_rules(typed, known, errors)
        if rules and call_rules.keep(session, viewer.scope, rules, viewer, assistant.clock.now(), seen) == "changed":
            errors["rules"] = "rules_changed"
    if errors:
        return list_page(request, typed, errors)
    return RedirectResponse("/coach/hours?done=rules", status_code=303)


@once
def add_diary(request: Request) -> Response:
    """A lead adds a diary to the team; its hours come next."""
    assistant, viewer = state.assistant(request), viewer_of(request)
    name, email = (hours_form.word(request.state.form, f"diary-{field}") for field in ("name", "email"))
    if not viewer.scope:
        raise HTTPException(404)
    try:
        with assistant.db.write() as session:
            made = staff_diaries.add(session, name, email, viewer, assistant.clock.now()).id
    except ValueError as wrong:
        field = "diary-email" if str(wrong) == "not_mail" else "diary-name"
        return list_page(request, {"diary-name": name, "diary-email": email}, {field: str(wrong)})
    return RedirectResponse(f"/coach/hours/{made}?done=diary", status_code=303)


def one_coach(request: Request) -> Response:
    """One coach's week, time away, and the calls that do not fit."""
    return hours_page(request, {}, {})


def hours_page(request: Request, typed: Typed, errors: Errors) -> Response:
    assistant, viewer = state.assistant(request), viewer_of(request)
    now, number = assistant.clock.now(), request.path_params["id"]
    with assistant.db.write() as session:
        read = hours.read(session, number, viewer, now, lead=is_lead(request))
        rules = call_rules.read(session, read.team_id) if read else None
        own = busy.state(session, number, now) if read else None
        languages = session.get_one(Coach, number).languages if read else ""
    if read is None or rules is None:
        raise HTTPException(404)
    fields = {
        "languages": languages,
        **hours_form.of_week(read.week, rules.kinds),
        **dict.fromkeys(hours_form.AWAY, ""),
        **typed,
    }
    values = {"hours": read, "rules": rules, "typed": fields, "bars": [bar(read, day) for day in range(7)], "busy": own}
    return show(request, "coach/hours.html", errors, lead=is_lead(request), **values)


def bar(read: Hours, weekday: int) -> list[tuple[int, int, str]]:
    """Where work and breaks lie in the picture of a day: start, length (minutes from `BAR` on), which of the two."""
    own = [each for each in read.week if each.weekday == weekday]
    work = [(each.starts, each.ends, "work") for each in own]
    breaks = [(each.break_starts, each.break_ends, "break") for each in own if each.break_starts is not None]
    inside = [(max(starts, BAR[0]), min(ends or 0, BAR[1]), what) for starts, ends, what in [*work, *breaks]]
    return [(starts - BAR[0], ends - starts, what) for starts, ends, what in inside if ends > starts]


@once
def keep_week(request: Request) -> Response:
    """Keep the week that was typed, or say what is wrong with it, or ask about the calls it leaves in the lurch."""
    form, errors = request.state.form, Errors()
    coach, now = theirs(request), state.assistant(request).clock.now()
    with state.assistant(request).db.read() as session:
        kinds = call_rules.read(session, coach.team_id).kinds
        typed = hours_form.typed_week(form, kinds)
        first_day = hours_form.read_first_day(typed, now.astimezone(LONDON).date(), errors)
        week = hours_form.read_week(typed, hours.week_on(session, coach.id, first_day), kinds, errors)
    if errors:
        return hours_page(request, typed, errors)

    def change(session: Session, coach: Coach, viewer: Viewer, now: datetime) -> Saved | Undecided | Literal["changed"]:
        seen = str(form.get("seen") or "")
        return hours.keep_week(session, coach, viewer, now, week, first_day, decided(request), seen)

    return settle(request, typed, change, "hours")


@once
def add_absence(request: Request) -> Response:
    """Close the diary for a time, as `keep_week`."""
    errors = Errors()
    now = state.assistant(request).clock.now()
    theirs(request)
    typed = hours_form.typed_absence(request.state.form)
    away = hours_form.read_absence(typed, now, errors)
    if away is None:
        return hours_page(request, typed, errors)

    def change(session: Session, coach: Coach, viewer: Viewer, now: datetime) -> Saved | Undecided:
        return hours.add_absence(session, coach, viewer, now, away.starts, away.ends, decided(request))

    return settle(request, typed, change, "away")


@once
def end_absence(request: Request) -> Response:
    """Take time away back, or end it now."""
    assistant, coach = state.assistant(request), theirs(request)
    with assistant.db.write() as session:
        number, now = request.path_params["absence"], assistant.clock.now()
        ended = hours.end_absence(session, coach, number, viewer_of(request), now)
    if not ended:
        raise HTTPException(404)
    return RedirectResponse(f"/coach/hours/{coach.id}?done=back", status_code=303)


@once
def keep_languages(request: Request) -> Response:
    """In which languages a coach holds calls: people who need one of them are offered this coach first."""
    assistant, coach = state.assistant(request), theirs(request)
    typed = hours_form.word(request.state.form, "languages")
    try:
        with assistant.db.write() as session:
            mine = session.get_one(Coach, coach.id)
            allocation.keep_languages(session, mine, typed, viewer_of(request), assistant.clock.now())
    except ValueError:
        return hours_page(request, {"languages": typed}, {"languages": "not_languages"})
    return RedirectResponse(f"/coach/hours/{coach.id}?done=languages", status_code=303)


def theirs(request: Request) -> Coach:
    """The coach whose hours this viewer may change; 404 for any other, which is audited."""
    assistant = state.assistant(request)
    with assistant.db.write() as session:
        number, now = request.path_params["id"], assistant.clock.now()
        coach = hours.find(session, number, viewer_of(request), now, lead=is_lead(request))
        if coach is not None:
            session.expunge(coach)
    if coach is None:
        raise HTTPException(404)
    return coach


def decided(request: Request) -> dict[int, str]:
    """What was chosen for each call: `keep`, or an opening."""
    fields = [(str(name), str(value)) for name, value in request.state.form.multi_items()]
    chosen = [(name.removeprefix(DECIDED), value) for name, value in fields if name.startswith(DECIDED)]
    return {int(number): value for number, value in chosen if number.isascii() and number.isdigit()}


def settle(request: Request, typed: Typed, change: Change, what: str) -> Response:
    """Make the change in one transaction, then move the calls that are to be moved; or ask about them first."""
    assistant, viewer, number = state.assistant(request), viewer_of(request), request.path_params["id"]
    now, lead = assistant.clock.now(), is_lead(request)
    with assistant.db.write() as session:
        coach = hours.find(session, number, viewer, now, lead=lead)
        done = change(session, coach, viewer, now) if coach else None
        name = coach.name if coach else ""
    if done is None:
        raise HTTPException(404)
    if done == "changed":
        return hours_page(request, typed, {"week": "changed"})
    if isinstance(done, Undecided):
        return ask(request, name, typed, done, what)
    moved = [coaching.move_call(assistant, call, to, viewer.staff_id) for call, to in done.moves]
    told = "stayed" if any(each != "moved" for each in moved) else what
    return RedirectResponse(f"/coach/hours/{number}?done={told}", status_code=303)


def ask(request: Request, name: str, typed: Typed, left: Undecided, what: str) -> Response:
    """What becomes of the calls that are booked in that time? Everything that was typed goes along."""
    chosen, seen = decided(request), str(request.state.form.get("seen") or "")
    errors: Errors = {}
    for each in left.calls:
        if chosen and chosen.get(each.call.id) not in {hours.KEEP, *(opening.id for opening in each.openings)}:
            errors[f"{DECIDED}{each.call.id}"] = "undecided"
    if left.twice:
        errors.setdefault(f"{DECIDED}{left.calls[0].call.id}", "twice")
    hidden = [
        (field, each) for field, value in typed.items() for each in ([value] if isinstance(value, str) else value)
    ]
    values = {"name": name, "left": left.calls, "hidden": hidden, "chosen": chosen, "seen": seen, "what": what}
    return show(
        request, "coach/hours_decide.html", errors, to=request.url.path, back=request.path_params["id"], **values
    )
