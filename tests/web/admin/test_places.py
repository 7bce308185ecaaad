"""Rules and places: a rule is written, tried on what people answered, agreed to by somebody else, and counts."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import select

from bot.flows.state import DialogueState
from services import people, team_rules
from services.messages import Address
from services.models import Conversation, TeamRule
from tests.web.admin.conftest import Studio
from tests.web.teams import NOW, put_team

RULE = {
    "kind": "min_age",
    "number": "30",
    "source": "The team's leaflet, November 2026",
    "starts_on": "2026-11-24",
    "confirmed_by": "Jo Smith, service lead",
    "confirmed_on": "2026-11-20",
    "recheck_by": "2026-12-01",
}
PLACE = "/places/north"


@pytest.fixture
def north(studio: Studio) -> Studio:
    """A team, and seven people of whom six are under thirty."""
    put_team(studio.assistant, "north")
    studio.assistant.practices = SimpleNamespace(by_code={})  # type: ignore[attr-defined]
    with studio.assistant.db.write() as session:
        for number in range(7):
            address = Address("sms", f"+4477009001{number:02}")
            thread = people.find_or_make_conversation(session, address, NOW)
            talk = session.get_one(Conversation, thread)
            slots = {"age": 25 if number < 6 else 50, "work_situation": "in_work", "eligibility": "ask_a_person"}
            talk.team_id, talk.state = "north", DialogueState(revision="", slots=slots).to_json()
    return studio


def test_a_rule_is_written_tried_agreed_to_and_counts(north: Studio) -> None:
    assert "Missing: " in north.get("/places")
    assert north.post(f"{PLACE}/rules", PLACE, **RULE)[0] == 303
    page = north.get(PLACE)
    assert "Youngest age: 30 or over" in page
    assert "Another administrator or a safety officer has to agree." in page
    assert north.post(f"{PLACE}/rules/1/agree", PLACE)[0] == 409
    status, page = north.post(f"{PLACE}/rules/1/try", PLACE, as_at="2026-12-24")
    assert (status, "6 would hear “no” instead of “a person looks”" in page, "As at 24 December 2026" in page) == (
        200,
        True,
        True,
    )
    assert "none of them would hear anything else" in north.post(f"{PLACE}/rules/1/try", PLACE, as_at="2026-11-01")[1]
    north.sign_in("cal")
    assert north.post(f"{PLACE}/rules/1/agree", PLACE)[0] == 303
    assert "look again by 1 December 2026" in north.get("/places")
    with north.assistant.db.read() as session:
        assert team_rules.of(session, "north", NOW.date()).min_age == 30
    assert north.post(f"{PLACE}/rules/1/drop", PLACE)[0] == 409
    assert [who for who, _ in north.audited("agree_rule")] != [who for who, _ in north.audited("propose_rule")]
    assert len(north.audited("try_rule")) == 2


def test_what_is_wrong_is_told_and_what_was_typed_stays(north: Studio) -> None:
    for changed, told in (
        ({"kind": ""}, "Pick what the rule is about."),
        ({"number": "many"}, "Pick or write what the rule says."),
        ({"source": ""}, "Write where this comes from"),
        ({"starts_on": "soon"}, "Give the first day"),
        ({"ends_on": "2026-01-01"}, "The last day must be"),
        ({"confirmed_on": ""}, "Give the day on which it was confirmed."),
        ({"picked": "residence:gp"}, "What is ticked under another heading does not belong to this rule."),
    ):
        status, page = north.post(f"{PLACE}/rules", PLACE, **{**RULE, **changed})
        assert (status, told in page, "Jo Smith" in page) == (400, True, True), told
    with north.assistant.db.read() as session:
        assert session.get(TeamRule, 1) is None


def test_words_are_picked_and_a_rule_can_be_taken_back(north: Studio) -> None:
    picked = {**RULE, "kind": "residence", "picked": "residence:gp"}
    assert north.post(f"{PLACE}/rules", PLACE, **picked)[0] == 303
    assert north.post(f"{PLACE}/rules/1/drop", PLACE)[0] == 303
    assert "Nothing yet" in north.get(PLACE)


def test_an_editor_writes_and_does_not_agree_and_other_teams_are_not_reached(north: Studio) -> None:
    assert north.post(f"{PLACE}/rules", PLACE, **RULE)[0] == 303
    north.sign_in("eve")
    assert "Agree: it counts" not in north.get(PLACE)
    assert north.post(f"{PLACE}/rules/1/agree", PLACE)[0] == 404
    put_team(north.assistant, "south")
    assert north.post("/places/south/rules/1/drop", PLACE)[0] == 404
    assert north.client.get("/admin/places/nowhere").status_code == 404


@pytest.mark.parametrize(
    ("known", "told"),
    [
        (0, "answers are there to try it on, so this says nothing"),
        (3, "That is too few to say whom it would change"),
        (9, "(few: others may be changed though none of these are)"),
    ],
)
def test_a_trial_on_few_people_says_so_and_promises_nothing(north: Studio, known: int, told: str) -> None:
    with north.assistant.db.write() as session:
        for number, talk in enumerate(session.scalars(select(Conversation))):
            talk.state = talk.state if number < known else None
    north.post(f"{PLACE}/rules", PLACE, **RULE)
    page = north.post(f"{PLACE}/rules/1/try", PLACE, as_at="2026-11-01")[1]
    assert told in page
    assert ("would hear anything else" in page) is (known > 4)
    assert "inset-text notice" not in page
