"""What is said of "him" or "her", as that person would say it: "he lost his job" -> "i lost my job"."""

from __future__ import annotations

import re

_AS_OWN = {
    "he": "i", "she": "i", "they": "i", "hes": "im", "shes": "im", "theyre": "im", "he's": "im", "she's": "im", "they're": "im",
    "his": "my", "her": "my", "their": "my", "hed": "id", "shed": "id", "theyd": "id", "theyve": "ive", "they've": "ive",
}  # fmt: skip
_WORDS = re.compile(r"\b(?:" + "|".join(sorted(_AS_OWN, key=len, reverse=True)) + r")\b", re.IGNORECASE)


def as_own(text: str) -> str:
    """For the readers of facts, which know how people speak of themselves. Other words stay as they are."""
    return _WORDS.sub(lambda found: _AS_OWN[found[0].lower()], text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'"))
