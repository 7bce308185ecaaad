"""Which language somebody writes or asks for, and the one line we have in it."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from bot.nlu.recognisers.text import clean

TABLE = Path(__file__).resolve().parent.parent / "dialogs" / "interpreter_lines.yml"
SCRIPTS = {"BENGALI": "bn", "GUJARATI": "gu", "DEVANAGARI": "hi", "GURMUKHI": "pa", "TAMIL": "ta", "CJK": "zh"}
"""Scripts that one of our languages is written in; Arabic and Cyrillic letters are shared."""
ARABIC = (("ur", "ٹڈڑںےھ"), ("fa", "پچژگ"), ("ar", "ةىأإ"))
CYRILLIC = (("uk", "іїєґ"), ("ru", "ыэъё"))
FEWEST_WORDS, LATIN_ENDS = 2, 0x250
ASKS = re.compile(r"\b(?:speak|talk|write|text|chat|language|translat\w*|interpret\w*|understand)\b")


@dataclass(frozen=True, slots=True)
class Language:
    """A language by its code, its English name, the line in it, and everyday words by which it is known."""

    code: str
    name: str
    line: str
    words: frozenset[str]

    @property
    def is_latin(self) -> bool:
        """Whether it is written in Latin letters, which a text message can carry without their marks."""
        return all(ord(char) < LATIN_ENDS for char in self.line)


@cache
def languages() -> dict[str, Language]:
    table: Any = YAML(typ="safe", pure=True).load(TABLE.read_text(encoding="utf-8"))["languages"]
    return {
        code: Language(code, row["name"], row["line"], frozenset(map(bare, row["words"])))
        for code, row in table.items()
    }


def bare(word: str) -> str:
    """Without the marks over letters, which many leave out."""
    return "".join(c for c in unicodedata.normalize("NFKD", str(word).casefold()) if not unicodedata.combining(c))


def language_asked_for(text: str) -> str | None:
    """ "Can you speak romanian", "polish interpreter": a language named as what they want to talk in."""
    said = clean(text).casefold()
    asks = "" if ASKS.search(said) else "in "
    return next(
        (
            one.code
            for one in languages().values()
            if (name := one.name.casefold()) in said and re.search(rf"\b{asks}{name}\b", said)
        ),
        None,
    )


def language_of(text: str) -> str | None:
    """The language the words are written in, or that they name; None where it is not plain."""
    return language_asked_for(text) or by_letters(text) or by_words(text)


def by_letters(text: str) -> str | None:
    scripts = Counter(unicodedata.name(char, " ").split(" ")[0] for char in text if char.isalpha())
    script = scripts.most_common(1)[0][0] if scripts else ""
    if script == "ARABIC":
        return next((code for code, letters in ARABIC if set(letters) & set(text)), by_words(text) or "ar")
    if script == "CYRILLIC":
        return next((code for code, letters in CYRILLIC if set(letters) & set(text.casefold())), by_words(text) or "ru")
    return SCRIPTS.get(script)


def by_words(text: str) -> str | None:
    """Two everyday words of one language, and more of it than of any other."""
    said = set(re.findall(r"\w+", bare(text)))
    found = sorted(((len(said & one.words), one.code) for one in languages().values()), reverse=True)
    (most, code), (second, _) = found[0], found[1]
    return code if most >= FEWEST_WORDS and most > second else None
