"""Somebody who has never seen YAML adds a question with a branch, tries it, tests it and publishes it; and people are asked it.

The whole product is running; what a person of the staff does is counted. docs/admin-guide.md states the count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from bot.assistant import DIALOGS
from bot.studio import testing
from tests.browser.conftest import overflows, violations
from tests.browser.test_journey import open_page, pick
from tests.journeys.product import Product, running
from web import demonstration

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PLAYED = ("happy_path/by_text_with_numbers.txt", "wrong_area/lives_in_scotland.txt")
"""The tests of this site: playing all takes minutes."""
QUESTION, AWAY, ON = "Do you drive for your work?", "Yes, I drive", "No"
HELP = "What would you like help with?"
MOST = 15, 12, 15
"""Clicks, fields filled in or picked from a list, and pages, from the first page of the studio to the publication."""


@dataclass
class Hand:
    """Somebody of the staff at a page: what they click, fill in and come to see is counted."""

    page: Page
    clicks: int = 0
    fields: int = 0
    pages: int = 1

    def click(self, what: Locator, leads: bool = True) -> None:
        self.clicks += 1
        self.pages += leads
        what.click()

    def link(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name, exact=True).first)

    def button(self, name: str | re.Pattern[str]) -> None:
        self.click(self.page.get_by_role("button", name=name).first)

    def fill(self, label: str, words: str) -> None:
        self.fields += 1
        self.page.get_by_label(label, exact=True).first.fill(words)

    def choose(self, label: str, option: str | re.Pattern[str]) -> None:
        self.fields += 1
        field = self.page.get_by_label(label).first
        options = [one for one in field.locator("option").all_inner_texts() if re.search(option, one)]
        field.select_option(label=options[0])

    def says(self, words: str) -> None:
        self.fill("The person writes", words)
        self.button(re.compile("^Send$"))

    def sign_in(self, product: Product, email: str) -> None:
        """Not counted: they are signed in when they begin."""
        name, password = demonstration.sign_in(product.assistant, email, demonstration.STUDIO[email])
        self.page.goto(f"{product.url}/sign-in")
        self.page.get_by_label("Email address").fill(name)
        self.page.get_by_label("Password").fill(password)
        self.page.keyboard.press("Enter")
        expect(self.page.get_by_role("button", name="Sign out")).to_be_visible()


@pytest.fixture
def product(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Product]:
    few = {name: (DIALOGS / "tests" / name).read_text(encoding="utf-8") for name in PLAYED}
    monkeypatch.setattr(testing, "_files", lambda: few)
    with running(tmp_path) as one:
        yield one


def test_a_question_with_a_branch_from_the_idea_to_the_first_person_asked(browser: Browser, product: Product) -> None:
    hand = Hand(open_page(browser, "desk"))
    hand.sign_in(product, "admin@demonstration.example")
    add_it(hand)
    try_it(hand)
    play_the_tests(hand)
    ask_for_a_second_person(hand)
    agree_to_it(Hand(open_page(browser, "desk")), product)
    publish_it(hand)
    product.assistant.books.refresh()
    meet_it(browser, product, AWAY, then=HELP)
    meet_it(browser, product, ON, then="postcode")
    assert all(one <= most for one, most in zip((hand.clicks, hand.fields, hand.pages), MOST, strict=True))
    guide = (DIALOGS.parent / "docs" / "admin-guide.md").read_text(encoding="utf-8")
    assert "{} clicks, {} fields and {} pages".format(*MOST) in guide


def add_it(hand: Hand) -> None:
    hand.link("Ask WorkWell for help")
    hand.link("Add a question to this topic")
    hand.choose("Where it is asked", "^After: Your work now")
    hand.fill("Question", QUESTION)
    hand.fill("The same in easier words, for a second try", "Is driving part of your job?")
    hand.fill("If they ask why", "It helps the coach get ready.")
    hand.fill("Answer 1", AWAY)
    hand.fill("Answer 2", ON)
    hand.choose("What happens next", "^Help near you")
    hand.button("Put it into the draft")
    expect(hand.page.get_by_text(QUESTION).first).to_be_visible()


def try_it(hand: Hand) -> None:
    hand.link("Try it")
    for words in ("hi", "1", "1"):
        hand.says(words)
    expect(hand.page.get_by_text(QUESTION).first).to_be_visible()
    hand.says(AWAY)
    expect(hand.page.locator(".bubble").last).to_contain_text(HELP)


def play_the_tests(hand: Hand) -> None:
    hand.link("Tests")
    expect(hand.page.get_by_label(re.compile(QUESTION[:-1]))).to_have_value(ON)
    hand.button("Play all 2")
    expect(hand.page.get_by_text("2 played with the draft as it is")).to_be_visible(timeout=180_000)
    row = hand.page.get_by_label("Put the answer into all 2 tests")
    hand.page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    assert (violations(hand.page), overflows(hand.page)) == ([], False)
    hand.click(row, leads=False)
    hand.button("Accept what is ticked")
    expect(hand.page.get_by_text("Accepted in 2 tests.")).to_be_visible()


def ask_for_a_second_person(hand: Hand) -> None:
    hand.page.get_by_role("link", name="Changes").click()
    hand.clicks, hand.pages = hand.clicks + 1, hand.pages + 1
    expect(hand.page.get_by_text("The 2 conversations that this touches went well.")).to_be_visible()
    hand.button("Check it now")
    expect(hand.page.get_by_text("Nothing is wrong.")).to_be_visible(timeout=180_000)
    expect(hand.page.get_by_text("Nobody has agreed yet.")).to_be_visible()


def agree_to_it(second: Hand, product: Product) -> None:
    second.sign_in(product, "safety@demonstration.example")
    second.page.goto(f"{product.url}/admin")
    second.link("the draft")
    second.button("I have read it all and agree")
    expect(second.page.get_by_text("You agree to this draft.")).to_be_visible()


def publish_it(hand: Hand) -> None:
    hand.fill("What you changed and why, for the history", "Whether they drive")
    hand.button("Publish")
    expect(hand.page.get_by_text("Published. Running servers")).to_be_visible()


def meet_it(browser: Browser, product: Product, answer: str, then: str) -> None:
    """A member of the public begins a chat."""
    page = open_page(browser, "phone")
    page.goto(f"{product.url}/chat")
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Is it safe for you to chat here?")).to_be_visible()
    pick(page, "It's safe", then="fits best right now")
    pick(page, "Off sick", then=QUESTION)
    pick(page, answer, then=then)
    page.context.close()
