"""What people say beside the questions: how they can talk with a coach, that a crisis was none, that a time does not suit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bot.nlu.recognisers.free_text import Mention, in_order, read_passage
from bot.nlu.recognisers.text import Token, bag
from bot.nlu.recognisers.values import Found

DOUBTS = bag(
    "not never dont didnt doesnt isnt aint wasnt cant if whether sure think know wish hope pretend say says tell tells told feel when until"
)
"""Shortly before "I'm safe", any of these makes it no statement: "not sure im safe", "he says im fine"."""
REASSURES = bag("worry worries panic mind wrong mean meant be")
NEAR = 3  # words
NO_SIGNS, LIPS = "no_bsl", bag("lip lipread lipreader lipreads lipreading")


def is_deaf(found: Sequence[Token], mention: Mention) -> bool:
    """Whether the phrase says so, as apart from how somebody signs."""
    return not mention.denied and "deaf" in {token.word for token in found[mention.hit.start : mention.hit.end]}


def read_call_needs(text: str) -> Found | None:
    """A list of interpreter, bsl, text_relay, video, in_person, messages; None when nothing of it was meant."""
    passage = read_passage("call_needs", text)
    meant = passage.meant(own_only=False)
    denied = {mention.hit.value for mention in passage.mentions if mention.denied or mention.hit.value == NO_SIGNS}
    if denied & {"bsl", NO_SIGNS} or any(passage.found[hit.start].word in LIPS for hit in meant):
        meant = [
            hit for hit in meant if hit.value not in {"bsl", NO_SIGNS}
        ]  # "deaf, but no BSL"; who reads lips may not sign
        deaf = [
            replace(mention.hit, value="messages") for mention in passage.mentions if is_deaf(passage.found, mention)
        ]
        meant = meant or deaf
    return Found(in_order(meant), passage.whole(), passage.span(meant)) if meant else None


def says(kind: str, text: str) -> bool:
    """Whether a phrase of this kind (other_time, yes_elsewhere, a_visit) stands in the text, denied or not."""
    return any(mention.hit.value == kind for mention in read_passage("by_the_way", text).mentions)


def says_plainly(kind: str, text: str) -> bool:
    """Whether a phrase of this kind is stated: neither denied nor doubted, nor put in somebody else's mouth."""
    passage = read_passage("by_the_way", text)
    hits = [mention.hit for mention in passage.mentions if mention.hit.value == kind]
    return any(not _doubted(passage.found, hit.start) for hit in hits)


def _doubted(found: Sequence[Token], start: int) -> bool:
    """A word of doubt close before, in the same breath; "dont worry" is none."""
    for at in range(start - 1, max(-1, start - 1 - NEAR), -1):
        if found[at].is_mark:
            return False
        if found[at].word in DOUBTS and found[at + 1].word not in REASSURES:
            return True
    return False
