"""The text of the files behind the cards: the same checks, the same draft."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.flows.definition import Finding
from bot.flows.yaml_tree import MAX_BYTES, YamlError, read_yaml
from bot.studio import differing, drafting, proving
from bot.studio.drafting import Desk
from web import state
from web.admin.viewing import book_of, desk_of, is_ours, member_of, on, page, refuse_locked


def listing(request: Request) -> Response:
    """Every file."""
    desk = desk_of(request)
    changed = set(desk.draft.changes) if desk.draft else set()
    return page(request, "files", desk, names=sorted(desk.files), changed=changed)


def name_of(request: Request, desk: Desk) -> str:
    name = str(request.path_params["name"])
    if name not in desk.files:
        raise HTTPException(404)
    return name


def mark(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def show(request: Request) -> Response:
    """One file."""
    desk = desk_of(request)
    name = name_of(request, desk)
    return file_page(request, desk, name, desk.files[name], ())


def file_page(
    request: Request, desk: Desk, name: str, text: str, findings: Sequence[Finding], theirs: bool = False
) -> Response:
    """A file with what was typed, and what keeps it from being kept."""
    status = 409 if theirs else 400 if findings else 200
    now = desk.files[name]
    return page(
        request, "file", desk, status, name=name, text=text, findings=findings, theirs=theirs, seen=mark(now), now=now
    )


def refused(name: str, text: str) -> list[Finding]:
    """What is wrong with the text by itself: looked at first, so that the rest is never burdened with it."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        return [Finding(name, 1, "The file is larger than 256 KB.", "Split it into several files.")]
    try:
        read_yaml(text)
    except YamlError as error:
        return [Finding(name, error.line, error.message, error.what_to_do)]
    return []


def keep(request: Request) -> Response:
    """Keep a file in the draft, if it can be read together with the others."""
    assistant, member, form = state.assistant(request), member_of(request), request.state.form
    text = str(form.get("text") or "").replace("\r\n", "\n").rstrip() + "\n"
    desk = desk_of(request)
    name = name_of(request, desk)
    findings = refused(name, text)
    if findings:
        return file_page(request, desk, name, text, findings)
    with assistant.db.write() as session:
        edit = drafting.edit(session, member.id, assistant.clock.now())
        if mark(edit.desk.files.get(name, "")) != str(form.get("seen") or ""):
            return file_page(request, edit.desk, name, text, (), theirs=True)
        proved = proving.read({**edit.desk.files, name: text})
        if proved.book is None:
            return file_page(request, edit.desk, name, text, proved.findings)
        before = book_of(edit.desk)
        touches = differing.touched(before, proved.book, differing.changes(before, proved.book))
        if "safety" not in touches or is_ours(request):
            edit.put({name: text}, f"file:{name}")
            return on(f"/admin/files/{name}", "kept")
    refuse_locked(request, f"file:{name}")
    raise AssertionError  # refused
