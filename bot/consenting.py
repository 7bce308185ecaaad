"""Questions of consent: only an answer to the question itself counts as a yes, whoever it is asked about."""

from __future__ import annotations

from collections.abc import Sequence

from bot.flows.commands import Command, Say, SetSlot, Unclear
from bot.flows.engine import Expecting
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.answers import options_of, read_options
from bot.nlu.recognisers import read_yes_no
from bot.nlu.recognisers.by_the_way import says, says_plainly
from bot.nlu.recognisers.text import bag, clean, words

THEIRS, SHARE, SHARE_ON = "they_agree", "consent_share", "share_with_other"
EXTRAS = ("voicemail_ok", "follow_up_ok")
OF_SHARING = bag("share sharing shared")
"""A yes to an extra with any of these answers the question before it: "yes share it", sent twice."""
ELSEWHERE = bag("it its safe me i im ive id my mine")
"""In a plain yes to "do they agree?", these speak of something else: "yes its safe", "yes i am"."""
TO_SHARING = bag(
    "share sharing shared book agree agreed consent ok okay okey fine happy go ahead send pass please pls plz help want need right "
    "correct good great perfect lovely yes course definitely sure absolutely thanks thank carry on do coach team call ring"
)
"""A yes with any of these is a yes to sharing; "yes it's my phone" is not."""
HANGS_ON = bag(
    "but only if unless not dont never no nobody without except provided providing maybe perhaps guess suppose unsure think "
    "depends leave keep"
)
"""A yes with any of these is none yet: "yes but team only", "ok if my boss never hears"."""
REFUSES = bag(
    "no nope nah naw not dont do i id im its it thanks thank ta cheers sorry please pls want wanna share sharing shared send "
    "sending rather prefer would like to keep private this that any of my details answers info information with them the team "
    "anyone anybody never way chance mate love sod off ok okay at all now today just yet thats fine stay staying here"
)
"""A no of these words alone is a no to sharing; "no voicemail" and "no you can ring me" are not."""


def they_agree(heard: Heard) -> list[Command]:
    """ "He said it's fine", "I've not asked her yet": whether the other person agrees, in whole sentences.

    Said at that very question, "he said yes" is no alarm, though the model behind the phrase lists may think so.
    """
    if heard.expecting is None or heard.expecting.slot != THEIRS or (heard.safety and heard.safety.layer == "patterns"):
        return []
    if says("they_have_not", heard.text):
        return [SetSlot(THEIRS, "not_yet", said=heard.text)]
    return [SetSlot(THEIRS, "yes", said=heard.text)] if is_agreed(heard.text) else []


def is_agreed(text: str) -> bool:
    """That they agree; or that they know of it, with a yes, or while they sit beside whoever writes."""
    told, there = says_plainly("they_know_of_it", text), says_plainly("they_are_there", text)
    known = told or there or says_plainly("they_know", text)
    return says_plainly("they_agree", text) or (says_yes(text) and known) or (told and there)


def says_yes(text: str) -> bool:
    found = read_yes_no(text)
    return found is not None and found.value == "yes"


def only_if_meant(commands: list[Command], heard: Heard, state: DialogueState) -> list[Command]:
    """The commands, but for an answer to a question of consent that was said of something else: that is asked again."""
    asked = heard.expecting
    if asked is None or asked.slot not in CONSENTS or heard.inbound.kind == "press":
        return commands
    answer = next((one for one in commands if isinstance(one, SetSlot) and one.slot == asked.slot), None)
    meant = {"yes": is_meant, "no": is_a_refusal}.get(str(answer.value)) if answer else None
    if meant is None or meant(heard.text, asked, state):
        return commands
    again: Command = Say("repeat") if asked.slot in EXTRAS else Unclear()
    return [one for one in commands if one is not answer] or [again]


def is_a_refusal(text: str, asked: Expecting, state: DialogueState) -> bool:
    """A no to sharing in so many words; anything else is asked again, and nothing is lost."""
    if asked.slot not in (SHARE, SHARE_ON) or is_a_line(text, asked):
        return True
    said = set(words(clean(text)))
    return said <= REFUSES and says_no(text)


def says_no(text: str) -> bool:
    found = read_yes_no(text)
    return (found is not None and found.value == "no") or bool(NOES & set(words(clean(text))))


def is_meant(text: str, asked: Expecting, state: DialogueState) -> bool:
    said = words(clean(text))
    if is_a_line(text, asked):
        return True
    if asked.slot in EXTRAS:
        return not OF_SHARING & set(said)
    theirs = is_agreed(text)
    if asked.slot == THEIRS:
        plain = read_yes_no(text)
        return theirs or (plain is not None and plain.whole and not ELSEWHERE & set(said))
    if theirs:
        return state.slots.get("for_someone_else") is True
    if HANGS_ON & set(said) or "?" in text:
        return is_plain_enough(text)
    return bool(TO_SHARING & set(said[1:])) or len(said) == 1


def is_plain_enough(text: str) -> bool:
    """ "Yes, I don't mind", "no problem": a yes for all its "not"."""
    found = read_yes_no(text)
    return found is not None and found.whole and found.value == "yes"


def is_a_line(text: str, asked: Expecting) -> bool:
    """The number of a line, or its very words."""
    bare = clean(text).casefold().strip(" .!,?")
    titles = {wording.casefold() for option in options_of(asked) for wording in (option.title, *option.also)}
    return bare in titles or (bare.isdecimal() and read_options(text, options_of(asked), several=False) is not None)


NOES = bag("no nope nah naw not dont never private")
CONSENTS: Sequence[str] = (THEIRS, SHARE, SHARE_ON, *EXTRAS)
