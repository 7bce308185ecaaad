"""Asked for somebody else: heard by the rules alone, and what was said of them kept until they agree, but for their health."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from bot.condolence import mourns
from bot.flows.commands import Command, SetSlot, StartFlow
from bot.flows.definition import Book
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.recognisers import read_age, read_months, read_postcode, read_situation
from bot.nlu.recognisers.age import read_their_age
from bot.nlu.recognisers.lexicon import word_set
from bot.nlu.recognisers.said import said_of, says_of
from bot.nlu.recognisers.text import bag, clean, words
from bot.nlu.recognisers.whose import as_own

ON_BEHALF, TOLD, AGREE = "pattern_on_behalf", "told_of_them", "they_agree"
OWN = bag("i im ive id ill me myself")
LIKELY = 0.6
"""From this belief of the model on, "my wife is off work", in the midst of one's own words, is asked about."""
PARTS = re.compile(
    r"[,.;!?\n]| - | (?:and|but|so|who|because|cos|as) |(?= (?:hes|shes|he|she|theyre|he's|she's) )", re.IGNORECASE
)
INTRODUCES = re.compile(
    r"^(?:(?:hi|hello|hey|hiya)\b[ ,.!]*)?(?:im|i'm|i am|my name is|my names) [a-z]+[ ,.!]+", re.IGNORECASE
)
"""Who writes says who they are first, and then speaks of somebody else."""
PROFESSIONAL = re.compile(r"refer|patient|client|staff|service user|one of (?:my|our)", re.IGNORECASE)
OPEN_TO_IT = frozenset({"safe_to_text", "work_situation", "postcode", "age"})
"""Questions at which somebody may still say that it is not for them."""
DROPPED = bag("work_situation age name health barriers months_out_of_work postcode own_words ends")


@cache
def kin() -> re.Pattern[str]:
    """ "My lad", "our sister emma", "a patient": the word, and perhaps a name after it."""
    named = "|".join(sorted(word_set("for_another", "kin")))
    return re.compile(
        rf"\b(?:my|our|me|the|a|an|old|younger|older|eldest|youngest|best) (?:{named})s?\b", re.IGNORECASE
    )


@cache
def aged() -> re.Pattern[str]:
    """ "My lad 19", "our emma who is 24": an age just after the word."""
    return re.compile(rf"{kin().pattern}(?: \w+)?,?(?: (?:is|whos|who is|aged|age|hes|shes))? (\d\d)\b", re.IGNORECASE)


def asks_for_another(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "My husband has had a stroke and wants to drive again", "how do we refer?": whether they agree is asked first."""
    asked = heard.expecting
    settled = state.slots.get("for_someone_else") or state.slots.get(AGREE) or state.outcome is not None
    if settled or heard.acts or heard.inbound.kind != "text" or (asked is not None and asked.slot not in OPEN_TO_IT):
        return []
    if not is_for_another(heard):
        return []
    begun: list[Command] = [] if state.stack else [StartFlow("pattern_start")]
    return [*begun, StartFlow(ON_BEHALF)]


def without_own(text: str) -> list[str]:
    """The parts of a message in which nobody speaks of themself."""
    rest = (part.strip() for part in PARTS.split(INTRODUCES.sub("", text)))
    return [part for part in rest if part and not OWN & set(words(clean(part)))]


def is_for_another(heard: Heard) -> bool:
    text = INTRODUCES.sub("", clean(heard.text))
    found = kin().search(text)
    if found is None and not PROFESSIONAL.search(text):
        return False
    kinds = said_of("for_another", ("oneself", "professional"), text)
    if kinds:
        return "oneself" not in kinds
    if found is None or (mourns(text) and not asks_outright(text)):
        return False
    before, after = text[: found.start()], text[found.end() :]
    own = bool(OWN & set(words(text)))
    asks = before and says_of("for_another", "asks", last_words(before)) and not caring(before)
    if asks and (not OWN & set(words(after)) or heard.intent == "on_behalf"):
        return not own or heard.intent == "on_behalf" or asks_outright(before)
    needs = says_of("for_another", "needs", after)
    return needs and (not own or (heard.intent == "on_behalf" and heard.confidence >= LIKELY))


def last_words(before: str) -> str:
    return " ".join(before.split()[-6:])


def asks_outright(before: str) -> bool:
    """ "Im asking for my mum": the "I" is who writes."""
    return bool({"asking", "texting", "writing", "messaging", "behalf", "enquiring", "referring"} & set(words(before)))


def caring(before: str) -> bool:
    """ "Carer for my dad", "looking after my mum": one's own work, and no request."""
    return bool(CARING & set(words(before)))


CARING = bag(
    "care cares caring carer carers look looking looks cook cooking responsible shop shopping live living work works working"
)


def keeps_what_is_told_of_them(commands: list[Command], heard: Heard, state: DialogueState) -> list[Command]:
    """Whose answers these are is not known yet: nothing of them fills an answer, and nothing of anybody's health is kept.

    What else was said of the other person waits until they agree, so that it need not be asked again.
    """
    if state.slots.get("for_someone_else"):
        return commands
    if StartFlow(ON_BEHALF) in commands:
        others = [one for one in commands if not (isinstance(one, SetSlot) and one.slot in DROPPED)]
        told = dict(of_them(heard.text, heard.now)) if heard.now else {}
        return [SetSlot(TOLD, {**earlier(state), **told}), *others] if told else others
    if any(isinstance(one, SetSlot) and one.slot == AGREE and one.value == "yes" for one in commands):
        return [*taken_up(state), *commands]
    return commands


def earlier(state: DialogueState) -> Mapping[str, Any]:
    told = state.slots.get(TOLD)
    return told if isinstance(told, dict) else {}


def taken_up(state: DialogueState) -> Iterator[Command]:
    """What was told of them, as answers to the questions that are still to come."""
    told = {slot: value for slot, value in earlier(state).items() if state.slots.get(slot) is None}
    yield from (SetSlot(slot, value) for slot, value in told.items())
    if "work_situation" in told:
        yield SetSlot("whose_answers", "theirs")


def of_them(text: str, now: datetime) -> Iterator[tuple[str, Any]]:
    """Work, how long out of it, age and postcode of the other person; never of who writes, and never their health."""
    theirs = ", ".join(without_own(text))
    age = aged().search(clean(text))
    told_age = read_their_age(text) or read_age(theirs, now.date(), False)
    if age:
        yield "age", int(age[1])
    elif told_age:
        yield "age", told_age.value
    spoken = as_own(", ".join(without_own(text)))
    work = read_situation(spoken, own_only=False)
    if work and work.sure and work.value != "other":  # "had to leave her apprenticeship" may be anything
        yield "work_situation", work.value
        months = read_months(spoken, now.date(), False)
        if months and months.sure and work.value != "in_work":
            yield "months_out_of_work", months.value
    postcode = read_postcode(theirs)
    value: Any = postcode.value if postcode and postcode.sure else {}
    if value.get("postcode"):
        yield "postcode", value["postcode"]
