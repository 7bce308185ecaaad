"""Source codes: which poster or leaflet people come from, and the forms of surgeries, employers and Jobcentres."""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services import audit, sources
from web import state
from web.admin.viewing import desk_of, member_of, on, page

POSTER = "poster"
FIELDS = ("what", "name", "kind", "code", "per_hour", "per_day")
KINDS = (*sources.REFERRERS, "leaflet", "friend")


def show(request: Request) -> Response:
    """Every code, and the form that makes one."""
    return sources_page(request, dict.fromkeys(FIELDS, ""), "")


def sources_page(request: Request, typed: dict[str, str], wrong: str) -> Response:
    assistant = state.assistant(request)
    with assistant.db.read() as session:
        return page(
            request,
            "sources",
            desk_of(request),
            400 if wrong else 200,
            rows=sources.listed(session),
            form_address=f"{assistant.settings.public_url.rstrip('/')}/refer?source=",
            typed=typed,
            wrong=wrong,
            kinds=KINDS,
            referrers=sources.REFERRERS,
            per_hour=sources.PER_HOUR,
            per_day=sources.PER_DAY,
            most_per_day=sources.MOST_PER_DAY,
            most_name=sources.MOST_NAME,
        )


def add(request: Request) -> Response:
    """Make a code for a poster, or one that opens a form."""
    assistant, member = state.assistant(request), member_of(request)
    typed = {name: " ".join(str(request.state.form.get(name) or "").split())[:200] for name in FIELDS}
    wrong = problem_of(typed)
    if wrong:
        return sources_page(request, typed, wrong)
    now = assistant.clock.now()
    with assistant.db.write() as session:
        if typed["what"] == POSTER:
            row = sources.make(session, typed["code"], typed["name"], typed["kind"], now)
        else:
            limits = {"per_hour": int(typed["per_hour"]), "per_day": int(typed["per_day"])}
            row = sources.open_form(session, typed["name"], typed["kind"], now, **limits)
        if row is not None:
            audit.record(session, f"staff:{member.id}", "source.add", f"source:{row.code}", now)
    return on("/admin/sources", "source_made") if row is not None else sources_page(request, typed, "taken")


def problem_of(typed: dict[str, str]) -> str:
    """The id of what is wrong; empty when nothing is."""
    if not any(sign.isalnum() for sign in typed["name"]) or len(typed["name"]) > sources.MOST_NAME:
        return "name"
    if typed["what"] == POSTER:
        return "code" if not sources.tidy(typed["code"]) else "kind" if typed["kind"] not in KINDS else ""
    if typed["kind"] not in sources.REFERRERS:
        return "kind"
    if not any("a" <= sign <= "z" or sign.isdecimal() for sign in typed["name"].lower()):
        return "name"
    hour, day = (
        int(each) if each.isdecimal() and len(each) < 5 else 0 for each in (typed["per_hour"], typed["per_day"])
    )
    return "" if 1 <= hour <= day <= sources.MOST_PER_DAY else "limits"


def close(request: Request) -> Response:
    """Close a code for good."""
    assistant, member, code = state.assistant(request), member_of(request), request.path_params["code"]
    now = assistant.clock.now()
    with assistant.db.write() as session:
        done = sources.close(session, code)
        if done:
            audit.record(session, f"staff:{member.id}", "source.close", f"source:{sources.tidy(code)}", now)
    if not done:
        raise HTTPException(404)
    return on("/admin/sources", "source_closed")
