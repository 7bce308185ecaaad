"""What leads where, drawn: one row for each thing, arrows as bows beside them. The cards say the same in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bot.flows.definition import END, Book, Call, Collect, Flow, Link, Step
from bot.studio.coverage import Coverage, Share, coverage_of
from bot.studio.drafting import Desk
from services import figures
from services.journeys import day_of
from web import state
from web.admin import plain
from web.admin.viewing import book_of, desk_of, page

ROW, BOX, WIDE, LEFT = 62, 48, 340, 8
MARK = 0.75
"""Of the way out to a bow's control points, where its middle is."""
NEAREST, FURTHER = 14, 9
"""How far a bow reaches out: for the shortest, and for each row more."""


@dataclass(frozen=True, slots=True)
class Notes:
    """What is known of cards from real use and from the tests. `left`: people who left, by question; None: few, so hidden."""

    left: Mapping[str, int | None]
    coverage: Coverage | None

    def of_card(self, flow: Flow, step: Step) -> Note:
        """What is noted of one card."""
        left = self.left.get(step.slot, 0) if isinstance(step, Collect) else 0
        return Note(left, False, self.coverage is not None and not self.coverage.card(flow.id, step.id))

    def of_topic(self, flow: Flow) -> Note:
        """Of a topic: the people who left at any of its questions, as far as they are shown, and the share of cards tested."""
        asked = {step.slot for step in flow.steps.values() if isinstance(step, Collect)}
        counts = [self.left.get(slot, 0) for slot in asked]
        shown = sum(count or 0 for count in counts)
        share = self.coverage.share([flow]) if self.coverage else None
        return Note(shown or (None if None in counts else 0), None in counts, bool(share and not share.cards), share)

    def untested(self, flow: Flow, step: Step, number: int) -> bool:
        """Whether no test goes this way on from a card."""
        return self.coverage is not None and not self.coverage.way(flow.id, step.id, number)


@dataclass(frozen=True, slots=True)
class Note:
    """`left`: how many people left here (None: under five); `more`: some beside them are hidden; `untested`: no test comes here."""

    left: int | None = 0
    more: bool = False
    untested: bool = False
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """One row."""

    y: int
    kind: str
    label: str
    href: str
    note: Note


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line between two rows: `path` as SVG draws it; `kind`: next, back, leave or for a while. `x`, `y`: where a mark of it stands.

    `untested`: no test goes this way, or one of several ways that it stands for.
    """

    path: str
    kind: str
    x: int
    y: int
    untested: bool


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything drawn, with its size."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


Row = tuple[str, str, str, str, Note]
Way = tuple[str, str, str, bool]


def drawn(rows: Sequence[Row], ways: Sequence[Way]) -> Picture:
    """Rows (id, kind, label, address, note) and ways (from, to, kind, untested); ways to nowhere are left out."""
    at = {row[0]: number for number, row in enumerate(rows)}
    boxes = tuple(Box(number * ROW + 6, *row[1:]) for number, row in enumerate(rows))
    known: dict[tuple[int, int, str], bool] = {}
    for a, b, kind, untested in ways:
        if a in at and b in at:
            key = (at[a], at[b], kind)
            known[key] = known.get(key, False) or untested
    arrows = tuple(arrow(a, b, kind, untested) for (a, b, kind), untested in known.items())
    furthest = max((reach(a, b) for a, b, _ in known), default=0)
    return Picture(LEFT + WIDE + furthest + 24, len(rows) * ROW + 12, boxes, arrows)


def arrow(a: int, b: int, kind: str, untested: bool) -> Arrow:
    """The line, and where a mark can stand on it, or beside a short one."""
    straight = b == a + 1
    x = LEFT + 40 if straight else LEFT + WIDE + reach(a, b)
    y = (b * ROW + a * ROW + BOX + 11) // 2 if straight else (a * ROW + b * ROW + BOX + 12) // 2
    return Arrow(path(a, b), "back" if b < a and kind == "next" else kind, x, y, untested)


def reach(a: int, b: int) -> int:
    """How far the bow between two rows goes out to the right."""
    return 0 if b == a + 1 else min(NEAREST + FURTHER * abs(b - a), 240)


def path(a: int, b: int) -> str:
    """Straight down to the next row; a bow to every other."""
    if b == a + 1:
        x = LEFT + 24
        return f"M{x} {a * ROW + 6 + BOX} L{x} {b * ROW + 5}"
    right, out = LEFT + WIDE, LEFT + WIDE + round(reach(a, b) * 4 / 3)
    start, end = a * ROW + 6 + BOX // 2 + 4, b * ROW + 6 + BOX // 2 - 4
    return f"M{right} {start} C{out} {start} {out} {end} {right + 2} {end}"


def of_topic(book: Book, flow: Flow, notes: Notes) -> Picture:
    """A topic: what is asked, said and done, and the ways between."""
    cards = plain.cards(book, flow)
    rows: list[Row] = [
        (
            card.id,
            card.kind,
            plain.short(card.label or plain.spoken(card.key)),
            f"#at-{card.id}",
            notes.of_card(flow, flow.steps[card.id]),
        )
        for card in cards
    ]
    rows.append((END, "end", "It is over", "", Note()))
    ways: list[Way] = [
        (step.id, branch.target, "next", notes.untested(flow, step, number))
        for step in flow.steps.values()
        for number, branch in enumerate(step.next)
    ]
    ways += [(step.id, END, "leave", False) for step in flow.steps.values() if isinstance(step, Link)]
    return drawn(rows, ways)


def of_all(book: Book, notes: Notes, begins: str = "self_referral") -> Picture:
    """The topics of the way to a call, in the order in which they are come to."""
    order = list(_come_to(book, "pattern_start", begins))
    rows: list[Row] = [
        (
            one,
            "question" if one == begins else "message",
            book.flows[one].name,
            f"/admin/topic/{one}",
            notes.of_topic(book.flows[one]),
        )
        for one in order
    ]
    ways: list[Way] = [
        (
            one,
            step.flow,
            "while" if isinstance(step, Call) else "next",
            notes.coverage is not None and not notes.coverage.card(one, step.id),
        )
        for one in order
        for step in book.flows[one].steps.values()
        if isinstance(step, Call | Link)
    ]
    return drawn(rows, ways)


def _come_to(book: Book, *begins: str) -> Iterator[str]:
    """Depth first, as a person goes through."""
    seen: set[str] = set()
    waiting = [one for one in reversed(begins) if one in book.flows]
    while waiting:
        one = waiting.pop()
        if one in seen or one not in book.flows:
            continue
        seen.add(one)
        yield one
        steps = book.flows[one].steps.values()
        waiting += reversed([step.flow for step in steps if isinstance(step, Call | Link)])


def notes_of(request: Request, desk: Desk) -> Notes:
    """What is known: people who left in this quarter, of all places and hidden as among the figures; the tests' last run."""
    assistant = state.assistant(request)
    today = day_of(assistant.clock.now())
    with assistant.db.read() as session:
        found = figures.questions(session, figures.quarters(today)[0], today)
    return Notes({one.key: one.left for one in found}, coverage_of(assistant.db, desk))


def show(request: Request) -> Response:
    """The way to a call as a picture."""
    desk = desk_of(request)
    book, notes = book_of(desk), notes_of(request, desk)
    shown = of_all(book, notes)
    flows = [book.flows[one] for one in _come_to(book, "pattern_start", "self_referral")]
    share = notes.coverage.share(flows) if notes.coverage else None
    return page(request, "map", desk, picture_drawn=shown, coverage=notes.coverage, share=share)
