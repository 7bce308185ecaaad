"""The studio over the real content, with an administrator, an editor and a safety officer."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from bot.assistant import open_books, todays_book
from bot.flows.transcripts import Act, Transcript
from bot.nlu.rasa import NoNlu
from bot.studio import drafting, testing, trying
from bot.studio.drafting import Desk
from bot.studio.testing import Checked
from services import staff
from services.models import AuditRow, StaffMember
from tests.web.assistants import StandInAssistant
from tests.web.teams import NOW, PASSWORD, put_staff

PEOPLE = {"ada": "admin", "bea": "safety", "eve": "editor", "cal": "admin", "rob": "coach"}


@dataclass
class Studio:
    client: TestClient
    assistant: StandInAssistant

    def sign_in(self, name: str) -> None:
        self.client.cookies.clear()
        answer = self.client.post("/sign-in", data={"email": f"{name}@studio.example", "password": PASSWORD})
        assert answer.status_code == 303

    def get(self, path: str) -> str:
        answer = self.client.get(f"/admin{path}")
        assert answer.status_code == 200, (path, answer.status_code)
        return html.unescape(answer.text)

    def field(self, path: str, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.client.get(f"/admin{path}").text)
        return html.unescape(found[1]) if found else ""

    def post(self, path: str, page: str = "", **data: str) -> tuple[int, str]:
        """Post as the form on `page` would."""
        marks = {"csrf": self.field(page or path, "csrf"), "seen": self.field(page or path, "seen")}
        answer = self.client.post(f"/admin{path}", data={**marks, **data})
        return answer.status_code, html.unescape(answer.text)

    def desk(self) -> Desk:
        return drafting.see(self.assistant.db)

    def audited(self, action: str) -> list[tuple[str, str]]:
        with self.assistant.db.read() as session:
            rows = session.scalars(select(AuditRow).where(AuditRow.action == action).order_by(AuditRow.id))
            return [(row.actor, row.subject) for row in rows]


def put_people(assistant: StandInAssistant) -> None:
    """An account for each, all with the password of the first."""
    (first, role), *others = PEOPLE.items()
    number = put_staff(assistant, f"{first}@studio.example", role, None)  # type: ignore[arg-type]
    with assistant.db.write() as session:
        known = session.get_one(StaffMember, number).password_hash
        for name, role in others:
            row = staff.add(session, f"{name}@studio.example", role, NOW, name=name)  # type: ignore[arg-type]
            row.password_hash = known


@pytest.fixture(scope="session")
def world() -> None:
    """Made once: on a busy machine it takes longer than a page may."""
    trying.prepare(Transcript("", "sms", "plenty", trying.STARTS[0]))
    trying.play(todays_book(), Transcript("", "sms", "plenty", trying.STARTS[0], (Act("you", "hi"),)), NoNlu("a test"))


@pytest.fixture
def studio(client: TestClient, assistant: StandInAssistant, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """Ada, an administrator, is signed in. The proof finds nothing, at once."""
    monkeypatch.setattr(testing, "check_of", lambda db, desk: Checked(True, False, ()))
    monkeypatch.setattr(testing, "touched", lambda changes, tests: [])
    assistant.clock.set(NOW)
    open_books(assistant.db, assistant.clock)
    put_people(assistant)
    made = Studio(client, assistant)
    made.sign_in("ada")
    return made
