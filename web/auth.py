"""Staff sign-in: password and one-time code, sign-ins in our own table, marks on every form."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace

from markupsafe import Markup
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from wtforms import Form, PasswordField, StringField
from wtforms.validators import InputRequired, Length, Regexp

from services import audit, open_sign_ins, passkeys, staff
from services.models import StaffMember
from services.passkeys import Site
from services.staff import ROLES as ROLES
from web import callers, state

COOKIE = "anydoor-staff"
TOUCH_SECONDS = 60.0
MOST_PASSWORD = 200
STUDIO = ("admin", "editor")
"""Whose first page is the studio; it is a safety officer's second."""
PAGE_OF_STAFF = re.compile(r"/(coach|admin|account)/[A-Za-z0-9_/-]{1,200}")
WRONG_PASSWORDS = {
    "short": f"Use {staff.SHORTEST_PASSWORD} characters or more",
    "guessable": "This one is easy to guess. Use three random words that are not about you or your work",
    "broken": "This one is on a list of passwords that were stolen elsewhere. Use one that you use nowhere else",
}


@dataclass(frozen=True, slots=True)
class Member:
    """Who is signed in. `scope`: the team they see, None for every team, "" for none.

    `must_have_codes`: a site on https lets nobody see anything before they have set one-time codes up.
    """

    id: int
    name: str
    role: str
    scope: str | None
    coach_id: int | None
    has_codes: bool
    must_have_codes: bool = False


class SignInForm(Form):
    """Email address, password, and the code of those who have set codes up."""

    email = StringField("Email address", [InputRequired("Enter your email address"), Length(max=320)])
    password = PasswordField("Password", [InputRequired("Enter your password"), Length(max=MOST_PASSWORD)])
    code = StringField("6-digit code", [Length(max=10)])
    to = StringField("Where to go on")


class SetUpForm(Form):
    """A first password, typed twice."""

    password = PasswordField("New password", [InputRequired("Enter a password"), Length(max=MOST_PASSWORD)])
    again = PasswordField("Type it again", [InputRequired("Type the password again"), Length(max=MOST_PASSWORD)])


class CodesForm(Form):
    """A code that shows that the app has the secret."""

    secret = StringField("Secret", [InputRequired(), Regexp(staff.TOTP_SECRET)])
    code = StringField("6-digit code", [InputRequired("Enter the code from your app"), Length(max=10)])


def cookie_name(connection: HTTPConnection) -> str:
    return f"__Host-{COOKIE}" if state.on_https(connection) else COOKIE


def signed_in(request: Request) -> Member | None:
    """The member of staff behind this request; None when nobody is signed in."""
    token = request.cookies.get(cookie_name(request), "")
    assistant = state.assistant(request)
    if not token:
        return None
    with assistant.db.read() as session:
        row = staff.signed_in(session, token, assistant.clock.now())
        member = member_of(row, demo=assistant.demo) if row else None
    vouched = token.startswith(staff.VOUCHED)  # its hash is in our table, so we have written that
    if member and not member.has_codes and not vouched and state.on_https(request) and not assistant.demo:
        member = replace(member, must_have_codes=True)
    if member and not is_refreshing(request):
        touch(request, token)
    return member


def is_refreshing(request: Request) -> bool:
    """Whether the page asks by itself: that must not keep a sign-in alive that nobody uses."""
    return request.url.path == "/coach/events" or "x-refresh" in request.headers


def note_refusal(request: Request, member: Member | None) -> None:
    """Put into the audit who was turned away from a page: a role that is too low, or an account that is disabled."""
    assistant = state.assistant(request)
    subject = f"route:{getattr(request.scope.get('route'), 'path', '')}"
    now = assistant.clock.now()
    with assistant.db.read() as session:  # a cookie that anybody made up keeps no writer waiting
        who = member.id if member else staff.closed_account_of(session, request.cookies.get(cookie_name(request), ""))
    if who is None:
        return
    why = {"why": "role", "role": member.role} if member else {"why": "disabled"}
    with assistant.db.write() as session:
        audit.record(session, f"staff:{who}", "refused", subject, now, why)


def member_of(row: StaffMember, *, demo: bool) -> Member:
    """A coach or lead sees their own team; safety sees every team's alerts; others, and no team, see none."""
    everywhere = row.role == "safety" or demo
    scope = row.team_id or (None if everywhere else "")
    return Member(row.id, row.name or row.email, row.role, scope, row.coach_id, bool(row.totp_secret))


def touch(request: Request, token: str) -> None:
    """Note the use of a sign-in, once a minute at most."""
    touched: dict[str, float] = request.app.state.touched
    now = time.monotonic()
    if now - touched.get(token, -TOUCH_SECONDS) < TOUCH_SECONDS:
        return
    assistant = state.assistant(request)
    with assistant.db.write() as session:
        staff.seen(session, token, assistant.clock.now())
    for old in [each for each, at in touched.items() if now - at > TOUCH_SECONDS]:
        del touched[old]
    touched[token] = now


def form_mark(request: Request) -> str:
    """The mark that every staff form carries: only this sign-in's pages can have it."""
    return state.assistant(request).db.keys.sign("staff form", request.cookies.get(cookie_name(request), ""))


def form_is_ours(request: Request, mark: str) -> bool:
    """Whether a post carries this sign-in's mark."""
    token = request.cookies.get(cookie_name(request), "")
    return bool(token) and state.assistant(request).db.keys.signed("staff form", token, mark)


def page_to_go_on(given: str) -> str:
    """A page of ours to go on to after signing in, other than a first page; "" for anything else."""
    return given if PAGE_OF_STAFF.fullmatch(given) else ""


def show_sign_in(request: Request) -> Response:
    """The sign-in page."""
    return sign_in_page(request, SignInForm())


def sign_in_page(request: Request, form: SignInForm, status: int = 200, **wrong: bool | str) -> Response:
    """The sign-in page, with the way by the organisation's own provider where there is one."""
    settings = state.assistant(request).settings
    organisation = settings.oidc_name if settings.has_oidc else ""
    to = page_to_go_on(str(form.to.data or request.query_params.get("to", "")))
    is_set_up = "set_up" in request.query_params
    values = {
        "organisation": organisation,
        "to": to,
        "is_set_up": is_set_up,
        "can_passkey": Site.of(settings.public_url) is not None,
        **wrong,
    }
    return state.pages(request).page("staff/sign_in.html", status, form=form, **values)


def take_sign_in(request: Request) -> Response:
    """Sign in, or say in one sentence for every reason that it did not fit."""
    form, caller = SignInForm(request.state.form), callers.outside(request)
    throttle: callers.Throttle = request.app.state.sign_ins
    if throttle.is_full(caller):
        return sign_in_page(request, form, 429, too_many=True)
    token, role = try_sign_in(request, form) if form.validate() else (None, "")
    if token is None:
        throttle.count(caller)
        return sign_in_page(request, form, 400, refused=not form.errors)
    return let_in(request, token, role, page_to_go_on(str(form.to.data or "")))


def let_in(request: Request, token: str, role: str, to: str = "") -> Response:
    """To the page they were on, or else to the first page of a role, with the cookie of the new sign-in."""
    response = RedirectResponse(to or ("/admin" if role in STUDIO else "/coach"), status_code=303)
    keep_sign_in(request, response, token)
    return response


def keep_sign_in(request: Request, response: Response, token: str) -> None:
    """Give the browser the token of its sign-in."""
    response.set_cookie(
        cookie_name(request), token, httponly=True, samesite="lax", secure=state.on_https(request), path="/"
    )


def try_sign_in(request: Request, form: SignInForm) -> tuple[str | None, str]:
    """A new sign-in's token and whose role it is; None when anything does not fit. Either way it is in the audit."""
    assistant = state.assistant(request)
    now = assistant.clock.now()
    with assistant.db.read() as session:
        weighed = staff.weigh(session, str(form.email.data), str(form.password.data))
    with assistant.db.write() as session:
        result, row = staff.judge(session, weighed, now, str(form.code.data or "").replace(" ", "") or None)
        if row is None:
            subject = f"staff:{weighed.staff_id}" if weighed.staff_id else "staff"
            audit.record(session, "system", "sign_in_refused", subject, now, {"why": result})
            return None, ""
        staff.sign_out(session, request.cookies.get(cookie_name(request), ""), now)
        audit.record(session, f"staff:{row.id}", "sign_in", f"staff:{row.id}", now)
        return staff.sign_in(session, row, now), row.role


def sign_out(request: Request) -> Response:
    """End this sign-in."""
    assistant, member = state.assistant(request), request.state.staff
    now = assistant.clock.now()
    with assistant.db.write() as session:
        staff.sign_out(session, request.cookies.get(cookie_name(request), ""), now)
        audit.record(session, f"staff:{member.id}", "sign_out", f"staff:{member.id}", now)
    response = RedirectResponse("/sign-in", status_code=303)
    response.delete_cookie(
        cookie_name(request), path="/", httponly=True, samesite="lax", secure=state.on_https(request)
    )
    return response


def show_set_up(request: Request) -> Response:
    """The page behind a set-up link; whether the link still works is only said after a password was given."""
    return state.pages(request).page("staff/set_up.html", form=SetUpForm())


def take_set_up(request: Request) -> Response:
    """Use a set-up link, once."""
    form = SetUpForm(request.state.form)
    if form.validate() and form.password.data != form.again.data:
        form.again.errors = ["The passwords are not the same"]
    if form.errors:
        return state.pages(request).page("staff/set_up.html", 400, form=form)
    assistant = state.assistant(request)
    now = assistant.clock.now()
    with assistant.db.write() as session:
        done = staff.set_up(session, request.path_params["token"], str(form.password.data), now)
        if isinstance(done, StaffMember):
            audit.record(session, f"staff:{done.id}", "set_up", f"staff:{done.id}", now)
        if done == "gone":
            audit.record(session, "system", "refused", "set_up_link", now, {"why": "stale"})
    if done == "gone":
        return state.pages(request).page("staff/set_up.html", 404, form=form, gone=True)
    if isinstance(done, str):
        form.password.errors = [WRONG_PASSWORDS[done]]
        return state.pages(request).page("staff/set_up.html", 400, form=form)
    return RedirectResponse("/sign-in?set_up=yes", status_code=303)


def show_account(request: Request) -> Response:
    """One's own account: one-time codes."""
    return account_page(request)


def account_page(
    request: Request,
    form: CodesForm | None = None,
    status: int = 200,
    *,
    wrong: Mapping[str, str] | None = None,
    number: str = "",
    which: str = "",
) -> Response:
    """One's own account; `wrong`: what is wrong, by field; `number`, `which` (of the sign-ins): what was typed and picked."""
    import segno  # only this page draws a code

    assistant, member = state.assistant(request), request.state.staff
    if form is None or form.secret.errors:  # a secret that we did not make is never drawn
        typed, form = form, CodesForm(data={"secret": staff.new_totp_secret()})
        form.code.errors = typed.code.errors if typed else []
    with assistant.db.read() as session:
        row = session.get_one(StaffMember, member.id)
        address = staff.totp_address(row, str(form.secret.data))
        keys = passkeys.of(session, member.id)
        knows: dict[str, object] = {"passkeys": keys, "has_password": row.password_hash is not None}
        phone, waiting = row.phone, (row.phone_waiting or {}).get("number")
        token, now = request.cookies.get(cookie_name(request), ""), assistant.clock.now()
        knows["sign_ins"] = open_sign_ins.of(session, member.id, token, now)
        knows["ask_again"] = row.password_hash is not None and not staff.is_fresh(session, token, now)
    picture = Markup(segno.make(address).svg_inline(scale=4, dark="#212b32", light="#ffffff", omitsize=False))
    values = {"form": form, "picture": picture, "member": member, "csrf": form_mark(request), "wrong": wrong or {}}
    numbers = {"phone": phone, "waiting": waiting, "typed": number, "can_text": assistant.settings.has_sms}
    knows["can_passkey"] = Site.of(assistant.settings.public_url) is not None
    done = request.query_params.get("done", "")
    values |= {**numbers, **knows, "done": done, "which": which}
    return state.pages(request).page("staff/account.html", 400 if wrong else status, **values)
