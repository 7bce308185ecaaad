"""The studio's pages to look at: every topic, its cards, a search over all words, the languages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.flows.definition import Book, Flow
from bot.flows.definition import Response as Said
from bot.studio import differing, proving
from web.admin import picture, plain
from web.admin.viewing import book_of, desk_of, page

MOST_FOUND = 80
LONGEST_QUERY = 80


@dataclass(frozen=True, slots=True)
class Group:
    """Topics of a kind; `key`: which kind, for the page."""

    key: str
    flows: tuple[Flow, ...]


def home(request: Request) -> Response:
    """Every topic."""
    desk = desk_of(request)
    book = book_of(desk)
    live = proving.read(desk.live_files).book
    changed = (
        {flow for change in differing.changes(live, book) for flow in change.flows} if live and desk.draft else set()
    )
    return page(request, "home", desk, groups=groups(book), changed=changed, languages=len(book.languages))


def groups(book: Book) -> list[Group]:
    """Topics in the order in which somebody looks for them."""
    led = set(book.reach.get("self_referral", frozenset()))
    kinds: dict[str, list[Flow]] = {"way": [], "other": [], "asked": [], "safety": []}
    for flow in book.flows.values():
        key = "safety" if flow.locked else "asked" if flow.is_pattern else "way" if flow.id in led else "other"
        kinds[key].append(flow)
    kinds["way"].sort(key=lambda flow: flow.id != "self_referral")
    return [Group(key, tuple(flows)) for key, flows in kinds.items() if flows]


def topic(request: Request) -> Response:
    """One topic as plain cards."""
    desk = desk_of(request)
    book = book_of(desk)
    flow = book.flows.get(request.path_params["name"])
    if flow is None:
        raise HTTPException(404)
    notes = picture.notes_of(request, desk)
    leads = [other for other in book.flows.values() if other.id != flow.id and flow.id in near(book, other)]
    return page(
        request,
        "topic",
        desk,
        flow=flow,
        book=book,
        cards=plain.cards(book, flow),
        over=plain.over(book, flow),
        leads=leads,
        drawn=picture.of_topic(book, flow, notes),
        notes={step.id: notes.of_card(flow, step) for step in flow.steps.values()},
        untested={
            (step.id, n) for step in flow.steps.values() for n in range(len(step.next)) if notes.untested(flow, step, n)
        },
        coverage=notes.coverage,
        share=notes.coverage.share([flow]) if notes.coverage else None,
    )


def near(book: Book, flow: Flow) -> set[str]:
    """The topics that one leads to directly."""
    return {key for step in flow.steps.values() for kind, key in [plain.kind_of(step)] if kind in {"through", "onto"}}


@dataclass(frozen=True, slots=True)
class Found:
    """Words that were found; `choice`: an answer on offer rather than words that are said."""

    name: str
    part: str
    text: str
    language: str
    choice: str
    flows: tuple[str, ...]


def search(request: Request) -> Response:
    """All words in which something stands: messages, questions, answers, every language."""
    desk, query = desk_of(request), request.query_params.get("q", "")[:LONGEST_QUERY].strip()
    book = book_of(desk)
    hits = list(search_in(book, query.lower())) if len(query) > 1 else []
    return page(
        request, "search", desk, query=query, hits=hits[:MOST_FOUND], more=max(0, len(hits) - MOST_FOUND), book=book
    )


def search_in(book: Book, query: str) -> Iterator[Found]:
    yield from _in_words(book, book.responses.values(), "", query)
    for spec in book.slots.values():
        for choice in spec.options if spec.declared else ():
            if query in " ".join((choice.title, *choice.also)).lower():
                name = f"utter_ask_{spec.name}"
                words = ", ".join((choice.title, *choice.also))
                yield Found(name, "", words, "", choice.value, tuple(differing.askers(book, spec.name)))
    for code, responses in book.languages.items():
        yield from _in_words(book, responses.values(), code, query)


def _in_words(book: Book, responses: Iterable[Said], language: str, query: str) -> Iterator[Found]:
    for said in responses:
        for part, text in said.parts.items():
            if query in text.lower() or query in said.name:
                yield Found(said.name, part, text, language, "", tuple(differing.sayers(book, said.name)))


def languages(request: Request) -> Response:
    """What is said in other languages."""
    desk = desk_of(request)
    book = book_of(desk)
    in_order = sorted(book.languages.items(), key=lambda each: plain.language(each[0]))
    rows: list[tuple[str, list[Said]]] = [(code, list(said.values())) for code, said in in_order]
    return page(request, "languages", desk, rows=rows)
