"""One's own account: another password, for who knows the present one."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services import audit, locks, staff
from services.models import StaffMember
from web import auth, state

WRONG = {**auth.WRONG_PASSWORDS, "wrong": "This is not your password", "again": "The passwords are not the same"}
FIELDS = {"wrong": "password-now", "again": "password-again"}


def change(request: Request) -> Response:
    """Set it, end every other sign-in, and go on with a new one here."""
    form, assistant = request.state.form, state.assistant(request)
    given = {name: str(form.get(name) or "")[: auth.MOST_PASSWORD] for name in ("now", "new", "again")}
    if given["new"] != given["again"]:
        return refused(request, "again")
    vouched = request.cookies.get(auth.cookie_name(request), "").startswith(staff.VOUCHED)
    with assistant.db.read() as session:
        weighed = staff.weigh(session, session.get_one(StaffMember, request.state.staff.id).email, given["now"])
    now = assistant.clock.now()
    with assistant.db.write() as session:
        member = locks.get_one(session, StaffMember, request.state.staff.id)
        done = staff.change_password(session, member, weighed, given["new"], now)
        why = {} if done == "ok" else {"why": done}
        audit.record(
            session, f"staff:{member.id}", "password" if done == "ok" else "refused", f"staff:{member.id}", now, why
        )
        token = staff.sign_in(session, member, now, second_factor=vouched) if done == "ok" else ""
    if not token:
        return refused(request, done)
    response = RedirectResponse("/account?done=password#password", status_code=303)
    auth.keep_sign_in(request, response, token)
    return response


def refused(request: Request, why: str) -> Response:
    return auth.account_page(request, wrong={FIELDS.get(why, "password-new"): WRONG[why]})
