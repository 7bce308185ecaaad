"""Calendar files and a coach's private feed: times in UTC, and not one word about health."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services import booking
from services.calendar_entries import Event, calendar, event_of
from services.crypto import Keyring
from services.models import Coach
from web import state

BACK = timedelta(days=31)
AHEAD = timedelta(days=120)


def answer(events: Iterable[Event], now: datetime, name: str) -> Response:
    """The events as an iCalendar file (RFC 5545)."""
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "private, no-store"}
    text = calendar(events, now).to_ical()
    return Response(text, media_type="text/calendar; charset=utf-8", headers=headers)


def token(keys: Keyring, coach_id: int) -> str:
    """The secret of a coach's feed: an id and a mark that only this service can have made."""
    return f"{coach_id}.{keys.sign('calendar', str(coach_id))}"


def coach_of(keys: Keyring, given: str) -> int | None:
    """The coach whose feed this is; None for a wrong token."""
    number, _, mark = given.partition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 19):
        return None
    return int(number) if keys.signed("calendar", str(int(number)), mark) else None


def feed(request: Request) -> Response:
    """A coach's calls of the last month and the next four, for their own calendar; 404 once they left."""
    assistant = state.assistant(request)
    coach_id, now = coach_of(assistant.db.keys, request.path_params["token"]), assistant.clock.now()
    with assistant.db.read() as session:
        coach = session.get(Coach, coach_id) if coach_id else None
        if coach is None or not coach.active:
            raise HTTPException(404)
        calls = booking.calls_between(session, coach.team_id, now - BACK, now + AHEAD, coach.id)
        events = [event_of(session, call) for call in calls]
    return answer(events, now, name="calls.ics")
