"""Questions that are answered wherever they are asked: a complaint, rights at work, a word with the boss, the DWP, one's call."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.condolence import mourns
from bot.flows.commands import Clarify, Command, Correct, SetSlot, StartFlow, Unclear
from bot.flows.definition import SHARED, Book
from bot.flows.engine import Expecting
from bot.flows.state import DialogueState
from bot.for_another import is_for_another
from bot.hearing import Heard
from bot.languages import language_asked_for, language_of
from bot.nlu.answers import read_answer
from bot.nlu.recognisers.by_the_way import phone_is_hard, read_call_needs
from bot.nlu.recognisers.phone import read_phone
from bot.nlu.recognisers.said import said_of, says_of
from bot.nlu.recognisers.scope import opens_as_a_question
from bot.nlu.recognisers.situation import is_of_another
from bot.nlu.recognisers.text import bag, clean, words
from bot.told import wants_a_certain_coach

OTHER_WAYS = "pattern_other_ways"
ANSWERS: Mapping[str, str] = {
    "go_between": "pattern_go_between",
    "dwp_gets": "pattern_dwp",
    "is_it_real": "pattern_is_it_real",
    "caller_number": "pattern_caller_number",
    "send_media": "pattern_media",
    "no_app": "pattern_no_app",
    "other_ways": OTHER_WAYS,
    "for_people_like_me": "pattern_am_i_eligible",
}
ANSWERED: Mapping[str, str] = {
    "benefits_if_not": "pattern_benefits_if_not",
    "sick_pay": "pattern_sick_pay",
    "need_a_note": "pattern_need_a_note",
    "got_my_number": "pattern_got_my_number",
    "i_miss_it": "pattern_i_miss_it",
    "my_choice": "pattern_do_i_have_to",
    "sees": "pattern_who_sees",
    "hard_to_read": "pattern_person",
    "recorded": "pattern_recorded",
    "man_or_woman": "pattern_man_or_woman",
    "with_me": "pattern_with_me",
    "the_call": "pattern_the_call",
    "travel_to_work": "pattern_travel_to_work",
    "getting_there": "pattern_getting_there",
    "covers": "pattern_covers",
    "no_job_or_money": "pattern_no_job_or_money",
}
OWN_ANSWERS = ("rights", *ANSWERED)
HARD_TO_READ = "hard_to_read"
"""Kinds that are looked for together, the first that is said counts."""
MUST_ASK = bag(
    "no_app other_ways send_media for_people_like_me caller_number covers no_job_or_money need_a_note "
    "recorded man_or_woman travel_to_work getting_there"
)
"""Kinds whose words also tell something: they count where the message asks."""
CALLER = "caller_number"
LANGUAGE_SETTLED = frozenset({"interpreter_call", "call_needs", "wish", "call_need_words"})
OWN_WORDS = frozenset({"text", "name", "place", "practice"})


SURE = 0.60
"""From this belief on, what the trained model heard is taken for meant."""
TOLD_BESIDE = bag("health barriers work_situation call_needs")
"""Questions whose answers are also read out of whole sentences; what is sure of them is among the facts."""


def asks_something(heard: Heard) -> bool:
    if heard.intent is None and "?" in heard.text:
        return opens_as_a_question(heard.text)  # without the model: its form tells
    return heard.intent in ASIDES and heard.confidence >= (SURE if "?" in heard.text else SURELY_ASKS)


def is_no_answer(heard: Heard, expecting: Expecting) -> bool:
    """ "Is my old boss going to hear of this?" tells of no trouble with a boss; "any day but wednesday" chooses no kind of call."""
    asked_only = expecting.slot in TOLD_BESIDE and asks_something(heard) and not told_besides(heard, expecting)
    return asked_only or speaks_of_times(heard, expecting)


def speaks_of_times(heard: Heard, expecting: Expecting) -> bool:
    """Where the kind of call is asked: of times, and of no kind."""
    told = expecting.slot == "call_needs" and "standing_wish" in heard.values
    return told and read_call_needs(heard.text, phone=True) is None


def told_besides(heard: Heard, expecting: Expecting) -> bool:
    """ "Off sick, will my boss know?": whether the answer stands apart from the question."""
    before = re.split(r"[,.;!]", heard.text)[:-1]
    apart = (
        any(read_answer(part, expecting, heard.now).answer for part in before if part.strip()) if heard.now else False
    )
    return apart or expecting.slot in heard.values


SURELY_ASKS = 0.8
ASIDES = frozenset(
    {"who", "cost", "robot", "will_they_know", "benefits", "fit_note", "do_i_have_to", "how_long", "who_sees"}
    | {"show_answers", "local_help"}
)
"""Questions that may be answered beside an answer without losing the place or changing anything."""


def asks(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """The flow that answers, before the words are read as anything else; nothing where none of it is asked."""
    if heard.inbound.kind != "text" or not heard.text or heard.acts:
        return []
    flow = flow_for(heard, state)
    if wishes_for_a_way(flow, heard.text):
        return []
    if flow is None:
        return plain_question(heard, state, book)
    known = state.stack or state.slots.get("safe_to_text") == "yes" or state.outcome not in (None, "left")
    begun: list[Command] = [] if known else [StartFlow("pattern_start")]
    needs = needs_told(heard, state) if flow == OTHER_WAYS else []
    return [*facts(heard, state, book), *needs, *begun, StartFlow(flow)]


def wishes_for_a_way(flow: str | None, text: str) -> bool:
    """ "Can we do it on teams", "i'm scared of the phone": another way to talk, though it sounds like a question answered here."""
    if flow == "pattern_the_call":
        return "?" not in text and phone_is_hard(text)
    if flow != ANSWERS["for_people_like_me"]:
        return False
    found = read_call_needs(text)
    ways = set(found.value) if found and isinstance(found.value, list) else set()
    return bool(ways & {"video", "in_person"}) and not ON_CONDITION & set(words(clean(text)))


ON_CONDITION = bag("if when though while as without being people someone somebody anyone self those")
"""With one of these it is asked for whom the help is."""


def needs_told(heard: Heard, state: DialogueState) -> list[Command]:
    """ "I use BSL. Can I do this without a phone?": how they can talk with a coach, told beside the question."""
    needs = heard.values.get("call_needs")
    return [SetSlot("call_needs", needs, said=heard.text)] if needs and state.slots.get("call_needs") is None else []


def plain_question(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Am i still entitled to sick pay" asks, and tells nothing: no fact is read out of it."""
    answer, said = heard.reading.answer, heard.text.casefold().split()
    sure = heard.intent in QUESTIONS and heard.confidence >= SURELY_ASKED and bool(state.stack)
    if (
        not sure
        or (answer and answer.whole)
        or wants_a_certain_coach(heard.text)
        or said[0] not in OPENS_A_QUESTION
        or len(said) > LONGEST_QUESTION
        or "," in heard.text
    ):
        return []
    return [StartFlow(book.triggers[heard.intent or ""])]


QUESTIONS = frozenset({"benefits", "will_they_know", "who_sees", "cost", "fit_note", "how_long"})
OPENS_A_QUESTION = bag(
    "do does did will would can could am is are what which who whos how when shall should may might have has"
)
SURELY_ASKED, LONGEST_QUESTION = 0.9, 12


def flow_for(heard: Heard, state: DialogueState) -> str | None:
    text, asked = heard.text, heard.expecting
    if says_of("questions", "complaint", text):
        if says_of("questions", "jobcentre", text):
            return "pattern_jobcentre_complaint"
        if not says_of("questions", "at_work", text):
            return "pattern_complaint"
    own_words = asked is not None and asked.spec.type in OWN_WORDS and "?" not in text and state.outcome not in SHARED
    if state.outcome not in SHARED and not own_words and says_of("questions", CALLER, text) and asked_in(CALLER, text):
        return ANSWERS[CALLER]
    if state.slots.get("safe_to_text") == "yes" and not own_words and says_of("questions", "my_call", text):
        return "pattern_my_call"
    if asked is not None and asked.slot == "consent_share" and says_of("sharing", "not_them", text):
        return None  # a condition, and kept as one
    if heard.expecting is not None and heard.expecting.slot not in LANGUAGE_SETTLED and language_asked_for(text):
        needs = state.slots.get("call_needs")
        known = isinstance(needs, list) and "interpreter" in needs
        return None if known or "interpreter" in (heard.values.get("call_needs") or ()) else OTHER_LANGUAGE
    if asked is not None and asked.slot == "call_needs" and heard.reading.answer:
        return None  # "can it be video" chooses
    own_words = own_words or (asked is not None and asked.spec.type == "text" and "?" not in text)
    said = (flow for kind, flow in ANSWERS.items() if says_of("questions", kind, text) and asked_in(kind, text))
    if own_words:
        return None
    new = said_of("questions", OWN_ANSWERS, text)
    if HARD_TO_READ in new and is_for_another(heard):
        new = new - {HARD_TO_READ}  # "asking for my mate, he cant read": it is not who writes that wants a person
    if "rights" in new:
        return RIGHTS
    answered = (ANSWERED[kind] for kind in OWN_ANSWERS if kind in new and kind in ANSWERED and asked_in(kind, text))
    return next(answered, None) or next(said, None) or about_what_follows(text, state)


def asked_in(kind: str, text: str) -> bool:
    return kind not in MUST_ASK or "?" in text or opens_as_a_question(text)


def about_what_follows(text: str, state: DialogueState) -> str | None:
    """What comes now, and what if nobody rings: once a team has the answers there is something to say."""
    if state.outcome not in SHARED:
        return None
    if says_of("questions", "nobody_rings", text):
        return "pattern_nobody_rings"
    return "pattern_my_call" if says_of("questions", "what_now", text) else None


def facts(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """What else is told, but for how they want to talk: "in writing" may be said of a complaint."""
    return [
        SetSlot(slot, value, said=heard.text)
        for slot, value in heard.values.items()
        if slot != "call_needs"
        and slot in book.slots
        and book.slots[slot].volunteered
        and state.slots.get(slot) is None
    ]


def without_a_wrong_guess(heard: Heard) -> Heard:
    """ "It is your choice" answers only who asks whether they must: the model hears it in many an "if i dont". And who
    gives a number to ring ("her number is ...") is not the wrong person. "Im asking for my daughter" says whose it is."""
    if says_of("questions", "on_behalf", heard.text):
        return replace(heard, intent="on_behalf", confidence=1.0, ranking=())
    a_number = heard.intent == "wrong_number" and read_phone(heard.text) and "wrong" not in heard.text.casefold()
    must_i = heard.intent == "do_i_have_to" and not says_of("questions", "do_i_have_to", heard.text)
    no_note = heard.intent == "fit_note" and not NOTES & set(words(clean(heard.text)))  # "off sick", by itself
    mourning = heard.intent == "on_behalf" and mourns(heard.text)
    leave = heard.intent == "goodbye" and "work_situation" in heard.values  # "mat leave"
    if not (a_number or must_i or mourning or leave or no_note or tells_and_waits_for_nothing(heard)):
        return heard
    return replace(heard, intent=None, confidence=0.0, ranking=())


def tells_and_waits_for_nothing(heard: Heard) -> bool:
    """ "Sleeping in my car": what is hard, and no wish for time, though the model hears one in it."""
    told = "barriers" in heard.values or "health" in heard.values
    return heard.intent == "wait" and told and not PAUSES & set(words(clean(heard.text)))


PAUSES = bag(
    "wait waiting hang hold on sec secs second seconds min mins minute minutes mo moment bit later l8r after brb soon tomorrow tomoz tonight "
    "busy pause break half hour hours hr while think rest reply text txt ring answer finish continue stop till until when ttyl"
)
"""Any of these may put things off; without one nobody has asked for time."""
NOTES = bag("note notes fitnote fitnotes sicknote sicknotes certificate certificates cert line lines med3 slip fit")


def says_too_little(heard: Heard) -> bool:
    """ "Hes at work": where somebody is, and no wish for them. "Manager", by itself: who gives trouble, as likely as who is
    wanted; whoever wants a person says "person" or "human", which are acts."""
    if heard.intent == "on_behalf":
        return is_short(heard.text) and is_of_another(heard.text)
    return heard.intent == "person" and len(heard.text.split()) == 1


def is_short(text: str) -> bool:
    return len(text.split()) <= SHORT


SHORT = 4


def with_rights_at_work(commands: list[Command], heard: Heard, state: DialogueState) -> list[Command]:
    """Who is losing a job, or asks what an employer may do, hears once who knows the law, beside all else."""
    if heard.safety or heard.inbound.kind != "text" or not wants_rights(heard, state):
        return commands
    commands = [one for one in commands if not (isinstance(one, StartFlow) and one.flow in CHATTER)]
    if any(isinstance(one, StartFlow) and one.flow not in BEGINNINGS for one in commands):
        return commands
    kept = [one for one in commands if not isinstance(one, Unclear | Clarify)]
    return [*kept, StartFlow(RIGHTS)]


RIGHTS = "pattern_rights_at_work"
CHATTER = frozenset({"pattern_smalltalk", "pattern_out_of_scope"})
"""What the model makes of "got sacked today" when it knows no better."""


BEGINNINGS = frozenset({"pattern_start", "pattern_tell_coach", "pattern_expired"})


def with_language(commands: list[Command], heard: Heard, state: DialogueState) -> list[Command]:
    """Which language it is, where somebody asks for another one or for an interpreter: the coach has to know."""
    wants = any(isinstance(one, StartFlow) and one.flow == OTHER_LANGUAGE for one in commands) or says_interpreter(
        commands
    )
    code = language_of(heard.text) if wants and state.slots.get("language") is None else None
    return [SetSlot("language", code), *commands] if code else commands


def says_interpreter(commands: list[Command]) -> bool:
    needs = [one.value for one in commands if isinstance(one, SetSlot | Correct) and one.slot == "call_needs"]
    return any(isinstance(value, list) and "interpreter" in value for value in needs)


OTHER_LANGUAGE = "pattern_other_language"


def wants_rights(heard: Heard, state: DialogueState) -> bool:
    if says_of("questions", "rights", heard.text):
        return True
    told: Any = state.slots.get("rights_told")
    return not told and says_of("questions", "losing_job", heard.text)
