"""The forms of a team: what was typed, what it means, and the fields that are wrong."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from bot.flows.segments import to_gsm7, unsupported
from services.boards import Boards
from services.models import Team
from services.tables_in_out import EMAIL, LONGEST_NAME
from services.tables_of_places import PRACTICE_CODE, known_lads
from services.tables_of_teams import (
    ACCEPTS,
    ADDRESS,
    AGES,
    CALLER_NUMBER,
    DAYS,
    LONGEST_SHORT_NAME,
    POSTCODE_PART,
    area_problem,
)
from services.team_changes import Area, Fact, facts_of
from services.teams import CALL_BACK, PART

WORDS = ("name", "short_name", "controller", "privacy_url", "caller_number", "email", "board")
NUMBERS = {"min_age": AGES, "call_back_days": DAYS}
TICKS = ("asks_months", "accepts_call_back", "telegram_allowed")
FIELDS = (*WORDS, *NUMBERS, *TICKS)
"""In the order of the form."""
NEW = {"min_age": "18", "call_back_days": "5", "accepts_call_back": "yes"}
"""What stands in the form of a team that is new."""
LONGEST = 200
MOST_KEPT = 400
"""Of what was typed in a field: more than any may have, so that nothing is cut that would then pass as right."""
AREA_FIELDS = ("place", "code", "starts_on", "ends_on")


def typed_of(form: Mapping[str, object]) -> dict[str, str]:
    """What was typed, in one line each."""
    return {name: " ".join(str(form.get(name) or "").replace("\0", "").split())[:MOST_KEPT] for name in FIELDS}


def shown_of(team: Team) -> dict[str, str]:
    """What stands in the form of a team that is there."""
    return {name: _shown(value) for name, value in facts_of(team).items()}


def _shown(value: Fact) -> str:
    return "yes" if value is True else "" if value is False or value is None else str(value)


def read_facts(typed: Mapping[str, str], today: date) -> tuple[dict[str, Fact], list[str]]:
    """What a team is to be, and the fields that are wrong."""
    wrong = [name for name in ("name", "short_name") if not 0 < len(typed[name]) <= _longest(name)]
    wrong += [name for name in ("name", "short_name", "controller") if unsupported(to_gsm7(typed[name]))]
    wrong += [] if 0 < len(typed["controller"]) <= LONGEST else ["controller"]
    wrong += ["privacy_url"] if typed["privacy_url"] and not ADDRESS.fullmatch(typed["privacy_url"]) else []
    wrong += [] if CALLER_NUMBER.fullmatch(typed["caller_number"]) else ["caller_number"]
    wrong += (
        [] if not typed["email"] or (EMAIL.fullmatch(typed["email"]) and len(typed["email"]) <= LONGEST) else ["email"]
    )
    wrong += ["board"] if typed["board"] and not Boards.load().get(typed["board"]) else []
    numbers = {name: _whole(typed[name]) for name in NUMBERS}
    wrong += [name for name, allowed in NUMBERS.items() if numbers[name] not in allowed]
    facts: dict[str, Fact] = {name: typed[name] for name in ("name", "short_name", "controller", "caller_number")}
    facts |= {name: typed[name] or None for name in ("privacy_url", "email", "board")}
    facts |= numbers | {name: typed[name] == "yes" for name in TICKS}
    return facts, sorted(set(wrong), key=FIELDS.index)


def _longest(name: str) -> int:
    return LONGEST_SHORT_NAME if name == "short_name" else LONGEST_NAME


def _whole(cell: str) -> int:
    """A whole number of few digits; -1 for anything else."""
    return int(cell) if cell.isascii() and cell.isdecimal() and len(cell) < 4 else -1


def typed_area(form: Mapping[str, object]) -> dict[str, str]:
    """What was typed of a place to add, in one line each."""
    return {name: " ".join(str(form.get(name) or "").replace("\0", "").split())[:40] for name in AREA_FIELDS}


def read_areas(typed: Mapping[str, str], ways: Iterable[str], part: bool) -> tuple[list[Area], list[str]]:
    """The rows that a place makes, one for each way to belong to it, and the fields that are wrong."""
    kind, code = _place(typed)
    picked = [way for way in ACCEPTS if way in ways]
    wrong = [] if kind else ["code" if typed["code"] else "place"]
    wrong += [] if picked and not (CALL_BACK in picked and kind != "board") else ["accepts"]
    whole = f"{kind}_{PART}" if part else kind
    made: list[Area] = [(whole, code, way, typed["starts_on"], typed["ends_on"]) for way in picked]
    if not wrong and any(area_problem(area, known_lads()) for area in made):
        wrong.append("ends_on")
    return made, wrong


def _place(typed: Mapping[str, str]) -> tuple[str, str]:
    """Kind and code of one place: picked from the list, or a surgery's code or (part of) a postcode that was typed."""
    kind, _, code = typed["place"].partition(":")
    said = typed["code"].upper()
    if bool(kind) == bool(said):
        return "", ""
    if kind in ("board", "lad"):
        known = Boards.load().get(code) is not None if kind == "board" else code in known_lads()
        return (kind, code) if known else ("", "")
    if PRACTICE_CODE.fullmatch(said):
        return "practice", said
    return ("postcode", said) if POSTCODE_PART.fullmatch(said) else ("", "")
