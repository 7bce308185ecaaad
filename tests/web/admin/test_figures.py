"""What is going on: who sees it, what it shows, what it keeps back."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest

from bot.flows.definition import Collect
from services import duty, journeys, people
from services.db import Session
from services.journeys import Passed
from services.messages import Address
from services.models import Conversation, SourceCode
from tests.bot.conversing import book
from tests.web.admin.conftest import Studio
from tests.web.assistants import StandInAssistant
from tests.web.teams import NOW, PASSWORD, put_staff, put_team
from web.admin import figures, plain

MEASURES = Path(__file__).resolve().parents[3] / "docs" / "measures.md"
STEPS = ((), ("consent:start",), ("eligibility:yes",), ("appointment_booked",))


def begin(session: Session, number: int, team: str | None, source: str | None, stage: int) -> int:
    """A journey that comes so far."""
    channel = ("sms", "sms", "web")[number % 3]
    value = f"+4477009{number:05}" if channel == "sms" else f"token-{number}"
    thread = people.find_or_make_conversation(session, Address(channel, value), NOW)  # type: ignore[arg-type]
    talk = session.get_one(Conversation, thread)
    talk.team_id, talk.source = team, source
    asked = ("safe_to_text", "postcode", "health", "opening")[min(stage, 3)]
    journeys.pass_on(session, talk, Passed(question="safe_to_text"), NOW - timedelta(days=9))
    later = NOW - timedelta(days=9) + timedelta(seconds=5 + number)
    outcome = "booked" if stage > 2 else None
    journeys.pass_on(session, talk, Passed(STEPS[min(stage, 3)], asked, age=20 + number % 50, outcome=outcome), later)
    for _ in range(8):
        journeys.sent(session, thread, 1 + number % 2)
    if stage > 3:
        journeys.attended(session, thread, "reached", NOW)
    return thread


def put_journeys(assistant: StandInAssistant) -> None:
    """Ninety people in the north, forty in the south, three nowhere; alerts; what nobody here can help with."""
    for team in ("north", "south"):
        put_team(assistant, team)
    with assistant.db.write() as session:
        session.add(SourceCode(code="GP1", name="=Poster at a surgery", kind="poster", created_at=NOW))
        for number in range(133):
            team = "north" if number < 90 else "south" if number < 130 else None
            thread = begin(session, number, team, "GP1" if number % 4 == 0 else None, number % 5)
            if number % 7 == 0:
                duty.alert(session, thread, team, "crisis", NOW - timedelta(days=1))
                journeys.unmet(session, session.get_one(Conversation, thread), ["travel", "other"], NOW)


def rows_of(studio: Studio, table: str) -> list[dict[str, str]]:
    answer = studio.client.get(f"/admin/figures/{table}.csv")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_the_figures_are_drawn_told_and_downloaded(studio: Studio) -> None:
    put_journeys(studio.assistant)
    page = studio.get("/figures")
    assert page.count("<table") == page.count("<tbody") == 9
    for words in ("North", "Poster at a surgery", "October to December 2026, so far", "3 days", "Is it safe"):
        assert words.lower() in page.lower(), words
    assert not re.search(r"<(script(?! type=.module. src)|style)|style=", page)
    places = rows_of(studio, "place")
    assert [row["place"] for row in places] == ["WorkWell North", "WorkWell South", "not known", "all"]
    assert places[-1]["began"] == "133"
    assert [row["began"] for row in places if row["place"] == "not known"] == ["hidden"]
    assert sum(row["began"] == "hidden" for row in places) > 1
    assert rows_of(studio, "source")[1]["source"] == "'=Poster at a surgery"
    assert {row["channel"] for row in rows_of(studio, "messages")} == {"sms", "web", "all"}
    for table in ("channel", "age", "questions", "alerts", "needs"):
        assert rows_of(studio, table)
    assert studio.client.get("/admin/figures/people.csv").status_code == 404


def test_a_quarter_that_is_not_offered_is_this_one_and_an_empty_one_says_so(studio: Studio) -> None:
    assert "October to December 2026" in studio.get("/figures?quarter=1999-01-01")
    assert "Nothing yet." in studio.get("/figures?quarter=2026-07-01")


def test_a_lead_sees_their_own_team_and_a_coach_sees_none(studio: Studio) -> None:
    put_journeys(studio.assistant)
    put_staff(studio.assistant, "lee@studio.example", "lead", "north")
    studio.sign_in("lee")
    page = studio.get("/figures")
    assert "Your team." in page
    assert "By place" not in page
    assert "south" not in page
    assert rows_of(studio, "channel")[-1]["began"] == "90"
    assert studio.client.get("/admin/figures/place.csv").status_code == 404
    assert studio.client.get("/admin").status_code == 404
    studio.sign_in("rob")
    assert studio.client.get("/admin/figures").status_code == 404
    put_staff(studio.assistant, "lou@studio.example", "lead", None)
    studio.client.cookies.clear()
    assert studio.client.post("/sign-in", data={"email": "lou@studio.example", "password": PASSWORD}).status_code == 303
    assert studio.client.get("/admin/figures").status_code == 404


def test_every_measure_of_the_page_is_in_the_document(studio: Studio) -> None:
    told = MEASURES.read_text(encoding="utf-8")
    names = re.findall(r'<dt class="nhsuk-summary-list__key">([^<]+)</dt>', studio.get("/figures"))
    assert len(names) > 10
    assert [name for name in names if f"| {name} |" not in told] == []


@pytest.mark.parametrize(
    ("words", "heard"),
    [
        ("Hello {{ name }}.", "Hello [name]."),
        ("{% if a %}They{% else %}You{% endif %} ask", "You ask"),
        ("{% if a %}They {% endif %}ask", "ask"),
        ("{% if a %}A{% elif b %}B{% else %}C{% endif %}, {% if a %}D{% endif %}E", "C, E"),
        ("{% if a %}A{% else %}{% if b %}B{% else %}C{% endif %}{% endif %}D", "CD"),
        ("{% if a %}{% if b %}B{% endif %}A{% endif %}D", "D"),
    ],
)
def test_a_question_stands_in_the_words_that_most_are_asked(words: str, heard: str) -> None:
    assert plain.as_most_hear(words) == heard


def test_every_question_that_is_asked_stands_in_words() -> None:
    content = book()
    asked = {step.slot for flow in content.flows.values() for step in flow.steps.values() if isinstance(step, Collect)}
    for slot in asked:
        words = figures.question(content, slot)
        assert words != plain.spoken(slot)
        assert " | " not in words
        assert "%" not in words
