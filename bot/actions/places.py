"""Where the person lives or is registered, and which team helps there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from bot.actions.doing import Doing, Slots, result
from bot.flows.engine import ActionResult, Event
from bot.nlu.nations import nation_named
from services import conversations, eligibility, team_rules, teams
from services.ages import ADULT, CHILD_UNTIL, is_a_child
from services.areas import Area
from services.eligibility import Facts
from services.models import Team
from services.practices import EMPTY_WORDS, Practice, words_of

PLAIN = 0.9
"""The share of a town's surgeries that one board must have: Ashford is in Kent and in Surrey."""
NOT_POSTCODES = {None, "no_fixed_address", "rather_not_say", "skipped"}


def area_of(doing: Doing, slots: Slots) -> Area | None:
    """The area of the postcode given so far; None when none was given."""
    postcode = slots.get("postcode")
    if postcode not in NOT_POSTCODES:
        return doing.parts.areas.find(str(postcode), doing.today)
    place = slots.get("place")
    return place_area(doing, str(place)) if place else None


def place_area(doing: Doing, words: str) -> Area | None:
    """The area of a town, or of a postcode that was said where a town was asked for."""
    town = town_area(doing, words)
    if town:
        return town
    typed = doing.parts.areas.find(words, doing.today)
    return typed if typed.status in {"found", "outside_england"} else None


def area_slots(area: Area) -> dict[str, Any]:
    asked = area.status == "unknown" and area.suggestion
    return {
        "area_result": "confirm_suggestion" if asked else area.status,
        "nation": area.nation,
        "board_name": area.board_short or "",
        "postcode_suggestion": area.suggestion or area.postcode or "",
    }


def find_area(doing: Doing, slots: Slots) -> ActionResult:
    area = area_of(doing, slots)
    if area is None:
        return result(area_result="unknown", nation="unknown", board_name="", postcode_suggestion="")
    return result(**area_slots(area))


def look_outside(doing: Doing, slots: Slots) -> ActionResult:
    """Whether the postcode or the place told so far is outside England; "unknown" says no more than that it is not."""
    at_home = slots.get("postcode") not in NOT_POSTCODES
    nation = None if at_home else nation_named(str(slots.get("place") or ""))
    area = area_of(doing, slots) if at_home else None
    if area and area.status == "outside_england":
        nation = area.nation
    return result(area_result="outside_england" if nation else "unknown", nation=nation or "unknown")


def take_suggestion(doing: Doing, slots: Slots) -> ActionResult:
    """The person said yes to "did you mean …?"."""
    area = doing.parts.areas.find(str(slots.get("postcode_suggestion") or ""), doing.today)
    return result(**area_slots(area), postcode=area.postcode or slots.get("postcode_suggestion"))


def accept_postcode(doing: Doing, slots: Slots) -> ActionResult:
    """The person says that a postcode we do not know is right: take the best guess, if there is one."""
    area = area_of(doing, slots)
    known = area is not None and area.board is not None
    nation = area.nation if area else "unknown"
    return result(
        area_result="found" if known else "unknown", nation=nation, board_name=(area.board_short if area else "") or ""
    )


def town_area(doing: Doing, words: str) -> Area | None:
    """The area of a local authority or town by its name; None when it is not plain which board that is."""
    areas, practices = doing.parts.areas, doing.parts.practices
    told = [word for word in words_of(words) if word not in EMPTY_WORDS]
    named = {code for code, name in areas.lads.items() if words_of(name) in (told, words_of(words))}
    in_authority = [practice for practice in practices.all if practice.lad in named]
    in_town = practices.in_town(words) or practices.in_town(" ".join(told))
    boards = {usual_board(found) for found in (in_authority, in_town) if found}
    usual = boards.pop() if len(boards) == 1 else None
    if usual is None:
        return None
    there = [practice for practice in in_authority or in_town if (practice.board26, practice.board23) == usual]
    authority = Counter(practice.lad for practice in there).most_common(1)[0][0]
    return areas.find(next(practice.postcode for practice in there if practice.lad == authority), doing.today)


def usual_board(found: Sequence[Practice]) -> tuple[str, str] | None:
    """The board of nearly all of the practices, as of 2026 and of 2023; None where they are divided."""
    board, share = Counter((practice.board26, practice.board23) for practice in found).most_common(1)[0]
    return board if share >= PLAIN * len(found) else None


def find_practice(doing: Doing, slots: Slots) -> ActionResult:
    """A GP surgery by name, or a town by the surgeries in it."""
    picked = slots.get("practice_pick")
    practice = doing.parts.practices.by_code.get(str(picked)) if picked else None
    if practice:
        return practice_found(doing, practice)
    words = str(slots.get("practice") or slots.get("place") or "")
    nation = None if slots.get("practice") else nation_named(words)
    if nation:
        return result(practice_result="found", area_result="outside_england", nation=nation)
    near = area_of(doing, slots)
    found = doing.parts.practices.search(words, near)
    if len(found) == 1:
        return practice_found(doing, found[0])
    choices = [{"value": each.code, "title": each.title[:60]} for each in found]
    return result(practice_result="several" if found else "none", practice_choices=choices)


def practice_found(doing: Doing, practice: Any) -> ActionResult:
    board = practice.board(doing.today)
    return result(
        practice_result="found",
        practice_choices=[],
        area_result="found",
        nation="england",
        board_name=board.short_name if board else "",
        practice_pick=practice.code,
    )


def find_team(doing: Doing, slots: Slots) -> ActionResult:
    practice = doing.parts.practices.by_code.get(str(slots.get("practice_pick") or ""))
    area = area_of(doing, slots)
    if area is None and practice is None:
        return result(team_result=None)
    asked = slots.get("practice") is not None
    match = teams.find(doing.session, area, practice, doing.today, asked_practice=asked)
    helper = match.team or teams.call_back_team(doing.session, area, doing.today)
    conversations.give_to(doing.session, doing.conversation, helper.id if helper else None)
    if helper is None:
        return result(team_result=match.result, team_accepts_call_back="no", asks_months="no", min_age=CHILD_UNTIL)
    return team_slots(doing, match.result, helper)


def team_slots(doing: Doing, found: str, team: Team) -> ActionResult:
    youngest, asks_months = team.min_age, team.asks_months
    if team_rules.has_own(doing.session, team.id):
        rules = team_rules.of(doing.session, team.id, doing.today)
        youngest, asks_months = rules.min_age or youngest, rules.asks_months
    return result(
        team_result=found,
        team_name=team.name,
        team_short=team.short_name,
        controller=team.controller,
        caller_number=team.caller_number,
        call_length=team.minutes_of(team.call_kinds.partition(",")[0]),
        team_accepts_call_back="yes" if team.accepts_call_back else "no",
        asks_months="yes" if asks_months else "no",
        min_age=youngest,
    )


def check_age(doing: Doing, slots: Slots) -> ActionResult:
    """A child is one everywhere; 16 or 17 is young only where the team starts later."""
    age, minimum = int(slots.get("age") or 0), int(slots.get("min_age") or CHILD_UNTIL)
    if is_a_child(age):
        return result(age_result="child")
    return result(age_result="young" if age < min(minimum, ADULT) else "adult")


def facts_of(doing: Doing, slots: Slots) -> Facts:
    area = area_of(doing, slots)
    practice = doing.parts.practices.by_code.get(str(slots.get("practice_pick") or ""))
    return eligibility.facts(slots, area, practice)


def check_eligibility(doing: Doing, slots: Slots) -> ActionResult:
    """The team's own dated rules, three-valued; the decision is kept with the rules that made it."""
    decision = eligibility.check(doing.session, doing.conversation, facts_of(doing, slots), doing.today, doing.now)
    reason = eligibility.reason_words(decision)
    event = Event("eligibility:" + decision.answer, {"board": decision.board, "reasons": list(decision.reason_ids)})
    return result(event, eligibility=decision.answer, eligibility_reason=reason)


def place_known(doing: Doing, slots: Slots) -> ActionResult:
    return result(place_known="yes" if slots.get("work_situation") is not None else "no")
