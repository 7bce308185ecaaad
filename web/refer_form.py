"""What a professional typed about somebody: as a value, or what is wrong with each field."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from bot.nlu.recognisers.phone import read_phone
from bot.nlu.recognisers.postcode import read_postcode
from services.introductions import By, Given
from services.spending import UK_MOBILE

FIELDS = ("name", "number", "postcode", "by", "agreed", "note")
MOST_NOTE = 200
FIRST_NAME = re.compile(r"[^\W\d_](?:[^\W\d_]|[ .'’-]){0,29}")


@dataclass
class Filled:
    """A form as it was typed, and what is wrong with it: the id of the words for each field."""

    typed: Mapping[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    given: Given | None = None


def read(form: Mapping[str, Any], ways: Sequence[By]) -> Filled:
    """What was typed as a value, or what is wrong with each field."""
    typed = {name: whole(str(form.get(name) or "")) for name in FIELDS}
    filled = Filled(typed)
    number, wrong = read_number(typed["number"])
    postcode, odd = read_home(typed["postcode"])
    by = next((way for way in ways if way == typed["by"] or len(ways) == 1), None)
    problems = {
        "name": "refer.name_wrong" if typed["name"] and not FIRST_NAME.fullmatch(typed["name"]) else "",
        "number": wrong,
        "postcode": odd,
        "by": "" if by else "refer.by_missing",
        "note": "refer.note_long" if len(typed["note"]) > MOST_NOTE else "",
        "agreed": "" if typed["agreed"] == "yes" else "refer.not_agreed",
    }
    filled.errors = {name: words for name, words in problems.items() if words}
    if number and by and not filled.errors:
        filled.given = Given(number, by, typed["name"] or None, postcode, typed["note"] or None)
    return filled


def whole(text: str) -> str:
    """One line of characters that can be stored."""
    return " ".join(text.encode("utf-8", "replace").decode().replace("\0", "").split())


def read_number(text: str) -> tuple[str | None, str]:
    """A UK mobile as +447700900123, or the id of the words that say what is wrong."""
    found = read_phone(text[:60])
    if not text:
        return None, "refer.number_missing"
    if found is None or not found.whole:
        return None, "refer.number_wrong"
    value = cast("dict[str, Any]", found.value)
    if not value["ok"]:
        return None, "refer.number_abroad" if value["why"] == "not_uk" else "refer.number_wrong"
    if value["kind"] != "mobile":
        return None, "refer.number_landline"
    number = str(value["e164"])
    return (number, "") if UK_MOBILE.fullmatch(number) else (None, "refer.number_abroad")


def read_home(text: str) -> tuple[str | None, str]:
    """A whole postcode, or nothing; else the id of the words that say what is wrong."""
    found = read_postcode(text[:40]) if text else None
    postcode = cast("dict[str, Any]", found.value)["postcode"] if found and found.whole else None
    return postcode, "" if postcode or not text else "refer.postcode_wrong"
