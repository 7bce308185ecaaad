"""The pages of the desk that are read: today, the queue, the week, the caseload, one person, one alert."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services import alerts, calendar_entries, cards, caseload, desk, moving, undoing
from services.cards import Card
from services.clock import LONDON
from services.models import Appointment
from services.outcomes import ENOUGH_TRIES
from services.scopes import Viewer
from services.waiting import KINDS
from web import calendars, state
from web.coach.card import DECISIONS, present
from web.coach.viewing import live_mark, member_of, page, viewer_of, wants_own

SHOWN_FIRST = 8


def day(request: Request) -> Response:
    """Alerts, today's calls, what is late next, new hand-offs."""
    assistant = state.assistant(request)
    now, own = assistant.clock.now(), wants_own(request)
    with assistant.db.write() as session:  # the reading is audited with it
        read = desk.read_day(session, viewer_of(request), now, own=own)
        mark, undo = live_mark(request, session), undoing.last(session, viewer_of(request), now)
    values: dict[str, Any] = {"day": read, "now": now, "own": own, "mark": mark, "undo": undo}
    return page(request, "coach/day.html", **values, done=request.query_params.get("done", ""), most=SHOWN_FIRST)


def queue(request: Request) -> Response:
    """Everything that waits, or one kind of it, first to be late first."""
    assistant = state.assistant(request)
    now, own, kind = assistant.clock.now(), wants_own(request), request.query_params.get("kind", "")
    with assistant.db.write() as session:
        read = desk.read_queue(session, viewer_of(request), now, own=own)
        mark, undo = live_mark(request, session), undoing.last(session, viewer_of(request), now)
    chosen, done = kind if kind in KINDS else "", request.query_params.get("done", "")
    values: dict[str, Any] = {"queue": read, "now": now, "own": own, "mark": mark, "undo": undo, "done": done}
    return page(request, "coach/queue.html", **values, items=read.of(chosen), kind=chosen)


def week(request: Request) -> Response:
    """Seven days of calls and planned contacts."""
    assistant = state.assistant(request)
    now, own = assistant.clock.now(), wants_own(request)
    today = now.astimezone(LONDON).date()
    monday = monday_of(request.query_params.get("from", ""), today)
    with assistant.db.write() as session:
        columns = desk.read_week(session, viewer_of(request), monday, now, own=own)
        mark = live_mark(request, session)
    values: dict[str, Any] = {"columns": columns, "monday": monday, "today": today, "now": now, "own": own}
    return page(request, "coach/week.html", **values, week=timedelta(days=7), mark=mark)


def monday_of(text: str, today: date) -> date:
    """The Monday of the week that a date is in; of this week when it is none."""
    try:
        wanted = date.fromisoformat(text)
    except ValueError:
        wanted = today
    if abs((wanted - today).days) > 366:
        wanted = today
    return wanted - timedelta(days=wanted.weekday())


def people(request: Request) -> Response:
    """The caseload: whom the team goes on with, by next contact."""
    assistant = state.assistant(request)
    now, own = assistant.clock.now(), wants_own(request)
    with assistant.db.write() as session:
        read = caseload.read(session, viewer_of(request), now, own=own)
        mark = live_mark(request, session)
    done = request.query_params.get("done", "")
    return page(request, "coach/caseload.html", load=read, now=now, own=own, mark=mark, done=done)


def referral(request: Request) -> Response:
    """One person's card, to be read in a minute."""
    return card_page(request, "coach/referral.html", "read")


def printed(request: Request) -> Response:
    """The card on paper; that it was printed is audited as such."""
    return card_page(request, "coach/print.html", "print")


def card_page(request: Request, template: str, action: str, status: int = 200, **more: Any) -> Response:
    assistant, viewer = state.assistant(request), viewer_of(request)
    now = assistant.clock.now()
    with assistant.db.write() as session:
        card = cards.read(session, request.path_params["id"], viewer, now, action)
        if card is None:
            found = None
        else:
            found = openings(session, card, viewer, now)
            mark, undo = live_mark(request, session), undoing.last(session, viewer, now)
    if card is None:
        raise HTTPException(404)
    values: dict[str, Any] = {"card": card, "decisions": DECISIONS, "now": now, "openings": found, "mark": mark}
    values["undo"] = undo if undo and undo.referral == card.id else None
    shown = present(card, assistant.book(None), now)
    done = request.query_params.get("done", "")
    return page(request, template, status, shown=shown, enough=ENOUGH_TRIES, done=done, **values, **more)


def openings(session: Any, card: Card, viewer: Viewer, now: Any) -> list[moving.Day]:
    """Times to move the person's call to, by day; none when no call stands."""
    call = card.to_record
    if call is None or call.status != "booked":
        return []
    return moving.days_for(session, session.get_one(Appointment, call.id), viewer.coach_id, now)


def alert(request: Request) -> Response:
    """One safety alert with the words that raised it, for whom they are."""
    assistant, viewer = state.assistant(request), viewer_of(request)
    now = assistant.clock.now()
    with assistant.db.write() as session:
        read = alerts.read(session, request.path_params["id"], viewer, now)
        mark = live_mark(request, session)
    if read is None:
        raise HTTPException(404)
    return page(
        request,
        "coach/alert.html",
        page=read,
        alert=read.alert,
        now=now,
        mark=mark,
        done=request.query_params.get("done", ""),
    )


def call_file(request: Request) -> Response:
    """One booked call as a calendar file, without a name or a word about health."""
    assistant, member = state.assistant(request), member_of(request)
    with assistant.db.read() as session:
        row = session.get(Appointment, request.path_params["id"])
        if row is None or member.scope not in (None, row.team_id):
            raise HTTPException(404)
        event = calendar_entries.event_of(session, row)
    return calendars.answer([event], assistant.clock.now(), name="call.ics")
