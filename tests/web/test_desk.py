"""The desk: what waits and by when, the card's warnings, outcomes, talking as a person."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from services import due_work, people
from services.models import Appointment, CallBack, Conversation, DeskNote, DutyAlert, MessageOut, Referral
from tests.web.assistants import StandInAssistant
from tests.web.desks import Desk, set_up
from tests.web.teams import NOW
from web.coach import card


@pytest.fixture
def desk(client: TestClient, assistant: StandInAssistant) -> Desk:
    return set_up(client, assistant)


# -- what people who tried it missed -----------------------------------------------------------------------------------


def test_a_safety_alert_and_the_words_that_raised_it_are_on_the_persons_page(desk: Desk) -> None:
    page = desk.card()
    assert "May harm themself" in page
    assert "I can&#39;t see a way out of this" in page.partition("flag--urgent")[2].partition("</section>")[0]
    assert desk.audited("read_words") == ["alert:1"]
    desk.post("/alert/1")
    desk.post("/alert/1/close", words="Rang them, they are safe.")
    assert "flag--urgent" not in desk.card()
    assert "Rang them, they are safe." in desk.page("/alert/1")


def test_words_of_a_person_without_a_team_are_for_who_took_the_alert_on(desk: Desk) -> None:
    with desk.assistant.db.write() as session:
        session.get_one(DutyAlert, 1).team_id = None
    assert "see a way out" not in desk.page("/alert/1")
    assert "Sam" not in desk.page("/alert/1")
    assert desk.post("/alert/1") == 303
    assert "see a way out" in desk.page("/alert/1")
    desk.sign_in("priya@north.example")
    assert "see a way out" not in desk.page("/alert/1")
    desk.sign_in("safety@example.org")
    assert "see a way out" in desk.page("/alert/1")


@pytest.mark.parametrize(
    ("needs", "words"),
    [
        (["video"], "They asked for a video call"),
        (["phone", "bsl"], "They use BSL"),
        (["messages"], "They asked to talk in writing"),
        (["phone"], None),
        (["phone", "video"], None),
    ],
)
def test_a_call_that_does_not_suit_their_needs_is_flagged(desk: Desk, needs: list[str], words: str | None) -> None:
    with desk.assistant.db.write() as session:
        row = session.get_one(Referral, desk.sam)
        row.card = {**row.card, "call_needs": needs}
    for page in (desk.card(), desk.page(), desk.page("/week")):
        assert ("oes not fit" in page) is (words is not None)
    assert words is None or words in desk.card()


def test_a_last_message_without_an_answer_is_raised(desk: Desk) -> None:
    assert "has no answer" not in desk.card()
    desk.writes("are you there?")
    desk.assistant.clock.offset += timedelta(minutes=5)
    assert "Their last message has no answer" in desk.card()
    assert "Message without an answer" in desk.page("/queue?kind=message")
    assert desk.post(f"/referral/{desk.sam}/say", words="I am here.") == 303
    assert "has no answer" not in desk.card()


# -- what waits --------------------------------------------------------------------------------------------------------


def test_the_queue_is_in_the_order_in_which_things_are_late(desk: Desk) -> None:
    page = desk.page("/queue")
    kinds = re.findall(r'<li class="row row--(\w+)', page)
    assert kinds == ["alert", "outcome", "call_back"]
    assert re.search(r"5\d min left", page)
    desk.assistant.clock.offset += timedelta(hours=2)
    desk.sign_in("robin@north.example")
    assert "Late by 1 h" in desk.page("/queue?kind=alert")


def test_the_clock_stands_still_out_of_hours(desk: Desk) -> None:
    desk.assistant.clock.set(NOW.replace(hour=18))
    desk.sign_in("robin@north.example")
    before = re.findall(r"([\d\w ]+) left", desk.page("/queue?kind=outcome"))
    assert "Working time starts again Wednesday 25 November, 9am" in desk.page()
    desk.assistant.clock.offset += timedelta(hours=14)
    desk.sign_in("robin@north.example")
    assert re.findall(r"([\d\w ]+) left", desk.page("/queue?kind=outcome")) == before


def test_somebody_handed_over_without_a_call_or_a_promise_is_not_forgotten(desk: Desk) -> None:
    with desk.assistant.db.write() as session:
        session.get_one(Appointment, desk.call).status = "called_off"
        session.get_one(CallBack, 1).done_at = NOW
    assert "New, no call booked" in desk.page("/queue?kind=new")


def test_ones_own_people_and_those_one_covers_for(desk: Desk) -> None:
    desk.sign_in("priya@north.example")
    assert "How did it go?" not in desk.page("/queue?who=me")
    desk.sign_in("lead@north.example")
    day = NOW.date().isoformat()
    ids = {"coach": str(desk.coach), "by": str(desk.colleague)}
    assert desk.post("/cover", **ids, starts=day, ends=day) == 303
    assert "Priya looks after Robin" in desk.page("/people")
    desk.sign_in("priya@north.example")
    assert "How did it go?" in desk.page("/queue?who=me")


def test_the_week_shows_calls_by_day_and_nonsense_is_this_week(desk: Desk) -> None:
    assert desk.page("/week?from=nonsense") == desk.page("/week") or "Week of Monday 23 November" in desk.page("/week")
    assert "8:50am" in desk.page("/week?from=2026-11-25")
    assert "8:50am" not in desk.page("/week?from=2026-12-01")
    assert desk.audited("read_week")


# -- outcomes ----------------------------------------------------------------------------------------------------------


def status(desk: Desk) -> tuple[str, str | None]:
    with desk.assistant.db.read() as session:
        row = session.get_one(Referral, desk.sam)
        return row.status, row.outcome


@pytest.mark.parametrize(
    ("outcome", "wanted"),
    [
        ("reached", ("active", "reached")),
        ("not_reached", ("shared", "not_reached")),
        ("declined", ("declined", "declined")),
        ("another_service", ("closed", "another_service")),
    ],
)
def test_each_outcome_leaves_the_person_in_its_place(desk: Desk, outcome: str, wanted: tuple[str, str]) -> None:
    assert desk.post(f"/call/{desk.call}", outcome=outcome, words="A note of mine") == 303
    assert status(desk) == wanted
    assert "A note of mine" in desk.card()
    with desk.assistant.db.read() as session:
        promise = session.get_one(CallBack, 1)
        assert (promise.done_at is None) is (outcome == "not_reached")


def test_an_outcome_put_right_is_one_line_and_opens_what_it_closed(desk: Desk) -> None:
    desk.post(f"/call/{desk.call}", outcome="declined")
    desk.post(f"/call/{desk.call}", outcome="reached")
    assert status(desk) == ("active", "reached")
    with desk.assistant.db.read() as session:
        assert [row.result for row in session.scalars(select(DeskNote))] == ["reached"]


def test_a_promise_stands_until_the_person_was_reached_or_three_tries_were_made(desk: Desk) -> None:
    path = "/call-back/1"
    assert [desk.post(path, outcome="no_answer"), desk.post(path, outcome="not_reached")] == [409, 303]
    assert "Tried 1 time" in desk.page("/queue?kind=call_back")
    assert [desk.post(path, outcome="not_reached") for _ in range(2)] == [303, 303]
    assert desk.post(path, outcome="no_answer") == 303
    assert status(desk)[0] == "shared"
    assert "New, no call booked" not in desk.page("/queue?kind=call_back")


def test_a_missed_call_brings_one_message_without_blame(desk: Desk) -> None:
    desk.post(f"/call/{desk.call}", outcome="not_reached")
    with desk.assistant.db.read() as session:
        now = desk.assistant.clock.now()
        assert due_work.due(session, now) == [], "it may still be taken back"
        (due,) = due_work.due(session, now + timedelta(minutes=6))
    assert due.kind == "missed_call"


def seen_plan(desk: Desk) -> str:
    found = re.search(r'/plan">.*?name="seen" value="([^"]*)"', desk.card(), re.S)
    assert found
    return found[1]


def test_the_caseload_keeps_the_plan_in_their_words_and_brings_it_back_on_its_day(desk: Desk) -> None:
    desk.post(f"/call/{desk.call}", outcome="reached")
    words = {"words": "I will ask for two days a week", "next_what": "how the talk went"}
    old = seen_plan(desk)
    assert desk.post(f"/referral/{desk.sam}/plan", next_on="2026-11-26", **words, seen=old) == 303
    late = {**desk.marks(), "words": "swim on Mondays", "next_on": "2026-12-01", "seen": old}
    answer = desk.client.post(f"/coach/referral/{desk.sam}/plan", data=late)
    assert (answer.status_code, "swim on Mondays" in answer.text, "2026-12-01" in answer.text) == (409, True, True)
    assert "swim on Mondays" not in desk.card()
    assert seen_plan(desk) != old
    assert "I will ask for two days a week" in desk.page("/people")
    assert "Next contact" not in desk.page("/queue?kind=contact").split("</nav>")[-1]
    desk.assistant.clock.set(NOW + timedelta(days=2))
    desk.sign_in("robin@north.example")
    assert "How the talk went" in desk.page("/queue?kind=contact")
    assert desk.post(f"/referral/{desk.sam}/close", words="Back at work") == 303
    assert "two days a week" not in desk.page("/people")
    assert "Back at work" in desk.card()


def test_a_person_is_handed_to_a_colleague_with_a_word(desk: Desk) -> None:
    given = {"coach": str(desk.colleague), "words": "Speaks Urdu, as you do"}
    assert desk.post(f"/referral/{desk.sam}/give", **given) == 303
    page = desk.card()
    assert "Handed to Priya." in page
    assert "Speaks Urdu, as you do" in page
    assert desk.audited("give") == [f"referral:{desk.sam}"]


def test_the_page_to_print_has_the_card_and_says_that_it_is_recorded(desk: Desk) -> None:
    page = desk.page(f"/referral/{desk.sam}/print")
    assert "I want to get back to driving my bus" in page
    assert "Thank you." not in page
    assert desk.audited("print") == [f"referral:{desk.sam}"]


def test_notes_are_sealed_and_escaped(desk: Desk) -> None:
    assert desk.post(f"/referral/{desk.sam}/note", words="<script>alert(1)</script> prefers mornings") == 303
    assert "&lt;script&gt;" in desk.card()
    with desk.assistant.db.engine.connect() as raw:
        kept = raw.exec_driver_sql("SELECT words FROM desk_notes").scalar_one()
    assert b"mornings" not in kept


# -- talking as a person -----------------------------------------------------------------------------------------------


def test_a_coach_writes_on_the_persons_channel_and_hands_back(desk: Desk) -> None:
    assert desk.post(f"/referral/{desk.sam}/say", words="Hello, it's Robin.") == 303
    assert "The assistant is silent until you hand back" in desk.card()
    assert desk.post(f"/referral/{desk.sam}/hand-back") == 303
    assert "The assistant is silent until you hand back" not in desk.card()
    desk.post(f"/referral/{desk.sam}/say", words="Bye!", last="yes")
    with desk.assistant.db.read() as session:
        rows = session.scalars(select(MessageOut).where(MessageOut.purpose == "coach")).all()
        assert [(row.body, row.channel) for row in rows] == [("Hello, it's Robin.", "sms"), ("Bye!", "sms")]
        assert session.get_one(Conversation, rows[0].conversation_id).coach_takeover_at is None
    assert len(desk.audited("wrote")) == 2


def test_nothing_is_sent_to_who_said_stop(desk: Desk) -> None:
    with desk.assistant.db.write() as session:
        people.stop(session, 1, NOW)
    assert "You cannot write to Sam Poe" in desk.card()
    assert desk.post(f"/referral/{desk.sam}/say", words="Hello") == 409
    assert desk.audited("wrote") == []


@pytest.mark.parametrize("words", ["", "  ", "x" * 1001])
def test_a_message_that_is_none_or_too_long_is_not_sent(desk: Desk, words: str) -> None:
    assert desk.post(f"/referral/{desk.sam}/say", words=words) == 400
    assert desk.audited("wrote") == []


def test_a_need_that_is_also_the_kind_of_call_is_named_once() -> None:
    assert card.once(["in writing", "In writing", "BSL"]) == ["In writing", "BSL"]
