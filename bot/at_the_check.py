"""Answers to "is it safe to text?", the one question of crisis help: in any words, and with a way on for whoever was misheard."""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.flows.commands import Command, SetSlot, Unclear
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.answers import Reading
from bot.nlu.recognisers.by_the_way import says, says_plainly
from bot.safety import MILDLY, SafetyHit

CHECK = "abuse_safe"
SAME_MOMENT = timedelta(minutes=10)
"""As long as an alert counts for the same one (services/duty.py): after that the words are a new alarm."""
ABOUT_A_VISIT = frozenset({"at-the-door", "here-now", f"{MILDLY}-harm_by_others"})
"""What says no more than who is near, or next to nothing: whoever tells us why they came has answered it."""


def at_the_check(heard: Heard, state: DialogueState) -> list[Command]:
    """The answer that the words give; nothing where another question is open, or another crisis is heard.

    Words that would raise the alarm which is being asked about raise no second one: the check is put again, and counted.
    """
    hit = heard.safety or (heard.maybe if heard.maybe and heard.maybe.kind == "harm_by_others" else None)
    if heard.expecting is None or heard.expecting.slot != CHECK or (hit and hit.kind != "harm_by_others"):
        return []
    value = in_words(heard.text, hit) or (said_first(heard.reading) if hit else None)
    if value:
        return [SetSlot(CHECK, value, said=heard.text)]
    return [Unclear()] if hit and same_moment(heard, state) else []


def in_words(text: str, hit: SafetyHit | None = None) -> str | None:
    """yes, no or mistaken, as far as it is said outright. What is not safe outweighs what is fine; so does a named harm."""
    if says("not_safe_now", text) or says_plainly("shared_phone", text):
        return "no"
    harm_named = hit is not None and hit.phrase_id not in ABOUT_A_VISIT
    if says("a_visit", text) and not harm_named:
        return "mistaken"
    if says("near_now", text) or (hit and hit.phrase_id == "here-now"):
        return "no"
    if harm_named:
        return None
    if says_plainly("no_danger", text) or says_plainly("not_meant", text):
        return "mistaken"
    return "yes" if says_plainly("safe_now", text) else None


def said_first(reading: Reading) -> str | None:
    """The "yes" or "no" that the message opens with."""
    answer = reading.answer
    return str(answer.value) if answer and (answer.whole or answer.first) else None


def same_moment(heard: Heard, state: DialogueState) -> bool:
    if heard.now is None or state.asked_at is None:
        return False
    return heard.now - datetime.fromisoformat(state.asked_at) < SAME_MOMENT
