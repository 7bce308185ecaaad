"""The line about help that is put beside an answer where words may speak of a crisis, and what is taken back again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from bot.flows.engine_values import Event

if TYPE_CHECKING:
    from bot.flows.commands import Care, TakenBack
    from bot.flows.engine_run import Run

SOME_WHILE: Final = timedelta(hours=12)
"""A line of one kind is not said again within this, nor soon after the whole help of that kind."""
LINE, AGAIN, HELP, BACK = "line", "again", "help", "back"
DUTY: Final = "alert_duty"
UNSURE: Final = "unsure"
"""The reason of an alert for words that may speak of a crisis, heard twice and not taken back."""
TAKEN_BACK: Final = "utter_taken_back"


def lately(care: Mapping[str, Sequence[str]], kind: str, now: datetime | None, within: timedelta = SOME_WHILE) -> bool:
    """Whether a line or help of this kind was given a short while ago."""
    given = care.get(kind)
    if given is None:
        return False
    return now is None or not given[0] or now - datetime.fromisoformat(given[0]) < within


def response_of(command: Care) -> str:
    return f"utter_care_{command.about or command.kind}"


def care(run: Run, command: Care) -> None:
    """Puts the line first; where it was said a while ago, the second such words go to the duty person instead, once."""
    kind, now = command.kind, run.around.now
    told = response_of(command)
    run.events.append(Event("crisis_maybe", {"kind": kind}))
    if not lately(run.care, kind, now) and told in run.book.responses:
        run.care[kind] = (_at(now), LINE)
        run.offered = f"{kind}:{command.about or ''}"
        reply = run.compose(told)
        run.replies.insert(0, type(reply)(reply.response, reply.text, (), "crisis"))
    elif run.care.get(kind, ("", ""))[1] == LINE:
        run.care[kind] = (run.care[kind][0], AGAIN)
        result = run.around.act(DUTY, MappingProxyType({**run.slots, "crisis_kind": UNSURE}))
        run.events.extend(result.events)


def help_given(run: Run, kind: str) -> None:
    run.care[kind] = (_at(run.around.now), HELP)


def taken_back(run: Run, command: TakenBack) -> bool:
    """Says so kindly; nothing of the kind is said again for the same thing, and nobody is alerted for it."""
    for kind, given in run.care.items():
        if lately(run.care, kind, run.around.now):
            run.care[kind] = (given[0], BACK)
    if TAKEN_BACK in run.book.responses:
        run.say(TAKEN_BACK)
    return True


def _at(now: datetime | None) -> str:
    return now.isoformat() if now else ""
