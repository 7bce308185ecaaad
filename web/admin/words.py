"""The words of one message or question: shown with what they cost, changed in the draft, never over somebody else's."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.flows import editing, words
from bot.flows.definition import Book, Choice
from bot.flows.definition import Response as Said
from bot.flows.reading import PARTS
from bot.flows.responses import ResponseError, parse
from bot.flows.segments import segments, to_gsm7, unsupported
from bot.studio import differing, drafting, proving
from bot.studio.drafting import Desk
from web import state
from web.admin import findings
from web.admin.viewing import book_of, desk_of, is_ours, member_of, on, page, refuse_locked

MOST_ALSO = 40


@dataclass(frozen=True, slots=True)
class Cost:
    """What words cost by SMS with the longest values. `odd`: characters that SMS has not."""

    characters: int
    segments: int
    odd: tuple[str, ...]
    sample: str
    problem: str = ""


def cost(book: Book, text: str, below: tuple[str, ...] = ()) -> Cost:
    """The dearest of the ways the words can go."""
    try:
        ways = [to_gsm7("\n".join((way, *below))) for way in words.variants(book, text)]
    except (ResponseError, editing.EditError) as error:
        return Cost(0, 0, (), "", findings.refused(book, error))
    longest = max(ways, key=segments, default="")
    return Cost(len(longest), segments(longest), tuple(unsupported(longest)), longest)


def found(book: Book, name: str, language: str) -> Said:
    """The words of this name; 404 when there are none."""
    there = book.languages.get(language, {}) if language else book.responses
    if name not in there:
        raise HTTPException(404)
    return there[name]


def mark(said: Said, choices: tuple[Choice, ...]) -> str:
    """Another one whenever these words are."""
    whole = json.dumps([dict(said.parts), [[one.value, one.title, one.also] for one in choices]], sort_keys=True)
    return hashlib.sha256(whole.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Shown:
    """What the page of some words shows."""

    said: Said
    language: str
    slot: str
    choices: tuple[Choice, ...]
    flows: tuple[str, ...]
    locked: bool

    @property
    def mark(self) -> str:
        return mark(self.said, self.choices)


def shown(book: Book, name: str, language: str) -> Shown:
    """The words with the answers of the question they ask."""
    said = found(book, name, language)
    slot = next((one for one in book.slots if f"utter_ask_{one}" == name), "") if not language else ""
    choices = book.slots[slot].choices if slot and book.slots[slot].declared else ()
    return Shown(said, language, slot, choices, tuple(differing.sayers(book, name)), said.locked)


def show(request: Request) -> Response:
    """One message's words."""
    desk = desk_of(request)
    book = book_of(desk)
    here = shown(book, request.path_params["name"], request.query_params.get("language", ""))
    return words_page(request, desk, book, here, dict(here.said.parts), {}, here.choices)


def words_page(
    request: Request,
    desk: Desk,
    book: Book,
    here: Shown,
    typed: Mapping[str, str],
    errors: Mapping[str, str],
    choices: tuple[Choice, ...],
    theirs: Said | None = None,
) -> Response:
    """The page with what was typed; `theirs`: what somebody else wrote meanwhile."""
    live = proving.read(desk.live_files).book
    before = shown_live(live, here) if live else None
    below = tuple(f"{n}. {one.title}" for n, one in enumerate(choices, start=1))
    costs = {
        part: cost(book, typed.get(part, ""), below if part != "why" else ())
        for part in ("text", "sms", "why", "easier")
    }
    return page(
        request,
        "words",
        desk,
        409 if theirs else 400 if errors else 200,
        shown=here,
        book=book,
        typed=typed,
        errors=errors,
        choices=choices,
        costs=costs,
        theirs=theirs,
        before=before,
        parts=PARTS,
    )


def shown_live(live: Book, here: Shown) -> Said | None:
    """What is said now, where the draft says otherwise."""
    there = live.languages.get(here.language, {}) if here.language else live.responses
    before = there.get(here.said.name)
    return before if before and before.parts != here.said.parts else None


def typed_parts(book: Book, form: FormData, errors: dict[str, str]) -> dict[str, str]:
    """The words that were typed, tidied; what is wrong with them by field."""
    typed: dict[str, str] = {}
    for part in PARTS:
        typed[part] = str(form.get(part) or "")
        try:
            typed[part] = editing.tidy(typed[part])
            parse(typed[part])
        except (editing.EditError, ResponseError) as error:
            errors[part] = findings.refused(book, error)
    if not typed["text"]:
        errors["text"] = "Write what is said. It cannot be empty."
    return typed


def typed_choices(form: FormData, choices: tuple[Choice, ...], errors: dict[str, str]) -> tuple[Choice, ...]:
    """The answers with the titles and the other words that were typed."""
    changed: list[Choice] = []
    for number, choice in enumerate(choices):
        try:
            title = editing.tidy(str(form.get(f"title-{number}", choice.title)))
            also = editing.tidy(str(form.get(f"also-{number}", ", ".join(choice.also)))).replace("\n", ",")
        except editing.EditError as error:
            errors[f"title-{number}"] = str(error)
            continue
        listed = tuple(dict.fromkeys(one.strip() for one in also.split(",") if one.strip()))[:MOST_ALSO]
        if not title or "\n" in title:
            errors[f"title-{number}"] = "Write the answer as people see it, in one line."
        changed.append(replace(choice, title=title, also=listed))
    return tuple(changed) if len(changed) == len(choices) else choices


def keep(request: Request) -> Response:
    """Keep words in the draft; shown again where something is wrong, or somebody else was faster."""
    form, errors = request.state.form, dict[str, str]()
    desk = desk_of(request)
    book, language = book_of(desk), str(form.get("language") or "")
    here = shown(book, request.path_params["name"], language)
    if here.locked and not is_ours(request):
        refuse_locked(request, f"words:{here.said.name}")
    typed = typed_parts(book, form, errors)
    choices = typed_choices(form, here.choices, errors)
    if errors:
        return words_page(request, desk, book, here, typed, errors, choices)
    return settle(request, here, typed, choices)


def settle(request: Request, here: Shown, typed: Mapping[str, str], choices: tuple[Choice, ...]) -> Response:
    """Write into the draft what was typed, unless the words are not those that were seen."""
    assistant, member = state.assistant(request), member_of(request)
    with assistant.db.write() as session:
        edit = drafting.edit(session, member.id, assistant.clock.now())
        book = book_of(edit.desk)
        now = shown(book, here.said.name, here.language)
        if now.mark != str(request.state.form.get("seen") or ""):
            return words_page(request, edit.desk, book, now, typed, {}, choices, theirs=now.said)
        try:
            files = written(edit.desk.files, book, now, typed, choices)
        except editing.EditError as error:
            return words_page(request, edit.desk, book, now, typed, {"text": findings.refused(book, error)}, choices)
        proved = proving.read({**edit.desk.files, **files})
        if proved.book is None:
            told = findings.in_words(book, proved.findings)
            return words_page(request, edit.desk, book, now, typed, {"text": told}, choices)
        names = {here.said.name, *([here.slot] if here.slot else [])}
        wrong = proving.at_once(proved.book, names) if not here.language else []
        if wrong:
            told = findings.in_words(proved.book, wrong)
            return words_page(request, edit.desk, book, now, typed, {"text": told}, choices)
        edit.put(files, f"words:{here.said.name}")
    language = f"?language={here.language}" if here.language else ""
    return on(f"/admin/words/{here.said.name}{language}", "kept")


def written(
    files: Mapping[str, str], book: Book, here: Shown, typed: Mapping[str, str], choices: tuple[Choice, ...]
) -> dict[str, str]:
    """The files that change, with their new texts."""
    name = here.said.place.file
    changed = (
        {name: editing.write_response(files[name], here.said.name, typed)}
        if dict(here.said.parts) != {part: text for part, text in typed.items() if text}
        else {}
    )
    if choices != here.choices:
        file = book.slots[here.slot].place.file
        changed[file] = editing.write_choices(changed.get(file, files[file]), here.slot, choices)
    return changed


def preview(request: Request) -> Response:
    """What words cost while they are typed: a piece of the page."""
    text = str(request.state.form.get("text") or "")[: editing.LONGEST]
    book = book_of(desk_of(request))
    name = str(request.state.form.get("name") or "")
    choices = (
        shown(book, name, "").choices if name in book.responses and request.state.form.get("part") != "why" else ()
    )
    below = tuple(f"{n}. {one.title}" for n, one in enumerate(choices, start=1))
    return HTMLResponse(state.pages(request).fragment("admin/cost.html", cost=cost(book, text, below)))
