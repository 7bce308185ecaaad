"""The web chat in a real browser: given, when, then; with and without JavaScript, on a phone and at a desk."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, Site, overflows, violations

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


def begin(page: Page) -> None:
    page.get_by_role("button", name="Start").click()
    expect(page.get_by_text("Are you in work?")).to_be_visible()


def listening(page: Page) -> None:
    """Wait until the page takes messages without reloading: before that a form is an ordinary post."""
    expect(page.locator(".chat[data-listening]")).to_be_attached()


def lines(page: Page) -> list[str]:
    return [text.split("\n")[-1] for text in page.locator(".chat__line").all_inner_texts()]


@pytest.mark.parametrize("scripts", [True, False], ids=["live", "without_scripts"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_a_whole_exchange(open_page: Open, size: str, scripts: bool) -> None:
    page = open_page("/chat", size, scripts=scripts)
    begin(page)
    page.get_by_label("Off sick").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Which of these is it?")).to_be_visible()
    page.get_by_label("Mental health").check()
    page.get_by_label("Long-term condition").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Mental health, Long-term condition")).to_be_visible()
    expect(page.get_by_text("Are you in work?")).to_have_count(2)


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_no_page_of_the_chat_breaks_a_rule_of_accessibility(open_page: Open, size: str) -> None:
    page = open_page("/chat", size)
    assert (violations(page), overflows(page)) == ([], False)
    begin(page)
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_label("Off sick").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Which of these is it?")).to_be_visible()
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("There is a problem")).to_be_visible()
    assert (violations(page), overflows(page)) == ([], False)
    page.get_by_label("Or use your own words").fill("crisis")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Samaritans")).to_be_visible()
    assert (violations(page), overflows(page)) == ([], False)


@pytest.mark.parametrize("path", ["/", "/privacy", "/nothing-here", "/call/12.cut"])
@pytest.mark.parametrize("size", ["phone", "desk"])
def test_no_public_page_breaks_a_rule_of_accessibility(open_page: Open, path: str, size: str) -> None:
    page = open_page(path, size)
    assert (violations(page), overflows(page)) == ([], False)


def test_live_messages_arrive_without_leaving_the_page(open_page: Open, site: Site) -> None:
    page = open_page("/chat")
    begin(page)
    listening(page)
    page.evaluate("window.stayed = true")
    page.get_by_label("Or use your own words").fill("hello")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("You said 5 characters")).to_be_visible()
    assert page.evaluate("window.stayed") is True


def test_each_message_is_announced_once(open_page: Open) -> None:
    page = open_page("/chat")
    begin(page)
    listening(page)
    page.evaluate(
        """() => { window.heard = [];
        new MutationObserver((changes) => changes.forEach((change) => change.addedNodes.forEach(
            (node) => node.id && window.heard.push(node.id)))).observe(document.querySelector("[role=log] ol"), {childList: true}); }"""
    )
    page.get_by_label("Off sick").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Which of these is it?")).to_be_visible()
    time.sleep(0.8)  # three more looks of the poller
    assert page.evaluate("window.heard") == ["in-2", "out-3"]


def test_a_second_tab_follows_the_first(open_page: Open) -> None:
    first = open_page("/chat")
    begin(first)
    second = first.context.new_page()
    second.goto(first.url)
    first.get_by_label("Off sick").check()
    first.get_by_role("button", name="Send").click()
    expect(second.get_by_text("Which of these is it?")).to_be_visible()
    expect(second.get_by_label("Mental health")).to_be_visible()


def test_what_was_being_typed_survives_a_new_question(open_page: Open) -> None:
    first = open_page("/chat")
    begin(first)
    second = first.context.new_page()
    second.goto(first.url)
    listening(second)
    second.get_by_label("Or use your own words").fill("I was just")
    first.get_by_label("Off sick").check()
    first.get_by_role("button", name="Send").click()
    expect(second.get_by_label("Mental health")).to_be_visible()
    expect(second.get_by_label("Or use your own words")).to_have_value("I was just")


def test_on_a_slow_line_what_was_sent_is_not_sent_again(open_page: Open) -> None:
    """The reply comes by the stream before the answer to the post does."""
    page = open_page("/chat")
    begin(page)
    listening(page)
    page.evaluate(
        """() => { const fetched = window.fetch;
        window.fetch = async (...all) => { const answer = await fetched(...all); await new Promise((go) => { window.goOn = go; });
        return answer; }; }"""
    )
    page.get_by_label("Or use your own words").fill("off sick")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("You said 8 characters")).to_be_visible()
    expect(page.locator("#text")).to_have_value("")
    page.locator("#text").fill("my back")
    page.evaluate("window.goOn()")
    expect(page.locator("#waiting")).to_be_hidden()
    expect(page.locator("#text")).to_have_value("my back")


def test_by_keyboard_alone(open_page: Open) -> None:
    page = open_page("/chat")
    page.get_by_label("Say something first").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Are you in work?")).to_be_visible()
    listening(page)
    page.get_by_label("In work").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Which of these is it?")).to_be_visible()
    expect(page.get_by_label("Mental health")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Are you in work?")).to_have_count(2)


def test_the_skip_link_leads_to_the_chat(open_page: Open) -> None:
    page = open_page("/chat")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False], ids=["live", "without_scripts"])
def test_a_double_click_is_one_message(open_page: Open, site: Site, scripts: bool) -> None:
    page = open_page("/chat", scripts=scripts)
    begin(page)
    page.get_by_label("Off sick").check()
    page.get_by_role("button", name="Send").dblclick()
    expect(page.get_by_text("Which of these is it?")).to_be_visible()
    assert len(site.assistant.accepted) == 2


def test_the_back_button_shows_where_the_chat_is_now(open_page: Open) -> None:
    page = open_page("/", scripts=False)
    page.get_by_role("link", name="Start a chat").or_(page.get_by_role("button", name="Start a chat")).first.click()
    begin(page)
    page.goto(page.url.split("/chat")[0] + "/privacy")
    page.go_back()
    expect(page.get_by_text("Are you in work?")).to_be_visible()


@pytest.mark.parametrize("way", ["button", "escape"])
def test_quick_exit_leaves_no_way_back(open_page: Open, site: Site, way: str) -> None:
    page = open_page("/chat")
    begin(page)
    listening(page)
    with page.expect_request(re.compile("bbc.co.uk/weather")):  # a redirect, and there is no network here
        if way == "button":
            page.get_by_role("link", name="Leave this page now").click(no_wait_after=True)
        else:
            for _ in range(3):
                page.keyboard.press("Escape")
    again = page.context.new_page()
    again.goto(site.url + "/chat")
    expect(again.get_by_role("button", name="Start")).to_be_visible()


def test_two_presses_of_escape_do_nothing(open_page: Open) -> None:
    page = open_page("/chat")
    begin(page)
    listening(page)
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    page.wait_for_timeout(300)
    expect(page.get_by_text("Are you in work?")).to_be_visible()


def test_when_the_stream_is_gone_the_form_still_works(open_page: Open) -> None:
    page = open_page("/chat")
    page.context.route("**/chat/events*", lambda route: route.abort())
    begin(page)
    page.get_by_label("Off sick").check()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("Which of these is it?")).to_be_visible()
