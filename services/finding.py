"""Finding a person at the desk: by reference, by the name as it was given, by the last digits of the number.

Within the viewer's own team, closed records included. Names and numbers are sealed, so a team's are opened one by one; the
audit says that somebody searched, by what kind of word and how many were found, never the word itself.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from services import audit, scopes
from services.desk_rows import coach_name, person_name, team_name
from services.models import Person, Referral
from services.scopes import Viewer

FEWEST_LETTERS, FEWEST_DIGITS = 2, 3
MOST_CHARACTERS, MOST_FOUND = 60, 30
NO_DIGIT = re.compile(r"\D")
NUMBER = re.compile(r"[\d\s()+-]+")


@dataclass(frozen=True, slots=True)
class Match:
    """One record that was found; `ends` the last three digits of its number, "" where there is none."""

    referral: int
    reference: str
    person: str
    coach: str | None
    team: str
    status: str
    outcome: str | None
    at: datetime
    ends: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search gave; `more` when there are others, `why` (`too_short`) when nothing was looked for."""

    matches: tuple[Match, ...] = ()
    more: bool = False
    why: str = ""


def find(session: Session, words: str, viewer: Viewer, now: datetime) -> Found:
    """Records of the viewer's team, newest first. Audited, also where nothing is found."""
    asked = " ".join(words.split())[:MOST_CHARACTERS]
    digits = NO_DIGIT.sub("", asked) if NUMBER.fullmatch(asked) else ""
    if len(digits or asked) < (FEWEST_DIGITS if digits else FEWEST_LETTERS):
        return Found(why="too_short")
    rows = session.execute(
        select(Referral, Person)
        .join(Person, Person.id == Referral.person_id)
        .where(viewer.within(Referral.team_id))
        .order_by(Referral.id.desc())
    )
    by = "number" if digits else "word"
    hits = [(row, person) for row, person in rows if _fits(row, person, asked.casefold(), digits)]
    subject = f"team:{viewer.scope or '*'}"
    audit.record(session, viewer.actor, "search", subject, now, {"by": by, "found": len(hits)})
    return Found(tuple(_match(session, *hit) for hit in hits[:MOST_FOUND]), more=len(hits) > MOST_FOUND)


def _fits(row: Referral, person: Person, asked: str, digits: str) -> bool:
    """A number by its last digits; a reference whole or its beginning; a name by the beginning of each of its words."""
    if digits:
        return any(_digits(number).endswith(digits.lstrip("0")) for number in _numbers(row, person))
    if row.reference.casefold().startswith(asked):
        return True
    names = {str(each).casefold() for each in (person.name, (row.card or {}).get("name")) if each}
    return any(name.startswith(asked) or _has_words(name, asked.split()) for name in names)


def _has_words(name: str, asked: list[str]) -> bool:
    return all(any(part.startswith(word) for part in name.split()) for word in asked)


def _numbers(row: Referral, person: Person) -> set[str]:
    return {str(each) for each in (person.phone, (row.card or {}).get("phone")) if each}


def _digits(number: str) -> str:
    return NO_DIGIT.sub("", number)


def _match(session: Session, row: Referral, person: Person) -> Match:
    numbers = sorted(_numbers(row, person))
    return Match(
        referral=row.id,
        reference=row.reference,
        person=person_name(session, row.person_id),
        coach=coach_name(session, row.coach_id),
        team=team_name(session, row.team_id),
        status=row.status,
        outcome=row.outcome,
        at=row.created_at,
        ends=_digits(numbers[0])[-3:] if numbers else "",
    )


def refuse_flood(session: Session, viewer: Viewer, now: datetime) -> None:
    """More searches than anybody needs: refused, and in the audit."""
    scopes.refuse(session, viewer, "search", "too_many", now)
