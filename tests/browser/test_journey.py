"""A person refers themself in a real browser, through the running product, and a coach reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import SIZES, overflows, violations
from tests.journeys.product import Product, running
from web import demonstration

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


@pytest.fixture
def product(tmp_path: Path) -> Iterator[Product]:
    with running(tmp_path) as one:
        yield one


def open_page(browser: Browser, size: str, *, scripts: bool = True) -> Page:
    page = browser.new_context(viewport=SIZES[size], java_script_enabled=scripts).new_page()  # type: ignore[arg-type]
    return page


def send(page: Page, then: str) -> None:
    page.get_by_role("button", name="Send").click()
    expect(page.locator(".chat__line").filter(has_text=then).last).to_be_visible()


def say(page: Page, words: str, then: str) -> None:
    page.locator("#text").fill(words)
    send(page, then)


def pick(page: Page, *titles: str, then: str) -> None:
    for title in titles:
        page.locator("#answer").get_by_label(title).check()
    send(page, then)


def refer_oneself(page: Page, url: str) -> None:
    page.goto(f"{url}/chat?from=gp23")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Is it safe for you to chat here?")).to_be_visible()
    pick(page, "It's safe", then="fits best right now")
    pick(page, "Off sick", then="postcode")
    say(page, "PR1 8XJ", then="How old are you")
    say(page, "34", then="makes work hard")
    pick(page, "Mental health", "Back", then="What else")
    pick(page, "Money", then="What name")
    say(page, "Sam", then="How shall the coach talk")
    pick(page, "Phone call", then="What number")
    say(page, "07700 900123", then="When can a coach ring")
    page.locator("#answer input[type=radio]").first.check()
    send(page, "Please check")
    page.locator("#answer input[type=radio]").first.check()
    send(page, "Your call is booked")


@pytest.mark.parametrize(("size", "scripts"), [("phone", True), ("desk", False)], ids=["live", "without_scripts"])
def test_a_person_books_a_call_and_a_coach_reads_the_hand_off(
    browser: Browser, product: Product, size: str, scripts: bool
) -> None:
    page = open_page(browser, size, scripts=scripts)
    refer_oneself(page, product.url)
    assert (violations(page) if scripts else [], overflows(page) if scripts else False) == ([], False)
    link = page.locator("a", has_text="/call/").last.get_attribute("href")
    assert link
    page.goto(link)
    expect(page.get_by_role("heading", name="Your call")).to_be_visible()
    read_as_coach(open_page(browser, size), product)


def read_as_coach(page: Page, product: Product) -> None:
    email, password = demonstration.sign_in(product.assistant)
    page.goto(f"{product.url}/coach")
    expect(page).to_have_url(re.compile("/sign-in$"))
    assert violations(page) == []
    page.get_by_label("Email address").fill(email)
    page.get_by_label("Password").fill(password)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="New in the last 7 days")).to_be_visible()
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_role("link", name="Sam", exact=True).first.click()
    expect(page.get_by_role("heading", name="How to reach them safely")).to_be_visible()
    expect(page.get_by_text("Money or debt").first).to_be_visible()
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
