"""What was read before a lock is not believed after it: on PostgreSQL somebody else may have changed it in between."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from services import alerts, coach_calendars, duty, locks
from services.db import Database, Session
from services.models import Coach, CoachCalendar, DutyAlert, Team
from services.scopes import Viewer
from tests.services.diaries import make_team, talk

TEAM = "testshire"


def meanwhile(db: Database, does: Callable[[Session], object]) -> None:
    """Somebody else does it now, and commits."""

    def write() -> None:
        with db.write() as session:
            does(session)

    with ThreadPoolExecutor(1) as other:
        other.submit(write).result()


def rename(name: str) -> Callable[[Session], object]:
    return lambda session: setattr(session.get_one(Team, TEAM), "name", name)


@pytest.mark.parametrize(
    "lock",
    [
        lambda session: locks.get(session, Team, TEAM),
        lambda session: locks.get(session, Team, TEAM, key_share=True),
        lambda session: locks.get_one(session, Team, TEAM),
        lambda session: session.scalars(locks.on(select(Team))).one(),
        lambda session: session.scalars(locks.on(select(Team), of=[Team], skip_locked=True, key_share=True)).one(),
    ],
)
def test_a_row_is_read_again_once_it_is_locked(
    postgres_db: Database, now: datetime, lock: Callable[[Session], Team]
) -> None:
    db = postgres_db
    with db.write() as session:
        make_team(session, now)
    with db.write() as session:
        team = session.get_one(Team, TEAM)
        meanwhile(db, rename("Theirs"))
        assert team.name == "WorkWell Testshire"
        assert lock(session).name == "Theirs"


def test_what_this_session_changed_itself_is_kept(db: Database, now: datetime) -> None:
    with db.write() as session:
        make_team(session, now)
        session.get_one(Team, TEAM).name = "Ours"
        assert locks.get_one(session, Team, TEAM).name == "Ours"
        assert locks.get(session, Team, "nowhere") is None
        with pytest.raises(NoResultFound):
            locks.get_one(session, Team, "nowhere")


def test_of_two_who_close_an_alert_the_note_of_the_first_stays(postgres_db: Database, now: datetime) -> None:
    db = postgres_db
    with db.write() as session:
        make_team(session, now)
    thread = talk(db, now)
    with db.write() as session:
        alert = duty.alert(session, thread, TEAM, "self_harm", now).id
        assert duty.accept(session, alert, 1, now)
    with db.write() as session:
        seen = session.get_one(DutyAlert, alert)
        meanwhile(db, lambda other: alerts.close(other, alert, Viewer(1, TEAM), now, "rang, safe with her sister"))
        assert not alerts.close(session, alert, Viewer(2, TEAM), now, "could not reach")
        assert seen.closed_at is not None
    with db.read() as session:
        assert session.get_one(DutyAlert, alert).note == "rang, safe with her sister"


def test_of_two_who_renew_the_address_of_a_feed_neither_gets_back_the_old_one(
    postgres_db: Database, now: datetime
) -> None:
    db = postgres_db
    with db.write() as session:
        make_team(session, now)
        coach = session.scalars(select(Coach.id)).one()
        coach_calendars.renew_feed(session, coach, Viewer(1, TEAM), now)
    with db.write() as session:
        seen = session.get_one(CoachCalendar, coach)
        assert seen.feed == 1
        meanwhile(db, lambda other: coach_calendars.renew_feed(other, coach, Viewer(1, TEAM), now))
        coach_calendars.renew_feed(session, coach, Viewer(2, TEAM), now)
        assert seen.feed == 3
    with db.read() as session:
        assert session.get_one(CoachCalendar, coach).feed == 3
