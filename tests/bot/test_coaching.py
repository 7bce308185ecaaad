"""A coach talks in a person's chat: the assistant is silent, help is not, and nobody is left without a word."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot import coaching, rounds, turns, understanding
from bot.assistant import Assistant, assemble
from bot.flows.engine import Expecting
from bot.hearing import Heard
from bot.nlu.stand_in import StandIn
from bot.read_ahead import Read
from services import booking, call_backs, conversations, diary, inbox, people, staff
from services.messages import Address, Inbound, Outbound, Receipt
from services.models import Appointment, CallBack, DutyAlert, MessageOut, Team
from services.settings import Settings

MONDAY = "2026-11-23T10:00"
CRISIS = "I want to kill myself"
LINES = ("hello", "1", "yes", "what does it cost?", "PR1 8XJ", "thanks", "when can you ring?", CRISIS)
MOVES = ("says", "says", "turn", "turn", "half", "takes_over", "writes", "hands_back")
INTERLEAVINGS = 1000
NUMBERS = itertools.count(90_000)


class Kept:
    """A channel that takes everything."""

    def send(self, outbound: Outbound) -> Receipt:
        return Receipt(f"kept-{outbound.id}")


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assistant]:
    """The product itself with the demonstration teams, assembled once."""
    home: Path = tmp_path_factory.mktemp("coaching")
    settings = Settings(ANYDOOR_HOME=home, ANYDOOR_NOW=MONDAY, ANYDOOR_SECRET_KEY="a secret of the tests, long enough")  # type: ignore[call-arg]
    made = assemble(settings, demo=True, nlu=StandIn(), throw_away=True)
    made.channels = dict.fromkeys(("sms", "telegram", "web"), Kept())
    with made.db.write() as session:
        staff.add(session, "robin@north.example", "coach", made.clock.now(), name="Robin Hart")
    yield made
    made.close()


@dataclass
class Person:
    """Somebody with a number of their own, and who talks to them."""

    assistant: Assistant
    number: int
    conversation: int = 0
    sent: int = 0
    said: list[str] = field(default_factory=list)

    @property
    def address(self) -> Address:
        return Address("sms", f"+447700{900000 + self.number:06}")

    def says(self, text: str) -> None:
        self.sent += 1
        self.said.append(text)
        self.conversation = self.assistant.accept(
            Inbound(self.address, f"{self.number}-{self.sent}", text)
        ).conversation_id

    def hears(self, text: str) -> list[str]:
        """Say something and be answered: the words that came back."""
        before = len(self.messages())
        self.says(text)
        rounds.tick(self.assistant)
        return [row.body or "" for row in self.messages()[before:]]

    def turn(self) -> None:
        turns.catch_up(self.assistant, self.conversation)

    def messages(self) -> list[MessageOut]:
        with self.assistant.db.read() as session:
            rows = select(MessageOut).where(MessageOut.conversation_id == self.conversation)
            return list(session.scalars(rows.order_by(MessageOut.seq)))

    def alerts(self) -> int:
        with self.assistant.db.read() as session:
            return len(session.scalars(select(DutyAlert).where(DutyAlert.conversation_id == self.conversation)).all())


@pytest.fixture
def person(product: Assistant, request: pytest.FixtureRequest) -> Person:
    product.clock.set(datetime.fromisoformat(MONDAY))
    while rounds.catch_up_all(product):  # what other tests left half said
        pass
    found = Person(product, next(NUMBERS))
    found.hears("hello")
    return found


class Watched:
    """One random interleaving of what people, coaches and the worker do."""

    def __init__(self, person: Person, chance: random.Random) -> None:
        self.person, self.chance = person, chance
        self.talking, self.spoken = False, 0

    def go(self) -> Iterator[tuple[list[str], list[str]]]:
        """After each move while the coach had the chat: what the assistant said of its own, and all that was said."""
        for _ in range(self.chance.randint(4, 8)):
            getattr(self, self.chance.choice(MOVES))()
            if self.talking:
                yield self.own_words(), self.person.said

    def own_words(self) -> list[str]:
        """The purposes of the assistant's own words since the coach took over, crisis help aside."""
        since = self.person.messages()[self.spoken :]
        return [row.purpose for row in since if row.by_staff_id is None and row.purpose != "crisis"]

    def says(self) -> None:
        self.person.says(self.chance.choice(LINES))

    def turn(self) -> None:
        self.person.turn()

    def half(self) -> None:
        """A message is heard, then somebody else acts, then its turn is taken."""
        with self.person.assistant.db.read() as session:
            waiting = inbox.waiting(session, self.person.conversation)
        if not waiting:
            return
        assistant = self.person.assistant
        seen = turns.look(assistant, self.person.conversation)
        heard = turns.hear(assistant, waiting[0], seen)
        read = Read.before(assistant, heard, seen)
        self.chance.choice((self.takes_over, self.hands_back, self.writes))()
        turns.take(assistant, waiting[0], heard, seen.state_version, read)

    def begin(self) -> None:
        if not self.talking:
            self.talking, self.spoken = True, len(self.person.messages())

    def takes_over(self) -> None:
        self.begin()
        coaching.take_over(self.person.assistant, self.person.conversation, 1)

    def writes(self) -> None:
        self.begin()
        coaching.say(self.person.assistant, self.person.conversation, "Hello, it's Robin.", 1)

    def hands_back(self) -> None:
        coaching.hand_back(self.person.assistant, self.person.conversation, 1)
        self.talking = False


def remembering(hear: Callable[..., Heard]) -> Callable[..., Heard]:
    """What was heard once at a question is heard so again: understanding is pure, and a thousand times is slow."""
    kept: dict[tuple[str, str], Heard] = {}

    def heard(inbound: Inbound, expecting: Expecting | None, *more: Any) -> Heard:
        key = inbound.text, f"{expecting.flow} {expecting.step} {expecting.filled}" if expecting else ""
        if key not in kept:
            kept[key] = hear(inbound, expecting, *more)
        return replace(kept[key], inbound=inbound, expecting=expecting)

    return heard


@pytest.mark.slow
def test_the_assistant_says_nothing_between_takeover_and_hand_back(
    product: Assistant, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand random interleavings of what people, coaches and the worker do."""
    monkeypatch.setattr("bot.understanding.hear", remembering(understanding.hear))
    chance = random.Random(4)
    product.clock.set(datetime.fromisoformat(MONDAY))
    watched = 0
    for number in range(INTERLEAVINGS):
        person = Person(product, number)
        person.says("hello")
        for own, said in Watched(person, chance).go():
            assert own == [], said
            watched += 1
    assert watched > INTERLEAVINGS


def test_a_crisis_line_while_a_coach_talks_brings_help_and_an_alert(person: Person) -> None:
    coaching.say(person.assistant, person.conversation, "Hello, it's Robin.", 1)
    words = person.hears(CRISIS)
    assert any("116 123" in each for each in words)
    assert {row.purpose for row in person.messages()[-len(words) :]} == {"crisis"}
    assert person.alerts() == 1
    assert person.hears("thank you") == []


def test_the_answer_that_crisis_help_asks_for_is_heard_while_a_coach_talks(person: Person) -> None:
    coaching.say(person.assistant, person.conversation, "Hello, it's Robin.", 1)
    assert any("safe" in each for each in person.hears("my husband hits me"))
    assert any("0808 2000 247" in each for each in person.hears("1"))
    assert person.hears("ok") == []


def test_stop_is_obeyed_while_a_coach_talks(person: Person) -> None:
    coaching.say(person.assistant, person.conversation, "Hello, it's Robin.", 1)
    assert len(person.hears("STOP")) == 1
    with person.assistant.db.read() as session:
        assert people.is_stopped(session, person.conversation)


@pytest.mark.parametrize(
    ("evening", "back"), [("2026-11-23T19:00", "Tue 24 Nov, 9am"), ("2026-11-27T18:00", "Mon 30 Nov, 9am")]
)
def test_out_of_hours_says_once_when_somebody_is_back_and_where_help_is(
    person: Person, evening: str, back: str
) -> None:
    coaching.say(person.assistant, person.conversation, "Hello, it's Robin.", 1)
    person.assistant.clock.set(datetime.fromisoformat(evening))
    person.says("are you there?")
    person.turn()
    words = person.messages()[-1].body or ""
    assert back in words
    assert "Robin" in words
    assert "999" in words
    person.says("hello?")
    person.turn()
    assert [row.purpose for row in person.messages()].count("away") == 1


def test_no_note_that_the_coach_is_out_while_they_plainly_are_not(person: Person) -> None:
    person.assistant.clock.set(datetime.fromisoformat("2026-11-23T18:00"))
    coaching.say(person.assistant, person.conversation, "Still here.", 1)
    assert person.hears("good!") == []


def give_team(person: Person) -> str:
    with person.assistant.db.write() as session:
        team = session.scalars(select(Team).order_by(Team.id)).first()
        assert team
        conversations.lock(session, person.conversation).team_id = team.id
        return team.id


def a_day_later(person: Person) -> None:
    person.assistant.clock.offset += timedelta(hours=25)
    rounds.tick(person.assistant)


def test_who_is_left_without_an_answer_goes_back_to_the_team_and_is_told(person: Person) -> None:
    give_team(person)
    coaching.say(person.assistant, person.conversation, "Hello, it's Robin.", 1)
    person.assistant.clock.offset += timedelta(minutes=5)
    person.hears("can you ring me?")
    a_day_later(person)
    with person.assistant.db.read() as session:
        thread = conversations.see(session, person.conversation)
        promise = call_backs.waiting_for(session, thread.person_id)
    assert isinstance(promise, CallBack)
    assert not thread.coach_takes_over
    last = person.messages()[-1]
    assert "could not write back" in (last.body or "")
    assert last.by_staff_id is None


def test_who_had_the_last_word_is_told_that_the_computer_is_back(person: Person) -> None:
    coaching.say(person.assistant, person.conversation, "Speak on Thursday.", 1)
    a_day_later(person)
    assert "This is the computer again" in (person.messages()[-1].body or "")
    assert person.hears("hello") != []


def book(person: Person, team: str) -> int:
    with person.assistant.db.write() as session:
        thread = conversations.lock(session, person.conversation)
        opening = diary.openings(session, team, now=person.assistant.clock.now())[0]
        booking.hold(session, thread, opening.id, person.assistant.clock.now(), timedelta(minutes=5))
        call = booking.book(session, thread, person.assistant.clock.now())
        assert isinstance(call, Appointment)
        return call.id


def test_a_coach_moves_a_call_and_the_person_is_told(person: Person) -> None:
    team = give_team(person)
    call = book(person, team)
    with person.assistant.db.read() as session:
        later = diary.openings(session, team, now=person.assistant.clock.now() + timedelta(days=3))[0]
    assert coaching.move_call(person.assistant, call, later.id, 1) == "moved"
    assert "Your call has moved, as you agreed" in (person.messages()[-1].body or "")
    with person.assistant.db.read() as session:
        old = session.get_one(Appointment, call)
        new = session.scalars(select(Appointment).where(Appointment.moved_from_id == call)).one()
    assert (old.status, old.ended_by, new.starts_at) == ("moved", "coach", later.starts_at)
    assert coaching.move_call(person.assistant, call, later.id, 1) == "changed"


def test_a_coach_calls_a_call_off_and_the_person_is_told_once(person: Person) -> None:
    call = book(person, give_team(person))
    assert coaching.call_off(person.assistant, call, 1, "they rang me")
    assert "Your call is off, as you asked your coach" in (person.messages()[-1].body or "")
    told = len(person.messages())
    assert not coaching.call_off(person.assistant, call, 1), "once"
    assert len(person.messages()) == told
    with person.assistant.db.read() as session:
        row = session.get_one(Appointment, call)
    assert (row.status, row.ended_by) == ("called_off", "coach")
