"""The team's own system: where it is told of calls, by a lead. The secret is shown once, on the page that made it."""

from __future__ import annotations

from collections.abc import Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services import scopes, team_hooks
from services.db import Session
from services.errors import CalendarUnread
from web import state
from web.coach.viewing import once, page, viewer_of

Change = Callable[[Session, str, str], str | None]
"""Changes a team's hook as an actor; answers a secret to show, or nothing."""


def show(request: Request) -> Response:
    """Where messages go, what became of the last ones."""
    return show_page(request)


def show_page(request: Request, *, wrong: str = "", secret: str = "") -> Response:
    """The page; `wrong` is the code of what is wrong with the address, `secret` the one that was just made."""
    team, form = own(request), request.state.form if wrong else {}
    with state.assistant(request).db.read() as session:
        found = team_hooks.read(session, team)
    typed = {"address": str(form.get("address") or ""), "form": str(form.get("form") or "")} if wrong else {}
    done = "" if wrong or secret else request.query_params.get("done", "")
    return page(
        request,
        "coach/system.html",
        400 if wrong else 200,
        hook=found,
        wrong=wrong,
        secret=secret,
        typed=typed,
        done=done,
    )


def own(request: Request) -> str:
    """The lead's own team; 404, and audited, for one without."""
    viewer, assistant = viewer_of(request), state.assistant(request)
    if viewer.scope:
        return viewer.scope
    with assistant.db.write() as session:
        scopes.refuse(session, viewer, "team_hook", "role", assistant.clock.now())
    raise HTTPException(404)


def change(request: Request, do: Change, done: str) -> Response:
    """Change it in one transaction; a new secret is shown at once, and never again."""
    team, assistant = own(request), state.assistant(request)
    with assistant.db.write() as session:
        secret = do(session, team, viewer_of(request).actor)
    if secret:
        return show_page(request, secret=secret)
    return RedirectResponse(f"/coach/system?done={done}", status_code=303)


@once
def give(request: Request) -> Response:
    """Keep the address, or say what is wrong with it."""
    assistant, form = state.assistant(request), request.state.form
    now, loopback = assistant.clock.now(), assistant.settings.hook_loopback
    address, shape = str(form.get("address") or ""), str(form.get("form") or "event")
    if shape not in team_hooks.FORMS:
        raise HTTPException(404)
    try:
        return change(
            request,
            lambda session, team, actor: team_hooks.give(session, team, address, shape, actor, now, loopback=loopback),
            "",
        )
    except CalendarUnread as wrong:
        return show_page(request, wrong=wrong.code)


@once
def renew_secret(request: Request) -> Response:
    """Make a new secret."""
    now = state.assistant(request).clock.now()
    return change(request, lambda session, team, actor: team_hooks.renew_secret(session, team, actor, now), "")


@once
def try_out(request: Request) -> Response:
    """Send a message about nobody."""
    now = state.assistant(request).clock.now()

    def do(session: Session, team: str, actor: str) -> None:
        team_hooks.try_out(session, team, actor, now)

    return change(request, do, "hook-test")


@once
def replay(request: Request) -> Response:
    """Send again what was given up, or one message."""
    now, number = state.assistant(request).clock.now(), str(request.state.form.get("event") or "")
    event = int(number) if number.isdecimal() and len(number) < 19 else None

    def do(session: Session, team: str, actor: str) -> None:
        team_hooks.replay(session, team, actor, now, event)

    return change(request, do, "hook-replay")


@once
def stop(request: Request) -> Response:
    """Send nothing any more."""
    now = state.assistant(request).clock.now()

    def do(session: Session, team: str, actor: str) -> None:
        team_hooks.stop(session, team, actor, now)

    return change(request, do, "hook-end")
