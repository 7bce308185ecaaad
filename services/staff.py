"""Accounts of staff: Argon2 passwords, one-time codes, sign-ins that can be ended, lock-out, set-up links.

Tokens are random; only their SHA-256 is kept. What a form can meet comes back as a word.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Literal, get_args

import pyotp
from pwdlib import PasswordHash
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from services import crypto, leavers, locks, passkeys, passwords, staff_diaries
from services.models import SetUpLink, SignIn, StaffMember

Role = Literal["coach", "lead", "editor", "safety", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
SHORTEST_PASSWORD = 12
MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)
SET_UP_FOR = timedelta(days=2)
SIGNED_IN_FOR = timedelta(hours=12)
IDLE_FOR = timedelta(hours=1)
FRESH_FOR = timedelta(minutes=10)

VOUCHED = "2f."
"""How the token of a sign-in begins whose second factor was asked for by the organisation's provider."""

TOTP_SECRET = re.compile(r"[A-Z2-7]{32}")

SignInResult = Literal["ok", "wrong", "locked", "code_needed", "passkey_needed", "another_person"]


@lru_cache(maxsize=1)
def _hasher() -> PasswordHash:
    return PasswordHash.recommended()


@lru_cache(maxsize=1)
def _nobodys_hash() -> str:
    """What a sign-in without an account is checked against, so that it takes as long."""
    return _hasher().hash(secrets.token_urlsafe(16))


def add(
    session: Session,
    email: str,
    role: Role,
    now: datetime,
    *,
    team_id: str | None = None,
    name: str = "",
    coach_id: int | None = None,
) -> StaffMember:
    """Make an account without a password. ValueError for an unknown role or an address that has an account."""
    if role not in ROLES:
        raise ValueError(f"a role is one of {', '.join(ROLES)}")
    locks.alone(session, f"account:{_tidy(email)}")
    if find(session, email) is not None:
        raise ValueError("this address has an account")
    row = StaffMember(
        email=_tidy(email),
        email_index=crypto.keys_of(session.get_bind()).blind_index("staff", _tidy(email)),
        role=role,
        team_id=team_id,
        name=name,
        coach_id=coach_id,
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def find(session: Session, email: str) -> StaffMember | None:
    """The account with this address, disabled ones too; None when there is none."""
    indexes = crypto.keys_of(session.get_bind()).blind_indexes("staff", _tidy(email))
    return session.scalars(select(StaffMember).where(StaffMember.email_index.in_(indexes))).first()


def make_set_up_link(session: Session, staff_id: int, now: datetime) -> str:
    """A token, good once and for two days, with which the person sets a password; undoes whom a provider stands for."""
    session.get_one(StaffMember, staff_id).subject = None
    token = secrets.token_urlsafe(32)
    session.add(SetUpLink(token_hash=hash_of(token), staff_id=staff_id, expires_at=now + SET_UP_FOR))
    session.flush()
    return token


def set_up(
    session: Session, token: str, password: str, now: datetime
) -> StaffMember | passwords.Wrong | Literal["short", "gone"]:
    """Use a set-up link: sets the password and ends every sign-in.

    "short" under 12 characters, "guessable" or "broken" as services/passwords.py says, "gone" when used.
    """
    link = locks.get(session, SetUpLink, hash_of(token))
    if link is None or link.used_at is not None or link.expires_at <= now:
        return "gone"
    if len(password) < SHORTEST_PASSWORD:
        return "short"
    row = session.get_one(StaffMember, link.staff_id)
    if wrong := passwords.wrong(password, row.email, row.name, row.team_id or ""):
        return wrong
    link.used_at = now
    set_password(session, row, password, now)
    return row


def set_password(session: Session, member: StaffMember, password: str, now: datetime) -> None:
    """Set a password (ValueError under 12 characters) and end every sign-in of the account."""
    if len(password) < SHORTEST_PASSWORD:
        raise ValueError(f"a password has {SHORTEST_PASSWORD} characters or more")
    member.password_hash = _hasher().hash(password)
    member.failures, member.locked_until = 0, None
    end_all(session, member.id, now)


def check_password(
    session: Session, email: str, password: str, now: datetime, code: str | None = None
) -> tuple[SignInResult, StaffMember | None]:
    """Check a password, and the one-time code where the account has one.

    Five failures lock the account for 15 minutes. The same answer, after the same work, for no account and for a
    wrong password; the caller commits, so that failures are counted.
    """
    return judge(session, weigh(session, email, password), now, code)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A password that was held against an account's: whose (None: nobody's), against which hash, whether it fits."""

    staff_id: int | None
    against: str
    fits: bool


def weigh(session: Session, email: str, password: str) -> Weighed:
    """The slow half of `check_password`, only reading, so that a flood of guesses keeps no writer waiting.

    The same work for an account that is locked, disabled or not there at all.
    """
    row = find(session, email)
    if row is None or row.password_hash is None or row.disabled_at is not None:
        return Weighed(None, "", _hasher().verify(password, _nobodys_hash()))
    return Weighed(row.id, row.password_hash, _hasher().verify(password, row.password_hash))


def judge(
    session: Session, weighed: Weighed, now: datetime, code: str | None = None
) -> tuple[SignInResult, StaffMember | None]:
    """The quick half: what was weighed counts while the account has the same password, is open and not locked.

    A password without the code that belongs to it is a failure like any other: else it could be tried for ever.
    """
    if weighed.staff_id is None:
        return "wrong", None
    row = locks.get_one(session, StaffMember, weighed.staff_id)
    if row.locked_until is not None and row.locked_until > now:
        return "locked", None
    if not weighed.fits or row.password_hash != weighed.against or row.disabled_at is not None:
        return _failed(session, row, now), None
    if row.totp_secret and not (code and _code_fits(row, code, now)):
        failed = _failed(session, row, now)
        return ("code_needed" if not code else failed), None
    if _wants_passkey(session, row):
        _failed(session, row, now)
        return "passkey_needed", None
    row.failures = 0
    session.flush()
    return "ok", row


def _wants_passkey(session: Session, row: StaffMember) -> bool:
    """Whether the second factor of an account is a passkey alone: then nothing else opens it."""
    return row.totp_secret is None and passkeys.has_any(session, row.id)


def _failed(session: Session, row: StaffMember, now: datetime) -> SignInResult:
    row.failures += 1
    if row.failures >= MOST_FAILURES:
        row.failures, row.locked_until = 0, now + LOCKED_FOR
    session.flush()
    return "wrong"


def _code_fits(row: StaffMember, code: str, now: datetime) -> bool:
    """A code fits for its 30 seconds and the ones beside it, and only once."""
    step = _step_of(row.totp_secret or "", code, now, after=row.totp_last_step)
    row.totp_last_step = row.totp_last_step if step is None else step
    return step is not None


def _step_of(secret: str, code: str, now: datetime, after: int | None = None) -> int | None:
    """The half minute that a code belongs to, of this one and those beside it; None for a wrong or a used one."""
    totp, given = pyotp.TOTP(secret), code.strip().encode()
    for step in (-1, 0, 1):
        number = int(now.timestamp()) // totp.interval + step
        fresh = after is None or number > after
        if fresh and secrets.compare_digest(totp.at(number * totp.interval).encode(), given):
            return number
    return None


def new_totp_secret() -> str:
    """A secret for an authenticator app, not yet on any account."""
    return pyotp.random_base32()


def totp_address(member: StaffMember, secret: str) -> str:
    """The otpauth address that the QR code shows."""
    return pyotp.TOTP(secret).provisioning_uri(name=member.email, issuer_name="Anydoor")


def turn_on_totp(session: Session, member: StaffMember, secret: str, code: str, now: datetime) -> bool:
    """Ask for one-time codes from now on, once one of them was shown to fit; that one is used up by it."""
    if not TOTP_SECRET.fullmatch(secret):
        return False
    step = _step_of(secret, code, now)
    if step is None:
        return False
    member.totp_secret, member.totp_last_step = secret, step
    session.flush()
    return True


def turn_off_totp(session: Session, member: StaffMember, now: datetime) -> str:
    """For a lost phone: codes are off, passkeys are gone, and every sign-in ends."""
    member.totp_secret = member.totp_last_step = None
    passkeys.remove(session, member.id)
    end_all(session, member.id, now)
    return ""


def is_own(session: Session, member: StaffMember, weighed: Weighed, now: datetime) -> bool:
    """Whether what was weighed is this account's password; a wrong one counts as a failed sign-in."""
    if member.locked_until is not None and member.locked_until > now:
        return False
    if weighed.staff_id == member.id and weighed.fits and weighed.against == member.password_hash:
        return True
    _failed(session, member, now)
    return False


def change_password(
    session: Session, member: StaffMember, weighed: Weighed, new: str, now: datetime
) -> passwords.Wrong | Literal["ok", "wrong", "short"]:
    """Their own password, once the present one was weighed and fits; a wrong one counts as a failed sign-in."""
    if not is_own(session, member, weighed, now):
        return "wrong"
    if len(new) < SHORTEST_PASSWORD:
        return "short"
    if wrong := passwords.wrong(new, member.email, member.name, member.team_id or ""):
        return wrong
    set_password(session, member, new, now)
    return "ok"


def judge_vouched(
    session: Session, email: str, subject: str, now: datetime, code: str | None = None, *, second_factor: bool
) -> tuple[SignInResult, StaffMember | None]:
    """Somebody for whom their organisation's provider vouches: "wrong" without an open account, as `judge` else.

    No account is made here. `subject`: who they are to the provider, for ever; the first sign-in binds the account to it,
    so that an address given to somebody else opens nothing ("another_person"). The one-time code is asked for where the
    account has one and the provider asked for none.
    """
    found = find(session, email)
    if found is None or found.disabled_at is not None:
        return "wrong", None
    row = locks.get_one(session, StaffMember, found.id)
    if row.subject and not secrets.compare_digest(row.subject.encode(), subject.encode()):
        return "another_person", None
    if row.totp_secret and not second_factor:  # only here is something to guess: a lock keeps nobody else out
        if row.locked_until is not None and row.locked_until > now:
            return "locked", None
        if not code:
            return "code_needed", row
        if not _code_fits(row, code, now):
            return _failed(session, row, now), None
    if not second_factor and _wants_passkey(session, row):
        return "passkey_needed", None
    row.failures, row.subject = 0, subject
    session.flush()
    return "ok", row


def sign_in(session: Session, member: StaffMember, now: datetime, *, second_factor: bool = False) -> str:
    """Open a sign-in for 12 hours (one hour idle); the token goes into the cookie, its hash into the table.

    `second_factor`: somebody else has asked for one, which the token itself says; nobody can make that up.
    """
    staff_diaries.link_plain_one(session, member, now)
    token = (VOUCHED if second_factor else "") + secrets.token_urlsafe(32)
    until = now + SIGNED_IN_FOR
    session.add(SignIn(token_hash=hash_of(token), staff_id=member.id, created_at=now, seen_at=now, expires_at=until))
    session.flush()
    return token


def signed_in(session: Session, token: str, now: datetime) -> StaffMember | None:
    """Whose sign-in a token is; None when it ended, was idle too long, or the account is disabled."""
    row = session.get(SignIn, hash_of(token))
    if row is None or not is_open(row, now):
        return None
    member = session.get_one(StaffMember, row.staff_id)
    return None if member.disabled_at is not None else member


def is_open(row: SignIn, now: datetime) -> bool:
    """Whether a sign-in still opens anything: not ended, not over, not idle for too long."""
    return row.ended_at is None and row.expires_at > now and row.seen_at + IDLE_FOR > now


def is_fresh(session: Session, token: str, now: datetime) -> bool:
    """Whether a sign-in is only minutes old: it stands for a password where the account has none."""
    row = session.get(SignIn, hash_of(token))
    return row is not None and row.ended_at is None and now - row.created_at <= FRESH_FOR


def closed_account_of(session: Session, token: str) -> int | None:
    """The id of the disabled account that a sign-in belongs to; None for any other token."""
    row = session.get(SignIn, hash_of(token))
    member = session.get(StaffMember, row.staff_id) if row else None
    return member.id if member is not None and member.disabled_at is not None else None


def seen(session: Session, token: str, now: datetime) -> None:
    """Note that a sign-in is in use (the caller does so at most once a minute)."""
    row = session.get(SignIn, hash_of(token))
    if row is not None:
        row.seen_at = now
        session.flush()


def sign_out(session: Session, token: str, now: datetime) -> None:
    """End one sign-in."""
    open_one = update(SignIn).where(SignIn.token_hash == hash_of(token), SignIn.ended_at.is_(None))
    session.execute(open_one.values(ended_at=now))


def end_all(session: Session, staff_id: int, now: datetime, but: str = "") -> None:
    """End every sign-in of an account; `but`: the token of the one that stays."""
    session.flush()
    others = update(SignIn).where(SignIn.staff_id == staff_id, SignIn.ended_at.is_(None))
    session.execute(others.where(SignIn.token_hash != hash_of(but)).values(ended_at=now))


def disable(session: Session, member: StaffMember, now: datetime) -> None:
    """Close an account and end its sign-ins; what it did stays in the audit.

    A coach's diary that nobody else signs in to is closed with it: what is booked there waits for a colleague.
    """
    member.disabled_at = now
    end_all(session, member.id, now)
    if member.coach_id is not None and not _has_account(session, member.coach_id):
        leavers.close_diary(session, member.coach_id)


def _has_account(session: Session, coach_id: int) -> bool:
    open_ones = select(StaffMember.id).where(StaffMember.coach_id == coach_id, StaffMember.disabled_at.is_(None))
    return session.scalars(open_ones).first() is not None


def _tidy(email: str) -> str:
    """Small letters, but none that only looks like one of ours afterwards: the Kelvin sign is no k."""
    return "".join(
        letter if letter.lower().isascii() and not letter.isascii() else letter.lower() for letter in email.strip()
    )


def hash_of(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
