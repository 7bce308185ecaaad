"""Accounts: nothing tells whether an address has one, guesses lock, links and codes work once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pyotp
import pytest
from pwdlib import PasswordHash

from services import staff
from services.db import Database
from services.models import StaffMember

EMAIL, PASSWORD = "sam@example.org", "correct horse battery"


@pytest.fixture
def member(sqlite_db: Database, now: datetime) -> StaffMember:
    with sqlite_db.write() as session:
        row = staff.add(session, " Sam@Example.org ", "coach", now, name="Sam")
        staff.set_password(session, row, PASSWORD, now)
        return row


def check(db: Database, now: datetime, password: str = PASSWORD, code: str | None = None, email: str = EMAIL) -> str:
    with db.write() as session:
        return staff.check_password(session, email, password, now, code)[0]


def test_a_set_up_link_works_once_and_for_two_days(sqlite_db: Database, now: datetime) -> None:
    with sqlite_db.write() as session:
        row = staff.add(session, EMAIL, "admin", now)
        token = staff.make_set_up_link(session, row.id, now)
        late = staff.make_set_up_link(session, row.id, now - timedelta(days=3))
        assert staff.set_up(session, token, "short", now) == "short"
        assert isinstance(staff.set_up(session, token, PASSWORD, now), StaffMember)
        assert staff.set_up(session, token, PASSWORD, now) == "gone"
        assert staff.set_up(session, late, PASSWORD, now) == "gone"
        assert staff.set_up(session, "x", PASSWORD, now) == "gone"
    assert check(sqlite_db, now) == "ok"


def test_an_account_without_a_password_and_no_account_are_alike(sqlite_db: Database, now: datetime) -> None:
    with sqlite_db.write() as session:
        staff.add(session, "new@example.org", "coach", now)
    assert check(sqlite_db, now, email="new@example.org") == "wrong"
    assert check(sqlite_db, now, email="nobody@example.org") == "wrong"


def test_five_failures_lock_for_a_quarter_of_an_hour(sqlite_db: Database, now: datetime, member: StaffMember) -> None:
    assert [check(sqlite_db, now, "wrong") for _ in range(5)] == ["wrong"] * 5
    assert check(sqlite_db, now) == "locked"
    assert check(sqlite_db, now + timedelta(minutes=15)) == "ok"


def test_a_code_is_asked_for_and_works_once(sqlite_db: Database, now: datetime, member: StaffMember) -> None:
    secret = staff.new_totp_secret()
    code = pyotp.TOTP(secret).at(int(now.timestamp()))
    with sqlite_db.write() as session:
        row = session.get_one(StaffMember, member.id)
        assert not staff.turn_on_totp(session, row, secret, "000000" if code != "000000" else "111111", now)
        assert staff.turn_on_totp(session, row, secret, code, now)
        assert staff.totp_address(row, secret).startswith("otpauth://totp/Anydoor:sam%40example.org")
    assert check(sqlite_db, now) == "code_needed"
    assert check(sqlite_db, now, code=code) == "wrong", "it was used to turn codes on"
    next_one = now + timedelta(seconds=30)
    code = pyotp.TOTP(secret).at(int(next_one.timestamp()))
    assert check(sqlite_db, next_one, code=code) == "ok"
    assert check(sqlite_db, next_one, code=code) == "wrong"


def test_a_right_password_cannot_be_found_out_by_leaving_the_code_away(
    sqlite_db: Database, now: datetime, member: StaffMember
) -> None:
    with sqlite_db.write() as session:
        session.get_one(StaffMember, member.id).totp_secret = staff.new_totp_secret()
    assert [check(sqlite_db, now) for _ in range(5)] == ["code_needed"] * 5
    assert check(sqlite_db, now) == "locked"


def test_the_same_work_is_done_for_everybody(
    sqlite_db: Database, now: datetime, member: StaffMember, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = []
    real = staff._hasher().verify

    class Counting:
        def verify(self, password: str, against: str) -> bool:
            work.append(against.split("$")[1:4])
            return real(password, against)

    staff._nobodys_hash()
    monkeypatch.setattr(staff, "_hasher", Counting)
    for _ in range(6):
        check(sqlite_db, now, "wrong")
    assert check(sqlite_db, now) == "locked"
    check(sqlite_db, now, email="nobody@example.org")
    assert len(work) == 8
    assert len({str(each) for each in work}) == 1


def test_a_password_costs_who_guesses_what_argon2s_authors_recommend(
    sqlite_db: Database,
    now: datetime,
    member: StaffMember,
    real_hasher: Callable[[], PasswordHash],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Memory in KiB, passes and lanes of RFC 9106, second recommended option."""
    monkeypatch.setattr(staff, "_hasher", real_hasher)
    with sqlite_db.write() as session:
        row = session.get_one(StaffMember, member.id)
        staff.set_password(session, row, PASSWORD, now)
        assert row.password_hash.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert check(sqlite_db, now) == "ok"
    assert check(sqlite_db, now, "wrong") == "wrong"


def test_what_was_weighed_against_an_older_password_does_not_count(
    sqlite_db: Database, now: datetime, member: StaffMember
) -> None:
    with sqlite_db.read() as session:
        weighed = staff.weigh(session, EMAIL, PASSWORD)
    with sqlite_db.write() as session:
        staff.set_password(session, session.get_one(StaffMember, member.id), "another good password", now)
    with sqlite_db.write() as session:
        assert staff.judge(session, weighed, now) == ("wrong", None)


def test_a_password_that_everybody_guesses_is_not_set(sqlite_db: Database, now: datetime, member: StaffMember) -> None:
    with sqlite_db.write() as session:
        token = staff.make_set_up_link(session, member.id, now)
        assert staff.set_up(session, token, "password1234", now) == "guessable"
        assert staff.set_up(session, token, "sam-example-sam", now) == "guessable"
        assert isinstance(staff.set_up(session, token, "purple kettle running", now), StaffMember)


def test_a_password_that_was_stolen_elsewhere_is_not_set(
    sqlite_db: Database, now: datetime, member: StaffMember
) -> None:
    with sqlite_db.write() as session:
        token = staff.make_set_up_link(session, member.id, now)
        assert staff.set_up(session, token, "sweetheart2012", now) == "broken"
        changed = staff.set_up(session, token, "purple kettle running", now)
        assert isinstance(changed, StaffMember)
        weighed = staff.weigh(session, member.email, "purple kettle running")
        assert staff.change_password(session, changed, weighed, "nostoppingyallheard", now) == "broken"


def test_a_sign_in_ends(sqlite_db: Database, now: datetime, member: StaffMember) -> None:
    with sqlite_db.write() as session:
        one, two, three = (staff.sign_in(session, member, now) for _ in range(3))
        assert (found := staff.signed_in(session, one, now)) is not None
        assert found.id == member.id
        assert staff.signed_in(session, "guess", now) is None
        staff.sign_out(session, one, now)
        assert staff.signed_in(session, one, now) is None
        assert staff.signed_in(session, two, now + timedelta(hours=1)) is None, "idle"
        for minutes in range(0, 720, 50):
            staff.seen(session, three, now + timedelta(minutes=minutes))
        assert staff.signed_in(session, three, now + timedelta(minutes=719)) is not None
        assert staff.signed_in(session, three, now + timedelta(hours=12)) is None, "twelve hours are over"


def test_a_new_password_or_a_closed_account_ends_every_sign_in(
    sqlite_db: Database, now: datetime, member: StaffMember
) -> None:
    with sqlite_db.write() as session:
        row = session.get_one(StaffMember, member.id)
        token = staff.sign_in(session, row, now)
        staff.set_password(session, row, "another good password", now)
        assert staff.signed_in(session, token, now) is None
        token = staff.sign_in(session, row, now)
        staff.disable(session, row, now)
        assert staff.signed_in(session, token, now) is None
    assert check(sqlite_db, now, "another good password") == "wrong"


def test_an_address_has_one_account_and_a_role_is_known(
    sqlite_db: Database, now: datetime, member: StaffMember
) -> None:
    with sqlite_db.write() as session:
        with pytest.raises(ValueError, match="has an account"):
            staff.add(session, EMAIL.upper(), "coach", now)
        with pytest.raises(ValueError, match="a role is one of"):
            staff.add(session, "x@example.org", "owner", now)  # type: ignore[arg-type]
