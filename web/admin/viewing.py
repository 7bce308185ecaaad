"""What every page of the studio shares: who looks, the draft, what may not be changed by whom."""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.flows.definition import Book
from bot.studio import drafting, proving
from bot.studio.drafting import Desk
from bot.studio.errors import Overtaken
from services import scopes
from web import auth, second, state
from web.admin import plain
from web.auth import Member

SAFETY = "safety"
PUBLISHERS = ("admin",)
READERS = ("admin", "editor", "safety")
SECONDS = ("admin", "safety")
COUNTERS = (*READERS, "lead")
"""Who sees the figures: a lead those of their own team."""


def member_of(request: Request) -> Member:
    """Who is signed in."""
    member: Member = request.state.staff
    return member


def desk_of(request: Request) -> Desk:
    """The draft and what is live; 404 before anything was published."""
    try:
        return drafting.see(state.assistant(request).db)
    except Overtaken:
        raise HTTPException(404) from None


def book_of(desk: Desk) -> Book:
    """The draft as a book: what cannot be read is never kept in it."""
    book = proving.read(desk.files).book
    if book is None:  # kept by a version of Anydoor that read more
        book = proving.read(desk.live_files).book
    if book is None:
        raise HTTPException(404)
    return book


def page(request: Request, template: str, desk: Desk, status: int = 200, **values: Any) -> Response:
    """A page of the studio, with the mark that its forms carry."""
    member = member_of(request)
    state.pages(request).environment.filters.setdefault("filled", plain.filled)
    state.pages(request).environment.filters.setdefault("language", plain.language)
    return state.pages(request).page(
        f"admin/{template}.html",
        status,
        member=member,
        csrf=auth.form_mark(request),
        here=request.url.path,
        desk=desk,
        may_publish=member.role in PUBLISHERS,
        is_safety=member.role == SAFETY,
        done=request.query_params.get("done", ""),
        for_second=second.waiting_for(state.assistant(request), member),
        **values,
    )


def problem(request: Request, desk: Desk, why: str, back: str) -> Response:
    """What was not done and what to do instead; nothing was changed."""
    return page(request, "problem", desk, 409, why=why, back=back)


def on(path: str, done: str) -> Response:
    """Lead on to a page that says what was done."""
    plain, _, anchor = path.partition("#")
    joined = f"{plain}{'&' if '?' in plain else '?'}done={done}" if done else plain
    return RedirectResponse(f"{joined}#{anchor}" if anchor else joined, status_code=303)


def is_ours(request: Request) -> bool:
    """Whether safety words are this member's to change."""
    return member_of(request).role == SAFETY


def refuse_locked(request: Request, subject: str) -> None:
    """Somebody who is no safety officer tried to change safety words: audited, and as if it were not there."""
    assistant, member = state.assistant(request), member_of(request)
    viewer = scopes.Viewer(member.id, member.scope)
    with assistant.db.write() as session:
        scopes.refuse(session, viewer, subject[:80], "locked", assistant.clock.now())
    raise HTTPException(403)
