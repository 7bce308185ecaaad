"""Random lives of calls: booked, moved, called off, reminded of, mailed about, put back from a backup.

No stale reminder and none twice, no invitation out of sequence. `make slow` and `make soak` play 20,000 operations.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from services import conversations, invitation_sending, invitations, reminders
from services.calendar_entries import chain_of, uid_of
from services.crypto import Keyring
from services.db import Database
from services.invitation_sending import Letter
from services.models import Appointment
from services.reminders import Reminder
from tests.conftest import KEYS
from tests.services.diaries import hold
from tests.services.test_invitation_lives import Calendars
from tests.services.test_invitations import book, call_off, opening, pass_real_time

OLDER = timedelta(hours=2)
"""A backup is put back so long after it was made."""


class Lives(Calendars):
    """`seen`: reminders that a worker has read and not yet begun; `begun`: those that went out."""

    seen: list[Reminder]
    begun: set[tuple[int, str]]
    restored: bool

    def begins(self) -> None:
        self.seen, self.begun, self.restored = [], set(), False

    @rule(minutes=st.sampled_from([5, 55, 60, 240, 600, 1440]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @precondition(lambda self: self.standing())
    @rule(late=st.integers(0, 20))
    def wait_for_a_reminder(self, late: int) -> None:
        """On to the next moment at which one falls due, and perhaps a little late."""
        due = [each.due_at for call in self.standing() for each in reminders.of(call)]
        coming = [moment for moment in due if moment > self.now]
        self.now = min(coming, default=self.now) + timedelta(minutes=late)

    @rule(meanwhile=st.sampled_from(["", "", "off", "move", "long"]), number=st.integers(0, 30))
    def remind(self, meanwhile: str, number: int) -> None:
        """A worker reads what is due; before it begins, a call may have changed, or the worker was held up."""
        with self.db.read() as session:
            self.seen += reminders.due(session, self.now)
        calls = [call for call in self.standing() if call.ends_at > self.now]
        if meanwhile == "off" and calls:
            call_off(self.db, calls[number % len(calls)], self.now)
        elif meanwhile == "move" and calls:
            self.go_for(calls[number % len(calls)].conversation_id, number)
        elif meanwhile == "long":
            self.now += timedelta(minutes=20 * number)
        for reminder in self.seen:
            with self.db.write() as session:
                conversations.lock(session, reminder.conversation_id)
                if reminders.begin(session, reminder, self.now):
                    self.went(session.get_one(Appointment, reminder.appointment_id), reminder)
        self.seen = self.seen[-6:]  # others may have read them too

    def go_for(self, conversation: int, number: int) -> None:
        to = opening(self.db, self.now, 1 + number % 2, number)
        if hold(self.db, conversation, to, self.now) == "held":
            book(self.db, conversation, to, self.now)

    def went(self, call: Appointment, reminder: Reminder) -> None:
        assert call.status == "booked", "a stale reminder"
        current = next(each for each in reminders.of(call) if each.kind == reminder.kind)
        assert current.due_at <= self.now <= current.not_after, "too early or too late"
        assert self.now < call.starts_at, "of a call that is over"
        about = (call.id, reminder.kind)
        assert about not in self.begun, "twice"
        self.begun.add(about)

    @rule(
        lost=st.lists(st.tuples(st.sampled_from(["move", "off", "mail"]), st.integers(0, 30)), min_size=1, max_size=6)
    )
    def lose_an_afternoon(self, lost: list[tuple[str, int]]) -> None:
        """A backup is made, things go on and are mailed, and the backup is put back."""
        copy = self.home / "backup.db"
        copy.unlink(missing_ok=True)
        with closing(sqlite3.connect(self.home / "machine.db")) as here, closing(sqlite3.connect(copy)) as there:
            here.backup(there)
        for what, number in lost:
            calls = [call for call in self.standing() if call.ends_at > self.now]
            if what == "move":
                self.go_for(self.people[number % 3], number)
            elif what == "off" and calls:
                call_off(self.db, calls[number % len(calls)], self.now)
            elif what == "mail":
                self.mail_all()
        self.now += OLDER
        self.db.close()
        for path in self.home.glob("machine.db*"):
            path.unlink()
        copy.rename(self.home / "machine.db")
        self.db = Database(f"sqlite:///{self.home / 'machine.db'}", Keyring.parse(KEYS), throw_away=True)
        with self.db.write() as session:
            invitations.after_restore(session, self.now)
        self.seen, self.begun, self.restored = [], set(), True

    def mail_all(self) -> None:
        self.box.wrong = []
        for _ in range(3):
            pass_real_time(self.db)
            invitation_sending.deliver(self.db, self.box, 100, self.now)

    @rule()
    def quiet(self) -> None:
        """Once all is sent, each coach's calendar shows the calls to come; without a restore, no others to come."""
        self.mail_all()
        shown: dict[tuple[str, str], Letter] = {(each.to, each.event.uid): each for each in self.box.got}
        coming = {
            to: each.event.starts
            for to, each in shown.items()
            if each.method == "REQUEST" and each.event.ends > self.now
        }
        with self.db.read() as session:
            calls = [call for call in self.standing() if call.ends_at > self.now]
            expected = {
                (f"coach{call.coach_id}@example.org", uid_of(chain_of(session, call))): call.starts_at for call in calls
            }
            unknown = self.unknown(session)
        if not unknown:
            assert coming == expected if not self.restored else expected.items() <= coming.items()


def play(home: Path, examples: int, steps: int) -> None:
    Lives.home = home
    machine = Lives.TestCase()
    machine.settings = settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    machine.runTest()


@pytest.mark.slow
def test_random_lives_of_calls(tmp_path: Path) -> None:
    lives = int(os.environ.get("CALL_LIVES", "500" if settings.get_current_profile_name() == "soak" else "8"))
    play(tmp_path, lives, 40 if lives > 8 else 25)
