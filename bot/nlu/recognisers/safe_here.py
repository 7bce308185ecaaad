"""Whether it is safe to text somebody, in whatever words they say so: "its my own phone no one looks", "why wouldnt it be"."""

from __future__ import annotations

import re

from bot.nlu.recognisers.text import clean
from bot.nlu.recognisers.values import Found

_NOBODY = r"(?:no ?-?one|nobody|noone|no body|not a soul|nowt)"
_SEES = (
    r"(?:look|looks|looking|sees?|seeing|reads?|reading|uses?|using|checks?|checking|has|touch(?:es)?|goes|get|gets|knows|"
    r"can (?:see|read|look|get)|(?:is|s)? ?(?:here|about|around|in|home))"
)
_PEOPLE = (
    r"(?:he|she|they|wife'?s?|husband'?s?|hubby'?s?|partner'?s?|mum'?s?|mam'?s?|dad'?s?|son'?s?|daughter'?s?|brother'?s?|sister'?s?|kids?|"
    r"boyfriend'?s?|girlfriend'?s?|fella'?s?|mate'?s?|boss'?s?|work|company|someone|somebody|people|others|everyone|girls|family)"
)
_UNSAFE = re.compile(
    rf"\b(?:not (?:really |very |that |always |at all )?safe|isn'?t safe|ain'?t safe|aint safe|never safe|unsafe|safe(?:r)? (?:if|when|not|number|way|place)|"
    rf"{_PEOPLE} (?:can |could |might |may |will |would |always |also |sometimes |all )*(?:see|sees|read|reads|check|checks|look|looks|use|uses|have|has|goes|find)\b|"
    rf"my {_PEOPLE} phone|shared?|not my (?:own )?phone|isn'?t my phone|only when|depends|might (?:see|look|read)|not (?:at|when|while|if|after|before|in)|"
    r"other time|sometimes|not sure|what do you mean)\b",
    re.I,
)
_ASKS = re.compile(
    r"\b(?:is|are|am|how|what|who|if|whether|will|can|does|do)\b[^.;!]*\bsafe\b[^.;!]*\?|^\W*(?:is|are) (?:it|this|that|you|u)\b[^.;!]*\bsafe\b|\bhow safe\b|\bsafe\?",
    re.I,
)
_SAFE = re.compile(
    rf"\bsafe\b|\b{_NOBODY} (?:else )?(?:ever |here )?{_SEES}|\b(?:it'?s|this is|is|on) (?:my|me) (?:own )?(?:phone|mobile|mob|fone|number)\b(?! is)|\b(?:my|me) own\b|"
    r"\b(?:only|just) me\b|\bi live (?:alone|by myself|on my (?:own|tod))\b|\b(?:on|by) (?:my|me) (?:own|tod)\b|\bi'?m alone\b|\bhome alone\b|"
    r"\bwhy (?:wouldn'?t|would not|shouldn'?t|should not|isn'?t|on earth wouldn'?t)\b|\b(?:of )?course(?: it is| you can)?\b|\bdon'?t see why not\b|"
    r"\bsee no reason why not\b|\bshould be(?: fine| ok| okay)?\b|\bas far as i know\b|\bno problem\b|\bno probs\b|\bnothing to hide\b|"
    r"\b(?:fire|ask|text|go|crack|carry) (?:away|ahead|on)\b|\bi'?m fine with (?:that|it|texts?)\b|\bmy phone (?:has|is) (?:a )?lock(?:ed)?\b|"
    r"\btext(?:s|ing)? (?:is|are|me)? ?(?:fine|ok|okay|good|best)\b",
    re.I,
)
LONGEST = 60  # words: whoever tells a long story says first whether it is safe


_PLAINLY_NOT = re.compile(
    r"^\W*(?:it'?s |it |this )?(?:isn'?t|ain'?t|aint|is not|not|un)\W?(?:really |very )?safe\b", re.I
)


def asks_if_safe(text: str) -> bool:
    """ "Is this safe?" asks us, and answers nothing."""
    return _ASKS.search(clean(text)) is not None


def read_safe(text: str) -> Found | None:
    """ "yes" where the words say that nobody else looks or that it is fine; None where they do not, or say it is not."""
    cleaned = clean(text)
    if _PLAINLY_NOT.match(cleaned):
        return Found("no", False, (0, len(cleaned)))
    if len(cleaned.split()) > LONGEST or _UNSAFE.search(cleaned) or _ASKS.search(cleaned):
        return None
    found = _SAFE.search(cleaned)
    if found is None:
        return None
    clause = re.split(r"[.;!]", cleaned[: found.end()])[-1]
    denied = re.search(r"\b(?:not|isn'?t|ain'?t|aint|never|hardly|nor)\b", clause) and not re.search(
        rf"\b{_NOBODY}\b|\bwhy\b", clause, re.I
    )
    return None if denied else Found("yes", False, found.span())
