"""`Heard` (bot/hearing.py) -> commands: pure, against the state that is locked.

Order of rights: crisis, opt-out, an answer to the open question, repair said plainly, facts volunteered,
what the trained model thinks, and last "not understood".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot import after_doors
from bot.another_way import at_how_to_talk
from bot.answer_first import who_we_are_first, with_the_answer_first
from bot.asks import (
    ASIDES,
    SURE,
    asks,
    is_no_answer,
    is_short,
    says_too_little,
    speaks_of_times,
    with_language,
    with_rights_at_work,
    without_a_wrong_guess,
)
from bot.at_sharing import leaves_name_out
from bot.at_the_check import at_the_check
from bot.by_the_way import beside, goes_on, where
from bot.care import asks_to_go_on, says_yes, taken_back, told_beside, with_care
from bot.clarifying import about_options, about_times, about_wishes, without_the_denied
from bot.condolence import with_condolence
from bot.consenting import only_if_meant, they_agree
from bot.correcting import asks_to_change, corrections, opening_of
from bot.drink_drugs import with_drink_drugs
from bot.flows.commands import (
    Clarify,
    Command,
    Correct,
    Crisis,
    OptIn,
    OptOut,
    Say,
    SetSlot,
    StartFlow,
    TakenBack,
    Unclear,
)
from bot.flows.definition import Book
from bot.flows.engine import CLARIFY, Expecting
from bot.flows.state import DialogueState
from bot.for_another import keeps_what_is_told_of_them
from bot.hearing import Heard, hear, without_drama_numbers
from bot.nlu.answers import Answer
from bot.nlu.recognisers.said import says_of
from bot.nlu.recognisers.text import bag
from bot.nlu.slot_words import is_mostly_english
from bot.plain_acts import PLAIN_ACTS, SURELY_WHY, asks_why
from bot.pressing import pressed
from bot.told import facts, more_for_lists, tells_nothing_new, times_to_ring, wishes_beside

__all__ = ["SURE", "Heard", "hear", "missed", "read", "without_drama_numbers"]

FREE_WORDS = frozenset({"text", "name", "place", "practice"})
"""Slot types that take nearly any words, so a plain repair phrase is heard before the answer."""
SETTLING_ACTS = frozenset({"affirm", "deny", "unsure", "thanks", "greeting", "goodbye", "smalltalk"})


def read(heard: Heard, state: DialogueState, book: Book, *, stopped: bool = False) -> list[Command]:
    """What the engine is to do about it; `stopped`: the person has said STOP before. Pure."""
    heard = without_a_wrong_guess(heard)
    commands = only_if_meant(
        keeps_what_is_told_of_them(meant(heard, state, book, stopped=stopped), heard, state), heard, state
    )
    commands = with_the_answer_first(commands, heard, state, book)
    commands = with_drink_drugs(with_rights_at_work(commands, heard, state), heard, state, book)
    commands = with_condolence(with_language(commands, heard, state), heard, state)
    return who_we_are_first(with_care(commands, heard, state), state)


ABOUT_A_CALL = frozenset({"call_off", "change_call", "wait", "person", "book_call", "smalltalk", "out_of_scope"})


def without_a_call_to_take_back(heard: Heard, state: DialogueState) -> Heard:
    """ "I do not want phone call", before there is one, says how they want to be helped."""
    wished = "messages" in (heard.values.get("call_needs") or ()) and not heard.acts
    if not wished or state.outcome in {"booked", "call_back"} or heard.intent not in ABOUT_A_CALL:
        return heard
    return replace(heard, intent=None, confidence=0.0, ranking=())


def meant(heard: Heard, state: DialogueState, book: Book, *, stopped: bool) -> list[Command]:
    heard = without_a_call_to_take_back(heard, state)
    if heard.safety:
        return (
            at_the_check(heard, state)
            or they_agree(heard)
            or (goes_back(heard, state, book) if taken_back(heard, state) else [])
            or [*facts(heard, state, book, but=("name",)), Crisis(heard.safety.kind, heard.safety.about)]
        )
    if opened := says_yes(heard, state):
        return [*facts(heard, state, book), *opened]
    if heard.opt_out == "stop" and not heard.inbound.provider_stopped and (kept_on := goes_on(heard)):
        return kept_on
    if heard.opt_out == "stop" or heard.inbound.provider_stopped:
        return [OptOut()]  # also where only the provider took it for STOP: it would let nothing more through
    if heard.opt_out == "start" and stopped:
        return [OptIn()]
    if heard.opt_out == "stop_nudges":
        return [StartFlow("pattern_stop_nudges")]
    if heard.opt_out == "stop_later":
        return [StartFlow("pattern_stop_later")]
    if heard.opt_out == "text_hours" and state.stack:
        return [SetSlot("note_for_coach", heard.text), StartFlow("pattern_text_hours")]
    if heard.inbound.kind == "press":
        return pressed(heard, state, book)
    if heard.inbound.kind == "media" and not heard.text:
        first = not state.stack and not state.slots.get("safe_to_text") and state.outcome is None
        return [*([StartFlow("pattern_start")] if first else []), StartFlow("pattern_media")]  # who we are comes first
    if taken_back(heard, state):
        return goes_back(heard, state, book)
    if state.stack and asks_to_go_on(heard, state):
        return [Say("repeat")]
    aside = leaves_name_out(heard) or at_how_to_talk(heard, state, book)
    aside = aside or asks(heard, state, book) or beside(heard, state, book)
    if aside:
        return aside
    if not state.stack and not picks_a_reading(heard):
        return opening_words(heard, state, book)
    return after_doors.at_coming_back(heard, state, book) or in_conversation(heard, state, book)


def goes_back(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "No I'm fine, I meant my back": goes on kindly at the kept place, or begins."""
    if not state.stack:
        return [TakenBack(), *opening_words(heard, state, book)]
    return [*facts(heard, state, book), *told_beside(heard), TakenBack(), Say("repeat")]


def picks_a_reading(heard: Heard) -> bool:
    """ "Which did you mean?" can be open though no flow is, as after a call is booked."""
    return heard.expecting is not None and heard.expecting.slot == CLARIFY and heard.reading.answer is not None


def opening_words(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """The first words of a conversation, or the first after it ended: keep what they say, then begin."""
    told = facts(heard, state, book)
    told += where(heard) if state.slots.get("postcode") is None else []
    if state.slots.get("expired"):
        return [*told, StartFlow("pattern_expired")]
    begun = state.slots.get("safe_to_text") == "yes"
    if begun and may_want_a_stop(heard):
        return [StartFlow("pattern_ask_stop")]
    if state.outcome in {None, "left"} or not begun:
        wishes = [] if tells_of_oneself(heard, told) else asked_for(heard, state, book, again=False)
        return [*told, StartFlow("pattern_start"), *wishes]
    if "greeting" in heard.acts or heard.intent == "greeting":
        return [*told, StartFlow("pattern_resume")]
    return (
        after_doors.moved(heard, state, book)
        or asked_for(heard, state, book, again=True)
        or after_doors.more_told(heard, state, book)
        or after_doors.listens(heard, state, told)
        or [StartFlow("pattern_resume")]
    )


def tells_of_oneself(heard: Heard, told: list[Command]) -> bool:
    """ "Backs banjaxed, been on the sick since june": who tells us this is in the right place, in whatever English."""
    known = any(isinstance(one, SetSlot) and one.slot in {"work_situation", "health"} for one in told)
    return known and heard.intent == "out_of_scope" and not heard.acts


def asked_for(heard: Heard, state: DialogueState, book: Book, *, again: bool) -> list[Command]:
    """The flow that the words ask for, where it is more than simply beginning."""
    flow = digression(heard, state, book)
    return [StartFlow(flow)] if flow and (again or flow not in BEGINNINGS) else []


def in_conversation(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    expecting, answer = heard.expecting, heard.reading.answer
    if expecting is None:
        return asked_for(heard, state, book, again=True) or [StartFlow("pattern_resume")]
    if heard.acts and (answer is None or expecting.spec.type in FREE_WORDS or not answer.whole):
        return act_commands(heard.acts[0], heard, state, book)
    if may_want_a_stop(heard):
        return [StartFlow("pattern_ask_stop")]
    corrections = corrected(heard, state, book)
    if corrections:
        return corrections
    if answer and accepts(answer, heard, expecting):
        answer = without_the_denied(answer, heard.text)
        which = about_times(expecting, answer, heard.text)
        if which:
            return [*facts_beside(heard, state, book, answer), which]
        return [
            *answered(heard, expecting, answer),
            *facts_beside(heard, state, book, answer),
            *question_beside(heard, book, answer),
        ]
    meant = option_for_intent(heard, expecting)
    if meant is not None:
        return [SetSlot(expecting.slot, meant, said=heard.text)]
    between = about_options(expecting, heard.reading.several, heard.text)
    if between:
        return [between]
    told = [*facts(heard, state, book, but=(expecting.slot,)), *more_for_lists(heard, state)]
    flow = digression(heard, state, book)
    if flow in BEGINNINGS and not heard.acts:
        flow = None  # the questions are under way already
    if heard.intent == "other_language" and is_mostly_english(heard.text):
        flow = None
    if heard.intent in NO_ANSWER and not heard.acts:
        flow = None  # beside facts it is none; alone, chatter counts as a miss, so that it cannot go round for ever
    if flow or told:
        return [*told, *([act_or_flow(heard, flow, state, book)] if flow else [])]
    if heard.intent == "why" and heard.confidence >= SURELY_WHY and not state.crisis:
        return [asks_why(heard.named_slots)]
    return fallback(heard, expecting, book, calm=not state.crisis)


HAVE_A_WAY_OF_THEIR_OWN = frozenset({"call_off", "change_call", "delete_data", "wrong_number"})
"""What may sound like a request to stop, and is answered otherwise."""


def may_want_a_stop(heard: Heard) -> bool:
    """The words may well ask us to stop texting, and are neither an answer nor surely something else: then it is asked."""
    answer, asked = heard.reading.answer, heard.expecting
    if heard.opt_out != "ask_stop" or heard.acts or goes_on(heard) or (asked and asked.slot == "stop_sure"):
        return False
    if asked and (asked.spec.type == "text" or (answer and answer.whole and asked.spec.type not in FREE_WORDS)):
        return False  # what is written for the coach is read by the coach
    return heard.confidence < SURE or heard.intent not in HAVE_A_WAY_OF_THEIR_OWN


def accepts(answer: Answer, heard: Heard, expecting: Expecting) -> bool:
    """Whether a reading that may have used only part of the words is the answer; a sure intent elsewhere says no for free text."""
    if answer.whole and not speaks_of_times(heard, expecting):
        return True
    if is_no_answer(heard, expecting):
        return False
    if expecting.spec.type == "choice" and not expecting.spec.volunteered:
        return answer.first and (
            answer.value != "no" or is_short(heard.text)
        )  # "no not that one, friday" decides nothing
    if expecting.spec.type == "text":
        return True  # anything a person wants to tell; a plain act was heard before
    if expecting.spec.type in FREE_WORDS:
        return not (heard.intent in NOT_WORDS and heard.confidence >= max(RISKY.get(heard.intent, SURE), SURELY_A_WISH))
    return True


BEGINNINGS = frozenset({"pattern_start", "pattern_greeting", "self_referral", "book_call", "pattern_resume"})
RISKY = {
    "wrong_number": 0.9, "delete_data": 0.9, "start_again": 0.9, "on_behalf": 0.88, "goodbye": 0.85, "other_language": 0.85,
    "abuse": 0.8, "my_data": 0.8, "call_off": 0.8, "change_call": 0.75, "correct": 0.75,
}  # fmt: skip
"""Intents that end or turn the conversation: they need more certainty than a question that is merely answered."""
SURELY_A_WISH = 0.9
"""Where nearly any words are an answer, a wish needs more certainty: "Dr Whatsit's" asks nothing."""
ONE_WORD = 0.9
"""A word alone that no reader knows says little of what is wanted."""
NO_ANSWER = frozenset({"out_of_scope", "smalltalk", "greeting"})


NOT_WORDS = bag(
    "why back repeat start_again person who cost robot wrong_number on_behalf will_they_know benefits fit_note do_i_have_to "
    "how_long who_sees show_answers wait my_data delete_data abuse call_off change_call correct skip"
)


def answered(heard: Heard, expecting: Expecting, answer: Answer) -> list[Command]:
    also: list[Command] = [SetSlot(slot, value) for slot, value in answer.also.items()]
    return [*also, SetSlot(expecting.slot, answer.value, said=heard.text)]


def facts_beside(heard: Heard, state: DialogueState, book: Book, answer: Answer) -> list[Command]:
    if answer.whole or heard.expecting is None or heard.expecting.spec.type in FREE_WORDS - {"name"}:
        return [*times_to_ring(heard), *wishes_beside(heard, state)]
    return [*facts(heard, state, book, but=(heard.expecting.slot,)), *more_for_lists(heard, state)]


def option_for_intent(heard: Heard, expecting: Expecting) -> str | None:
    """The option that stands for what the model heard: content writes "intent:book_call" among its other wordings."""
    wanted = f"intent:{heard.intent}"
    if heard.intent is None or heard.confidence < SURE:
        return None
    return next((value for value, _, also in expecting.choices if wanted in also), None)


def question_beside(heard: Heard, book: Book, answer: Answer) -> list[Command]:
    """An answer and a question in one message: the answer is kept, the question is answered."""
    words = heard.expecting is not None and heard.expecting.spec.type in FREE_WORDS
    if not answer.whole and not words and says_of("questions", "must_not_know", heard.text):
        return [StartFlow("pattern_will_they_know")]
    asks = "?" in heard.text or (heard.confidence >= 0.8 and not words)  # the name of a surgery is no question
    if answer.whole or not asks or heard.intent not in ASIDES or heard.confidence < SURE:
        return []
    flow = book.triggers.get(heard.intent or "")
    return [StartFlow(flow)] if flow else []


def corrected(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Actually my postcode is …", "change my age": an earlier answer changed, or asked again."""
    says_so = "correct" in heard.acts or (heard.intent == "correct" and heard.confidence >= RISKY["correct"])
    answer, current = heard.reading.answer, heard.expecting.slot if heard.expecting else None
    if answer and answer.whole and heard.expecting and heard.expecting.spec.type not in FREE_WORDS and not says_so:
        return []  # a valid answer to the open question wins
    if heard.now is None:
        return []
    sure = says_so or opening_of(heard.text).sure
    if heard.expecting and heard.expecting.spec.type == "text" and not sure:
        return []  # whatever is said there is the answer
    changed = corrections(heard.text, heard.values, heard.named_slots, state, book, heard.now, current, says_so=says_so)
    if state.outcome == "booked" and (changed or sure):
        return [StartFlow("pattern_correct")]  # the team has it already: the coach is told
    if changed:
        return list(changed)
    if (sure or heard.intent == "correct") and tells_nothing_new(heard, state):
        return [StartFlow("pattern_known")]
    named = [slot for slot in heard.named_slots if state.slots.get(slot) is not None and slot != current]
    asks = says_so or (named and asks_to_change(heard.text))
    return [Correct(named[0])] if named and asks else []


def digression(heard: Heard, state: DialogueState, book: Book) -> str | None:
    """The flow that repair words or a sure intent call for."""
    for act in heard.acts:
        if act in book.triggers:
            return book.triggers[act]
    if says_too_little(heard):
        return None
    if (
        heard.intent
        and heard.confidence >= (RISKY.get(heard.intent, SURE) if " " in heard.text.strip() else ONE_WORD)
        and heard.intent not in {"about_me", "affirm", "deny", "unsure", "out_of_scope"}
        and not (heard.intent == "correct" and not answers_given(state))
    ):
        return book.triggers.get(heard.intent)
    if heard.intent == "out_of_scope" and heard.confidence >= 0.75:
        return book.triggers.get("out_of_scope")
    return None


def answers_given(state: DialogueState) -> bool:
    """Whether there is anything to change: "Gary, 43" as the first words corrects nothing."""
    return any(state.slots.get(slot) is not None for slot in CAN_BE_CHANGED)


CAN_BE_CHANGED = bag("work_situation postcode place age health barriers name phone opening")


def act_or_flow(heard: Heard, flow: str, state: DialogueState, book: Book) -> Command:
    intent = heard.intent if not heard.acts else heard.acts[0]
    return PLAIN_ACTS.get(intent or "") or StartFlow(flow)


def act_commands(act: str, heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    if act == "correct":
        return corrected(heard, state, book) or [StartFlow("pattern_correct")]
    if act == "why":
        return [asks_why(heard.named_slots)]
    plain = PLAIN_ACTS.get(act)
    if plain:
        return [plain]
    flow = book.triggers.get(act)
    if flow:
        return [StartFlow(flow)]
    return fallback(heard, heard.expecting, book)


FEWEST_WORDS = 3
"""Fewer words that no reader knows are a slip, and say nothing of what is wanted."""


def which_wish(heard: Heard, book: Book) -> Clarify | None:
    """The likeliest wishes, asked about once: not where that was just asked, nor of a word or two."""
    if heard.expecting and heard.expecting.spec.type in FREE_WORDS:
        return None  # whatever was said there was meant as the answer
    if heard.asked_which or (len(heard.text.split()) < FEWEST_WORDS and "?" not in heard.text):
        return None
    return about_wishes(heard.ranking, book)


def fallback(heard: Heard, expecting: Expecting | None, book: Book, *, calm: bool = True) -> list[Command]:
    """Yes, no and "dunno" as the model heard them, where the question takes them; else not understood."""
    words = {"affirm": "yes", "deny": "no"}
    if expecting and heard.intent in words and heard.confidence >= SURE:
        value = words[heard.intent]
        if expecting.spec.type == "yes_no" or value in {value for value, _, _ in expecting.choices}:
            return [SetSlot(expecting.slot, value, said=heard.text)]
    wished = which_wish(heard, book) if calm else None
    known = bool(heard.values)  # "my back's bad", told again: nothing there failed to look like a name
    return [wished or Unclear(None if known else heard.reading.hint)]


def missed(commands: Sequence[Command]) -> bool:
    """Whether the message was not understood: kept for review, and counted."""
    return any(isinstance(command, Unclear) for command in commands)
