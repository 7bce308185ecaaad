"""Invariant 14: sealed columns, keyed look-ups, keys that turn."""

from __future__ import annotations

import stat
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import update

from services import crypto, people
from services.crypto import Keyring
from services.db import Database
from services.errors import CryptoError, SettingsError
from services.messages import Address
from services.models import MessageIn, Person
from services.settings import Settings
from services.staff import find as find_staff

OLD, NEW = "k1:first-key-of-the-ring", "k2:second-key-of-the-ring"


def test_the_same_words_never_look_the_same() -> None:
    keys = Keyring.parse(OLD)
    one, two = keys.encrypt(b"hello", "people.name"), keys.encrypt(b"hello", "people.name")
    assert one != two
    assert keys.decrypt(one, "people.name") == keys.decrypt(two, "people.name") == b"hello"


def test_a_value_moved_to_another_column_or_changed_does_not_open() -> None:
    keys = Keyring.parse(OLD)
    sealed = keys.encrypt(b"hello", "people.name")
    with pytest.raises(CryptoError):
        keys.decrypt(sealed, "people.phone")
    with pytest.raises(CryptoError):
        keys.decrypt(sealed[:-1] + bytes([sealed[-1] ^ 1]), "people.name")


def test_a_new_key_writes_and_the_old_one_still_reads() -> None:
    sealed = Keyring.parse(OLD).encrypt(b"hello", "x")
    both = Keyring.parse(f"{NEW},{OLD}")
    assert both.decrypt(sealed, "x") == b"hello"
    assert both.encrypt(b"hello", "x")[1:3] == b"k2"
    with pytest.raises(CryptoError, match="no key k1"):
        Keyring.parse(NEW).decrypt(sealed, "x")


def test_look_ups_find_what_any_key_stored(sqlite_db: Database, now: datetime) -> None:
    url = str(sqlite_db.url)
    before = Database(url, Keyring.parse(OLD))
    with before.write() as session:
        people.find_or_make_conversation(session, Address("sms", "+447700900123"), now)
        session.add(Person(created_at=now))
        people.set_name(session, 1, "Siân O'Neill")
        people.set_phone(session, 1, "+447700900123")
    before.close()
    after = Database(url, Keyring.parse(f"{NEW},{OLD}"))
    with after.read() as session:
        assert people.find_address(session, Address("sms", "+447700900123")) is not None
        assert people.find_address(session, Address("sms", "+447700900124")) is None
        assert [p.name for p in people.find_by_surname(session, "oneill")] == ["Siân O'Neill"]
        assert people.find_by_surname(session, "neil") == []
        assert [p.phone for p in people.find_by_phone(session, "+447700900123")] == ["+447700900123"]
        assert find_staff(session, "nobody@example.org") is None
    after.close()


def test_marks_are_ours_or_not() -> None:
    keys = Keyring.parse(OLD)
    mark = keys.sign("call", "7")
    assert keys.signed("call", "7", mark)
    assert Keyring.parse(f"{NEW},{OLD}").signed("call", "7", mark)
    for purpose, value, wrong in [("call", "8", mark), ("feed", "7", mark), ("call", "7", ""), ("call", "7", "é")]:
        assert not keys.signed(purpose, value, wrong)


@pytest.mark.parametrize(
    "text", ["", "k1", "k1:short", "k1:long-enough-key-1,k1:long-enough-key-2", ":long-enough-key-1"]
)
def test_a_ring_that_makes_no_sense_is_refused(text: str) -> None:
    with pytest.raises(SettingsError):
        Keyring.parse(text)


def test_the_secret_key_is_made_once_and_only_we_may_read_it(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "var")
    first = crypto.secret_key(settings)
    assert len(first) >= 48
    assert crypto.secret_key(settings) == first
    assert stat.S_IMODE((tmp_path / "var" / "secret.key").stat().st_mode) == 0o600
    assert [p.name for p in (tmp_path / "var").iterdir()] == ["secret.key"]
    assert crypto.secret_key(Settings(home=tmp_path, secret="given")) == "given"  # type: ignore[arg-type]


def test_a_database_opened_without_the_right_key_says_so(sqlite_db: Database, now: datetime) -> None:
    with sqlite_db.write() as session:
        session.add(Person(created_at=now, name="Anna"))
    other = Database(str(sqlite_db.url), Keyring.parse(NEW))
    with other.read() as session, pytest.raises(CryptoError):
        session.get_one(Person, 1)
    with other.write() as session:
        session.execute(update(MessageIn).values(urgent=True))  # what needs no key works
    other.close()
