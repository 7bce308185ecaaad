"""Hundreds of tests that went otherwise: alike ones together, the odd ones first, nothing ticked, a page that can be read."""

from __future__ import annotations

import re
from typing import Any

import pytest

from bot.assistant import todays_book
from bot.nlu.stand_in import StandIn
from bot.studio import drafting, playing, testing
from bot.studio.testing import Standing
from tests.web.admin.conftest import Studio
from tests.web.admin.test_adding import CAR
from tests.web.teams import NOW
from web.admin.testing import GROUPS_A_PAGE, MOST_LINES

OLD, NEW = "Which fits best right now?", "Which fits you now?"
HEAD = "channel: sms\nworld: plenty\nnow: 2026-11-23 09:00\n\n"
MANY = 600


def conversation(number: int, extra: str = "") -> str:
    lines = "\n".join(f"you: line {n} of {number}\nbot: {OLD}\n     1. Yes" for n in range(5))
    return f"Test {number}.\n\n{HEAD}{lines}\nbot: Thank you{extra}.\n"


@pytest.fixture
def many(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> Studio:
    """600 that only read otherwise, one in which something else happens, one that cannot be played, 40 all unlike."""
    work = "/words/utter_ask_work_situation"
    words = {"text": NEW, "why": "It helps the coach.", "easier": "Do you have a job now?"}
    page = studio.client.get(f"/admin{work}").text
    titles = dict(re.findall(r'name="(title-\d|also-\d)"[^>]*value="([^"]*)"', page))
    assert studio.post(work, **words, **titles)[0] == 303
    tests = {f"a/{n}.txt": conversation(n) for n in range(MANY)}
    went = {name: text.replace(OLD, NEW) for name, text in tests.items()}
    tests["b/odd.txt"], went["b/odd.txt"] = conversation(9001), conversation(9001, ", goodbye").replace(OLD, NEW)
    for n in range(40):
        tests[f"c/{n}.txt"], went[f"c/{n}.txt"] = conversation(n), conversation(n, f" and {n} thanks")
    for n in range(300):  # a question that is new: what comes after it is another thing in each
        tests[f"e/{n}.txt"] = conversation(n)
        went[f"e/{n}.txt"] = conversation(n).replace(f"bot: {OLD}", f"bot: Do you drive?\n     {n}. Yes", 1)
    tests["d/broken.txt"], went["d/broken.txt"] = "Broken.", ""
    found = [
        {"name": name, "went": text, "problem": "no world" if "broken" in name else ""} for name, text in went.items()
    ]
    monkeypatch.setattr(testing, "every", lambda db, desk: {**tests, **desk.tests})

    def standing(db: object, desk: drafting.Desk, changes: object) -> Standing:
        left = tuple(one for one in found if desk.tests.get(str(one["name"])) != one["went"])
        return Standing(tuple(tests), len(tests), None, left, not left)

    monkeypatch.setattr(testing, "standing", standing)
    return studio


def test_one_row_for_all_that_differ_by_the_same_words_and_the_odd_ones_first(many: Studio) -> None:
    page = many.get("/tests")
    assert "checked" not in page
    heads = [one.strip() for one in re.findall(r"<h3[^>]*>(.*?)</h3>", page)]
    assert heads[0] == "1 test: cannot go on to the end"
    assert heads[1] == "1 test: something else happens or is said. Read it"
    assert len(heads) == GROUPS_A_PAGE
    last = many.get("/tests?page=4")
    heads = re.findall(r"<h3[^>]*>(.*?)</h3>", last)
    assert heads[-1] == f"{MANY} tests: only your new words"
    assert heads[-2] == "300 tests: something else happens or is said, from the same point on. Read one"
    assert f"This is right in all {MANY} tests" in last
    assert last.count("<li>Test ") < 400


def test_the_page_stays_short(many: Studio) -> None:
    for number in (1, 2, 3, 4):
        page = many.get(f"/tests?page={number}")
        seen = re.sub(r"<details.*?</details>", "", page, flags=re.DOTALL)
        assert seen.count("<div>") < GROUPS_A_PAGE * MOST_LINES
        assert len(page) < 120_000


def test_acceptance_is_by_group_and_says_how_many(many: Studio) -> None:
    key = re.findall(r'name="group"[^>]*value="([^"]+)"', many.get("/tests?page=4"))[-1]
    marks = {"csrf": many.field("/tests", "csrf"), "seen": many.field("/tests", "seen"), "group": key}
    answer = many.client.post("/admin/tests/accept", data=marks, follow_redirects=True)
    assert f"Accepted in {MANY} tests." in answer.text
    assert len(many.desk().tests) == MANY
    assert "b/odd.txt" not in many.desk().tests
    assert many.client.post("/admin/tests/accept", data={**marks, "group": "nowhere"}).status_code == 409


def test_nothing_is_accepted_over_what_somebody_writes_at_that_moment(
    many: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = re.findall(r'name="group"[^>]*value="([^"]+)"', many.get("/tests?page=4"))[-1]
    marks = {"csrf": many.field("/tests", "csrf"), "seen": many.field("/tests", "seen"), "group": key}
    looked = testing.standing

    def look_and_be_overtaken(*args: Any) -> Any:
        found = looked(*args)
        with many.assistant.db.write() as session:
            drafting.edit(session, 2, NOW).put_tests({"a/theirs.txt": "Theirs.\n"})
        return found

    monkeypatch.setattr(testing, "standing", look_and_be_overtaken)
    answer = many.client.post("/admin/tests/accept", data=marks)
    assert (answer.status_code, "It changed after you opened the page" in answer.text) == (409, True)
    assert list(many.desk().tests) == ["a/theirs.txt"]


def test_a_test_that_cannot_go_on_is_shortened_to_what_comes_before() -> None:
    text = f"A missed call.\n\n{HEAD}you: hi\nbot: X\nmeanwhile: the coach could not get through\n"
    came = playing.played(todays_book(), text, StandIn())
    went = came["went"]
    assert (came["ok"], "you: hi" in went, "could not" in went, bool(came["problem"])) == (False, True, False, True)
    assert playing.played(todays_book(), went, StandIn())["ok"]
    broken = playing.played(todays_book(), "Broken.", StandIn())
    assert (broken["ok"], broken["went"]) == (False, "")


def test_a_new_question_is_answered_in_all_and_otherwise_in_single_ones(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert studio.post("/topic/about_work/add", **CAR)[0] == 303
    slot, begun = "do_you_drive_for_your", list[tuple[object, ...]]()
    tests = {f"a/{n}.txt": conversation(n) for n in range(3)}
    put = {
        name: text.replace(f"bot: {OLD}", f"bot: Do you drive?\nyou: No\nbot: {OLD}", 1) for name, text in tests.items()
    }
    put["a/2.txt"], meant = put["a/2.txt"].replace("Thank you", "Goodbye"), put["a/2.txt"]
    found = tuple(
        {"name": name, "went": text, "problem": "", "answered": {slot: "No"}, "meant": "" if "2" not in name else meant}
        for name, text in put.items()
    )
    monkeypatch.setattr(testing, "every", lambda db, desk: {**tests, **desk.tests})
    monkeypatch.setattr(testing, "touched", lambda changes, given: list(tests))
    monkeypatch.setattr(testing, "standing", lambda *_: Standing(tuple(tests), 3, None, found, False))
    for name in ("start", "start_again"):
        monkeypatch.setattr(testing, name, lambda *given, name=name: begun.append((name, *given[3:])) or True)
    page = studio.get("/tests")
    assert page.index("(after the answer “No”)") < page.index("2 tests: the new question is answered with “No”")
    assert "Put the answer into all 2 tests" in page
    assert studio.post("/tests", scope="all", **{f"answer-{slot}": "No"})[0] == 303
    assert studio.post("/tests/again", "/tests", one="a/1.txt", **{f"answer-{slot}": "Yes, I drive"})[0] == 303
    assert studio.post("/tests", scope="all", **{f"answer-{slot}": "made up"})[0] == 303
    assert begun == [
        ("start", list(tests), "all", {slot: "No"}),
        ("start_again", ["a/1.txt"], {slot: "Yes, I drive"}),
        ("start", list(tests), "all", {}),
    ]
    assert studio.post("/tests/again", "/tests", one="nowhere")[0] == 409
