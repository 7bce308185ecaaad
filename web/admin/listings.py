"""The signposting directory: found, changed, checked, taken in with a report."""

from __future__ import annotations

from dataclasses import replace

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.flows.segments import to_gsm7, unsupported
from services import listings_editing
from services.directory import line_of
from services.errors import TableRefused
from services.listings_editing import CONDITIONS, LONGEST, NEEDS, Wanted, mark, wanted_of
from services.models import ListingRow
from services.tables_in_out import Taken
from web import state
from web.admin.places import today_of
from web.admin.viewing import desk_of, member_of, on, page

MOST_SHOWN = 100
MOST_QUERY = 80


def listing(request: Request) -> Response:
    """Every listing, or those that were looked for."""
    return listings_page(request)


def listings_page(
    request: Request, *, text: str = "", kind: str = "json", taken: Taken | None = None, bad: TableRefused | None = None
) -> Response:
    """The page; with what an import would do, did, or could not."""
    query = request.query_params.get("q", "")[:MOST_QUERY].strip()
    wanted = request.query_params.get("is", "")
    today = today_of(request)
    with state.assistant(request).db.read() as session:
        every = listings_editing.search(session, "", "", today)
        found = listings_editing.search(session, query, wanted if wanted in CONDITIONS else "", today)
        return page(
            request,
            "listings",
            desk_of(request),
            400 if bad else 200,
            found=found[:MOST_SHOWN],
            more=max(0, len(found) - MOST_SHOWN),
            counts={each: sum(one.condition == each for one in every) for each in CONDITIONS},
            query=query,
            wanted=wanted,
            text=text,
            kind=kind,
            taken=taken,
            bad=bad.rows if bad else (),
        )


def take(request: Request) -> Response:
    """Look at what an import would do, or take it."""
    form, assistant = request.state.form, state.assistant(request)
    text, kind = str(form.get("text") or ""), "csv" if form.get("kind") == "csv" else "json"
    look = form.get("do") != "take"
    try:
        taken = listings_editing.take(assistant.db, text, kind, member_of(request).id, assistant.clock.now(), look=look)
    except TableRefused as bad:
        return listings_page(request, text=text, kind=kind, bad=bad)
    if look:
        return listings_page(request, text=text, kind=kind, taken=taken)
    return on("/admin/listings", "listings_taken")


def show(request: Request) -> Response:
    """One listing."""
    return listing_page(request, None, ())


def listing_page(
    request: Request, typed: Wanted | None, wrong: tuple[str, ...], *, overtaken: bool = False
) -> Response:
    """One listing with what was typed; `overtaken`: somebody else has changed it meanwhile, which is shown beside that."""
    with state.assistant(request).db.read() as session:
        row = session.get(ListingRow, request.path_params["listing"])
        if row is None:
            raise HTTPException(404)
        return page(
            request,
            "listing",
            desk_of(request),
            409 if overtaken else 400 if wrong else 200,
            row=row,
            typed=typed or wanted_of(row),
            theirs=wanted_of(row) if overtaken else None,
            seen=mark(row) if overtaken or typed is None else str(request.state.form.get("seen") or ""),
            condition=listings_editing.condition_of(row, today_of(request)),
            line=line_of(row),
            needs=NEEDS,
            longest=LONGEST,
            wrong=wrong,
        )


def keep(request: Request) -> Response:
    """Change a listing, or note that somebody has checked it today."""
    form, assistant, number = request.state.form, state.assistant(request), request.path_params["listing"]
    texts = {name: " ".join(str(form.get(name) or "").split()) for name in LONGEST}
    typed = Wanted(**texts, needs=tuple(map(str, form.getlist("needs"))), active=form.get("active") == "yes")
    typed = replace(typed, sms=to_gsm7(typed.sms))
    wrong = [*typed.problems(), *(["sms"] if unsupported(typed.sms) else [])]
    if wrong:
        return listing_page(request, typed, tuple(wrong))
    now, member = assistant.clock.now(), member_of(request)
    with assistant.db.write() as session:
        done = listings_editing.change(session, number, typed, member.id, now, str(form.get("seen") or ""))
        if done == "kept" and form.get("checked") == "yes":
            listings_editing.check(session, number, member.id, today_of(request), now)
    if done == "locked":
        raise HTTPException(403)
    if done == "changed":
        return listing_page(request, typed, (), overtaken=True)
    return on(f"/admin/listings/{number}", "listing_kept")
