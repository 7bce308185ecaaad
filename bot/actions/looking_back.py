"""What the person has told us, said back to them; and what we know without asking."""

from __future__ import annotations

from typing import Any

from bot.actions.doing import Doing, Slots, result
from bot.flows.engine import ActionResult
from bot.flows.responses import render
from bot.nlu.recognisers.drink_drugs import DRINK_OR_DRUGS
from bot.nlu.recognisers.phone import in_national_form
from services.settings import Settings

SHOWN = ("name", "phone", "call_needs", "work_situation", "months_out_of_work", "postcode", "place", "age", "barriers")
"""How they are reached first: a summary is cut at its end, and a wrong number does the most harm."""
MOST_CHARACTERS, MOST_ON_A_PAGE = 65, 400
OWN_WORDS, MOST_OWN_BY_TEXT, MOST_OWN = "own_words", 200, 1500
NOTHING_NAMED = {"none", "skipped"}
NOT_TOLD = {"rather_not_say", "skipped"}
NO_PHONE = "no_phone"
"""What the slot `phone` holds for somebody who has none."""
NOT_SAID_BACK = (None, "", "skipped", "not_known", "rather_not_say", NO_PHONE, ["phone"])
"""Nothing, or what goes without saying: a call by phone is the usual, and by itself "rather not say" says nothing."""


def words_for(doing: Doing, slot: str, value: Any, **more: Any) -> str:
    """An answer as it is said back: by `utter_say_<slot>` where the content has such words, else by its title."""
    say, spec = doing.book.responses.get(f"utter_say_{slot}"), doing.book.slots.get(slot)
    if spec and spec.on_card:
        return f"{spec.on_card}: {said_of(doing, slot, value)}"
    if say:
        return render(doing.book, say, {slot: shown(slot, value), **more}, part=doing.channel, helpline=str)
    return said_of(doing, slot, value)


def said_of(doing: Doing, slot: str, value: Any) -> str:
    """An answer by its title, or titles."""
    if isinstance(value, list):
        return ", ".join(doing.title(slot, each) for each in value if each not in NOTHING_NAMED)
    return doing.title(slot, value)


def shown(slot: str, value: Any) -> Any:
    """A number as one would write it: 07700 900123, and 24 rather than 24.0 months."""
    if slot == "phone":
        return in_national_form(str(value))
    return int(value) if isinstance(value, float) and value.is_integer() else value


def answers(doing: Doing, slots: Slots, *, sensitive: bool) -> list[str]:
    added = [spec.name for spec in doing.book.slots.values() if spec.on_card]
    given = [name for name in ("health", "share_condition", *SHOWN, *added) if slots.get(name) not in NOT_SAID_BACK]
    kept = [name for name in given if doing.book.slots[name].sensitive == sensitive]
    return [words for name in kept if (words := words_for(doing, name, slots[name]))]


def on_card(doing: Doing, slots: Slots) -> list[dict[str, str]]:
    """Answers to questions that the content alone knows, as the coach's card shows them: in words, since the words may change."""
    specs = [spec for spec in doing.book.slots.values() if spec.on_card and slots.get(spec.name) not in NOT_SAID_BACK]
    return [
        {"slot": one.name, "title": str(one.on_card), "said": said_of(doing, one.name, slots[one.name])}
        for one in specs
    ]


def shortened(lines: list[str], most: int) -> tuple[str, bool]:
    """As many whole answers as fit, and whether some are left out; a single one that is longer ends with a whole word."""
    words = ""
    for line in lines:
        longer = f"{words}; {line}" if words else line
        if len(longer) > most:
            return words or longer[:most].rpartition(" ")[0] or longer[:most], True
        words = longer
    return words, False


def summarise_answers(doing: Doing, slots: Slots) -> ActionResult:
    """Non-sensitive answers in one line, sensitive ones only counted; all of them, and their own words, for SHOW."""
    plain, private = answers(doing, slots, sensitive=False), answers(doing, slots, sensitive=True)
    health = slots.get("health")
    count = sum(each not in NOT_TOLD for each in health) if isinstance(health, list) else 0
    count += slots.get(DRINK_OR_DRUGS) is not None and "other" not in (health or [])  # "other" may stand for it
    everything = "; ".join([*private, *plain]) or "-"
    lines, cut = shortened(plain, MOST_CHARACTERS if doing.channel == "sms" else MOST_ON_A_PAGE)
    own = [f'"{" ".join(str(each["words"]).split())}"' for each in slots.get(OWN_WORDS) or []]
    by_text, own_cut = shortened(own, MOST_OWN_BY_TEXT)
    return result(
        summary_lines=lines or "-",
        summary_cut="yes" if cut else "no",
        sensitive_count=count,
        summary_all=everything[:290],
        own_said=by_text or None,
        own_said_in_full=shortened(own, MOST_OWN)[0] or None,
        own_cut="yes" if own_cut else "no",
    )


def has_phone(doing: Doing, slots: Slots) -> ActionResult:
    """By SMS the address is the number, unless it is somebody else who asks for help."""
    if slots.get("for_someone_else"):
        return result(phone_known="somebody_else")
    if slots.get("other_phone") and slots.get("phone") is None:
        return result(phone_known="no")  # they asked to change it
    known = doing.channel == "sms" or slots.get("phone") not in (None, "", NO_PHONE)
    return result(phone_known="yes" if known else "no")


def give_links(doing: Doing, slots: Slots) -> ActionResult:
    links = links_of(doing.parts.settings)
    return result(privacy_link=links["privacy"], chat_link=links["chat"])


def links_of(settings: Settings) -> dict[str, str]:
    base = settings.public_url.rstrip("/")
    return {"privacy": f"{base}/privacy", "chat": f"{base}/chat"}
