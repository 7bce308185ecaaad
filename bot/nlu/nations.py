"""A nation or an island outside England named in words."""

from __future__ import annotations

from functools import cache

from bot.nlu.recognisers import lexicon
from bot.nlu.recognisers.text import clean


@cache
def names() -> dict[str, str]:
    """Each name in small letters with its nation."""
    return {name.lower(): nation for nation, listed in lexicon.read("nations").items() for name in listed}


def nation_named(text: str) -> str | None:
    """wales, scotland, northern_ireland or islands when the words are, or end with, the name of a place there."""
    words = clean(text).lower().strip(" .!?,")
    for name, nation in names().items():
        if words == name or words.endswith(f" {name}"):
            return nation
    return None
