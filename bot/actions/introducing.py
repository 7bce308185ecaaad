"""Somebody's number was passed on to us by a professional: who did, and what need not be asked again."""

from __future__ import annotations

from typing import Any

from bot.actions.doing import Doing, Slots, result
from bot.flows.engine import ActionResult
from services import introductions


def find_introduction(doing: Doing, slots: Slots) -> ActionResult:
    """Who passed the number on; somebody, where that is not kept any more."""
    row = introductions.of(doing.session, doing.conversation.id)
    by = row.by if row else "other"
    return result(introduced_by=by, introduced_who=doing.title("introduced_by", by))


def take_introduction(doing: Doing, slots: Slots) -> ActionResult:
    """The name and the postcode that came with the number, where the person has not said them: both can be changed."""
    return result(**{slot: value for slot, value in passed_on(doing, slots).items() if slot != "note"})


def passed_on(doing: Doing, slots: Slots) -> dict[str, str]:
    """What came with the number and is not among the person's own answers."""
    row = introductions.of(doing.session, doing.conversation.id)
    told = {"name": row.name, "postcode": row.postcode, "note": row.note} if row else {}
    return {slot: value for slot, value in told.items() if value and slots.get(slot) is None}


def for_the_card(doing: Doing) -> dict[str, Any]:
    """What the coach is told: who passed the person on, and their note."""
    row = introductions.of(doing.session, doing.conversation.id)
    told = {"introduced_by": row.by, "introduced_note": row.note} if row else {}
    return {name: value for name, value in told.items() if value}
