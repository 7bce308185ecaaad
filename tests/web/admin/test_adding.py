"""A question with a branch is added by form, tried, and proved to leave nobody stuck."""

from __future__ import annotations

from bot.flows.definition import Collect
from bot.nlu.rasa import NoNlu
from bot.studio import proving
from tests.web.admin.conftest import Studio

ADD = "/topic/about_work/add"
CAR = {
    "after": "situation",
    "text": "Do you drive for your work?",
    "easier": "Is driving part of your job?",
    "why": "It helps the coach to plan.",
    "answer-0": "Yes, I drive",
    "answer-1": "No",
    "answer-2": "I want local help",
    "leads-2": "topic:local_help",
}


def test_a_question_with_a_branch_is_added_tried_and_proved(studio: Studio, world: None) -> None:
    assert "After: Which is most like you now?" in studio.get(ADD)
    assert studio.post(ADD, **CAR)[0] == 303
    book = proving.read(studio.desk().files).book
    assert book is not None
    step = book.flows["about_work"].steps["do_you_drive_for_your"]
    assert isinstance(step, Collect)
    assert [branch.target for branch in step.next][-1] == "END"
    page = studio.get("/topic/about_work")
    for shown in ("Do you drive for your work?", "Yes, I drive", "Help near you"):
        assert shown in page
    studio.assistant.nlu = NoNlu("a test")  # type: ignore[attr-defined]
    status, page = studio.post("/try", script="you: hi\nyou: 1\nyou: 1", words="2")
    assert (status, "Do you drive for your work?" in page, "postcode" in page) == (200, True, True)
    assert proving.prove(studio.desk().files).errors == ()
    assert studio.post(ADD, **{**CAR, "after": ""})[0] == 303, "the same words get another name"


def test_what_was_left_out_or_made_up_is_told(studio: Studio) -> None:
    for changed, told in (
        ({"text": ""}, "Every question needs its words"),
        ({"answer-1": "", "answer-2": ""}, "Write two answers or more"),
        ({"leads-0": "at:nowhere"}, "Pick what happens next from the list"),
        ({"after": "nowhere"}, "A question cannot be put there"),
        ({"leads-1": "at:situation"}, "That has been answered by then, so it would not be asked again"),
        ({"text": "Ring 0161 496 0999?"}, "The number 0161 496 0999 is not one that somebody has checked"),
        ({"answer-1": "Stop"}, "may never reach us"),
        ({"text": "{{ oops"}, "The curly brackets in it do not fit together"),
    ):
        status, page = studio.post(ADD, **{**CAR, **changed})
        assert (status, told in page) == (400, True), told
    assert studio.desk().draft is None
    assert studio.post("/topic/pattern_crisis_medical/add", "/changes", **CAR)[0] == 403
