"""The staff pages in a real browser: by keyboard, at 360 and 1280 pixels, without a broken rule of accessibility."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from services import booking
from services.models import Appointment
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
        return f"/call/{booking.link_token(session, session.get_one(Appointment, appointment))}"


def sign_in(page: Page) -> None:
    page.get_by_label("Email address").fill("robin@north.example")
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
    for path in ("/coach", "/coach/referral/1", "/account", "/set-up/a-link"):
        page.goto(address + path)
        assert (path, violations(page), overflows(page)) == (path, [], False)


@SIZES
def test_a_persons_own_call_breaks_no_rule_of_accessibility(open_page: Open, call: str, size: str) -> None:
    page = open_page(call, size)
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_role("button", name="Call it off").click()
    expect(page.get_by_text("Shall we call it off?")).to_be_visible()
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_role("button", name="Call it off").click()
    expect(page.get_by_text("Your call is off")).to_be_visible()


def test_a_coach_records_an_outcome_by_keyboard(open_page: Open, call: str) -> None:
    page = open_page("/sign-in")
    sign_in(page)
    page.locator("section[aria-labelledby=today]").get_by_role("button", name="Not reached").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Recorded.")).to_be_visible()
    expect(page.locator("section[aria-labelledby=today] .nhsuk-tag")).to_have_text("Not reached")


def test_a_coach_takes_an_alert_on_and_deals_with_it(open_page: Open, call: str) -> None:
    page = open_page("/sign-in")
    sign_in(page)
    page.get_by_role("button", name="Take it on").click()
    expect(page.get_by_text("Taken on by robin")).to_be_visible()
    page.get_by_role("button", name="Dealt with").click()
    expect(page.get_by_role("heading", name="Safety alerts")).to_have_count(0)
