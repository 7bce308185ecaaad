"""A referral's card as its page shows it: the person's answers under headings, what to check, what was asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.handing_out import ASKED
from services.cards import Card

NEEDS = ("call_kind", "call_needs", "call_times", "call_need_words", "told_of_call", "reach_words")
CHECKS = {
    "local_rules": "This team's own rules are not confirmed. Check them for this person.",
    "postcode": "The postcode is not in our table. The person said it is right.",
    "min_age": "Age",
    "residence": "Where they live, or where their GP is",
    "work_situation": "Work situation",
    "max_months_out_of_work": "How long they have been out of work",
    "right_to_work": "Right to work in the UK",
    "complex_health_needs": "Complex health needs: another service may fit better",
    "long_term_unemployed": "Out of work for a long time: another service may fit better",
}
RULE_NAMES = {
    "min_age": "Age",
    "residence": "Where they live, or where their GP is",
    "right_to_work": "Right to work in the UK",
    "months": "How long they have been out of work",
    "not_for": "What this team is not for",
    "work": "Work situation",
    "work_situation": "Work situation",
    "max_months_out_of_work": "How long they have been out of work",
}
"""What a rule is about, by how its id ends: the rest of an id says whose rule it is."""
RESULTS = {"pass": "Fits", "fail": "Does not fit", "not_known": "Not known", "to_check": "To check"}
DECISIONS = {"yes": "Likely to fit", "no": "Another team may fit better", "ask_a_person": "A person must look"}

INTRODUCED = {
    "gp": "Their GP surgery",
    "employer": "Their employer",
    "jobcentre": "Jobcentre",
    "team": "A WorkWell team",
}

HANDED_FOR = {
    "no_time": "They could not ring soon",
    "nearer": "You are nearer to this person",
    "fits_better": "Your team may fit better",
}


class Spec(Protocol):
    def title_of(self, value: Any) -> str | None: ...


class Book(Protocol):
    @property
    def slots(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class Rule:
    """One rule of eligibility and what it said."""

    name: str
    result: str
    confirmed: bool


@dataclass(frozen=True)
class Own:
    """Words of the person's own that no answer had room for; `at` is None where nobody noted when."""

    words: str
    at: datetime | None
    about: str


@dataclass(frozen=True)
class Shown:
    """The card in words."""

    wish: str
    situation: list[str]
    health: list[str]
    barriers: list[str]
    needs: list[str]
    facts: list[tuple[str, str]]
    rules: list[Rule]
    checks: list[str]
    asked: list[str]
    reach: str
    whose: list[str]
    own: list[Own]
    own_of_call: list[Own]


def since(answers: Mapping[str, Any]) -> list[str]:
    """How long they have been away from work, in whole months as the person heard it; of a job they still have, "off"."""
    months = answers.get("months_out_of_work")
    if not months:
        return []
    away = "away from work" if answers.get("work_situation") in WITH_A_JOB else "out of work"
    whole = round(float(months))
    return [f"Under a month {away}" if months < SOON else f"{whole} month{'s' if whole != 1 else ''} {away}"]


WITH_A_JOB = frozenset({"in_work", "off_sick"})
SOON = 0.9


def present(card: Card, book: Book, now: datetime) -> Shown:
    """Put titles on the answers; what was not said is simply not there."""
    answers = card.answers
    words, own = Words(book, answers), own_words(answers)
    return Shown(
        wish=str(answers.get("wish") or ""),
        situation=[*words.of("work_situation"), *since(answers)],
        health=words.of("health"),
        barriers=words.of("barriers"),
        needs=once([each for name in needs_shown(answers) for each in without(words.of(name), own)]),
        facts=facts(answers, words),
        rules=[rule(row) for row in card.rules if "rule" in row],
        checks=checks(card),
        asked=[ASKED[name] for name in answers.get("asked", ()) if name in ASKED],
        reach=str(answers.get("reach_words") or ""),
        whose=words.of("phone_whose"),
        own=[each for each, of_call in own if not of_call],
        own_of_call=[each for each, of_call in own if of_call],
    )


OF_THE_CALL = frozenset({"call_needs", "voicemail_ok", "phone", "phone_whose", "note_for_coach"})
ABOUT = {
    "note_for_coach": "for you, once the team had the answers",
    "fit_note": "their fit note",
    "sick_pay": "their sick pay",
    "job": "their job",
}


def own_words(answers: Mapping[str, Any]) -> list[tuple[Own, bool]]:
    """What was said beside the answers, first said first; and whether it is about how to talk."""
    told = answers.get("own_words")
    return [own_line(each) for each in told] if isinstance(told, list) else []


def own_line(entry: Mapping[str, Any]) -> tuple[Own, bool]:
    about = [str(slot) for slot in entry.get("about", ())]
    names = [ABOUT.get(slot) or ASKED.get(slot, "").lower() for slot in about]
    at = datetime.fromisoformat(entry["at"]) if entry.get("at") else None
    words = Own(str(entry.get("words", "")), at, ", ".join(dict.fromkeys(name for name in names if name)))
    return words, bool(about) and set(about) <= OF_THE_CALL


def without(lines: list[str], own: list[tuple[Own, bool]]) -> list[str]:
    """Lines of one's own words that stand elsewhere already, with when they were said, are not shown twice."""
    said = {each.words for each, _ in own}
    kept = ["\n".join(part for part in line.split("\n") if part not in said) for line in lines]
    return [line for line in kept if line]


def needs_shown(answers: Mapping[str, Any]) -> list[str]:
    """The kind of call goes without saying where it was picked by name among the needs."""
    picked = answers.get("call_needs")
    said = isinstance(picked, list) and answers.get("call_kind") in picked
    return [name for name in NEEDS if not (name == "call_kind" and said)]


def once(lines: list[str]) -> list[str]:
    """Each line once, as it is written last: "in writing" is the kind of call and "In writing" the need."""
    return list({line.casefold(): line for line in lines}.values())


def facts(answers: Mapping[str, Any], words: Words) -> list[tuple[str, str]]:
    shown = [("Age", "age"), ("Postcode", "postcode"), ("Town or GP surgery", "place"), ("GP surgery", "practice_pick")]
    found = [(title, ", ".join(words.of(name))) for title, name in shown if answers.get(name)]
    found += [(str(one["title"]), str(one["said"])) for one in answers.get("added") or ()]
    if answers.get("language"):
        found.append(("Language", ", ".join(words.of("language"))))
    if answers.get("share_condition"):
        found.insert(0, ("Agreed to share, and said", str(answers["share_condition"])))
    if answers.get("on_behalf"):
        found.append(("Asked by", "Somebody else, for them"))
    if answers.get("introduced_by"):
        found.append(("Passed on by", INTRODUCED.get(str(answers["introduced_by"]), "Somebody who supports them")))
    if answers.get("handed_from"):
        found.append(
            ("Handed on by", f"{answers['handed_from']}. {HANDED_FOR.get(str(answers.get('handed_reason')), '')}")
        )
    if answers.get("introduced_note"):
        found.append(("Their note", str(answers["introduced_note"])))
    if answers.get("phone_whose") == "helper":
        found.append(("Phone", "The helper's own. The helper passes it on"))
    return found


def rule(row: Mapping[str, Any]) -> Rule:
    said = str(row["rule"]).rpartition("/")[2]
    name = next((words for end, words in RULE_NAMES.items() if said.endswith(end)), said.replace("_", " "))
    return Rule(name, RESULTS.get(str(row["result"]), str(row["result"])), bool(row.get("confirmed")))


def checks(card: Card) -> list[str]:
    """What the rules ask the coach to check, in words."""
    ids = [check for row in card.rules for check in row.get("checks", ())]
    return [CHECKS.get(each, each.replace("_", " ").capitalize()) for each in ids]


class Words:
    """Answers as the person saw them; own words as they were typed."""

    def __init__(self, book: Book, answers: Mapping[str, Any]) -> None:
        self.book, self.answers = book, answers

    def of(self, name: str) -> list[str]:
        value = self.answers.get(name)
        values = value if isinstance(value, list) else [value]
        return [self.title(name, each) for each in values if each not in (None, "")]

    def title(self, name: str, value: Any) -> str:
        spec: Spec | None = self.book.slots.get(name)
        return (spec.title_of(value) if spec else None) or str(value)
