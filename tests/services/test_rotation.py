"""Changing the key with data there: sealed anew, readable, found, also once the old key is gone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from services import consent, conversations, crypto, inbox, introductions, people, privacy, referrals, rotation, staff
from services.crypto import Keyring
from services.db import Database
from services.errors import CryptoError, SettingsError
from services.messages import Address, Inbound
from services.models import AddressRow, Base, MessageIn, Person, Referral, StaffMember
from services.rotation import INDEXES, index_columns, sealed_columns
from tests.services.diaries import make_team

OLD, NEW = "k1:first-key-of-the-ring", "k2:second-key-of-the-ring"
ANNA, BEN, CARA = (Address("sms", f"+4477009001{n}") for n in (23, 24, 25))

Open = Callable[[str], Database]


@pytest.fixture
def opened(db: Database) -> Iterator[Open]:
    """The same database by another ring."""
    made: list[Database] = []

    def opened(ring: str) -> Database:
        made.append(Database(db.url.render_as_string(hide_password=False), Keyring.parse(ring)))
        return made[-1]

    yield opened
    for each in made:
        each.close()


def fill(db: Database, now: datetime, tmp_path: Path) -> None:
    """Anna with a referral, Ben who stopped and was erased, Cara who was passed on, Sam of the staff."""
    with db.write() as session:
        make_team(session, now)
    for who in (ANNA, BEN):
        inbox.accept(db, Inbound(who, f"SM{who}", f"words of {who}"), False, now)
    with db.write() as session:
        for message in session.scalars(select(MessageIn)):
            message.taken_at = now
        anna, ben = session.scalars(select(Person).order_by(Person.id))
        people.set_name(session, anna.id, "Siân O'Neill")
        people.set_phone(session, anna.id, ANNA.value)
        thread = conversations.lock(session, 1)
        given = consent.record(session, thread, "share", wording="Share?", version="1", now=now, team_id="testshire")
        conversations.save(session, thread, {"slots": {"name": "Siân"}}, None)
        referrals.create(session, thread, "testshire", {"wish": "a quiet desk"}, now, consent_id=given.id)
        people.stop(session, 2, now)
        privacy.erase(session, ben.id, now, tmp_path / "ledger")
        privacy.finish_erasures(session, now)
        introductions.pass_on(session, introductions.Referrer("s", 9, 9), introductions.Given(CARA.value, "gp"), now)
        staff.add(session, "sam@example.org", "admin", now, name="Sam")


def check(db: Database) -> None:
    """Everything is read, found, and what must not be forgotten is not."""
    with db.read() as session:
        assert [p.name for p in people.find_by_surname(session, "oneill")] == ["Siân O'Neill"]
        assert [p.phone for p in people.find_by_phone(session, ANNA.value)] == [ANNA.value]
        assert people.find_address(session, ANNA) is not None
        stopped = people.find_address(session, BEN)
        assert stopped is not None, "STOP outlives erasure and the key"
        assert stopped.stopped_at is not None
        assert introductions.is_known(session, CARA.value), "nobody is texted first a second time"
        found = staff.find(session, "sam@example.org")
        assert found is not None
        assert found.email == "sam@example.org"
        referral = session.scalars(select(Referral)).one()
        assert referral.card == {"wish": "a quiet desk"}
        assert referrals.find_by_reference(session, referral.reference) is not None
        assert session.get_one(MessageIn, 1).body == f"words of {ANNA}"


def test_everything_is_read_and_found_after_the_old_key_is_gone(opened: Open, now: datetime, tmp_path: Path) -> None:
    fill(opened(OLD), now, tmp_path)
    both = opened(f"{NEW},{OLD}")
    check(both)
    assert rotation.rotate(both) > 10
    assert rotation.rotate(both) == 0, "once is enough"
    check(both)
    counted = rotation.census(both)
    assert counted["k1"] == {"hashes": 2}
    assert counted["k2"]["sealed"] > 5
    check(opened(f"{NEW},{both.keys.left_of('k1')}"))


def test_without_the_change_the_old_key_is_needed(opened: Open, now: datetime, tmp_path: Path) -> None:
    fill(opened(OLD), now, tmp_path)
    with pytest.raises(CryptoError, match="no key k1"):
        check(opened(f"{NEW},{opened(OLD).keys.left_of('k1')}"))
    with pytest.raises(CryptoError, match="no key k1"):
        rotation.rotate(opened(NEW))


def test_what_is_left_of_a_key_opens_and_signs_nothing() -> None:
    old = Keyring.parse(OLD)
    left = Keyring.parse(f"{NEW},{old.left_of('k1')}")
    assert "first-key" not in old.left_of("k1")
    with pytest.raises(CryptoError, match="no key k1"):
        left.decrypt(old.encrypt(b"words", "x"), "x")
    assert not left.signed("call", "7", old.sign("call", "7"))
    assert old.blind_index("phone", "1") in left.blind_indexes("phone", "1")
    assert left.openers == {"k2"}
    assert old.blind_index("backup", "keys") not in left.whole_indexes("backup", "keys")


@pytest.mark.parametrize(
    "ring", ["k1:look-up.short", "k1:look-up.!!!!!!!!!!!!", f"{Keyring.parse(OLD).left_of('k1')},{NEW}"]
)
def test_a_ring_that_cannot_write_or_was_cut_short_is_refused(ring: str) -> None:
    with pytest.raises(SettingsError):
        Keyring.parse(ring)


def test_it_goes_on_where_it_was_broken_off(
    opened: Open, now: datetime, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(opened(OLD), now, tmp_path)
    both = opened(f"{NEW},{OLD}")
    real, calls = rotation._rotate_row, []

    def dies(*given: Any) -> int:
        calls.append(1)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return real(*given)

    monkeypatch.setattr(rotation, "BATCH", 1)
    monkeypatch.setattr(rotation, "_rotate_row", dies)
    with pytest.raises(KeyboardInterrupt):
        rotation.rotate(both)
    check(both)
    monkeypatch.setattr(rotation, "_rotate_row", real)
    assert rotation.rotate(both) > 0
    check(opened(f"{NEW},{both.keys.left_of('k1')}"))


def test_every_column_of_keyed_hashes_is_known_and_says_the_truth(db: Database, now: datetime, tmp_path: Path) -> None:
    there = {str(column) for table in Base.metadata.sorted_tables for column in index_columns(table)}
    assert there == set(INDEXES)
    for table in Base.metadata.sorted_tables:
        if sealed_columns(table) or index_columns(table):
            assert len(table.primary_key.columns) == 1
    fill(db, now, tmp_path)
    with db.read() as session:
        keys = crypto.keys_of(session.get_bind())
        for name, index in INDEXES.items():
            model = {"people": Person, "addresses": AddressRow, "referrals": Referral, "staff": StaffMember}.get(
                name.split(".")[0]
            )
            for row in session.scalars(select(model)) if model else []:
                words = getattr(row, index.column or "")
                made = getattr(row, name.split(".")[1])
                assert words is None or made is None or made == keys.blind_index(index.subject, index.of(words, row))
