"""The crisis numbers by nation: when each was rung, and the two people it takes to say that it is right."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from starlette.requests import Request
from starlette.responses import Response

from services import helpline_checks, scopes
from services.helpline_checks import LONGEST_NOTE, Standing
from services.helplines import NATIONS
from web import state
from web.admin.places import today_of
from web.admin.viewing import SECONDS, desk_of, member_of, on, page

FIELDS = ("mark", "checked_on", "result", "note")


def show(request: Request) -> Response:
    """Every number."""
    return helplines_page(request, dict.fromkeys(FIELDS, ""))


def helplines_page(request: Request, typed: Mapping[str, str], wrong: tuple[str, ...] = ()) -> Response:
    """The page with what was typed; `wrong`: what to put right, or why nothing was done."""
    today = today_of(request)
    with state.assistant(request).db.read() as session:
        rows = helpline_checks.standings(session, today)
        people = {one.waits.checked_by: scopes.name_of(session, one.waits.checked_by) for one in rows if one.waits}
        return page(
            request,
            "helplines",
            desk_of(request),
            409 if {"own", "gone"} & {*wrong} else 400 if wrong else 200,
            nations=by_nation(rows),
            people=people,
            typed=typed,
            tried=typed["mark"],
            wrong=wrong,
            today=today,
            may_agree=member_of(request).role in SECONDS,
        )


def by_nation(rows: list[Standing]) -> list[tuple[str, list[Standing]]]:
    return [(nation, [one for one in rows if nation in one.nations]) for nation in NATIONS]


def check(request: Request) -> Response:
    """A safety officer has rung a number."""
    assistant, form, today = state.assistant(request), request.state.form, today_of(request)
    typed = {name: " ".join(str(form.get(name) or "").split())[: LONGEST_NOTE + 1] for name in FIELDS}
    day, wrong = day_of(typed["checked_on"]), list[str]()
    if day is None or day > today:
        wrong.append("checked_on")
    if typed["result"] not in ("right", "wrong"):
        wrong.append("result")
    if typed["result"] == "wrong" and not 0 < len(typed["note"]) <= LONGEST_NOTE:
        wrong.append("note")
    if wrong or day is None:
        return helplines_page(request, typed, tuple(wrong))
    right, now = typed["result"] == "right", assistant.clock.now()
    note = "" if right else typed["note"]
    with assistant.db.write() as session:
        done = helpline_checks.write(session, typed["mark"], right, note, day, member_of(request).id, now)
    return (
        on("/admin/helplines", "helpline_checked")
        if done
        else helplines_page(request, {**typed, "mark": ""}, ("gone",))
    )


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def agree(request: Request) -> Response:
    """A second person stands for it."""
    assistant, member = state.assistant(request), member_of(request)
    with assistant.db.write() as session:
        done = helpline_checks.agree(session, request.path_params["number"], member.id, assistant.clock.now())
    if done == "agreed":
        return on("/admin/helplines", "helpline_agreed")
    return helplines_page(request, dict.fromkeys(FIELDS, ""), (done,))
