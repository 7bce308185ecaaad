"""Passkeys of staff: made on the account page, used on the sign-in page (web/static/passkey.js holds the browser's half)."""

from __future__ import annotations

from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from services import audit, locks, passkeys, staff
from services.models import StaffMember
from services.passkeys import Site
from web import again, auth, callers, state
from web.kept import Kept

MAKING = Kept("anydoor-passkey", "web.passkey.made", "/account/passkey")
USING = Kept("anydoor-passkey-in", "web.passkey.used", "/sign-in/passkey")
NOT_MADE = "That passkey could not be kept. Please try again"


def site_of(request: Request) -> Site:
    """For whom passkeys are made here; 404 where browsers have none."""
    site = Site.of(state.assistant(request).settings.public_url)
    if site is None:
        raise HTTPException(404)
    return site


def begin_making(request: Request) -> Response:
    """What the browser needs to make one, for whoever types their password (again)."""
    site, assistant = site_of(request), state.assistant(request)
    now = assistant.clock.now()
    if problem := again.why_not(request, now):
        return JSONResponse({"problem": problem}, 400)
    challenge = passkeys.challenge()
    with assistant.db.read() as session:
        options = passkeys.to_make(session, site, session.get_one(StaffMember, request.state.staff.id), challenge)
    response = Response(options, media_type="application/json")
    MAKING.put(request, response, {"challenge": challenge.hex(), "staff": str(request.state.staff.id)})
    return response


def make(request: Request) -> Response:
    """Keep the passkey; it has just shown who they are, so this browser goes on with a sign-in of both factors."""
    site, kept, form = site_of(request), MAKING.of(request), request.state.form
    assistant = state.assistant(request)
    now, row = assistant.clock.now(), None
    token = ""
    if kept.get("staff") == str(request.state.staff.id):
        with assistant.db.write() as session:
            member = locks.get_one(session, StaffMember, request.state.staff.id)
            answer, name = str(form.get("credential") or ""), str(form.get("name") or "")
            row = passkeys.add(session, site, member, bytes.fromhex(kept["challenge"]), answer, name, now)
            if row is not None:
                staff.end_all(session, member.id, now)
                token = staff.sign_in(session, member, now, second_factor=True)
                audit.record(
                    session, f"staff:{member.id}", "passkey_on", f"staff:{member.id}", now, {"passkey": row.id}
                )
    if row is None:
        return auth.account_page(request, wrong={"passkey-name": NOT_MADE})
    response = RedirectResponse("/account?done=passkey#passkeys", status_code=303)
    auth.keep_sign_in(request, response, token)
    MAKING.forget(request, response)
    return response


def take_away(request: Request) -> Response:
    """Take one away, for whoever types their password; every other sign-in ends."""
    assistant = state.assistant(request)
    now, number = assistant.clock.now(), request.path_params["id"]
    if problem := again.why_not(request, now):
        return auth.account_page(request, wrong={f"passkey-{number}": problem})
    with assistant.db.write() as session:
        me = f"staff:{request.state.staff.id}"
        if not passkeys.remove(session, request.state.staff.id, number):
            raise HTTPException(404)
        staff.end_all(session, request.state.staff.id, now, but=request.cookies.get(auth.cookie_name(request), ""))
        audit.record(session, me, "passkey_off", me, now, {"passkey": number})
    return RedirectResponse("/account?done=passkey-off#passkeys", status_code=303)


def begin_using(request: Request) -> Response:
    """What the browser needs to ask for one; the same for everybody."""
    challenge = passkeys.challenge()
    response = Response(passkeys.to_use(site_of(request), challenge), media_type="application/json")
    begun = state.assistant(request).clock.now().isoformat()
    USING.put(request, response, {"challenge": challenge.hex(), "begun": begun})
    return response


def use(request: Request) -> Response:
    """Sign in by a passkey: it knows who holds it, so no password and no code is asked for."""
    site, kept, assistant = site_of(request), USING.of(request), state.assistant(request)
    caller, throttle = callers.outside(request), request.app.state.sign_ins
    if throttle.is_full(caller):
        return auth.sign_in_page(request, auth.SignInForm(), 429, too_many=True)
    if "challenge" not in kept:  # anybody can make such a request up: no writer waits for it
        return refused(request)
    now, answer = assistant.clock.now(), str(request.state.form.get("credential") or "")
    begun = datetime.fromisoformat(kept["begun"])
    with assistant.db.write() as session:
        why, member = passkeys.judge(session, site, bytes.fromhex(kept["challenge"]), begun, answer, now)
        if member is None:
            audit.record(session, "system", "sign_in_refused", "staff", now, {"why": why, "by": "passkey"})
        else:
            me = f"staff:{member.id}"
            staff.sign_out(session, request.cookies.get(auth.cookie_name(request), ""), now)
            audit.record(session, me, "sign_in", me, now, {"by": "passkey"})
            token, role = staff.sign_in(session, member, now, second_factor=True), member.role
    if member is None:
        return refused(request)
    response = auth.let_in(request, token, role)
    USING.forget(request, response)
    return response


def refused(request: Request) -> Response:
    """Back to the sign-in page with one sentence for every reason."""
    throttle: callers.Throttle = request.app.state.sign_ins
    throttle.count(callers.outside(request))
    response = auth.sign_in_page(request, auth.SignInForm(), 400, no_passkey=True)
    USING.forget(request, response)
    return response
