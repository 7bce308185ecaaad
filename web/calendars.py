"""Calendar files and a coach's private feed: times in UTC, and not one word about health."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services import booking, coach_calendars
from services.calendar_entries import Event, calendar, event_of
from web import state

BACK = timedelta(days=31)
AHEAD = timedelta(days=120)


def answer(events: Iterable[Event], now: datetime, name: str) -> Response:
    """The events as an iCalendar file (RFC 5545)."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    text = calendar(events, now).to_ical()
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)


def feed(request: Request) -> Response:
    """A coach's calls of the last month and the next four, for their own calendar; 404 once they left."""
    assistant = state.assistant(request)
    now = assistant.clock.now()
    with assistant.db.read() as session:
        coach = coach_calendars.coach_of_feed(session, request.path_params["token"])
        if coach is None:
            raise HTTPException(404)
        calls = booking.calls_between(session, coach.team_id, now - BACK, now + AHEAD, coach.id)
        events = [event_of(session, call) for call in calls]
    return answer(events, now, name="calls.ics")
