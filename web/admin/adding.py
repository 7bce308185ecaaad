"""A form for a new question with its answers and where each leads, everything picked from lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.flows import adding, editing
from bot.flows.adding import ONWARD, Answer, Question
from bot.flows.definition import END, Book, Flow
from bot.flows.responses import ResponseError, parse
from bot.studio import drafting, proving
from bot.studio.drafting import Desk
from web import state
from web.admin import findings, plain
from web.admin.viewing import book_of, desk_of, is_ours, member_of, on, page, refuse_locked

MOST_ANSWERS = 6
WORDS = ("text", "easier", "why")
LONGEST_TITLE = 40
ORDINALS = ("the first", "the second", "the third", "the fourth", "a later one")
KINDS = {"question": "question", "message": "message", "through": "goes through", "onto": "goes on with"}


def topic_of(request: Request, book: Book) -> Flow:
    """The topic of the address; 404 where there is none."""
    flow = book.flows.get(request.path_params["name"])
    if flow is None:
        raise HTTPException(404)
    return flow


def show(request: Request) -> Response:
    """The empty form."""
    desk = desk_of(request)
    return form_page(request, desk, {}, {})


def form_page(request: Request, desk: Desk, typed: Mapping[str, str], errors: Mapping[str, str]) -> Response:
    """The form with what was typed."""
    book = book_of(desk)
    flow = topic_of(request, book)
    order = told_apart([(one, card_label(book, flow, one)) for one in adding.places(flow) if one])
    lists = {"order": order, "leads": leads_in(book, flow), "topics": topics_of(book, flow), "answers": MOST_ANSWERS}
    lists["over"] = plain.over(book, flow)
    return page(request, "add", desk, 400 if errors else 200, flow=flow, typed=typed, errors=errors, **lists)


def card_label(book: Book, flow: Flow, step: str) -> str:
    """A card as lists name it: what it does, and its words."""
    label = plain.label(book, flow.steps[step]) or plain.spoken(step)
    kind = KINDS.get(plain.kind_of(flow.steps[step])[0], "")
    return f"{label} ({kind})" if kind else label


def told_apart(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Labels that several have get a number, in the order of the page."""
    several = {label for label, count in Counter(label for _, label in pairs).items() if count > 1}
    seen = Counter[str]()
    found = []
    for key, label in pairs:
        seen[label] += 1
        found.append((key, f"{label} ({ORDINALS[min(seen[label], len(ORDINALS)) - 1]})" if label in several else label))
    return found


def leads_in(book: Book, flow: Flow) -> list[tuple[str, str]]:
    """What of its own topic an answer may lead to."""
    return told_apart([(f"at:{step}", card_label(book, flow, step)) for step in flow.steps if "." not in step])


def topics_of(book: Book, flow: Flow) -> list[tuple[str, str]]:
    """The topics that an answer may lead to, each with how it begins where two have one name."""
    others = [one for one in book.flows.values() if one.id != flow.id and not one.is_pattern]
    return told_apart([(f"topic:{one.id}", one.name) for one in others])


def card_title(typed: Mapping[str, str], errors: dict[str, str]) -> str:
    """What the answer is called on the coach's card; "" where the coach does not see it."""
    title = " ".join(typed["on_card"].split())
    if typed.get("shown") != "yes":
        return ""
    if not 2 <= len(title) <= LONGEST_TITLE or editing.odd(title):
        errors["on_card"] = f"Write what the coach reads beside the answer, in up to {LONGEST_TITLE} plain characters."
    return title


def typed_of(request: Request) -> dict[str, str]:
    names = [
        "after",
        "on_card",
        "shown",
        "private",
        *WORDS,
        *(f"{kind}-{n}" for kind in ("answer", "leads") for n in range(MOST_ANSWERS)),
    ]
    return {name: str(request.state.form.get(name) or "") for name in names}


def question_of(book: Book, typed: Mapping[str, str], allowed: set[str], errors: dict[str, str]) -> Question:
    """The question that was filled in; what is wrong with it by field."""
    words: dict[str, str] = {}
    for part in WORDS:
        try:
            words[part] = editing.tidy(typed[part])
            parse(words[part])
        except (editing.EditError, ResponseError) as error:
            errors[part] = findings.refused(book, error)
    for part in ("text", "easier"):
        if not words.get(part):
            errors.setdefault(part, "Write it. Every question needs its words, and easier ones for a second try.")
    answers = [answer_of(typed, n, allowed, errors) for n in range(MOST_ANSWERS) if typed[f"answer-{n}"].strip()]
    if len(answers) < 2:
        errors.setdefault("answer-0", "Write two answers or more.")
    return Question(typed["after"], words, answers, card_title(typed, errors), typed["private"] == "yes")


def answer_of(typed: Mapping[str, str], n: int, allowed: set[str], errors: dict[str, str]) -> Answer:
    title, leads = " ".join(typed[f"answer-{n}"].split()), typed[f"leads-{n}"] or ONWARD
    if len(title) > 60:
        errors[f"answer-{n}"] = "Keep an answer under 60 characters."
    if leads not in allowed:
        errors[f"leads-{n}"] = "Pick what happens next from the list."
    return Answer(title, leads)


def allowed_in(book: Book, flow: Flow) -> set[str]:
    """Where an answer may lead."""
    return {ONWARD, END, *(f"at:{step}" for step in flow.steps), *(f"topic:{one}" for one in book.flows)}


def add(request: Request) -> Response:
    """Put the question into the draft."""
    assistant, member, errors = state.assistant(request), member_of(request), dict[str, str]()
    desk, typed = desk_of(request), typed_of(request)
    book = book_of(desk)
    flow = topic_of(request, book)
    if flow.locked and not is_ours(request):
        refuse_locked(request, f"topic:{flow.id}")
    question = question_of(book, typed, allowed_in(book, flow), errors)
    if errors:
        return form_page(request, desk, typed, errors)
    with assistant.db.write() as session:
        edit = drafting.edit(session, member.id, assistant.clock.now())
        book = book_of(edit.desk)
        flow, name = topic_of(request, book), adding.named(book, question.words["text"])
        try:
            text = adding.add_question(edit.desk.files[flow.place.file], flow, name, question)
        except editing.EditError as error:
            return form_page(request, edit.desk, typed, {"after": findings.refused(book, error)})
        proved = proving.read({**edit.desk.files, flow.place.file: text})
        if proved.book is None:
            return form_page(request, edit.desk, typed, {"after": findings.in_words(book, proved.findings)})
        wrong = proving.at_once(proved.book, {name, f"utter_ask_{name}"})
        if wrong:
            return form_page(request, edit.desk, typed, {"after": findings.in_words(proved.book, wrong)})
        edit.put({flow.place.file: text}, f"question:{name}")
    return on(f"/admin/topic/{flow.id}#at-{name}", "kept")
