"""A referral handed out as a file: valid FHIR, a CSV that runs nothing, only while the person agrees, on record."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from httpx2 import Response
from starlette.testclient import TestClient

from services import consent, conversations
from services.models import Appointment, Conversation, Person, Referral
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up
from tests.web.teams import NOW


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    made = set_up(client, assistant)
    agree(made)
    return made


def agree(desk: Desk, given: bool = True) -> None:
    with desk.assistant.db.write() as session:
        row = session.get_one(Referral, desk.sam)
        thread: Conversation = conversations.lock(session, row.conversation_id)
        if given:
            words = {"wording": "Shall we share this?", "version": "1"}
            consent.record(session, thread, "share", **words, now=NOW, team_id=row.team_id)
        else:
            consent.withdraw(session, thread, "share", NOW)


def take(desk: Desk, form: str, referral: int | None = None) -> Response:
    path = f"/coach/referral/{referral or desk.sam}/hand-out"
    answer: Response = desk.client.post(path, data={**desk.marks(), "as": form})
    return answer


def resources(answer: Response, kind: str) -> list[dict[str, Any]]:
    entries = json.loads(answer.content)["entry"]
    return [each["resource"] for each in entries if each["resource"]["resourceType"] == kind]


def test_a_referral_as_fhir_is_taken_by_another_library(desk: Desk) -> None:
    answer = take(desk, "fhir")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/fhir+json"
    Bundle.model_validate_json(answer.content)
    (request,), (patient,) = resources(answer, "ServiceRequest"), resources(answer, "Patient")
    (call,), (told,) = resources(answer, "Appointment"), resources(answer, "QuestionnaireResponse")
    assert (request["status"], request["intent"]) == ("active", "proposal")
    assert answer.headers["content-disposition"].endswith(f'"{request["id"]}.json"')
    assert (patient["name"][0]["text"], patient["telecom"][0]["value"]) == ("Sam Poe", "+447700900123")
    assert (call["status"], call["start"]) == ("booked", "2026-11-24T08:50:00Z")
    said = {each["linkId"]: each["answer"] for each in told["item"]}
    assert said["wish"] == [{"valueString": "I want to get back to driving my bus"}]
    assert said["health"][0]["valueCoding"]["code"] == "mental_health"
    assert "name" not in said


def test_every_resource_that_is_named_is_there(desk: Desk) -> None:
    entries = json.loads(take(desk, "fhir").content)["entry"]
    text = json.dumps(entries)
    names = {each["fullUrl"] for each in entries}
    assert len(names) == len(entries)
    assert {part.split('"')[0] for part in text.split('"reference": "')[1:]} <= names


@pytest.mark.parametrize(
    ("status", "told"),
    [
        ("booked", "booked"),
        ("reached", "fulfilled"),
        ("not_reached", "noshow"),
        ("moved", "cancelled"),
        ("called_off", "cancelled"),
    ],
)
def test_what_became_of_a_call(desk: Desk, status: str, told: str) -> None:
    with desk.assistant.db.write() as session:
        session.get_one(Appointment, desk.call).status = status
    assert resources(take(desk, "fhir"), "Appointment")[0]["status"] == told


@pytest.mark.parametrize("typed", ["=cmd|'/c calc'!A1", "+1+1", "-2", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_of_the_csv_is_a_formula(desk: Desk, typed: str) -> None:
    with desk.assistant.db.write() as session:
        row = session.get_one(Referral, desk.sam)
        row.card = {**row.card, "wish": typed}
        session.get_one(Person, row.person_id).name = typed
    answer = take(desk, "csv")
    names, values = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))
    row_of = dict(zip(names, values, strict=True))
    assert row_of["wish"].startswith("'")
    assert [value for value in values if value.strip()[:1] in ("=", "+", "-", "@")] == []
    assert row_of["reference"].startswith("WW-")


def test_each_time_it_leaves_is_on_record(desk: Desk) -> None:
    assert [take(desk, form).status_code for form in ("fhir", "csv", "csv")] == [200, 200, 200]
    assert desk.audited("hand_out") == [f"referral:{desk.sam}"] * 3


def test_once_sharing_was_taken_back_nothing_leaves(desk: Desk) -> None:
    agree(desk, given=False)
    for form in ("fhir", "csv"):
        answer = take(desk, form)
        assert (answer.status_code, "do not agree to share" in answer.text) == (409, True)
        assert "Sam Poe" not in answer.text
        assert desk.refusals()[-1] == ("staff:1", f"referral:{desk.sam}", "no_consent")
    assert desk.audited("hand_out") == []


def test_another_teams_referral_a_role_too_low_and_a_wrong_form_are_refused(desk: Desk) -> None:
    assert take(desk, "fhir", desk.theirs).status_code == 404
    assert desk.refusals()[-1] == ("staff:1", f"referral:{desk.theirs}", "not_theirs")
    assert take(desk, "xml").status_code == 404
    without = desk.client.post(f"/coach/referral/{desk.sam}/hand-out", data={"as": "fhir"})
    assert without.status_code == 403
    desk.sign_in("safety@example.org")
    assert take(desk, "fhir").status_code == 404
    assert desk.audited("hand_out") == []


def test_own_words_and_what_was_told_later_go_along_with_when(desk: Desk) -> None:
    told = [
        {"words": "2, fell off a roof", "at": "2026-07-24T08:06:00+00:00", "about": ["health"]},
        {"words": "the gas man comes", "at": None, "about": ["note_for_coach"]},
    ]
    with desk.assistant.db.write() as session:
        row = session.get_one(Referral, desk.sam)
        beside = {"share_condition": "not with my boss", "reach_words": "via my sister", "language": "Polish"}
        row.card = {**row.card, **beside, "own_words": told}
    (answered,) = resources(take(desk, "fhir"), "QuestionnaireResponse")
    said = {each["linkId"]: each["answer"] for each in answered["item"]}
    assert said["own_words"] == [
        {"valueString": "2026-07-24 09:06: 2, fell off a roof"},
        {"valueString": "the gas man comes"},
    ]
    assert answered["item"][0]["linkId"] == "share_condition", "a condition is read first"
    (row_of_csv,) = csv.DictReader(io.StringIO(take(desk, "csv").content.decode("utf-8-sig")))
    assert row_of_csv["own_words"] == "2026-07-24 09:06: 2, fell off a roof; the gas man comes"
    assert (row_of_csv["share_condition"], row_of_csv["reach_words"]) == ("not with my boss", "via my sister")
