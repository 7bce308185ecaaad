"""A number passed on by a professional: one text ever, by day, and nothing left of it that is not needed."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from services import (
    conversations,
    due_work,
    holdings,
    inbox,
    introductions,
    people,
    privacy,
    reminders,
    retention,
    sources,
)
from services.db import Database
from services.introductions import Given, Referrer
from services.messages import Address, Inbound
from services.models import AddressRow, AuditRow, Conversation, DueWork, Introduction, Person

NUMBER = "+447700900123"
ADDRESS = Address("sms", NUMBER)
SURGERY = Referrer("oak-street-abcdefghjk", 10, 30)
GIVEN = Given(NUMBER, "gp", "Sam", "PR1 8XJ", "Ring after 3pm")


def pass_on(db: Database, now: datetime, given: Given = GIVEN) -> bool:
    with db.write() as session:
        return introductions.pass_on(session, SURGERY, given, now)


def person_of(db: Database) -> int:
    with db.read() as session:
        return holdings.person_at(session, ADDRESS)


def erase(db: Database, now: datetime, folder: Path) -> None:
    with db.write() as session:
        privacy.erase(session, holdings.person_at(session, ADDRESS), now, folder / "ledger")
        privacy.finish_erasures(session, now)


def test_a_first_text_is_planned_with_its_source(db: Database, now: datetime) -> None:
    assert pass_on(db, now)
    with db.read() as session:
        work = session.scalars(select(DueWork)).one()
        thread = session.scalars(select(Conversation)).one()
        assert (work.kind, work.due_at, work.conversation_id) == (introductions.KIND, now, thread.id)
        assert (thread.source, thread.last_in_at) == (SURGERY.source, None)
        row = introductions.of(session, thread.id)
        assert row
        assert (row.name, row.postcode, row.note, row.by) == ("Sam", "PR1 8XJ", "Ring after 3pm", "gp")


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        (datetime(2026, 11, 23, 20, 0, tzinfo=UTC), datetime(2026, 11, 24, 8, 0, tzinfo=UTC)),
        (datetime(2026, 11, 23, 7, 59, tzinfo=UTC), datetime(2026, 11, 23, 8, 0, tzinfo=UTC)),
        (datetime(2026, 7, 1, 19, 0, tzinfo=UTC), datetime(2026, 7, 2, 7, 0, tzinfo=UTC)),
    ],
)
def test_at_night_it_waits_for_eight_in_england(sqlite_db: Database, asked: datetime, due: datetime) -> None:
    pass_on(sqlite_db, asked)
    with sqlite_db.read() as session:
        assert session.scalars(select(DueWork.due_at)).one() == due
    assert reminders.quiet_from(due).hour == (20 if due.month == 11 else 19)


def test_twenty_at_once_with_the_same_number_are_one_text(db: Database, now: datetime) -> None:
    with ThreadPoolExecutor(20) as pool:
        sent = list(pool.map(lambda _: pass_on(db, now), range(20)))
    with db.read() as session:
        assert sent.count(True) == 1
        assert len(list(session.scalars(select(DueWork)))) == 1
        assert len(list(session.scalars(select(AddressRow)))) == 1
        results = [row.detail["result"] for row in session.scalars(select(AuditRow))]
        assert sorted(results) == ["nothing_new"] * 19 + ["planned"]


def test_twenty_at_once_count_to_the_cap_and_no_further(db: Database, now: datetime) -> None:
    def post(number: int) -> str | None:
        with db.write() as session:
            return introductions.count(session, Referrer("jobcentre-x", 5, 30), f"192.0.2.{number}", now)

    with ThreadPoolExecutor(20) as pool:
        assert sorted(pool.map(post, range(20)), key=str) == [None] * 5 + ["hour"] * 15


@pytest.mark.parametrize("known", ["wrote", "stopped", "stopped_and_erased", "is_rung", "passed_on", "erased"])
def test_who_is_known_gets_nothing_new(db: Database, now: datetime, known: str, tmp_path: Path) -> None:
    if known in ("passed_on", "erased"):
        pass_on(db, now)
    else:
        at = Address("web", "a" * 40) if known == "is_rung" else ADDRESS
        accepted = inbox.accept(db, Inbound(at, "SM1", "hi"), False, now)
        with db.write() as session:
            inbox.take(session, accepted.message_id, now)
            if known.startswith("stopped"):
                people.stop(session, accepted.conversation_id, now)
            if known == "is_rung":
                people.set_phone(session, 1, NUMBER)
    if known.endswith("erased"):
        erase(db, now, tmp_path)
    with db.read() as session:
        before = len(list(session.scalars(select(DueWork).where(DueWork.done_at.is_(None)))))
    assert not pass_on(db, now + timedelta(days=400))
    with db.read() as session:
        assert len(list(session.scalars(select(DueWork).where(DueWork.done_at.is_(None))))) == before


def test_the_person_sees_what_was_passed_on_and_may_have_it_deleted(
    db: Database, now: datetime, tmp_path: Path
) -> None:
    pass_on(db, now)
    with db.read() as session:
        held = holdings.everything(session, person_of(db))
    assert held["passed_on"][0] | {"at": ""} == {
        "at": "",
        "by": "gp",
        "source": SURGERY.source,
        "name": "Sam",
        "postcode": "PR1 8XJ",
        "note": "Ring after 3pm",
    }
    assert held["ids_and_states"]["passed_on"][0]["by"] == "gp"
    erase(db, now, tmp_path)
    with db.read() as session:
        row = session.scalars(select(Introduction)).one()
        left = (row.person_id, row.conversation_id, row.source, row.name, row.postcode, row.note)
        assert left == (None,) * 6
        assert (list(session.scalars(select(Person))), list(session.scalars(select(DueWork)))) == ([], [])


def test_who_never_answers_is_forgotten_whole_after_thirty_days(db: Database, now: datetime) -> None:
    pass_on(db, now)
    with db.write() as session:
        due_work.finish(session, 1, now)
    for days, left in ((29, 1), (31, 0)):
        retention.sweep(db, now + timedelta(days=days))
        with db.write() as session:
            privacy.finish_erasures(session, now + timedelta(days=days))
        with db.read() as session:
            assert len(list(session.scalars(select(AddressRow)))) == left
    assert not pass_on(db, now + timedelta(days=60))


def test_of_who_answers_only_their_own_words_stay(db: Database, now: datetime) -> None:
    pass_on(db, now)
    later = now + timedelta(days=31)
    inbox.accept(db, Inbound(ADDRESS, "SM1", "1"), False, later - timedelta(days=1))
    retention.sweep(db, later)
    with db.read() as session:
        row = session.scalars(select(Introduction)).one()
        assert (row.name, row.postcode, row.note, row.source) == (None, None, None, SURGERY.source)
        assert conversations.find(session, ADDRESS) == row.conversation_id


def test_a_code_that_opens_the_form_cannot_be_guessed_and_can_be_closed(db: Database, now: datetime) -> None:
    with db.write() as session:
        one, two = (sources.open_form(session, "Oak Street Surgery", "gp", now, per_hour=3) for _ in range(2))
        assert one.code != two.code
        assert one.code.startswith("oak-street-surgery-")
        assert (one.refer_per_hour, one.refer_per_day) == (3, sources.PER_DAY)
        sources.add(session, "gp23", "Poster", "gp", now)
        assert sources.find_form(session, "gp23") is None
        assert sources.find_form(session, one.code.upper()) is one
        assert (sources.close(session, one.code), sources.close(session, one.code)) == (True, False)
        assert sources.find_form(session, one.code) is None
        assert len(sources.listed(session)) == 3


@pytest.mark.parametrize(
    ("name", "kind", "hour", "day", "says"),
    [
        ("Oak", "poster", 1, 1, "A kind is one of gp"),
        ("--", "gp", 1, 1, "letters or digits"),
        ("x" * 61, "gp", 1, 1, "60 characters at most"),
        ("Oak", "gp", 0, 1, "limits"),
        ("Oak", "gp", 5, 4, "limits"),
        ("Oak", "gp", 1, 501, "500 at most"),
    ],
)
def test_a_code_that_makes_no_sense_is_refused(
    sqlite_db: Database, now: datetime, name: str, kind: str, hour: int, day: int, says: str
) -> None:
    with sqlite_db.write() as session, pytest.raises(ValueError, match=says):
        sources.open_form(session, name, kind, now, per_hour=hour, per_day=day)
