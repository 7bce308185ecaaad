"""The pages anybody may read: the front page, the privacy notice, and what went wrong."""

from __future__ import annotations

import phonenumbers
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from services.settings import Settings
from web import state, unkept

WORDS_OF = {
    400: "errors.problem",
    403: "errors.refused",
    404: "errors.not_found",
    405: "errors.not_found",
    408: "errors.too_slow",
    413: "errors.too_large",
}


def front(request: Request) -> Response:
    """The front page: what this is and every door that is open here."""
    number = number_for_texts(state.assistant(request).settings)
    return state.pages(request).page(
        "public/front.html", number=number, source=request.query_params.get("from", "")[:40]
    )


def number_for_texts(settings: Settings) -> str:
    """The number that people text, as they dial it; "" where there are no texts here."""
    return as_dialled(settings.twilio_from) if settings.has_sms else ""


def as_dialled(number: str) -> str:
    """A number as people in the country dial it: `0113 496 0000`; a short code stays as it is."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number, "GB"), phonenumbers.PhoneNumberFormat.NATIONAL)
    except phonenumbers.NumberParseException:
        return number


def privacy(request: Request) -> Response:
    """The privacy notice."""
    return state.pages(request).page("public/privacy.html")


def robots(request: Request) -> Response:
    """Nothing but the front page is for search engines."""
    return PlainTextResponse("User-agent: *\nAllow: /$\nDisallow: /\n")


def failed(request: Request, status: int, why: str = "") -> Response:
    """The answer to what went wrong: a page for people, one plain sentence for programs."""
    if is_program(request):
        return PlainTextResponse(why or f"{status}", status_code=status)
    for_staff = unkept.failed(request, status)
    if for_staff is not None:
        return for_staff
    return state.pages(request).page("public/problem.html", status, words=WORDS_OF.get(status, "errors.problem"))


def is_program(request: Request) -> bool:
    path = request.url.path
    return (
        path.startswith("/webhooks/")
        or path in {"/healthz", "/readyz", "/metrics", "/chat/events", "/coach/events"}
        or path.endswith(".ics")
    )


async def on_http_error(request: Request, error: Exception) -> Response:
    """Starlette's refusals as our pages."""
    assert isinstance(error, HTTPException)
    response = failed(request, error.status_code, error.detail)
    response.headers.update(error.headers or {})
    return response
