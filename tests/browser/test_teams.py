"""A team is made, given its places and changed in a real browser: by keyboard, at 360 and 1280 pixels, without a broken rule."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from playwright.sync_api import Page, expect

from services import going_live
from tests.browser.conftest import Open, Site
from tests.browser.test_staff import SIZES
from tests.browser.test_studio import look, sign_in, sign_in_instead
from tests.browser.test_studio import studio as studio
from tests.web.teams import put_team

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def make_a_team(page: Page, size: str) -> None:
    page.get_by_role("link", name="Rules and places").press("Enter")
    page.get_by_role("link", name="Add a team").press("Enter")
    page.get_by_role("button", name="Make the team").press("Enter")
    expect(page.get_by_text("There is a problem")).to_be_visible()
    look(page, "team-new-wrong", size)
    page.get_by_label("The place", exact=True).select_option("elsewhere")
    for label, words in (
        ("Name", "WorkWell North"),
        ("Short name", "North"),
        ("Who answers for the data", "North Council"),
        ("Address of the privacy notice", "https://north.example/privacy"),
        ("The number coaches ring from", "01632 960123"),
    ):
        page.get_by_label(label, exact=True).fill(words)
    page.get_by_role("button", name="Make the team").press("Enter")
    expect(page.get_by_text("Made. It is not open")).to_be_visible()
    look(page, "team-made", size)


@SIZES
def test_a_team_from_nothing_to_open_by_keyboard_and_two_people(
    open_page: Open, studio: Site, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.assistant.practices = SimpleNamespace(by_code={})  # type: ignore[attr-defined]
    page = open_page("/sign-in", size)
    sign_in(page, "ada")
    make_a_team(page, size)
    page.get_by_role("link", name="Change the places it serves").press("Enter")
    page.get_by_role("button", name="Add it").press("Enter")
    expect(page.get_by_text("There is a problem")).to_be_visible()
    page.get_by_label("Board or local authority").select_option(label="Preston")
    page.get_by_label("People with a GP there").press("Space")
    page.get_by_role("button", name="Add it").press("Enter")
    expect(page.get_by_label("Local authority: Preston, people who live there")).to_be_visible()
    look(page, "team-places", size)
    page.get_by_role("link", name="WorkWell North").press("Enter")
    page.get_by_role("link", name="Open it").press("Enter")
    expect(page.get_by_text("It cannot be opened yet. Missing:")).to_be_visible()
    look(page, "team-lacks", size)
    monkeypatch.setattr(going_live, "checklist", lambda session, team, on: [])
    page.reload()
    page.get_by_label("Who signed the safety case").fill("Dr Moss, 3 November 2026")
    look(page, "team-opening", size)
    page.get_by_role("button", name="Put it to a second person").press("Enter")
    expect(page.get_by_text("Waits for a second person")).to_be_visible()
    sign_in_instead(page, studio, "bea")
    page.goto(f"{studio.url}/admin")
    page.get_by_role("link", name="1 change of teams").press("Enter")
    page.get_by_role("link", name="WorkWell North").press("Enter")
    look(page, "team-waits", size)
    page.get_by_role("button", name="Agree: it counts from that day on").press("Enter")
    expect(page.get_by_text("Agreed. It counts from now on.")).to_be_visible()
    expect(page.get_by_text("Open", exact=True)).to_be_visible()
    look(page, "team-open", size)


@SIZES
def test_two_editors_of_one_team(open_page: Open, studio: Site, size: str) -> None:
    studio.assistant.practices = SimpleNamespace(by_code={})  # type: ignore[attr-defined]
    put_team(studio.assistant, "north")
    page = open_page("/sign-in", size)
    sign_in(page, "ada")
    page.goto(f"{studio.url}/admin/places/north/facts")
    other = page.context.new_page()
    other.goto(f"{studio.url}/admin/places/north/facts")
    other.get_by_label("E-mail address of the team").fill("north@team.example")
    other.get_by_role("button", name="Keep").press("Enter")
    expect(other.get_by_text("Kept. It counts from now on.")).to_be_visible()
    page.get_by_label("E-mail address of the team").fill("mine@team.example")
    page.get_by_label("The number coaches ring from").fill("01632 960177")
    page.get_by_role("button", name="Keep").press("Enter")
    expect(page.get_by_text("Somebody else wrote meanwhile: north@team.example")).to_be_visible()
    look(page, "team-two-editors", size)
    expect(page.get_by_text("Somebody else wrote meanwhile: 01632")).to_have_count(0)
    page.get_by_role("button", name="Keep").press("Enter")
    expect(page.get_by_text("Kept in part.")).to_be_visible()
    look(page, "team-in-part", size)
