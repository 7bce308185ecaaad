"""Which teams serve a place: pure logic over footprints, which are lists of public codes.

A footprint names boards (of the edition of 2026 or, for the pilots, of 2023), local authorities, practices or postcodes
(whole, sector or outward code). It says how a person may belong to it, and when it covers only a part of what it names,
so that nobody is sent to a team, or away from one, on half a fact.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.areas import Area
from services.areas_table import Value
from services.practices import Practice

Belongs = Literal["yes", "no", "maybe"]
Found = Literal["found", "none", "ask_practice", "ask_person"]
ONLY_LIVES = frozenset({"lives"})


@dataclass(frozen=True, slots=True)
class Footprint:
    """What one team serves. `accepts`: lives, gp, jobcentre. `part`: only a part of the places named, by wards say."""

    team: str
    boards: frozenset[str] = frozenset()
    boards_old: frozenset[str] = frozenset()
    lads: frozenset[str] = frozenset()
    practices: frozenset[str] = frozenset()
    postcodes: tuple[str, ...] = ()
    accepts: frozenset[str] = ONLY_LIVES
    part: bool = False
    starts: date | None = None
    ends: date | None = None

    def open(self, on: date) -> bool:
        """Whether the footprint is in force on a day (both ends included)."""
        return (self.starts is None or self.starts <= on) and (self.ends is None or on <= self.ends)

    @property
    def exactness(self) -> int:
        """How closely it is drawn; where two teams serve a place, the closer one is meant."""
        kinds = (self.boards | self.boards_old, self.lads, self.postcodes, self.practices)
        return max((number for number, codes in enumerate(kinds) if codes), default=0)


@dataclass(frozen=True, slots=True)
class Match:
    """How a person stands to one team; `lives`, `gp` and `jobcentre` are facts for the rules (None = not known)."""

    team: str
    belongs: Belongs
    lives: bool | None
    gp: bool | None
    jobcentre: bool | None = None
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TeamFinding:
    """The team to go on with, or what is missing; `candidates` are the teams that a person could decide between."""

    result: Found
    team: str | None = None
    candidates: tuple[Match, ...] = ()


def lives_in(footprint: Footprint, area: Area | None) -> bool | None:
    """Whether the area lies in the footprint; None when that cannot be told."""
    if area is None or (area.status == "unknown" and not area.guess):
        return None
    if area.status == "outside_england":
        return False
    here = _covers(footprint, area)
    if area.guess or (here and footprint.part):
        return None
    return here


def _covers(footprint: Footprint, area: Area) -> bool:
    boards = {area.board, area.board26} & footprint.boards
    places = (boards, {area.old_board} & footprint.boards_old, {area.lad} & footprint.lads)
    return any(places) or any(_starts(area.postcode, code) for code in footprint.postcodes)


def _starts(postcode: str | None, code: str) -> bool:
    """Whether a postcode lies in a whole postcode, a sector ("PR1 8") or an outward code ("PR1")."""
    if postcode is None:
        return False
    return postcode.startswith(code) if " " in code else postcode.split(" ")[0] == code


def registered_in(footprint: Footprint, practice: Practice | None, on: date) -> bool | None:
    """Whether a practice belongs to the footprint, by its code or by who commissions it; None when that is open."""
    if practice is None:
        return None
    if practice.code in footprint.practices:
        return True
    board = practice.board(on)
    boards = {practice.board26, board.code if board else None} & footprint.boards
    places = (boards, {practice.board23} & footprint.boards_old, {practice.lad} & footprint.lads)
    here = any(places) or any(_starts(practice.postcode, code) for code in footprint.postcodes)
    return None if here and footprint.part else here


def match(footprint: Footprint, area: Area | None, practice: Practice | None, on: date) -> Match:
    """How a person with this home and practice stands to a footprint on a day."""
    lives, gp = lives_in(footprint, area), registered_in(footprint, practice, on)
    known = {"lives": lives, "gp": gp, "jobcentre": None}
    ways = [known[way] for way in ("lives", "gp", "jobcentre") if way in footprint.accepts]
    belongs: Belongs = "yes" if any(ways) else "maybe" if None in ways else "no"
    return Match(
        footprint.team, belongs, lives, gp, None, _needs(footprint, known, practice) if belongs == "maybe" else ()
    )


def _needs(footprint: Footprint, known: dict[str, bool | None], practice: Practice | None) -> tuple[str, ...]:
    """What would settle a "maybe": the practice's name, the Jobcentre's, else a person who knows the place."""
    needs = []
    if "lives" in footprint.accepts and known["lives"] is None:
        needs.append("person")
    if "gp" in footprint.accepts and practice is None:
        needs.append("practice")
    if "jobcentre" in footprint.accepts:
        needs.append("jobcentre")
    return tuple(needs) or ("person",)


def matches(
    footprints: Iterable[Footprint], area: Area | None, practice: Practice | None, on: date
) -> tuple[Match, ...]:
    """Every team that serves the person or may do so, on a day; those that do come first, the closest drawn first."""
    open_ones = sorted((f for f in footprints if f.open(on)), key=lambda f: (-f.exactness, f.team))
    found = [match(footprint, area, practice, on) for footprint in open_ones]
    return tuple(sorted((m for m in found if m.belongs != "no"), key=lambda m: m.belongs != "yes"))


def team_for(
    footprints: Iterable[Footprint],
    area: Area | None,
    practice: Practice | None,
    on: date,
    *,
    around: frozenset[Value] = frozenset(),
    asked_practice: bool = False,
) -> TeamFinding:
    """The team of a person on a day, or what is missing.

    A practice is asked about only where a team near by accepts registration: `around` is what `Areas.around` says of
    the home. Without a home the practice stands for it. `asked_practice`: they were asked and could not say.
    """
    every = tuple(footprints)
    found = matches(every, area, practice, on)
    sure = [m for m in found if m.belongs == "yes" or (area is None and m.gp)]
    if sure:
        return TeamFinding("found", sure[0].team, found)
    if area is None:
        result: Found = "none" if practice else "ask_person" if asked_practice else "ask_practice"
        return TeamFinding(result if found else "none", None, found)
    undecided = tuple(m for m in found if m.lives is None and _near(every, m.team, around, area))
    near = tuple(m for m in found if "practice" in m.needs and _near(every, m.team, around, area))
    if near and not asked_practice:
        return TeamFinding("ask_practice", None, near)
    if undecided:
        return TeamFinding("ask_person", undecided[0].team if len(undecided) == 1 else None, undecided)
    return TeamFinding("none")


def _near(footprints: Iterable[Footprint], team: str, around: frozenset[Value], area: Area) -> bool:
    """Whether a team serves the person's place by guess or in part, or any place of the same postcode area."""
    own = [footprint for footprint in footprints if footprint.team == team]
    return any(_covers(footprint, area) or _touches(footprint, around) for footprint in own)


def _touches(footprint: Footprint, around: frozenset[Value]) -> bool:
    codes = footprint.boards | footprint.boards_old | footprint.lads
    return any(codes & {value.board26, value.board23, value.lad} for value in around)
