"""What the person has told us, said back to them; and what we know without asking."""

from __future__ import annotations

from typing import Any

from bot.actions.doing import Doing, Slots, result
from bot.flows.engine import ActionResult
from services.settings import Settings

SHOWN = ("name", "work_situation", "postcode", "place", "age", "months_out_of_work", "barriers", "phone")
MOST_CHARACTERS = 75


def words_for(doing: Doing, slot: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(doing.title(slot, each) for each in value)
    return doing.title(slot, value)


def answers(doing: Doing, slots: Slots, *, sensitive: bool) -> list[str]:
    given = [name for name in ("health", *SHOWN) if slots.get(name) not in (None, "", "skipped")]
    kept = [name for name in given if doing.book.slots[name].sensitive == sensitive]
    return [words_for(doing, name, slots[name]) for name in kept]


def shortened(lines: list[str], most: int) -> str:
    """As many whole answers as fit, the rest counted."""
    words = ""
    for number, line in enumerate(lines):
        longer = f"{words}; {line}" if words else line
        if len(longer) > most - 8:
            return f"{words}; +{len(lines) - number} more" if words else longer[: most - 1]
        words = longer
    return words


def summarise_answers(doing: Doing, slots: Slots) -> ActionResult:
    """Non-sensitive answers in one line, sensitive ones only counted; all of them for SHOW."""
    plain, private = answers(doing, slots, sensitive=False), answers(doing, slots, sensitive=True)
    count = sum(len(slots[name]) for name in ("health",) if isinstance(slots.get(name), list))
    everything = "; ".join([*private, *plain]) or "-"
    return result(
        summary_lines=shortened(plain, MOST_CHARACTERS) or "-", sensitive_count=count, summary_all=everything[:290]
    )


def has_phone(doing: Doing, slots: Slots) -> ActionResult:
    """By SMS the address is the number."""
    known = doing.channel == "sms" or slots.get("phone") not in (None, "")
    return result(phone_known="yes" if known else "no")


def give_links(doing: Doing, slots: Slots) -> ActionResult:
    links = links_of(doing.parts.settings)
    return result(privacy_link=links["privacy"], chat_link=links["chat"])


def links_of(settings: Settings) -> dict[str, str]:
    base = settings.public_url.rstrip("/")
    return {"privacy": f"{base}/privacy", "chat": f"{base}/chat"}
