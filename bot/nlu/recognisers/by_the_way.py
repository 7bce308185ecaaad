"""What people say beside the questions: how they can talk with a coach, that a crisis was none, that a time does not suit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

from bot.nlu.recognisers import scope
from bot.nlu.recognisers.free_text import Mention, Passage, in_order, read_passage
from bot.nlu.recognisers.phrases import Hit
from bot.nlu.recognisers.text import FEW, Token, bag
from bot.nlu.recognisers.values import Found

DOUBTS = bag(
    "not never dont didnt doesnt isnt aint wasnt cant havent hasnt hadnt wont if whether sure think know wish hope pretend say says tell tells told feel when until"
)
"""Shortly before "I'm safe", any of these makes it no statement: "not sure im safe", "he says im fine"."""
REASSURES = bag("worry worries panic mind wrong mean meant be")
NEAR = 3  # words
DEAF, NO_WRITING = "deaf", "no_messages"
IN_WRITING = bag(
    "text txt texts texting texted email emails emailed mail write writing letter letters post correspondence message messages messaged mute verbal nonverbal mutism mutist"
)
"""Without one of these a phrase that stands for writing says only that no call is wanted."""
OTHER_WAYS = frozenset({"video", "in_person", "bsl"})
NO_SIGNS, LIPS = "no_bsl", bag("lip lipread lipreader lipreads lipreading")


def is_deaf(found: Sequence[Token], mention: Mention) -> bool:
    """Whether the phrase says so, as apart from how somebody signs."""
    return not mention.denied and "deaf" in {token.word for token in found[mention.hit.start : mention.hit.end]}


def read_call_needs(text: str, *, phone: bool = False) -> Found | None:
    """A list of interpreter, bsl, text_relay, video, in_person, messages; None when nothing of it was meant.

    With `phone` also that a call by phone is wanted, which is no news where nobody asked.
    """
    passage = _needs(text)
    if not passage.mentions:
        return _phone_first(text) if phone else None
    meant = [hit for hit in passage.meant(own_only=False) if hit.value not in {NO_SIGNS, DEAF, NO_WRITING}]
    out = ruled_out(text)
    if "bsl" in out or any(passage.found[hit.start].word in LIPS for hit in meant):
        meant = [hit for hit in meant if hit.value != "bsl"]  # "deaf, but no BSL"; who reads lips may not sign
        deaf = [
            mention.hit._replace(value="messages") for mention in passage.mentions if is_deaf(passage.found, mention)
        ]
        meant = meant or deaf
    meant = [hit for hit in meant if hit.value not in out]
    if OTHER_WAYS & {hit.value for hit in meant}:  # "face to face, no phone" does not ask for letters
        meant = [hit for hit in meant if hit.value != "messages" or _names_writing(passage.found, hit)]
    unwanted = {"phone"} if not phone or any(hit.value == "messages" for hit in meant) else set()
    meant = [hit for hit in meant if hit.value not in unwanted]
    return Found(in_order(meant), passage.whole(), passage.span(meant)) if meant else None


def _phone_first(text: str) -> Found | None:
    """ "Phone, evenings are best", "phone after 6": where a way is asked for, and more is said of when."""
    told = _PHONE_FIRST.match(text)
    return Found(["phone"], False, told.span(1)) if told else None


_PHONE_FIRST = re.compile(
    r"\W*(?:(?:a|the|by|on|just|normal|ok|okay|yes|yeah) )*((?:tele)?phone|fone|ring|call)(?: (?:please|pls|plz|is (?:best|fine|ok|good|easiest)))*"
    r"(?= *[,;.&+-]| (?:in the|on (?:a )?(?:mon|tue|wed|thu|fri|sat)|at|after|before|between|from|any|(?:but |and )?only|just|but not|not before|mornings?|afternoons?"
    r"|evenings?|weekdays?|tomorrow|next (?:week|mon|tue|wed|thu|fri|sat)\w*|this week|early|late|(?:mon|tues?|wednes|thurs?|fri|satur|sun)day)\b)",
    re.IGNORECASE,
)


@lru_cache(maxsize=FEW)
def _needs(text: str) -> Passage:
    """What is said of ways to talk; a "no" reaches no further than the next comma: "no video, write to me"."""
    passage = read_passage("call_needs", _IS_SAFE.sub(" ", with_address_as_words(text)))
    owned = scope.owners([mention.hit for mention in passage.mentions])
    mentions = tuple(
        replace(one, denied=one.denied and scope.denied_before(passage.found, owned, one.hit, BETWEEN))
        if one.denied and not scope.all_right_after(passage.found, one.hit)
        else replace(one, denied=False)
        for one in passage.mentions
    )
    return replace(
        passage, mentions=tuple(replace(one, denied=one.denied or _cannot(passage.found, one.hit)) for one in mentions)
    )


def _cannot(found: Sequence[Token], hit: Hit) -> bool:
    """ "I cant see a video", "cant do face to face": said just before the way; "cant hear, video please" asks for it."""
    i = hit.start - 1
    while hit.value in OTHER_WAYS and i >= 0 and found[i].word in CANNOT_DO:
        i -= 1
    return hit.value in OTHER_WAYS and i >= 0 and found[i].word in CANNOT


CANNOT = bag("cant cannot couldnt")
CANNOT_DO = bag("do use see watch hear manage face stand bear handle make follow a an any the on really")


BETWEEN = bag("to a by send sending me us any")
_IS_SAFE = re.compile(
    r"\b(?:safe|(?:its|it's|it is|is it|is) (?:ok|okay|fine|alright|good)) (?:for (?:you|u) )?to (?:text|txt|message|msg|write|chat)"
    r"(?: (?:to )?(?:me|us))?\b(?! (?:only|instead|rather|not))",
    re.IGNORECASE,
)
"""Says that we may write here, and not by which way a coach shall talk with them."""
_ADDRESS = re.compile(r"(?:\be-?mail(?: me)?(?: (?:at|on|is|to))?[ :]*)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)


def with_address_as_words(text: str) -> str:
    """An email address asks to be written to, and is no name of a way to meet."""
    return _ADDRESS.sub(" email me ", text)


def gives_an_address(text: str) -> bool:
    """Whether an email address stands in the words."""
    return _ADDRESS.search(text) is not None


def ruled_out(text: str) -> set[str]:
    """The ways of talking that the words turn down: "no video", "the interpreter is wrong", "write no"."""
    passage = _needs(text)
    hard = {"phone"} if phone_is_hard(text) else set()
    if not passage.mentions:
        return hard
    values = {mention.hit.value for mention in passage.mentions if mention.denied or mention.hit.value == NO_SIGNS}
    values |= {mention.hit.value for mention in passage.mentions if _is_wrong(passage.found, mention.hit.end)}
    values |= {mention.hit.value for mention in passage.mentions if mention.hit.value == NO_WRITING}
    values = {OF_ITS_OWN.get(value, value) for value in values}
    if any(mention.hit.value == "messages" and not mention.denied for mention in passage.mentions):
        values.add("phone")
    return (values | hard) - {DEAF}


def phone_is_hard(text: str) -> bool:
    """Whether they say that talking by phone is hard for them: "phone calls scare me"; not "my mum hates phones"."""
    passage = read_passage("by_the_way", text)
    said = [mention for mention in passage.mentions if mention.hit.value == "phone_is_hard"]
    return any(not mention.someone_elses and not _turned_down(passage.found, mention.hit.start) for mention in said)


def _turned_down(found: Sequence[Token], start: int) -> bool:
    """ "I am not scared of the phone", "used to hate calls"."""
    before = [token.word for token in found[max(0, start - NEAR) : start]]
    return bool(_TURNS_DOWN & set(before))


_TURNS_DOWN = bag("not never dont doesnt didnt isnt aint wasnt if used")


OF_ITS_OWN = {NO_SIGNS: "bsl", NO_WRITING: "messages"}


def _names_writing(found: Sequence[Token], hit: Hit) -> bool:
    return bool(IN_WRITING & {token.word for token in found[hit.start : hit.end]})


def _is_wrong(found: Sequence[Token], end: int) -> bool:
    """ "The interpreter is wrong", "video no thanks", "write no": just after the phrase."""
    after = [token.word for token in found[end : end + 3]]
    if after[:1] == ["is"] or after[:1] == ["isnt"] or after[:1] == ["are"]:
        return bool({"wrong", "mistake", "incorrect", "right", "needed"} & set(after[1:])) and (
            after[0] == "isnt" or "not" in after or not {"right", "needed"} & set(after)
        )
    return after[:1] in (["no"], ["wrong"]) and (len(after) == 1 or after[1] in {",", ".", "!", "thanks", "thank"})


def is_deaf_only(text: str) -> bool:
    """Whether they say that they are deaf, and not how they can talk with us."""
    passage = read_passage("call_needs", text)
    told = any(
        mention.hit.value == DEAF and not (mention.denied or mention.someone_elses) for mention in passage.mentions
    )
    return told and read_call_needs(text) is None


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
