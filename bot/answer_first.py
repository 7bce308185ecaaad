"""An answer that stands first, and a question after it: "Dean. will my probation officer hear?", "1 and 2 but who sees this".

Whatever the whole was taken for, the answer is kept and the question is answered: nobody is asked twice, and nobody is
left without a word.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.asks import ANSWERED, ANSWERS, ASIDES, asks
from bot.flows.commands import Clarify, Command, Correct, SetSlot, StartFlow, Unclear
from bot.flows.definition import Book
from bot.flows.engine import CLARIFY, Expecting
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.answers import Reading, read_answer
from bot.nlu.recognisers.scope import opens_as_a_question

_NUMBERS = re.compile(
    r"\s*(?P<answer>\d(?:[\s,&+]*(?:and\s+|n\s+)?\d)*)\b(?!\s*(?:am|pm|a\.m|p\.m|o'?clock)\b)[\s.,;:)-]*(?P<rest>\D.*)",
    re.I | re.S,
)
_FIRST = re.compile(
    r"\s*(?P<answer>[^.,;!?]{1,60}?)(?:\s*[.,;!]\s*|\s+-+\s+|\s+(?=but\b|tho\b|though\b))(?P<rest>\S.*)", re.I | re.S
)
_LEADS_IN = re.compile(
    r"(?:(?:but|tho|though|and|so|ok|also|just|btw|um|er|erm|pls|please|plz|question|first)\b[\s,.:-]*)+", re.I
)
KINDS = frozenset({"choice", "choices", "age", "postcode", "phone", "name", "duration", "number", "opening"})
DECIDED_ALONE = frozenset({"consent_share", "they_agree", "stop_sure", "safe_here", CLARIFY})
"""What is agreed to, and which of two things was meant: with a question beside it, it is asked again."""
MORE_ANSWERS = frozenset({"pattern_which_coach", "pattern_my_call"})


def with_the_answer_first(commands: list[Command], heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """The commands, with the answer where only the question was heard, or the question where only the answer was."""
    parts = parted(heard)
    if parts is None or heard.safety or heard.opt_out or heard.acts or not state.stack:
        return commands
    expecting, answer, rest = parts
    if any(isinstance(one, Clarify | Correct | Unclear) for one in commands):
        return commands
    answered = any(isinstance(one, SetSlot) and one.slot == expecting.slot for one in commands)
    started = [one.flow for one in commands if isinstance(one, StartFlow)]
    if answered and not started:
        return [*commands, *question_in(rest, heard, state, book)]
    if not answered and started and set(started) <= answering(book):
        found = read_answer(answer, expecting, heard.now).answer if heard.now else None
        if found and found.whole:
            also: list[Command] = [SetSlot(slot, value) for slot, value in found.also.items()]
            return [*also, SetSlot(expecting.slot, found.value, said=answer), *commands]
    return commands


def parted(heard: Heard) -> tuple[Expecting, str, str] | None:
    """The open question, the words before the first stop, and those after it, where these ask something."""
    asked = heard.expecting
    if heard.inbound.kind != "text" or asked is None or asked.spec.type not in KINDS or asked.slot in DECIDED_ALONE:
        return None
    found = (_NUMBERS.fullmatch(heard.text) if asked.choices else None) or _FIRST.fullmatch(heard.text)
    if found is None:
        return None
    rest = _LEADS_IN.sub("", found["rest"], count=1) if _LEADS_IN.match(found["rest"]) else found["rest"]
    return (asked, found["answer"], rest) if opens_as_a_question(rest) or "?" in rest else None


def question_in(rest: str, heard: Heard, state: DialogueState, book: Book) -> Sequence[Command]:
    """What answers the words after the answer, by the lists of questions alone: the model has judged the whole."""
    alone = replace(heard, text=rest, reading=Reading(), values={}, intent=None, confidence=0.0, ranking=())
    return [one for one in asks(alone, state, book) if isinstance(one, StartFlow) and one.flow in answering(book)]


def answering(book: Book) -> frozenset[str]:
    """The flows that only answer, and lead back to the open question."""
    asides = {book.triggers[intent] for intent in ASIDES - {"show_answers", "local_help"} if intent in book.triggers}
    return frozenset({*asides, *ANSWERS.values(), *ANSWERED.values(), *MORE_ANSWERS})


def who_we_are_first(commands: list[Command], state: DialogueState) -> list[Command]:
    """Facts alone, from somebody who has not yet heard who we are: "Deaf, I use BSL" begins as any first message does."""
    begun = state.stack or state.outcome is not None or state.slots.get("safe_to_text") is not None
    facts_alone = bool(commands) and all(isinstance(one, SetSlot) for one in commands)
    return commands if begun or not facts_alone else [*commands, StartFlow("pattern_start")]
