"""A publication and its taking back while many people are in the middle of it, served by two at once.

Nobody's conversation breaks, and none is led by a mixture of two revisions. Four are in the middle of it each time here; 500 with `make soak`.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from bot import turns, worker
from bot.assistant import Assistant, assemble, open_books
from bot.nlu.rasa import NoNlu
from bot.nlu.stand_in import Backed, StandIn
from bot.studio import drafting, publishing
from services import drafts
from services.db import Database
from services.messages import Address, Inbound
from tests.bot.studio.conftest import ADA, BEA, NOW
from tests.journeys.product import settings_of

pytestmark = pytest.mark.usefixtures("unproved")
PEOPLE = int(os.environ.get("PUBLISH_PEOPLE", "4"))
NOWHERE = "http://127.0.0.1:9"
SAYS = {
    "utter_ask_safe_to_text": "1", "utter_ask_work_situation": "1", "utter_ask_postcode": "PR1 8XJ", "utter_ask_age": "34",
    "utter_ask_health": "1", "utter_ask_barriers": "1", "utter_ask_colour": "1", "utter_ask_name": "Sam",
    "utter_ask_call_needs": "1", "utter_ask_practice": "1",
}  # fmt: skip
LAST = "utter_ask_opening"
ASKED = "flows/about_health.yml"
COLOUR = """      - id: colour
        collect: colour
slots:
  colour:
    type: choice
    volunteered: false
    choices: [{value: red, title: Red}, {value: blue, title: Blue}]
"""
WORDS = """responses:
  utter_ask_colour: {text: "Which colour?", easier: "Reply 1 or 2.", why: "So."}
"""


@dataclass
class Crowd:
    """People texting, each served now by one process and now by another; what each turn said and on which revision."""

    serving: tuple[Assistant, ...]
    told: dict[int, list[tuple[str | None, tuple[str, ...]]]] = field(default_factory=lambda: defaultdict(list))
    asked: dict[int, str] = field(default_factory=dict)

    def turn(self, person: int, words: str | None = None) -> None:
        """One text and its answer; nothing more from who has been asked for a time."""
        said = words or SAYS.get(self.asked.get(person, ""))
        if said is None:
            return
        at = self.serving[(person + len(self.told[person])) % len(self.serving)]
        address = Address("sms", f"+447700{900_000 + person}")
        conversation = at.accept(Inbound(address, f"SM{person}-{len(self.told[person])}", text=said))
        assert conversation is not None
        for taken in turns.catch_up(at, conversation.conversation_id):
            assert taken.turn is not None
            replies = tuple(reply.response for reply in taken.turn.replies)
            assert replies, f"person {person} was left without a word"
            self.told[person].append((taken.turn.state.revision, replies))
            questions = [reply.response for reply in taken.turn.replies if reply.slot]
            self.asked[person] = questions[-1].split(".")[0] if questions else ""

    def begin(self, people: range) -> None:
        """Everybody says hello, and answers some questions or none."""
        for person in people:
            self.turn(person, "hi")
            for _ in range(person % 4):
                self.turn(person)

    @contextmanager
    def going(self, people: range) -> Iterator[None]:
        """Everybody goes on to the end meanwhile, several at once."""
        with ThreadPoolExecutor(4) as pool:
            going = [pool.submit(self.to_the_end, person) for person in people]
            yield
            for one in going:
                one.result()

    def to_the_end(self, person: int) -> None:
        for _ in range(14):
            self.turn(person)

    def asked_colour(self, person: int) -> bool:
        return any("utter_ask_colour" in replies for _, replies in self.told[person])


@pytest.fixture
def crowd(tmp_path: Path, database_url: str) -> Iterator[Crowd]:
    settings = settings_of(
        tmp_path, NOWHERE, NOWHERE, NOWHERE, ANYDOOR_DATABASE_URL=database_url, TELEGRAM_BOT_TOKEN=""
    )
    nlu = Backed(NoNlu("a test"), StandIn())
    first = assemble(settings, demo=True, nlu=nlu)
    db = Database.of(settings)  # the second has a database connection and content of its own, as another process has
    serving = (first, replace(first, db=db, books=open_books(db, first.clock), process="another"))
    yield Crowd(serving)
    for one in serving:
        one.close()


def publish(db: Database, changes: dict[str, tuple[str, str]]) -> str:
    """A draft written, agreed to and published; its hash."""
    with db.write() as session:
        edit = drafting.edit(session, ADA, NOW)
        files = edit.desk.files
        edit.put({file: files[file].replace(old, new, 1) for file, (old, new) in changes.items()}, "a question")
    desk = drafting.see(db)
    assert desk.draft is not None
    with db.write() as session:
        drafts.approve(session, desk.draft, BEA, NOW)
    return publishing.publish_draft(db, desk.mark, ADA, NOW, "").hash


def test_nobody_breaks_and_nobody_is_on_a_mixture(crowd: Crowd) -> None:
    db, before = crowd.serving[0].db, crowd.serving[0].books.today.revision
    first, second = range(PEOPLE), range(PEOPLE, 2 * PEOPLE)
    crowd.begin(first)
    with crowd.going(first):  # published while they text; one process takes it up at once, the other later
        after = publish(db, {ASKED: ("slots:\n", COLOUR), "flows/about_work.yml": ("responses:\n", WORDS)})
        crowd.serving[0].books.refresh()
    crowd.serving[1].books.refresh()
    assert crowd.serving[1].books.today.revision == after
    crowd.begin(second)
    with crowd.going(second):  # and taken back while they text
        back = publishing.roll_back(db, 1, 2, BEA, NOW)
        crowd.serving[1].books.refresh()
    assert back.hash == before
    for person in (*first, *second):
        assert_whole(crowd, person, before, after)
    assert any(crowd.asked_colour(person) for person in second), (
        "nobody began on what was published: this shows nothing"
    )
    assert not all(crowd.asked_colour(person) for person in first), "nobody was in the middle: this shows nothing"
    assert worker.CONTENT_SECONDS < 5, "how soon every process looks for what was published"


def assert_whole(crowd: Crowd, person: int, before: str, after: str) -> None:
    """One revision from the first word to the last, all questions of that one, and as far as a time for the call."""
    told = crowd.told[person]
    revisions = {revision for revision, _ in told}
    assert len(revisions) == 1, "\n".join(map(str, told))
    assert revisions <= {before, after}
    assert crowd.asked_colour(person) == (revisions == {after}), (person, told)
    assert crowd.asked[person] == LAST, (person, told[-1])
