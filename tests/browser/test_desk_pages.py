"""The desk's newer pages in a real browser: at 360 and 1280 pixels, by keyboard, without a broken rule.

DESK_PICTURES=folder keeps a picture of each.
"""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from services import check_ins, conversations, duty, team_hooks, transfers
from services.models import Appointment, BusyTime, CheckIn, CoachCalendar, Footprint, HookEvent, Referral
from tests.browser.conftest import Open, Site, overflows, violations
from tests.stand_ins.oidc_provider import CLIENT, organisation
from tests.web.teams import NOW, PASSWORD, put_referral, put_staff, put_team

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SIZES = pytest.mark.parametrize("size", ["phone", "desk"])
PICTURES = os.environ.get("DESK_PICTURES", "")
BOARD = "E54000048"


@pytest.fixture
def team(site: Site) -> Site:
    """The north with a coach and a lead; Sam Poe waits for a call. The south takes the area's call-backs."""
    site.assistant.clock.set(NOW)
    object.__setattr__(site.assistant.settings, "hook_loopback", True)
    coach = put_team(site.assistant, "north")
    put_team(site.assistant, "south")
    put_staff(site.assistant, "robin@north.example", "coach", "north", coach)
    put_staff(site.assistant, "lee@north.example", "lead", "north")
    put_staff(site.assistant, "ash@south.example", "lead", "south")
    put_referral(site.assistant, "north", coach, "+447700900123", NOW - timedelta(minutes=50))
    put_referral(site.assistant, "north", coach, "+447700900125", NOW + timedelta(hours=3))
    with site.assistant.db.write() as session:
        row = session.get_one(Referral, 1)
        row.card = {**row.card, "board": BOARD}
        session.add(Footprint(team_id="south", kind="board", code=BOARD, edition="2026", accepts="call_back"))
    return site


def sign_in(page: Page, email: str) -> None:
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="Calls today")).to_be_visible()


def look(page: Page, name: str, size: str) -> None:
    """No broken rule, nothing to scroll sideways, also with everything unfolded."""
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert (name, violations(page), overflows(page)) == (name, [], False)
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{size}.png", full_page=True)


@SIZES
def test_a_check_in_is_planned_by_keyboard_and_its_answer_read(open_page: Open, team: Site, size: str) -> None:
    page = open_page("/sign-in", size)
    sign_in(page, "robin@north.example")
    page.goto(f"{team.url}/coach/referral/1")
    page.locator("summary", has_text="Ask how something went").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Your question").focus()
    page.keyboard.type("How did the meeting with your manager go?")
    page.keyboard.press("Tab")
    page.keyboard.type("11262026")
    page.get_by_label("Your question").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Not asked yet.")).to_be_visible()
    look(page, "check-in-planned", size)
    with team.assistant.db.write() as session:
        row = session.scalars(select(CheckIn)).one()
        row.asked_at = NOW
        check_ins.keep_answer(session, row, "hard", "He would not listen, and I left early.", NOW)
    page.goto(f"{team.url}/coach/queue?kind=check_in")
    expect(page.get_by_text("It was hard.")).to_be_visible()
    look(page, "queue-check-in", size)
    page.goto(f"{team.url}/coach/referral/1")
    expect(page.get_by_text("He would not listen, and I left early.")).to_be_visible()
    look(page, "check-in-answered", size)
    page.get_by_role("button", name="I have read it").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="I have read it")).to_have_count(0)


@SIZES
def test_a_person_is_found_written_to_and_a_wrong_press_taken_back_by_keyboard(
    open_page: Open, team: Site, size: str
) -> None:
    with team.assistant.db.write() as session:
        row = session.get_one(Referral, 1)
        told = {"words": "1, but my ears are bad", "at": NOW.isoformat(), "about": ["call_needs"]}
        row.card = {**row.card, "call_kind": "messages", "call_needs": ["messages"], "own_words": [told]}
        session.get_one(Appointment, 1).status = "called_off"
        duty.alert(session, row.conversation_id, None, "harm_by_others", NOW)
    page = open_page("/sign-in", size)
    sign_in(page, "robin@north.example")
    look(page, "day-alerts", size)
    page.get_by_role("button", name="No answer yet").first.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You can take it back until")).to_be_visible()
    look(page, "undo", size)
    page.get_by_role("button", name="Take it back").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("nothing was sent to them")).to_be_visible()
    page.get_by_role("link", name="Find", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_label("Reference, name, or last digits").focus()
    page.keyboard.type("0123")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="2 found")).to_be_visible()
    look(page, "find", size)
    page.get_by_role("link", name="Sam Poe").last.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("In writing only. Do not ring")).to_be_visible()
    expect(page.get_by_text("1, but my ears are bad")).to_be_visible()
    look(page, "in-writing", size)
    page.goto(f"{team.url}/coach/alert/3")
    look(page, "alert", size)
    page.get_by_role("button", name="Take it on").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("What you can do")).to_be_visible()
    look(page, "alert-mine", size)


@SIZES
def test_a_person_is_handed_to_another_team_by_keyboard(open_page: Open, team: Site, size: str) -> None:
    page = open_page("/sign-in", size)
    sign_in(page, "robin@north.example")
    page.goto(f"{team.url}/coach/referral/1")
    page.locator("summary", has_text="Hand to another team").focus()
    page.keyboard.press("Enter")
    page.get_by_label("Team (only those that take this area)").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowDown")
    look(page, "transfer-form", size)
    page.get_by_role("button", name="Ask them").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("They are being asked.")).to_be_visible()
    expect(page.get_by_text("That team is nearer to them.")).to_be_visible()
    look(page, "transfer-asked", size)
    with team.assistant.db.write() as session:
        thread = conversations.lock(session, session.get_one(Referral, 1).conversation_id)
        row = transfers.begin(session, thread.id, team.assistant.clock.now())
        assert row is not None
        transfers.refuse(session, row, "no", team.assistant.clock.now())
    page.goto(f"{team.url}/coach/referral/1")
    expect(page.get_by_text("They would rather stay with your team.")).to_be_visible()


@SIZES
def test_the_week_shows_when_a_coach_is_busy_elsewhere(open_page: Open, team: Site, size: str) -> None:
    with team.assistant.db.write() as session:
        session.add(CoachCalendar(coach_id=1, busy_address="https://calendar.example.org/r.ics", busy_read_at=NOW))
        for hours, length in ((2.5, 60), (26, 45), (49, 90)):
            starts = NOW + timedelta(hours=hours)
            session.add(BusyTime(coach_id=1, starts_at=starts, ends_at=starts + timedelta(minutes=length)))
    page = open_page("/sign-in", size)
    sign_in(page, "robin@north.example")
    page.get_by_role("link", name="Week", exact=True).focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Sam Poe").first).to_be_visible()
    expect(page.get_by_text("Robin: busy").or_(page.get_by_text("Busy")).first).to_be_visible()
    look(page, "week", size)


@SIZES
def test_a_teams_own_system_is_given_by_keyboard_and_a_failure_seen(open_page: Open, team: Site, size: str) -> None:
    page = open_page("/sign-in", size)
    sign_in(page, "lee@north.example")
    page.goto(f"{team.url}/coach/system")
    look(page, "system-empty", size)
    page.get_by_label("Address").first.focus()
    page.keyboard.type("http://127.0.0.1:9/in")
    page.keyboard.press("Enter")
    expect(page.get_by_text("whsec_")).to_be_visible()
    look(page, "system-secret", size)
    with team.assistant.db.write() as session:
        team_hooks.try_out(session, "north", "staff:2", NOW)
        row = session.scalars(select(HookEvent)).one()
        row.status, row.reason, row.attempts = "dead", "status_500", 9
    page.goto(f"{team.url}/coach/system")
    expect(page.get_by_text("1 message did not arrive")).to_be_visible()
    look(page, "system-dead", size)


@SIZES
def test_signing_in_by_the_organisation(open_page: Open, team: Site, size: str) -> None:
    with organisation() as provider:
        for name, value in {
            "oidc_issuer": provider.url,
            "oidc_client_id": CLIENT,
            "oidc_name": "North Trust",
            "oidc_loopback": True,
        }.items():
            object.__setattr__(team.assistant.settings, name, value)
        page = open_page("/sign-in", size)
        look(page, "sign-in", size)
        provider.refuses = True
        page.get_by_role("button", name="Sign in with North Trust").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="That did not work")).to_be_visible()
        look(page, "sign-in-refused", size)
