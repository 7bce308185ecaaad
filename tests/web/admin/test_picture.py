"""The picture of the conversation says where people leave, and what the conversation tests come to."""

from __future__ import annotations

import re
from datetime import timedelta

from bot.assistant import todays_book
from bot.studio import playing, testing
from bot.studio.coverage import Coverage, coverage_of
from services import journeys, people, trials
from services.journeys import Passed
from services.messages import Address
from services.models import Conversation
from tests.bot.flows.seeded.ours import ours
from tests.web.admin.conftest import Studio
from tests.web.admin.test_studio import WORK, words
from tests.web.teams import NOW
from web.admin.picture import Note, Notes, drawn

TEST = """One says hello and where they work.

channel: sms
world: plenty
now: 2026-11-23 09:00

you: hi
bot: {utter_welcome}
you: 1
bot: {utter_ask_work_situation}
"""


def left(studio: Studio, question: str, people_who: int, first: int) -> None:
    """So many were asked this a week ago, and have not written since."""
    with studio.assistant.db.write() as session:
        for number in range(first, first + people_who):
            made = people.find_or_make_conversation(session, Address("sms", f"+4477009{number:05}"), NOW)
            passed = Passed(question=question)
            journeys.pass_on(session, session.get_one(Conversation, made), passed, NOW - timedelta(days=7))


def ran(studio: Studio, scope: str, total: int, covered: dict[str, list[int]]) -> None:
    """A trial that is over."""
    with studio.assistant.db.write() as session:
        trial = trials.begin(session, testing.mark(studio.desk()), scope, total, NOW)
        assert trial
        trials.step(session, trial, total, [], covered)
        trials.end(session, trial, NOW)


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_people_who_left_stand_on_the_cards_and_few_are_hidden(studio: Studio) -> None:
    left(studio, "work_situation", 12, 0)
    left(studio, "postcode", 3, 100)
    topic, place = studio.get("/topic/about_work"), studio.get("/topic/where_you_live")
    assert topic.count("12 left here") == 2, "on the picture and on the card"
    assert "under 5 left here" in place
    assert "3 left here" not in place
    whole = plain(studio.get("/picture"))
    assert ("12 left here" in whole, "under 5 left here" in whole, "15 left here" in whole) == (True, True, False)


def test_what_the_tests_come_to_is_said_in_words_and_marks(studio: Studio) -> None:
    assert "shown once they have been played" in plain(studio.get("/picture"))
    flow = todays_book().flows["not_this_team"]
    step = next(one for one in flow.steps.values() if len(one.next) > 1)
    ran(studio, "all", 7, {f"not_this_team.{step.id}": [0]})
    page = studio.get("/topic/not_this_team")
    assert f"1 of {len(flow.steps)} cards" in plain(page)
    assert "All 7 tests were played with what is published" in plain(page)
    assert page.count("(no test goes this way)") == len(step.next) - 1
    assert page.count("picture__box--untested") == len(flow.steps) - 1
    assert "picture__doubt-sign" in page
    studio.post(WORK, **words())
    assert "with what is published" in plain(studio.get("/topic/not_this_team")), "the draft's own were not played yet"
    ran(studio, "touched", 2, {"about_work.situation": [0]})
    assert "Only 2 tests were played with the draft as it is" in plain(studio.get("/topic/about_work"))


def test_trials_up_to_the_newest_whole_one_are_taken_together(studio: Studio) -> None:
    assert coverage_of(studio.assistant.db, studio.desk()) is None
    ran(studio, "all", 9, {"old.gone": [0]})
    ran(studio, "all", 9, {"a.b": [0]})
    ran(studio, "touched", 2, {"a.b": [1], "a.c": []})
    found = coverage_of(studio.assistant.db, studio.desk())
    assert found == Coverage({"a.b": frozenset({0, 1}), "a.c": frozenset()}, 9, True, False)
    assert (found.card("a", "c"), found.way("a", "b", 1), found.card("old", "gone")) == (True, True, False)


def test_a_way_that_stands_for_several_is_in_doubt_when_one_of_them_is() -> None:
    rows = [(name, "question", name, "", Note()) for name in "abc"]
    shown = drawn(
        rows, [("a", "b", "next", False), ("a", "b", "next", True), ("b", "a", "next", False), ("a", "x", "next", True)]
    )
    assert [(one.kind, one.untested) for one in shown.arrows] == [("next", True), ("back", False)]


def test_a_topic_of_hidden_numbers_gives_none_of_them_away() -> None:
    flow = todays_book().flows["about_health"]
    slots = [step.slot for step in flow.steps.values() if hasattr(step, "slot")]
    assert Notes({slots[0]: None}, None).of_topic(flow) == Note(None, True)
    assert Notes({slots[0]: None, slots[1]: 8}, None).of_topic(flow) == Note(8, True)
    assert Notes({}, None).of_topic(flow) == Note()


def test_playing_says_which_cards_and_ways_were_come_to(world: None) -> None:
    """The child process's own function, with the real assistant."""
    *told, last = playing.results(dict(ours()), {"one": TEST}, {})
    assert [one["name"] for one in told] == ["one"]
    assert last["covered"]["pattern_start.safe"] != []
    assert "about_work.situation" in last["covered"]
    assert last["covered"]["about_work.situation"] == [], "asked, and not answered yet"
