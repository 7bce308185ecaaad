"""The waiting list: in turn, one at a time, no time twice to the same person, held meanwhile, humane hours."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from sqlalchemy import delete, select

from services import booking, call_backs, conversations, diary, offers, people, privacy, reminders, waiting_list
from services.crypto import Keyring
from services.db import Database
from services.models import Absence, Appointment, Base, Hold, OpeningOffer, Team, WaitingPlace
from tests.conftest import KEYS
from tests.services.diaries import hold, make_team, talk

TEAM = "testshire"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
FAR = timedelta(days=60)


@pytest.fixture
def team(db: Database, now: datetime) -> str:
    with db.write() as session:
        return make_team(session, now).id


def away(db: Database, now: datetime, *windows: tuple[datetime, datetime]) -> None:
    """The first coach is away but for these windows (none = altogether)."""
    edges = [now - FAR, *(edge for window in sorted(windows) for edge in window), now + FAR]
    with db.write() as session:
        session.execute(delete(Absence))
        for starts, ends in zip(edges[::2], edges[1::2], strict=True):
            session.add(Absence(coach_id=1, starts_at=starts, ends_at=ends))


def waits(db: Database, conversation_id: int, now: datetime, reason: str = "no_openings", **wants: object) -> None:
    with db.write() as session:
        conversation = conversations.lock(session, conversation_id)
        waiting_list.join(session, conversation, TEAM, reason, now, **wants)  # type: ignore[arg-type]


def book(db: Database, conversation_id: int, opening_id: str, now: datetime) -> Appointment:
    assert hold(db, conversation_id, opening_id, now) == "held"
    with db.write() as session:
        made = booking.book(session, conversations.lock(session, conversation_id), now)
    assert isinstance(made, Appointment)
    return made


def round_of(db: Database, now: datetime) -> list[int]:
    """What a round of the worker does; the conversations that were offered a time."""
    with db.read() as session:
        over = offers.to_settle(session, now)
    for place_id in over:
        with db.write() as session:
            conversations.lock(session, offers.conversation_of(session, place_id))
            offers.settle(session, place_id, now)
    with db.read() as session:
        look = offers.due(session, now)
    for place_id, gone in look.gone.items():
        with db.write() as session:
            offers.forget_gone(session, place_id, gone)
    asked = []
    for offer in look.offers:
        with db.write() as session:
            conversations.lock(session, offer.conversation_id)
            if offers.begin(session, offer, now):
                asked.append(offer.conversation_id)
    return asked


def person_of(db: Database, conversation_id: int) -> int:
    with db.read() as session:
        return conversations.see(session, conversation_id).person_id


def tomorrow(now: datetime, hour: int, minute: int = 0) -> datetime:
    day = now + DAY
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)


def one_time(now: datetime) -> tuple[datetime, datetime]:
    return tomorrow(now, 10), tomorrow(now, 10, 40)


def test_a_free_time_goes_to_the_first_in_turn_alone_and_is_held(db: Database, now: datetime, team: str) -> None:
    away(db, now)
    first, second = talk(db, now, 1), talk(db, now, 2)
    waits(db, first, now)
    waits(db, second, now)
    assert round_of(db, now) == []
    away(db, now, one_time(now))
    assert round_of(db, now) == [first]
    assert round_of(db, now) == []
    with db.read() as session:
        row = session.scalars(select(Hold)).one()
        assert (row.conversation_id, row.expires_at) == (first, now + 2 * HOUR)
        assert diary.openings(session, TEAM, now=now) == []
    assert hold(db, talk(db, now, 3), f"o1-{waiting_list.minutes_of(row.starts_at)}-phone", now) == "taken"


def test_no_or_no_answer_sends_it_to_the_next_and_never_back(db: Database, now: datetime, team: str) -> None:
    people_waiting = [talk(db, now, number) for number in range(3)]
    away(db, now, one_time(now))
    for each in people_waiting:
        waits(db, each, now)
    assert round_of(db, now) == [people_waiting[0]]
    with db.write() as session:
        assert waiting_list.decline(session, person_of(db, people_waiting[0]), now)
    assert round_of(db, now) == [people_waiting[1]]
    assert round_of(db, now + 2 * HOUR) == [people_waiting[2]], "no answer in two hours"
    assert round_of(db, now + 4 * HOUR) == []
    with db.read() as session:
        results = [row.result for row in session.scalars(select(OpeningOffer).order_by(OpeningOffer.id))]
        assert session.scalars(select(Hold)).all() == []
    assert results == ["declined", "no_answer", "no_answer"]


def test_the_answer_takes_it_and_ends_the_waiting(db: Database, now: datetime, team: str) -> None:
    anna = talk(db, now)
    away(db, now, one_time(now))
    waits(db, anna, now)
    assert round_of(db, now) == [anna]
    with db.write() as session:
        call = booking.book(session, conversations.lock(session, anna), now)
    assert isinstance(call, Appointment)
    with db.read() as session:
        assert session.scalars(select(OpeningOffer)).one().result == "taken"
        assert session.scalars(select(WaitingPlace)).one().result == "booked"


def test_who_has_a_call_is_offered_earlier_times_only_and_keeps_it_meanwhile(
    db: Database, now: datetime, team: str
) -> None:
    anna = talk(db, now)
    with db.read() as session:
        free = diary.openings(session, TEAM, now=now, limit=400)
    late = next(each for each in free if each.starts_at >= now + 7 * DAY)
    call = book(db, anna, late.id, now)
    waits(db, anna, now, "earlier", passed=[each.starts_at for each in free])
    assert round_of(db, now) == [], "what was free before and did not fit is not offered"
    later = call.starts_at + DAY
    away(db, now, one_time(now), (later, later + HOUR))
    assert round_of(db, now) == [], "free all along"
    away(db, now, (later, later + HOUR))
    assert round_of(db, now) == []
    away(db, now, one_time(now))
    assert round_of(db, now) == [anna], "it was taken meanwhile, so it counts as new"
    with db.read() as session:
        assert session.get_one(Appointment, call.id).status == "booked"
    with db.write() as session:
        moved = booking.move(session, conversations.lock(session, anna), now)
    assert isinstance(moved, Appointment)
    assert (moved.starts_at, moved.moved_from_id) == (tomorrow(now, 10), call.id)


def test_a_team_that_has_closed_still_offers_its_times_to_who_waits_for_it(
    db: Database, now: datetime, team: str
) -> None:
    away(db, now)
    anna = talk(db, now)
    waits(db, anna, now)
    with db.write() as session:
        session.get_one(Team, team).closed_at = now
    away(db, now, one_time(now))
    assert round_of(db, now) == [anna]
    with db.write() as session:
        assert isinstance(booking.book(session, conversations.lock(session, anna), now), Appointment)
    assert round_of(db, now) == []


def test_calling_off_the_call_ends_the_waiting_for_an_earlier_one(db: Database, now: datetime, team: str) -> None:
    anna = talk(db, now)
    with db.read() as session:
        late = diary.openings(session, TEAM, now=now, limit=100)[-1]
    call = book(db, anna, late.id, now)
    away(db, now)
    waits(db, anna, now, "earlier")
    with db.write() as session:
        conversations.lock(session, anna)
        booking.call_off(session, call.id, now)
    away(db, now, one_time(now))
    assert round_of(db, now) == []
    with db.read() as session:
        assert session.scalars(select(WaitingPlace)).one().result == "over"


def test_only_what_was_asked_for_is_offered(db: Database, now: datetime, team: str) -> None:
    anna = talk(db, now)
    away(db, now, one_time(now))
    afternoons = [(tomorrow(now, 13), tomorrow(now, 17))]
    waits(db, anna, now, "none_fit", windows=afternoons)
    assert round_of(db, now) == []
    away(db, now, one_time(now), (tomorrow(now, 14), tomorrow(now, 14, 40)))
    assert round_of(db, now) == [anna]


def test_a_time_after_the_day_they_are_rung_by_is_no_help(db: Database, now: datetime, team: str) -> None:
    anna = talk(db, now)
    away(db, now)
    with db.write() as session:
        conversation = conversations.lock(session, anna)
        promise = call_backs.queue(session, conversation, TEAM, call_backs.NO_OPENINGS, now)
        waiting_list.join(session, conversation, TEAM, "no_openings", now, call_back_id=promise.id)
        late = datetime(promise.promised_by.year, promise.promised_by.month, promise.promised_by.day, 10, tzinfo=UTC)
    away(db, now, (late + DAY, late + DAY + HOUR))
    assert round_of(db, now) == []
    with db.write() as session:
        call_backs.finish(session, promise.id, "reached", now)
    away(db, now, one_time(now))
    assert round_of(db, now) == [], "they were rung"


@pytest.mark.parametrize("ends", ["stop", "erase"])
def test_stop_and_erasure_free_the_time_at_once(
    db: Database, now: datetime, team: str, tmp_path: Path, ends: str
) -> None:
    anna, ben = talk(db, now, 1), talk(db, now, 2)
    away(db, now, one_time(now))
    waits(db, anna, now)
    waits(db, ben, now)
    assert round_of(db, now) == [anna]
    with db.write() as session:
        if ends == "stop":
            people.stop(session, anna, now)
        else:
            privacy.erase(session, person_of(db, anna), now, tmp_path / "ledger")
    assert round_of(db, now) == [ben]


def test_who_is_just_choosing_a_time_is_not_disturbed(db: Database, now: datetime, team: str) -> None:
    anna, ben = talk(db, now, 1), talk(db, now, 2)
    waits(db, anna, now)
    waits(db, ben, now)
    with db.read() as session:
        some = diary.openings(session, TEAM, now=now)[0]
    assert hold(db, anna, some.id, now) == "held"
    assert round_of(db, now) == [ben]


def test_who_chooses_another_time_gives_the_offered_one_back(db: Database, now: datetime, team: str) -> None:
    anna, ben = talk(db, now, 1), talk(db, now, 2)
    away(db, now, one_time(now), (tomorrow(now, 14), tomorrow(now, 14, 40)))
    waits(db, anna, now)
    assert round_of(db, now) == [anna]
    assert hold(db, anna, f"o1-{waiting_list.minutes_of(tomorrow(now, 14))}-phone", now) == "held"
    waits(db, ben, now)
    assert round_of(db, now) == [ben]
    with db.read() as session:
        assert [row.result for row in session.scalars(select(OpeningOffer))] == ["other_time", None]


def test_nothing_is_offered_at_night_and_the_time_to_answer_runs_by_day() -> None:
    evening = datetime(2026, 11, 23, 19, 0, tzinfo=UTC)
    far = evening + 7 * DAY
    assert offers.answer_by(evening, far) == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert offers.answer_by(datetime(2026, 11, 23, 9, tzinfo=UTC), far) == datetime(2026, 11, 23, 11, tzinfo=UTC)
    soon = datetime(2026, 11, 24, 8, 10, tzinfo=UTC)
    assert offers.answer_by(evening, soon) == datetime(2026, 11, 23, 20, 0, tzinfo=UTC)
    assert offers.answer_by(evening + timedelta(minutes=45), soon) is None
    assert offers.answer_by(soon, soon + timedelta(minutes=59)) is None


def test_no_offer_begins_at_night(db: Database, now: datetime, team: str) -> None:
    away(db, now, one_time(now + DAY))
    waits(db, talk(db, now), now)
    night = now.replace(hour=21)
    assert round_of(db, night) == []
    assert len(round_of(db, now.replace(hour=8) + DAY)) == 1


def test_joining_twice_keeps_the_turn(db: Database, now: datetime, team: str) -> None:
    away(db, now)
    anna, ben = talk(db, now, 1), talk(db, now, 2)
    for each in (anna, ben, anna):
        waits(db, each, now)
    with db.read() as session:
        places = session.scalars(select(WaitingPlace).order_by(WaitingPlace.id)).all()
        assert [place.conversation_id for place in places] == [anna, ben]
        assert [waiting_list.turn_of(session, place) for place in places] == [1, 2]


class Waiting(RuleBasedStateMachine):
    """Anybody joins, answers, stops; times come free and go; hours and nights pass."""

    @initialize()
    def begin(self) -> None:
        self.home = TemporaryDirectory()
        self.db = Database(f"sqlite:///{self.home.name}/machine.db", Keyring.parse(KEYS), throw_away=True)
        Base.metadata.create_all(self.db.engine)
        self.now = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
        with self.db.write() as session:
            make_team(session, self.now, coaches=2)
        self.people = [talk(self.db, self.now, number) for number in range(5)]

    def teardown(self) -> None:
        if hasattr(self, "db"):
            self.db.close()
            self.home.cleanup()

    @rule(number=st.integers(0, 4), reason=st.sampled_from(["no_openings", "none_fit"]))
    def joins(self, number: int, reason: str) -> None:
        with self.db.read() as session:
            free = [each.starts_at for each in diary.openings(session, TEAM, now=self.now, limit=1000)]
        waits(self.db, self.people[number], self.now, reason, passed=free if reason == "none_fit" else ())

    @rule(number=st.integers(0, 4))
    def takes_it(self, number: int) -> None:
        with self.db.write() as session:
            booking.book(session, conversations.lock(session, self.people[number]), self.now)

    @rule(number=st.integers(0, 4), how=st.sampled_from(["decline", "leave", "stop", "start", "off"]))
    def says(self, number: int, how: str) -> None:
        conversation_id = self.people[number]
        person = person_of(self.db, conversation_id)
        with self.db.write() as session:
            conversations.lock(session, conversation_id)
            if how == "decline":
                waiting_list.decline(session, person, self.now)
            elif how == "leave":
                waiting_list.leave(session, person, "left", self.now)
            elif how == "stop":
                people.stop(session, conversation_id, self.now)
            elif how == "start":
                people.start(session, conversation_id)
            elif call := booking.coming_call(session, person, self.now):
                booking.call_off(session, call.id, self.now)

    @rule(coach=st.integers(1, 2), hours=st.integers(0, 12), open_now=st.booleans())
    def diary_changes(self, coach: int, hours: int, open_now: bool) -> None:
        with self.db.write() as session:
            session.execute(delete(Absence).where(Absence.coach_id == coach))
            until = self.now + (timedelta(hours=20 + hours) if open_now else FAR)
            session.add(Absence(coach_id=coach, starts_at=self.now - FAR, ends_at=until))

    @rule(number=st.integers(0, 4))
    def a_stranger_takes_the_first(self, number: int) -> None:
        with self.db.read() as session:
            free = diary.openings(session, TEAM, now=self.now)
        if free:
            hold(self.db, self.people[number], free[0].id, self.now)

    @rule(minutes=st.integers(5, 900))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule()
    def worker(self) -> None:
        with self.db.read() as session:
            waiting = select(WaitingPlace.conversation_id).where(WaitingPlace.ended_at.is_(None))
            order = list(session.scalars(waiting.order_by(WaitingPlace.id)))
        offered = round_of(self.db, self.now)
        assert not (offered and reminders.is_quiet(self.now)), "nobody is woken"
        assert offered == sorted(offered, key=order.index), "in turn"

    @invariant()
    def the_list_holds(self) -> None:
        if not hasattr(self, "db"):
            return
        with self.db.read() as session:
            rows = list(session.scalars(select(OpeningOffer)))
            holds = {(row.conversation_id, row.coach_id, row.starts_at) for row in session.scalars(select(Hold))}
            places = {row.id: row for row in session.scalars(select(WaitingPlace))}
        times = Counter((row.place_id, row.starts_at) for row in rows)
        assert all(count == 1 for count in times.values()), "no time twice to one place"
        still = [row for row in rows if row.settled_at is None]
        assert len({(row.coach_id, row.starts_at) for row in still}) == len(still), "one at a time"
        assert len({row.place_id for row in still}) == len(still)
        assert all(places[row.place_id].ended_at is None for row in still)
        for row in still:
            assert not reminders.is_quiet(row.answer_by) or row.answer_by == reminders.quiet_from(row.answer_by)
            mine = (places[row.place_id].conversation_id, row.coach_id, row.starts_at)
            others = {held for held in holds if held[1:] == mine[1:]} - {mine}
            assert not (mine in holds and others), "held for nobody else meanwhile"
        assert len({row.person_id for row in places.values() if row.ended_at is None}) == sum(
            row.ended_at is None for row in places.values()
        )


TestWaiting = Waiting.TestCase
TestWaiting.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
