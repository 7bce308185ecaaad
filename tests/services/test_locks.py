"""What was read before a lock is not believed after it: on PostgreSQL somebody else may have changed it in between."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import NoResultFound

from services import (
    alerts,
    coach_calendars,
    conversations,
    delivery,
    drafts,
    duty,
    examples,
    helpline_checks,
    helplines,
    locks,
    outbox,
    people,
    sources,
    staff,
    staff_diaries,
    staff_phones,
    team_changes,
    team_hooks,
    trials,
)
from services.db import Database, Session
from services.examples import Labelled
from services.models import (
    AddressRow,
    Coach,
    CoachCalendar,
    DutyAlert,
    HelplineCheck,
    MessageOut,
    StaffMember,
    Team,
    TeamHook,
)
from services.scopes import Viewer
from tests.services.at_once import both, meanwhile
from tests.services.diaries import make_team, talk

TEAM = "testshire"


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


def new_team(session: Session, now: datetime) -> bool:
    facts = {"name": "North", "short_name": "North", "controller": "An ICB", "caller_number": "01632 960123"}
    return team_changes.make(session, "north", facts, 1, now)


def new_account(session: Session, now: datetime) -> bool:
    try:
        staff.add(session, "kim@north.example", "editor", now)
    except ValueError as told:
        return str(told) != "this address has an account"
    return True


def new_coach(session: Session, now: datetime) -> bool:
    try:
        staff_diaries.add(session, "Kim", "", Viewer(1, TEAM), now)
    except ValueError as told:
        return str(told) != "diary_twice"
    return True


def new_code(session: Session, now: datetime) -> bool:
    return sources.make(session, "poster-1", "Poster", "leaflet", now) is not None


def new_words(session: Session, now: datetime) -> bool:
    return examples.teach(session, [Labelled(0, "what happens on the day")], "ask_what_happens", 1, now) == 1


def new_draft(session: Session, now: datetime) -> bool:
    if drafts.lock(session) is not None:
        return False
    drafts.keep(session, 1, {"flows/a.yml": "x"}, {}, 1, now, "words")
    return True


def new_trial(session: Session, now: datetime) -> bool:
    return trials.begin(session, "mark", "all", 3, now) is not None


@pytest.mark.parametrize("make", [new_team, new_account, new_coach, new_code, new_words, new_draft, new_trial])
def test_of_two_who_make_the_same_at_once_the_second_hears_what_one_who_comes_later_hears(
    postgres_db: Database, now: datetime, make: Callable[[Session, datetime], bool]
) -> None:
    db = postgres_db
    with db.write() as session:
        make_team(session, now)

    def second() -> bool:
        with db.write() as session:
            return make(session, now)

    assert both(db, lambda session: make(session, now), second) == (True, False)
    assert second() is False


def choose_mail(session: Session, now: datetime) -> None:
    coach_calendars.want_mail(session, session.scalars(select(Coach.id)).one(), False, Viewer(1, TEAM), now)


def give_hook(session: Session, now: datetime) -> None:
    address = "http://127.0.0.1:9/in"
    team_hooks.give(session, TEAM, address, "event", "staff:1", now, loopback=True)


def check_number(session: Session, now: datetime) -> None:
    mark = helpline_checks.mark_of(helplines.table()[0])
    assert helpline_checks.write(session, mark, True, "", now.date(), 1, now)


@pytest.mark.parametrize(
    ("keep", "kept"),
    [(choose_mail, CoachCalendar), (give_hook, TeamHook), (check_number, HelplineCheck)],
)
def test_of_two_who_keep_the_first_of_its_kind_at_once_there_is_one(
    postgres_db: Database, now: datetime, keep: Callable[[Session, datetime], None], kept: type[Any]
) -> None:
    db = postgres_db
    with db.write() as session:
        make_team(session, now)

    def second() -> None:
        with db.write() as session:
            keep(session, now)

    both(db, lambda session: keep(session, now), second)
    with db.read() as session:
        assert session.scalar(select(func.count()).select_from(kept)) == 1


def test_of_two_wrong_guesses_at_once_each_counts(postgres_db: Database, now: datetime) -> None:
    db = postgres_db
    with db.write() as session:
        kim = staff.add(session, "kim@north.example", "editor", now).id
        assert staff_phones.ask(session, session.get_one(StaffMember, kim), "+447700900300", now) == "asked"

    def guess(session: Session) -> bool:
        return staff_phones.confirm(session, session.get_one(StaffMember, kim), "wrong", now)

    def second() -> bool:
        with db.write() as session:
            return guess(session)

    assert both(db, guess, second) == (False, False)
    with db.read() as session:
        waiting = session.get_one(StaffMember, kim).phone_waiting
    assert waiting is not None
    assert waiting["tries"] == 2


def test_who_stopped_in_the_moment_in_which_the_provider_says_so_stopped_themself(
    postgres_db: Database, now: datetime
) -> None:
    db, early = postgres_db, now - timedelta(seconds=1)
    thread = talk(db, now)
    with db.write() as session:
        outbox.queue(session, conversations.lock(session, thread), "answer", purpose="answer", now=now)
    with db.write() as session:
        row = session.scalars(select(MessageOut)).one()
        seen = session.get_one(AddressRow, row.address_id)
        assert seen.stopped_at is None
        meanwhile(db, lambda other: people.stop(other, thread, early))
        delivery._settle_stopped(session, row, now)
        assert seen.stopped_by == "person"
    with db.read() as session:
        address = session.scalars(select(AddressRow)).one()
        assert (address.stopped_by, address.stopped_at) == ("person", early)
