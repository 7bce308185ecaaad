"""What else makes work hard, from the person's own words."""

from __future__ import annotations

from bot.nlu.recognisers.free_text import in_order, read_passage, says_none
from bot.nlu.recognisers.values import Found

NONE = "none"


def read_barriers(text: str) -> Found | None:
    """A list of money, housing, caring, travel, employer, skills, other; ["none"] when the person says so."""
    passage = read_passage("barriers", text)
    if says_none("barriers", text):
        return Found([NONE], True, (0, len(passage.text)))
    meant = passage.meant(own_only=False)
    return Found(in_order(meant), passage.whole(), passage.span(meant)) if meant else None
