"""What is going on: a quarter's figures drawn, in tables and as CSV. Nobody is named, and nothing small is shown."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.flows.definition import Book, Collect
from services import figures
from services.figures import Figures, Shown
from services.journeys import STAGES, day_of
from services.tables_in_out import csv_bytes
from web import state
from web.admin import plain
from web.admin.viewing import book_of, desk_of, member_of, page

HIDDEN = "hidden"
LEAD = "lead"
MOST_WORDS = 90
STAGE_COLUMNS = tuple(name.removesuffix("_on") for name in STAGES)


def show(request: Request) -> Response:
    """The page; `?quarter=` is the first day of one of the quarters it offers."""
    desk, found = desk_of(request), read(request)
    words = {one.key: question(book_of(desk), one.key) for one in found.questions}
    offered = figures.quarters(day_of(state.assistant(request).clock.now()))
    return page(
        request,
        "figures",
        desk,
        found=found,
        offered=offered,
        words=words,
        most=most,
        stages=STAGE_COLUMNS,
        team=team_of(request),
        pence=state.assistant(request).settings.sms_pence,
    )


def read(request: Request) -> Figures:
    """The figures that this member may see: a lead those of their team."""
    assistant = state.assistant(request)
    today = day_of(assistant.clock.now())
    asked, offered = request.query_params.get("quarter", ""), figures.quarters(today)
    quarter = next((each for each in offered if each.isoformat() == asked), offered[0])
    with assistant.db.read() as session:
        return figures.read(session, quarter, today, team_id=team_of(request), pence=assistant.settings.sms_pence)


def team_of(request: Request) -> str | None:
    """A lead's own team; None for who sees every place. A lead without a team sees nothing."""
    member = member_of(request)
    if member.role != LEAD:
        return None
    if not member.scope:
        raise HTTPException(404)
    return member.scope


def question(book: Book, slot: str) -> str:
    """A question as most are asked it, shortened; of one that is not asked any more, its name."""
    name = f"utter_ask_{slot}"
    if name not in book.responses:
        steps = (step for flow in book.flows.values() for step in flow.steps.values())
        name = next((step.utter for step in steps if isinstance(step, Collect) and step.slot == slot), name)
    said = book.responses.get(name)
    words = " ".join(plain.as_most_hear(said.parts["text"]).split()) if said else plain.spoken(slot)
    return words if len(words) <= MOST_WORDS else words[:MOST_WORDS].rsplit(" ", 1)[0] + "..."


def most(counts: Iterable[int | None]) -> int:
    """The largest of these, for the length of bars; never 0."""
    return max((count or 0 for count in counts), default=0) or 1


def download(request: Request) -> Response:
    """One table as CSV; 404 for one that is not there."""
    found, name = read(request), request.path_params["table"]
    columns, rows = table(found, name)
    file = f"anydoor-{name}-{found.quarter.isoformat()}.csv"
    kept = {"content-disposition": f'attachment; filename="{file}"', "cache-control": "no-store"}
    return Response(csv_bytes(columns, rows), media_type="text/csv; charset=utf-8", headers=kept)


def table(found: Figures, name: str) -> tuple[Sequence[str], list[list[str]]]:
    """The columns and rows of a table; the first column is the quarter."""
    split = next((each for each in found.splits if each.by == name), None)
    if split is not None:
        rows = [[row.name or row.key or "not known", *cells(row.counts)] for row in split.rows]
        return (
            ("quarter", name, *STAGE_COLUMNS),
            dated(found.quarter, [*rows, ["all", *cells(split.total)]]),
        )
    if name not in TABLES:
        raise HTTPException(404)
    columns, rows_of = TABLES[name]
    return ("quarter", *columns), dated(found.quarter, rows_of(found))


def dated(quarter: date, rows: Iterable[list[str]]) -> list[list[str]]:
    return [[quarter.isoformat(), *row] for row in rows]


def cells(counts: Shown | Sequence[float | None]) -> list[str]:
    return [HIDDEN if count is None else f"{count:.2f}" if isinstance(count, float) else str(count) for count in counts]


def _questions(found: Figures) -> list[list[str]]:
    return [[one.key, *cells((one.answered, one.left, one.half, one.most))] for one in found.questions]


def _messages(found: Figures) -> list[list[str]]:
    return [
        [
            one.channel or "all",
            *cells((one.received, one.sent, one.segments, one.pounds)),
            *cells(one.per_booked or (None, None)),
            *cells(one.per_attended or (None, None)),
        ]
        for one in found.costs
    ]


def _alerts(found: Figures) -> list[list[str]]:
    return [[one.name or "no team", *cells((one.raised, one.accepted, one.half, one.most))] for one in found.alerts]


def _needs(found: Figures) -> list[list[str]]:
    return [[need, *cells((count,))] for need, count in found.unmet]


Rows = Callable[[Figures], list[list[str]]]
EACH = ("messages_per_booked", "pounds_per_booked", "messages_per_attended", "pounds_per_attended")
TABLES: dict[str, tuple[tuple[str, ...], Rows]] = {
    "questions": (("question", "answered", "left", "half_within_seconds", "nine_in_ten_within_seconds"), _questions),
    "messages": (("channel", "received", "sent", "segments", "pounds", *EACH), _messages),
    "alerts": (("place", "raised", "taken_on", "half_within_minutes", "nine_in_ten_within_minutes"), _alerts),
    "needs": (("need", "journeys"), _needs),
}
