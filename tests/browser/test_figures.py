"""What is going on, in a real browser: drawn and told, by keyboard, at 360 and 1280 pixels, without a broken rule."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, Site
from tests.browser.test_staff import SIZES
from tests.browser.test_studio import look, sign_in
from tests.browser.test_studio import studio as studio
from tests.web.admin.test_figures import put_journeys

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@SIZES
def test_the_figures_are_read_and_downloaded_by_keyboard(open_page: Open, studio: Site, size: str) -> None:
    put_journeys(studio.assistant)
    page = open_page("/sign-in", size)
    sign_in(page, "ada")
    page.get_by_role("link", name="What is going on").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What is going on")).to_be_visible()
    expect(page.get_by_role("row", name="Spoke with a coach 26 20%")).to_be_visible()
    look(page, "figures", size)
    page.get_by_role("region", name="By place").focus()
    page.get_by_role("link", name=re.compile("CSV ?: by place")).focus()
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    assert download.value.suggested_filename == "anydoor-place-2026-10-01.csv"
    page.get_by_label("Quarter").select_option("2026-07-01")
    page.get_by_role("button", name="Show").press("Enter")
    expect(page.get_by_text("Nothing yet.").first).to_be_visible()
    look(page, "figures-empty", size)
