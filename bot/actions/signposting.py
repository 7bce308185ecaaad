"""Local help: listings that fit what the person named and where they are; the doors where this team is not the one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.actions.doing import Doing, Slots, result
from bot.actions.places import area_of
from bot.flows.engine import ActionResult, Event
from bot.nlu.recognisers.drink_drugs import DRINK_OR_DRUGS
from services import duty, journeys

SHOWN = 3
NOT_NAMED = {"none", "rather_not_say", "skipped"}


def named(slots: Slots, slot: str) -> list[str]:
    value = slots.get(slot)
    return [each for each in value if each not in NOT_NAMED] if isinstance(value, list) else []


def shown(doing: Doing, slots: Slots, listings: list[Any], *, seen: list[str], more: bool) -> ActionResult:
    ids = [listing.id for listing in listings]
    flagged, today = any(listing.red_flags for listing in listings), doing.today.isoformat()
    event = [Event("signposted", {"listings": ids})] if ids else []
    return result(
        *event,
        signpost_count=len(ids),
        signpost_lines="\n".join(listing.sms_line for listing in listings),
        more_listings="yes" if more else "no",
        red_flags="yes" if flagged and slots.get("red_flags_on") != today else "no",  # once a day is enough
        red_flags_on=today if flagged else slots.get("red_flags_on"),
        signposted=[*seen, *ids],
    )


def signpost(doing: Doing, slots: Slots) -> ActionResult:
    """Up to three listings not shown before, matched to what was named, the nation, the authority and the age."""
    area, directory = area_of(doing, slots), doing.parts.directory
    lad = area.lad if area else None
    usable = directory.usable(doing.session, nation_of(slots), slots.get("age"), doing.today, lad)
    seen = list(slots.get("signposted") or [])
    barriers, told = named(slots, "barriers"), named(slots, DRINK_OR_DRUGS)
    if not seen:  # note the needs for which there is nothing here that may be said
        journeys.unmet(doing.session, doing.conversation, directory.unmet(usable, [*barriers, *told]), doing.now)
    health = [*told, *named(slots, "health")]
    found = directory.match(usable, barriers=barriers, health=health, limit=SHOWN + 1, skip_ids=seen)
    return shown(doing, slots, found[:SHOWN], seen=seen, more=len(found) > SHOWN)


def signpost_more(doing: Doing, slots: Slots) -> ActionResult:
    return signpost(doing, slots)


def rights_at_work(doing: Doing, slots: Slots) -> ActionResult:
    """Who knows the law about work where the person is, if its number was checked lately."""
    found = doing.parts.directory.match(usable_for(doing, slots), barriers=["employer"], health=[], limit=1)
    return one_line(slots, "rights_line", found)


GRANTS = ("access-to-work", "access-to-work-ni")


def travel_to_work(doing: Doing, slots: Slots) -> ActionResult:
    """The grant for getting to a job where the person is, if it was checked lately; none for who is out of work."""
    found = [each for each in usable_for(doing, slots) if each.id in GRANTS]
    return one_line(slots, "travel_line", [] if slots.get("work_situation") == "out_of_work" else found[:1])


def usable_for(doing: Doing, slots: Slots) -> list[Any]:
    return doing.parts.directory.usable(doing.session, nation_of(slots), slots.get("age"), doing.today, None)


def one_line(slots: Slots, slot: str, found: Sequence[Any]) -> ActionResult:
    """The first listing's words in a slot of their own; noted as shown."""
    ids = [listing.id for listing in found]
    event = [Event("signposted", {"listings": ids})] if ids else []
    told = dict.fromkeys([*(slots.get("signposted") or []), *ids])
    return result(*event, **{slot: found[0].sms_line if found else "", "signposted": list(told)})


def doors_for(doing: Doing, slots: Slots) -> ActionResult:
    """The doors that do fit: another nation's, a young person's, or those beside a team that is not the one."""
    found = doing.parts.directory.doors(
        doing.session,
        nation=nation_of(slots),
        age=slots.get("age"),
        barriers=named(slots, "barriers"),
        health=[*named(slots, DRINK_OR_DRUGS), *named(slots, "health")],
        work_situation=slots.get("work_situation"),
        on=doing.today,
        limit=SHOWN,
    )
    return shown(doing, slots, found, seen=list(slots.get("signposted") or []), more=False)


def nation_of(slots: Slots) -> str:
    nation = slots.get("nation")
    return str(nation) if nation not in (None, "unknown") else "england"


def alert_duty(doing: Doing, slots: Slots) -> ActionResult:
    """Tell the duty person; with no rota nothing is promised."""
    kind = str(slots.get("crisis_kind") or "self_harm")
    alerted = duty.alert(doing.session, doing.conversation.id, doing.conversation.team_id, kind, doing.now)
    return result(Event("duty_alert", {"kind": kind}), duty_result=alerted.result)
