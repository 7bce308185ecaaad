"""Tests that meet a question which is new are given the answer that was picked, and all else in them stays as it was."""

from __future__ import annotations

import json
import time

import pytest

from bot.assistant import DIALOGS, parsed, todays_book
from bot.flows.adding import Answer, Question, add_question
from bot.flows.definition import Book
from bot.flows.reading import read_texts
from bot.nlu.rasa import NoNlu
from bot.studio import answering, playing, testing
from bot.studio.testing import Standing
from services.clock import Clock
from tests.bot.studio.conftest import Studio

NEW = "do_you_drive"
HEAD = "A person writes.\n\nchannel: sms\nworld: plenty\nnow: 2026-11-23 09:00\n\n"
ASKED = "bot: Do you drive for your work?\n     1. Yes, I drive\n     2. No\n"


@pytest.fixture(scope="module")
def book() -> Book:
    """Ours, with a question after the one about work; "Yes" leads to local help."""
    texts, _ = read_texts(DIALOGS)
    flow = todays_book().flows["about_work"]
    words = {"text": "Do you drive for your work?", "easier": "Is driving your job?"}
    answers = [Answer("Yes, I drive", "topic:local_help"), Answer("No")]
    added = add_question(texts[flow.place.file], flow, NEW, Question("situation", words, answers))
    return parsed(tuple(sorted({**texts, flow.place.file: added}.items())))


def live(acts: str) -> str:
    """A conversation as it goes in what is live."""
    went = playing.played(todays_book(), HEAD + acts, NoNlu("a test"))["went"]
    assert isinstance(went, str)
    return went


def test_what_is_new_and_the_answer_that_goes_on_below(book: Book) -> None:
    (asked,) = answering.asked_anew(todays_book(), book)
    assert (asked.slot, asked.answers, asked.usual) == (NEW, ("Yes, I drive", "No"), "No")
    assert answering.asked_anew(book, book) == []


def test_the_answer_is_put_in_and_all_else_is_as_before(book: Book) -> None:
    before = live("you: hi\nyou: 1\nyou: 1\nyou: PR1 8XJ\n")
    below = before.split("you: 1\n")[2]
    came = playing.played(book, before, NoNlu("a test"), {NEW: "No"})
    assert (came["ok"], came["answered"], came["meant"]) == (False, {NEW: "No"}, "")
    assert f"you: 1\n{ASKED}you: No\n{below}" in came["went"]
    assert came["went"].replace(f"{ASKED}you: No\n", "") == before
    again = playing.played(book, came["went"], NoNlu("a test"), {NEW: "No"})
    assert again["ok"], "what knows the answer already is given no second one"


def test_what_goes_otherwise_beside_the_answer_is_told(book: Book) -> None:
    before = live("you: hi\nyou: 1\nyou: 1\nyou: PR1 8XJ\n")
    below = before.split("you: 1\n")[2]
    came = playing.played(book, before, NoNlu("a test"), {NEW: "Yes, I drive"})
    assert f"{ASKED}you: Yes, I drive\n{below}" in came["meant"]
    assert f"{ASKED}you: Yes, I drive\nbot: What would you like help with?" in came["went"]


def test_without_an_answer_it_goes_otherwise_as_ever(book: Book) -> None:
    came = playing.played(book, live("you: hi\nyou: 1\nyou: 1\nyou: PR1 8XJ\n"), NoNlu("a test"))
    assert "answered" not in came
    assert ASKED in came["went"]


def test_a_test_that_never_meets_it_is_as_it_was(book: Book) -> None:
    assert playing.played(book, live("you: hi\nyou: 2\n"), NoNlu("a test"), {NEW: "No"})["ok"]


class Child:
    """What plays the tests, as it would tell of them: all that it is given go otherwise, by the answer that it is given."""

    def __enter__(self) -> Child:
        self.stdin, self.stdout = self, list[str]()
        return self

    def __exit__(self, *_: object) -> None: ...

    def write(self, given: str) -> None:
        told = json.loads(given)
        for name in told["tests"]:
            result = {"name": name, "ok": name == "fits.txt", "went": str(told["answers"]), "problem": "", "meant": ""}
            self.stdout.append(json.dumps({**result, "answered": told["answers"]}))

    def close(self) -> None: ...

    def wait(self) -> int:
        return 0


def test_some_are_played_again_and_the_rest_stays(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(testing, "child_of", Child)
    monkeypatch.setattr(testing, "_files", lambda: dict.fromkeys(("a.txt", "b.txt", "fits.txt"), HEAD))
    studio.swap("Which fits best right now?", "Which fits you now?")
    desk, clock = studio.desk(), Clock()
    assert not testing.start_again(studio.db, clock, desk, ["a.txt"], {}), "nothing was played yet"
    assert testing.start(studio.db, clock, desk, ["a.txt", "b.txt", "fits.txt"], "all", {NEW: "No"})
    assert [(one["name"], one["answered"][NEW]) for one in ended(studio).open] == [("a.txt", "No"), ("b.txt", "No")]
    assert testing.start_again(studio.db, clock, desk, ["b.txt"], {NEW: "Yes"})
    standing = ended(studio)
    assert {one["name"]: one["answered"][NEW] for one in standing.open} == {"a.txt": "No", "b.txt": "Yes"}
    assert standing.trial
    assert (standing.trial.scope, standing.trial.total, standing.trial.played) == ("all", 3, 3)


def ended(studio: Studio) -> Standing:
    """How the draft stands once the trial is over."""
    give_up = time.monotonic() + 60
    while not ((standing := testing.standing(studio.db, studio.desk(), [])).trial and standing.trial.ended):
        assert time.monotonic() < give_up
        time.sleep(0.02)
    return standing
