"""Finding a person at the desk: by reference, name or last digits, in one's own team, audited without the words."""

from __future__ import annotations

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from services.models import AuditRow, Referral
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    return set_up(client, assistant)


def found(desk: Desk, words: str) -> list[int]:
    answer = desk.client.post("/coach/find", data={**desk.marks(), "words": words})
    page = str(answer.text).partition("<section")[2]
    return [number for number in (desk.sam, desk.theirs) if f'/coach/referral/{number}"' in page]


def reference(desk: Desk) -> str:
    with desk.assistant.db.read() as session:
        return session.get_one(Referral, desk.sam).reference


@pytest.mark.parametrize(
    "words", ["Sam", "sam poe", "POE", "po sa", "0123", "07700 900123", "+44 7700 900123", "900 123"]
)
def test_a_person_of_ones_team_is_found_and_nobody_elses(desk: Desk, words: str) -> None:
    assert found(desk, words) == [desk.sam]


def test_by_reference_however_it_is_typed(desk: Desk) -> None:
    assert found(desk, reference(desk)) == [desk.sam]
    assert found(desk, f" {reference(desk).lower()} ") == [desk.sam]


@pytest.mark.parametrize("words", ["am", "Alex", "0999", "%", "' OR 1=1 --", "Sam Smith"])
def test_what_fits_nobody_finds_nobody(desk: Desk, words: str) -> None:
    assert found(desk, words) == []


def test_closed_records_are_found_and_said_to_be_closed(desk: Desk) -> None:
    desk.post(f"/referral/{desk.sam}/close", words="Back at work")
    assert found(desk, "Sam") == [desk.sam]


def test_a_search_is_in_the_audit_without_its_words(desk: Desk) -> None:
    found(desk, "Sam Poe")
    with desk.assistant.db.read() as session:
        row = session.scalars(select(AuditRow).where(AuditRow.action == "search")).one()
        assert (row.subject, row.detail) == ("team:north", {"by": "word", "found": 1})


def test_too_little_is_not_looked_for_and_too_often_is_refused(desk: Desk) -> None:
    answer = desk.client.post("/coach/find", data={**desk.marks(), "words": "S"})
    assert "at least two letters" in answer.text
    marks = desk.marks()
    codes = [desk.client.post("/coach/find", data={**marks, "words": "Sam"}).status_code for _ in range(31)]
    assert codes[-1] == 429
    assert ("search", "too_many") in [(subject, why) for _, subject, why in desk.refusals()]


def test_safety_officers_find_in_every_team_and_editors_not_at_all(desk: Desk) -> None:
    desk.sign_in("safety@example.org")
    assert found(desk, "Sam") == [desk.sam, desk.theirs]


def test_without_the_forms_mark_nothing_is_searched(desk: Desk) -> None:
    assert desk.client.post("/coach/find", data={"words": "Sam"}).status_code == 403
