"""A nation or an island outside England named in words."""

from __future__ import annotations

import re
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


def nation_told(text: str) -> str | None:
    """The name of a place outside England where the words say that the person lives: "im in cardiff", "i live in wales"."""
    words = clean(text).lower()
    told = _lives_in().search(words)
    return words[slice(*told.span(1))].title() if told and not _OTHERS.search(words[: told.start(1)]) else None


@cache
def _lives_in() -> re.Pattern[str]:
    listed = "|".join(re.escape(name) for name in sorted(names(), key=len, reverse=True))
    return re.compile(
        r"\b(?:live|lives|living|based|stay|staying|stop|stopping|im|i'm|am|here|we're|were|over|up|down|resident) "
        rf"(?:(?:in|near|at|just|outside|over|up|down|sunny|north|south|west|mid|the) ){{1,3}}({listed})\b"
    )


_OTHERS = re.compile(
    r"\b(?:not|never|used|was|moved|moving|born|grew|mum|mam|dad|wife|husband|partner|son|daughter|brother|sister|mate|friend|boss|ex|"
    r"family|parents|they|he|she|hes|shes|holiday|hospital)\b"
)
