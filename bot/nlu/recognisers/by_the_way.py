"""What people say beside the questions: how they can talk with a coach, that a crisis was none, that a time does not suit."""

from __future__ import annotations

from bot.nlu.recognisers.free_text import in_order, read_passage
from bot.nlu.recognisers.values import Found


def read_call_needs(text: str) -> Found | None:
    """A list of interpreter, bsl, text_relay, video, in_person, messages; None when nothing of it was meant."""
    passage = read_passage("call_needs", text)
    meant = passage.meant(own_only=False)
    return Found(in_order(meant), passage.whole(), passage.span(meant)) if meant else None


def says(kind: str, text: str) -> bool:
    """Whether a phrase of this kind (not_meant, other_time, yes_elsewhere) stands in the text, denied or not."""
    return any(mention.hit.value == kind for mention in read_passage("by_the_way", text).mentions)
