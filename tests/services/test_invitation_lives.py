"""Random bookings, moves, cancellations and mail that goes wrong: what coaches' calendars are told stays in sequence."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import select

from services import invitation_sending
from services.calendar_entries import chain_of, uid_of
from services.crypto import Keyring
from services.db import Database
from services.invitation_sending import Letter
from services.messages import SendError, SendLater
from services.models import Appointment, Base, Invitation
from tests.conftest import KEYS
from tests.services.diaries import hold, talk
from tests.services.test_invitations import Box, book, call_off, opening, pass_real_time, with_mail


class Calendars(RuleBasedStateMachine):
    """Random bookings, moves, cancellations and mail that goes wrong: each coach's calendar tells the truth."""

    home: Path

    @initialize()
    def start(self) -> None:
        self.count = 0
        self.now = datetime.fromisoformat("2026-11-23T09:30+00:00")
        for path in self.home.glob("*"):
            path.unlink()
        self.db = Database(f"sqlite:///{self.home / 'machine.db'}", Keyring.parse(KEYS), throw_away=True)
        Base.metadata.create_all(self.db.engine)
        with self.db.write() as session:
            with_mail(session, self.now)
        self.people = [talk(self.db, self.now, number) for number in range(3)]
        self.box = Box()
        self.begins()

    def begins(self) -> None:
        """What else a machine keeps."""

    def unknown(self, session: Any) -> bool:
        """Whether a mail is given up of which nobody knows."""
        return session.scalars(select(Invitation.id).where(Invitation.status == "failed")).first() is not None

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()

    def standing(self) -> list[Appointment]:
        with self.db.read() as session:
            return list(session.scalars(select(Appointment).where(Appointment.status == "booked")))

    def booked(self) -> dict[str, datetime]:
        with self.db.read() as session:
            return {uid_of(chain_of(session, call)): call.starts_at for call in self.standing()}

    @rule(person=st.integers(0, 2), coach=st.integers(1, 2), number=st.integers(0, 30))
    def book_or_move(self, person: int, coach: int, number: int) -> None:
        to = opening(self.db, self.now, coach, number)
        if hold(self.db, self.people[person], to, self.now) == "held":
            book(self.db, self.people[person], to, self.now)

    @precondition(lambda self: self.standing())
    @rule(number=st.integers(0, 2))
    def off(self, number: int) -> None:
        calls = self.standing()
        call_off(self.db, calls[number % len(calls)], self.now)

    @rule(wrong=st.lists(st.sampled_from(["later", "lost", "down"]), max_size=3), most=st.integers(1, 4))
    def mail(self, wrong: list[str], most: int) -> None:
        self.box.wrong = [SendLater() if each == "later" else SendError() for each in wrong if each != "down"]
        booked = self.booked()
        had = len(self.box.got)
        pass_real_time(self.db)
        invitation_sending.deliver(self.db, self.box, most, self.now)
        for letter in self.box.got[had:]:
            assert letter.method == "CANCEL" or booked[letter.event.uid] == letter.event.starts, "an old time was sent"

    @invariant()
    def each_coach_hears_in_sequence(self) -> None:
        heard: dict[tuple[str, str], int] = {}
        for letter in getattr(self, "box", Box()).got:
            about = letter.to, letter.event.uid
            floor = heard.get(about, -1)
            assert letter.event.sequence > floor or (letter.repeat and letter.event.sequence == floor), (
                "out of sequence"
            )
            heard[about] = letter.event.sequence

    @rule()
    def quiet(self) -> None:
        """Once all is sent, what a calendar program would show is what is booked."""
        self.box.wrong = []
        for _ in range(3):
            pass_real_time(self.db)
            invitation_sending.deliver(self.db, self.box, 100, self.now)
        with self.db.read() as session:
            unknown = self.unknown(session)
        if not unknown:
            shown: dict[tuple[str, str], Letter] = {}
            for letter in self.box.got:
                shown[letter.to, letter.event.uid] = letter
            calendar = sorted((to, each.event.starts) for (to, _), each in shown.items() if each.method == "REQUEST")
            assert calendar == sorted((f"coach{call.coach_id}@example.org", call.starts_at) for call in self.standing())


def play(home: Path, examples: int, steps: int) -> None:
    Calendars.home = home
    machine = Calendars.TestCase()
    machine.settings = settings(max_examples=examples, stateful_step_count=steps, deadline=None)
    machine.runTest()


def test_random_bookings_moves_and_cancellations_are_told_in_sequence(tmp_path: Path) -> None:
    play(tmp_path, 10, 20)


@pytest.mark.slow
def test_many_random_bookings_moves_and_cancellations_are_told_in_sequence(tmp_path: Path) -> None:
    soak = settings.get_current_profile_name() == "soak"
    play(tmp_path, 500 if soak else 10, 40)
