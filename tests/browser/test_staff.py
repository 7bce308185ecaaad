"""The staff pages in a real browser: by keyboard, at 360 and 1280 pixels, without a broken rule of accessibility."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from services import call_links, duty, inbox
from services.messages import Address, Inbound
from services.models import Appointment, CoachCalendar, Team
from tests.browser.conftest import Open, Site, overflows, violations
from tests.web.teams import NOW, PASSWORD, put_referral, put_staff, put_team

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SIZES = pytest.mark.parametrize("size", ["phone", "desk"])


@pytest.fixture
def call(site: Site) -> str:
    """A team with one person handed over; answers the path of that person's own call."""
    site.assistant.clock.set(NOW)
    coach = put_team(site.assistant, "north")
    put_staff(site.assistant, "robin@north.example", "coach", "north", coach)
    _, appointment = put_referral(site.assistant, "north", coach, "+447700900123", NOW - timedelta(minutes=10))
    with site.assistant.db.read() as session:
        return f"/call/{call_links.link_token(session, session.get_one(Appointment, appointment))}"


def sign_in(page: Page, email: str = "robin@north.example") -> None:
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Calls today")).to_be_visible()


@SIZES
def test_no_staff_page_breaks_a_rule_of_accessibility(open_page: Open, call: str, size: str) -> None:
    page = open_page("/sign-in", size)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    assert (violations(page), overflows(page)) == ([], False)
    sign_in(page)
    address = page.url.removesuffix("/coach")
    desk = ("", "/queue", "/week", "/people", "/hours/1", "/calendar", "/alert/1", "/referral/1", "/referral/1/print")
    for path in (*(f"/coach{each}" for each in desk), "/account", "/set-up/a-link"):
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        assert (path, violations(page), overflows(page)) == (path, [], False)


@SIZES
def test_the_hours_of_a_team_break_no_rule_of_accessibility(open_page: Open, site: Site, call: str, size: str) -> None:
    put_staff(site.assistant, "lead@north.example", "lead", "north")
    with site.assistant.db.write() as session:
        session.get_one(Team, "north").call_kinds = "phone,video"
    page = open_page("/sign-in", size)
    sign_in(page, "lead@north.example")
    page.get_by_role("link", name="Hours", exact=True).click()
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_label("A call takes (minutes)").fill("7")
    page.get_by_role("button", name="Keep").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_role("link", name="Robin").click()
    page.get_by_label("Hours on Monday").fill("9am to 25:00")
    page.get_by_role("button", name="Keep these hours").click()
    expect(page.get_by_label("Hours on Monday")).to_have_value("9am to 25:00")
    assert (violations(page), overflows(page)) == ([], False)


@SIZES
def test_ones_own_calendar_breaks_no_rule_of_accessibility(open_page: Open, call: str, size: str, site: Site) -> None:
    page = open_page("/sign-in", size)
    sign_in(page)
    page.get_by_role("link", name="Hours", exact=True).click()
    page.get_by_role("link", name="Your own calendar").click()
    address = page.get_by_label("Address of your calendar")
    address.fill("http://example.org/robin.ics")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="The address has to begin with")).to_be_visible()
    assert (violations(page), overflows(page)) == ([], False)
    address.fill("https://calendar.example.org/robin.ics")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your calendar is being read")).to_be_visible()
    with site.assistant.db.write() as session:
        row = session.get_one(CoachCalendar, 1)
        row.busy_tried_at, row.busy_problem = NOW, "not_public"
    for path in ("/calendar", "/hours/1"):
        page.goto(f"{site.url}/coach{path}")
        expect(page.get_by_role("heading", name="has not been read")).to_be_visible()
        assert (path, violations(page), overflows(page)) == (path, [], False)


@SIZES
def test_leave_over_a_booked_call_is_entered_by_keyboard_alone(open_page: Open, call: str, size: str) -> None:
    page = open_page("/sign-in", size)
    sign_in(page)
    page.get_by_role("link", name="Hours", exact=True).focus()
    page.keyboard.press("Enter")
    first = page.get_by_label("First day")
    first.focus()
    page.keyboard.type("11242026")
    expect(first).to_have_value("2026-11-24")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="1 call is booked in that time")).to_be_visible()
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_role("button", name="Add the time away").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Say what becomes of this call")).to_be_visible()
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_label("Sam Poe").focus()
    page.keyboard.type("Keep")
    page.get_by_role("button", name="Add the time away").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The time away is kept.")).to_be_visible()
    expect(page.get_by_role("heading", name="Booked, but not in these hours")).to_be_visible()
    assert (violations(page), overflows(page)) == ([], False)


@SIZES
def test_a_persons_own_call_breaks_no_rule_of_accessibility(open_page: Open, call: str, size: str) -> None:
    page = open_page(call, size)
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_role("button", name="Call it off").click()
    expect(page.get_by_text("Shall we call it off?")).to_be_visible()
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_role("button", name="Call it off").click()
    expect(page.get_by_text("Your call is off")).to_be_visible()


class Counted:
    """A coach's hands: every click and every page is counted."""

    def __init__(self, page: Page) -> None:
        self.page, self.clicks, self.pages = page, 0, 0
        page.on("framenavigated", lambda frame: setattr(self, "pages", self.pages + 1))

    def click(self, role: Any, name: str) -> None:
        self.clicks += 1
        self.page.get_by_role(role, name=name, exact=True).first.click()

    def open(self, name: str) -> None:
        self.clicks += 1
        self.page.get_by_text(name, exact=True).first.click()


def test_a_coach_reads_the_card_and_records_an_outcome_in_six_clicks_or_fewer(open_page: Open, call: str) -> None:
    """From the first page: open the person, read, pick the outcome, add a note, save."""
    page = open_page("/sign-in")
    sign_in(page)
    coach = Counted(page)
    coach.click("link", "Sam Poe")
    for words in (
        "I want to get back to driving my bus",
        "Off sick from a job",
        "Do not leave a message",
        "No need to ask again",
    ):
        expect(page.get_by_text(words)).to_be_visible()
    coach.click("radio", "Reached")
    coach.open("Add a note")
    page.get_by_label("Note", exact=True).fill("Wants two days a week")
    coach.click("button", "Save")
    expect(page.get_by_text("You can take it back until")).to_be_visible()
    expect(page.get_by_text("Wants two days a week")).to_be_visible()
    assert coach.clicks <= 6
    assert (coach.clicks, coach.pages) == (4, 2)


def test_a_coach_works_by_keyboard_alone(open_page: Open, call: str) -> None:
    """The outcome with arrow keys and Enter, then a message to the person, without a mouse."""
    page = open_page("/sign-in", "phone")
    sign_in(page)
    page.locator("section[aria-labelledby=today]").get_by_role("link", name="Sam Poe", exact=True).focus()
    page.keyboard.press("Enter")
    page.get_by_role("radio", name="Reached", exact=True).focus()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Not reached")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.get_by_text("You can take it back until")).to_be_visible()
    expect(page.get_by_text("Tried in vain 1 time.")).to_be_visible()
    box = page.get_by_label("Write to Sam Poe by text message")
    box.focus()
    page.keyboard.press("End")
    page.keyboard.type("I tried to ring.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The assistant is silent until you hand back.")).to_be_visible()
    expect(page.locator(".chat__line--coach")).to_contain_text("from WorkWell. I tried to ring.")
    page.get_by_role("button", name="Hand back to the assistant").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("The assistant is silent until you hand back.")).to_have_count(0)


def test_new_hand_offs_and_messages_appear_without_reloading(open_page: Open, site: Site, call: str) -> None:
    page = open_page("/sign-in")
    sign_in(page)
    expect(page.get_by_text("1 open")).to_be_visible()
    put_referral(site.assistant, "north", 1, "+447700900125", NOW + timedelta(hours=3))
    expect(page.get_by_text("2 open")).to_be_visible()
    expect(page.locator("section[aria-labelledby=today] .row")).to_have_count(2)
    expect(page.get_by_text("This page has been brought up to date.")).to_be_visible()
    assert violations(page) == []
    page.goto(page.url.removesuffix("/coach") + "/coach/referral/1")
    box = page.get_by_label("Write to Sam Poe by text message")
    box.fill("Half a sen")
    site.assistant.accept(Inbound(Address("sms", "+447700900123"), "SM-live", "Are you there?"))
    expect(page.get_by_text("Are you there?")).to_be_visible()
    expect(box).to_have_value("Half a sen")


def test_a_coach_takes_an_alert_on_reads_it_and_deals_with_it(open_page: Open, call: str) -> None:
    page = open_page("/sign-in")
    sign_in(page)
    page.get_by_role("button", name="Take it on").click()
    expect(page.get_by_text("Taken on by robin")).to_be_visible()
    page.locator(".alerts").get_by_role("link", name="Sam Poe").click()
    page.get_by_label("What was done").fill("Rang them. Safe.")
    page.get_by_role("button", name="Dealt with").click()
    expect(page.get_by_text("This alert is dealt with.")).to_be_visible()
    expect(page.get_by_role("heading", name="Safety alerts")).to_have_count(0)


def test_an_alert_of_nobodys_team_that_is_taken_on_elsewhere_can_be_answered_at_once(
    open_page: Open, site: Site, call: str
) -> None:
    """Taken on in another tab, or by a text: the page that shows the alert grows its form without a reload."""
    accepted = inbox.accept(site.assistant.db, Inbound(Address("web", "a" * 32), "W1", "he hits me"), True, NOW)
    with site.assistant.db.write() as session:
        number = duty.alert(session, accepted.conversation_id, None, "harm_by_others", NOW).id
    page = open_page("/sign-in")
    sign_in(page)
    page.goto(f"{site.url}/coach/alert/{number}")
    box = page.get_by_label("Write to them in the web chat")
    expect(box).to_have_count(0)
    with site.assistant.db.write() as session:
        assert duty.accept(session, number, 1, NOW)
    expect(box).to_be_visible()
    assert violations(page) == []
    page.get_by_label("What was done").fill("Half a note")
    box.focus()
    site.assistant.accept(Inbound(Address("web", "a" * 32), "W2", "are you there"))
    expect(page.get_by_text("are you there")).to_be_visible()
    expect(page.get_by_label("What was done")).to_have_value("Half a note")
    page.get_by_role("button", name="Send", exact=True).click()
    expect(page.get_by_text("I am a person.")).to_be_visible()
