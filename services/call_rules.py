"""How a team's calls are laid out: how long, the pause after each, how soon, how far ahead, which kinds, how many at most."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from sqlalchemy.orm import Session

from services import audit, locks, scopes
from services.call_fit import WAYS
from services.models import Team
from services.scopes import Viewer

KINDS = tuple(way for way in WAYS if way != "messages")
"""Kinds of call that have a time; who wants to write is written to."""
LIMITS = {"minutes": (10, 120), "pause": (0, 60), "step": (5, 120), "notice_hours": (0, 168), "days": (1, 90)}
MOSTS = {"most_a_day": (1, 50), "most_a_week": (1, 500)}
"""How many calls a coach takes a day, and the team a week; may be left out, which is no limit."""
FIVES = ("minutes", "pause", "step")
"""In steps of five minutes, which is what the diary is made of."""


@dataclass(frozen=True, slots=True)
class CallRules:
    """Minutes, hours and days as `LIMITS` names them; the first of the kinds is offered where nobody asks for one."""

    minutes: int
    pause: int
    step: int
    notice_hours: int
    days: int
    kinds: tuple[str, ...]
    other_minutes: Mapping[str, int] = field(default_factory=dict)
    """How long a call of a kind is where it is not `minutes`."""
    most_a_day: int | None = None
    most_a_week: int | None = None


def read(session: Session, team_id: str) -> CallRules:
    """A team's rules; notice is rounded up to whole hours."""
    team = session.get_one(Team, team_id)
    notice = -(-team.notice_minutes // 60)
    kinds = tuple(team.call_kinds.split(","))
    numbers = (team.call_minutes, team.buffer_minutes, team.step_minutes, notice, team.horizon_days)
    return CallRules(*numbers, kinds, dict(team.kind_minutes), team.most_a_day, team.most_a_week)


def fits(name: str, value: int) -> bool:
    """Whether a number is one that this rule may have."""
    least, most = (LIMITS | MOSTS)[name]
    return least <= value <= most and (name not in FIVES or value % 5 == 0)


def mark(rules: CallRules) -> str:
    """Another one whenever the rules are: two people may have the same page open."""
    return hashlib.sha256(repr(rules).encode()).hexdigest()[:16]


def keep(
    session: Session, team_id: str, rules: CallRules, viewer: Viewer, now: datetime, seen: str = ""
) -> Literal["kept", "changed", "none"]:
    """Offer calls by these rules from now on; what is booked stays as it is. "none" for another team.

    "changed", and nothing kept, when the rules are not those that were `seen` (`mark`). ValueError for a number out of
    its limits, or for no kind or an unknown one.
    """
    team = locks.get(session, Team, team_id, key_share=True)
    if team is None or viewer.scope not in (None, team_id):
        scopes.refuse(session, viewer, f"team:{team_id}", "not_theirs", now)
        return "none"
    if seen and seen != mark(read(session, team_id)):
        return "changed"
    lengths = all(kind in rules.kinds and fits("minutes", length) for kind, length in rules.other_minutes.items())
    mosts = {name: getattr(rules, name) for name in MOSTS}
    numbers = {name: getattr(rules, name) for name in LIMITS} | {name: n for name, n in mosts.items() if n is not None}
    if not all(fits(name, number) for name, number in numbers.items()) or not _known(rules.kinds, team) or not lengths:
        raise ValueError("a rule is out of its limits")
    team.call_minutes, team.buffer_minutes, team.step_minutes = rules.minutes, rules.pause, rules.step
    team.notice_minutes, team.horizon_days = rules.notice_hours * 60, rules.days
    team.call_kinds, team.kind_minutes = ",".join(rules.kinds), dict(rules.other_minutes)
    team.most_a_day, team.most_a_week = rules.most_a_day, rules.most_a_week
    audit.record(session, viewer.actor, "change_call_rules", f"team:{team_id}", now)
    return "kept"


def _known(kinds: tuple[str, ...], team: Team) -> bool:
    return bool(kinds) and len(set(kinds)) == len(kinds) and {*kinds} <= {*KINDS, *team.call_kinds.split(",")}
