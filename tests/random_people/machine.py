"""Somebody who does anything at all, in any order, with the assistant watched at every step."""

from __future__ import annotations

import shutil
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from bot import read_ahead, trial
from bot.assistant import Assistant
from bot.flows.engine import Expecting, expecting
from bot.simulator import Answered, Simulator
from services import conversations, inbox, people, privacy
from services.clock import aware
from services.messages import Channel
from services.models import Appointment
from tests.invariants.conftest import NOW
from tests.invariants.people import TO_THE_CALL, CountingNlu
from tests.random_people import lines

ALLOWED_AFTER_STOP = {"crisis", "opt_out", "opt_in_answer"}
NOT_SAFE_HERE = "utter_abuse_not_safe"
"""Said to whoever does not answer whether it is safe to text: by design that counts as a no, until they write again."""
MEANWHILE = ["someone else books the first opening", "someone else books every opening", "an opening comes free"]


def put_back(assistant: Assistant, morning: Path) -> None:
    """As it was when it was assembled, or when the file was kept: the database, the clock, what it remembers of conversations."""
    file = Path(str(assistant.db.engine.url.database))
    assistant.db.engine.dispose()
    for name in (f"{file.name}-wal", f"{file.name}-shm"):
        (file.parent / name).unlink(missing_ok=True)
    shutil.copy(morning, file)
    assistant.clock.set(aware(datetime.fromisoformat(NOW)))
    assistant.failures.clear()
    assistant.watchers.clear()
    assistant.forgot_on = None


@dataclass(frozen=True)
class Met:
    """Somebody on the way to a booked call, kept as the database's file, so that the way is not walked each time."""

    file: Path
    at: datetime
    messages: int
    last_event: int
    pressable: tuple[str, ...]


class RandomPerson(RuleBasedStateMachine):
    """One conversation. The product is assembled once, and each time put back to the demonstration's first morning."""

    assistant: ClassVar[Assistant]
    nlu: ClassVar[CountingNlu]
    morning: ClassVar[Path]
    met: ClassVar[dict[tuple[Channel, int], Met]] = {}

    @initialize(
        channel=st.sampled_from(["sms", "telegram", "web"]), model=st.booleans(), known=st.integers(1, len(TO_THE_CALL))
    )
    def begin(self, channel: Channel, model: bool, known: int) -> None:
        """They are met at any point of the way to a booked call."""
        kept = next((way for way in range(known, 0, -1) if (channel, way) in self.met), 0)
        before = self.met.get((channel, kept))
        put_back(self.assistant, before.file if before else self.morning)
        self.nlu.down = False
        self.person = Simulator(self.assistant, channel)
        self.stopped = self.with_coach = False
        self.not_followed: Counter[str] = Counter()
        self.pressable: list[str] = []
        if before:
            self.assistant.clock.set(before.at)
            self.person.count, self.person.last_event = before.messages, before.last_event
            self.pressable = list(before.pressable)
        for way in range(kept, known):
            self.heard(self.person.say(TO_THE_CALL[way]))
            self.met[channel, way + 1] = self.keep(f"{channel}-{way + 1}.db")
        self.nlu.down = not model

    def keep(self, name: str) -> Met:
        engine = self.assistant.db.engine
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        engine.dispose()
        file = Path(str(engine.url.database))
        copied = Path(shutil.copy(file, self.morning.with_name(name)))
        person = self.person
        return Met(copied, self.assistant.clock.now(), person.count, person.last_event, tuple(self.pressable))

    # -- what they do ----------------------------------------------------------------------------------------------

    @precondition(lambda self: self.question() is not None)
    @rule(data=st.data(), times=st.integers(1, 4))
    def answer_well(self, data: st.DataObject, times: int) -> None:
        for _ in range(times):
            if (question := self.question()) is not None:
                self.answer(question, data)

    def answer(self, question: Expecting, data: st.DataObject) -> None:
        titles = [title for _, title, _ in question.choices]
        if titles:
            pick = data.draw(st.integers(1, len(titles)))
            unnumbered = question.spec.type == "phone" and self.person.channel == "telegram"
            text = str(pick) if data.draw(st.booleans()) and not unnumbered else titles[pick - 1]
        else:
            text = data.draw(st.sampled_from(lines.FITTING.get(question.spec.type, ["ok"])))
        answered = self.heard(self.person.say(text))
        if titles and not self.quiet:
            assert not self.easier(answered), (question.slot, text)

    @rule(data=st.data())
    def press(self, data: st.DataObject) -> None:
        if self.pressable and self.person.channel != "sms":
            self.heard(self.person.press(data.draw(st.sampled_from(self.pressable))))

    @rule(text=st.sampled_from(lines.NONSENSE), times=st.integers(1, 4))
    def write_nonsense(self, text: str, times: int) -> None:
        for _ in range(times):
            self.heard(self.person.say(text), nonsense=True)

    @rule(text=st.sampled_from([*lines.REPAIRS, *lines.CORRECTIONS]))
    def ask_or_correct(self, text: str) -> None:
        self.heard(self.person.say(text))

    @rule(text=st.text(min_size=1, max_size=60))
    def write_anything(self, text: str) -> None:
        self.heard(self.person.say(text))

    @rule(first=st.sampled_from(lines.POSTCODES), second=st.sampled_from(lines.REPAIRS))
    def write_two_at_once(self, first: str, second: str) -> None:
        self.heard(self.person.together(first, second))

    @rule(kind=st.sampled_from(["photo", "voice", "sticker"]))
    def send_media(self, kind: str) -> None:
        self.heard(self.person.media(kind))

    @rule(hours=st.sampled_from([1, 20, 30, 24 * 8, 24 * 31]))
    def keep_silent(self, hours: int) -> None:
        answered = self.person.until(self.person.assistant.clock.now() + timedelta(hours=hours))
        self.with_coach = self.is_with_coach()
        self.allowed(answered)
        if answered.slots.get("expired") or self.question() is None:
            self.not_followed.clear()  # what is asked after a month is asked anew, also of who was forgotten

    @rule(kind=st.sampled_from(sorted(lines.CRISES)))
    def say_a_crisis(self, kind: str) -> None:
        answered = self.heard(self.person.say(lines.CRISES[kind]))
        assert answered.messages, kind
        assert answered.messages[0].purpose == "crisis", (kind, answered.messages)

    @rule(text=st.sampled_from(lines.MAY_BE_CRISES), then=st.sampled_from([*lines.TAKES_BACK, None]))
    def say_what_may_be_a_crisis(self, text: str, then: str | None) -> None:
        """The line comes once, before whatever else is said; after it anything may follow."""
        answered = self.heard(self.person.say(text))
        told = [message.purpose for message in answered.messages].count("crisis")
        names = [event["name"] for event in answered.events]
        assert "crisis_help" not in names, text
        assert not told or answered.messages[0].purpose == "crisis", answered.messages
        if then:
            self.heard(self.person.say(then))

    @rule(text=st.sampled_from(lines.STOPS))
    def stop(self, text: str) -> None:
        self.heard(self.person.say(text))
        assert self.stopped

    @precondition(lambda self: self.stopped)
    @rule()
    def start(self) -> None:
        answered = self.person.say("START")
        self.stopped = False
        self.not_followed.clear()  # who stopped and starts again is asked anew
        assert answered.messages

    @rule(model=st.booleans(), sentence=st.sampled_from([None, *MEANWHILE]))
    def the_world_goes_on(self, model: bool, sentence: str | None) -> None:
        self.nlu.down = not model
        if sentence and not self.stopped and self.seen():
            trial.meanwhile(self.person, sentence)

    @precondition(lambda self: not self.stopped and self.seen())
    @rule(text=st.sampled_from(["Hi, it's Jo. How are you?", ""]))
    def a_coach_writes(self, text: str) -> None:
        if (text or self.with_coach) and not self.is_being_erased():
            self.person.coach(text)
        self.with_coach = self.is_with_coach()

    # -- what must hold --------------------------------------------------------------------------------------------

    @property
    def quiet(self) -> bool:
        return self.stopped or self.with_coach

    def heard(self, answered: Answered, *, nonsense: bool = False) -> Answered:
        """Checks what came of one message."""
        before, self.stopped = self.stopped, self.is_stopped()
        assert before or not (nonsense and self.stopped) or NOT_SAFE_HERE in self.responses(answered), answered.said
        self.with_coach = self.is_with_coach()
        assert not self.person.assistant.failures, answered.said
        self.allowed(answered)
        if not self.quiet:
            assert answered.messages, answered.said
            self.next_step(answered)
            self.bounded(answered, nonsense)
        self.pressable += [choice.value for message in answered.messages for choice in message.choices]
        return answered

    def allowed(self, answered: Answered) -> None:
        purposes = {message.purpose for message in answered.messages}
        if self.stopped:
            assert purposes <= ALLOWED_AFTER_STOP, (answered.said, purposes)

    def next_step(self, answered: Answered) -> None:
        """Somebody is asked something, or it ended in a way that has a name, or the person asked for a moment."""
        assert self.question() or answered.outcome or self.responses(answered), (
            answered.said,
            answered.flow,
            answered.step,
        )

    def bounded(self, answered: Answered, nonsense: bool) -> None:
        if not nonsense or self.question() is None:
            self.not_followed.clear()
            return
        question = self.question()
        assert question is not None
        self.not_followed[question.slot] += 1
        assert self.not_followed[question.slot] <= 4, question.slot

    def responses(self, answered: Answered) -> set[str]:
        replies = [reply for taken in answered.taken if taken.turn for reply in taken.turn.replies]
        return {reply.response.partition(".")[0] for reply in replies}

    def easier(self, answered: Answered) -> list[str]:
        replies = [reply for taken in answered.taken if taken.turn for reply in taken.turn.replies]
        return [reply.response for reply in replies if reply.response.endswith(".easier")]

    def question(self) -> Expecting | None:
        seen = self.seen()
        if seen is None:
            return None
        book = self.person.assistant.book(seen.revision)
        return expecting(book, read_ahead.state_of(seen.state, book)) if seen.state else None

    def seen(self) -> conversations.Seen | None:
        """The conversation; None when all of it was deleted."""
        with self.person.assistant.db.read() as session:
            found = conversations.find(session, self.person.address)
            return conversations.see(session, found) if found else None

    def is_stopped(self) -> bool:
        seen = self.seen()
        with self.person.assistant.db.read() as session:
            return seen is not None and people.is_stopped(session, seen.id)

    def is_with_coach(self) -> bool:
        seen = self.seen()
        return seen is not None and seen.coach_takes_over

    def is_being_erased(self) -> bool:
        """In the seconds between DELETE and the last row's end, in which no coach has a page to write from."""
        with self.person.assistant.db.read() as session:
            return privacy.erasures_waiting(session)

    @invariant()
    def nobody_is_booked_twice(self) -> None:
        seen, now = self.seen(), self.person.assistant.clock.now()
        if seen is None:
            return
        with self.person.assistant.db.read() as session:
            mine = select(func.count()).where(Appointment.person_id == seen.person_id, Appointment.starts_at > now)
            assert (session.scalar(mine.where(Appointment.status == "booked")) or 0) <= 1
            assert not inbox.any_waiting(session, seen.id)
