"""The signposting directory in a real browser, at 360 and 1280 pixels, by keyboard, without a broken rule."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from services.directory import Directory
from services.models import ListingRow
from tests.browser.conftest import Open, Site
from tests.browser.test_staff import SIZES
from tests.browser.test_studio import look, sign_in
from tests.browser.test_studio import studio as studio
from tests.web.admin.test_listings import ORUK
from tests.web.teams import NOW

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@SIZES
def test_a_listing_is_taken_in_found_and_checked(open_page: Open, studio: Site, size: str) -> None:
    Directory.load(studio.assistant.db).install(NOW)
    page = open_page("/sign-in", size)
    sign_in(page, "eve")
    page.get_by_role("link", name="Local help").press("Enter")
    page.get_by_label("Its text").fill(json.dumps([ORUK, {"name": "no id"}]))
    page.get_by_role("button", name="Look what it would do").press("Enter")
    expect(page.get_by_text("Nothing was taken in")).to_be_visible()
    look(page, "listings-wrong", size)
    page.get_by_label("Its text").fill(json.dumps([ORUK]))
    page.get_by_role("button", name="Look what it would do").press("Enter")
    expect(page.get_by_text("It would do this:")).to_be_visible()
    page.get_by_role("button", name="Take it in").press("Enter")
    page.get_by_label("Find", exact=True).fill("bus club")
    page.keyboard.press("Enter")
    expect(page.get_by_text("1 found.")).to_be_visible()
    look(page, "listings", size)
    page.get_by_role("link", name="The Bus Club").press("Enter")
    page.get_by_label("Phone number").fill("01632 960124")
    page.get_by_label("I have rung or looked today").press("Space")
    page.get_by_role("button", name="Keep", exact=True).press("Enter")
    expect(page.get_by_text("Kept. It counts from now on.")).to_be_visible()
    look(page, "listing", size)
    with studio.assistant.db.write() as session:
        session.get_one(ListingRow, "bus-club").hours = "9 to 5"
    page.get_by_label("When it is open").fill("9 to 4")
    page.get_by_role("button", name="Keep", exact=True).press("Enter")
    expect(page.get_by_text("It says now: 9 to 5")).to_be_visible()
    look(page, "listing-overtaken", size)
