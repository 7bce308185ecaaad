"""Staff sign-in by their organisation's own provider: there, back, and our code where the provider asked for none.

What must survive the way there lies in a sealed cookie of ten minutes. An account must exist already and be open.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from wtforms import Form, StringField
from wtforms.validators import InputRequired, Length

from services import audit, oidc, staff
from services.oidc import Begun, NotVouched, Provider, Vouched
from web import auth, callers, state
from web.kept import Kept

PATH = "/sign-in/organisation"
KEPT = Kept("anydoor-organisation", "web.organisation", PATH, "lax")
"""`lax`, as the browser comes back from another site."""
SHOWN = {"unavailable": "unavailable", "state": "stale", "wrong": "no_account"}
"""What the person is told of why; for every other reason they read one sentence, and the audit has the word."""


class CodeForm(Form):
    """The code of somebody whose provider asked for none."""

    code = StringField("6-digit code", [InputRequired("Enter the code from your app"), Length(max=10)])


def provider(request: Request) -> Provider:
    """The organisation's provider; 404 where none is set up."""
    settings = state.assistant(request).settings
    if not settings.has_oidc:
        raise HTTPException(404)
    known: Provider | None = getattr(request.app.state, "provider", None)
    if known is None:
        known = request.app.state.provider = Provider(settings)
    return known


def back_address(request: Request) -> str:
    """Where the provider sends the browser back to: by the configured address, never by what a request calls us."""
    return state.assistant(request).settings.public_url.rstrip("/") + PATH + "/back"


def go(request: Request) -> Response:
    """To the provider."""
    begun = oidc.begin()
    try:
        to = provider(request).address(begun, back_address(request))
    except NotVouched as problem:
        return refused(request, problem.why)
    response = RedirectResponse(to, status_code=303)
    KEPT.put(request, response, {"state": begun.state, "nonce": begun.nonce, "verifier": begun.verifier})
    return response


def come_back(request: Request) -> Response:
    """Back from the provider: in, asked for a code, or told that it did not work."""
    there, kept = provider(request), KEPT.of(request)
    throttle: callers.Throttle = request.app.state.sign_ins
    if throttle.is_full(callers.outside(request)):
        return auth.sign_in_page(request, auth.SignInForm(), 429, too_many=True)
    if "verifier" not in kept:
        return refused(request, "state", audited=True)  # anybody can make such a request up: no writer waits for it
    begun = Begun(str(kept["state"]), str(kept["nonce"]), str(kept["verifier"]))
    try:
        vouched = there.vouched(request.query_params, begun, back_address(request))
    except NotVouched as problem:
        return refused(request, problem.why)
    return enter(request, vouched)


def take_code(request: Request) -> Response:
    """The code of somebody for whom the provider has vouched a moment ago."""
    provider(request)
    kept, form = KEPT.of(request), CodeForm(request.state.form)
    if "email" not in kept:
        return refused(request, "state", audited=True)
    if not form.validate():
        return state.pages(request).page("staff/code.html", 400, form=form)
    code = str(form.code.data).replace(" ", "")
    return enter(request, Vouched(str(kept["email"]), str(kept["subject"]), False), code)


def enter(request: Request, vouched: Vouched, code: str | None = None) -> Response:
    """Open a sign-in where an account fits. Either way it is in the audit."""
    assistant = state.assistant(request)
    now = assistant.clock.now()
    with assistant.db.write() as session:
        result, row = staff.judge_vouched(
            session, vouched.email, vouched.subject, now, code, second_factor=vouched.second_factor
        )
        if row is None:
            known = staff.find(session, vouched.email)
            subject, why = (
                f"staff:{known.id}" if known else "staff",
                "disabled" if known and known.disabled_at else result,
            )
            audit.record(session, "system", "sign_in_refused", subject, now, {"why": why, "by": "oidc"})
        elif result == "ok":
            staff.sign_out(session, request.cookies.get(auth.cookie_name(request), ""), now)
            detail = {"by": "oidc", "second_factor": "theirs" if vouched.second_factor else "ours" if code else "none"}
            audit.record(session, f"staff:{row.id}", "sign_in", f"staff:{row.id}", now, detail)
            token, role = staff.sign_in(session, row, now, second_factor=vouched.second_factor), row.role
    if row is None:
        return not_in(request, vouched, result, code)
    if result == "code_needed":
        asked = state.pages(request).page("staff/code.html", form=CodeForm())
        KEPT.put(request, asked, {"email": vouched.email, "subject": vouched.subject})
        return asked
    response = auth.let_in(request, token, role)
    KEPT.forget(request, response)
    return response


def not_in(request: Request, vouched: Vouched, result: str, code: str | None) -> Response:
    """A wrong code may be typed again, until the account is locked; nobody else goes on."""
    if code and result == "wrong":
        count(request)
        return state.pages(request).page("staff/code.html", 400, form=CodeForm(), refused=True)
    return refused(request, result, audited=True)


def refused(request: Request, why: str, *, audited: bool = False) -> Response:
    """Back to the sign-in page with a sentence; why stands in the audit."""
    count(request)
    assistant = state.assistant(request)
    if not audited:
        with assistant.db.write() as session:
            detail = {"why": why, "by": "oidc"}
            audit.record(session, "system", "sign_in_refused", "staff", assistant.clock.now(), detail)
    response = auth.sign_in_page(request, auth.SignInForm(), 400, unvouched=SHOWN.get(why, "refused"))
    KEPT.forget(request, response)
    return response


def count(request: Request) -> None:
    throttle: callers.Throttle = request.app.state.sign_ins
    throttle.count(callers.outside(request))
