"""A question with a branch is added by form, tried, and proved to leave nobody stuck."""

from __future__ import annotations

import html
import re

import pytest

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
    assert "After: Which fits best right now? (question)" in studio.get(ADD)
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


QUESTION = "/topic/about_work/question/do_you_drive_for_your"
OUT = f"{QUESTION}/take-out"
WORKS = "flows/about_work.yml"


def asked(studio: Studio) -> Collect:
    book = proving.read(studio.desk().files).book
    step = book.flows["about_work"].steps["do_you_drive_for_your"] if book else None
    assert isinstance(step, Collect)
    return step


def put(studio: Studio, path: str, **data: str) -> tuple[int, str]:
    marks = {"csrf": studio.field(QUESTION, "csrf"), "seen": studio.field(QUESTION, "seen").replace("&gt;", ">")}
    answer = studio.client.post(f"/admin{path}", data={**marks, **data})
    return answer.status_code, html.unescape(answer.text)


def test_a_question_that_was_added_is_taken_out_again_and_leaves_the_file_as_it_was(studio: Studio) -> None:
    before = studio.desk().files[WORKS]
    studio.post(ADD, **CAR)
    second = {"text": "Is it far?", "easier": "Far?", "answer-0": "Near", "answer-1": "Far away", "leads-1": "END"}
    assert studio.post(ADD, **{**second, "after": "situation", "leads-0": "at:do_you_drive_for_your"})[0] == 303
    page = studio.get(QUESTION)
    assert "“I want local help” leads to “Help near you”: nobody is led there from here any more." in page
    assert "the end of this topic" in page
    status, page = put(studio, OUT)
    assert (status, "Tick the box if you mean it" in page) == (400, True)
    assert put(studio, OUT, sure="yes")[0] == 303
    assert studio.client.get(f"/admin{QUESTION}").status_code == 404
    left = proving.read(studio.desk().files).book
    assert left is not None
    assert [branch.target for branch in left.flows["about_work"].steps["is_it_far"].next] == ["END", "END", "END"]
    far = "/topic/about_work/question/is_it_far"
    marks = {"csrf": studio.field(far, "csrf"), "seen": studio.field(far, "seen").replace("&gt;", ">")}
    assert studio.client.post(f"/admin{far}/take-out", data={**marks, "sure": "yes"}).status_code == 303
    assert studio.desk().files[WORKS] == before


def test_where_answers_lead_is_changed_from_lists(studio: Studio) -> None:
    studio.post(ADD, **CAR)
    wanted = {"leads-0": "topic:benefits_and_money", "leads-1": "onward", "leads-2": "onward"}
    status, page = put(studio, QUESTION, **wanted)
    assert (status, "Pick what happens next from the list" in page) == (400, True)
    assert put(studio, QUESTION, **{**wanted, "leads-0": "topic:local_help"})[0] == 303
    assert 'if: slots.do_you_drive_for_your = "answer_1"' in studio.desk().files[WORKS]
    assert 'answer_3"\n' not in studio.desk().files[WORKS]
    status, page = put(studio, QUESTION, **{**wanted, "leads-0": "at:situation"})
    assert (status, "That has been answered by then" in page) == (400, True)
    assert put(studio, QUESTION, **dict.fromkeys(wanted, "onward"))[0] == 303
    assert len(asked(studio).next) == 1
    assert proving.prove(studio.desk().files).errors == ()


def test_somebody_who_was_slower_overwrites_nothing_and_what_is_needed_stays(studio: Studio) -> None:
    studio.post(ADD, **CAR)
    seen, csrf = studio.field(QUESTION, "seen").replace("&gt;", ">"), studio.field(QUESTION, "csrf")
    assert put(studio, QUESTION, **{f"leads-{n}": "onward" for n in range(3)})[0] == 303
    for path in (QUESTION, OUT):
        late = {"csrf": csrf, "seen": seen, "sure": "yes", **{f"leads-{n}": "END" for n in range(3)}}
        answer = studio.client.post(f"/admin{path}", data=late)
        assert (path, answer.status_code in (400, 409), "Somebody else has changed this" in answer.text) == (
            path,
            True,
            True,
        ), re.findall("error-message.*|summary__list.*", answer.text)
    own = "/topic/about_work/question/situation"
    assert "The assistant needs this question" in studio.get(own)
    data = {"csrf": csrf, "seen": studio.field(own, "seen").replace("&gt;", ">"), "sure": "yes"}
    answer = studio.client.post(f"/admin{own}/take-out", data=data)
    assert (answer.status_code, "cannot be taken out by form" in answer.text) == (400, True)
    assert studio.client.get("/admin/topic/pattern_crisis_harm_by_others/question/safe").status_code == 404


def test_a_question_whose_answer_is_used_elsewhere_is_not_taken_out(studio: Studio) -> None:
    studio.post(ADD, **CAR)
    text = studio.desk().files[WORKS].replace("No answer here is wrong.", "{{ do_you_drive_for_your }}")
    assert studio.post(f"/files/{WORKS}", text=text)[0] == 303
    status, page = put(studio, OUT, sure="yes")
    assert (status, "Its answer is used elsewhere" in page) == (400, True)


@pytest.mark.parametrize(
    ("card", "told"),
    [({}, "The coach does not see the answer."), ({"shown": "yes", "on_card": "Drives"}, "as “Drives”")],
)
def test_the_card_says_whether_the_coach_sees_the_answer(studio: Studio, card: dict[str, str], told: str) -> None:
    assert studio.post(ADD, **{**CAR, **card})[0] == 303
    assert told in studio.get("/topic/about_work")
    keep = {f"leads-{n}": "onward" for n in range(3)}
    status, page = put(studio, QUESTION, **keep, shown="yes")
    assert (status, "Write what the coach reads beside the answer" in page) == (400, True)
    assert put(studio, QUESTION, **keep, shown="yes", on_card="Drives for work", private="yes")[0] == 303
    book = proving.read(studio.desk().files).book
    spec = book.slots["do_you_drive_for_your"] if book else None
    assert spec
    assert (spec.on_card, spec.sensitive) == ("Drives for work", True)
    assert put(studio, QUESTION, **keep)[0] == 303
    assert "on_card" not in studio.desk().files[WORKS]
    assert "sensitive" not in studio.desk().files[WORKS]


def test_no_two_entries_of_a_list_read_the_same(studio: Studio) -> None:
    for flow in ("self_referral", "about_work", "book_call", "choose_opening"):
        page = studio.get(f"/topic/{flow}/add")
        for name in ("after", "leads-0"):
            listed = re.findall(r"<option[^>]*>([^<]*)", page[page.index(f'name="{name}"') :].partition("</select>")[0])
            assert len(listed) == len(set(listed)), (flow, name)
