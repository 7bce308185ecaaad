"""The coach's pages: thin views over services.caseload."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from wtforms import Form, StringField
from wtforms.validators import AnyOf

from services import caseload
from services.models import Appointment
from web import auth, calendars, state
from web.auth import Member
from web.coach.card import DECISIONS, present


class OutcomeForm(Form):
    """What came of a call."""

    outcome = StringField("Outcome", [AnyOf(["reached", "not_reached"])])


def member_of(request: Request) -> Member:
    member: Member = request.state.staff
    return member


def page(request: Request, template: str, **values: Any) -> Response:
    member = member_of(request)
    return state.pages(request).page(template, member=member, csrf=auth.form_mark(request), **values)


def day(request: Request) -> Response:
    """Alerts, today's and coming calls, promises to ring, new hand-offs."""
    assistant, member = state.assistant(request), member_of(request)
    now = assistant.clock.now()
    with assistant.db.write() as session:  # the reading is audited with it
        read = caseload.read_day(session, member.scope, member.id, now)
    feed = feed_address(request, member)
    return page(request, "coach/day.html", day=read, now=now, feed=feed, done=request.query_params.get("done", ""))


def feed_address(request: Request, member: Member) -> str:
    assistant = state.assistant(request)
    if member.coach_id is None:
        return ""
    base = assistant.settings.public_url.rstrip("/")
    return f"{base}/calendar/{calendars.token(assistant.db.keys, member.coach_id)}.ics"


def referral(request: Request) -> Response:
    """One person's card, to be read in a minute."""
    assistant, member = state.assistant(request), member_of(request)
    with assistant.db.write() as session:
        card = caseload.read_card(session, request.path_params["id"], member.scope, member.id, assistant.clock.now())
    if card is None:
        raise HTTPException(404)
    shown = present(card, assistant.book(None), assistant.clock.now())
    return page(request, "coach/referral.html", card=card, shown=shown, decisions=DECISIONS, now=assistant.clock.now())


def outcome(request: Request) -> Response:
    """Record what came of a call."""
    return record(request, caseload.record_outcome)


def call_back(request: Request) -> Response:
    """Record what came of a promise to ring."""
    return record(request, caseload.finish_call_back)


def record(request: Request, keep: Any) -> Response:
    assistant, member = state.assistant(request), member_of(request)
    form = OutcomeForm(request.state.form)
    if not form.validate():
        raise HTTPException(400)
    with assistant.db.write() as session:
        kept = keep(
            session, request.path_params["id"], form.outcome.data, member.scope, member.id, assistant.clock.now()
        )
    return done(kept, "/coach?done=recorded")


def accept_alert(request: Request) -> Response:
    """Take a safety alert on."""
    return settle_alert(request, caseload.accept_alert, "alert")


def close_alert(request: Request) -> Response:
    """A safety alert is dealt with."""
    return settle_alert(request, caseload.close_alert, "closed")


def settle_alert(request: Request, settle: Any, said: str) -> Response:
    assistant, member = state.assistant(request), member_of(request)
    with assistant.db.write() as session:
        settled = settle(session, request.path_params["id"], member.scope, member.id, assistant.clock.now())
    return done(settled, f"/coach?done={said}")


def done(kept: bool, to: str) -> Response:
    """Back to the list; 404 where there was nothing of this team's to change (what was refused is in the audit)."""
    if not kept:
        raise HTTPException(404)
    return RedirectResponse(to, status_code=303)


def call_file(request: Request) -> Response:
    """One booked call as a calendar file, without a name or a word about health."""
    assistant, member = state.assistant(request), member_of(request)
    with assistant.db.read() as session:
        row = session.get(Appointment, request.path_params["id"])
        if row is None or member.scope not in (None, row.team_id):
            raise HTTPException(404)
        event = calendars.event_of(row)
    return calendars.answer([event], assistant.clock.now(), name="call.ics")
