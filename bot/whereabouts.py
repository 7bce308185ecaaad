"""Where somebody is who gives no postcode: without an address, by the name of a town, or by another name than the first."""

from __future__ import annotations

import re
from functools import cache

from bot.flows.commands import Command, Correct, Say, SetSlot, Unclear
from bot.flows.engine import Expecting
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.nations import nation_named, nation_told
from bot.nlu.recognisers.name_or_words import declines_to_say
from bot.nlu.recognisers.said import says_of
from services.areas import Areas
from services.practices import EMPTY_WORDS, Practices, words_of

POSTCODE, PLACE = "postcode", "place"
ANOTHER_NAME = frozenset({"practice_pick", "place_unknown", "practice_unknown"})
"""Questions after a name that was not found: whatever name is said there is another try."""
LONGEST_NAME, LONGEST_UNKNOWN = 5, 2  # words
BEFORE_A_TOWN = frozenset({"in", "near", "nr", "round", "around", "outside", "by", "from", "at", "put", "town", "is"})
FILLERS = EMPTY_WORDS | {
    "live",
    "lives",
    "living",
    "stay",
    "staying",
    "from",
    "just",
    "put",
    "mate",
    "nearest",
    "town",
    "please",
    "pls",
}
SURELY_ELSE = 0.9
OF_A_DOCTOR, NEAR = frozenset({"doctor", "doctors", "dr", "gp", "surgery", "registered", "practice", "work", "job"}), 3


def whereabouts(heard: Heard, state: DialogueState) -> list[Command]:
    """The commands for words about where somebody is; nothing where they are a plain answer, a request or a question."""
    asked = heard.expecting
    if asked is None or heard.inbound.kind != "text" or heard.acts or not heard.text:
        return []
    if asked.slot == POSTCODE and "postcode" not in heard.values:
        return without_a_postcode(heard, asked)
    if asked.slot in ANOTHER_NAME and not heard.reading.answer and not heard.reading.several:
        return another_name(heard, state)
    return a_place_at_all(heard) if asked.slot == PLACE else []


def without_a_postcode(heard: Heard, asked: Expecting) -> list[Command]:
    """ "Stopping at mates in Rotherham": no address, and the town if it is named. A bare town counts the second time."""
    if heard.reading.answer and heard.reading.answer.whole:
        return []
    town = town_named(heard.text) or town_apart(heard.text) or nation_told(heard.text)
    told: list[Command] = [SetSlot(PLACE, town)] if town else []
    if says_of("whereabouts", "no_address", heard.text):
        return [SetSlot(POSTCODE, "no_fixed_address", said=heard.text), *told]
    half = bool(heard.reading.answer or heard.reading.several) and says_of("whereabouts", "a_part", heard.text)
    if (half or says_of("whereabouts", "not_known", heard.text)) and not asks_why_of_us(heard):
        return [SetSlot(POSTCODE, "rather_not_say", said=heard.text), *told]
    if town and (asked.misses or says_of("whereabouts", "by_a_landmark", heard.text)) and not heard.reading.answer:
        return [SetSlot(POSTCODE, "rather_not_say", said=heard.text), *told]
    if only_a_town(heard.text) and not heard.reading.answer:
        return [Unclear(heard.reading.hint)]  # "near Preston" is half an answer, and no wish for help near there
    return []


def asks_why_of_us(heard: Heard) -> bool:
    """ "I dont know what that is for", "something else first": a question or a wish, and no word of the postcode."""
    return "?" in heard.text or heard.intent in OF_SOMETHING_ELSE


OF_SOMETHING_ELSE = frozenset({"why", "who", "will_they_know", "who_sees", "do_i_have_to", "person", "other_language"})


def another_name(heard: Heard, state: DialogueState) -> list[Command]:
    """A town or a surgery named where we ask whether to try another name."""
    slot = "practice" if state.slots.get("practice") is not None else PLACE
    town = town_named(heard.text)
    if town is None and not is_like_a_name(heard):
        return []
    return [SetSlot("place_tried", True), Correct(slot, town or heard.text)]


def is_like_a_name(heard: Heard) -> bool:
    """Few words, of which the register of surgeries knows some; no number, no question, no fact about the person."""
    if (
        "?" in heard.text
        or heard.values
        or heard.confidence >= SURELY_ELSE
        or any(char.isdigit() for char in heard.text)
    ):
        return False
    return len(heard.text.split()) <= LONGEST_NAME and bool(Practices.load().search(heard.text))


def a_place_at_all(heard: Heard) -> list[Command]:
    """What cannot be a town or a surgery is not kept as one: "im off work not in it mind"."""
    if heard.reading.answer is None or nation_named(heard.text) or nation_told(heard.text):
        return []
    if declines_to_say(heard.text):
        return [SetSlot(PLACE, "not_known", said=heard.text)]
    town = town_named(heard.text)
    if town:
        return [SetSlot(PLACE, town, said=heard.text)]
    tells = "?" in heard.text or len(heard.text.split()) > LONGEST_UNKNOWN or heard.values
    if not tells or "postcode" in heard.values or Practices.load().search(heard.text):
        return []
    facts: list[Command] = [SetSlot(slot, value, said=heard.text) for slot, value in heard.values.items()]
    return [*facts, Say("repeat")] if facts else [Unclear("utter_invalid_place")]


def town_named(text: str) -> str | None:
    """The town of the register that the words name by themselves, or after "in", "near" and the like; home before doctor."""
    found = words_of(text)
    bare = " ".join(word for word in found if word not in FILLERS)
    if bare in towns():
        return bare.title()
    named = [(i, name) for i, word in enumerate(found) if word in BEFORE_A_TOWN and (name := town_at(found, i + 1))]
    home = [name for i, name in named if not OF_A_DOCTOR & set(found[max(0, i - NEAR) : i])]
    return next(iter(home or [name for _, name in named]), None)


def only_a_town(text: str) -> bool:
    """ "Near Preston", "im in hackney": a town, with words that add nothing; whoever wants something says what."""
    return " ".join(word for word in words_of(text) if word not in FILLERS | BEFORE_A_TOWN) in towns()


def town_apart(text: str) -> str | None:
    """ "Dunno the end bit, hackney": a town between commas, with nothing else there."""
    parts = re.split(r"[,.;]", text)
    return next(
        (town for part in parts if len(parts) > 1 and (town := town_at(words_of(part), 0)) == part.strip().title()),
        None,
    )


@cache
def towns() -> frozenset[str]:
    """The towns of the register of surgeries, and the local authorities."""
    return Practices.load().towns | {" ".join(words_of(name)) for name in Areas.load().lads.values()}


def town_at(found: list[str], start: int) -> str | None:
    """The longest name of a town that begins here."""
    names = (" ".join(found[start : start + length]) for length in (3, 2, 1))
    return next((name.title() for name in names if name in towns()), None)
