"""A finding of the check is played in *Try it*: from its conversation to where the fault shows."""

from __future__ import annotations

import html
import re

import pytest

from bot.actions.catalogue import SPECS
from bot.assistant import parsed
from bot.flows.checking import check
from bot.flows.checking_said import SWALLOWED
from bot.flows.definition import Book, Finding
from bot.flows.reading import read_files
from bot.flows.transcripts import Act, Transcript
from bot.nlu.rasa import NoNlu
from bot.studio import showing, testing, trying
from bot.studio.testing import Checked
from bot.studio.trying import DoesNotShow, Line
from tests.bot.flows.seeded.ours import SEEDS, ours
from tests.web.admin.conftest import Studio

BY_NAME = {seed.name: seed for seed in SEEDS}


def played(book: Book, lines: list[str]) -> list[Line]:
    setting = Transcript("", "sms", "plenty", trying.STARTS[0], tuple(Act(trying.SHOWS, one) for one in lines))
    return trying.play(book, setting, NoNlu("a test"))


def first_of(name: str) -> tuple[Book, Finding]:
    seed = BY_NAME[name]
    book = read_files(seed.files(), SPECS)
    shown = [one for one in check(book) if one.conversation and seed.names in f"{one.file} {one.message}"]
    return book, shown[0]


@pytest.mark.parametrize(
    ("name", "fails"),
    [
        ("every answer leads back to the question", False),  # what an action gives
        ("whose town is not in the table goes round for ever", False),  # answers in the middle of a topic
        ("asked again without being emptied", True),
        ("a start that starts itself", True),
    ],
)
def test_a_fault_of_ours_is_come_to(name: str, fails: bool, world: None) -> None:
    book, finding = first_of(name)
    lines = showing.lines_of(book, finding)
    told = [one for one in played(book, lines) if one.flow or one.failed]
    assert told[-1].failed == fails
    if not fails:
        assert lines[-1] == f"at {told[-1].flow}.{told[-1].step}"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("long easier words", "care, as it matters a lot"),
        ("a long reason", "care, as it matters a lot"),
        ("too many answers", "Some other very long thing that is hard 1"),
        ("a picture that makes every letter dear", "We are so very glad"),
        ("Cancel", "Shall we call it off?"),
        ("told in the words", "Reply CANCEL to call it off"),
    ],
)
def test_what_is_wrong_with_words_is_come_to_where_they_are_said(name: str, said: str, world: None) -> None:
    book, finding = first_of(name)
    told = played(book, showing.lines_of(book, finding))
    spoken = [*(reply for one in told for reply in one.replies), *(title for one in told for _, title in one.choices)]
    assert any(said in words for words in spoken), spoken
    assert "may swallow" not in finding.message or told[-1].words == SWALLOWED


FLOW = """
version: 1
flows:
  asks:
    name: Asks a few things
    description: d
    nlu_trigger: [{intent: asks_a_few}]
    steps:
      - {id: look, action: find_team, next: [{if: slots.team_result = "none", then: ok}, {else: END}]}
      - {id: ok, collect: ok, next: [{if: slots.ok = "b", then: age}, {else: END}]}
      - {id: age, collect: years, next: [{if: slots.years < 18, then: hi}, {else: END}]}
      - {id: hi, action: utter_hi}
slots:
  ok: {type: choice, choices: [{value: a, title: Alpha}, {value: b, title: Beta}]}
  years: {type: age}
responses:
  utter_ask_ok: {text: "Which?", easier: "Alpha or beta?", why: "So."}
  utter_ask_years: {text: "How old are you?", easier: "Your age?", why: "So."}
  utter_invalid_years: {text: "That is no age."}
  utter_hi: Hi.
"""
WAY = [
    "start: Asks a few things",
    "(find_team gives team_result = none)",
    "you answer ok: Beta",
    "you answer years: 17",
]


@pytest.fixture(scope="module")
def book() -> Book:
    """Ours, with a topic of three questions."""
    return parsed(tuple(sorted({**ours(), "flows/asks.yml": FLOW}.items())))


def test_answers_are_written_and_understood_and_actions_give_what_is_said(book: Book, world: None) -> None:
    lines = played(book, [*WAY, "at asks.hi"])
    assert [(one.kind, one.words) for one in lines if one.kind != "shown"] == [("you", "Beta"), ("you", "17")]
    answers = [one.understood for one in lines if one.understood]
    assert [(one.how, one.answer) for one in answers] == [("answer", (("ok", "b"),)), ("answer", (("years", 17),))]
    assert lines[-1].replies[0] == "Hi."


def test_an_answer_that_no_words_bring_about_is_put_in(book: Book, world: None) -> None:
    lines = played(book, [*WAY[:3], "you answer years: 140"])
    assert (lines[-1].kind, lines[-1].words, lines[-1].understood) == ("put", "140", None)


def test_what_was_answered_before_is_not_asked(book: Book, world: None) -> None:
    lines = played(book, [*WAY[:2], "(ok was answered before: Beta)"])
    assert (lines[0].step, lines[-1].words) == ("age", "(ok was answered before: Beta)")


@pytest.mark.parametrize("lines", [["start: Nothing of this name"], [WAY[0], "you answer nothing: x"], [WAY[3]]])
def test_a_conversation_that_does_not_fit_the_draft_is_refused(book: Book, lines: list[str], world: None) -> None:
    with pytest.raises(DoesNotShow):
        played(book, lines)


def test_it_is_played_from_the_check_and_gone_on_with(
    studio: Studio, monkeypatch: pytest.MonkeyPatch, world: None
) -> None:
    studio.assistant.nlu = NoNlu("a test")  # type: ignore[attr-defined]
    finding = Finding("flows/about_work.yml", 8, "From `about_work.situation` no answer ever leads to an end: a dead end.", "",
                      "error", ("start: Your work now",))  # fmt: skip
    monkeypatch.setattr(testing, "check_of", lambda db, desk: Checked(True, False, (finding,)))
    studio.post("/words/utter_ask_work_situation", text="Which fits you now?", easier="Which one fits?", why="So.")
    page = studio.client.get("/admin/changes").text
    form = re.search(r'<form method="post" action="/admin/try#here">(.*?)</form>', page, re.DOTALL)
    assert form
    fields = {name: html.unescape(value) for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form[1])}
    answer = studio.client.post("/admin/try", data=fields)
    shown = html.unescape(answer.text)
    assert ("Begins: Your work now" in shown, "The check found:" in shown, "never gets out" in shown) == (True,) * 3
    assert "Keep it as a test" not in shown
    more = html.unescape(studio.client.post("/admin/try", data={**fields, "do": "say", "words": "2"}).text)
    assert ("work situation: Off sick from a job" in more, "The check found:" in more) == (True, True)
    gone = studio.client.post("/admin/try", data={**fields, "script": "shows: start: Gone"})
    assert (gone.status_code, "does not go that way any more" in html.unescape(gone.text)) == (400, True)
