"""What the rules of a team say of a person: yes, no, or ask a person. Pure.

Three-valued on purpose. Only a rule that somebody of the team has confirmed may say no; a blank, an unconfirmed rule or
a missing fact turns the answer into "ask a person". The rules and their sources are in services/eligibility_rules/.
Reasons and checks are ids here; their words are in dialogs/reasons.yml and the staff pages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.areas import Area
from services.practices import Practice

Answer = Literal["yes", "no", "ask_a_person"]
Result = Literal["pass", "fail", "not_known", "to_check"]
LocalRules = Literal["known", "partly", "unknown"]
KINDS = ("min_age", "residence", "work_situation", "max_months_out_of_work", "right_to_work", "not_for")
REASONS = (
    "age_limit",
    "lives_in_place",
    "lives_or_gp_in_place",
    "lives_gp_or_jobcentre_in_place",
    "work_situations",
    "months_limit",
)
WAYS = ("lives", "gp", "jobcentre")
SITUATIONS = ("in_work", "off_sick", "out_of_work")
PLACE_REASONS = {1: "lives_in_place", 2: "lives_or_gp_in_place", 3: "lives_gp_or_jobcentre_in_place"}


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of the person; None = not known. Age in whole years, time out of work in months.

    `lives`, `gp` and `jobcentre` say whether home, practice and Jobcentre belong to the team's footprint; they follow
    from `area` and `practice`, which the rules do not look at.
    """

    age: int | None = None
    work_situation: str | None = None
    months_out_of_work: float | None = None
    lives: bool | None = None
    gp: bool | None = None
    jobcentre: bool | None = None
    area: Area | None = None
    practice: Practice | None = None


@dataclass(frozen=True, slots=True)
class Rule:
    """One dated rule. `value`: years, months, situations, ways in, or what the team is not for, as its kind says."""

    id: str
    kind: str
    value: int | tuple[str, ...]
    source: str
    source_date: str
    confidence: str
    starts: date | None = None
    ends: date | None = None
    confirmed_by: str | None = None
    confirmed_on: date | None = None
    version: str = ""

    @property
    def confirmed(self) -> bool:
        """Whether somebody of the team has said that it is so."""
        return self.confirmed_by is not None

    def in_force(self, on: date) -> bool:
        """Whether the rule holds on the day (both ends included)."""
        return (self.starts is None or self.starts <= on) and (self.ends is None or on <= self.ends)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a rule did not pass: an id of REASONS and the values its words need."""

    id: str
    rule: str
    values: tuple[tuple[str, int | str], ...] = ()
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule said."""

    rule: Rule
    result: Result


@dataclass(frozen=True, slots=True)
class TeamRules:
    """A team's rules in force on a day, the national ones included; `versions` are those of the files."""

    team: str
    place: str
    local_rules: LocalRules
    rules: tuple[Rule, ...]
    versions: tuple[tuple[str, str], ...] = ()

    def of(self, kind: str) -> Rule | None:
        """The rule of a kind, if the team has one."""
        return next((rule for rule in self.rules if rule.kind == kind), None)

    @property
    def min_age(self) -> int | None:
        """The youngest age in years that the team is known to take; None = no such rule was found."""
        rule = self.of("min_age")
        return rule.value if rule and isinstance(rule.value, int) else None

    @property
    def asks_months(self) -> bool:
        """Whether to ask how long somebody has been out of work: only for a confirmed rule."""
        rule = self.of("max_months_out_of_work")
        return rule is not None and rule.confirmed

    @property
    def ways(self) -> tuple[str, ...]:
        """How somebody may belong to the team's place: lives, gp, jobcentre."""
        rule = self.of("residence")
        return rule.value if rule and isinstance(rule.value, tuple) else ("lives",)


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer, why, what a coach should check, and the rules and versions it rests on."""

    answer: Answer
    reasons: tuple[Reason, ...]
    checks: tuple[str, ...]
    findings: tuple[Finding, ...]
    versions: tuple[tuple[str, str], ...]
    board: str | None = None

    @property
    def reason_ids(self) -> tuple[str, ...]:
        """The ids of the reasons, those of confirmed rules first."""
        return tuple(reason.id for reason in self.reasons)

    @property
    def rule_ids(self) -> tuple[str, ...]:
        """The rules that were asked."""
        return tuple(finding.rule.id for finding in self.findings)

    def record(self) -> list[dict[str, str | bool]]:
        """The rows kept with a decision: rule, version, what it said. No fact about the person is in them."""
        return [
            {"rule": f.rule.id, "version": f.rule.version, "result": f.result, "confirmed": f.rule.confirmed}
            for f in self.findings
        ]


def decide(rules: TeamRules, facts: Facts, on: date) -> Decision:
    """What a team's rules in force on a day say of a person. Never raises; never refuses on what is not confirmed."""
    findings = tuple(Finding(rule, RULES[rule.kind](rule, facts)) for rule in rules.rules if rule.in_force(on))
    failed = [finding.rule for finding in findings if finding.result == "fail"]
    failed.sort(key=lambda rule: not rule.confirmed)
    reasons = tuple(_reason(rule, rules.place) for rule in failed)
    return Decision(_answer(rules, findings, failed), reasons, _checks(rules, findings), findings, rules.versions)


def _answer(rules: TeamRules, findings: tuple[Finding, ...], failed: list[Rule]) -> Answer:
    if any(rule.confirmed for rule in failed):
        return "no"
    open_questions = any(finding.result == "not_known" for finding in findings)
    return "ask_a_person" if failed or open_questions or rules.local_rules != "known" else "yes"


def _checks(rules: TeamRules, findings: tuple[Finding, ...]) -> tuple[str, ...]:
    """Ids of what the coach should look at: rules not passed, rules never asked, and gaps in what is known of them."""
    checks = [] if rules.local_rules == "known" else ["local_rules"]
    for finding in findings:
        if finding.result == "to_check" and isinstance(finding.rule.value, tuple):
            checks += list(finding.rule.value) if finding.rule.kind == "not_for" else [finding.rule.kind]
        elif finding.result != "pass":
            checks.append(finding.rule.kind)
    return tuple(dict.fromkeys(checks))


def _reason(rule: Rule, place: str) -> Reason:
    values: dict[str, tuple[str, tuple[tuple[str, int | str], ...]]] = {
        "min_age": ("age_limit", (("age", _number(rule)),)),
        "max_months_out_of_work": ("months_limit", (("months", _number(rule)),)),
        "work_situation": ("work_situations", ()),
        "residence": (PLACE_REASONS.get(len(_words(rule)), "lives_in_place"), (("place", place),)),
    }
    id_, given = values[rule.kind]
    return Reason(id_, rule.id, given, rule.confirmed)


def _number(rule: Rule) -> int:
    return rule.value if isinstance(rule.value, int) else 0


def _words(rule: Rule) -> tuple[str, ...]:
    return rule.value if isinstance(rule.value, tuple) else ()


def _min_age(rule: Rule, facts: Facts) -> Result:
    if facts.age is None:
        return "not_known"
    return "pass" if facts.age >= _number(rule) else "fail"


def _residence(rule: Rule, facts: Facts) -> Result:
    """Any accepted way in is enough; one that is not known leaves it open."""
    known = [{"lives": facts.lives, "gp": facts.gp, "jobcentre": facts.jobcentre}[way] for way in _words(rule)]
    if any(known):
        return "pass"
    return "not_known" if None in known else "fail"


def _work_situation(rule: Rule, facts: Facts) -> Result:
    """ "Something else" is no answer that a rule could fail on."""
    if facts.work_situation not in SITUATIONS:
        return "not_known"
    return "pass" if facts.work_situation in _words(rule) else "fail"


def _months(rule: Rule, facts: Facts) -> Result:
    """The limit is the first month that is too long: "under six months" is 6."""
    if facts.work_situation in ("in_work", "off_sick"):
        return "pass"
    if facts.months_out_of_work is None:
        return "not_known"
    return "pass" if facts.months_out_of_work < _number(rule) else "fail"


def _left_to_the_coach(rule: Rule, facts: Facts) -> Result:
    return "to_check"


RULES: Mapping[str, Callable[[Rule, Facts], Result]] = {
    "min_age": _min_age,
    "residence": _residence,
    "work_situation": _work_situation,
    "max_months_out_of_work": _months,
    "right_to_work": _left_to_the_coach,
    "not_for": _left_to_the_coach,
}
