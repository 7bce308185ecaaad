"""Trying a draft: a conversation with nobody, in a world of its own, and what was understood of each line and why."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from bot.conversation_tests import do, event_lines, prepared, stage, written
from bot.flows.definition import Book
from bot.flows.replaying import DoesNotPlay
from bot.flows.transcripts import Act, Transcript
from bot.hearing import Heard
from bot.nlu.parsed import Nlu
from bot.simulator import Answered, Simulator
from bot.studio.showing import Showing, Shown
from bot.trial import SENTENCES, WORLDS
from bot.turns import Taken

MOST_ACTS = 40
MOST_SHOWN = 150
SHOWS = "shows"
"""The kind of an act that is a line of a finding's conversation; they stand before all others."""
LONGEST_LINE = 500
STARTS = ("2026-11-23 09:00", "2026-11-27 16:30", "2026-11-28 11:00", "2026-12-24 15:00")
"""When a conversation can begin (London): each is a database that is prepared once and kept while the server runs."""
_ALONE = threading.Lock()


class DoesNotShow(ValueError):
    """The draft has not what a finding's conversation speaks of, or does not go that way any more."""


@dataclass(frozen=True, slots=True)
class Understood:
    """What one message was taken for. `how`: safety, stop, act, answer, guess (the language model) or nothing.

    `noted`, `answer`: what was read of each slot; `answer` of the one that was asked.
    """

    how: str
    what: str = ""
    by: str = ""
    sure: int = 0
    noted: tuple[tuple[str, Any], ...] = ()
    answer: tuple[tuple[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """One act and what came of it; `choices`: buttons under the last message, value and title.

    `kind`: that of the act; of a finding's conversation "shown" (`words`: the line), "put" or "you".
    """

    kind: str
    words: str
    replies: tuple[str, ...]
    events: tuple[str, ...]
    understood: Understood | None
    responses: tuple[str, ...]
    flow: str
    step: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    choices: tuple[tuple[str, str], ...] = ()
    failed: bool = False
    """No turn could be taken: what is said is that something went wrong."""


def worlds() -> list[str]:
    """The worlds there are."""
    return sorted(path.stem for path in WORLDS.glob("*.yml"))


def sentences() -> list[str]:
    """What can happen meanwhile."""
    return sorted(SENTENCES)


def prepare(setting: Transcript) -> None:
    """Make the world that a conversation is held in, which takes a while the first time; others wait for it."""
    with _ALONE:
        prepared(setting.world, setting.now)


def play(book: Book, setting: Transcript, nlu: Nlu | None) -> list[Line]:
    """Hold the conversation again from its beginning, all its acts. ValueError for an act that cannot be done there."""
    shows = [act.words for act in setting.acts if act.kind == SHOWS][:MOST_SHOWN]
    acts = [act for act in setting.acts if act.kind != SHOWS][:MOST_ACTS]
    with _ALONE, stage(setting, nlu, book) as simulator:
        return [*(_shown(simulator, shows) if shows else ()), *_lines(simulator, acts)]


def _shown(simulator: Simulator, lines: Sequence[str]) -> Iterator[Line]:
    """A finding's conversation. Raises DoesNotShow."""
    try:
        for shown in Showing(simulator, simulator.assistant.book(None)).play(lines):
            yield _line_shown(shown)
    except (DoesNotPlay, KeyError) as error:
        raise DoesNotShow(str(error)) from error


def _line_shown(shown: Shown) -> Line:
    kind = "shown" if not shown.typed else "put" if shown.put else "you"
    act = Act(kind, shown.typed or shown.line)
    if shown.answered is None:
        return Line(kind, act.words, (), (), None, (), "", "", failed=shown.failed)
    return replace(line_of(act, shown.answered), failed=shown.failed)


def _lines(simulator: Any, acts: Sequence[Act]) -> Iterator[Line]:
    for act in acts:
        if act.kind == "time":
            datetime.fromisoformat(act.words)  # ValueError
        yield line_of(act, do(simulator, act))


def line_of(act: Act, answered: Answered) -> Line:
    """What came of an act, as a value."""
    last = answered.messages[-1] if answered.messages else None
    responses = [name for taken in answered.taken for message in taken.messages for name in message.responses]
    return Line(
        act.kind,
        act.words,
        tuple(written(message) for message in answered.messages),
        tuple(event_lines(answered)),
        understood(answered.taken),
        tuple(responses),
        answered.flow or "",
        answered.step or "",
        dict(answered.slots),
        tuple((choice.value, choice.title) for choice in last.choices) if last else (),
        act.kind == "you" and bool(answered.messages) and not answered.taken,
    )


def understood(taken: Sequence[Taken]) -> Understood | None:
    """What the last message was taken for."""
    heard = next((one.heard for one in reversed(taken) if one.heard), None)
    return _understood(heard) if heard else None


def _understood(heard: Heard) -> Understood:
    noted = tuple(heard.values.items())
    answer = heard.reading.answer
    if heard.safety:
        return Understood("safety", heard.safety.kind, heard.safety.layer, noted=noted)
    if heard.opt_out:
        return Understood("stop", heard.opt_out, noted=noted)
    if heard.acts:
        return Understood("act", ", ".join(heard.acts), "rules", noted=noted)
    if answer is not None:
        slot = heard.expecting.slot if heard.expecting else ""
        return Understood("answer", slot, "rules", noted=noted, answer=((slot, getattr(answer, "value", answer)),))
    if heard.intent:
        return Understood("guess", heard.intent, "model", round(100 * heard.confidence), noted)
    return Understood("nothing", noted=noted)


def as_test(title: str, setting: Transcript, lines: Sequence[Line]) -> str:
    """The conversation as a test."""
    acts = tuple(Act(line.kind, line.words, line.replies, line.events) for line in lines)
    return Transcript(title, setting.channel, setting.world, setting.now, acts).format()
