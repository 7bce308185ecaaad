"""Accounts that are there: a new link, codes off, signed out, closed; each in the audit."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.cli.accounts import Proof
from services import staff
from services.db import Database
from services.models import AuditRow, StaffMember
from services.settings import load
from tests.bot.cli.conftest import Run

EMAIL, PASSWORD = "lee@example.org", "purple kettle running"


@pytest.fixture
def token(home: Path, now: datetime) -> str:
    """Lee, with a password and codes, is signed in."""
    db = Database.of(load())
    with db.write() as session:
        row = staff.add(session, EMAIL, "admin", now, name="Lee")
        staff.set_password(session, row, PASSWORD, now)
        row.totp_secret = staff.new_totp_secret()
        made = staff.sign_in(session, row, now)
    db.close()
    return made


def lee(token: str, now: datetime) -> tuple[StaffMember, bool, list[str]]:
    """The account, whether the sign-in still works, what is in the audit."""
    db = Database.of(load())
    with db.read() as session:
        row = staff.find(session, EMAIL)
        assert row is not None
        found = row, staff.signed_in(session, token, now) is not None, list(session.scalars(select(AuditRow.action)))
    db.close()
    return found


def details() -> list[dict[str, str]]:
    db = Database.of(load())
    with db.read() as session:
        found = list(session.scalars(select(AuditRow.detail)))
    db.close()
    return found


def test_a_new_link_leaves_codes_and_the_old_password_on(run: Run, token: str, now: datetime) -> None:
    said = run("staff", "link", EMAIL.upper())
    assert re.search(r"/set-up/\S{40,}", said.stdout)
    row, signed_in, audited = lee(token, now)
    assert row.totp_secret
    assert signed_in
    assert audited == ["staff.link"]


@pytest.mark.parametrize("proof", list(Proof))
def test_codes_of_a_lost_phone_are_taken_off_and_everybody_is_signed_out(
    run: Run, home: Path, token: str, now: datetime, proof: Proof
) -> None:
    assert run("staff", "codes-off", EMAIL, "--proof", proof).exit_code == 0
    row, signed_in, audited = lee(token, now)
    assert (row.totp_secret, signed_in, audited) == (None, False, ["staff.codes_off"])
    assert details() == [{"proof": proof.value}]


@pytest.mark.parametrize("given", [(), ("--proof", "they-said-so")])
def test_codes_stay_on_until_it_is_said_how_it_was_made_sure_who_asks(
    run: Run, token: str, now: datetime, given: tuple[str, ...]
) -> None:
    said = run("staff", "codes-off", EMAIL, *given)
    assert (said.exit_code, "--proof" in said.stderr) == (2, True)
    row, signed_in, audited = lee(token, now)
    assert (bool(row.totp_secret), signed_in, audited) == (True, True, [])


def test_signed_out_everywhere(run: Run, token: str, now: datetime) -> None:
    assert run("staff", "sign-out", EMAIL).exit_code == 0
    row, signed_in, audited = lee(token, now)
    assert (bool(row.totp_secret), signed_in, audited) == (True, False, ["staff.sign_out"])


def test_a_closed_account_is_closed_at_once(run: Run, token: str, now: datetime) -> None:
    assert run("staff", "close", EMAIL).exit_code == 0
    row, signed_in, audited = lee(token, now)
    assert row.disabled_at is not None
    assert (signed_in, audited) == (False, ["staff.close"])


@pytest.mark.parametrize("command", ["link", "codes-off --proof video", "sign-out", "close"])
def test_nobody_by_that_address_is_said(run: Run, home: Path, token: str, command: str) -> None:
    said = run("staff", *command.split(), "nobody@example.org")
    assert said.exit_code == 1
    assert "Nobody has an account" in said.stderr
