"""Requests about the open question itself: why, say it again, go back, leave it out."""

from __future__ import annotations

from collections.abc import Sequence

from bot.flows.commands import Back, Command, Say, Skip

PLAIN_ACTS: dict[str, Command] = {
    "why": Say("why"), "means": Say("means"), "repeat": Say("repeat"), "back": Back(), "skip": Skip(),
}  # fmt: skip
SURELY_WHY = 0.8
"""From this belief on a question why is answered, not asked about."""


def asks_why(named_slots: Sequence[str]) -> Say:
    """ "Why do they need my age?" is about that, whatever is asked now."""
    return Say("why", about=next(iter(named_slots), None))
