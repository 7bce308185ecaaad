"""Finding a person. The words are posted, so that no name or number stands in an address, a log or a browser's history."""

from __future__ import annotations

from datetime import timedelta

from starlette.requests import Request
from starlette.responses import Response

from services import finding, rate_limits
from web import state
from web.coach.acts import field
from web.coach.viewing import member_of, page, viewer_of

A_MINUTE, MOST = timedelta(minutes=1), 30


def show(request: Request) -> Response:
    """The page to search on."""
    return page(request, "coach/find.html", words="", found=None)


def search(request: Request) -> Response:
    """Who was found, by reference, name or number."""
    assistant, viewer, words = state.assistant(request), viewer_of(request), field(request, "words")
    now = assistant.clock.now()
    with assistant.db.write() as session:
        allowed = rate_limits.allow(session, f"search:{member_of(request).id}", MOST, A_MINUTE, now)
        if allowed:
            found = finding.find(session, words, viewer, now)
        else:
            finding.refuse_flood(session, viewer, now)
            found = finding.Found(why="too_many")
    return page(
        request, "coach/find.html", 200 if allowed else 429, words=words[: finding.MOST_CHARACTERS], found=found
    )
