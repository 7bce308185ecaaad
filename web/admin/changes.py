"""The draft as a whole: what differs, what the check says, who agrees; publishing and the history."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.flows.definition import Book, Finding
from bot.studio import differing, drafting, proving, publishing, testing
from bot.studio.affected import affected
from bot.studio.differing import Change
from bot.studio.drafting import Desk
from bot.studio.errors import NotProved, StudioError
from services import drafts, publications, scopes
from services.db import Session
from services.publications import LONGEST_NOTE, Publication
from web import state
from web.admin.findings import told as told_findings
from web.admin.trying import get_world_ready
from web.admin.viewing import SECONDS, book_of, desk_of, member_of, on, page, problem

ADVICE_SHOWN = 30


@dataclass(frozen=True, slots=True)
class Told:
    """One change, its words piece by piece ("same", "gone", "new"), why it needs a second person, and its topics by name."""

    change: Change
    pieces: tuple[tuple[str, str], ...]
    why: tuple[str, ...]
    topics: tuple[str, ...]


def told(old: Book, new: Book) -> list[Told]:
    """Every change as the page shows it."""
    found = []
    flows = {**old.flows, **new.flows}  # a topic may be in one of them alone
    for change in differing.changes(old, new):
        why = sorted({one for book in (old, new) for one in differing.subjects(book, change)})
        topics = tuple(dict.fromkeys(flows[flow].name for flow in change.flows))
        found.append(Told(change, tuple(pieces(change.before or "", change.after or "")), tuple(why), topics))
    return found


def pieces(before: str, after: str) -> list[tuple[str, str]]:
    """Word by word what stayed, what is gone, what is new."""
    old, new = re.findall(r"\s+|\S+", before), re.findall(r"\s+|\S+", after)
    shown: list[tuple[str, str]] = []
    for what, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if what == "equal":
            shown.append(("same", "".join(old[a:b])))
        else:
            shown += [(kind, text) for kind, text in (("gone", "".join(old[a:b])), ("new", "".join(new[c:d]))) if text]
    return shown


def show(request: Request) -> Response:
    """The draft."""
    return changes_page(request, desk_of(request))


def changes_page(
    request: Request, desk: Desk, why: str = "", findings: tuple[Finding, ...] = (), note: str = ""
) -> Response:
    """What differs and what keeps it from going live."""
    assistant, member = state.assistant(request), member_of(request)
    checked = testing.check_of(assistant.db, desk)
    if any(
        one.conversation for one in findings or checked.findings
    ):  # perhaps one is played next: its world takes a while
        get_world_ready()
    old, new = proving.read(desk.live_files).book, book_of(desk)
    rows = told(old, new) if old and desk.draft else []
    needed = frozenset(one for row in rows for one in row.why)
    with assistant.db.read() as session:
        agreed = drafts.approved(session, desk.draft) if desk.draft else []
        people = names(session, [*(desk.draft.authors if desk.draft else ()), *agreed])
    standing = testing.standing(assistant.db, desk, [row.change for row in rows])
    may_agree = (
        bool(desk.draft) and member.role in SECONDS and member.id not in (desk.draft.authors if desk.draft else ())
    )
    return page(
        request,
        "changes",
        desk,
        400 if why else 200,
        rows=rows,
        checked=checked,
        errors=told_findings(new, findings or checked.errors),
        advice=told_findings(new, [one for one in checked.findings if one.severity != "error"][:ADVICE_SHOWN]),
        needed=sorted(needed),
        agreed=agreed,
        people=people,
        may_agree=may_agree,
        has_agreed=member.id in agreed,
        why=why,
        note=note,
        midway=affected(assistant.db, desk, old, new) if old and desk.draft else None,
        standing=standing,
    )


def names(session: Session, staff: list[int]) -> dict[int, str]:
    return {one: scopes.name_of(session, one) or str(one) for one in staff}


def check(request: Request) -> Response:
    """Begin the proof; the page looks again by itself until it is done."""
    assistant = state.assistant(request)
    testing.start_check(assistant.db, assistant.clock, desk_of(request))
    return on("/admin/changes#check", "")


def publish(request: Request) -> Response:
    """Let the draft go live."""
    assistant, form = state.assistant(request), request.state.form
    note = " ".join(str(form.get("note") or "").split())[:LONGEST_NOTE]
    try:
        publishing.publish_draft(
            assistant.db, str(form.get("seen") or ""), member_of(request).id, assistant.clock.now(), note
        )
    except NotProved as error:
        return changes_page(request, desk_of(request), "errors", error.findings, note)
    except StudioError as error:
        return changes_page(request, desk_of(request), str(error), note=note)
    return on("/admin/history", "published")


def agree(request: Request) -> Response:
    """A second person agrees to exactly what they saw."""
    assistant, member = state.assistant(request), member_of(request)
    with assistant.db.write() as session:
        draft = drafts.lock(session)
        same = draft is not None and draft.mark == str(request.state.form.get("seen") or "")
        agreed = bool(draft and same and drafts.approve(session, draft, member.id, assistant.clock.now()))
    if agreed:
        return on("/admin/changes", "agreed")
    return problem(request, desk_of(request), "changed" if not same else "own", "/admin/changes")


def discard(request: Request) -> Response:
    """Throw the draft away."""
    assistant, member = state.assistant(request), member_of(request)
    seen = str(request.state.form.get("seen") or "")
    if request.state.form.get("sure") != "yes":
        return problem(request, desk_of(request), "sure", "/admin/changes")
    with assistant.db.write() as session:
        draft = drafts.lock(session)
        same = draft is not None and draft.mark == seen
        if same:
            drafts.discard(session, member.id, assistant.clock.now())
    return on("/admin", "discarded") if same else problem(request, desk_of(request), "changed", "/admin/changes")


def catch_up(request: Request) -> Response:
    """Start the draft from what is live now; of a file that both changed, whose text to keep was picked."""
    assistant, member, form = state.assistant(request), member_of(request), request.state.form
    ours = frozenset(str(name) for name in form.getlist("ours"))
    with assistant.db.write() as session:
        edit = drafting.edit(session, member.id, assistant.clock.now())
        same = edit.desk.is_behind and edit.desk.mark == str(form.get("seen") or "")
        if same:
            edit.catch_up(ours)
    return (
        on("/admin/changes", "caught_up") if same else problem(request, desk_of(request), "changed", "/admin/changes")
    )


@dataclass(frozen=True, slots=True)
class Past:
    """One publication as the history shows it."""

    publication: Publication
    by: str
    approved_by: str
    same_as_live: bool


def history(request: Request) -> Response:
    """What was live, newest first."""
    return history_page(request)


def history_page(request: Request, why: str = "") -> Response:
    assistant, desk = state.assistant(request), desk_of(request)
    with assistant.db.read() as session:
        rows = [past(session, one, desk) for one in publications.history(session)]
    return page(request, "history", desk, 400 if why else 200, rows=rows, why=why)


def past(session: Session, one: Publication, desk: Desk) -> Past:
    kind, _, number = one.by.partition(":")
    by = scopes.name_of(session, int(number)) if kind == "staff" else ""
    second = scopes.name_of(session, one.approved_by) if one.approved_by else ""
    return Past(one, by or "", second or "", one.hash == desk.live.hash)


def then(request: Request) -> Response:
    """What an older publication said otherwise than what is live."""
    assistant, desk = state.assistant(request), desk_of(request)
    wanted, files = publishing.of(assistant.db, request.path_params["number"])
    if wanted is None:
        raise HTTPException(404)
    old, new = proving.read(desk.live_files).book, proving.read(files).book
    rows = told(old, new) if old and new else []
    return page(request, "then", desk, one=wanted, rows=rows)


def roll_back(request: Request) -> Response:
    """Publish an older revision anew."""
    return _back(
        request, lambda number, seen, by, now: publishing.roll_back(state.assistant(request).db, number, seen, by, now)
    )


def take_over(request: Request) -> Response:
    """Make a draft of an older revision."""

    def act(number: int, seen: int, by: int, now: datetime) -> None:
        publishing.take_over(state.assistant(request).db, number, by, now)

    return _back(request, act, "/admin/changes", "taken_over")


def _back(
    request: Request, act: Callable[[int, int, int, datetime], object], to: str = "/admin/history", done: str = "back"
) -> Response:
    seen = str(request.state.form.get("seen") or "")
    try:
        act(
            request.path_params["number"],
            int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 18 else -1,
            member_of(request).id,
            state.assistant(request).clock.now(),
        )
    except StudioError as error:
        return history_page(request, str(error))
    return on(to, done)
