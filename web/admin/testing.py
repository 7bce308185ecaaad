"""The conversation tests of a draft: which it touches, how they went, and accepting the new words."""

from __future__ import annotations

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from bot.studio import answering, differing, drafting, proving, testing
from bot.studio.answering import Asked
from bot.studio.differing import Change
from bot.studio.drafting import Desk
from web import state
from web.admin.viewing import book_of, desk_of, member_of, on, page, problem

MOST_LINES = 24
MOST_PIECES = 4
MOST_NAMED = 100
GROUPS_A_PAGE = 12
Lines = tuple[tuple[str, str], ...]
Alike = tuple[str, tuple[str, ...], "tuple[Piece, ...]"]
"""What kept tests from going on, what they answered to new questions, and what is otherwise."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines that are said otherwise: those that are gone and those that are new."""

    gone: tuple[str, ...]
    new: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """Tests that differ by the very same lines. `key`: names them in the form; `by_words`: only by words of the draft.

    `answered`: what was answered to new questions; with it alone (`by_answers`) all else is as before.
    """

    key: str
    pieces: tuple[Piece, ...]
    more: int
    tests: tuple[tuple[str, str], ...]
    by_words: bool
    example: Lines
    problem: str
    answered: tuple[str, ...]
    by_answers: bool
    can_accept: bool
    """Whether there is anything to accept: of a test that cannot go on, what comes before that."""


def changes_of(desk: Desk) -> list[Change]:
    """What the draft changes."""
    old = proving.read(desk.live_files).book
    return differing.changes(old, book_of(desk)) if old and desk.draft else []


def asked_of(desk: Desk) -> list[Asked]:
    """The questions that are new in the draft."""
    old = proving.read(desk.live_files).book
    return answering.asked_anew(old, book_of(desk)) if old and desk.draft else []


def answers_of(request: Request, desk: Desk) -> dict[str, str]:
    """What was picked for each new question; nothing for one that is to be left open."""
    form = request.state.form
    picked = {one.slot: str(form.get(f"answer-{one.slot}") or "") for one in asked_of(desk)}
    return {one.slot: picked[one.slot] for one in asked_of(desk) if picked[one.slot] in one.answers}


def show(request: Request) -> Response:
    """How the tests went, a page of groups at a time."""
    assistant, desk = state.assistant(request), desk_of(request)
    changes = changes_of(desk)
    standing = testing.standing(assistant.db, desk, changes)
    groups = grouped(standing.open, testing.every(assistant.db, desk), changes)
    pages = max(1, -(-len(groups) // GROUPS_A_PAGE))
    number = min(int_of(request.query_params.get("page", "")) or 1, pages)
    count = int_of(request.query_params.get("count", ""))
    shown = groups[GROUPS_A_PAGE * (number - 1) : GROUPS_A_PAGE * number]
    return page(
        request,
        "tests",
        desk,
        seen=testing.mark(desk),
        standing=standing,
        asked=asked_of(desk),
        groups=shown,
        of=len(groups),
        number=number,
        last_page=pages,
        count=count,
        own=sorted(desk.tests)[:MOST_NAMED],
        own_more=max(0, len(desk.tests) - MOST_NAMED),
    )


def int_of(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else 0


def grouped(found: Sequence[Mapping[str, Any]], tests: Mapping[str, str], changes: Sequence[Change]) -> list[Group]:
    """Those that differ alike together: first what cannot be played, then what goes otherwise, last what only reads otherwise."""
    alike: dict[Alike, list[Mapping[str, Any]]] = {}
    for one in found:
        meant = meant_by(one, tests)
        said = () if one["problem"] or not meant else what_differs(meant, str(one["went"]), changes)
        answered = tuple(one.get("answered", {}).values())
        alike.setdefault((str(one["problem"]), answered, said), []).append(one)
    groups = [group(one, members, tests, changes) for one, members in alike.items()]
    return sorted(groups, key=lambda one: (not one.problem, one.by_answers, one.by_words, len(one.tests)))


def meant_by(one: Mapping[str, Any], tests: Mapping[str, str]) -> str:
    """What a test says that is to happen, with the answers to new questions in it; "" where just that did happen."""
    return str(one["meant"]) if one.get("answered") else tests.get(one["name"], "")


def group(
    alike: Alike, members: Sequence[Mapping[str, Any]], tests: Mapping[str, str], changes: Sequence[Change]
) -> Group:
    problem, answered, said = alike
    key = hashlib.sha256(repr(alike).encode("utf-8", "replace")).hexdigest()[:16]
    named = tuple(sorted((one["name"], title_of(tests.get(one["name"], ""))) for one in members))
    first = members[0]
    example = lines(meant_by(first, tests) or tests.get(first["name"], ""), str(first["went"]))[:MOST_LINES]
    words = bool(said) and all(is_of_words(piece, changes) for piece in said)
    more = max(0, len(said) - MOST_PIECES)
    can_accept = all(one["went"] for one in members)
    only = bool(answered) and not said and not problem
    return Group(key, said[:MOST_PIECES], more, named, words, example, problem, answered, only, can_accept)


def what_differs(expected: str, went: str, changes: Sequence[Change]) -> tuple[Piece, ...]:
    """What tells a test apart: all that is otherwise, where that is nothing but words; else where it first goes otherwise.

    After a question that is new every answer of the script meets another question: what comes then follows from it.
    """
    said = pieces(expected, went)
    if said and all(is_of_words(piece, changes) for piece in said):
        return said
    here, then = expected.split("\n"), went.split("\n")
    at = next(
        (n for n, pair in enumerate(zip(here, then, strict=False)) if pair[0] != pair[1]), min(len(here), len(then))
    )
    return (Piece((), tuple(then[at : at + 1] or ["(it ends here)"])),)


def title_of(test: str) -> str:
    return test.split("\n", 1)[0]


def pieces(expected: str, went: str) -> tuple[Piece, ...]:
    """What is otherwise, each thing once, however often it comes."""
    old, new = expected.split("\n"), went.split("\n")
    found = difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return tuple(
        sorted(
            {Piece(tuple(old[a:b]), tuple(new[c:d])) for what, a, b, c, d in found if what != "equal"},
            key=lambda piece: (piece.gone, piece.new),
        )
    )


def is_of_words(piece: Piece, changes: Sequence[Change]) -> bool:
    """Whether lines only say new words for old ones: what the draft changed stands in them, and the rest is the same."""
    gone, new = (testing.flat(" ".join(lines)) for lines in (piece.gone, piece.new))
    for change in changes:
        if change.kind == "words" and change.before and change.after:
            was, now = testing.flat(change.before), testing.flat(change.after)
            if was in gone:
                gone = gone.replace(was, now)
    return bool(piece.gone and piece.new) and gone == new


def lines(expected: str, went: str) -> Lines:
    """A test line by line: what is the same, gone and new."""
    marks = {"-": "gone", "+": "new", " ": "same"}
    found = difflib.unified_diff(expected.split("\n"), went.split("\n"), n=2, lineterm="")
    return tuple(
        (marks[line[0]], line[1:]) for line in found if line[:1] in marks and not line.startswith(("---", "+++"))
    )


def play(request: Request) -> Response:
    """Play the tests that the draft touches, or all."""
    assistant, desk = state.assistant(request), desk_of(request)
    scope = "all" if request.state.form.get("scope") == "all" else "touched"
    tests = testing.every(assistant.db, desk)
    names = list(tests) if scope == "all" else testing.touched_by(assistant.db, desk, changes_of(desk))
    whole = "all" if len(names) == len(tests) else "touched"
    if not testing.start(assistant.db, assistant.clock, desk, names, whole, answers_of(request, desk)):
        return problem(request, desk, "busy", "/admin/tests")
    return on("/admin/tests", "")


def again(request: Request) -> Response:
    """Play the tests that were ticked one by one again, with other answers to what is new."""
    assistant, desk = state.assistant(request), desk_of(request)
    if testing.mark(desk) != str(request.state.form.get("seen") or ""):
        return problem(request, desk, "changed", "/admin/tests")
    ticked = {str(name) for name in request.state.form.getlist("one")}
    if not ticked & testing.every(assistant.db, desk).keys():
        return problem(request, desk, "nothing", "/admin/tests")
    if not testing.start_again(assistant.db, assistant.clock, desk, sorted(ticked), answers_of(request, desk)):
        return problem(request, desk, "busy", "/admin/tests")
    return on("/admin/tests", "")


def accept(request: Request) -> Response:
    """Take over what was said in the tests of the groups that were ticked; it says in how many."""
    assistant, member, form = state.assistant(request), member_of(request), request.state.form
    desk = desk_of(request)
    changes = changes_of(desk)
    standing = testing.standing(assistant.db, desk, changes)
    if testing.mark(desk) != str(form.get("seen") or ""):
        return problem(request, desk, "changed", "/admin/tests")
    ticked = {str(key) for key in form.getlist("group")}
    groups = grouped(standing.open, testing.every(assistant.db, desk), changes)
    names = {name for one in groups if one.key in ticked and one.can_accept for name, _ in one.tests}
    if not names:
        return problem(request, desk, "nothing", "/admin/tests")
    chosen = {one["name"]: one["went"] for one in standing.open if one["name"] in names}
    with assistant.db.write() as session:
        edit = drafting.edit(session, member.id, assistant.clock.now())
        same = edit.desk.mark == desk.mark
        if same:
            edit.put_tests(chosen)
    if not same:
        return problem(request, desk_of(request), "changed", "/admin/tests")
    return on(f"/admin/tests?count={len(chosen)}", "accepted")
