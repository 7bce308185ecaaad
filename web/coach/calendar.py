"""A coach's own calendar: what goes out to it. Their own only: a lead has no business in it."""

from __future__ import annotations

from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services import coach_calendars, scopes
from services.coach_calendars import Calendar
from services.db import Session
from web import state
from web.coach.viewing import once, page, viewer_of


def show(request: Request) -> Response:
    """Where invitations go and whether they arrive."""
    assistant = state.assistant(request)
    now = assistant.clock.now()
    with assistant.db.write() as session:  # a refusal is audited
        coach = own(request, session, now)
        read = coach_calendars.read(session, coach, now) if coach else None
    if read is None:
        raise HTTPException(404)
    return show_page(request, read, now)


def show_page(request: Request, read: Calendar, now: datetime) -> Response:
    done, mails = request.query_params.get("done", ""), assistant_mails(request)
    base = state.assistant(request).settings.public_url.rstrip("/")
    feed = f"{base}/calendar/{read.feed_token}.ics"
    return page(request, "coach/calendar.html", calendar=read, now=now, done=done, mails=mails, feed=feed)


def assistant_mails(request: Request) -> bool:
    """Whether this site sends mail at all."""
    return state.assistant(request).mail is not None


def own(request: Request, session: Session, now: datetime) -> int | None:
    """The coach whose calendar the viewer's is; None, and audited, for who has no diary."""
    viewer = viewer_of(request)
    if viewer.coach_id is None:
        scopes.refuse(session, viewer, "coach_calendar", "role", now)
    return viewer.coach_id


@once
def want_mail(request: Request) -> Response:
    """Turn invitations by mail on or off."""
    assistant = state.assistant(request)
    now, wanted = assistant.clock.now(), request.state.form.get("mails") == "yes"
    with assistant.db.write() as session:
        coach = own(request, session, now)
        if coach is not None:
            coach_calendars.want_mail(session, coach, wanted, viewer_of(request), now)
    if coach is None:
        raise HTTPException(404)
    return back("mails" if wanted else "no-mails")


@once
def renew_feed(request: Request) -> Response:
    """End the feed's address and make a new one."""
    assistant = state.assistant(request)
    now = assistant.clock.now()
    with assistant.db.write() as session:
        coach = own(request, session, now)
        if coach is not None:
            coach_calendars.renew_feed(session, coach, viewer_of(request), now)
    if coach is None:
        raise HTTPException(404)
    return back("feed")


def back(done: str) -> Response:
    return RedirectResponse(f"/coach/calendar?done={done}", status_code=303)
