"""Rules and places in a real browser: a rule is written and agreed to, at 360 and 1280 pixels, without a broken rule."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, Site
from tests.browser.test_staff import SIZES
from tests.browser.test_studio import look, sign_in, sign_in_instead
from tests.browser.test_studio import studio as studio
from tests.web.teams import put_team

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@SIZES
def test_a_rule_is_written_by_keyboard_and_agreed_to_by_somebody_else(open_page: Open, studio: Site, size: str) -> None:
    put_team(studio.assistant, "north")
    studio.assistant.practices = SimpleNamespace(by_code={})  # type: ignore[attr-defined]
    page = open_page("/sign-in", size)
    sign_in(page, "ada")
    page.get_by_role("link", name="Rules and places").press("Enter")
    look(page, "places", size)
    page.get_by_role("link", name="WorkWell North").press("Enter")
    page.get_by_role("button", name="Put it to a second person").press("Enter")
    expect(page.get_by_text("There is a problem")).to_be_visible()
    look(page, "place-wrong", size)
    page.get_by_label("What it is about").select_option("residence")
    page.get_by_label("GP there").check()
    page.get_by_label("What it is about").select_option("min_age")
    expect(page.get_by_label("GP there")).to_be_hidden()  # and nothing of it is sent
    page.get_by_label("Youngest age, or").fill("30")
    page.get_by_label("Where this comes from").fill("The team's leaflet")
    page.get_by_label("First day").fill("2026-11-24")
    page.get_by_role("button", name="Put it to a second person").press("Enter")
    expect(page.get_by_text("Waits for a second person")).to_be_visible()
    page.get_by_role("button", name="Try it").press("Enter")
    expect(page.get_by_text("this says nothing about whom it would change")).to_be_visible()
    look(page, "place", size)
    sign_in_instead(page, studio, "bea")
    page.goto(f"{studio.url}/admin/places/north")
    page.get_by_role("button", name="Agree: it counts from 24 November 2026").press("Enter")
    expect(page.get_by_text("It counts from its first day on.")).to_be_visible()


@SIZES
def test_a_source_code_is_made_by_keyboard(open_page: Open, studio: Site, size: str) -> None:
    page = open_page("/sign-in", size)
    sign_in(page, "ada")
    page.get_by_role("link", name="Rules and places").press("Enter")
    page.get_by_role("link", name="Source codes").press("Enter")
    page.get_by_role("button", name="Make it").press("Enter")
    expect(page.get_by_text("There is a problem")).to_be_visible()
    look(page, "sources-wrong", size)
    page.get_by_label("Whose it is").fill("Library, Preston")
    page.get_by_label("Kind").select_option("leaflet")
    page.get_by_label("Code, for a poster").fill("lib-1")
    page.get_by_role("button", name="Make it").press("Enter")
    expect(page.get_by_text("Code lib-1")).to_be_visible()
    look(page, "sources", size)
