"""Somebody has died: that is said a word about, once, before anything is noted or asked."""

from __future__ import annotations

from bot.flows.commands import Command, Crisis, OptOut, StartFlow, Unclear
from bot.flows.state import DialogueState
from bot.hearing import Heard
from bot.nlu.recognisers.said import says_of
from bot.nlu.recognisers.text import bag, clean, words

LOSS = "pattern_loss"
CHATTER = frozenset({"pattern_smalltalk", "pattern_out_of_scope", "pattern_resume"})
"""What the model makes of "my mum died" when it knows no better."""


def with_condolence(commands: list[Command], heard: Heard, state: DialogueState) -> list[Command]:
    """The commands, and the words of sympathy beside them; crisis help and STOP stand alone."""
    if heard.safety or heard.inbound.kind != "text" or state.crisis or state.slots.get("loss_told"):
        return commands
    if not tells_of_a_death(heard.text) or any(isinstance(one, Crisis | OptOut) for one in commands):
        return commands
    kept = [one for one in commands if not (isinstance(one, StartFlow) and one.flow in CHATTER)]
    return [*(one for one in kept if not isinstance(one, Unclear)), StartFlow(LOSS)]


def tells_of_a_death(text: str) -> bool:
    """ "My mum died in march", "had a miscarriage"; not "died laughing", "my dad nearly died"."""
    return says_of("questions", "bereaved", text) and not says_of("questions", "not_bereaved", text)


OTHERS = bag("he hes she shes they theyre her his their him them hers")


def mourns(text: str) -> bool:
    """ "Lost my husband in june and cant cope": it is who writes that needs help; not "my sister, her husband died"."""
    return tells_of_a_death(text) and not OTHERS & set(words(clean(text)))
