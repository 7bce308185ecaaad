"""The web chat: one page that works whole without JavaScript, and live with it.

A chat belongs to a random token in a cookie; its address holds only the token's hash.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import re
import secrets
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from bot import safety
from bot.channels import webchat
from services import conversations, inbox, transcript
from services.messages import Address, Choice, Inbound
from services.transcript import Line
from web import callers, state
from web.live import cursor_of, read_cursor

COOKIE = "anydoor-chat"
EXIT = "https://www.bbc.co.uk/weather"
MOST_CHARACTERS = 2000
MOST_CHOICES = 30
INLINE_SECONDS = 2.0
SOURCE = re.compile(r"[A-Za-z0-9_-]{1,40}")
TOKEN = re.compile(r"[A-Za-z0-9_-]{40,60}")
FORM_ID = re.compile(r"[A-Za-z0-9_-]{10,40}")


@dataclass(frozen=True)
class Chat:
    """One browser's chat. `conversation` is None until something was said."""

    token: str
    is_new: bool
    conversation: int | None
    lines: tuple[Line, ...] = ()

    @property
    def address(self) -> Address:
        return address_of(self.token)

    @property
    def question(self) -> Line | None:
        """The last thing we said, if nothing was said since: its choices are open."""
        last = self.lines[-1] if self.lines else None
        return last if last and last.by != "person" else None

    @property
    def question_key(self) -> str:
        return self.question.key if self.question else ""


def address_of(token: str) -> Address:
    return Address("web", hashlib.sha256(token.encode()).hexdigest()[:40])


def cookie_name(request: Request) -> str:
    return f"__Host-{COOKIE}" if state.on_https(request) else COOKIE


def find(request: Request) -> Chat:
    """The chat of this browser, with what was said so far; a new token when it brings none."""
    given = request.cookies.get(cookie_name(request), "")
    if not TOKEN.fullmatch(given):
        return Chat(secrets.token_urlsafe(32), True, None)
    assistant = state.assistant(request)
    with assistant.db.read() as session:
        number = conversations.find(session, address_of(given))
        lines = transcript.read(session, number, assistant.clock.now()) if number else ()
    return Chat(given, False, number, lines)


def show(request: Request) -> Response:
    """The page: what was said, and a form for the next message."""
    return page(request, find(request))


def page(request: Request, chat: Chat, *, problem: str = "", typed: str = "", status: int = 200) -> Response:
    source = request.query_params.get("from", "")
    values = {
        "lines": chat.lines,
        "cursor": cursor_of(chat.lines),
        "newest": newest(chat.lines),
        "problem": problem,
        "typed": typed,
        "source": source if SOURCE.fullmatch(source) else "",
        **answer_values(request, chat),
    }
    response = state.pages(request).page("chat/page.html", status, **values)
    keep_token(request, response, chat)
    return response


def newest(lines: tuple[Line, ...]) -> str:
    """The line to bring into view: the first of ours after the person's last words."""
    since = itertools.takewhile(lambda line: line.by != "person", reversed(lines))
    return next(reversed([line.key for line in since]), "")


def keep_token(request: Request, response: Response, chat: Chat) -> None:
    if chat.is_new:
        response.set_cookie(
            cookie_name(request), chat.token, httponly=True, samesite="lax", secure=state.on_https(request), path="/"
        )


def answer_values(request: Request, chat: Chat) -> dict[str, Any]:
    """What the form needs: the open question's choices, and an id that makes a second submit a repeat."""
    question = chat.question
    return {
        **form_values(request, chat),
        "started": chat.conversation is not None,
        "shown": chat.question_key,
        "choices": question.choices if question else (),
        "several": takes_several(request, question),
    }


def form_values(request: Request, chat: Chat) -> dict[str, str]:
    """An id for one form, with our mark that it was made for this browser."""
    form_id = secrets.token_urlsafe(12)
    return {"form": form_id, "mark": state.assistant(request).db.keys.sign("chat form", f"{chat.address} {form_id}")}


def takes_several(request: Request, question: Line | None) -> bool:
    """Whether the open question takes more than one choice: the slot that its choices fill says so."""
    slot = question.choices[0].value.partition("=")[0] if question and question.choices else ""
    spec = state.assistant(request).book(None).slots.get(slot)
    return spec is not None and spec.type == "choices"


class Unsendable(Exception):
    """A post that cannot become a message; holds the id of the words that say why."""

    def __init__(self, words: str, status: int = 400, *, typed: str = "") -> None:
        super().__init__(words)
        self.words, self.status, self.typed = words, status, typed


def send(request: Request) -> Response:
    """A form post: stored once, then answered by the page (or, for our own script, by a few bytes)."""
    chat = find(request)
    try:
        inbound = read_post(request, chat)
    except Unsendable as problem:
        if from_script(request):
            return JSONResponse({"problem": problem.words}, problem.status)
        return page(request, chat, problem=problem.words, typed=problem.typed, status=problem.status)
    assistant = state.assistant(request)
    accepted = assistant.accept(inbound)
    state.metrics(request).received.labels("web").inc()
    if from_script(request):
        return JSONResponse({"sent": True, **form_values(request, chat)})
    assistant.take_turns(accepted.conversation_id, seconds=INLINE_SECONDS)
    return RedirectResponse("/chat#newest", status_code=303)


def from_script(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def read_post(request: Request, chat: Chat) -> Inbound:
    """The form as a message. Raises Unsendable."""
    form: FormData = request.state.form
    text = str(form.get("text") or "").strip()
    pressed = [str(value) for value in form.getlist("choice")][:MOST_CHOICES]
    check_form(request, chat, form, text)
    refuse_flood(request, chat, text)
    if len(text) > MOST_CHARACTERS:
        raise Unsendable("chat.too_long", typed=text)
    if chat.conversation is None:
        return first_message(chat, form, text)
    if not text and not pressed:
        raise Unsendable("chat.empty")
    known = offered(chat, pressed)
    words = joined(known or (), text)
    inbound = webchat.read(chat.address.value, provider_id(form, text, pressed), words, [] if words else pressed)
    if not text and (known is None or str(form.get("shown")) != chat.question_key) and not was_sent(request, inbound):
        raise Unsendable("chat.moved_on", 409)
    return inbound


def was_sent(request: Request, inbound: Inbound) -> bool:
    """Whether this very post is here already: a double click, not an old page."""
    with state.assistant(request).db.read() as session:
        return inbox.find(session, inbound) is not None


def check_form(request: Request, chat: Chat, form: FormData, text: str) -> None:
    """The form was made by us for this browser; a browser that keeps no cookie is told so."""
    form_id, mark = str(form.get("form") or ""), str(form.get("mark") or "")
    keys = state.assistant(request).db.keys
    if not FORM_ID.fullmatch(form_id) or not keys.signed("chat form", f"{chat.address} {form_id}", mark):
        raise Unsendable("chat.no_cookies" if chat.is_new else "chat.moved_on", 409, typed=text)


def refuse_flood(request: Request, chat: Chat, text: str) -> None:
    """Nobody who writes by hand is stopped by it, and nobody in danger: their words pass whatever came before."""
    flow: callers.Chats = request.app.state.chats
    fits = flow.take(str(chat.address), callers.outside(request), is_new=chat.conversation is None)
    if not fits and safety.patterns_only(text[:MOST_CHARACTERS]) is None:
        raise Unsendable("chat.too_fast", 429, typed=text)


def first_message(chat: Chat, form: FormData, text: str) -> Inbound:
    source = str(form.get("from") or "")
    kept = source if SOURCE.fullmatch(source) else None
    return webchat.read(chat.address.value, provider_id(form, text, []), text, [], kept)


def provider_id(form: FormData, text: str, pressed: list[str]) -> str:
    """The same form with the same answer is one message; another answer (the back button) is another."""
    said = hashlib.sha256("\n".join([text, *pressed]).encode()).hexdigest()[:16]
    return f"{form.get('form')}-{said}"


def offered(chat: Chat, pressed: list[str]) -> tuple[Choice, ...] | None:
    """The open question's choices that were picked; None when one of them is not open."""
    choices = {choice.value: choice for choice in (chat.question.choices if chat.question else ())}
    return tuple(choices[value] for value in pressed) if set(pressed) <= set(choices) else None


def joined(picked: tuple[Choice, ...], text: str) -> str:
    """Own words with what was ticked beside them, so that neither is lost; nothing typed stays a press."""
    return ". ".join([", ".join(choice.title for choice in picked), text]) if picked and text else text


async def events(request: Request) -> Response:
    """Replies as they come (server-sent events); what the page missed comes first."""
    chat = await run_in_threadpool(find, request)
    live = state.live(request)
    caller = callers.outside(request)
    if chat.conversation is None or not live.has_room(chat.conversation, caller):
        return Response(status_code=204)  # tells the browser not to try again
    cursor = request.headers.get("last-event-id") or request.query_params.get("after", "")
    return EventSourceResponse(stream(request, chat.token, chat.conversation, cursor), ping=20, send_timeout=30)


async def stream(request: Request, token: str, conversation: int, cursor: str) -> AsyncIterator[ServerSentEvent]:
    pages = state.pages(request)
    async for new, lines in state.live(request).changes(conversation, read_cursor(cursor), callers.outside(request)):
        chat = Chat(token, False, conversation, lines)
        shown = [{"key": line.key, "html": pages.fragment("chat/line.html", line=line)} for line in new]
        answer = pages.fragment("chat/answer.html", **answer_values(request, chat)) if chat.question else None
        yield ServerSentEvent(data=json.dumps({"lines": shown, "answer": answer}), event="lines", id=cursor_of(lines))


def leave(request: Request) -> Response:
    """Quick exit: this browser forgets the chat, and the page it goes to says nothing about us."""
    return forget(request, EXIT)


def over(request: Request) -> Response:
    """This browser forgets the chat, on a shared computer; its answers go as unfinished chats do."""
    return forget(request, "/chat")


def forget(request: Request, to: str) -> Response:
    response = RedirectResponse(to, status_code=303)
    response.delete_cookie(
        cookie_name(request), path="/", httponly=True, samesite="lax", secure=state.on_https(request)
    )
    response.headers["clear-site-data"] = '"cache"'
    return response
