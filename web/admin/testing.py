"""The conversation tests of a draft: which it touches, how they went, and accepting the new words."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.studio import differing, drafting, proving, testing
from bot.studio.differing import Change
from bot.studio.drafting import Desk
from web import state
from web.admin.viewing import book_of, desk_of, member_of, on, page, problem

MOST_LINES = 60


@dataclass(frozen=True, slots=True)
class Failed:
    """A test that went otherwise: its lines with "same", "gone" and "new"."""

    name: str
    title: str
    lines: tuple[tuple[str, str], ...]
    problem: str


def changes_of(desk: Desk) -> list[Change]:
    """What the draft changes."""
    old = proving.read(desk.live_files).book
    return differing.changes(old, book_of(desk)) if old and desk.draft else []


def show(request: Request) -> Response:
    """How the tests went."""
    assistant, desk = state.assistant(request), desk_of(request)
    standing = testing.standing(assistant.db, desk, changes_of(desk))
    tests = testing.every(assistant.db, desk)
    seen = testing.mark(desk)
    return page(
        request,
        "tests",
        desk,
        seen=seen,
        standing=standing,
        failed=failures(standing.open, tests),
        own=sorted(desk.tests),
    )


def failures(found: Sequence[Mapping[str, Any]], tests: Mapping[str, str]) -> list[Failed]:
    return [failed(one, tests.get(one["name"], "")) for one in found]


def failed(one: Mapping[str, Any], expected: str) -> Failed:
    marks = {"-": "gone", "+": "new", " ": "same"}
    lines = difflib.unified_diff(expected.split("\n"), str(one["went"]).split("\n"), n=2, lineterm="")
    shown = [(marks[line[0]], line[1:]) for line in lines if line[:1] in marks and not line.startswith(("---", "+++"))]
    return Failed(one["name"], expected.split("\n", 1)[0], tuple(shown[:MOST_LINES]), one["problem"])


def play(request: Request) -> Response:
    """Play the tests that the draft touches, or all."""
    assistant, desk = state.assistant(request), desk_of(request)
    scope = "all" if request.state.form.get("scope") == "all" else "touched"
    tests = testing.every(assistant.db, desk)
    names = list(tests) if scope == "all" else testing.touched_by(assistant.db, desk, changes_of(desk))
    whole = "all" if len(names) == len(tests) else "touched"
    if not testing.start(assistant.db, assistant.clock, desk, names, whole):
        return problem(request, desk, "busy", "/admin/tests")
    return on("/admin/tests", "")


def accept(request: Request) -> Response:
    """Take over what was said in the tests that were ticked."""
    assistant, member, form = state.assistant(request), member_of(request), request.state.form
    desk = desk_of(request)
    standing = testing.standing(assistant.db, desk, changes_of(desk))
    ticked = {str(name) for name in form.getlist("name")}
    chosen = {one["name"]: one["went"] for one in standing.open if one["name"] in ticked and not one["problem"]}
    if testing.mark(desk) != str(form.get("seen") or ""):
        return problem(request, desk, "changed", "/admin/tests")
    with assistant.db.write() as session:
        drafting.edit(session, member.id, assistant.clock.now()).put_tests(chosen)
    return on("/admin/tests", "accepted")
