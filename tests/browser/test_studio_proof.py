"""What the check finds, what real use and the tests say of the conversation, and teaching the model, in a browser."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from bot.assistant import todays_book
from bot.flows.definition import Collect, Finding
from bot.flows.transcripts import Act, Transcript
from bot.nlu.rasa import NoNlu
from bot.studio import drafting, teaching, testing, trying
from bot.studio.testing import Checked
from services import journeys, people, trials
from services.journeys import Passed
from services.messages import Address
from services.models import Conversation
from tests.bot.studio.taught import small_places, teach
from tests.browser.conftest import Open, Site
from tests.browser.test_studio import SIZES, look, sign_in, studio
from tests.web.teams import NOW

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
    sign_in(page, "ada")
    page.goto(f"{studio.url}/admin/words/utter_ask_work_situation")
    page.get_by_label("What is said", exact=True).fill("Which fits you now?")
    page.get_by_role("button", name="Keep in the draft").press("Enter")
    expect(page.get_by_text("Kept in the draft.")).to_be_visible()
    page.goto(f"{studio.url}/admin/changes")
    expect(page.get_by_text("1 thing must be put right")).to_be_visible()
    look(page, "studio-findings", size)
    page.get_by_role("button", name="Play it").press("Enter")
    expect(page.get_by_text("The check found:")).to_be_visible(timeout=180_000)
    expect(page.get_by_text("Begins: Your work now")).to_be_visible()
    expect(page.get_by_text("Now at:")).to_be_visible()
    look(page, "studio-finding-played", size)
    page.get_by_label("The person writes").fill("2")
    page.keyboard.press("Enter")
    expect(page.get_by_text("The check found:")).to_be_visible(timeout=180_000)
    expect(page.get_by_text("work situation: Off sick from a job").last).to_be_visible()
    page.get_by_role("link", name="back to the check").press("Enter")
    expect(page.get_by_role("button", name="Play it")).to_be_visible()


@SIZES
def test_the_picture_says_where_people_leave_and_what_tests_come_to(open_page: Open, studio: Site, size: str) -> None:
    flow = todays_book().flows["about_health"]
    asked = next(step for step in flow.steps.values() if isinstance(step, Collect))
    with studio.assistant.db.write() as session:
        for number in range(12):
            made = people.find_or_make_conversation(session, Address("sms", f"+4477009{number:05}"), NOW)
            talk = session.get_one(Conversation, made)
            journeys.pass_on(session, talk, Passed(question=asked.slot), NOW - timedelta(days=7))
        trial = trials.begin(session, testing.mark(drafting.see(studio.assistant.db)), "all", 424, NOW)
        assert trial
        covered = {f"about_health.{step}": [0] for step in list(flow.steps)[:-1]} | {"self_referral.work": [0]}
        trials.step(session, trial, 424, [], covered)
        trials.end(session, trial, NOW)
    page = open_page("/sign-in", size)
    sign_in(page, "ada")
    page.get_by_role("link", name="Picture: what leads where").press("Enter")
    expect(page.get_by_text("12 left here").first).to_be_visible()
    expect(page.get_by_text("All 424 tests were played with what is published.")).to_be_visible()
    look(page, "studio-picture-noted", size)
    page.goto(f"{studio.url}/admin/topic/about_health")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    expect(page.get_by_text("12 left here").first).to_be_visible()
    expect(page.get_by_text("no test comes here").first).to_be_visible()
    look(page, "studio-topic-noted", size)


@SIZES
def test_the_model_is_taught_and_taken_back(
    open_page: Open, studio: Site, size: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teaching, "PLACES", small_places(tmp_path / "site"))
    page = open_page("/sign-in", size)
    page.set_default_timeout(180_000)
    sign_in(page, "ada")
    page.get_by_role("link", name="Understanding").press("Enter")
    page.get_by_role("link", name="Language model").press("Enter")
    page.get_by_role("button", name="Train it anew").press("Enter")
    expect(page.get_by_text("Being trained").or_(page.get_by_text("The last training"))).to_be_visible()
    look(page, "studio-model-training", size)
    expect(page.get_by_text("The last training: taken into use")).to_be_visible(timeout=180_000)
    teach(studio.assistant.db, NOW)
    page.goto(f"{studio.url}/admin/understanding/model")
    page.get_by_role("button", name="Train it anew").press("Enter")
    expect(page.get_by_text("the same lines")).to_have_count(2, timeout=180_000)
    look(page, "studio-model", size)
    page.get_by_role("button", name="Go back to the model before").press("Enter")
    expect(page.get_by_text("The model before is in use again.")).to_be_visible()


def test_without_a_script_a_training_is_looked_at_again_by_hand(
    open_page: Open, studio: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(teaching, "PLACES", small_places(tmp_path / "site"))
    page = open_page("/sign-in", "desk", scripts=False)
    page.set_default_timeout(180_000)
    sign_in(page, "ada")
    page.goto(f"{studio.url}/admin/understanding/model")
    page.get_by_role("button", name="Train it anew").press("Enter")
    expect(page.get_by_text("Begun. You can leave this page")).to_be_visible()
    while page.get_by_text("Being trained").count():
        page.get_by_role("link", name="Look again").click()
    expect(page.get_by_text("The last training: taken into use")).to_be_visible()
