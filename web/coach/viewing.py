"""What every page of the desk shares: who looks, the marks of its forms, the page that says what went wrong."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from services import rate_limits, scopes
from services.db import Session
from services.scopes import Viewer
from web import auth, second, state, unkept
from web.auth import Member
from web.coach.live import mark_of

ONCE = timedelta(days=1)
"""Longer than a sign-in lasts: a form's mark is never good again."""


def member_of(request: Request) -> Member:
    """Who is signed in."""
    member: Member = request.state.staff
    return member


def viewer_of(request: Request) -> Viewer:
    """The same, as services know them."""
    member = member_of(request)
    return Viewer(member.id, member.scope, member.coach_id)


def page(request: Request, template: str, status: int = 200, **values: Any) -> Response:
    """A page of the desk, with the marks that its forms carry."""
    return state.pages(request).page(
        template,
        status,
        member=member_of(request),
        csrf=auth.form_mark(request),
        once=new_once(request),
        here=request.url.path,
        for_second=second.waiting_for(state.assistant(request), member_of(request)),
        **values,
    )


def live_mark(request: Request, session: Session) -> str:
    """What the page was drawn from, so that its stream knows whether anything came since."""
    return mark_of(session, member_of(request).scope)


def wants_own(request: Request) -> bool:
    """Whether a coach wants their own people only. Without a diary of one's own there is nothing of one's own."""
    return request.query_params.get("who") == "me" and member_of(request).coach_id is not None


def new_once(request: Request) -> str:
    """A mark that makes a form good once, for this sign-in only."""
    word = secrets.token_urlsafe(12)
    return f"{word}.{_signature(request, word)}"


def _signature(request: Request, word: str) -> str:
    token = request.cookies.get(auth.cookie_name(request), "")
    return state.assistant(request).db.keys.sign("once", f"{token} {word}")


def once(handler: Callable[[Request], Response]) -> Callable[[Request], Response]:
    """A form that was sent before does nothing again: double clicks, the back button, a replayed post."""

    def answer(request: Request) -> Response:
        why = refusal(request)
        return handler(request) if why is None else problem(request, why)

    answer.__name__, answer.__doc__ = handler.__name__, handler.__doc__
    return answer


def refusal(request: Request) -> str | None:
    """Use the form's mark up; why it is not good, which is audited, or None."""
    assistant, viewer = state.assistant(request), viewer_of(request)
    given = str(request.state.form.get("once") or "")
    word, _, mark = given.partition(".")
    now = assistant.clock.now()
    with assistant.db.write() as session:
        if not word or not secrets.compare_digest(mark.encode(), _signature(request, word).encode()):
            scopes.refuse(session, viewer, subject_of(request), "stale", now)
            return "stale"
        key = hashlib.sha256(f"{given} {request.url.path}".encode()).hexdigest()[:40]
        if not rate_limits.allow(session, f"form:{key}", 1, ONCE, now):
            scopes.refuse(session, viewer, subject_of(request), "replayed", now)
            return "replayed"
    return None


def subject_of(request: Request) -> str:
    """The form, as the audit names it: the pattern of its route and the number in it."""
    return f"form:{request.url.path.removeprefix('/coach/')}"


PROBLEMS = {
    "replayed": 409,
    "stale": 409,
    "changed": 409,
    "plan_changed": 409,
    "taken": 409,
    "lapsed": 409,
    "stopped": 409,
    "not_taken": 409,
    "no_consent": 409,
    "another_team": 409,
    "has_call": 409,
    "early": 409,
    "call_stands": 409,
    "in_talk": 409,
    "asked_already": 409,
}


OF_A_PLAN = ("words", "next_on", "next_what")


def problem(request: Request, why: str) -> Response:
    """A page that says what went wrong and leads back; 400 for what was typed, 409 for what changed meanwhile."""
    back = str(request.headers.get("referer") or "")
    to = back[back.find("/coach") :] if "/coach" in back else "/coach"
    wrote = {name: str(request.state.form.get(name) or "") for name in OF_A_PLAN} if why == "plan_changed" else {}
    typed = [] if wrote or why == "replayed" else unkept.typed(request)  # what was sent twice was kept once
    return page(request, "coach/problem.html", PROBLEMS.get(why, 400), why=why, back=to, wrote=wrote, typed=typed)
