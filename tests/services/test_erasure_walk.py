"""Erasure, table by table and column by column: a column that nobody has classified fails here.

Every column that can hold text is named below with what becomes of it when a person is erased; times, counts, flags
and ids of rows need no name.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Date, DateTime, Float, Integer, LargeBinary, Table, func, select, type_coerce

from services import people, privacy
from services.db import Database
from services.models import Base, Person
from services.models.base import Sealed, SealedJson, UtcTime
from tests.services.diaries import make_team

CANARY = "quillfeather-zebedee"

ERASED = "erased with the person"
HASH = "a keyed hash: goes with the row; after STOP, and of who was texted first, it stays and nothing else does"
TEAM = "the team's record of somebody it took on: stays as long as the team must keep it"
CODE = "a code, an id or a fixed word of ours"
STAFF = "about staff, not about people"
CONTENT = "content and settings of the site"

WALK: dict[str, dict[str, str]] = {
    ERASED: {
        "people": "name phone",
        "addresses": "value",
        "conversations": "state",
        "messages_in": "body pressed provider_id",
        "messages_out": "body choices provider_id",
        "not_understood": "words",
        "introductions": "name postcode note source",
    },
    HASH: {
        "people": "surname_index phone_index",
        "addresses": "value_index",
        "introductions": "number_index",
        "rate_counts": "key",
    },
    TEAM: {
        "referrals": "reference reference_index card",
        "call_backs": "note",
        "desk_notes": "words",
        "plans": "words next_what",
        "check_ins": "question words",
        "duty_alerts": "note",
        "consents": "wording",
    },
    CODE: {
        "audit": "actor action subject detail seal",
        "audit_head": "seal",
        "due_work": "kind result",
        "last_outcomes": "result before after",
        "duty_alerts": "team_id kind reason asks retention",
        "early_receipts": "channel provider_id status reason",
        "eligibility_decisions": "team_id answer rules retention",
        "events": "name data",
        "introductions": "by retention",
        "leases": "name holder",
        "not_understood": "expecting flow intent retention",
        "people": "retention",
        "addresses": "channel stopped_by",
        "call_backs": "team_id reason result retention",
        "consents": "purpose version channel team_id retention",
        "referrals": "team_id status outcome retention",
        "appointments": "team_id kind zone status ended_by retention",
        "conversations": "channel revision team_id source outcome retention",
        "desk_notes": "team_id kind result retention",
        "plans": "retention",
        "check_ins": "answer retention",
        "transfers": "from_team_id to_team_id reason answer retention",
        "holds": "kind",
        "journeys": "channel team_id source age_band outcome question",
        "question_times": "question",
        "unmet_needs": "team_id need",
        "hook_events": "event_id kind lease reason status team_id",
        "invitations": "method status reason lease",
        "messages_in": "channel kind media source retention",
        "messages_out": "channel purpose status lease reason retention",
        "opening_offers": "kind result",
        "reminders_sent": "kind",
        "waiting_places": "team_id reason kind windows passed result",
    },
    STAFF: {
        "duty_asks": "code",
        "staff_texts": "kind number filled answers status reason",
        "coaches": "team_id name email languages",
        "coach_calendars": "busy_address busy_problem",
        "staff": "email email_index subject name role team_id password_hash totp_secret phone phone_index phone_waiting",
        "staff_passkeys": "credential name public_key",
        "staff_set_up_links": "token_hash",
        "staff_sign_ins": "token_hash",
        "working_hours": "call_kinds place",
        "duty_exceptions": "team_id",
        "duty_rota": "team_id",
        "duty_rules": "team_id then",
    },
    CONTENT: {
        "dialog_approvals": "mark",
        "dialog_drafts": "authors changes tests",
        "dialog_publications": "by hash kind note",
        "dialog_revisions": "hash content actions created_by",
        "dialog_tests": "name text",
        "dialog_trials": "covered failures mark problem scope",
        "listings": "id name categories what_for phone phone_cost text_number url hours nations area area_codes ages"
        " who_for sms source source_date checked_by extra",
        "source_codes": "code name kind team_id controller",
        "team_hooks": "address changed_by form secret team_id",
        "nlu_examples": "mark words intent",
        "nlu_trainings": "figures model outcome previous problem stage",
        "team_rules": "team_id kind value source confirmed_by",
        "team_changes": "team_id kind said",
        "helpline_checks": "mark note",
        "teams": "id name short_name board controller privacy_url caller_number email call_kinds kind_minutes",
        "footprints": "team_id kind code edition accepts",
    },
}
NO_WORDS = (Integer, DateTime, UtcTime, Boolean, Float, Date)
TEAM_TABLES = (
    "referrals",
    "appointments",
    "call_backs",
    "desk_notes",
    "plans",
    "check_ins",
    "transfers",
    "consents",
    "eligibility_decisions",
)
FOR_EVER = {"duty_alerts", "events", "audit"}
"""Alerts have a class of retention of their own; events and the audit hold ids and codes alone."""


def classified() -> list[str]:
    return [f"{table}.{name}" for tables in WALK.values() for table, names in tables.items() for name in names.split()]


def test_every_column_that_can_hold_words_has_a_class() -> None:
    there = {
        str(column)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if not isinstance(column.type, NO_WORDS)
    }
    told = classified()
    assert len(told) == len(set(told)), "each has one"
    assert sorted(there - set(told)) == [], "classify these: what becomes of them when a person is erased?"
    assert sorted(set(told) - there) == [], "these columns are gone"


def test_every_table_that_names_a_person_or_a_conversation_is_walked() -> None:
    naming = {
        table.name for table in Base.metadata.sorted_tables if {"person_id", "conversation_id"} & set(table.c.keys())
    }
    reached = {table for kind in (ERASED, TEAM) for table in WALK[kind]} | {
        "due_work",
        "holds",
        "last_outcomes",
        "hook_events",
        "waiting_places",
        "journeys",
        "unmet_needs",
        *TEAM_TABLES,
        *FOR_EVER,
    }
    assert sorted(naming - reached) == []


def fill(session: Any, table: Table, **ids: Any) -> None:
    """One row with the canary wherever words fit."""
    values = {column.name: _value(column, ids) for column in table.columns if not _is_made(column)}
    session.execute(table.insert().values({**values, **{name: each for name, each in ids.items() if name in table.c}}))


def _is_made(column: Column[Any]) -> bool:
    return (column.primary_key and isinstance(column.type, Integer)) or bool(column.foreign_keys and column.nullable)


def _value(column: Column[Any], ids: dict[str, Any]) -> Any:
    if isinstance(column.type, DateTime | UtcTime):
        return ids["now"] if not column.nullable else None
    if isinstance(column.type, Date):
        return ids["now"].date()
    if isinstance(column.type, Boolean):
        return False
    if isinstance(column.type, Integer | Float):
        return 1
    if str(column) in {f"{table}.{name}" for table, names in WALK[CODE].items() for name in names.split()}:
        return {"team_id": "testshire", "channel": "sms", "status": "sent"}.get(column.name) or (
            []
            if column.name in ("rules", "asks")
            else {}
            if column.name in ("data", "detail")
            else None
            if column.nullable
            else "code"
        )
    return {"said": CANARY} if isinstance(column.type, SealedJson) else CANARY


def somebody(db: Database, now: datetime, *, taken_on: bool) -> tuple[int, int]:
    """A person with a row in every table that can hold one; person and conversation."""
    tables = Base.metadata.tables
    with db.write() as session:
        make_team(session, now)
        thread = people.find_or_make_conversation(session, people.Address("sms", "+447700900123"), now)
        person = session.scalars(select(Person.id)).one()
        ids = {"person_id": person, "conversation_id": thread, "address_id": 1, "team_id": "testshire", "now": now}
        ids |= {"from_team_id": "testshire", "to_team_id": "testshire"}
        ids |= {
            "referral_id": 1,
            "coach_id": 1,
            "settled_at": now,
            "taken_at": now,
            "moved_from_id": None,
            "lease_until": None,
        }
        for name in (
            "messages_in",
            "messages_out",
            "not_understood",
            "due_work",
            "holds",
            "introductions",
            "consents",
            "hook_events",
            "waiting_places",
        ):
            fill(session, tables[name], **ids)
        for name in ("eligibility_decisions", "events", "duty_alerts", "journeys", "unmet_needs"):
            fill(session, tables[name], **ids)
        for name in ("referrals", "appointments", "call_backs", "desk_notes", "plans", "check_ins", "transfers"):
            if not taken_on:
                continue
            fill(session, tables[name], **ids)
        values = {"name": CANARY, "surname_index": CANARY, "phone": CANARY, "phone_index": CANARY}
        session.execute(tables["people"].update().values(values))
        session.execute(tables["addresses"].update().values(value=CANARY))
        session.execute(tables["conversations"].update().values(state={"said": CANARY}))
    return person, thread


def erase(db: Database, person: int, now: datetime, ledger: Path) -> None:
    with db.write() as session:
        privacy.erase(session, person, now, ledger)
    with db.write() as session:
        assert privacy.finish_erasures(session, now) == 1


def found(db: Database) -> set[str]:
    """The columns in which the canary still stands, opened with the keys."""
    with db.read() as session:
        return {
            str(column)
            for table in Base.metadata.sorted_tables
            for column in table.columns
            if any(CANARY in str(value) for value in session.execute(select(column)).scalars())
        }


def naming(db: Database, person: int, thread: int) -> set[str]:
    """The tables in which a row still names the person or the conversation."""
    with db.read() as session:
        return {
            table.name
            for table in Base.metadata.sorted_tables
            for column, value in (("person_id", person), ("conversation_id", thread))
            if column in table.c
            and session.scalar(select(func.count()).select_from(table).where(table.c[column] == value))
        }


def test_nothing_of_somebody_nobody_took_on_is_left(db: Database, now: datetime, tmp_path: Path) -> None:
    person, thread = somebody(db, now, taken_on=False)
    walked = {f"{table}.{name}" for table, names in WALK[ERASED].items() for name in names.split()}
    assert walked <= found(db), "the walk puts the canary into every column it speaks of"
    erase(db, person, now, tmp_path / "ledger")
    assert found(db) == {"introductions.number_index", "duty_alerts.note"}
    assert naming(db, person, thread) <= FOR_EVER
    assert CANARY not in (tmp_path / "ledger").read_text().replace(f'"{CANARY}"', "")


def test_after_stop_the_keyed_hash_stays_and_nothing_else(db: Database, now: datetime, tmp_path: Path) -> None:
    person, thread = somebody(db, now, taken_on=False)
    with db.write() as session:
        people.stop(session, thread, now)
    erase(db, person, now, tmp_path / "ledger")
    assert found(db) == {"introductions.number_index", "duty_alerts.note"}
    assert naming(db, person, thread) <= FOR_EVER | {"addresses", "conversations"}
    with db.read() as session:
        stopped = session.execute(select(Base.metadata.tables["addresses"])).one()
    assert (stopped.value, bool(stopped.stopped_at)) == (None, True)


@pytest.mark.parametrize("stopped", [False, True])
def test_of_somebody_taken_on_the_teams_record_stays_and_nothing_else(
    db: Database, now: datetime, tmp_path: Path, stopped: bool
) -> None:
    person, thread = somebody(db, now, taken_on=True)
    with db.write() as session:
        if stopped:
            people.stop(session, thread, now)
        session.execute(Base.metadata.tables["appointments"].update().values(status="reached"))
    erase(db, person, now, tmp_path / "ledger")
    record = {f"{table}.{name}" for table, names in WALK[TEAM].items() for name in names.split()}
    name_and_number = {"people.name", "people.phone", "people.surname_index", "people.phone_index"}
    assert found(db) == record | name_and_number | {"introductions.number_index"}
    assert naming(db, person, thread) <= {*FOR_EVER, *TEAM_TABLES} | (
        {"addresses", "conversations"} if stopped else set()
    )


def test_no_sealed_column_of_the_walk_lies_open(db: Database, now: datetime) -> None:
    somebody(db, now, taken_on=True)
    with db.read() as session:
        for table in Base.metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Sealed | SealedJson):
                    raw = session.execute(select(type_coerce(column, LargeBinary))).scalars()
                    assert not any(CANARY.encode() in bytes(value) for value in raw if value), column
