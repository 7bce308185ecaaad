"""Facts told beside the open question, as commands; and what is told at the check before sharing, which changes what is shared."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from bot.clarifying import title_of
from bot.flows.commands import Command, Correct, SetSlot, Unclear
from bot.flows.definition import SHARED, Book
from bot.flows.engine import Expecting
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.languages import language_asked_for
from bot.nlu.recognisers import read_name, read_phone
from bot.nlu.recognisers.by_the_way import gives_an_address, is_deaf_only, phone_is_hard, read_call_needs, ruled_out
from bot.nlu.recognisers.call_told import read_told_phone
from bot.nlu.recognisers.name_or_words import name_put_right
from bot.nlu.recognisers.said import is_all_of, says_of
from bot.nlu.recognisers.said_again import without_reminder
from bot.nlu.recognisers.text import clean
from bot.nlu.taken_out import taken_out
from services.ages import is_a_child

CHECK = frozenset({"consent_share", "change_what"})
"""Questions under which the answers stand that are to be shared."""
WISH, TIMES, WORDS = "standing_wish", "call_times", "told_of_call"
LISTS = ("health", "barriers")
MOST_WORDS, MOST_TIMES = 300, 60


def facts(heard: Heard, state: DialogueState, book: Book, but: Iterable[str] = ()) -> list[Command]:
    """Facts said by the way, for slots that are not yet filled; when to ring may be told again."""
    found: list[Command] = [
        SetSlot(slot, value, said=heard.text)
        for slot, value in heard.values.items()
        if slot not in but
        and slot != WISH
        and slot in book.slots
        and book.slots[slot].volunteered
        and state.slots.get(slot) is None
    ]
    return [*found, *times_to_ring(heard), *words_for_the_coach(heard, state)]


def by_a_child(heard: Heard, state: DialogueState) -> bool:
    """Whether a child writes, by the age told now or before."""
    return is_a_child(heard.values.get("age", state.slots.get("age")))


def more_for_lists(heard: Heard, state: DialogueState) -> list[Command]:
    """ "Anxious too cos of it", long after health was asked: what is new joins the list, until a team has the answers."""
    asked = heard.expecting.slot if heard.expecting else None
    if state.outcome in SHARED:
        return []
    return [
        Correct(slot, [*kept, *more], told=True)
        for slot in LISTS
        if slot != asked
        and (kept := said_of(state.slots.get(slot))) is not None
        and (more := new_in(heard, slot, kept))
    ]


def said_of(kept: Any) -> list[Any] | None:
    """What stands in a list that may grow: an answer that was left out stays out."""
    if not isinstance(kept, list) or LEFT_OUT & set(kept):
        return None
    return [one for one in kept if one not in NOTHING]


def new_in(heard: Heard, slot: str, kept: Sequence[Any]) -> list[Any]:
    told = heard.values.get(slot)
    return [one for one in told if one not in kept] if isinstance(told, list) else []


LEFT_OUT, NOTHING = frozenset({"rather_not_say", "skipped"}), frozenset({"none"})


def times_to_ring(heard: Heard) -> list[Command]:
    """ "Only after 6", while something else is asked: kept until times are offered, and said back."""
    wish = heard.values.get(WISH)
    asked = heard.expecting.spec.type if heard.expecting else ""
    elsewhere = asked not in TELL_TIMES_THEMSELVES or (asked == "age" and heard.reading.answer is None)
    return kept_wish(wish) if wish and elsewhere else []


def kept_wish(wish: Mapping[str, Any]) -> list[Command]:
    windows = [(datetime.fromisoformat(start), datetime.fromisoformat(end)) for start, end in wish["windows"]]
    return [SetSlot(WISH, wish), SetSlot(TIMES, title_of(windows)[:MOST_TIMES])]


TELL_TIMES_THEMSELVES = frozenset({"opening", "date", "time", "duration", "age", "text"})


def words_for_the_coach(heard: Heard, state: DialogueState) -> list[Command]:
    """The person's own words, where they say more of the call than a value holds: whose number, that they are deaf."""
    more_than_a_number = "phone" in heard.values and len(heard.text.split()) > FEW
    asked = heard.expecting.spec.type if heard.expecting else ""
    says_more = (
        is_deaf_only(heard.text)
        or phone_is_hard(heard.text)
        or gives_an_address(heard.text)
        or wants_a_certain_coach(heard.text)
    )
    says_more = says_more or names_a_language(heard)
    if asked == "text" or not (more_than_a_number or says_more):
        return []
    before = str(state.slots.get(WORDS) or "")
    if heard.text in before:
        return []
    return [SetSlot(WORDS, "\n".join(filter(None, (before, heard.text)))[-MOST_WORDS:])]


FEW = 3


def names_a_language(heard: Heard) -> bool:
    """ "Pashto" where it is asked how to talk, "an interpreter for Kurdish": which one is not in the answer itself."""
    asked = heard.expecting is not None and heard.expecting.slot == NEEDS
    wanted = asked or "interpreter" in (heard.values.get(NEEDS) or ())
    return wanted and not language_asked_for(heard.text) and says_of("by_the_way", "a_language", heard.text)


NEEDS = "call_needs"


def wishes_beside(heard: Heard, state: DialogueState) -> list[Command]:
    """An address to write to, or the coach they wish for, beside a whole answer."""
    wished = gives_an_address(heard.text) or wants_a_certain_coach(heard.text) or names_a_language(heard)
    return words_for_the_coach(heard, state) if wished else []


def wants_a_certain_coach(text: str) -> bool:
    """ "Can i have a woman coach", "a woman": a wish that a team has to hear of; nothing said of a manager or a husband."""
    if is_all_of("questions", "a_coach_alone", text):
        return True
    return says_of("questions", "which_coach", text) and not says_of("questions", "not_a_coach", text)


def how_to_talk(kept: Sequence[Any], text: str) -> list[str] | None:
    """The ways of talking as the words change them; None where they change nothing."""
    told = read_call_needs(text, phone=True)
    needs = [str(one) for one in told.value] if told and isinstance(told.value, list) else []
    if "phone" in needs and "messages" not in kept:
        needs.remove("phone")  # "ring me on friday" changes nothing of a video call
    out = ruled_out(text) - set(needs)
    out |= {"messages"} if "phone" in needs else {"phone"} if needs else set()
    together = [*(need for need in kept if need not in out), *(need for need in needs if need not in kept)]
    return together if together != list(kept) else None


def changed_in_words(heard: Heard, state: DialogueState, book: Book) -> list[Command]:
    """Whatever is changed in words before sharing is changed, and all of it is shown again: nothing is shared meanwhile."""
    asked = heard.expecting
    if asked is None or not (asked.slot in CHECK or _answers_nothing(heard, asked, state)):
        return []
    told = dict(changes(heard, state, asked.slot))
    if told:
        done: list[Command] = [SetSlot(MENU, "nothing")] if asked.slot == MENU else []
        changed = [Correct(slot, value, told=asked.slot == MENU) for slot, value in told.items()]
        return [*words_for_the_coach(heard, state), *changed, *done]
    return [Unclear("utter_invalid_phone")] if asked.slot in CHECK and gives_no_number(heard) else []


def _answers_nothing(heard: Heard, asked: Expecting, state: DialogueState) -> bool:
    open_list = asked.spec.type in {"choice", "choices", "opening", "age", "duration"} and asked.slot not in LISTS
    return open_list and heard.reading.answer is None and not heard.acts and state.outcome not in SHARED


def changes(heard: Heard, state: DialogueState, asked: str) -> Iterator[tuple[str, Any]]:
    number, name = heard.values.get("phone"), heard.values.get("name")
    if number and number != state.slots.get("phone") and (asked in CHECK or state.slots.get("phone")):
        yield "phone", number
    name = name_put_right_in(heard.text) or name or (_a_known_name(heard) if asked in CHECK else None)
    if name and state.slots.get("name") not in (None, name):
        yield "name", name
    kept = state.slots.get("call_needs")
    if asked in CHECK and isinstance(kept, list) and (needs := how_to_talk(kept, heard.text)) is not None:
        yield "call_needs", needs or None
    if asked == MENU:
        yield from ((slot, value) for slot, value in heard.values.items() if is_changed(slot, value, state))
    for slot in LISTS:
        if (left := taken_out(slot, state.slots.get(slot), heard.text)) is not None:
            yield slot, left or None


MENU = "change_what"
CHANGED_BY_BEING_SAID = frozenset({"work_situation", "postcode", "age", "health", "barriers", "months_out_of_work"})
"""Answers that are changed where we ask which one shall be: "they sacked me friday" says which, and how."""


def is_changed(slot: str, value: Any, state: DialogueState) -> bool:
    return slot in CHANGED_BY_BEING_SAID and state.slots.get(slot) not in (None, value)


def tells_nothing_new(heard: Heard, state: DialogueState) -> bool:
    """ "No its my knee not my back", "67, as i said": all of it is known already, so there is nothing to change."""
    rest = without_reminder(heard.text) or ""
    if rest.strip(" ,.!").isdecimal():
        return int(rest.strip(" ,.!")) == state.slots.get("age")
    told = {slot: value for slot, value in heard.values.items() if slot in state.slots or slot in CHANGED_BY_BEING_SAID}
    return bool(told) and all(is_known(value, state.slots.get(slot)) for slot, value in told.items())


def is_known(value: Any, kept: Any) -> bool:
    if isinstance(value, list) and isinstance(kept, list):
        return set(value) <= set(kept)
    return kept is not None and value == kept


def name_put_right_in(text: str) -> str | None:
    """ "My name is not Kindly Note. It is Cuthbert"."""
    said = name_put_right(clean(text))
    found = read_name(f"my name is {said}", False) if said else None
    return str(found.value) if found else None


def _a_known_name(heard: Heard) -> str | None:
    """ "Cuthbert", by itself where the wrong name stands."""
    found = read_name(heard.text, True)
    alone = found is not None and found.whole and len(heard.text.split()) <= 2 and not heard.acts
    return str(found.value) if found and alone and heard.reading.answer is None else None


def gives_no_number(heard: Heard) -> bool:
    """Whether digits were given that are no number which can be rung."""
    found = read_phone(heard.text) if heard.values.get("phone") is None else None
    if found is None or not isinstance(found.value, Mapping):
        return False
    return not found.value["ok"] or read_told_phone(heard.text) is not None
