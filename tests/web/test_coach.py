"""The coach's pages: one's own team and nobody else's, every reading audited, outcomes recorded once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

import pytest
from icalendar import Calendar
from starlette.testclient import TestClient

from services import calendar_entries, call_links, people
from services.models import Appointment, AuditRow, Coach
from tests.web.assistants import StandInAssistant
from tests.web.teams import NOW, PASSWORD, put_referral, put_staff, put_team
from web.coach.card import since


@dataclass
class World:
    client: TestClient
    assistant: StandInAssistant
    referral: int
    call: int
    coach: int
    theirs: int
    their_call: int

    def marks(self) -> dict[str, str]:
        """The hidden fields that a form of the desk carries."""
        page = self.client.get("/coach").text
        found = {name: re.search(rf'name="{name}" value="([^"]+)"', page) for name in ("csrf", "once")}
        return {name: match[1] for name, match in found.items() if match}

    def post(self, path: str, **data: str) -> int:
        return int(self.client.post(path, data={**self.marks(), **data}).status_code)

    def audited(self, action: str) -> list[str]:
        with self.assistant.db.read() as session:
            return [row.subject for row in session.query(AuditRow).filter_by(action=action)]

    def status(self) -> str:
        with self.assistant.db.read() as session:
            return session.get_one(Appointment, self.call).status


@pytest.fixture
def world(client: TestClient, assistant: StandInAssistant) -> World:
    """A coach of the north is signed in; somebody was handed to the north and somebody else to the south."""
    assistant.clock.set(NOW)
    north, south = put_team(assistant, "north"), put_team(assistant, "south")
    put_staff(assistant, "robin@north.example", "coach", "north", north)
    referral, call = put_referral(assistant, "north", north, "+447700900123", NOW - timedelta(minutes=10))
    theirs, their_call = put_referral(assistant, "south", south, "+447700900124", NOW + timedelta(days=1))
    client.post("/sign-in", data={"email": "robin@north.example", "password": PASSWORD})
    return World(client, assistant, referral, call, north, theirs, their_call)


def test_the_day_shows_calls_promises_alerts_and_hand_offs_of_ones_own_team(world: World) -> None:
    page = world.client.get("/coach").text
    for words in (
        "Calls today",
        "9:20am",
        "Wants a person to look",
        "Tuesday 1 December",
        "May harm themself",
        "Nobody was on duty",
        "WW-",
    ):
        assert words in page
    assert f"/coach/referral/{world.referral}" in page
    assert f"/coach/referral/{world.theirs}" not in page
    assert "WorkWell South" not in page


def test_every_reading_is_audited(world: World) -> None:
    world.client.get("/coach")
    world.client.get(f"/coach/referral/{world.referral}")
    assert world.audited("read_day") == ["team:north"]
    assert world.audited("read") == [f"referral:{world.referral}"]


def test_the_card_says_in_a_minute_what_a_coach_needs(world: World) -> None:
    page = world.client.get(f"/coach/referral/{world.referral}").text
    for words in (
        "I want to get back to driving my bus",
        "Off sick from a job",
        "A person must look",
        "Right to work in the UK",
        "own rules are not confirmed",
        "Do not leave a message",
        "+447700900123",
        "Already asked",
        "Thank you.",
        "off sick &lt;b&gt;",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("situation", "months", "said"),
    [
        ("off_sick", None, []),
        ("off_sick", 0.75, ["Under a month away from work"]),
        ("looking", 0.95, ["1 month out of work"]),
        ("in_work", 1.0, ["1 month away from work"]),
        ("looking", 7.2, ["7 months out of work"]),
    ],
)
def test_how_long_is_said_in_whole_months(situation: str, months: float | None, said: list[str]) -> None:
    assert since({"work_situation": situation, "months_out_of_work": months}) == said


def test_who_said_stop_is_marked_for_ringing_only(world: World) -> None:
    with world.assistant.db.write() as session:
        people.stop(session, session.get_one(Appointment, world.call).conversation_id, NOW)
    assert "No texts" in world.client.get("/coach").text
    assert "Ring only" in world.client.get(f"/coach/referral/{world.referral}").text


def test_another_teams_record_is_not_found_and_the_try_is_audited(world: World) -> None:
    assert world.client.get(f"/coach/referral/{world.theirs}").status_code == 404
    assert world.client.get(f"/coach/call/{world.their_call}/call.ics").status_code == 404
    assert world.post(f"/coach/call/{world.their_call}", outcome="reached") == 404
    assert world.post("/coach/call-back/2", outcome="reached") == 404
    assert world.post("/coach/alert/2") == 404
    assert world.audited("refused") == [
        f"referral:{world.theirs}",
        f"appointment:{world.their_call}",
        "call_back:2",
        "alert:2",
    ]


def test_a_record_that_never_was_is_not_found(world: World) -> None:
    assert world.client.get("/coach/referral/999").status_code == 404
    assert world.post("/coach/call/999", outcome="reached") == 404


@pytest.mark.parametrize("outcome", ["reached", "not_reached"])
def test_an_outcome_is_recorded_and_audited(world: World, outcome: str) -> None:
    assert world.post(f"/coach/call/{world.call}", outcome=outcome) == 303
    assert world.status() == outcome
    assert world.audited("record_outcome") == [f"appointment:{world.call}"]


@pytest.mark.parametrize("outcome", ["", "nonsense", "booked"])
def test_an_outcome_that_is_none_is_refused(world: World, outcome: str) -> None:
    assert world.post(f"/coach/call/{world.call}", outcome=outcome) == 400
    assert world.status() == "booked"


def test_a_promise_is_closed_once(world: World) -> None:
    assert [world.post("/coach/call-back/1", outcome="reached") for _ in range(2)] == [303, 409]
    assert "Ring back" not in world.client.get("/coach/queue?kind=call_back").text.split("</nav>")[-1]


def test_an_alert_is_taken_on_by_one_person(world: World) -> None:
    assert [world.post("/coach/alert/1") for _ in range(2)] == [303, 409]
    assert "Taken on by robin" in world.client.get("/coach").text


def test_an_alert_is_dealt_with_only_after_somebody_took_it_on(world: World) -> None:
    assert world.post("/coach/alert/1/close") == 409
    assert world.post("/coach/alert/1") == 303
    assert [world.post("/coach/alert/1/close") for _ in range(2)] == [303, 409]
    assert "Safety alerts" not in world.client.get("/coach").text
    assert world.post("/coach/alert/2/close") == 404


def test_a_call_as_a_calendar_file_says_nothing_of_the_person(world: World) -> None:
    file = world.client.get(f"/coach/call/{world.call}/call.ics")
    (event,) = Calendar.from_ical(file.text).walk("VEVENT")
    assert event["DTSTART"].dt == NOW - timedelta(minutes=10)
    assert "DTSTART:20261124T092000Z" in file.text
    assert "Sam" not in file.text
    assert "sick" not in file.text


def uid(world: World, call: int) -> str:
    with world.assistant.db.read() as session:
        return calendar_entries.uid_of(session.get_one(Appointment, call))


def feed(world: World) -> str:
    found = re.search(r"http://testserver(/calendar/[^<]+\.ics)", world.client.get("/coach/calendar").text)
    assert found
    return found[1]


def test_the_feed_holds_the_coachs_own_calls_and_needs_no_sign_in(world: World) -> None:
    path = feed(world)
    world.client.cookies.clear()
    file = world.client.get(path)
    assert file.headers["content-type"].startswith("text/calendar")
    assert [event["UID"] for event in Calendar.from_ical(file.text).walk("VEVENT")] == [uid(world, world.call)]
    assert "Sam" not in file.text


def test_the_feed_of_a_coach_who_left_is_gone(world: World) -> None:
    path = feed(world)
    with world.assistant.db.write() as session:
        session.get_one(Coach, world.coach).active = False
    assert world.client.get(path).status_code == 404


def test_a_feeds_mark_fits_its_own_coach_only(world: World) -> None:
    path = feed(world)
    assert world.client.get(path.replace(f"/{world.coach}.", f"/{world.coach + 1}.")).status_code == 404
    assert world.client.get(path[:-6] + "AA.ics").status_code == 404


def test_a_new_address_of_the_feed_ends_the_old_one(world: World) -> None:
    old = feed(world)
    assert world.post("/coach/calendar/feed") == 303
    new = feed(world)
    assert new != old
    assert (world.client.get(old).status_code, world.client.get(new).status_code) == (404, 200)
    assert world.audited("renew_feed") == [f"coach:{world.coach}"]


def test_the_feed_keeps_the_uid_of_a_call_that_was_moved(world: World) -> None:
    before = uid(world, world.call)
    with world.assistant.db.write() as session:
        old = session.get_one(Appointment, world.call)
        old.status = "moved"
        times = {"starts_at": NOW + timedelta(hours=3), "ends_at": NOW + timedelta(hours=4), "created_at": NOW}
        same = {name: getattr(old, name) for name in ("person_id", "conversation_id", "coach_id", "team_id", "kind")}
        session.add(Appointment(**same, **times, moved_from_id=old.id, moves=1))
    (event,) = Calendar.from_ical(world.client.get(feed(world)).text).walk("VEVENT")
    assert (event["UID"], event["SEQUENCE"], event["DTSTART"].dt) == (before, 1, NOW + timedelta(hours=3))


def own_link(world: World, call: int) -> str:
    with world.assistant.db.read() as session:
        return f"/call/{call_links.link_token(session, session.get_one(Appointment, call))}"


def test_a_person_sees_when_with_whom_and_how_their_call_is_and_not_why(world: World) -> None:
    world.client.cookies.clear()
    page = world.client.get(own_link(world, world.their_call)).text
    for words in (
        "Wednesday 25 November, 9:30am",
        "Robin, WorkWell South",
        "By phone",
        "01632 960100",
        "About 30 minutes",
    ):
        assert words in page
    assert "reply CHANGE" in page
    for word in ("Sam", "sick", "7700", "health", "Mental"):
        assert word not in page


def test_a_person_calls_their_call_off_after_being_asked_once(world: World) -> None:
    world.client.cookies.clear()
    path = own_link(world, world.their_call)
    assert "Shall we call it off?" in world.client.post(path, data={"step": "ask"}).text
    for _ in range(2):
        assert "Your call is off" in world.client.post(path, data={"step": "sure"}).text
    assert world.audited("call_off") == [f"appointment:{world.their_call}"]
    assert world.client.get(f"{path}/call.ics").status_code == 404


def test_another_site_cannot_call_it_off(world: World) -> None:
    path = own_link(world, world.their_call)
    answer = world.client.post(path, data={"step": "sure"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert world.audited("call_off") == []


def test_a_call_that_is_over_cannot_be_called_off(world: World) -> None:
    world.assistant.clock.offset += timedelta(hours=2)
    path = own_link(world, world.call)
    assert "This call is over" in world.client.post(path, data={"step": "sure"}).text
    assert world.status() == "booked"


def test_a_link_is_good_until_thirty_days_after_the_call(world: World) -> None:
    path = own_link(world, world.their_call)
    world.assistant.clock.offset += timedelta(days=30)
    assert "This call is over" in world.client.get(path).text
    world.assistant.clock.offset += timedelta(days=2)
    assert [world.client.get(path + end).status_code for end in ("", "/call.ics")] == [404, 404]


def test_the_persons_own_calendar_file(world: World) -> None:
    file = world.client.get(f"{own_link(world, world.their_call)}/call.ics").text
    assert "SUMMARY:Your call" in file
    assert "DTSTART:20261125T093000Z" in file
