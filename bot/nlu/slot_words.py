"""Which earlier answer a person names when they want to change it; and whether words are English at all."""

from __future__ import annotations

import re
from functools import cache

from bot.nlu.recognisers import lexicon

SMALLEST = frozenset(
    {"i", "a", "an", "the", "to", "of", "in", "is", "it", "my", "me", "you", "do", "not", "am", "i'm", "be", "can"}
    | {"could", "have", "has", "for", "and", "or", "but", "on", "at", "what", "when", "who", "that", "this", "with"}
)


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


def pattern_of(slot: str) -> re.Pattern[str]:
    """The words that name a slot."""
    return dict(patterns())[slot]


def slots_named(text: str) -> list[str]:
    """Slots in the order in which the words name them; the longest phrase at a place wins."""
    words = text.lower()
    found = [
        (match.start(), -len(match.group()), slot) for slot, pattern in patterns() if (match := pattern.search(words))
    ]
    return [slot for _, _, slot in sorted(found)]


def is_mostly_english(text: str) -> bool:
    """Whether half of the words or more are everyday English ones: somebody writing English is not told that we only write it."""
    words = re.findall(r"[a-z']+", text.lower())
    known = lexicon.word_set("ordinary_words", "words") | SMALLEST
    return bool(words) and 2 * sum(word in known for word in words) >= len(words)
