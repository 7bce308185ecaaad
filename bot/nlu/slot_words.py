"""Which earlier answer a person names when they want to change it."""

from __future__ import annotations

import re
from functools import cache

from bot.nlu.recognisers import lexicon


@cache
def patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    """One pattern a slot, its phrases longest first."""
    table = lexicon.read("slot_words")
    return tuple(
        (
            slot,
            re.compile(
                r"\b(?:" + "|".join(re.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True)) + r")\b"
            ),
        )
        for slot, phrases in table.items()
    )


def slots_named(text: str) -> list[str]:
    """Slots in the order in which the words name them; the longest phrase at a place wins."""
    words = text.lower()
    found = [
        (match.start(), -len(match.group()), slot) for slot, pattern in patterns() if (match := pattern.search(words))
    ]
    return [slot for _, _, slot in sorted(found)]
