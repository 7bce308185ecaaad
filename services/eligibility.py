"""Whether a team can take a person: the team's dated rules asked, and the answer kept with what made it.

`decide` is pure and three-valued (services/eligibility_logic.py); the rules are files (services/eligibility_rules/).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from services import team_rules, teams
from services.areas import Area
from services.eligibility_files import RulesFile, known_teams, load_rules
from services.eligibility_logic import (
    SITUATIONS,
    Decision,
    Facts,
    Finding,
    Reason,
    Rule,
    TeamRules,
    decide,
)
from services.models import Conversation, EligibilityDecision
from services.practices import Practice
from services.prepared import Prepared

__all__ = [
    "Decision",
    "Facts",
    "Finding",
    "Reason",
    "Rule",
    "RulesFile",
    "TeamRules",
    "check",
    "decide",
    "facts",
    "known_teams",
    "load_rules",
    "reason_words",
]
WORDS = Path(__file__).parent.parent / "dialogs" / "reasons.yml"


def facts(slots: Mapping[str, Any], area: Area | None, practice: Practice | None) -> Facts:
    """What the answers given so far say; an answer that was skipped or is not of its kind counts as not known."""
    situation = slots.get("work_situation")
    months = slots.get("months_out_of_work")
    age = slots.get("age")
    return Facts(
        age=age if isinstance(age, int) and not isinstance(age, bool) else None,
        work_situation=situation if situation in SITUATIONS else None,
        months_out_of_work=months if isinstance(months, int | float) and not isinstance(months, bool) else None,
        area=area,
        practice=practice,
    )


def check(session: Session, conversation: Conversation, known: Facts, on: date, now: datetime) -> Decision:
    """Ask the rules of the conversation's team and keep the decision; it commits with the turn.

    `on`: the day in England whose rules hold. `now`: aware, kept with the decision. Raises RulesError for a file that
    cannot be used.
    """
    team = conversation.team_id or ""
    decision = decide(team_rules.of(session, team, on), placed(session, team, known, on), on)
    decision = replace(decision, board=_board(known, on), checks=decision.checks + _place_checks(known))
    kept = {
        "conversation_id": conversation.id,
        "team_id": conversation.team_id,
        "answer": decision.answer,
        "rules": [*decision.record(), {"checks": list(decision.checks), "versions": dict(decision.versions)}],
        "at": now,
    }
    _KEPT.do(session, kept)
    return decision


def placed(session: Session, team: str, known: Facts, on: date) -> Facts:
    """The facts with whether home, practice and Jobcentre belong to a team's footprint."""
    match = teams.match_of(session, team, known.area, known.practice, on)
    return replace(known, lives=match.lives, gp=match.gp, jobcentre=match.jobcentre) if match else known


def decide_as(session: Session, team: str, rules: TeamRules, known: Facts, on: date) -> str:
    """What these rules of a team would say of somebody on a day; nothing is kept."""
    return decide(rules, placed(session, team, known, on), on).answer


def _board(known: Facts, on: date) -> str | None:
    if known.area is not None and known.area.board:
        return known.area.board
    board = known.practice.board(on) if known.practice else None
    return board.code if board else None


def _place_checks(known: Facts) -> tuple[str, ...]:
    """A postcode that is not in the table was taken on the person's word."""
    return ("postcode",) if known.area is not None and known.area.guess else ()


def latest_decision(session: Session, conversation_id: int) -> int | None:
    """The id of the newest decision for a conversation; None when the rules were not asked."""
    session.flush()
    return _LATEST.scalar(session, {"conversation": conversation_id})


_KEPT = Prepared(insert(EligibilityDecision), inserted=("conversation_id", "team_id", "answer", "rules", "at"))
_LATEST = Prepared(
    select(EligibilityDecision.id)
    .where(EligibilityDecision.conversation_id == bindparam("conversation"))
    .order_by(EligibilityDecision.id.desc())
    .limit(1)
)


def reason_words(decision: Decision) -> str:
    """The first reason in plain words of dialogs/reasons.yml, confirmed rules before others; empty without one."""
    if not decision.reasons:
        return ""
    reason = decision.reasons[0]
    return _words()[reason.id].format(**dict(reason.values))


@cache
def _words() -> dict[str, str]:
    data = YAML(typ="safe", pure=True).load(WORDS.read_text(encoding="utf-8"))
    return {str(key): str(value) for key, value in data["reasons"].items()}
