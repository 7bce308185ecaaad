"""Who wants writing only, or cannot be rung: the desk speaks of writing, words keep the promise, nobody is told of a ring."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from services import due_work, people
from services.models import Absence, Appointment, CallBack, DeskNote, Person, Referral
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    made = set_up(client, assistant)
    with assistant.db.write() as session:
        session.get_one(Appointment, made.call).status = "called_off"
        row = session.get_one(Referral, made.sam)
        row.card = {**row.card, "call_kind": "messages", "call_needs": ["messages"]}
    return made


def promise(desk: Desk) -> str | None:
    with desk.assistant.db.read() as session:
        return session.get_one(CallBack, 1).result


def results(desk: Desk) -> list[str | None]:
    with desk.assistant.db.read() as session:
        return list(session.scalars(select(DeskNote.result).order_by(DeskNote.id)))


def test_the_desk_says_write_to_and_links_no_number(desk: Desk) -> None:
    queue, card, day = desk.page("/queue?kind=call_back"), desk.card(), desk.page()
    assert "Write to" in queue.split("</nav>")[-1]
    assert "No answer yet" in queue
    for page in (queue, card, day):
        assert "tel:" not in page
        assert ">Not reached<" not in page
        assert "Ring back" not in page
    assert "In writing only. Do not ring" in card
    assert "07700 900123, for writing" in card
    assert "Voicemail" not in card


def test_words_of_a_coach_keep_the_promise_and_are_the_first_contact(desk: Desk) -> None:
    assert desk.post(f"/referral/{desk.sam}/say", words="Hello, it is Robin.") == 303
    assert promise(desk) == "written"
    assert results(desk) == ["written"]
    assert "Written to, no answer yet" in desk.card()
    assert desk.audited("finish_call_back") == ["call_back:1"]
    desk.post(f"/referral/{desk.sam}/say", words="And another thing.")
    assert results(desk) == ["written"], "once is enough"


def test_words_to_who_wants_a_ring_keep_no_promise_to_ring(client: TestClient, assistant: StandInAssistant) -> None:
    made = set_up(client, assistant)
    made.post(f"/referral/{made.sam}/say", words="I will ring you at ten.")
    assert promise(made) is None
    made.post("/call-back/1", outcome="written")
    assert promise(made) is None


@pytest.mark.parametrize(
    ("outcome", "kept"), [("reached", "reached"), ("written", "written"), ("not_reached", "written")]
)
def test_whatever_is_recorded_tells_nobody_of_a_ring(desk: Desk, outcome: str, kept: str) -> None:
    assert desk.post("/call-back/1", outcome=outcome) == 303
    assert promise(desk) == kept
    with desk.assistant.db.read() as session:
        assert due_work.open_one(session, 1, "missed_call") is None


def test_who_has_no_number_is_not_to_be_rung(desk: Desk) -> None:
    with desk.assistant.db.write() as session:
        row = session.get_one(Referral, desk.sam)
        row.card = {name: value for name, value in row.card.items() if not name.startswith(("call_", "phone"))}
        session.get_one(Person, row.person_id).phone = None
    assert "In writing only. Do not ring" in desk.card()


def test_a_video_call_is_set_up_and_words_about_it_keep_the_promise(desk: Desk) -> None:
    with desk.assistant.db.write() as session:
        row = session.get_one(Referral, desk.sam)
        row.card = {**row.card, "call_kind": "video", "call_needs": ["video"]}
    assert "Set up a video call" in desk.page("/queue?kind=call_back")
    assert "tel:" not in desk.card()
    desk.post(f"/referral/{desk.sam}/say", words="Here is the link.")
    assert promise(desk) == "written"


def test_after_stop_there_is_no_way_and_the_page_says_so(desk: Desk) -> None:
    with desk.assistant.db.write() as session:
        people.stop(session, 1, desk.assistant.clock.now())
    assert "They also want no calls" in desk.card()


def test_words_beside_the_answers_are_on_card_and_paper_with_when(
    client: TestClient, assistant: StandInAssistant
) -> None:
    made = set_up(client, assistant)
    told = [
        {"words": "1 but my ears are bad", "at": "2026-11-24T09:05:00+00:00", "about": ["call_needs"]},
        {"words": "2, fell off a roof", "at": "2026-11-24T09:06:00+00:00", "about": ["health"]},
        {"words": "the gas man comes", "at": None, "about": ["note_for_coach"]},
    ]
    with assistant.db.write() as session:
        row = session.get_one(Referral, made.sam)
        row.card = {**row.card, "own_words": told, "call_need_words": "the gas man comes"}
    for page in (made.card(), made.page(f"/referral/{made.sam}/print")):
        needs = page.partition("Needs for the call")[2].partition("</section>")[0]
        assert "“1 but my ears are bad”" in needs
        assert "Tue 24 Nov, 9:05am" in needs
        assert "None named" not in needs
        assert "“2, fell off a roof”" in page.partition("What they said besides")[2].partition("</section>")[0]
        assert page.count("the gas man comes") == 1


def test_a_kind_of_call_that_was_picked_by_name_is_named_once(client: TestClient, assistant: StandInAssistant) -> None:
    made = set_up(client, assistant)
    with assistant.db.write() as session:
        row = session.get_one(Referral, made.sam)
        row.card = {**row.card, "call_kind": "video", "call_needs": ["video"]}
    needs = made.card().partition("Needs for the call")[2].partition("</section>")[0]
    assert needs.count("<li>") == 1


def test_no_new_time_is_chosen_beforehand_and_none_is_not_taken_for_one(
    client: TestClient, assistant: StandInAssistant
) -> None:
    made = set_up(client, assistant)
    assert made.post(f"/call/{made.call}", outcome="moved", opening="") == 400
    assert made.post(f"/call/{made.call}", outcome="moved") == 400
    with assistant.db.read() as session:
        assert session.get_one(Appointment, made.call).status == "booked"


def test_a_call_that_was_kept_in_leave_is_marked_on_the_card_the_day_and_the_week(
    client: TestClient, assistant: StandInAssistant
) -> None:
    made = set_up(client, assistant)
    with assistant.db.write() as session:
        call = session.get_one(Appointment, made.call)
        session.add(Absence(coach_id=made.coach, starts_at=call.starts_at, ends_at=call.ends_at))
    for page in (
        made.card(),
        made.page(),
        made.page("/week?from=2026-11-24"),
        made.page(f"/referral/{made.sam}/print"),
    ):
        assert "Robin is away then" in " ".join(re.sub(r"<[^>]+>", "", page).split())
