"""Trying a draft, keeping it as a test, playing the tests that a change touches, accepting the new words."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest

import web.admin
from bot.conversation_tests import TESTS
from bot.flows.transcripts import Transcript
from bot.nlu.rasa import NoNlu
from bot.studio import testing
from bot.studio.testing import Checked
from services import drafts
from tests.web.admin.conftest import Studio
from tests.web.admin.test_studio import SHORTER, WORK, words


@pytest.fixture(autouse=True)
def nlu(studio: Studio, world: None) -> None:
    studio.assistant.nlu = NoNlu("a test")  # type: ignore[attr-defined]


def said(studio: Studio, script: str, **more: str) -> str:
    status, page = studio.post("/try", script=script, **more)
    assert status == 200, page[:2000]
    return page


def test_the_draft_is_talked_to_and_says_what_it_understood(studio: Studio) -> None:
    assert "The usual: teams everywhere" in studio.get("/try")
    studio.post(WORK, **words())
    page = said(studio, "you: hi\nyou: 1", words="off sick with my back")
    for shown in (
        SHORTER,
        "work situation: Off sick from a job",
        "Read in these words: work situation: Off sick from a job; health: ",
        "postcode",
    ):
        assert shown in page
    assert "script" in page
    page = said(studio, "you: hi\nyou: 1\nyou: i want to die", do="again")
    assert "Assistant" not in page
    page = said(studio, "you: hi\nyou: 1\nyou: i want to die", words="why")
    assert "harm to themself (found in the list of phrases)" in page


def test_buttons_clock_worlds_and_what_happens_meanwhile(studio: Studio) -> None:
    page = said(studio, "you: hi", channel="telegram", press="safe_to_text=yes")
    assert 'value="work_situation=off_sick"' in page
    page = said(studio, "you: hi", **{"kind": "time", "words-time": "2026-11-24 12:00"})
    assert "The clock moves to 2026-11-24 12:00" in page
    for kind, typed, told in (
        ("time", "soon", "Write when"),
        ("you", "", "Write what"),
        ("meanwhile", "war", "Write what"),
    ):
        status, page = studio.post("/try", script="you: hi", kind=kind, **{f"words-{kind}": typed})
        assert (status, told in page) == (400, True)
    status, page = studio.post("/try", script="", kind="coach", **{"words-coach": "Hello"})
    assert (status, "cannot happen at this point" in page) == (400, True)
    assert studio.client.get("/admin/try?world=../x&now=1999-01-01&channel=fax").status_code == 200


def test_a_conversation_is_kept_as_a_test_and_played_with_the_others(studio: Studio) -> None:
    status, _ = studio.post("/try", script="you: hi\nyou: 1", do="save", title="Somebody says where they work.")
    assert status == 303
    name = "studio/somebody_says_where_they_work.txt"
    text = studio.desk().tests[name]
    assert ("channel: sms" in text, "you: 1" in text, "Which fits best right now?" in text) == (True, True, True)
    studio.post(WORK, **words())
    assert name in testing.every(studio.assistant.db, studio.desk())


def wait(studio: Studio) -> str:
    for _ in range(1200):
        page = studio.get("/tests")
        if "Being played" not in page:
            return page
        time.sleep(0.25)
    raise TimeoutError


def test_the_tests_touched_by_new_words_are_played_and_the_words_accepted(
    studio: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = "One says hello.\n\nchannel: sms\nworld: plenty\nnow: 2026-11-23 09:00\n\nyou: hi\nbot: {utter_welcome}\nyou: 1\n"
    test += "bot: Which fits best right now?\n     1. In work, finding it hard\n     2. Off sick from a job\n"
    test += "     3. Out of work\n     4. Something else\n     * consent:start\n"
    monkeypatch.undo()
    monkeypatch.setattr(testing, "check_of", lambda db, desk: Checked(True, False, ()))
    monkeypatch.setattr(
        testing, "_files", lambda: {"a/one.txt": test, "a/two.txt": test.replace("Which fits best right now", "X")}
    )
    studio.post(WORK, **words())
    changes = studio.get("/changes")
    assert "1 of 2 conversations are touched by this" in changes
    status, page = studio.post("/changes/publish", "/changes")
    assert (status, "Play the conversation tests" in page) == (400, True)
    assert studio.post("/tests")[0] == 303
    page = wait(studio)
    assert "1 played with the draft as it is: 1 went otherwise" in page
    assert SHORTER in page
    assert studio.post("/tests/accept", "/tests")[0] == 409, "nothing is ticked beforehand"
    accepted = {"group": studio.field("/tests", "group") or re.findall('name="group".* value="([^"]+)"', page)[0]}
    assert studio.post("/tests/accept", "/tests", **accepted)[0] == 303
    assert "Accepted in 1 test." in studio.get("/tests?done=accepted&count=1")
    assert SHORTER in studio.desk().tests["a/one.txt"]
    assert "went well" in studio.get("/changes")
    assert studio.post("/changes/publish", "/changes")[0] == 303
    with studio.assistant.db.read() as session:
        assert SHORTER in drafts.saved_tests(session)["a/one.txt"]


def test_a_draft_that_goes_round_for_ever_says_so_and_still_helps_who_is_in_danger(studio: Studio) -> None:
    round_again = 'next: [{if: slots.work_situation = "in_work", then: again}, {else: END}]\n      - {id: again, collect: age, next: situation}\n'
    silence = "silence: {nudge: pattern_nudge, after: 24h, expires: 30d}"
    text = studio.desk().files["flows/about_work.yml"]
    looped = text.replace(f"{silence}\n", f"{silence}\n        {round_again}")
    assert studio.post("/files/flows/about_work.yml", text=looped)[0] == 303
    page = said(studio, "you: hi\nyou: 1\nyou: 1", words="34")
    assert ("The draft goes wrong here." in page, "something went wrong" in page) == (True, True)
    page = said(studio, "you: hi\nyou: 1\nyou: 1\nyou: 34", words="i want to die")
    assert page.count("please talk to a person now") == 1
    assert page.rindex("please talk to a person now") > page.rindex("something went wrong")


def test_no_name_of_the_flow_language_reaches_the_page(studio: Studio) -> None:
    """What happened, what was understood and what is known are words: for every event of the conversation tests."""
    script = "you: hi\nyou: 1\nyou: 2\nyou: PR1 8XJ\nyou: 34\nyou: 1 2\nyou: 1\nyou: Sam\nyou: 1\nyou: 1"
    page = said(studio, script, words="1")
    for told in (
        "They agree to share with the team",
        "A call is booked: Mon 23 Nov, 11:30am, by phone",
        "They are told of: Citizens Advice",
        "work situation: Off sick from a job",
        "Which fits best right now?”",
    ):
        assert told in re.sub(r"\s+", " ", page), told
    shown = re.sub(r"<form.*?</form>|<script.*?</script>|<[^>]*>", " ", page, flags=re.DOTALL)
    assert not re.findall(r"\w+_\w+|consent:|\bo\d+-\d+|E\d{8}", shown)


def test_every_event_has_its_words() -> None:
    found = {
        event.partition(": ")[0]
        for file in sorted(TESTS.rglob("*.txt"))
        for act in Transcript.parse(file.read_text(encoding="utf-8")).acts
        for event in act.events
    }
    template = (Path(web.admin.__file__).parent.parent / "templates/admin/happened.html").read_text(encoding="utf-8")
    assert [name for name in sorted(found) if f'"{name}": ' not in template] == []
    assert "signposted" in found
