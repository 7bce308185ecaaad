"""What leads where, drawn: one row for each thing, arrows as bows beside them. The cards say the same in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from bot.flows.definition import END, Book, Call, Flow, Link
from web.admin import plain
from web.admin.viewing import book_of, desk_of, page

ROW, BOX, WIDE, LEFT = 44, 30, 340, 8
NEAREST, FURTHER = 14, 9
"""How far a bow reaches out: for the shortest, and for each row more."""


@dataclass(frozen=True, slots=True)
class Box:
    """One row."""

    y: int
    kind: str
    label: str
    href: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A line between two rows: `path` as SVG draws it; `kind`: next, back, leave or for a while."""

    path: str
    kind: str


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything drawn, with its size."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]


def drawn(rows: Sequence[tuple[str, str, str, str]], ways: Sequence[tuple[str, str, str]]) -> Picture:
    """Rows (id, kind, label, address) and ways (from, to, kind) as a picture; ways to nowhere are left out."""
    at = {row[0]: number for number, row in enumerate(rows)}
    boxes = tuple(Box(number * ROW + 6, kind, label, href) for number, (_, kind, label, href) in enumerate(rows))
    known = [(at[a], at[b], kind) for a, b, kind in dict.fromkeys(ways) if a in at and b in at]
    arrows = tuple(Arrow(path(a, b), "back" if b < a and kind == "next" else kind) for a, b, kind in known)
    furthest = max((reach(a, b) for a, b, _ in known), default=0)
    return Picture(LEFT + WIDE + furthest + 16, len(rows) * ROW + 12, boxes, arrows)


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


def of_topic(book: Book, flow: Flow) -> Picture:
    """A topic: what is asked, said and done, and the ways between."""
    cards = plain.cards(book, flow)
    rows = [(card.id, card.kind, plain.short(card.label or plain.spoken(card.key)), f"#at-{card.id}") for card in cards]
    rows.append((END, "end", "It is over", ""))
    ways = [(step.id, branch.target, "next") for step in flow.steps.values() for branch in step.next]
    ways += [(step.id, END, "leave") for step in flow.steps.values() if isinstance(step, Link)]
    return drawn(rows, ways)


def of_all(book: Book, begins: str = "self_referral") -> Picture:
    """The topics of the way to a call, in the order in which they are come to."""
    order = list(_come_to(book, "pattern_start", begins))
    rows = [
        (one, "question" if one == begins else "message", book.flows[one].name, f"/admin/topic/{one}") for one in order
    ]
    ways = [
        (one, step.flow, "while" if isinstance(step, Call) else "next")
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


def show(request: Request) -> Response:
    """The way to a call as a picture."""
    desk = desk_of(request)
    book = book_of(desk)
    return page(request, "map", desk, picture_drawn=of_all(book))
