"""A coach's own calendar: what goes out to it and what is read from it. Their own only: a lead has no business in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services import busy, coach_calendars, scopes
from services.db import Session
from services.errors import CalendarUnread
from services.scopes import Viewer
from web import state
from web.coach.viewing import once, page, viewer_of

Change = Callable[[Session, int, Viewer, datetime], None]


def show(request: Request) -> Response:
    """Where invitations go, the feed, and what is read from the coach's own calendar."""
    return show_page(request)


def show_page(request: Request, wrong: str = "") -> Response:
    """The page; `wrong` is the code of what is wrong with the address that was typed."""
    assistant = state.assistant(request)
    now, mails = assistant.clock.now(), assistant_mails(request)
    with assistant.db.write() as session:  # a refusal is audited
        coach = own(request, session, now)
        read = coach_calendars.read(session, coach, now) if coach else None
        theirs = busy.state(session, coach, now) if coach else None
    if read is None:
        raise HTTPException(404)
    feed = f"{assistant.settings.public_url.rstrip('/')}/calendar/{read.feed_token}.ics"
    told = {
        "done": "" if wrong else request.query_params.get("done", ""),
        "wrong": wrong,
        "typed": str(request.state.form.get("address") or "") if wrong else "",
    }
    shown = {"calendar": read, "busy": theirs, "feed": feed, "mails": mails, "now": now}
    return page(request, "coach/calendar.html", 400 if wrong else 200, **shown, **told)


def assistant_mails(request: Request) -> bool:
    """Whether this site sends mail at all."""
    return state.assistant(request).mail is not None


def own(request: Request, session: Session, now: datetime) -> int | None:
    """The coach whose calendar the viewer's is; None, and audited, for who has no diary."""
    viewer = viewer_of(request)
    if viewer.coach_id is None:
        scopes.refuse(session, viewer, "coach_calendar", "role", now)
    return viewer.coach_id


def change(request: Request, do: Change, done: str) -> Response:
    """Do something to one's own calendar in one transaction; 404, audited, for who has none."""
    assistant = state.assistant(request)
    now = assistant.clock.now()
    with assistant.db.write() as session:
        coach = own(request, session, now)
        if coach is not None:
            do(session, coach, viewer_of(request), now)
    if coach is None:
        raise HTTPException(404)
    return RedirectResponse(f"/coach/calendar?done={done}", status_code=303)


@once
def want_mail(request: Request) -> Response:
    """Turn invitations by mail on or off."""
    wanted = request.state.form.get("mails") == "yes"

    def do(session: Session, coach: int, viewer: Viewer, now: datetime) -> None:
        coach_calendars.want_mail(session, coach, wanted, viewer, now)

    return change(request, do, "mails" if wanted else "no-mails")


@once
def renew_feed(request: Request) -> Response:
    """End the feed's address and make a new one."""
    return change(request, coach_calendars.renew_feed, "feed")


@once
def give(request: Request) -> Response:
    """Keep the address of one's own calendar, or say what is wrong with it."""
    address, loopback = (
        str(request.state.form.get("address") or ""),
        state.assistant(request).settings.calendar_loopback,
    )

    def do(session: Session, coach: int, viewer: Viewer, now: datetime) -> None:
        busy.give(session, coach, address, viewer, now, loopback=loopback)

    try:
        return change(request, do, "busy")
    except CalendarUnread as wrong:
        return show_page(request, wrong.code)


@once
def take_away(request: Request) -> Response:
    """Forget the address and what was read from it."""
    return change(request, busy.take_away, "taken-away")
