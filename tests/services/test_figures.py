"""What is counted of journeys, and what is shown of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import func, select

from services import figures, journeys, people
from services.db import Database, Session
from services.journeys import Passed
from services.messages import Address
from services.models import Conversation, Journey, QuestionTime, UnmetNeed
from tests.services.diaries import make_team

BOOKED = ("consent:start", "eligibility:yes", "appointment_booked")


def thread(session: Session, number: int, now: datetime, team: str | None = "testshire") -> Conversation:
    made = people.find_or_make_conversation(session, Address("sms", f"+4477009{number:05}"), now)
    conversation = session.get_one(Conversation, made)
    conversation.team_id = team
    return conversation


def one(db: Database) -> Journey:
    with db.read() as session:
        return session.scalars(select(Journey).order_by(Journey.id.desc())).first()  # type: ignore[return-value]


def test_who_comes_to_a_later_stage_has_come_to_those_before(db: Database, now: datetime) -> None:
    with db.write() as session:
        make_team(session, now)
        talk = thread(session, 1, now)
        journeys.pass_on(session, talk, Passed(question="safe_to_text"), now)
        later = now + timedelta(seconds=25)
        journeys.pass_on(session, talk, Passed(("call_back_queued",), "name", age=44), later)
        journeys.sent(session, talk.id, 2)
        journeys.attended(session, talk.id, "reached", now + timedelta(days=9))
    row = one(db)
    assert [getattr(row, name) for name in journeys.STAGES[:4]] == [now.date()] * 4
    assert (row.attended_on, row.age_band) == (now.date() + timedelta(days=9), "35 to 49")
    assert (row.received, row.sent, row.segments, row.question) == (2, 1, 2, "name")
    with db.read() as session:
        assert session.execute(select(QuestionTime.question, QuestionTime.within, QuestionTime.count)).all() == [
            ("safe_to_text", 30, 1)
        ]
    with db.write() as session:
        journeys.attended(session, talk.id, "not_reached", now)
    assert one(db).attended_on is None


def test_a_journey_begins_anew_a_month_later(db: Database, now: datetime) -> None:
    with db.write() as session:
        make_team(session, now)
        talk = thread(session, 1, now)
        for days in (0, 30, 31):
            journeys.pass_on(session, talk, Passed(BOOKED), now + timedelta(days=days))
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(Journey)) == 2


def fill(session: Session, now: datetime) -> None:
    """Thirty in Testshire, of whom twenty are booked and eight spoken with; three elsewhere; one alert."""
    for number in range(33):
        talk = thread(session, number, now, "testshire" if number < 30 else None)
        journeys.pass_on(session, talk, Passed(BOOKED if number < 20 else ("consent:start",), "name"), now)
        journeys.sent(session, talk.id, 2)
        if number < 8:
            journeys.attended(session, talk.id, "reached", now)
        journeys.unmet(session, talk, ["travel", *["housing"] * (number < 3)], now)
        journeys.unmet(session, talk, ["travel"], now)


def test_a_quarter_shows_nothing_small_and_nothing_that_gives_it_away(db: Database, now: datetime) -> None:
    with db.write() as session:
        make_team(session, now)
        fill(session, now)
    quarter = journeys.quarter_of(now.date())
    with db.read() as session:
        found = figures.read(session, quarter, now.date() + timedelta(days=4), pence=2.5)
        own = figures.read(session, quarter, now.date() + timedelta(days=4), team_id="testshire")
        before = figures.read(session, journeys.quarter_of(quarter - timedelta(days=1)), now.date())
    place = found.splits[0]
    assert found.total == place.total == (33, 33, 20, 20, 8)
    assert [(row.key, row.counts[:2]) for row in place.rows] == [("testshire", (None, None)), (None, (None, None))]
    assert {split.total for split in found.splits} == {found.total}
    text = found.costs[0]
    assert (text.channel, text.sent, text.segments, text.pounds) == ("sms", 33, 66, 1.65)
    assert text.per_booked == (33 / 20, 1.65 / 20)
    assert found.unmet == (("travel", 33), ("housing", None))
    assert [(each.key, each.left) for each in found.questions] == [("name", 33)]
    assert own.total == (30, 30, 20, 20, 8)
    assert [split.by for split in own.splits] == ["channel", "source", "age"]
    assert (before.total, before.unmet, before.alerts) == ((0,) * 5, (), ())


def test_nobody_is_found_from_a_figure_once_they_are_erased(db: Database, now: datetime) -> None:
    with db.write() as session:
        make_team(session, now)
        talk = thread(session, 1, now)
        journeys.pass_on(session, talk, Passed(BOOKED), now)
        journeys.unmet(session, talk, ["travel"], now)
        journeys.forget(session, [talk.id])
        journeys.sent(session, talk.id, 1)
    with db.read() as session:
        assert session.scalars(select(Journey.conversation_id)).all() == [None]
        assert session.scalars(select(UnmetNeed.conversation_id)).all() == [None]


def test_quarters_follow_each_other() -> None:
    assert figures.quarters(date(2026, 2, 28))[:3] == [date(2026, 1, 1), date(2025, 10, 1), date(2025, 7, 1)]
    assert len(figures.quarters(date(2026, 12, 31))) == figures.QUARTERS
