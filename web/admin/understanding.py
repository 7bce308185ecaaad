"""The understanding desk: messages nobody understood, grouped by likeness, labelled in a few clicks, collected for training."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.flows.definition import Book
from bot.nlu.likeness import grouped
from services import audit, examples, not_understood
from services.examples import Labelled
from services.models import NluExample, NotUnderstood
from web import state
from web.admin import plain
from web.admin.viewing import book_of, desk_of, member_of, on, page

TRAIN = Path(__file__).resolve().parents[2] / "nlu_data" / "train"
MOST_READ = 300
MOST_GROUPS = 20
MOST_IN_A_GROUP = 15


@dataclass(frozen=True, slots=True)
class Group:
    """Messages that are alike: the rows shown, how many more there are, the guess most often made of them, what was asked."""

    rows: Sequence[NotUnderstood]
    more: int
    guess: str
    asked: str = ""


@cache
def intents() -> tuple[str, ...]:
    """What the assistant is taught to tell apart."""
    found = (re.findall(r"^\s*- intent: (\w+)", file.read_text(encoding="utf-8"), re.M) for file in TRAIN.glob("*.yml"))
    return tuple(sorted({name for names in found for name in names}))


def question_of(book: Book, slot: str | None) -> str:
    """The question that was open, in its own words."""
    response = book.responses.get(f"utter_ask_{slot}")
    return plain.short(response.parts.get("text", "")) if response else plain.spoken(slot or "")


def groups_of(rows: Sequence[NotUnderstood], book: Book) -> list[Group]:
    """The messages that wait, those alike together."""
    said = [row for row in rows if row.words]
    made = []
    for places in grouped([row.words or "" for row in said]):
        members = [said[place] for place in places]
        guesses = Counter(row.intent for row in members if row.intent)
        guess = guesses.most_common(1)[0][0] if guesses else ""
        asked = question_of(book, members[0].expecting)
        made.append(Group(members[:MOST_IN_A_GROUP], max(0, len(members) - MOST_IN_A_GROUP), guess, asked))
    return made


def show(request: Request) -> Response:
    """The messages that wait. They are people's words: that they were looked at is audited."""
    return desk_page(request)


def desk_page(request: Request, wrong: str = "", typed: dict[int, str] | None = None) -> Response:
    assistant, member = state.assistant(request), member_of(request)
    with assistant.db.read() as session:
        rows = not_understood.waiting(session, MOST_READ)
        made, kept = groups_of(rows, book_of(desk_of(request))), examples.collected(session)
    if rows:
        with assistant.db.write() as session:
            detail = {"count": len(rows)}
            audit.record(session, f"staff:{member.id}", "read", "not_understood:1", assistant.clock.now(), detail)
    held = sum(each.held_out for each in kept)
    return page(
        request,
        "understanding",
        desk_of(request),
        400 if wrong else 200,
        groups=made[:MOST_GROUPS],
        waiting=len(rows),
        more_groups=max(0, len(made) - MOST_GROUPS),
        intents=intents(),
        kept=kept,
        held=held,
        wrong=wrong,
        typed=typed or {},
    )


def label(request: Request) -> Response:
    """Teach the ticked messages under one meaning, or put them aside."""
    form, assistant, member = request.state.form, state.assistant(request), member_of(request)
    ticked = [int(each) for each in form.getlist("row") if str(each).isdecimal() and len(str(each)) < 19]
    typed = {number: str(form.get(f"words-{number}") or "") for number in ticked}
    teaches = form.get("do") == "teach"
    if not ticked:
        return desk_page(request, "none", typed)
    if teaches and form.get("intent") not in intents():
        return desk_page(request, "intent", typed)
    now = assistant.clock.now()
    with assistant.db.write() as session:
        try:
            if teaches:
                chosen = [Labelled(number, words) for number, words in typed.items()]
                examples.teach(session, chosen, str(form["intent"]), member.id, now)
            else:
                examples.put_aside(session, ticked, now)
        except ValueError:
            refused = True
        else:
            refused = False
    return desk_page(request, "personal", typed) if refused else on("/admin/understanding", "labelled")


def forget(request: Request) -> Response:
    """Delete one example."""
    assistant = state.assistant(request)
    with assistant.db.write() as session:
        done = examples.forget(session, request.path_params["number"], member_of(request).id, assistant.clock.now())
    if not done:
        raise HTTPException(404)
    return on("/admin/understanding#kept", "example_forgotten")


def download(request: Request) -> Response:
    """The examples in the training data's form: "train", or the held-out share."""
    part = request.path_params["part"]
    if part not in ("train", "held-out"):
        raise HTTPException(404)
    with state.assistant(request).db.read() as session:
        kept = [each for each in examples.collected(session) if each.held_out == (part == "held-out")]
    headers = {
        "content-disposition": f'attachment; filename="collected-{part}.yml"',
        "cache-control": "no-store",
    }
    return Response(as_training(kept), media_type="application/yaml; charset=utf-8", headers=headers)


def as_training(kept: Iterable[NluExample]) -> str:
    """Rasa's form. One line an example; nothing in it can be read as anything but words."""
    by_intent: dict[str, list[str]] = {}
    for each in kept:
        by_intent.setdefault(each.intent, []).append(re.sub(r"[\[\](){}]", "", each.words))
    lines = ['version: "3.1"', "nlu:" if by_intent else "nlu: []"]
    for intent, said in by_intent.items():
        lines += [f"  - intent: {intent}", "    examples: |", *(f"      - {words}" for words in said)]
    return "\n".join(lines) + "\n"
