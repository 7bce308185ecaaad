"""The understanding desk in a real browser, at 360 and 1280 pixels, by keyboard, without a broken rule."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, Site
from tests.browser.test_staff import SIZES
from tests.browser.test_studio import look, sign_in
from tests.browser.test_studio import studio as studio
from tests.web.admin.test_understanding import put_misses

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@SIZES
def test_two_messages_are_taught_with_one_pick_and_one_press(open_page: Open, studio: Site, size: str) -> None:
    put_misses(studio.assistant)
    page = open_page("/sign-in", size)
    sign_in(page, "ada")
    page.get_by_role("link", name="Understanding").press("Enter")
    expect(page.get_by_text("4 messages of the last 90 days")).to_be_visible()
    look(page, "understanding", size)
    page.get_by_label("They mean (group 1)").select_option("who_sees")
    page.get_by_role("button", name="Teach group 1").press("Enter")
    expect(page.get_by_text("Done. These do not wait any more.")).to_be_visible()
    page.get_by_text("See all 2").press("Enter")
    look(page, "understanding-taught", size)
