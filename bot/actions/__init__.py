"""The names a flow may call, each a thin call into services."""

from __future__ import annotations

from bot.actions import (
    booking,
    checking_in,
    introducing,
    looking_back,
    offering,
    places,
    signposting,
    transferring,
    waiting,
    wishes,
)
from bot.actions.catalogue import SPECS
from bot.actions.doing import Action, Doing, Slots
from bot.flows.engine import ActionResult

__all__ = ["ACTIONS", "SPECS", "act", "helpline"]

MODULES = (
    places,
    booking,
    offering,
    checking_in,
    transferring,
    waiting,
    signposting,
    wishes,
    looking_back,
    introducing,
)
ACTIONS: dict[str, Action] = {
    name: getattr(module, name) for name in SPECS for module in MODULES if hasattr(module, name)
}


def act(doing: Doing, name: str, slots: Slots) -> ActionResult:
    """Run one action by the name the flow gives it. KeyError cannot happen with a checked book."""
    return ACTIONS[name](doing, slots)


def helpline(doing: Doing, key: str) -> str:
    """A number of the one signed table, for the nation the person is in."""
    nation = str(doing.state.slots.get("nation") or "england")
    return doing.parts.directory.helpline(key, nation)
