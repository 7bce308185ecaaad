"""One's own account: the number at which safety alerts are texted."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.nlu.recognisers.phone import read_phone
from services import staff_phones
from services.models import StaffMember
from web import again, auth, state


def mobile_in(text: str) -> str | None:
    """A UK mobile as +447700900123; None for anything else."""
    found = read_phone(text[:60])
    value = found.value if found and found.whole else None
    fits = isinstance(value, dict) and value["ok"] and value["kind"] == "mobile"
    return str(value["e164"]) if fits and isinstance(value, dict) else None


def take(request: Request) -> Response:
    """Send a code to the number that was typed: replies from there take alerts on, so it is theirs to say."""
    typed = str(request.state.form.get("number") or "")
    number, assistant = mobile_in(typed), state.assistant(request)
    if number is None:
        return auth.account_page(request, wrong={"number": "Write a UK mobile number, like 07700 900123"}, number=typed)
    if problem := again.why_not_now(request, assistant.clock.now()):
        return auth.account_page(request, wrong={"number-password": problem}, number=typed)
    with assistant.db.write() as session:
        member = session.get_one(StaffMember, request.state.staff.id)
        done = staff_phones.ask(session, member, number, assistant.clock.now())
    if done != "asked":
        told = {
            "taken": "Another account has this number",
            "too_often": "That was often enough for today. Try tomorrow",
        }
        return auth.account_page(request, wrong={"number": told[done]}, number=typed)
    assistant.tell_outgoing("sms")
    return RedirectResponse("/account?done=asked#number", status_code=303)


def confirm(request: Request) -> Response:
    """Take the code that was sent to the number."""
    assistant, code = state.assistant(request), str(request.state.form.get("code") or "")
    with assistant.db.write() as session:
        member = session.get_one(StaffMember, request.state.staff.id)
        fits = staff_phones.confirm(session, member, code.replace(" ", "")[:10], assistant.clock.now())
    if not fits:
        return auth.account_page(request, wrong={"number-code": "That code does not fit, or it is too old"})
    return RedirectResponse("/account?done=on#number", status_code=303)


def forget(request: Request) -> Response:
    """No more texts to this account."""
    assistant = state.assistant(request)
    if problem := again.why_not_now(request, assistant.clock.now()):
        return auth.account_page(request, wrong={"number-off-password": problem})
    with assistant.db.write() as session:
        member = session.get_one(StaffMember, request.state.staff.id)
        staff_phones.forget(session, member, assistant.clock.now())
    return RedirectResponse("/account?done=off#number", status_code=303)
