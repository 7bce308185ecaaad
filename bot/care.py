"""Words that may speak of a crisis, or only sound like it: the line beside their answer, a "yes" to it, and what is taken back."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from functools import cache

from bot.at_the_check import CHECK
from bot.flows.commands import Care, Command, Crisis, Say, SetSlot, TakenBack, Unclear
from bot.flows.engine_care import lately
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.recognisers.by_the_way import says_plainly
from bot.nlu.recognisers.said import is_all_of
from bot.nlu.recognisers.text import clean, words
from bot.safety_lists import FOLDER, load_yaml

STILL_THE_SAME = timedelta(hours=1)
"""So long after help, words that are taken back as they are said ("I was joking about the sea") are about the same thing."""
FACTS = frozenset({"postcode", "phone", "age", "duration"})
"""Answers that can only be what they are, also in the same breath as "I was only joking"."""


WITH_WHAT = re.compile(
    r"\s+(?:(?:with|from|to|2|on|wiv)\s+)?(?:where (?:we|i) (?:were|was|left off)"
    r"|(?:(?:the|this|that|my|these|those|all)\s+)?(?:rest of\s+)?(?:the\s+|my\s+|this\s+)?"
    r"(?:it|this|that|questions?|form|chat|rest|others?|stuff|answers|referral|one|q|qs))(?:\s+(?:now|pls|plz|please|then|x+))*\W*$"
)
"""What there is to go on with, at the end of "can we carry on with the questions"."""


def with_care(commands: list[Command], heard: Heard, state: DialogueState) -> list[Command]:
    """The commands, and the line beside them where the words may speak of a crisis.

    Words that answer nothing are then no mistake: the question is put again as it was.
    """
    if heard.maybe is None or any(settles(command) for command in commands):
        return commands
    line = Care(heard.maybe.kind, heard.maybe.about)
    unclear = bool(commands) and all(isinstance(command, Unclear) for command in commands)
    if unclear and not lately(state.care, line.kind, heard.now):
        return [Say("repeat"), line]
    return [*commands, line]


def settles(command: Command) -> bool:
    """Help is given in full, or what was taken for a crisis has been taken back."""
    mistaken = isinstance(command, SetSlot) and (command.slot, command.value) == (CHECK, "mistaken")
    return mistaken or isinstance(command, Crisis | TakenBack)


def only_care(heard: Heard, state: DialogueState) -> list[Command]:
    """For somebody who has said STOP, or whom a coach is talking with: the line or the help, and nothing else."""
    return says_yes(heard, state) or with_care([], heard, state)


def says_yes(heard: Heard, state: DialogueState) -> list[Command]:
    """ "Yes I am", said to the line: the whole help. A bare "yes" is for the question beside it, where that takes one."""
    if state.offered is None or heard.safety:
        return []
    said = " ".join(words(clean(heard.text)))
    taken = heard.expecting is not None and heard.reading.answer is not None
    if said not in answers()["owns_up"] and (taken or said not in answers()["yes"]):
        return []
    kind, _, about = state.offered.partition(":")
    return [Crisis(kind, about or None)]


def taken_back(heard: Heard, state: DialogueState) -> bool:
    """Whether they say that what was taken for a crisis was none. What a phrase list knows as certain is never talked away."""
    if heard.safety and heard.safety.layer == "patterns":
        return False
    if heard.expecting is not None and heard.expecting.slot == CHECK:
        return False
    hit = heard.safety or heard.maybe
    again = hit is not None and any(lately(state.care, kind, heard.now, STILL_THE_SAME) for kind in state.care)
    if not (state.crisis or state.offered or again):
        return False
    if says_plainly("not_meant", heard.text) or says_plainly("no_danger", heard.text):
        return True
    said = " ".join(words(clean(heard.text)))
    return state.offered is not None and said in answers()["no"] and heard.reading.answer is None


def asks_to_go_on(heard: Heard, state: DialogueState) -> bool:
    """ "Can we carry on", after crisis help: it takes nothing back, and answers nothing. The check has its own way on."""
    at_check = heard.expecting is not None and heard.expecting.slot == CHECK
    said = WITH_WHAT.sub("", clean(heard.text).casefold())
    return bool(state.crisis) and not at_check and is_all_of("by_the_way", "goes_on_now", said)


def told_beside(heard: Heard) -> list[Command]:
    """ "Only joking. 34": the answer that can only be what it is."""
    asked, answer = heard.expecting, heard.reading.answer
    if asked is None or answer is None or asked.slot in heard.values or asked.spec.type not in FACTS:
        return []
    return [SetSlot(asked.slot, answer.value, said=heard.text)]


@cache
def answers() -> Mapping[str, frozenset[str]]:
    """Whole messages that answer the line (nlu_data/safety/care.yml)."""
    return {
        kind: frozenset(" ".join(words(clean(str(way)))) for way in ways)
        for kind, ways in load_yaml(FOLDER / "care.yml").items()
    }
