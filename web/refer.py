"""The short form for GP staff, employers and Jobcentres: signed in, or with a source code of their own.

Whoever fills it in sees the same answer for every number: it never tells who is known to us.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, get_args
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services import introductions, rate_limits, sources
from services.clock import real_now
from services.db import Session
from services.introductions import By, Given, Referrer
from services.models import SourceCode
from web import auth, state
from web.callers import caller_of
from web.refer_form import Filled, read

STAFF = "staff"
TOKEN = re.compile(r"(?P<made>\d{9,11})\.[A-Za-z0-9_-]{16}\.(?P<mark>[A-Za-z0-9_=-]{16,128})")
GOOD_FOR = timedelta(hours=12)
ONCE = timedelta(days=1)


@dataclass(frozen=True)
class Door:
    """An open form: who fills it in, which ways of knowing the person it offers, what its address ends in."""

    referrer: Referrer
    name: str
    ways: tuple[By, ...]
    query: str
    secret: str

    @property
    def path(self) -> str:
        return f"/refer{self.query}"


def show(request: Request) -> Response:
    """The form, or a page that says how to get one."""
    door = find(request)
    if door is None:
        return closed(request)
    if request.query_params.get("done"):
        return state.pages(request).page("public/refer_done.html", path=door.path)
    return page(request, door, Filled())


def find(request: Request) -> Door | None:
    """The form of the source code in the address, or of who is signed in; None where neither opens one."""
    if not sends_texts(request):
        return None
    code = request.query_params.get("source", "")
    if code:
        with state.assistant(request).db.read() as session:
            row = sources.find_form(session, code)
            return door_of_source(row) if row else None
    member = auth.signed_in(request)
    return door_of_staff(request, member) if member else None


def sends_texts(request: Request) -> bool:
    """A demonstration shows the form without a provider; anywhere else it would promise a text that cannot go."""
    assistant = state.assistant(request)
    return assistant.settings.has_sms or assistant.demo


def door_of_source(row: SourceCode) -> Door:
    """A surgery speaks as a surgery and nobody else; a code of another kind as somebody who knows the person."""
    own: tuple[By, ...] = tuple(by for by in get_args(By) if by == row.kind and by != "other")
    hour, day = row.refer_per_hour or sources.PER_HOUR, row.refer_per_day or sources.PER_DAY
    referrer = Referrer(row.code, hour, day)
    return Door(referrer, row.name, (*own, "other"), f"?{urlencode({'source': row.code})}", row.code)


def door_of_staff(request: Request, member: auth.Member) -> Door:
    referrer = Referrer(STAFF, sources.PER_HOUR, sources.PER_DAY, member.id)
    cookie = request.cookies.get(auth.cookie_name(request), "")
    return Door(referrer, member.name, ("team", "gp", "employer", "jobcentre", "other"), "", f"staff {cookie}")


def closed(request: Request) -> Response:
    """No form here: kindly, and the same for a code that never was, that was closed, and that is a poster's."""
    asked = bool(request.query_params.get("source"))
    status = 404 if asked else 200
    words = "refer.closed" if asked else "refer.how"
    words, status = (words, status) if sends_texts(request) else ("refer.no_texts", 503)
    return state.pages(request).page("public/refer_closed.html", status, words=words)


def page(request: Request, door: Door, filled: Filled, status: int = 200, problem: str = "") -> Response:
    values: dict[str, Any] = {
        "door": door,
        "typed": filled.typed,
        "errors": filled.errors,
        "problem": problem,
        "token": new_token(request, door),
    }
    return state.pages(request).page("public/refer.html", status, **values)


def take(request: Request) -> Response:
    """A filled form: at most one text, later and once; what is wrong is said beside what was typed."""
    door = find(request)
    if door is None:
        refused(request, "system", "no_form")
        return closed(request)
    filled = read(request.state.form, door.ways)
    made = read_token(request, door)
    if made is None:
        refused(request, door.referrer.actor, "stale")
        return page(request, door, filled, 409, "refer.stale")
    if filled.given is None:
        return page(request, door, filled, 400)
    assistant = state.assistant(request)
    with assistant.db.write() as session:
        problem = accept(request, session, door, filled.given, made)
    if problem is None:
        again = urlencode({"done": "1"})
        return RedirectResponse(f"{door.path}{'&' if door.query else '?'}{again}", status_code=303)
    return page(request, door, filled, 409 if problem == "refer.replayed" else 429, problem)


def accept(request: Request, session: Session, door: Door, given: Given, made: datetime) -> str | None:
    """Use the form up, count it, pass the number on; the id of the words that say why not."""
    now = state.assistant(request).clock.now()
    used = hashlib.sha256(str(request.state.form.get("token")).encode()).hexdigest()[:40]
    if not rate_limits.allow(session, f"form:{used}", 1, ONCE, made):
        introductions.refuse(session, door.referrer.actor, "replayed", now)
        return "refer.replayed"
    capped = introductions.count(session, door.referrer, caller_of(request), now)
    if capped:
        return f"refer.too_many_{capped}"
    introductions.pass_on(session, door.referrer, given, now)
    return None


def refused(request: Request, actor: str, why: str) -> None:
    assistant = state.assistant(request)
    with assistant.db.write() as session:
        introductions.refuse(session, actor, why, assistant.clock.now())


def new_token(request: Request, door: Door) -> str:
    """A mark that makes a form good once, for twelve hours, behind this code or this sign-in only."""
    said = f"{int(real_now().timestamp())}.{secrets.token_urlsafe(12)}"
    return f"{said}.{state.assistant(request).db.keys.sign('refer form', f'{door.secret} {said}')}"


def read_token(request: Request, door: Door) -> datetime | None:
    """When this form was made; None where we did not make it for this door, or too long ago."""
    token = str(request.state.form.get("token") or "")
    found = TOKEN.fullmatch(token)
    if not found:
        return None
    said = token.rpartition(".")[0]
    fits = state.assistant(request).db.keys.signed("refer form", f"{door.secret} {said}", found["mark"])
    made = datetime.fromtimestamp(int(found["made"]), UTC)
    return made if fits and made <= real_now() <= made + GOOD_FOR else None
