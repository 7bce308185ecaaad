"""Whether a call suits what the person said of how they can talk: codes, whose words are on the page."""

from __future__ import annotations

from collections.abc import Collection, Iterator

WAYS = ("phone", "video", "in_person", "messages")
"""Ways to talk that a person picks among; any one of those picked will do."""


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
