"""One's own account: one-time codes, turned on once a code was shown to fit."""

from __future__ import annotations

from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from services import audit, staff
from services.models import StaffMember
from web import again, auth, state


def turn_on(request: Request) -> Response:
    """Turn them on for who has just signed in or types the password again; other browsers are signed out."""
    form, member = auth.CodesForm(request.state.form), request.state.staff
    assistant = state.assistant(request)
    now = assistant.clock.now()
    if form.validate() and (problem := again.why_not_now(request, now)):
        return auth.account_page(request, form, wrong={"codes-password": problem})
    fits = False
    if not form.errors and not member.has_codes:
        with assistant.db.write() as session:
            row = session.get_one(StaffMember, member.id)
            fits = staff.turn_on_totp(session, row, str(form.secret.data), str(form.code.data).strip(), now)
            if fits:
                staff.end_all(session, row.id, now, but=request.cookies.get(auth.cookie_name(request), ""))
                audit.record(session, f"staff:{row.id}", "codes_on", f"staff:{row.id}", now)
    if not fits:
        form.code.errors = form.code.errors or ["That code does not fit. Wait for the next one and try again"]
        return auth.account_page(request, form, 400)
    request.state.staff = replace(member, has_codes=True, must_have_codes=False)
    return auth.account_page(request, form)
