"""Invitations to coaches: queued with the booking, in sequence, nothing lost, nothing for an old time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from services import booking, coach_calendars, conversations, diary, invitation_sending, invitations, retention
from services.db import Database
from services.invitation_sending import Letter
from services.messages import SendError, SendFailed, SendLater
from services.models import Appointment, Coach, Invitation
from services.scopes import Viewer
from tests.services.diaries import hold, make_team, talk

MINUTE = timedelta(minutes=1)


class Box:
    """A mail server that keeps what it took; `wrong` are errors to raise first, a bare SendError after taking it."""

    def __init__(self, *wrong: Exception) -> None:
        self.got: list[Letter] = []
        self.wrong = list(wrong)

    def __call__(self, letter: Letter) -> None:
        wrong = self.wrong.pop(0) if self.wrong else None
        if wrong is None or type(wrong) is SendError:
            self.got.append(letter)
        if wrong is not None:
            raise wrong

    @property
    def told(self) -> list[tuple[str, str, int, bool]]:
        return [(each.to, each.method, each.event.sequence, each.repeat) for each in self.got]


@pytest.fixture
def team(db: Database, now: datetime) -> str:
    with db.write() as session:
        return with_mail(session, now)


def with_mail(session: Any, now: datetime) -> str:
    made = make_team(session, now, coaches=2)
    for coach in session.scalars(select(Coach)):
        coach.email = f"coach{coach.id}@example.org"
    return made.id


def opening(db: Database, now: datetime, coach: int, number: int = 0) -> str:
    with db.read() as session:
        found = diary.openings(session, "testshire", now=now, limit=100)
        starts = [each.starts_at for each in found][number]
    return f"o{coach}-{int(starts.timestamp()) // 60}-phone"


def book(db: Database, conversation: int, to: str, now: datetime) -> Appointment:
    """Books, or moves the call that stands."""
    assert hold(db, conversation, to, now) == "held"
    with db.write() as session:
        made = booking.book(session, conversations.lock(session, conversation), now)
    assert isinstance(made, Appointment)
    return made


def call_off(db: Database, call: Appointment, now: datetime) -> None:
    with db.write() as session:
        conversations.lock(session, call.conversation_id)
        assert booking.call_off(session, call.id, now)


def send(db: Database, box: Callable[[Letter], None], now: datetime) -> int:
    return invitation_sending.deliver(db, box, 50, now)


def pass_real_time(db: Database) -> None:
    with db.write() as session:
        session.execute(update(Invitation).values(lease_until=None))


def states(db: Database) -> list[tuple[str, str | None]]:
    with db.read() as session:
        return [(row.status, row.reason) for row in session.scalars(select(Invitation).order_by(Invitation.id))]


def test_booking_moving_and_calling_off_are_told_in_sequence(db: Database, now: datetime, team: str) -> None:
    box, anna = Box(), talk(db, now)
    first = book(db, anna, opening(db, now, 1), now)
    assert send(db, box, now) == 1
    moved = book(db, anna, opening(db, now, 1, 3), now)
    send(db, box, now)
    call_off(db, moved, now)
    send(db, box, now)
    to = "coach1@example.org"
    assert box.told == [(to, "REQUEST", 0, False), (to, "REQUEST", 1, False), (to, "CANCEL", 2, False)]
    assert len({each.event.uid for each in box.got}) == 1
    assert [each.event.starts for each in box.got] == [first.starts_at, moved.starts_at, moved.starts_at]
    assert [each.why for each in box.got] == ["booked", "moved", "called_off"]
    assert send(db, box, now) == 0


def test_a_call_that_goes_to_a_colleague_and_back(db: Database, now: datetime, team: str) -> None:
    box, anna = Box(), talk(db, now)
    book(db, anna, opening(db, now, 1), now)
    send(db, box, now)
    book(db, anna, opening(db, now, 2, 3), now)
    send(db, box, now)
    book(db, anna, opening(db, now, 1, 5), now)
    send(db, box, now)
    one, two = "coach1@example.org", "coach2@example.org"
    assert [each[:3] for each in box.told] == [
        (one, "REQUEST", 0),
        (one, "CANCEL", 1),
        (two, "REQUEST", 1),
        (two, "CANCEL", 2),
        (one, "REQUEST", 2),
    ]
    assert [each.why for each in box.got] == ["booked", "given", "moved", "given", "moved"]


def test_after_a_restore_calls_to_come_are_told_anew_above_whatever_went_out_since(
    db: Database, now: datetime, team: str
) -> None:
    box, anna, ben = Box(), talk(db, now, 1), talk(db, now, 2)
    call = book(db, anna, opening(db, now, 1), now)
    send(db, box, now)
    off = book(db, ben, opening(db, now, 2, 3), now)
    send(db, box, now)
    call_off(db, off, now)
    box.got.clear()
    later = now + 20 * MINUTE
    for _ in range(2):  # the same backup may be put back twice
        with db.write() as session:
            assert invitations.after_restore(session, later) == 1
        later += MINUTE
    send(db, box, later)
    one, two = "coach1@example.org", "coach2@example.org"
    minutes = int(later.timestamp()) // 60 - 1
    assert sorted(each for each in box.told if each[0] == two) == [(two, "CANCEL", minutes, True)], (
        "no cancellation is lost"
    )
    assert [each for each in box.told if each[0] == one] == [(one, "REQUEST", minutes, False)]
    box.got.clear()
    moved = book(db, anna, opening(db, later, 1, 5), later)
    send(db, box, later)
    call_off(db, moved, later)
    send(db, box, later)
    assert [each[1:3] for each in box.told] == [("REQUEST", minutes + 1), ("CANCEL", minutes + 2)]
    assert call.starts_at != moved.starts_at


def test_a_cancellation_that_waited_in_a_backup_goes_above_what_its_coach_was_sent_since(
    db: Database, now: datetime, team: str
) -> None:
    """Taken from coach 1, backed up, given back to coach 1 and told so, and then the backup is put back."""
    box, anna = Box(), talk(db, now)
    book(db, anna, opening(db, now, 1), now)
    send(db, box, now)
    book(db, anna, opening(db, now, 2, 3), now)  # the backup is made here: coach 1's cancellation waits in it
    sent_since = 2
    later = now + MINUTE
    with db.write() as session:
        invitations.after_restore(session, later)
    send(db, box, later)
    told = [each for each in box.told if each[0] == "coach1@example.org"]
    assert [each[1] for each in told] == ["REQUEST", "CANCEL"]
    assert told[-1][2] > sent_since


def test_a_booking_that_fails_invites_nobody(db: Database, now: datetime, team: str) -> None:
    anna = talk(db, now)
    hold(db, anna, opening(db, now, 1), now)

    def fail() -> None:
        with db.write() as session:
            booking.book(session, conversations.lock(session, anna), now)
            raise RuntimeError("the turn fails")

    with pytest.raises(RuntimeError):
        fail()
    assert states(db) == []


def test_what_was_not_sent_in_time_is_never_sent_for_the_old_time(db: Database, now: datetime, team: str) -> None:
    down, box, anna = Box(SendLater(), SendLater()), Box(), talk(db, now)
    book(db, anna, opening(db, now, 1), now)
    assert send(db, down, now) == 1
    assert states(db) == [("queued", None)]
    new = book(db, anna, opening(db, now, 1, 4), now)
    send(db, box, now)
    assert [each.event.starts for each in box.got] == [new.starts_at]
    assert states(db)[0] == ("dropped", "superseded")


def test_a_call_called_off_before_its_invitation_went_out_says_nothing(db: Database, now: datetime, team: str) -> None:
    box, anna = Box(), talk(db, now)
    call_off(db, book(db, anna, opening(db, now, 1), now), now)
    assert send(db, box, now) == 0
    assert states(db) == [("dropped", "superseded"), ("dropped", "never_invited")]


def test_a_mail_server_that_is_down_loses_nothing_and_is_left_alone_for_a_while(
    db: Database, now: datetime, team: str
) -> None:
    box, anna = Box(*[SendLater()] * 5), talk(db, now)
    book(db, anna, opening(db, now, 1), now)
    for _ in range(5):
        assert send(db, box, now) == 1
        assert send(db, box, now) == 0, "not before its pause is over"
        pass_real_time(db)
    with db.read() as session:
        assert invitations.oldest_waiting(session, now + MINUTE) == now
    assert send(db, box, now) == 1
    assert box.told == [("coach1@example.org", "REQUEST", 0, False)]
    with db.read() as session:
        assert invitations.oldest_waiting(session, now) is None


def test_at_most_one_flagged_repeat_where_nobody_knows(db: Database, now: datetime, team: str) -> None:
    box, anna = Box(SendError("lost"), SendError("lost"), SendError("lost")), talk(db, now)
    book(db, anna, opening(db, now, 1), now)
    for _ in range(5):
        send(db, box, now)
        pass_real_time(db)
    assert [each[3] for each in box.told] == [False, True]
    assert states(db) == [("failed", "not_known")]
    with db.read() as session:
        assert [row.id for row in invitations.refused(session, now, 1)] == [1]
        assert invitations.refused(session, now, 2) == []
        assert invitations.refused(session, now + timedelta(days=2)) == []


def test_a_process_killed_after_the_claim_leaves_one_flagged_repeat(db: Database, now: datetime, team: str) -> None:
    class Killed(BaseException):
        """The process dies."""

    def die(letter: Letter) -> None:
        raise Killed

    book(db, talk(db, now), opening(db, now, 1), now)
    with pytest.raises(Killed):
        send(db, die, now)
    box = Box()
    assert send(db, box, now) == 0, "its lease runs"
    pass_real_time(db)
    send(db, box, now)
    assert box.told == [("coach1@example.org", "REQUEST", 0, True)]


def test_a_coach_who_may_have_the_invitation_is_told_that_it_is_off(db: Database, now: datetime, team: str) -> None:
    box, anna = Box(SendError("lost")), talk(db, now)
    call = book(db, anna, opening(db, now, 1), now)
    send(db, box, now)
    call_off(db, call, now)
    send(db, box, now)
    assert [each[1] for each in box.told] == ["REQUEST", "CANCEL"]


def test_a_refused_address_fails_for_good_and_holds_nothing_up(db: Database, now: datetime, team: str) -> None:
    box, anna = Box(SendFailed("smtp_550")), talk(db, now)
    book(db, anna, opening(db, now, 1), now)
    book(db, talk(db, now, 1), opening(db, now, 1, 3), now)
    assert send(db, box, now) == 2
    assert states(db) == [("failed", "smtp_550"), ("sent", None)]


@pytest.mark.parametrize("why", ["over", "left", "no_address", "not_wanted"])
def test_what_is_not_wanted_any_more_is_dropped(db: Database, now: datetime, team: str, why: str) -> None:
    box, call = Box(), book(db, talk(db, now), opening(db, now, 1), now)
    with db.write() as session:
        coach = session.get_one(Coach, 1)
        coach.active = why != "left"
        coach.email = None if why == "no_address" else coach.email
        coach_calendars.want_mail(session, 1, why != "not_wanted", Viewer(1, "testshire", 1), now)
    assert send(db, box, call.ends_at if why == "over" else now) == 0
    assert states(db) == [("dropped", why)]


def test_rows_of_calls_long_over_are_removed(db: Database, now: datetime, team: str) -> None:
    book(db, talk(db, now), opening(db, now, 1), now)
    for days, left in ((30, 1), (60, 0)):
        retention.sweep(db, now + timedelta(days=days))
        assert len(states(db)) == left
