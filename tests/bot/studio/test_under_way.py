"""A publication while people are in the middle of something: new words at once, old ways to the end."""

from __future__ import annotations

import pytest

from bot.conversation_tests import stage
from bot.flows.transcripts import Transcript
from bot.nlu.rasa import NoNlu
from bot.studio import drafting, publishing
from services import conversations
from tests.bot.studio.conftest import ADA, BEA, NOW

AT = Transcript("Somebody under way.", "sms", "plenty", "2026-11-23 09:00")
pytestmark = pytest.mark.usefixtures("unproved")


def test_new_words_are_said_at_the_next_message_and_a_new_way_only_to_who_begins() -> None:
    with stage(AT, NoNlu("a test")) as person:
        assistant, db = person.assistant, person.assistant.db

        def change(file: str, old: str, new: str) -> str:
            with db.write() as session:
                edit = drafting.edit(session, ADA, NOW)
                edit.put({file: edit.desk.files[file].replace(old, new)}, "words")
            desk = drafting.see(db)
            assert desk.draft is not None
            with db.write() as session:
                from services import drafts

                drafts.approve(session, desk.draft, BEA, NOW)
            done = publishing.publish_draft(db, desk.mark, ADA, NOW, "")
            assistant.books.refresh()
            return done.hash

        def pinned() -> str | None:
            with db.read() as session:
                return conversations.see(session, person.conversation_id()).revision

        person.say("hi")
        person.say("1")
        words = change("flows/about_work.yml", "Which fits best right now?", "Which fits you now?")
        said = person.say("say that again")
        assert "Which fits you now?" in said.messages[-1].text
        assert pinned() == words
        change("flows/self_referral.yml", "call: about_work", "call: local_help")
        said = person.say("say that again")
        assert "Which fits you now?" in said.messages[-1].text
        assert (said.flow, pinned()) == ("about_work", words)
