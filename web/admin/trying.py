"""Try the draft: talk to it on any channel, in any world, at any time, and keep the conversation as a test."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from bot.flows.transcripts import CHANNELS, Act, Transcript, TranscriptError
from bot.studio import drafting, playing, trying
from bot.studio.trying import LONGEST_LINE, MOST_ACTS, MOST_SHOWN, SHOWS, STARTS, DoesNotShow, Line
from web import state
from web.admin import telling
from web.admin.viewing import book_of, desk_of, member_of, on, page

KINDS = ("you", "time", "meanwhile", "coach")
LONGEST_FOUND = 600
LONGEST_TITLE = 120


def show(request: Request) -> Response:
    """A conversation that has not begun; its world is made meanwhile."""
    setting = setting_of(request.query_params, ())
    get_world_ready(setting)
    return held(request, setting, "")


def get_world_ready(setting: Transcript | None = None) -> None:
    """Make the world of a conversation meanwhile; by default the usual one."""
    threading.Thread(target=trying.prepare, args=(setting or setting_of({}, ()),), daemon=True).start()


def setting_of(given: Mapping[str, object], acts: Sequence[Act]) -> Transcript:
    """Where and when, out of a form or an address; what makes no sense is the usual."""
    channel, world, now = (str(given.get(name) or "") for name in ("channel", "world", "now"))
    return Transcript(
        "Tried in the studio.",
        channel if channel in CHANNELS else "sms",
        world if world in trying.worlds() else "plenty",
        now if now in STARTS else STARTS[0],
        tuple(acts),
    )


def acts_of(script: str) -> list[Act]:
    """The acts that the form carries, one a line: first those of a finding's conversation."""
    acts: list[Act] = []
    for line in script[: (MOST_ACTS + MOST_SHOWN) * (LONGEST_LINE + 20)].split("\n"):
        kind, _, words = line.strip("\r").partition(": ")
        if kind in (*KINDS, SHOWS):
            acts.append(Act(kind, words[:LONGEST_LINE]))
    shows = [one for one in acts if one.kind == SHOWS]
    return [*shows[:MOST_SHOWN], *[one for one in acts if one.kind != SHOWS][:MOST_ACTS]]


def next_act(request: Request) -> tuple[Act | None, str]:
    """What was typed or pressed; a code for what is wrong with it."""
    form = request.state.form
    kind = str(form.get("kind") or "you")
    words = " ".join(str(form.get(f"words-{kind}") or form.get("words") or "").split())[:LONGEST_LINE]
    if form.get("press"):
        return Act("you", f"[presses {str(form['press'])[:80]}]"), ""
    if not words or kind not in KINDS:
        return None, "empty"
    if kind == "time":
        try:
            words = datetime.fromisoformat(words).strftime("%Y-%m-%d %H:%M")
        except ValueError:
            return None, "time"
    if kind == "meanwhile" and words not in trying.sentences():
        return None, "empty"
    return Act(kind, words), ""


def act(request: Request) -> Response:
    """Say something more, take the last thing back, begin again, keep it as a test, or play what a finding shows."""
    form = request.state.form
    acts, do = acts_of(str(form.get("script") or "")), str(form.get("do") or "say")
    if do == "again":
        acts = []
    elif do == "back":
        acts = acts[:-1]
    elif do == "say" and not is_full(acts):
        added, wrong = next_act(request)
        if added is None:
            return held(request, setting_of(form, acts), wrong)
        acts.append(added)
    setting = setting_of(form, acts)
    shown = any(one.kind == SHOWS for one in acts)
    return save(request, setting) if do == "save" and acts and not shown else held(request, setting, "")


def is_full(acts: Sequence[Act]) -> bool:
    return sum(one.kind != SHOWS for one in acts) >= MOST_ACTS


def held(request: Request, setting: Transcript, wrong: str) -> Response:
    """The conversation, played from its beginning."""
    desk = desk_of(request)
    book = book_of(desk)
    lines: list[Line] = []
    try:
        lines = trying.play(book, setting, state.assistant(request).nlu) if setting.acts else []
    except DoesNotShow:
        setting, wrong = replace(setting, acts=()), "shows"
    except (ValueError, TranscriptError):  # the last act cannot be done there: it is left out
        setting, wrong = replace(setting, acts=setting.acts[:-1]), "cannot"
        lines = trying.play(book, setting, state.assistant(request).nlu) if setting.acts else []
    choices = {"channels": CHANNELS, "worlds": trying.worlds(), "starts": STARTS, "sentences": trying.sentences()}
    script = "\n".join(f"{one.kind}: {one.words}" for one in setting.acts)
    shows = any(one.kind == SHOWS for one in setting.acts)
    found = str(getattr(request.state, "form", {}).get("found") or "")[:LONGEST_FOUND] if shows else ""
    status = 400 if wrong else 200
    return page(
        request,
        "try",
        desk,
        status,
        setting=setting,
        lines=[telling.told(book, line) for line in lines],
        script=script,
        wrong=wrong,
        full=is_full(setting.acts),
        shows=shows,
        found=found,
        **choices,
    )


def save(request: Request, setting: Transcript) -> Response:
    """Keep the conversation as a test, as the tests themselves would hear it."""
    assistant, member = state.assistant(request), member_of(request)
    title = " ".join(str(request.state.form.get("title") or "").split())[:LONGEST_TITLE]
    if not title:
        return held(request, setting, "title")
    book = book_of(desk_of(request))
    lines = trying.play(book, setting, playing.Remembered())
    text = trying.as_test(title, setting, lines)
    name = re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")[:60] or "conversation"
    with assistant.db.write() as session:
        edit = drafting.edit(session, member.id, assistant.clock.now())
        edit.put_tests({f"studio/{name}.txt": text})
    return on("/admin/changes#tests", "saved_test")
