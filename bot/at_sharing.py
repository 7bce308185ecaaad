"""Answers at "shall we share this?" that are neither a plain yes nor a plain no: a condition is kept, and it is asked again."""

from __future__ import annotations

import re

from bot.consenting import SHARE, is_a_line
from bot.flows.commands import Command, Correct, SetSlot, StartFlow, Unclear
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.recognisers.by_the_way import gives_an_address
from bot.nlu.recognisers.free_text import read_passage
from bot.nlu.recognisers.said import says_of
from bot.nlu.recognisers.text import bag, clean, words

CHANGES = bag("change changed changing wrong correct correction mistake edit")
"""Words of putting an answer right: no condition."""
TOLD_HEALTH = ["rather_not_say"]
"""What stands on the card for health once it is left out."""
NOTHING_HARD = ["none"]
NEEDED = bag("age birthday postcode address name number")
"""Words for answers that a team cannot do without."""
WHOM = bag(
    "boss manager gaffer employer landlord mum mam dad family partner husband wife kids son daughter gp doctor work job"
)
"""Who may be meant to know nothing: "leave my boss out of it". With "the boss bit" an answer is meant."""


def at_sharing(heard: Heard, state: DialogueState) -> list[Command]:
    """Keeps what the yes hangs on; nothing where the words are a plain answer, a question, or about something else."""
    asked = heard.expecting
    if asked is None or asked.slot != SHARE or heard.inbound.kind != "text" or heard.acts:
        return []
    if is_a_line(heard.text, asked) or CHANGES & set(words(clean(heard.text))):
        return []
    if says_of("sharing", "without_health", heard.text) and state.slots.get("health") not in (None, TOLD_HEALTH):
        return [StartFlow("pattern_without_health"), Correct("health", TOLD_HEALTH)]
    if left := left_out(heard, state):
        return left
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


def left_out(heard: Heard, state: DialogueState) -> list[Command]:
    """ "Don't put the money bit": out of what is shared, with the words it was told in; of what is needed that is said."""
    said, bit = set(words(clean(heard.text))), says_of("sharing", "the_bit", heard.text)
    if not says_of("sharing", "leaves_out", heard.text) or (WHOM & said and not bit):
        return []
    kept = state.slots.get("barriers")
    named = {mention.hit.value for mention in read_passage("barriers", heard.text).mentions}
    if isinstance(kept, list) and named & set(kept):
        rest = [each for each in kept if each not in named]
        return [StartFlow("pattern_left_out"), Correct("barriers", rest or NOTHING_HARD)]
    return [StartFlow("pattern_needed")] if NEEDED & said else []


def leaves_name_out(heard: Heard) -> list[Command]:
    """ "Take my name off", where sharing, a change or the name itself is asked: no request to stop, as it is elsewhere."""
    asked = heard.expecting
    if asked is None or asked.slot not in NAME_ASKED or not _NAME_OFF.fullmatch(" ".join(words(clean(heard.text)))):
        return []
    return [Unclear("utter_any_name")] if asked.slot == "name" else [StartFlow("pattern_needed")]


NAME_ASKED = frozenset({SHARE, "change_what", "name"})
_MANNERS = r"(?:please|plz|pls|thanks|thank you|ta|cheers|ok|okay|no|yes|yeah|but|and|just|sorry|actually|oh|hi|x+|then|first|tho|though)"
_NAME = r"(?:my|the|their|his|her|our) (?:first |last |full |real |sur ?)?names?(?: and (?:my |the )?(?:age|postcode|address))?"
_OFF = r"(?:off|out)(?: of)?(?: (?:it|this|that|there|the (?:card|form|answers|summary|message)))?"
_RATHER = (
    r"(?:(?:id |i would |would )?(?:rather|prefer)(?: to)? not(?: to)?|(?:i )?(?:do not|dont|wont|will not|would not|wouldnt)(?: (?:want|like|wish|need|have))?"
    r"(?: you)?(?: to)?|(?:i )?(?:want|like) (?:you )?not to|(?:im |i am )?not(?: (?:happy|comfortable|keen|ok|okay|sure)(?: (?:to|about|with))?)?)"
)
_GIVE = r"(?:give|giving|share|sharing|say|saying|tell|telling|leave|leaving|put|putting|use|using|show|showing|have|know|see|send|sending|include|including)"
_NAMELESS = r"(?:anonymous|anonymously|nameless)"
_SAID_OF_THE_NAME = (
    rf"(?:take|leave|get|keep|cut|cross|rub|strike|want) {_NAME} {_OFF}",
    rf"(?:can|could|may) {_NAME} be (?:taken|left|kept|cut) {_OFF}",
    rf"(?:take|leave|cut|cross|rub|strike) {_OFF} {_NAME}",
    rf"(?:no|not|without(?: giving| saying| sharing)?) (?:{_NAME}|(?:a )?names?)(?: on (?:it|this|that|there))?",
    rf"{_RATHER} {_GIVE} (?:you |them |the team )?{_NAME}(?: (?:out|away|to (?:you|them|the team|anyone|anybody)|on (?:it|there|this)))?",
    rf"(?:do|must) i (?:(?:have|need|got) to )?{_GIVE} (?:you |them )?{_NAME}",
    rf"(?:(?:can|could|may) (?:i|it|this|we) |id |i would |i want to |i wanna |id rather |rather )?(?:(?:like|prefer|rather) (?:to )?)?"
    rf"(?:stay|be|remain|keep|do|make)?(?: (?:it|this|me))? ?(?:{_NAMELESS}|without (?:giving |saying |sharing )?(?:{_NAME}|a name))",
)
_NAME_OFF = re.compile(
    rf"(?:{_MANNERS} )*(?:(?:can|could|will|would) (?:you|u|we|i) (?:{_MANNERS} )*|(?:i want|id like|i would like) (?:you )?to )?"
    rf"(?:{'|'.join(_SAID_OF_THE_NAME)})(?: {_MANNERS})*",
    re.IGNORECASE,
)
"""All of the message, and of no list of ours: "take my name off your list" asks us to stop wherever it is said."""
