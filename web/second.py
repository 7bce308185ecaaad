"""What waits for somebody as the second person: a draft, a rule, a check of a crisis number, a change of a team."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bot.studio import drafting, publishing
from bot.studio.errors import Overtaken
from services import drafts, helpline_checks, team_changes, team_rules
from web.auth import Member

SECONDS = ("admin", "safety")


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many of each: a draft is one or none."""

    drafts: int = 0
    rules: int = 0
    helplines: int = 0
    teams: int = 0

    @property
    def all(self) -> int:
        return self.drafts + self.rules + self.helplines + self.teams


def waiting_for(assistant: Any, member: Member) -> Waiting:
    """What this member could agree to and has not. Nothing for whom it is not to agree."""
    if member.role not in SECONDS:
        return Waiting()
    with assistant.db.read() as session:
        rules, checks = team_rules.waiting_for(session, member.id), helpline_checks.waiting_for(session, member.id)
        teams = team_changes.waiting_for(session, member.id)
    return Waiting(int(_draft_waits(assistant, member)), rules, checks, teams)


def _draft_waits(assistant: Any, member: Member) -> bool:
    try:
        desk = drafting.see(assistant.db)
    except Overtaken:
        return False
    if desk.draft is None or member.id in desk.draft.authors:
        return False
    with assistant.db.read() as session:
        agreed = drafts.approved(session, desk.draft)
    return not agreed and bool(publishing.subjects(desk))
