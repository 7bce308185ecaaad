"""A team with people who may be on duty, for tests of the rota and of alerts."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from services import crypto, staff
from services.models import StaffMember
from services.rota import Rules, Stretch
from services.rota_changes import SYSTEM, keep_rules, keep_week
from tests.services.diaries import make_team

TEAM = "testshire"
NINE, FIVE = 9 * 60, 17 * 60


def person(
    session: Session, name: str, now: datetime, number: str = "", role: staff.Role = "coach", team: str | None = TEAM
) -> StaffMember:
    """Somebody with an account, and a number that was shown to be theirs."""
    row = staff.add(session, f"{name}@north.example", role, now, team_id=team, name=name)
    if number:
        row.phone = number
        row.phone_index = crypto.keys_of(session.get_bind()).blind_index("phone", number)
    session.flush()
    return row


def office_hours(session: Session, now: datetime, *, then: bool = True, numbers: bool = True) -> dict[str, int]:
    """Robin on duty Monday to Friday 9 to 5, Priya the deputy, then Lee; ids by name."""
    make_team(session, now, opened_at=now)
    told = ("+447700900201", "+447700900202", "+447700900203") if numbers else ("", "", "")
    ids = {name: person(session, name, now, told[n]).id for n, name in enumerate(("Robin", "Priya", "Lee"))}
    week = [Stretch(day, NINE, FIVE, ids["Robin"], ids["Priya"]) for day in range(5)]
    assert keep_week(session, TEAM, week, SYSTEM, now) == "kept"
    keep_rules(session, TEAM, Rules(15, then=(ids["Lee"],) if then else ()), SYSTEM, now)
    return ids
