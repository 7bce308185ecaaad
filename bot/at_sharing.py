"""Answers at "shall we share this?" that are neither a plain yes nor a plain no: a condition is kept, and it is asked again."""

from __future__ import annotations

from bot.consenting import SHARE, is_a_line
from bot.flows.commands import Command, Correct, SetSlot, StartFlow
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.recognisers.by_the_way import gives_an_address
from bot.nlu.recognisers.said import says_of
from bot.nlu.recognisers.text import bag, clean, words

CHANGES = bag("change changed changing wrong correct correction mistake edit")
"""Words of putting an answer right: no condition."""
TOLD_HEALTH = ["rather_not_say"]
"""What stands on the card for health once it is left out."""


def at_sharing(heard: Heard, state: DialogueState) -> list[Command]:
    """Keeps what the yes hangs on; nothing where the words are a plain answer, a question, or about something else."""
    asked = heard.expecting
    if asked is None or asked.slot != SHARE or heard.inbound.kind != "text" or heard.acts:
        return []
    if is_a_line(heard.text, asked) or CHANGES & set(words(clean(heard.text))):
        return []
    if says_of("sharing", "without_health", heard.text) and state.slots.get("health") not in (None, TOLD_HEALTH):
        return [StartFlow("pattern_without_health"), Correct("health", TOLD_HEALTH)]
    names_them = says_of("sharing", "not_them", heard.text)
    conditions = "?" not in heard.text and says_of("sharing", "on_condition", heard.text)
    if not (names_them or conditions or gives_an_address(heard.text)):
        return []
    about = "who_sees" if names_them or says_of("sharing", "team_only", heard.text) else "other"
    return [
        SetSlot("condition_said", heard.text),
        SetSlot("condition_about", about),
        StartFlow("pattern_on_condition"),
    ]
