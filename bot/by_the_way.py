"""What a message says beside the questions, heard before it is read as an answer: each rule gives commands or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from bot.another_name import another_name_after_booking
from bot.another_time import BOOK_AGAIN, after_the_questions, moves_the_call, same_time_among_others, time_at_the_check
from bot.another_way import another_way_after_booking, rather_not_by_phone
from bot.at_sharing import at_sharing, leaves_name_out
from bot.at_the_check import at_the_check
from bot.consenting import is_agreed, they_agree
from bot.flows.commands import Command, Correct, Say, SetSlot, Skip, StartFlow, Unclear
from bot.flows.definition import SHARED, Book
from bot.flows.state import DialogueState
from bot.for_another import asks_for_another
from bot.hearing import Heard
from bot.moving import MOVING
from bot.nlu.answers import wish_of
from bot.nlu.nations import nation_named, nation_told
from bot.nlu.recognisers import read_when
from bot.nlu.recognisers.by_the_way import IN_WRITING, read_call_needs, says, says_plainly
from bot.nlu.recognisers.said import says_of
from bot.nlu.recognisers.text import bag, clean, words
from bot.nlu.slot_words import is_mostly_english
from bot.offered import of_the_times_on_offer
from bot.told import WORDS, changed_in_words, facts, how_to_talk, kept_wish, times_to_ring, wants_a_certain_coach
from bot.whereabouts import whereabouts

ANY_TIME = frozenset({"is_it_no", "am_i_eligible"})
"""Acts that are never an answer, whatever is asked: "so its a no?" is not a no."""
SURELY_ELSE = 0.9
"""From this belief on, what is none of our business is no news for the coach either."""
FEWEST_WORDS = 3
"""Fewer words are a slip, thanks or a yes, and no news for the coach."""


def beside(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """The commands of the first rule that knows the message; none when it is for the open question and the flows."""
    for rule in RULES:
        commands = rule(heard, state, book)
        if commands:
            return commands
    return []


def tells_if_it_is_safe(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """The check of crisis help is answered in whatever words come; a plain wish to go elsewhere is heard first."""
    return [] if heard.acts else at_the_check(heard, state)


def speaks_for_another(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    return they_agree(heard)


def they_agree_after_all(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "She says yes now", once they were sent to ask: it is for somebody else, whatever is asked meanwhile."""
    asked = heard.expecting
    waited = state.slots.get("they_agree") == "not_yet" and not state.slots.get("for_someone_else")
    if not waited or asked is None or asked.slot in WHOSE or asked.spec.type == "text" or not is_agreed(heard.text):
        return []
    return [StartFlow("pattern_on_behalf")]


def wants_it_for_oneself(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Actually can we do me instead", where it was for somebody else: asked, before anything is thrown away."""
    if not state.slots.get("for_someone_else") or heard.expecting is None or state.outcome in SHARED:
        return []
    if heard.expecting.spec.type == "text" or heard.expecting.slot in WHOSE:
        return []
    return [StartFlow("pattern_for_me")] if says("for_me_now", heard.text) else []


WHOSE = frozenset({"they_agree", "for_whom", "whose_answers", "phone_whose"})
"""Questions that ask just this."""


def agrees_on_condition(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    return at_sharing(heard, state)


def wants_no_voicemail(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "No voicemail, mam listens": a wish about the call, whatever is asked; a coach who has the answers is told at once.

    Where any words are an answer, a longer message is kept as the answer too.
    """
    asked = heard.expecting
    if (asked is not None and asked.slot == "voicemail_ok") or not says_of("sharing", "no_voicemail", heard.text):
        return []
    if state.outcome in SHARED:
        free = asked is not None and asked.spec.type == "text" and len(heard.text.split()) > SHORT_WISH
        return [
            *([SetSlot(asked.slot, heard.text, said=heard.text)] if asked and free else []),
            StartFlow("pattern_no_voicemail"),
        ]
    if asked is None or asked.spec.type == "text":
        return []
    kept: list[Command] = [] if state.slots.get("voicemail_ok") == "no" else [SetSlot("voicemail_ok", "no")]
    return [*answer_of_its_own(heard), *facts(heard, state, book, but=(asked.slot,)), *kept, Say("repeat")]


SHORT_WISH = 5
"""Words up to which "no voicemail please, thanks" says nothing else."""


def wishes_for_a_coach(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Will the coach be a woman?": put down for the team, or told to it once it has the answers; beside an answer nothing
    more is said."""
    if heard.acts or heard.reading.answer or not wants_a_certain_coach(heard.text):
        return []
    if state.outcome in SHARED and after_the_questions(heard):
        return [SetSlot("note_for_coach", heard.text), StartFlow("pattern_which_coach_booked")]
    free = heard.expecting is None or heard.expecting.spec.type == "text"
    return [] if free or state.outcome in SHARED else [*facts(heard, state, book), StartFlow("pattern_which_coach")]


def calls_off(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "You know what, sod it, call it off", where any words are an answer: a call that nobody wants is no note for the coach.

    It is asked before it is done, so a mistake costs one answer.
    """
    free = heard.expecting is None or heard.expecting.spec.type == "text"
    if not free or state.outcome != "booked" or not says_plainly("calls_it_off", heard.text):
        return []
    return [StartFlow("call_off")]


def asks_what_it_means(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    act = next((act for act in heard.acts if act in ANY_TIME), "")
    if not state.stack and state.outcome in (None, "left"):
        return []  # who we are comes first
    return [StartFlow(book.triggers[act])] if act in book.triggers else []


def somebody_may_read(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Its a shared phone", in the midst of the questions: whether it is safe here is asked again."""
    if not state.stack or heard.expecting is None or state.slots.get("safe_to_text") != "yes":
        return []
    if heard.expecting.spec.type in {"text", "phone"} or heard.expecting.slot in {
        "safe_here",
        "they_agree",
        "phone_whose",
    }:
        return []
    return [StartFlow("pattern_shared_phone")] if says_plainly("shared_phone", heard.text) else []


def goes_on_in_another_language(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """Told that we write English, they answer in their own words: they need the interpreter; once that is known, a miss."""
    if heard.expecting is None or heard.reading.answer or heard.acts or not heard.text:
        return []
    foreign = heard.intent == "other_language" and not is_mostly_english(heard.text)
    if heard.expecting.slot == "interpreter_call":
        if not foreign and (told := facts(heard, state, book)):
            return [*told, Say("repeat")]  # a postcode is no word of another language
        agreed = foreign or says("yes_elsewhere", heard.text) or not is_mostly_english(heard.text)
        return [SetSlot("interpreter_call", "yes", said=heard.text)] if agreed else []
    known = "interpreter" in list_of(state.slots.get("call_needs"))
    return [Unclear(heard.reading.hint)] if foreign and known else []


def lives_elsewhere(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Cardiff", where a postcode is asked: the place is enough."""
    asked = heard.expecting is not None and heard.expecting.slot == "postcode"
    if not asked or heard.reading.answer or nation_named(heard.text) is None:
        return []
    return [SetSlot("postcode", "rather_not_say", said=heard.text), Correct("place", heard.text)]


def tells_whereabouts(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    return whereabouts(heard, state)


def tells_where(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Im in cardiff", "CF10 1EP", before the first question is answered: who lives elsewhere is not asked on."""
    first = heard.expecting is not None and heard.expecting.slot in FIRST_QUESTIONS
    if not first or heard.reading.answer or heard.acts or state.slots.get("postcode") is not None:
        return []
    told = where(heard)
    return (
        [*facts(heard, state, book), *told, StartFlow("pattern_elsewhere")]
        if told or "postcode" in heard.values
        else []
    )


def where(heard: Heard) -> list[Command]:
    """A place outside England that was told instead of a postcode."""
    place = None if "postcode" in heard.values else nation_told(heard.text)
    return [SetSlot("postcode", "rather_not_say", said=heard.text), SetSlot("place", place)] if place else []


FIRST_QUESTIONS = frozenset({"work_situation"})


def tells_a_need(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """How they can talk with a coach, told after it was asked: the call is planned again, or the team is told."""
    kept, needs = state.slots.get("call_needs"), read_call_needs(heard.text)
    if needs and kept is None and heard.intent == "other_language" and "interpreter" not in list_of(needs.value):
        return [*facts(heard, state, book), Say("repeat")]  # "I use BSL" is no word of another language
    asked = heard.expecting is not None and heard.expecting.slot in {"call_needs", "interpreter_call"}
    free = heard.expecting is not None and heard.expecting.spec.type == "text"
    if asked or free or not isinstance(kept, list) or state.outcome in SHARED:
        return []
    together = how_to_talk(kept, heard.text)
    if together is None:
        return []
    told = [*answer_of_its_own(heard), *facts(heard, state, book), *day_beside(heard)]
    return [*told, Correct("call_needs", together or None)]


def day_beside(heard: Heard) -> list[Command]:
    """ "Thursday after 3, and can it be video", at the times: they are looked for anew, on that day."""
    answer = heard.reading.answer
    asked = heard.expecting is not None and heard.expecting.spec.type == "opening"
    wish = answer.also.get("opening_wish") if answer and asked else None
    return kept_wish(wish) if wish else []


def answer_of_its_own(heard: Heard) -> list[Command]:
    """A number or a name that answers the open question in the same message: "text only 07700 900552"."""
    answer = heard.reading.answer
    plain = heard.expecting is not None and heard.expecting.spec.type in {"phone", "postcode", "age", "name"}
    return (
        [SetSlot(heard.expecting.slot, answer.value, said=heard.text)] if answer and plain and heard.expecting else []
    )


def wants_a_call_after_all(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Can you ring me after all", from somebody who is to be written to: they are asked, and then a time is found."""
    promised = state.outcome == "call_back" and state.slots.get("call_kind") == "messages"
    told_more = "phone" in heard.values or "name" in heard.values or len(heard.text.split()) > LONGEST_WISH
    if not promised or told_more or heard.acts or not after_the_questions(heard):
        return []
    said = set(words(clean(heard.text)))
    rings = wants_a_ring(heard.text) and (not DENIES & said or IN_WRITING & said)
    if not (rings or says_plainly("a_call_after_all", heard.text)):
        return []
    return [*times_to_ring(heard), StartFlow("book_call")]


LONGEST_WISH = 12
"""Words: with more of them there is news in it, which the coach reads."""
DENIES = bag("not dont never wont no without")
"""With one of these no call is wished for, unless it is said of writing: "dont let them ring me"."""


def tells_the_coach(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """News for a coach who has the answers: "use the landline", "gonna be late". Told again, an extra is not asked again.

    After a call that was missed, why ("my phone was in the van", "nobody rang me") is news too.
    """
    missed = heard.expecting is not None and heard.expecting.slot == BOOK_AGAIN
    if state.outcome not in SHARED or not (missed or after_the_questions(heard)) or heard.acts:
        return []
    unsure = (
        {"wait", "about_me", "book_call"}
        if heard.confidence >= SURELY_ELSE
        else {"wait", "about_me", "book_call", "out_of_scope"}
    )
    if heard.confidence < SURELY_ELSE and len(heard.text.split()) > LONGEST_CHAT:
        unsure |= {"thanks", "smalltalk"}
    known = heard.intent in book.triggers and heard.intent not in unsure
    if known or heard.reading.answer or len(heard.text.split()) < FEWEST_WORDS or "?" in heard.text:
        return []
    passed = [Skip()] if heard.expecting and heard.expecting.skippable and state.slots.get("news_told") else []
    return [SetSlot("note_for_coach", heard.text), *passed, StartFlow("pattern_tell_coach")]


LONGEST_CHAT = 6
"""Words: "she was kind thank you, but no letter has come" is more than thanks."""


def a_time_is_no_address(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Thursday after 1", where we ask where a coach can write: kept as the time that suits, and the address is asked again."""
    asked = heard.expecting
    if asked is None or asked.slot != "reach_words" or heard.now is None or "?" in heard.text:
        return []
    if heard.text.strip(" .)").isdecimal():
        return []  # the number of a line
    when = read_when(heard.text, heard.now)
    if when is None or not when.whole or not when.windows or when.ambiguous:
        return []
    return [*kept_wish(wish_of(when, heard.text)), Say("repeat")]


def list_of(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def gives_no_number(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    return no_number(heard)


def wants_another_rung(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """ "Can u ring my mum": for oneself, a wish about who is rung, which the coach reads; nobody else is asked for."""
    asked = heard.expecting
    if asked is None or asked.spec.type == "text" or heard.acts or state.slots.get("for_someone_else"):
        return []
    if state.outcome in SHARED or asked.slot in WHOSE or "phone" in heard.values or not is_all_of_a_ring(heard.text):
        return []
    before = str(state.slots.get(WORDS) or "")
    told: list[Command] = (
        [] if heard.text in before else [SetSlot(WORDS, "\n".join(filter(None, (before, heard.text))))]
    )
    return [*told, Say("repeat")]


def is_all_of_a_ring(text: str) -> bool:
    said = _MANNERS.sub(" ", clean(text).casefold())
    return _RINGS.fullmatch(" ".join(said.split())) is not None


_MANNERS = re.compile(r"\b(?:please|plz|pls|thanks|ta|cheers|x+|ok|hi|hello|sorry|um|instead|btw|tho|though)\b|[,.!?]")
_RINGS = re.compile(
    r"(?:(?:can|could|cud|would|will|wud) (?:you|u|ye|ya|they|she|he|the coach|coach|someone|somebody) |(?:i want|i wud like|id like|i'd like|i would like)"
    r" (?:you|u|them|the coach) to |(?:you|u) can |better to |best to |just )?(?:ring|call|phone|bell|text|speak to|talk to|speak with|contact) (?:to )?"
    r"(?:my|me|mi|our) (?:own )?(?:mum|mam|mom|dad|nan|gran|mother|father|stepmum|stepdad|sister|brother|husband|wife|partner|fella|boyfriend|girlfriend|"
    r"son|daughter|carer|foster mum|foster carer|social worker|support worker|key worker|keyworker|aunt|auntie|uncle|guardian|parents)"
    r"(?: (?:not me|first|and not me|rather than me|cos .*|because .*|as i .*|i .*))?"
)
"""A plain wish that somebody else be rung; "ring my mum, she needs help" asks for her."""


RULES: tuple[Callable[[Heard, DialogueState, Book], list[Command]], ...] = (
    tells_if_it_is_safe,
    wants_another_rung,
    asks_for_another,
    speaks_for_another,
    they_agree_after_all,
    wants_it_for_oneself,
    wants_no_voicemail,
    time_at_the_check,
    same_time_among_others,
    of_the_times_on_offer,
    agrees_on_condition,
    asks_what_it_means,
    calls_off,
    wishes_for_a_coach,
    somebody_may_read,
    goes_on_in_another_language,
    lives_elsewhere,
    tells_whereabouts,
    tells_where,
    rather_not_by_phone,
    another_way_after_booking,
    another_name_after_booking,
    changed_in_words,
    a_time_is_no_address,
    tells_a_need,
    gives_no_number,
    *MOVING[:6],
    moves_the_call,
    *MOVING[6:],
    wants_a_call_after_all,
    tells_the_coach,
)


def goes_on(heard: Heard) -> list[Command]:
    """What sounds like a request to stop, and only says by which way a coach shall talk with them; nothing where the
    message opens with STOP, which is always done at once."""
    return [] if OPENS_WITH_STOP.match(heard.text) else leaves_name_out(heard) or rather_rung(heard) or no_number(heard)


def no_number(heard: Heard) -> list[Command]:
    """ "No texts please, just write here", where a number is asked. A plain request to stop is one unless it says "here"."""
    asked = heard.expecting
    if asked is None or asked.slot != "phone" or heard.values.get("phone", "no_phone") != "no_phone":
        return []
    here = says_plainly("stays_here", heard.text)
    if not here and (heard.opt_out == "stop" or not says("gives_no_number", heard.text) or wants_a_ring(heard.text)):
        return []
    return [SetSlot("phone", "no_phone", said=heard.text)]


def wants_a_ring(text: str) -> bool:
    """ "No texts please, call me instead": the number is wanted all the same."""
    needs = read_call_needs(text, phone=True)
    return needs is not None and "phone" in list_of(needs.value)


def rather_rung(heard: Heard) -> list[Command]:
    """ "Phone. No texts, they cost me", to how a coach shall talk with them: a coach is to ring, and before we fall silent
    it is asked."""
    asked, answer = heard.expecting, heard.reading.answer
    if asked is None or asked.slot != "call_needs" or answer is None or "phone" not in (answer.value or ()):
        return []
    return [SetSlot("call_needs", answer.value, said=heard.text), StartFlow("pattern_ask_stop")]


OPENS_WITH_STOP = re.compile(r"\W*(?:stop|unsubscribe)\b", re.IGNORECASE)
