"""The studio in a real browser: words are changed, checked, agreed to, published and rolled back, by keyboard, at both sizes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from bot.assistant import open_books, todays_book
from bot.flows.transcripts import Act, Transcript
from bot.nlu.rasa import NoNlu
from bot.studio import drafting, testing, trying
from bot.studio.testing import Checked
from tests.browser.conftest import Open, Site, overflows, violations
from tests.browser.test_staff import SIZES
from tests.web.admin.conftest import put_people
from tests.web.teams import NOW, PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
PICTURES = os.environ.get("ANYDOOR_TEST_PICTURES", "")
"""A folder to put a picture of each page into, to be looked at."""
SHORTER = "Which fits you now?"


@pytest.fixture
def studio(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setattr(testing, "check_of", lambda db, desk: Checked(True, False, ()))
    monkeypatch.setattr(testing, "touched", lambda changes, tests: [])
    site.assistant.clock.set(NOW)
    open_books(site.assistant.db, site.assistant.clock)
    put_people(site.assistant)
    return site


def sign_in(page: Page, name: str) -> None:
    page.get_by_label("Email address").fill(f"{name}@studio.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()


def sign_in_instead(page: Page, site: Site, name: str) -> None:
    """Somebody else sits down at the same browser."""
    page.get_by_role("button", name="Sign out").click()
    page.goto(f"{site.url}/sign-in")
    sign_in(page, name)


def look(page: Page, name: str, size: str) -> None:
    """No broken rule, nothing to scroll sideways; a picture where one is wanted."""
    assert (name, violations(page), overflows(page)) == (name, [], False)
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}-{size}.png", full_page=True)


@SIZES
def test_words_are_changed_published_and_rolled_back(open_page: Open, studio: Site, size: str) -> None:
    page = open_page("/sign-in", size)
    sign_in(page, "ada")
    expect(page.get_by_role("heading", name="Conversation", exact=True)).to_be_visible()
    look(page, "studio-home", size)
    page.get_by_label("Find any words").fill("fits best right now")
    page.keyboard.press("Enter")
    expect(page.get_by_text("2 found.")).to_be_visible()
    look(page, "studio-search", size)
    page.get_by_role("link", name="Your work now").first.click()
    expect(page.get_by_role("heading", name="Question", exact=True)).to_be_visible()
    look(page, "studio-words", size)
    field = page.get_by_label("What is said", exact=True)
    field.fill("word " * 60)
    expect(page.locator("#text-cost")).to_contain_text("too long")
    field.fill("{{ oops")
    page.get_by_role("button", name="Keep in the draft").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    look(page, "studio-words-wrong", size)
    field.fill(SHORTER)
    field.press("Tab")
    page.get_by_role("button", name="Keep in the draft").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Kept in the draft.")).to_be_visible()
    page.get_by_role("link", name="Your work now").click()
    expect(page.locator(".talk__card--question")).to_contain_text(SHORTER)
    look(page, "studio-topic", size)
    page.get_by_role("link", name="Changes").click()
    expect(page.get_by_text("Not needed")).to_be_visible()
    expect(page.get_by_text("Nothing is wrong.")).to_be_visible()
    look(page, "studio-changes", size)
    page.get_by_label("What you changed and why").fill("Shorter")
    page.get_by_role("button", name="Publish").click()
    expect(page.get_by_text("Published. Running servers")).to_be_visible()
    look(page, "studio-history", size)
    assert drafting.see(studio.assistant.db).live.kind == "published"
    page.get_by_role("link", name="Look, or go back to it").click()
    expect(page.get_by_role("heading", name="What would be different from now")).to_be_visible()
    look(page, "studio-then", size)
    page.get_by_role("button", name="Go back to this now").click()
    expect(page.get_by_text("Published again.")).to_be_visible()


@SIZES
def test_a_draft_is_tried_and_kept_as_a_test(open_page: Open, studio: Site, size: str) -> None:
    studio.assistant.nlu = NoNlu("a test")  # type: ignore[attr-defined]
    begun = Transcript("", "telegram", "plenty", trying.STARTS[0], (Act("you", "hi"),))
    trying.play(todays_book(), begun, NoNlu("a test"))  # on a busy machine the first takes longer than a page may
    page = open_page("/sign-in", size)
    sign_in(page, "ada")
    page.set_default_timeout(180_000)  # the first world is prepared
    page.get_by_role("link", name="Try it").click()
    page.get_by_label("Channel").select_option("Telegram")
    page.get_by_role("button", name="Begin again like this").click()
    page.get_by_label("The person writes").fill("hi")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="It's safe, let's go").click()
    expect(page.get_by_text("Which of these fits best right now?")).to_be_visible(timeout=180_000)
    page.get_by_label("The person writes").fill("I'm off sick")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="No fixed address")).to_be_visible(timeout=180_000)
    page.locator("summary").last.click()
    look(page, "studio-try", size)
    page.get_by_label("Keep it as a test that shows").fill("Somebody is off sick.")
    page.get_by_role("button", name="Keep it as a test").click()
    expect(page.get_by_text("Kept as a test in the draft.")).to_be_visible()
    page.get_by_role("link", name="Tests", exact=True).click()
    page.get_by_text("1 test changed in this draft").click()
    expect(page.get_by_text("studio/somebody_is_off_sick.txt")).to_be_visible()
    look(page, "studio-tests", size)


@SIZES
def test_the_other_pages_of_the_studio_break_no_rule(open_page: Open, studio: Site, size: str) -> None:
    page = open_page("/sign-in", size)
    sign_in(page, "ada")
    expect(page.get_by_role("heading", name="Conversation", exact=True)).to_be_visible()
    site = page.url.removesuffix("/admin")
    paths = {
        "studio-long-topic": "/admin/topic/self_referral",
        "studio-picture": "/admin/picture",
        "studio-add": "/admin/topic/about_work/add",
        "studio-locked": "/admin/words/utter_crisis_self_harm",
        "studio-languages": "/admin/languages",
        "studio-files": "/admin/files",
        "studio-file": "/admin/files/flows/about_work.yml?line=7",
        "studio-nothing-changed": "/admin/changes",
    }
    for name, path in paths.items():
        page.goto(site + path)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        look(page, name, size)
    page.goto(site + "/admin/files/flows/about_work.yml")
    page.get_by_label("Text of the file").fill("version: 1\nflows: {about_work: &a {}}")
    page.get_by_role("button", name="Keep in the draft").click()
    expect(page.get_by_text("This is not kept yet")).to_be_visible()
    look(page, "studio-file-wrong", size)


@SIZES
def test_a_question_is_added_led_elsewhere_shown_to_the_coach_and_taken_out(
    open_page: Open, studio: Site, size: str
) -> None:
    page = open_page("/sign-in", size)
    sign_in(page, "ada")
    page.get_by_role("link", name="Your work now").press("Enter")
    page.get_by_role("link", name="Add a question to this topic").press("Enter")
    page.get_by_label("Where it is asked").select_option("After: Which fits best right now? (question)")
    page.get_by_label("Question", exact=True).fill("Do you drive for your work?")
    page.get_by_label("The same in easier words").fill("Is driving your job?")
    page.get_by_label("Answer 1", exact=True).fill("Yes, every day")
    page.get_by_label("Answer 2", exact=True).fill("No")
    page.get_by_label("What happens next").first.select_option("Help near you")
    page.get_by_label("Show the answer to the coach").check()
    page.get_by_role("button", name="Put it into the draft").press("Enter")
    expect(page.get_by_text("Write what the coach reads beside the answer").first).to_be_visible()
    look(page, "studio-add-wrong", size)
    page.get_by_label("What the coach reads beside the answer").fill("Drives for work")
    page.get_by_role("button", name="Put it into the draft").press("Enter")
    expect(page.get_by_text("The coach sees the answer on the card as “Drives for work”")).to_be_visible()
    look(page, "studio-added", size)
    page.get_by_role("link", name="Change where the answers lead, what the coach sees").press("Enter")
    look(page, "studio-question", size)
    page.get_by_label("After “Yes, every day”").select_option("onward")
    page.get_by_role("button", name="Keep in the draft").press("Enter")
    expect(page.get_by_text("Kept in the draft.")).to_be_visible()
    page.get_by_role("link", name="Change where the answers lead, what the coach sees").press("Enter")
    page.get_by_role("button", name="Take it out of the draft").press("Enter")
    expect(page.get_by_text("Tick the box if you mean it").first).to_be_visible()
    look(page, "studio-question-wrong", size)
    page.get_by_label("Yes, take it out").check()
    page.get_by_role("button", name="Take it out of the draft").press("Enter")
    expect(page.get_by_text("The question is taken out of the draft.")).to_be_visible()


@SIZES
def test_crisis_numbers_are_rung_and_agreed_to_by_keyboard(open_page: Open, studio: Site, size: str) -> None:
    page = open_page("/sign-in", size)
    sign_in(page, "bea")
    page.get_by_role("link", name="Studio", exact=True).press("Enter")
    page.get_by_role("link", name="Local help").press("Enter")
    page.get_by_role("link", name="Crisis numbers").press("Enter")
    page.get_by_text("I have rung it: Shout").click()
    look(page, "helplines", size)
    page.get_by_role("button", name="Put it to a second person").locator("visible=true").press("Enter")
    expect(page.get_by_text("Say whether all of it is right.")).to_be_visible()
    page.get_by_label("All of it is right").locator("visible=true").check()
    page.get_by_role("button", name="Put it to a second person").locator("visible=true").press("Enter")
    expect(page.get_by_text("Waits for a second person:")).to_be_visible()
    sign_in_instead(page, studio, "ada")
    page.get_by_role("link", name="1 check of crisis numbers").press("Enter")
    look(page, "helplines-waits", size)
    page.get_by_role("button", name="I agree").press("Enter")
    expect(page.get_by_text("Agreed. It counts from now on.")).to_be_visible()
