"""What a member of staff typed and was not kept, because their sign-in was over or something failed: they get it back."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web import auth, state

WRITTEN = ("words", "question", "next_what", "text", "sms", "telegram", "web", "why", "easier", "easier_chat", "note")
"""The fields in which staff write sentences. A password is none of them, so none is ever sent back."""
WHY = {404: "gone", 405: "gone", 408: "slow", 413: "large"}


def typed(request: Request) -> list[str]:
    """The sentences of the form that was posted, as they were typed."""
    form = getattr(request.state, "form", None) or {}
    found = [str(form.get(name) or "").strip() for name in WRITTEN]
    return [words for words in found if words]


def signed_out(request: Request) -> Response:
    """A form that came when nobody was signed in any more: nothing was done, and here are the words."""
    to = auth.page_to_go_on(request.headers.get("referer", "").partition(request.url.netloc)[2].partition("?")[0])
    return state.pages(request).page("staff/failed.html", 403, why="signed_out", typed=typed(request), to=to)


def failed(request: Request, status: int) -> Response | None:
    """The same for somebody who is signed in, with a way on; None for everybody else."""
    member: auth.Member | None = getattr(request.state, "staff", None)
    if member is None:
        return None
    values = {"member": member, "csrf": auth.form_mark(request), "typed": typed(request)}
    return state.pages(request).page("staff/failed.html", status, why=_why(request, status), **values)


def _why(request: Request, status: int) -> str:
    if status != 403:
        return WHY.get(status, "problem")
    form = getattr(request.state, "form", None)
    is_old = form is not None and not auth.form_is_ours(request, str(form.get("csrf") or ""))
    return "stale" if is_old else "refused"
