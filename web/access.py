"""Who may call a route. A route without a rule does not exist: `page` is the only way to make one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from web import auth, state, unkept

MOST_FIELDS, MOST_FIELDS_OF_STAFF = 200, 2_000
"""Fields of a form: staff tick hundreds of tests in one."""
MOST_ID = 2**63 - 1
"""No row has a larger one, and no database can be asked for it."""
WITHOUT_CODES = ("/account", "/sign-out")
MOST_FIELD_BYTES = 128 * 1024


@dataclass(frozen=True, slots=True)
class Access:
    """public: anybody; signed: a provider, proven by the handler; link: whoever has the secret in the address,
    proven by the handler; watch: whoever looks after the site, proven by the handler; staff: these roles."""

    kind: Literal["public", "signed", "link", "watch", "staff"]
    roles: frozenset[str] = frozenset()


PUBLIC = Access("public")
SIGNED = Access("signed")
LINK = Access("link")
WATCH = Access("watch")


def staff(*roles: str) -> Access:
    """Only for a signed-in member of staff with one of these roles; none given means every role."""
    return Access("staff", frozenset(roles or auth.ROLES))


class Page(Route):
    """A route that carries its rule, so that a test can read it."""

    access: Access


def page(path: str, handler: Callable[..., Any], access: Access, methods: Iterable[str] = ("GET",)) -> Page:
    """A route whose rule is applied before its handler; a plain function runs in a thread."""
    route = Page(path, guarded(handler, access), methods=list(methods), name=handler.__name__)
    route.access = access
    return route


def pages(
    access: Access, shown: Mapping[str, Callable[..., Any]], done: Mapping[str, Callable[..., Any]] | None = None
) -> list[Page]:
    """The routes of one rule: what is shown at an address, and what a form posted to it does."""
    gets = [page(path, handler, access) for path, handler in shown.items()]
    return gets + [page(path, handler, access, ["POST"]) for path, handler in (done or {}).items()]


def guarded(handler: Callable[..., Any], access: Access) -> Callable[[Request], Any]:
    """The handler behind its rule."""
    waits = inspect.iscoroutinefunction(handler)

    async def answer(request: Request) -> Response:
        if any(isinstance(each, int) and each > MOST_ID for each in request.path_params.values()):
            raise HTTPException(404)
        if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
            raise HTTPException(404)  # no browser sends one, and PostgreSQL keeps none
        if access.kind == "staff":
            turned_away = await run_in_threadpool(let_in, request, access.roles)
            if turned_away is not None:
                return await turn_away(request, turned_away)
        if request.method == "POST" and access.kind != "signed":
            await read_form(request, staff=access.kind == "staff")
        if waits:
            return await handler(request)  # type: ignore[no-any-return]
        return await run_in_threadpool(handler, request)

    return answer


async def turn_away(request: Request, answer: Response) -> Response:
    """The answer, but somebody whose sign-in was over when they sent a form gets back what they wrote."""
    if request.method != "POST" or hasattr(request.state, "staff") or request.url.path == "/sign-out":
        return answer
    await read_form(request, staff=False)
    return unkept.signed_out(request) if request.state.form.get("csrf") else answer


def let_in(request: Request, roles: frozenset[str]) -> Response | None:
    """Put the member of staff on the request; the answer that turns anybody else away."""
    member = auth.signed_in(request)
    if member is None:
        if request.cookies.get(auth.cookie_name(request)):
            auth.note_refusal(request, None)
        return RedirectResponse(sign_in_for(request), status_code=303)
    request.state.staff = member
    if member.role not in roles:
        auth.note_refusal(request, member)
        raise HTTPException(404)
    if member.must_have_codes and not getattr(request.scope.get("route"), "path", "").startswith(WITHOUT_CODES):
        return RedirectResponse("/account", status_code=303)
    return None


def sign_in_for(request: Request) -> str:
    """The sign-in page; whose sign-in is over comes back from it to the page that they asked for."""
    to = auth.page_to_go_on(request.url.path) if request.method == "GET" else ""
    return f"/sign-in?to={to}" if to and request.cookies.get(auth.cookie_name(request)) else "/sign-in"


async def read_form(request: Request, *, staff: bool) -> None:
    """Parse a form post once, bounded; refuse one that another site sent or, on staff pages, one without our mark."""
    if comes_from_elsewhere(request):
        raise HTTPException(403)
    form = await request.form(
        max_files=0, max_fields=MOST_FIELDS_OF_STAFF if staff else MOST_FIELDS, max_part_size=MOST_FIELD_BYTES
    )
    request.state.form = form = FormData(
        [(name.replace("\0", ""), without_nul(value)) for name, value in form.multi_items()]
    )
    if staff and not auth.form_is_ours(request, str(form.get("csrf") or "")):
        raise HTTPException(403)


def without_nul(value: str | UploadFile) -> str:
    """A field's words; a file is none."""
    return value.replace("\0", "") if isinstance(value, str) else ""


def comes_from_elsewhere(request: Request) -> bool:
    """Whether the browser says that another site made this post."""
    site = request.headers.get("sec-fetch-site")
    if site:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return bool(origin) and urlsplit(str(origin)).netloc not in {
        request.headers.get("host"),
        state.public_host(request),
    }
