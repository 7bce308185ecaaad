"""Passkeys of staff: a key in a phone or laptop that opens by finger, face or PIN, so it stands for both factors.

The checking is the `webauthn` library's (W3C Web Authentication, level 3). Here: whose, for which site, and only once.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from typing import Literal
from urllib.parse import urlsplit

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from services import locks
from services.models import Passkey, StaffMember

MOST_OF_ONE = 10
MOST_NAME = 60
MOST_ANSWER = 16_384  # characters; a browser's answer has one or two thousand
SERVICE = "Anydoor"
Judged = Literal["ok", "wrong", "stale", "disabled"]


@dataclass(frozen=True, slots=True)
class Site:
    """For whom a passkey is made: a host name, and the one origin whose pages may use it."""

    host: str
    origin: str

    @classmethod
    def of(cls, public_url: str) -> Site | None:
        """None where browsers have no passkeys: hosts that are numbers, and http but on this very machine."""
        parts = urlsplit(public_url)
        host, port = parts.hostname or "", parts.port
        if not host or _is_number(host) or (parts.scheme != "https" and host != "localhost"):
            return None
        usual = port in (None, {"https": 443, "http": 80}.get(parts.scheme))
        return cls(host, f"{parts.scheme}://{host}" + ("" if usual else f":{port}"))


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def challenge() -> bytes:
    """What the key is to sign this time."""
    return secrets.token_bytes(32)


def to_make(session: Session, site: Site, member: StaffMember, challenge: bytes) -> str:
    """What a browser needs to make one, as JSON. It must know who holds it, and must be found without a name."""
    import webauthn
    from webauthn.helpers.structs import (
        AuthenticatorSelectionCriteria,
        PublicKeyCredentialDescriptor,
        ResidentKeyRequirement,
        UserVerificationRequirement,
    )

    made = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name=SERVICE,
        user_id=_handle(member.id),
        user_name=member.email,
        user_display_name=member.name or member.email,
        challenge=challenge,
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(webauthn.base64url_to_bytes(each.credential))
            for each in of(session, member.id)
        ],
    )
    return webauthn.options_to_json(made)


def to_use(site: Site, challenge: bytes) -> str:
    """What a browser needs to use one, as JSON; nothing in it says who has an account."""
    import webauthn
    from webauthn.helpers.structs import UserVerificationRequirement

    made = webauthn.generate_authentication_options(
        rp_id=site.host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return webauthn.options_to_json(made)


def add(
    session: Session, site: Site, member: StaffMember, challenge: bytes, answer: str, name: str, now: datetime
) -> Passkey | None:
    """Keep a passkey that was made for this challenge; None where the answer is not one, or there are too many."""
    import webauthn
    from webauthn.helpers import bytes_to_base64url

    if len(answer) > MOST_ANSWER or len(of(session, member.id)) >= MOST_OF_ONE:
        return None
    try:
        made = webauthn.verify_registration_response(
            credential=answer,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception:  # whatever a stranger's bytes do to the reader of them, they are no passkey
        return None
    credential = bytes_to_base64url(made.credential_id)
    if session.scalars(select(Passkey.id).where(Passkey.credential == credential)).first() is not None:
        return None
    row = Passkey(
        staff_id=member.id,
        credential=credential,
        public_key=bytes_to_base64url(made.credential_public_key),
        uses=made.sign_count,
        name=" ".join(name.split())[:MOST_NAME] or "Passkey",
        created_at=now,
    )
    session.add(row)
    session.flush()
    return row


def judge(
    session: Session, site: Site, challenge: bytes, begun: datetime, answer: str, now: datetime
) -> tuple[Judged, StaffMember | None]:
    """Whose passkey signed this challenge. `begun`: when it was given out; before the last use, it is used up.

    An account that guesses have locked opens by its passkey all the same: there is nothing to guess.
    """
    if len(answer) > MOST_ANSWER:
        return "wrong", None
    row = session.scalars(locks.on(select(Passkey).where(Passkey.credential == _named(answer)))).first()
    uses = _signed(row, site, challenge, answer) if row else None
    if row is None or uses is None:
        return "wrong", None
    if row.used_at is not None and begun <= row.used_at:
        return "stale", None
    member = locks.get_one(session, StaffMember, row.staff_id)
    if member.disabled_at is not None:
        return "disabled", None
    row.uses, row.used_at = uses, now
    session.flush()
    return "ok", member


def _named(answer: str) -> str:
    """The id of the passkey that an answer names; "" for what is no answer."""
    from webauthn.helpers import bytes_to_base64url, parse_authentication_credential_json

    try:
        return bytes_to_base64url(parse_authentication_credential_json(answer).raw_id)
    except Exception:  # as in `add`
        return ""


def _signed(row: Passkey, site: Site, challenge: bytes, answer: str) -> int | None:
    """The count of uses that the passkey says, where it signed this; None where it did not."""
    import webauthn
    from webauthn.helpers import parse_authentication_credential_json

    try:
        parsed = parse_authentication_credential_json(answer)
        if parsed.response.user_handle not in (None, _handle(row.staff_id)):
            return None
        return webauthn.verify_authentication_response(
            credential=parsed,
            expected_challenge=challenge,
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=webauthn.base64url_to_bytes(row.public_key),
            credential_current_sign_count=row.uses,
            require_user_verification=True,
        ).new_sign_count
    except Exception:  # as in `add`
        return None


def of(session: Session, staff_id: int) -> list[Passkey]:
    """Those of one account, the oldest first."""
    return list(session.scalars(select(Passkey).where(Passkey.staff_id == staff_id).order_by(Passkey.id)))


def has_any(session: Session, staff_id: int) -> bool:
    return session.scalars(select(Passkey.id).where(Passkey.staff_id == staff_id).limit(1)).first() is not None


def remove(session: Session, staff_id: int, passkey_id: int | None = None) -> int:
    """Take one away, or all of an account; answers how many there were."""
    theirs = delete(Passkey).where(Passkey.staff_id == staff_id)
    gone = session.execute(theirs if passkey_id is None else theirs.where(Passkey.id == passkey_id))
    return int(gone.rowcount)  # type: ignore[attr-defined]


def _handle(staff_id: int) -> bytes:
    """What the key itself keeps about whose it is: nothing that names anybody."""
    return f"staff:{staff_id}".encode()
