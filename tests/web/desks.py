"""A desk in the north with somebody handed to it: for the tests of what coaches do and of what they are refused."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import select
from starlette.testclient import TestClient

from services import inbox
from services.messages import Address, Inbound
from services.models import AuditRow, Coach, MessageIn, Referral
from tests.web.assistants import StandInAssistant
from tests.web.teams import NOW, PASSWORD, put_referral, put_staff, put_team

CRISIS = "I can't see a way out of this"
SAM, ALEX = "+447700900123", "+447700900124"


@dataclass
class Desk:
    client: TestClient
    assistant: StandInAssistant
    coach: int = 0
    colleague: int = 0
    sam: int = 0
    call: int = 0
    theirs: int = 0
    their_call: int = 0
    used: dict[str, str] = field(default_factory=dict)

    def sign_in(self, email: str) -> None:
        self.client.cookies.clear()
        assert self.client.post("/sign-in", data={"email": email, "password": PASSWORD}).status_code == 303

    def page(self, path: str = "") -> str:
        answer = self.client.get(f"/coach{path}")
        assert answer.status_code == 200, path
        return str(answer.text)

    def card(self) -> str:
        return self.page(f"/referral/{self.sam}")

    def marks(self) -> dict[str, str]:
        page = self.page()
        found = {name: re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("csrf", "once")}
        return {name: match[1] for name, match in found.items() if match}

    def post(self, path: str, **data: str) -> int:
        self.used = {**self.marks(), **data}
        return int(self.client.post(f"/coach{path}", data=self.used).status_code)

    def refusals(self) -> list[tuple[str, str, str]]:
        with self.assistant.db.read() as session:
            rows = session.scalars(select(AuditRow).where(AuditRow.action == "refused").order_by(AuditRow.id))
            return [(row.actor, row.subject, str(row.detail.get("why"))) for row in rows]

    def audited(self, action: str) -> list[str]:
        with self.assistant.db.read() as session:
            return list(session.scalars(select(AuditRow.subject).where(AuditRow.action == action)))

    def writes(self, text: str, number: str = SAM) -> None:
        self.assistant.clock.offset += timedelta(minutes=1)
        inbox.accept(self.assistant.db, Inbound(Address("sms", number), text, text), False, self.assistant.clock.now())


def set_up(client: TestClient, assistant: StandInAssistant) -> Desk:
    """Robin of the north is signed in. Sam, with a call ten minutes ago, is theirs; Alex is the south's."""
    assistant.clock.set(NOW)
    made = Desk(client, assistant)
    made.coach, south = put_team(assistant, "north"), put_team(assistant, "south")
    with assistant.db.write() as session:
        other = Coach(team_id="north", name="Priya", created_at=NOW)
        session.add(other)
        session.flush()
        made.colleague = other.id
    put_staff(assistant, "robin@north.example", "coach", "north", made.coach)
    put_staff(assistant, "priya@north.example", "coach", "north", made.colleague)
    put_staff(assistant, "lead@north.example", "lead", "north")
    put_staff(assistant, "safety@example.org", "safety", None)
    made.sam, made.call = put_referral(assistant, "north", made.coach, SAM, NOW - timedelta(minutes=40))
    made.theirs, made.their_call = put_referral(assistant, "south", south, ALEX, NOW + timedelta(days=1))
    with assistant.db.write() as session:
        first = session.get_one(MessageIn, 1)
        first.body, first.taken_at = CRISIS, NOW
        session.get_one(Referral, made.sam).coach_id = made.coach
    made.sign_in("robin@north.example")
    return made
