"""A person's own call, behind a link that only they were given: when, with whom and how, and calling it off."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services import audit, booking, calendar_entries, call_links, conversations
from services.models import Appointment, Coach, Conversation, Team
from web import calendars, chat, front, state

BOOKED = "booked"
WAYS = ("sms", "telegram")
"""Channels besides the web chat: there the person writes to us where our messages are."""


@dataclass(frozen=True)
class Call:
    """What the page shows, and nothing of why."""

    id: int
    conversation: int
    channel: str
    person: int
    starts: datetime
    ends: datetime
    status: str
    kind: str
    coach: str
    team: str
    number: str

    @property
    def minutes(self) -> str:
        return str(int((self.ends - self.starts).total_seconds() // 60))

    def is_over(self, now: datetime) -> bool:
        return self.ends <= now


def find(request: Request) -> Call | None:
    """The call of the link as it stands today (a moved one leads to where it moved); None for a wrong or old link."""
    with state.assistant(request).db.read() as session:
        row = call_links.by_token(session, request.path_params["token"], state.assistant(request).clock.now())
        if row is None:
            return None
        coach, team = session.get_one(Coach, row.coach_id), session.get_one(Team, row.team_id)
        return Call(
            id=row.id,
            conversation=row.conversation_id,
            channel=session.get_one(Conversation, row.conversation_id).channel,
            person=row.person_id,
            starts=row.starts_at,
            ends=row.ends_at,
            status=row.status,
            kind=row.kind,
            coach=coach.name,
            team=team.name,
            number=team.caller_number,
        )


def show(request: Request) -> Response:
    """When the call is, with whom, how and from which number, how to move it, and a button to call it off."""
    call = find(request)
    return gone(request) if call is None else page(request, call)


def gone(request: Request) -> Response:
    """The link opens no call: what may be the matter, and how to get to the call without it."""
    number = front.number_for_texts(state.assistant(request).settings)
    return state.pages(request).page("public/call_gone.html", 404, number=number)


def page(request: Request, call: Call, *, asking: bool = False) -> Response:
    now = state.assistant(request).clock.now()
    over, path = call.is_over(now), request.url.path
    way = way_back(request, call)
    return state.pages(request).page("public/call.html", call=call, asking=asking, over=over, path=path, way=way)


def way_back(request: Request, call: Call) -> str:
    """How this person writes to us about the call; `lost_chat`: a web chat that is not this browser's."""
    if call.channel in WAYS:
        return call.channel
    return "web" if chat.find(request).conversation == call.conversation else "lost_chat"


def change(request: Request) -> Response:
    """Ask once, then call it off. Nobody has to say why."""
    call, step = find(request), str(request.state.form.get("step") or "")
    if call is None:
        return gone(request)
    now = state.assistant(request).clock.now()
    if call.status != BOOKED or call.is_over(now):
        refuse(request, call, now)
    elif step == "sure":
        call_off(request, call, now)
        call = find(request) or call
    return page(request, call, asking=step == "ask" and call.status == BOOKED)


def refuse(request: Request, call: Call, now: datetime) -> None:
    """A stale page: the call is over or stands no more. Nothing changes, and the try is in the audit."""
    with state.assistant(request).db.write() as session:
        audit.record(session, f"person:{call.person}", "refused", f"appointment:{call.id}", now, {"why": "stale"})


def call_off(request: Request, call: Call, now: datetime) -> None:
    """Call off, audit and count in one transaction; what somebody else ended first stays as it is."""
    with state.assistant(request).db.write() as session:
        conversations.lock(session, call.conversation)
        if booking.call_off(session, call.id, now):
            audit.record(session, f"person:{call.person}", "call_off", f"appointment:{call.id}", now, {"by": "link"})
            happened = {"starts_at": call.starts.isoformat(), "kind": call.kind}
            audit.event(session, call.conversation, "appointment_called_off", now, happened)


def file(request: Request) -> Response:
    """The call as a calendar file, without a word about health."""
    call = find(request)
    if call is None or call.status != BOOKED:
        raise HTTPException(404)
    title = state.pages(request).words.say("chat.call_page_title")
    with state.assistant(request).db.read() as session:
        event = calendar_entries.event_of(session, session.get_one(Appointment, call.id), title)
    return calendars.answer([event], state.assistant(request).clock.now(), name="call.ics")
