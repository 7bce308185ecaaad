"""Whether a call, and a coach, suit what the person said of how they can talk: codes, whose words are on the page."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Protocol, TypeVar

WAYS = ("phone", "video", "in_person", "messages")
"""Ways to talk that a person picks among; any one of those picked will do."""
BSL = "bsl"
MOST_LANGUAGES = 8
LANGUAGE = re.compile(r"[A-Za-z][A-Za-z' -]{1,29}", re.ASCII)


class Speaker(Protocol):
    """Whose languages are written down: a coach, or what was read of one."""

    @property
    def languages(self) -> str: ...


_Coach = TypeVar("_Coach", bound=Speaker)


def clashes(needs: Collection[str], kind: str, *, has_number: bool, no_texts: bool) -> list[str]:
    """What does not fit between a call of this kind and the needs: `wants_<way>`, `bsl_needs_picture`, and so on."""
    return list(_clashes(needs, kind, has_number, no_texts))


def _clashes(needs: Collection[str], kind: str, has_number: bool, no_texts: bool) -> Iterator[str]:
    wanted = [way for way in WAYS if way in needs]
    if wanted and kind not in wanted:
        yield from (f"wants_{way}" for way in wanted)
    if "bsl" in needs and kind not in ("video", "in_person"):
        yield "bsl_needs_picture"
    if kind == "phone" and not has_number:
        yield "no_number"
    if kind == "messages" and no_texts:
        yield "writing_but_stopped"


def to_arrange(needs: Collection[str], kind: str) -> list[str]:
    """What somebody has to arrange before the call: `interpreter`, `bsl`, `text_relay`."""
    return [need for need in ("interpreter", "bsl") if need in needs] + (
        ["text_relay"] if "text_relay" in needs and kind == "phone" else []
    )


def way(card: Mapping[str, Any], *, has_number: bool) -> str:
    """How a coach gets in touch with this person, one of `WAYS`: who wants writing only, or has no number, is not rung."""
    needs = card.get("call_needs")
    if isinstance(needs, list) and "messages" in needs:
        return "messages"
    kind = str(card.get("call_kind") or "phone")
    if kind == "phone" and not has_number:
        return "messages"
    return kind if kind in WAYS else "phone"


def languages_of(text: str) -> tuple[str, ...]:
    """The languages in "Polish, BSL", in small letters, each once. ValueError for what is none, or for too many."""
    found = tuple(dict.fromkeys(part.strip().lower() for part in text.split(",") if part.strip()))
    if len(found) > MOST_LANGUAGES or not all(LANGUAGE.fullmatch(each) for each in found):
        raise ValueError("languages are written with commas: Polish, Urdu, BSL")
    return found


def languages_in_full(text: str) -> str:
    """The languages as they are kept and shown: "Polish, BSL". ValueError as `languages_of`."""
    return ", ".join(each.upper() if each == BSL else each.title() for each in languages_of(text))


def fitting(coaches: Sequence[_Coach], card: Mapping[str, Any]) -> list[_Coach]:
    """The coaches who speak what the person asked for (BSL, or a language they named); none where nobody does."""
    needs, words = card.get("call_needs") or (), str(card.get("call_need_words") or "").lower()
    said = set(re.findall(r"[a-z']+", words))
    wanted = {BSL} if BSL in needs else set()
    found = []
    for coach in coaches:
        speaks = set(languages_of(coach.languages))
        named = {each for each in speaks if "interpreter" in needs and set(each.split()) <= said}
        if speaks & wanted or named:
            found.append(coach)
    return found
