"""What the check finds, what real use and the tests say of the conversation, and teaching the model, in a browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from bot.assistant import todays_book
from bot.flows.definition import Finding
from bot.flows.transcripts import Act, Transcript
from bot.nlu.rasa import NoNlu
from bot.studio import testing, trying
from bot.studio.testing import Checked
from tests.browser.conftest import Open, Site
from tests.browser.test_studio import SIZES, look, sign_in, studio

__all__ = ["studio"]
pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]
STUCK = Finding(
    "flows/about_work.yml",
    8,
    "From `about_work.situation` no answer ever leads to an end: a dead end.",
    "",
    "error",
    ("start: Your work now",),
)


@SIZES
def test_what_the_check_finds_is_played(
    open_page: Open, studio: Site, size: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    studio.assistant.nlu = NoNlu("a test")  # type: ignore[attr-defined]
    monkeypatch.setattr(testing, "check_of", lambda db, desk: Checked(True, False, (STUCK,)))
    begun = Transcript("", "sms", "plenty", trying.STARTS[0], (Act("you", "hi"),))
    trying.play(todays_book(), begun, NoNlu("a test"))  # on a busy machine the first takes longer than a page may
    page = open_page("/sign-in", size)
    page.set_default_timeout(30_000)
    sign_in(page, "ada")
    page.goto(f"{studio.url}/admin/words/utter_ask_work_situation")
    page.get_by_label("What is said", exact=True).fill("Which fits you now?")
    page.get_by_role("button", name="Keep in the draft").press("Enter")
    expect(page.get_by_text("Kept in the draft.")).to_be_visible()
    page.goto(f"{studio.url}/admin/changes")
    expect(page.get_by_text("1 thing must be put right")).to_be_visible()
    look(page, "studio-findings", size)
    page.get_by_role("button", name="Play it").press("Enter")
    expect(page.get_by_text("The check found:")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("Begins: Your work now")).to_be_visible()
    expect(page.get_by_text("Now at:")).to_be_visible()
    look(page, "studio-finding-played", size)
    page.get_by_label("The person writes").fill("2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The check found:")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("work situation: Off sick from a job").last).to_be_visible()
    page.get_by_role("link", name="back to the check").press("Enter")
    expect(page.get_by_role("button", name="Play it")).to_be_visible()
