"""What goes live, what is refused, and what running processes and people under way make of it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.assistant import DIALOGS, Books, open_books
from bot.flows.carrying import may_carry
from bot.flows.state import DialogueState, Frame
from bot.studio import files, proving, publishing, testing
from bot.studio.errors import NotAgreed, NotProved, NotTried, Overtaken, StudioError
from services import drafts, publications
from services.clock import Clock
from services.models import AuditRow
from tests.bot.studio.conftest import ADA, BEA, NOW, WORK, Studio

ASKS = '"Which fits best right now?"'
SHORTER = '"Which fits you now?"'
SAFETY = "patterns/safety.yml"


def publish(studio: Studio, by: int = ADA) -> publications.Publication:
    return publishing.publish_draft(studio.db, studio.desk().mark, by, NOW, "shorter")


@pytest.fixture
def pushed_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pushing does not wait for the proof."""
    monkeypatch.setattr(proving, "check_book", lambda book: [])


def audited(studio: Studio, action: str) -> list[AuditRow]:
    with studio.db.read() as session:
        return list(session.scalars(select(AuditRow).where(AuditRow.action == action)))


@pytest.mark.usefixtures("unproved")
def test_a_publication_is_taken_up_by_every_process_and_rolled_back_anew(studio: Studio) -> None:
    other = Books(studio.db, studio.books.today, studio.desk().live.number)
    first = studio.books.today.revision
    studio.swap(ASKS, SHORTER)
    done = publish(studio)
    assert studio.books.today.revision == first
    assert studio.books.refresh()
    assert other.refresh()
    assert not other.refresh()
    assert studio.books.today.responses["utter_ask_work_situation"].parts["text"] == "Which fits you now?"
    assert other.today.revision == studio.books.today.revision == done.hash
    back = publishing.roll_back(studio.db, 1, done.number, BEA, NOW)
    assert (back.hash, back.kind, back.number) == (first, "rolled_back", 3)
    assert other.refresh()
    assert other.today.revision == first
    told = audited(studio, "publish_dialogs")
    assert [row.actor for row in told] == ["system", f"staff:{ADA}", f"staff:{BEA}"]
    assert told[1].detail["authors"] == [ADA]
    assert "fits" not in str([row.detail for row in told]), "codes, never words"


def test_what_the_check_refuses_does_not_go_live(studio: Studio) -> None:
    studio.swap("collect: work_situation", "collect: no_such_thing")
    with pytest.raises(NotProved, match="no_such_thing"):
        publish(studio)
    assert studio.desk().live.number == 1


def test_a_draft_goes_live_only_after_it_was_checked_just_as_it_is(studio: Studio) -> None:
    studio.swap("%} have a job now? Pick", "%} have a job? Pick")
    with pytest.raises(NotTried, match="Check it first"):
        publish(studio)
    assert testing.start_check(studio.db, Clock(), studio.desk())
    assert not testing.start_check(studio.db, Clock(), studio.desk()), "one at a time"
    while testing.check_of(studio.db, studio.desk()).running:
        time.sleep(0.2)
    checked = testing.check_of(studio.db, studio.desk())
    assert (checked.done, checked.errors) == (True, ())
    assert checked.findings, "there is some advice"
    with pytest.raises(NotTried, match="Play the conversation tests"):
        publish(studio)
    studio.swap("%} have a job? Pick", "%} have work? Pick")
    assert not testing.check_of(studio.db, studio.desk()).done


def test_content_as_it_is_passes_the_whole_proof(studio: Studio) -> None:
    assert proving.prove(studio.desk().files).errors == ()


@pytest.mark.usefixtures("unproved")
@pytest.mark.parametrize(
    ("file", "old", "new", "what"),
    [
        (SAFETY, "name: Self-harm and suicide", "name: Self-harm", "safety words"),
        ("languages/cy.yml", "Os oes bywyd", "Os bywyd", "safety words"),
        ("flows/self_referral.yml", "name: Ask WorkWell for help", "name: Ask for help", "who may take part"),
    ],
)
def test_safety_consent_and_who_may_take_part_need_a_second_person(
    studio: Studio, file: str, old: str, new: str, what: str
) -> None:
    studio.swap(old, new, file)
    with pytest.raises(NotAgreed, match=what):
        publish(studio)
    draft = studio.desk().draft
    assert draft is not None
    with studio.db.write() as session:
        assert not drafts.approve(session, draft, ADA, NOW), "nobody agrees to what they wrote"
        assert drafts.approve(session, draft, BEA, NOW)
    done = publish(studio)
    assert (done.approved_by, studio.desk().draft) == (BEA, None)


@pytest.mark.usefixtures("unproved")
def test_an_agreement_is_to_exactly_what_was_read(studio: Studio) -> None:
    studio.swap("name: Self-harm and suicide", "name: Self-harm", SAFETY)
    draft = studio.desk().draft
    assert draft is not None
    with studio.db.write() as session:
        drafts.approve(session, draft, BEA, NOW)
    studio.swap(ASKS, SHORTER)
    with pytest.raises(NotAgreed):
        publish(studio)


@pytest.mark.usefixtures("unproved")
def test_two_who_publish_at_once_are_one_publication_and_one_refusal(studio: Studio) -> None:
    studio.swap(ASKS, SHORTER)
    mark = studio.desk().mark

    def one(by: int) -> object:
        try:
            return publishing.publish_draft(studio.db, mark, by, NOW, "")
        except Overtaken as overtaken:
            return type(overtaken)

    with ThreadPoolExecutor(2) as pool:
        came = list(pool.map(one, (ADA, BEA)))
    assert came.count(Overtaken) == 1
    assert studio.desk().live.number == 2


@pytest.mark.usefixtures("unproved", "pushed_at_once")
def test_a_draft_that_another_publication_passed_is_brought_up_to_date_first(studio: Studio, tmp_path: Path) -> None:
    studio.swap(ASKS, SHORTER)
    files.pull(studio.db, tmp_path)
    yours = tmp_path / "flows" / "about_you.yml"
    yours.write_text(yours.read_text() + "# looked at\n")
    assert files.push(studio.db, tmp_path, NOW) is not None
    assert (studio.desk().is_behind, studio.desk().clashes) == (True, ())
    with pytest.raises(Overtaken, match="up to date"):
        publish(studio)
    from bot.studio import drafting

    with studio.db.write() as session:
        drafting.edit(session, ADA, NOW).catch_up(frozenset())
    publish(studio)
    said = studio.desk().live_files
    assert ("fits you now" in said[WORK], said["flows/about_you.yml"].endswith("# looked at\n")) == (True, True)


@pytest.mark.usefixtures("unproved")
def test_older_safety_words_come_back_only_through_a_draft(studio: Studio) -> None:
    studio.swap("name: Self-harm and suicide", "name: Self-harm", SAFETY)
    draft = studio.desk().draft
    assert draft is not None
    with studio.db.write() as session:
        drafts.approve(session, draft, BEA, NOW)
    done = publish(studio)
    with pytest.raises(NotAgreed, match="older safety words"):
        publishing.roll_back(studio.db, 1, done.number, BEA, NOW)
    publishing.take_over(studio.db, 1, BEA, NOW)
    assert set(studio.desk().draft.changes) == {SAFETY}  # type: ignore[union-attr]
    with pytest.raises(StudioError, match="already"):
        publishing.take_over(studio.db, 1, BEA, NOW)


@pytest.mark.usefixtures("unproved", "pushed_at_once")
def test_a_folder_and_the_database_are_kept_in_step_and_nothing_unseen_is_lost(studio: Studio, tmp_path: Path) -> None:
    stray = tmp_path / "flows" / "stray.yml"
    stray.parent.mkdir()
    stray.write_text("version: 1\n")
    pulled = files.pull(studio.db, tmp_path)
    assert (WORK in pulled.written, pulled.removed, stray.exists()) == (True, ("flows/stray.yml",), False)
    assert files.pull(studio.db, tmp_path).written == ()
    assert files.push(studio.db, tmp_path, NOW) is None
    studio.swap(ASKS, SHORTER)
    publish(studio)
    (tmp_path / WORK).write_text((DIALOGS / WORK).read_text().replace(ASKS, '"Work?"'))
    with pytest.raises(Overtaken, match="pull"):
        files.push(studio.db, tmp_path, NOW)
    done = files.push(studio.db, tmp_path, NOW, over=True, note="by hand")
    assert done is not None
    assert (done.kind, done.note) == ("pushed", "by hand")
    assert studio.books.refresh()
    assert studio.books.today.responses["utter_ask_work_situation"].parts["text"] == "Work?"


@pytest.mark.usefixtures("unproved")
def test_files_go_live_at_a_start_only_while_nobody_published_in_the_browser(studio: Studio) -> None:
    studio.swap(ASKS, SHORTER)
    done = publish(studio)
    assert open_books(studio.db, Clock()).today.revision == done.hash
    publishing.roll_back(studio.db, 1, done.number, ADA, NOW)
    assert open_books(studio.db, Clock()).today.revision == studio.books.today.revision


def test_who_is_in_the_middle_goes_on_with_new_words_and_stays_where_the_way_changed(studio: Studio) -> None:
    old = studio.books.today
    standing = DialogueState(
        stack=(Frame("self_referral", "work", (), True), Frame("about_work", "situation", (), True))
    )
    texts = dict(old.files)

    def change(file: str, before: str, after: str) -> bool:
        assert before in texts[file]
        new = proving.read({**texts, file: texts[file].replace(before, after)}).book
        assert new is not None
        return may_carry(old, new, standing)

    assert change(WORK, ASKS, SHORTER)
    assert change("flows/follow_up.yml", "version: 1", "# moved down\nversion: 1")
    assert not change(WORK, "title: Something else", "title: Other")
    assert not change("flows/self_referral.yml", "call: about_health", "call: about_work")
    assert not may_carry(old, old, DialogueState(stack=(Frame("gone", "x"),)))
