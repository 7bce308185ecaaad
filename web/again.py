"""Before something is changed by which somebody signs in: who is sitting there?"""

from __future__ import annotations

from datetime import datetime

from starlette.requests import Request

from services import audit, locks, staff
from services.models import StaffMember
from web import auth, state

NOT_OURS = "That is not your password. After 5 tries, wait 15 minutes"
NOT_FRESH = "Sign out, sign in again and come straight back here: that shows that it is you"
FIELD = "password"


def is_new_here(request: Request, now: datetime) -> bool:
    """Whether this browser signed in only minutes ago."""
    token = request.cookies.get(auth.cookie_name(request), "")
    with state.assistant(request).db.read() as session:
        return staff.is_fresh(session, token, now)


def why_not(request: Request, now: datetime) -> str:
    """Why it may not be changed: "" once the password fits, or the sign-in is new where there is none."""
    assistant = state.assistant(request)
    given = str(request.state.form.get(FIELD) or "")[: auth.MOST_PASSWORD]
    with assistant.db.read() as session:
        member = session.get_one(StaffMember, request.state.staff.id)
        if member.password_hash is not None:
            weighed = staff.weigh(session, member.email, given)
        else:
            return "" if is_new_here(request, now) else NOT_FRESH
    with assistant.db.write() as session:
        member = locks.get_one(session, StaffMember, request.state.staff.id)
        if staff.is_own(session, member, weighed, now):
            return ""
        audit.record(session, f"staff:{member.id}", "refused", f"staff:{member.id}", now, {"why": "wrong"})
    return NOT_OURS


def why_not_now(request: Request, now: datetime) -> str:
    """The same, but a sign-in of the last minutes is enough."""
    return "" if is_new_here(request, now) else why_not(request, now)
