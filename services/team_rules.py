"""Eligibility rules written in the browser: dated rows over the files of services/eligibility_rules/.

A row counts from the moment a second person has agreed to it, on the days it names. Of the rows of a kind that hold on
a day the one that began last counts; without one the file's rule does. A row is never changed: another follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, Literal, get_args

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session

from services import audit, locks
from services.eligibility_files import load_rules
from services.eligibility_logic import KINDS, SITUATIONS, WAYS, LocalRules, Rule, TeamRules
from services.models import Conversation, Team, TeamRule
from services.prepared import Prepared

LOCAL = "local_rules"
"""The kind of row that says how much of a team's own rules is known."""
ALL_KINDS = (*KINDS, LOCAL)
NOT_FOR = ("complex_health_needs", "long_term_unemployed")
WORDS: dict[str, tuple[str, ...]] = {
    "residence": WAYS,
    "work_situation": SITUATIONS,
    "not_for": NOT_FOR,
    "right_to_work": ("right_to_work",),
    LOCAL: get_args(LocalRules),
}
"""What may be picked, by kind; the others are whole numbers."""
LARGEST = {"min_age": 99, "max_months_out_of_work": 120}
LONGEST = 300
SOON = timedelta(days=30)

Value = int | str | list[str] | None
Agreed = Literal["agreed", "own", "gone"]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A rule as it was written. `value`: a number, words of `WORDS`, or None for what the files say."""

    kind: str
    value: Value
    starts_on: date
    source: str
    ends_on: date | None = None
    confirmed_by: str | None = None
    confirmed_on: date | None = None
    recheck_by: date | None = None

    def problems(self) -> list[str]:
        """Ids of what is wrong, each the name of a field: kind, value, source, ends_on, confirmed_by, confirmed_on."""
        wrong = [] if self.kind in ALL_KINDS else ["kind"]
        wrong += [] if wrong or self.value is None or fits(self.kind, self.value) else ["value"]
        wrong += [] if 0 < len(self.source) <= LONGEST else ["source"]
        wrong += ["ends_on"] if self.ends_on and self.ends_on < self.starts_on else []
        wrong += ["confirmed_by"] if self.confirmed_on and not self.confirmed_by else []
        wrong += ["confirmed_on"] if self.confirmed_by and not self.confirmed_on else []
        return wrong


def fits(kind: str, value: Value) -> bool:
    """Whether a value is one of its kind."""
    if kind in LARGEST:
        return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= LARGEST[kind]
    if kind == LOCAL:
        return value in WORDS[LOCAL]
    return isinstance(value, list) and bool(value) and set(value) <= set(WORDS[kind])


def propose(session: Session, team_id: str, wanted: Wanted, staff_id: int, now: datetime) -> TeamRule:
    """Write a rule that waits for a second person. ValueError for one that has `problems`, or a team that is not there."""
    if wanted.problems() or session.get(Team, team_id) is None:
        raise ValueError(", ".join(wanted.problems()) or "there is no such team")
    values = {name: getattr(wanted, name) for name in Wanted.__slots__}
    row = TeamRule(team_id=team_id, proposed_by=staff_id, proposed_at=now, **values)
    session.add(row)
    session.flush()
    audit.record(
        session, f"staff:{staff_id}", "propose_rule", f"rule:{row.id}", now, {"team": team_id, "kind": row.kind}
    )
    return row


def agree(session: Session, rule_id: int, staff_id: int, now: datetime) -> Agreed:
    """A second person agrees: from now on it counts. "own" for who wrote it, "gone" when nothing waits any more."""
    row = _waiting(session, rule_id)
    if row is None:
        return "gone"
    if row.proposed_by == staff_id:
        audit.record(session, f"staff:{staff_id}", "refused", f"rule:{rule_id}", now, {"why": "own"})
        return "own"
    row.agreed_by, row.agreed_at = staff_id, now
    session.flush()
    audit.record(session, f"staff:{staff_id}", "agree_rule", f"rule:{rule_id}", now, {"team": row.team_id})
    return "agreed"


def drop(session: Session, rule_id: int, staff_id: int, now: datetime) -> bool:
    """Take a rule back that nobody has agreed to yet; False when nothing waits any more."""
    row = _waiting(session, rule_id)
    if row is None:
        return False
    row.dropped_at = now
    session.flush()
    audit.record(session, f"staff:{staff_id}", "drop_rule", f"rule:{rule_id}", now, {"team": row.team_id})
    return True


def _waiting(session: Session, rule_id: int) -> TeamRule | None:
    row = locks.get(session, TeamRule, rule_id)
    return row if row and row.agreed_at is None and row.dropped_at is None else None


def listed(session: Session, team_id: str) -> list[TeamRule]:
    """Every rule of a team that was not taken back: those that wait first, then the newest."""
    rows = session.scalars(select(TeamRule).where(TeamRule.team_id == team_id, TeamRule.dropped_at.is_(None)))
    return sorted(rows, key=lambda row: (row.agreed_at is not None, -row.id))


def of(session: Session, team_id: str, on: date, *, also: TeamRule | None = None) -> TeamRules:
    """A team's rules in force on a day: the files, and the agreed rows over them. `also`: as if that one were agreed."""
    session.flush()
    rows = _AGREED.all(session, {"team": team_id})
    return layered(load_rules(team_id, on), [*rows, *([also] if also else [])], on)


def layered(rules: TeamRules, rows: Iterable[TeamRule], on: date) -> TeamRules:
    """The rules with the rows that hold on a day over them."""
    found: dict[str, TeamRule] = {}
    for row in sorted(rows, key=lambda row: (row.starts_on, row.id)):
        if row.starts_on <= on and (row.ends_on is None or on <= row.ends_on):
            found[row.kind] = row
    said = {kind: row for kind, row in found.items() if row.value is not None}
    own = [_rule(row) for kind, row in said.items() if kind != LOCAL]
    kept = [rule for rule in rules.rules if rule.kind not in said]
    local: LocalRules = said[LOCAL].value if LOCAL in said else rules.local_rules  # type: ignore[assignment]
    versions = tuple((f"site_{row.kind}", str(row.id)) for row in said.values())
    return replace(rules, rules=(*kept, *own), local_rules=local, versions=(*rules.versions, *versions))


def _rule(row: TeamRule) -> Rule:
    value: Any = tuple(row.value) if isinstance(row.value, list) else row.value
    confidence = "high" if row.confirmed_by else "medium"
    return Rule(
        f"site_{row.id}",
        row.kind,
        value,
        row.source,
        row.proposed_at.date().isoformat(),
        confidence,
        row.starts_on,
        row.ends_on,
        row.confirmed_by,
        row.confirmed_on,
        str(row.id),
    )


def has_own(session: Session, team_id: str) -> bool:
    """Whether anything was agreed for a team here."""
    session.flush()
    return _ANY.scalar(session, {"team": team_id}) is not None


_ANY = Prepared(
    select(TeamRule.id).where(TeamRule.team_id == bindparam("team"), TeamRule.agreed_at.is_not(None)).limit(1)
)
_AGREED = Prepared(
    select(TeamRule.__table__).where(TeamRule.team_id == bindparam("team"), TeamRule.agreed_at.is_not(None))
)


def waiting_for(session: Session, staff_id: int) -> int:
    """How many rules wait for somebody other than who wrote them."""
    return len([row for row in waiting(session) if row.proposed_by != staff_id])


def waiting(session: Session) -> Sequence[TeamRule]:
    """Rules that nobody has agreed to yet, nor taken back."""
    return session.scalars(select(TeamRule).where(TeamRule.agreed_at.is_(None), TeamRule.dropped_at.is_(None))).all()


def runs_out(session: Session, on: date) -> Sequence[TeamRule]:
    """Agreed rules that end, or are to be looked at again, within 30 days or since then; the soonest first."""
    last = on + SOON
    ending = TeamRule.ends_on.between(on, last)
    rows = select(TeamRule).where(TeamRule.agreed_at.is_not(None), or_(ending, TeamRule.recheck_by <= last))
    return sorted(session.scalars(rows), key=lambda row: min(filter(None, (row.ends_on, row.recheck_by))))


def asked(session: Session, team_id: str, limit: int) -> list[Conversation]:
    """The newest conversations of a team whose answers are still there, for a trial of its rules."""
    rows = select(Conversation).where(Conversation.team_id == team_id, Conversation.state.is_not(None))
    return list(session.scalars(rows.order_by(Conversation.id.desc()).limit(limit)))
