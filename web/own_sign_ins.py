"""One's own account: where one is signed in, and ending it there."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services import audit, open_sign_ins, staff
from web import again, auth, state

OTHERS = "others"
NONE_PICKED = "Pick which one to end"


def end(request: Request) -> Response:
    """End the one of one's sign-ins that was picked, or all but this one; what is gone already is no mistake."""
    assistant, form = state.assistant(request), request.state.form
    now, which = assistant.clock.now(), str(form.get("which") or "")[: open_sign_ins.KEY_LETTERS]
    if not which:
        return auth.account_page(request, wrong={"which": NONE_PICKED})
    if problem := again.why_not_now(request, now):
        return auth.account_page(request, wrong={"sign-in-password": problem}, which=which)
    me = request.state.staff.id
    with assistant.db.write() as session:
        if which == OTHERS:
            staff.end_all(session, me, now, but=request.cookies.get(auth.cookie_name(request), ""))
            ended = True
        else:
            ended = open_sign_ins.end(session, me, which, now)
        if ended:
            audit.record(session, f"staff:{me}", "sign_out", f"staff:{me}", now, {"by": "account"})
    return RedirectResponse("/account?done=ended#sign-ins", status_code=303)
