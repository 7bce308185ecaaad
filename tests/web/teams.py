"""Two small teams with a coach, a lead, and people who were handed over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from services import call_backs, conversations, diary, duty, inbox, outbox, people, referrals, staff
from services.messages import Address, Inbound
from services.models import Appointment, Coach, DiaryCell, Team
from tests.web.assistants import StandInAssistant

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
PASSWORD = "three random words"
ROBIN = "robin@north.example"
CARD = {
    "name": "Sam Poe",
    "phone": "+447700900123",
    "work_situation": "off_sick",
    "health": ["mental_health"],
    "barriers": ["money"],
    "wish": "I want to get back to driving my bus",
    "asked": ["work_situation", "health", "wish"],
}
RULES = [
    {"rule": "base_min_age", "version": "1", "result": "pass", "confirmed": True},
    {"checks": ["local_rules", "right_to_work"], "versions": {}},
]


def put_team(assistant: StandInAssistant, team: str) -> int:
    """A team with one coach; answers the coach's id."""
    with assistant.db.write() as session:
        session.add(
            Team(
                id=team,
                name=f"WorkWell {team.title()}",
                short_name=team,
                controller="An ICB",
                caller_number="01632 960100",
                opened_at=NOW,
            )
        )
        session.flush()
        coach = Coach(team_id=team, name="Robin", created_at=NOW)
        session.add(coach)
        session.flush()
        return coach.id


def put_staff(
    assistant: StandInAssistant, email: str, role: staff.Role, team: str | None, coach: int | None = None
) -> int:
    with assistant.db.write() as session:
        row = staff.add(session, email, role, NOW, team_id=team, name=email.split("@")[0], coach_id=coach)
        staff.set_password(session, row, PASSWORD, NOW)
        return row.id


def put_referral(assistant: StandInAssistant, team: str, coach: int, number: str, starts: datetime) -> tuple[int, int]:
    """A person who texted, was asked, and has a call; answers (referral, appointment)."""
    accepted = inbox.accept(
        assistant.db, Inbound(Address("sms", number), f"SM{number}", "I'm off sick <b>"), False, NOW
    )
    with assistant.db.write() as session:
        thread = conversations.lock(session, accepted.conversation_id)
        thread.team_id = team
        people.set_name(session, thread.person_id, "Sam Poe")
        people.set_phone(session, thread.person_id, number)
        outbox.enqueue(session, thread, "Thank you.", purpose="answer", now=NOW)
        decision = referrals.record_decision(session, thread.id, team, "ask_a_person", RULES, NOW)
        referral = referrals.create(session, thread, team, CARD, NOW, consent_id=None, decision_id=decision.id)
        call = Appointment(
            person_id=thread.person_id,
            conversation_id=thread.id,
            coach_id=coach,
            team_id=team,
            referral_id=referral.id,
            kind="phone",
            starts_at=starts,
            ends_at=starts + timedelta(minutes=30),
            created_at=NOW,
        )
        session.add(call)
        session.flush()
        session.add_all(
            DiaryCell(coach_id=coach, cell=cell, appointment_id=call.id)
            for cell in diary.cells(call.starts_at, call.ends_at)
        )
        call_backs.queue(session, thread, team, "ask_a_person", NOW)
        duty.alert(session, thread.id, team, "self_harm", NOW)
        return referral.id, call.id
