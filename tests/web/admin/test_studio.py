"""The studio: seen, searched, changed, agreed to, published and rolled back; what is refused, and how it is said."""

from __future__ import annotations

import html
import re
from pathlib import Path

import pytest

from bot.actions.catalogue import SPECS
from bot.flows.definition import Finding
from bot.studio import proving, testing
from bot.studio.testing import Checked
from tests.costs import costs_less_than
from tests.web.admin.conftest import Studio

WORK = "/words/utter_ask_work_situation"
CRISIS = "/words/utter_crisis_self_harm"
FILE = "/files/flows/about_work.yml"
SHORTER = "Which fits you now?"


def words(text: str = SHORTER, **more: str) -> dict[str, str]:
    return {"text": text, "why": "It helps the coach.", "easier": "Do you have a job now?", **more}


def test_every_topic_is_shown_as_cards_without_a_word_of_the_language(studio: Studio) -> None:
    home = studio.get("")
    for name in ("Your work now", "Self-harm and suicide", "Is it free", "One hour before the call"):
        assert name in home
    for flow in proving.read(studio.desk().files).book.flows:  # type: ignore[union-attr]
        page = studio.get(f"/topic/{flow}")
        body = page.split("<main")[1].split("</main>")[0].lower()
        said = {
            word for word in (" slot", " flow ", " step", "none", "undefined") if word in body.replace("none of", "")
        }
        assert said <= {"none"}, (flow, said)
    page = studio.get("/topic/self_referral")
    assert "Looks whether this team can help, by its rules" in page
    assert "If work situation is “Out of work” and asks months is" in page


def test_everything_that_is_done_is_said_in_plain_words() -> None:
    parts = (Path(__file__).parents[3] / "web" / "templates" / "admin" / "parts.html").read_text(encoding="utf-8")
    assert [name for name in SPECS if f'"{name}": "' not in parts] == []


def test_words_are_found_wherever_they_are_said(studio: Studio) -> None:
    assert "/admin/words/utter_ask_work_situation" in studio.get("/search?q=fits best right now")
    assert "answer" in studio.get("/search?q=made redundant")
    assert "?language=cy" in studio.get("/search?q=Os oes bywyd")
    assert "0 found" in studio.get("/search?q=xyzzy nowhere")
    assert studio.client.get("/admin/search?q=" + "a" * 5000).status_code == 200


def test_languages_are_called_by_their_names(studio: Studio) -> None:
    page = studio.get("/languages")
    assert "Welsh: " in page
    assert not re.search(r"\b(?:cy|pl|ur): \d", page)
    name = re.search(r"/words/(\w+)\?language=cy", page)
    assert name
    assert " in Welsh</h1>" in studio.get(f"/words/{name[1]}?language=cy")
    assert "Welsh</span>" in studio.get("/search?q=Os oes bywyd")


def test_words_are_changed_compared_published_and_rolled_back(studio: Studio) -> None:
    assert "1 text message" in studio.get(WORK)
    assert studio.post(WORK, **words()) == (303, "")
    page = studio.get(f"{WORK}?done=kept")
    assert ("Kept in the draft" in page, "You see the draft" in page) == (True, True)
    changes = studio.get("/changes")
    for shown in ("Your work now", "fits", "Not needed"):
        assert shown in changes
    assert "Nothing is wrong." in studio.get("/changes")
    assert studio.post("/changes/publish", "/changes", note="shorter is better")[0] == 303
    assert (studio.desk().draft, studio.desk().live.kind, studio.desk().live.note) == (
        None,
        "published",
        "shorter is better",
    )
    assert "By ada. " in studio.get("/history")
    assert "What would be different from now" in studio.get("/history/1")
    assert studio.post("/history/1/back", "/history/1")[0] == 303
    assert studio.desk().live.kind == "rolled_back"
    assert SHORTER not in studio.get(WORK)
    assert [who for who, _ in studio.audited("publish_dialogs")] == ["system", "staff:1", "staff:1"]


def test_the_history_calls_a_topic_by_its_name_that_an_older_version_lacks(studio: Studio) -> None:
    topic = "  tea_break:\n    name: A cup of tea\n    description: About tea.\n    steps:\n      - id: tea\n        action: utter_tea_break\n"
    text = studio.desk().files["flows/about_work.yml"].replace("slots:\n", f"{topic}slots:\n", 1)
    assert studio.post(FILE, text=f'{text}  utter_tea_break:\n    text: "Have some tea."\n')[0] == 303
    assert studio.post("/changes/publish", "/changes", note="tea")[0] == 303
    page = studio.get("/history/1")
    assert "tea_break" not in page
    assert "Words of <em>A cup of tea</em>" in page
    assert "Taken out: A cup of tea" in page


def test_answers_are_changed_with_other_ways_to_say_them(studio: Studio) -> None:
    titles = {"title-3": "None of these", "also-3": "other, student,  carer "}
    assert studio.post(WORK, **words("Which fits best right now?", **titles))[0] == 303
    spec = proving.read(studio.desk().files).book.slots["work_situation"]  # type: ignore[union-attr]
    assert (spec.choices[3].title, spec.choices[3].also) == ("None of these", ("other", "student", "carer"))
    assert spec.choices[0].also[0] == "in work"
    assert "None" in studio.get("/changes").split("Answers")[1]


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "It cannot be empty"),
        ("Hi {{ nam", "curly brackets in it do not fit"),
        ("{{'x'*200000000}}", "something that cannot be filled in"),
        ("{% for a in b %}x{% endfor %}", "something that cannot be filled in"),
        ("x" * 3000, "characters long. Keep it under"),
        ("odd \x01 one", "cannot be shown"),
    ],
)
def test_words_that_cannot_be_are_refused_in_a_sentence_and_nothing_typed_is_lost(
    studio: Studio, typed: str, told: str
) -> None:
    status, page = studio.post(WORK, **words(typed))
    assert (status, told in page) == (400, True)
    assert "It helps the coach." in page
    assert studio.desk().draft is None


@pytest.mark.parametrize(
    "text", ["Yes: \"no\" # not 'a' comment", "two\nlines", "- a\n- b", "No", "10:30", "0300 123", "{x}", "é—“q”", "'"]
)
def test_any_words_come_back_as_they_were_typed(studio: Studio, text: str) -> None:
    assert studio.post(WORK, **words(text))[0] == 303
    said = proving.read(studio.desk().files).book.responses["utter_ask_work_situation"]  # type: ignore[union-attr]
    assert said.parts["text"] == text


def test_the_cost_is_counted_while_words_are_typed(studio: Studio) -> None:
    body = {"csrf": studio.field(WORK, "csrf"), "name": "utter_thanks", "part": "text", "text": "word " * 70}
    assert "too long" in studio.client.post("/admin/cost", data=body).text
    assert "Not possible by text: 你" in studio.client.post("/admin/cost", data={**body, "text": "你"}).text
    assert "curly brackets" in studio.client.post("/admin/cost", data={**body, "text": "{{"}).text


def test_safety_words_are_explained_to_all_and_changed_by_a_safety_officer_with_a_second_person(studio: Studio) -> None:
    page = studio.get(CRISIS)
    assert ("Locked for safety" in page, "Keep in the draft" in page) == (True, False)
    assert studio.post(CRISIS, **words("Ring somebody."))[0] == 403
    assert ("staff:1", "words:utter_crisis_self_harm") in studio.audited("refused")
    studio.sign_in("bea")
    assert studio.post(CRISIS, text='Call {{ "emergency"|helpline }}.')[0] == 303
    assert studio.post("/changes/publish", "/changes")[0] == 404, "a safety officer does not publish"
    assert "Needs a second person" in studio.get("/changes")
    assert studio.post("/changes/agree", "/changes")[0] == 409, "nobody agrees to what they wrote"
    studio.sign_in("ada")
    status, page = studio.post("/changes/publish", "/changes")
    assert (status, "somebody who did not write it" in page) == (400, True)
    assert studio.post("/changes/agree", "/changes")[0] == 303
    assert studio.post("/changes/publish", "/changes")[0] == 303
    assert "Agreed by ada" in studio.get("/history")


def test_unlocking_in_the_file_is_refused_as_well(studio: Studio) -> None:
    path = "/files/patterns/safety.yml"
    text = studio.desk().files["patterns/safety.yml"].replace("locked: true", "locked: false")
    assert studio.post(path, text=text)[0] == 403
    assert studio.desk().draft is None


def test_two_editors_never_overwrite_each_other_unseen(studio: Studio) -> None:
    marks = {"csrf": studio.field(WORK, "csrf"), "seen": studio.field(WORK, "seen")}
    assert studio.post(WORK, **words("Theirs, kept first."))[0] == 303
    answer = studio.client.post(f"/admin{WORK}", data={**marks, **words("Mine, typed meanwhile.")})
    assert answer.status_code == 409
    for shown in ("Somebody else has changed these words", "Theirs, kept first.", "Mine, typed meanwhile."):
        assert shown in answer.text
    file = {"csrf": studio.field(FILE, "csrf"), "seen": studio.field(FILE, "seen")}
    assert studio.post(WORK, **words("Changed again."))[0] == 303
    answer = studio.client.post(
        f"/admin{FILE}", data={**file, "text": studio.desk().base_files["flows/about_work.yml"]}
    )
    assert (answer.status_code, "Somebody else has changed this file" in answer.text) == (409, True)
    assert "Changed again." in studio.desk().files["flows/about_work.yml"]


def test_a_stale_page_publishes_agrees_and_discards_nothing(studio: Studio) -> None:
    studio.post(WORK, **words())
    stale = {"csrf": studio.field("/changes", "csrf"), "seen": studio.field("/changes", "seen"), "sure": "yes"}
    studio.post(WORK, **words("Another one."))
    for path, status in (("publish", 400), ("discard", 409), ("agree", 409), ("catch-up", 409)):
        assert studio.client.post(f"/admin/changes/{path}", data=stale).status_code == status, path
    assert studio.post("/changes/discard", "/changes")[0] == 409, "only when it is meant"
    assert studio.post("/changes/discard", "/changes", sure="yes")[0] == 303
    assert studio.desk().draft is None


BOMB = "a: &a [x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [*{chr(97 + n)}, *{chr(97 + n)}]\n" for n in range(20)
)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (BOMB, "Anchors (&) and aliases (*) are not used here"),
        ("[" * 40_000, "nested too deeply"),
        ("version: 1\nversion: 1\n", "is here twice"),
        ("version: 1\nflows: !!python/object x\n", "The tag"),
        ("version: 1\nresponses:\n  utter_x: \"{{'x'*200000000}}\"\n", "Only {{ slot }}"),
        ("version: 1\nflows:\n  about_work:\n    name: No\n    steps: [{collect: nope, next: nowhere}]\n", "nowhere"),
        ("", "not kept yet"),
    ],
)
def test_a_file_that_cannot_be_is_refused_quickly_with_what_to_do(studio: Studio, text: str, told: str) -> None:
    def refuse(number: int) -> None:
        status, page = studio.post(FILE, text=text + " " * number)
        assert (status, told in page) == (400, True)

    assert costs_less_than(5, refuse)
    assert studio.desk().draft is None


def test_what_the_check_finds_is_told_with_the_way_there_and_not_published(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    fault = Finding("flows/about_work.yml", 7, "Nobody gets on from here.", "Lead it on.", conversation=("you: hi",))
    studio.post(WORK, **words("Fault."))
    begun: list[object] = []
    monkeypatch.setattr(testing, "start_check", lambda *given: begun.append(given))
    monkeypatch.setattr(testing, "check_of", lambda db, desk: Checked(False, not begun, ()))
    assert "Being checked." in studio.get("/changes")
    assert studio.post("/changes/check", "/changes")[0] == 303
    assert "Check it now" in studio.get("/changes")
    status, page = studio.post("/changes/publish", "/changes")
    assert (status, "Check it first" in page) == (400, True)
    monkeypatch.setattr(testing, "check_of", lambda db, desk: Checked(True, False, (fault,)))
    page = studio.get("/changes")
    for shown in (
        "1 thing must be put right",
        "Nobody gets on from here.",
        "Lead it on.",
        "you: hi",
        "/admin/topic/about_work#at-situation",
    ):
        assert shown in page
    status, page = studio.post("/changes/publish", "/changes")
    assert (status, "Nobody gets on from here." in page, studio.desk().live.number) == (400, True, 1)


def test_a_coach_sees_nothing_of_it_and_an_editor_does_not_publish(studio: Studio) -> None:
    studio.post(WORK, **words())
    studio.sign_in("eve")
    assert studio.post(WORK, **words("An editor writes."))[0] == 303
    assert "An administrator publishes." in studio.get("/changes")
    assert studio.post("/changes/publish", "/changes")[0] == 404
    studio.sign_in("rob")
    assert studio.client.get("/admin").status_code == 404
    assert studio.client.get(f"/admin{WORK}").status_code == 404


def test_what_is_not_there_is_not_found(studio: Studio) -> None:
    for path in (
        "/topic/nope",
        "/words/utter_nope",
        "/files/../x",
        "/files/flows/nope.yml",
        "/history/99",
        f"{WORK}?language=xx",
    ):
        assert studio.client.get(f"/admin{path}").status_code == 404, path
    assert studio.client.post("/admin/changes/publish", data={"seen": "x"}).status_code == 403, "without the mark"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("Ring 0161 496 0999 for help.", "The number 0161 496 0999 is not one that somebody has checked. Put it under Local help"),
        ("word " * 90, "text messages where names and times are longest"),
        ("你好, and which is most like you now?", "something that a text message cannot show: 你"),
        ("Are you {{ work_sitation }}?", "there is nothing of that name"),
    ],
)  # fmt: skip
def test_what_the_check_would_find_in_words_is_said_at_the_form(studio: Studio, typed: str, told: str) -> None:
    status, page = studio.post(WORK, **words(typed))
    assert (status, told in page) == (400, True), page[page.find("error-summary") :][:600]
    assert studio.desk().draft is None


def test_a_refused_publish_keeps_the_note_that_was_typed(studio: Studio) -> None:
    studio.post(WORK, **words())
    stale = {"csrf": studio.field("/changes", "csrf"), "seen": "another", "note": "Shorter, asked for by Leeds"}
    answer = studio.client.post("/admin/changes/publish", data=stale)
    assert (answer.status_code, 'value="Shorter, asked for by Leeds"' in answer.text) == (400, True)


def test_the_way_home_from_ones_own_account_leads_to_the_studio(studio: Studio) -> None:
    """The desk does not exist for who writes the words."""
    page = html.unescape(studio.client.get("/account").text)
    link = re.search(r'class="nhsuk-header__service-logo" href="([^"]+)"', page)
    assert link
    assert studio.client.get(link[1]).status_code == 200
