"""Which openings are offered: those that fit what was asked for, else the nearest; holds nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.actions import waiting
from bot.actions.doing import Doing, Slots, result
from bot.flows.engine import ActionResult
from bot.times import spoken, spread, windows_of
from services import booking, diary
from services.diary import Opening

OFFERED = 3
LOOKED_AT = 60
AROUND = (2, 5, 9, 14, 20, 28)
"""Days before and after the time asked for within which the closest openings are looked for."""
Windows = list[tuple[Any, Any]]


@dataclass(frozen=True, slots=True)
class Asked:
    """What counts when times are offered."""

    windows: Windows
    """The times asked for just now; none for "as soon as possible"."""
    told: Windows
    """Those told before any were offered."""
    a_time: bool
    """A time was asked for just now, be it one in which no call is ever held: "sunday at 6am"."""
    more: bool
    """ "Other times", other than those on offer."""


def offer_openings(doing: Doing, slots: Slots) -> ActionResult:
    """Up to three: those that fit the time asked for, else the nearest; "other times" brings others. Holds nothing.

    What was told before times were asked counts too, and it is said when nothing fits it. Who has looked further, or has
    a call already, may wait for a better one instead.
    """
    wish = slots.get("opening_wish")
    a_time, more = isinstance(wish, dict) and not wish.get("asap"), slots.get("opening") == "other_times"
    asked = Asked(windows_of(wish), told_before(doing, slots), a_time, more)
    fitting = not_yet_seen(doing, slots, asked)
    return offer_fitting(doing, slots, asked, fitting) if fitting else offer_nearest(doing, slots, asked)


def not_yet_seen(doing: Doing, slots: Slots, asked: Asked) -> list[Opening]:
    """What fits; for "other times" only what was not on offer before, and any times once no more fit what was told."""
    seen = set(slots.get("openings_seen") or []) if asked.more and not asked.windows else set()
    nothing_can_fit = asked.a_time and not asked.windows
    fitting = [] if nothing_can_fit else fitting_openings(doing, slots, asked.windows)
    fresh = [opening for opening in fitting if opening.id not in seen]
    if asked.more and asked.told and not (asked.a_time or fresh):
        return [opening for opening in find_openings(doing, slots, None) if opening.id not in seen]
    return fresh


def offer_fitting(doing: Doing, slots: Slots, asked: Asked, fitting: list[Opening]) -> ActionResult:
    missed = none_as_told(fitting, asked.windows, asked.told)
    found = nearest_to(fitting, missed) if missed else spread(fitting, OFFERED)
    same = asked.more and asked.a_time and were_shown(found, slots)
    note = "nearest" if missed else "the_same" if same else "as_asked"
    looks_further = (asked.more and not asked.windows) or waiting.has_call(doing)
    seen = set(slots.get("openings_seen") or []) if asked.more else set()
    return offered(found, seen, note, kept_wish(slots, asked), waiting.choice(doing) if looks_further else None)


def offer_nearest(doing: Doing, slots: Slots, asked: Asked) -> ActionResult:
    """Nothing fits: those nearest to what was asked for, or at first to what was told before."""
    by_told = bool(asked.told) and not (asked.a_time or asked.more)
    wanted = asked.windows or (asked.told if by_told else [])
    nearest = nearest_to(openings_near(doing, slots, wanted), wanted)
    note = "none" if not nearest else "nearest" if asked.a_time else "nearest_told" if by_told else "as_asked"
    kept = slots.get("standing_wish") if by_told else kept_wish(slots, asked)
    return offered(nearest, set(), note, kept, waiting.choice(doing) if note.startswith("nearest") else None)


def kept_wish(slots: Slots, asked: Asked) -> Any:
    """The time asked for, which "other times" asks for still."""
    if asked.a_time:
        return slots.get("opening_wish")
    return slots.get("openings_asked") if asked.more else None


def told_before(doing: Doing, slots: Slots) -> Windows:
    """The times told before any were offered; once a call is booked they have been answered."""
    return [] if waiting.has_call(doing) else windows_of(slots.get("standing_wish"))


def none_as_told(fitting: list[Opening], windows: Windows, told: Windows) -> Windows:
    """ "Thursday", from somebody who can only be rung after 6: the hours that are meant, where nothing is free in them."""
    both = sorted((max(a, start), min(b, end)) for a, b in windows for start, end in told if a < end and start < b)
    return [] if any(is_in(both, opening) for opening in fitting) else both


def is_in(windows: Windows, opening: Opening) -> bool:
    return any(start <= opening.starts_at < end for start, end in windows)


def kind_wanted(slots: Slots) -> str | None:
    kind = slots.get("call_kind")
    return str(kind) if kind not in (None, "skipped") else None


def find_openings(doing: Doing, slots: Slots, windows: Windows | None) -> list[Opening]:
    team = doing.conversation.team_id
    if team is None:
        return []
    return diary.openings(
        doing.session,
        team,
        now=doing.now,
        windows=windows,
        kind=kind_wanted(slots),
        limit=LOOKED_AT,
        own_conversation=doing.conversation.id,
        needs=slots,
    )


def fitting_openings(doing: Doing, slots: Slots, windows: Windows) -> list[Opening]:
    """Those in the windows asked for and, if there are any, at the hours that were told before ("only after 6")."""
    standing = windows_of(slots.get("standing_wish"))
    call = booking.coming_call(doing.session, doing.conversation.person_id, doing.now)
    found = find_openings(doing, slots, windows or standing or None)
    found = [opening for opening in found if call is None or opening.starts_at != call.starts_at]  # no move at all
    suits = [opening for opening in found if is_in(standing, opening)]
    return suits or found


def were_shown(openings: list[Opening], slots: Slots) -> bool:
    """Whether these are the ones that were just on offer, so that showing them again needs a word."""
    before = [one["value"] for one in slots.get("opening_choices") or () if one["value"] != waiting.WAIT]
    return [opening.id for opening in openings] == before


def openings_near(doing: Doing, slots: Slots, windows: Windows) -> list[Opening]:
    """Openings around the first time asked for, further and further from it; else the soonest."""
    if windows:
        wanted = windows[0][0]
        for days in AROUND:
            found = find_openings(doing, slots, [(wanted - timedelta(days=days), wanted + timedelta(days=days))])
            if found:
                return found
    return find_openings(doing, slots, None)


def nearest_to(openings: list[Opening], windows: Windows) -> list[Opening]:
    """The openings closest to the first time asked for; the soonest when none was."""
    if not windows:
        return spread(openings, OFFERED)
    wanted = windows[0][0]
    closest = sorted(openings, key=lambda opening: abs(opening.starts_at - wanted))[:OFFERED]
    return sorted(closest, key=lambda opening: opening.starts_at)


def offered(openings: list[Opening], seen: set[str], note: str, asked: Any, wait: Any) -> ActionResult:
    choices = [{"value": opening.id, "title": spoken(opening.starts_at)} for opening in openings]
    return result(
        opening_choices=[*choices, wait] if wait else choices,
        openings_count=len(choices),
        openings_asked=asked,
        openings_note=note,
        openings_seen=sorted(seen | {opening.id for opening in openings}),
        opening_wish=None,
    )
