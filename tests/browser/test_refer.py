"""The form for professionals in a real browser: without scripts, by keyboard, on a phone, without a broken rule."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from services import sources
from services.models import Introduction
from tests.browser.conftest import Open, Site, overflows, violations
from tests.web.teams import NOW

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
SIZES = pytest.mark.parametrize("size", ["phone", "desk"])


@pytest.fixture
def path(site: Site) -> str:
    """The path of a surgery's form, on a demonstration: no texts are sent here."""
    site.assistant.demo = True
    with site.assistant.db.write() as session:
        return f"/refer?source={sources.open_form(session, 'Oak Street Surgery', 'gp', NOW, per_hour=1).code}"


def passed_on(site: Site) -> list[str]:
    with site.assistant.db.read() as session:
        return [row.by for row in session.scalars(select(Introduction))]


def fill_in(page: Page, number: str) -> None:
    page.get_by_label("Their mobile number").fill(number)
    page.get_by_label("I work at their GP surgery").check()
    page.get_by_label("They agree to get one text").check()


def is_sound(page: Page) -> bool:
    return (violations(page), overflows(page)) == ([], False)


@SIZES
def test_no_page_of_the_form_breaks_a_rule_of_accessibility(open_page: Open, path: str, size: str) -> None:
    page = open_page(path, size)
    assert is_sound(page)
    page.get_by_role("button", name="Send them the text").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    assert is_sound(page)
    page.get_by_role("link", name="Pick how you know them").click()
    expect(page.get_by_label("I work at their GP surgery")).to_be_focused()
    fill_in(page, "07700 900123")
    page.get_by_role("button", name="Send them the text").click()
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert is_sound(page)
    page.get_by_role("link", name="Help someone else").click()
    fill_in(page, "07700 900124")
    page.get_by_role("button", name="Send them the text").click()
    expect(page.get_by_text("There is a limit on how many can be sent in an hour")).to_be_visible()
    expect(page.get_by_label("Their mobile number")).to_have_value("07700 900124")
    assert is_sound(page)


@SIZES
@pytest.mark.parametrize("path_without", ["/refer", "/refer?source=nobody-has-this"])
def test_a_closed_form_breaks_no_rule_either(open_page: Open, path: str, path_without: str, size: str) -> None:
    page = open_page(path_without, size)
    expect(page.get_by_role("heading", name="This form is not open")).to_be_visible()
    assert is_sound(page)


def test_without_scripts_and_by_keyboard_alone(open_page: Open, path: str, site: Site) -> None:
    page = open_page(path, "phone", scripts=False)
    page.get_by_label("Their mobile number").focus()
    page.keyboard.type("07700 900123")
    for _ in range(3):
        page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type("Ring after 3pm")
    page.keyboard.press("Tab")
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    assert passed_on(site) == ["gp"]


@pytest.mark.parametrize("scripts", [True, False], ids=["live", "without_scripts"])
def test_a_double_click_passes_a_number_on_once(open_page: Open, path: str, site: Site, scripts: bool) -> None:
    page = open_page(path, scripts=scripts)
    fill_in(page, "07700 900123")
    page.get_by_role("button", name="Send them the text").dblclick()
    expect(page.get_by_text("Thank you").or_(page.get_by_text("do not take it twice")).first).to_be_visible()
    assert passed_on(site) == ["gp"]
