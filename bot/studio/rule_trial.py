"""Who would a rule have changed? The answers people gave lately, asked of the rules with it and without it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from bot.actions.doing import Doing
from bot.actions.places import facts_of
from bot.assistant import Assistant
from bot.flows.state import DialogueState, UnknownSchema
from services import audit, eligibility, small_numbers, team_rules
from services.db import Session
from services.eligibility import Facts
from services.models import Conversation, TeamRule

MOST_LOOKED_AT = 300


@dataclass(frozen=True, slots=True)
class Change:
    """So many people would hear another answer: yes, no or ask_a_person. `count` is None for fewer than five."""

    before: str
    after: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Trial:
    """What a rule would have changed on a day. `looked_at`: how many people's answers were asked; None for fewer than five."""

    on: date
    looked_at: int | None
    changes: tuple[Change, ...]


def try_rule(assistant: Assistant, rule_id: int, staff_id: int, on: date) -> Trial | None:
    """Try one rule, agreed to or not, as at a day; None when there is no such rule. It is audited: answers are read."""
    with assistant.db.read() as session:
        row = session.get(TeamRule, rule_id)
        if row is None:
            return None
        team = row.team_id
        people = [one for one in (known(assistant, session, each) for each in asked(session, team)) if one]
        before, after = team_rules.of(session, team, on), team_rules.of(session, team, on, also=row)
        pairs = Counter(
            (
                eligibility.decide_as(session, team, before, one, on),
                eligibility.decide_as(session, team, after, one, on),
            )
            for one in people
        )
    with assistant.db.write() as session:
        audit.record(session, f"staff:{staff_id}", "try_rule", f"rule:{rule_id}", assistant.clock.now(), {"team": team})
    return Trial(on, few(len(people)), tuple(Change(a, b, few(n)) for (a, b), n in sorted(pairs.items()) if a != b))


def few(count: int) -> int | None:
    return None if small_numbers.is_small(count) else count


def asked(session: Session, team: str) -> list[Conversation]:
    return team_rules.asked(session, team, MOST_LOOKED_AT)


def known(assistant: Assistant, session: Session, conversation: Conversation) -> Facts | None:
    """What somebody answered, if the rules were asked about them."""
    try:
        state = DialogueState.from_json(conversation.state or {})
    except (UnknownSchema, KeyError):
        return None
    if "eligibility" not in state.slots:
        return None
    return facts_of(Doing(assistant, session, conversation, assistant.book(None), state), state.slots)
